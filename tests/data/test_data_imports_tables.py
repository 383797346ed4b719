"""Prediction tables opened directly: CSV, TSV, JSON and JSON lines, under the names people use."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clftui.data.catalog import open_catalog
from clftui.data.evaluation import Evaluation
from clftui.data.run import Run
from clftui.data.samples import same_samples
from tests.builders import write_run


def runs(path: Path, text: str | None = None, **options: Any) -> tuple[Run, ...]:
    if text is not None:
        path.write_text(text, encoding="utf-8")
    catalog = open_catalog([path], **options)
    assert catalog.problems == (), catalog.problems
    return catalog.runs


def one(path: Path, text: str | None = None, **options: Any) -> tuple[Run, Evaluation]:
    (run,) = runs(path, text, **options)
    evaluation = run.evaluation(run.splits[0])
    assert evaluation is not None
    return run, evaluation


def problem(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    catalog = open_catalog([path])
    assert not catalog.runs and len(catalog.problems) == 1
    message = catalog.problems[0].message
    assert message.endswith(".") and "\n" not in message and str(path) in message
    return message


def cells(evaluation: Evaluation) -> dict[tuple[str, str], int]:
    c, names = evaluation.confusion, evaluation.classes
    found = zip(c.true.tolist(), c.predicted.tolist(), c.count.tolist(), strict=True)
    return {(names[t], names[p]): count for t, p, count in found}


@pytest.mark.row("P14")
@pytest.mark.parametrize(
    "header",
    ["filename,label,pred", "image_path,ground_truth,prediction", "ID,Y True,y-pred", "path,actual,object_response"],
)
def test_names_and_aliases(tmp_path: Path, header: str) -> None:
    run, evaluation = one(tmp_path / "cnn.csv", f"{header}\n007.png,dog,cat\n008.png,cat,cat\n009.png,dog,dog\n")
    assert (run.name, run.classes, run.splits, run.epochs("test")) == ("cnn", ("cat", "dog"), ("test",), (1,))
    assert cells(evaluation) == {("cat", "cat"): 1, ("dog", "cat"): 1, ("dog", "dog"): 1}
    table = run.samples("test")
    assert table is not None and table.ids.tolist() == ["007.png", "008.png", "009.png"]
    assert table.true is not None and table.true.tolist() == ["dog", "cat", "dog"]
    if "path" in header or "file" in header:
        assert table.path_of(1) == tmp_path / "008.png"
    assert any("sorted names" in note for note in run.notes) and run.status.state == "unknown"


@pytest.mark.parametrize(("name", "mark"), [("p.tsv", "\t"), ("p.csv", ";"), ("p.csv", "\t"), ("p.txt", "|")])
def test_delimiters(tmp_path: Path, name: str, mark: str) -> None:
    _, evaluation = one(tmp_path / name, f"true{mark}pred\ncat{mark}dog\ndog{mark}dog\n")
    assert cells(evaluation) == {("cat", "dog"): 1, ("dog", "dog"): 1}


def test_numbers_keep_their_order_and_gaps(tmp_path: Path) -> None:
    run, evaluation = one(tmp_path / "p.csv", "y,pred\n10,2\n2,2\n0,10\n,2\n2,\n2,-1\n")
    assert run.classes == tuple(str(number) for number in range(11))
    assert evaluation.confusion.unlabelled == 1 and evaluation.confusion.unanswered[2] == 2
    far, _ = one(tmp_path / "q.csv", "y,pred\n-5,100000\n7,-5\n")
    assert far.classes == ("-5", "7", "100000")


def test_class_order_from_a_file_beside(tmp_path: Path) -> None:
    (tmp_path / "classes.txt").write_text("zebra\ncat\ndog\n", encoding="utf-8")
    by_name, _ = one(tmp_path / "a.csv", "true,pred\ncat,dog\n")
    by_number, evaluation = one(tmp_path / "b.csv", "true,pred\n0,2\n1,1\n")
    assert by_name.classes == by_number.classes == ("zebra", "cat", "dog")
    assert cells(evaluation) == {("zebra", "dog"): 1, ("cat", "cat"): 1}
    assert "class order from classes.txt" in by_name.notes
    other, _ = one(tmp_path / "c.csv", "true,pred\nfox,owl\n")
    assert other.classes == ("fox", "owl") and any("does not name all classes" in note for note in other.notes)


@pytest.mark.parametrize("text", ['["b", "a"]', '{"0": "b", "1": "a"}', '{"b": 0, "a": 1}'])
def test_class_order_as_json(tmp_path: Path, text: str) -> None:
    (tmp_path / "class_names.json").write_text(text, encoding="utf-8")
    assert one(tmp_path / "p.csv", "true,pred\na,b\n")[0].classes == ("b", "a")


def test_a_list_of_labels_is_no_class_list(tmp_path: Path) -> None:
    (tmp_path / "labels.txt").write_text("a\nb\na\n", encoding="utf-8")
    assert one(tmp_path / "p.csv", "true,pred\na,b\nb,c\n")[0].classes == ("a", "b", "c")


def test_scores_by_class_name_and_number(tmp_path: Path) -> None:
    rows = [("cat", 0.7, 0.2, 0.1), ("owl", 0.1, 0.3, 0.6), ("dog", 0.5, 0.4, 0.1)]
    named = "true,p_owl,p_cat,p_dog\n" + "".join(f"{t},{o},{c},{d}\n" for t, c, d, o in rows)
    run, evaluation = one(tmp_path / "named.csv", named)
    assert run.classes == ("owl", "cat", "dog") and evaluation.predicted.tolist() == [1, 0, 1]
    assert np.allclose(evaluation.true_score(), [0.7, 0.6, 0.4]) and evaluation.score_kind == "full"
    assert any("no predicted class" in note for note in run.notes)
    numbered = "true,prob_1,prob_0,prob_2\n" + "".join(f"{t},{d},{c},{o}\n" for t, c, d, o in rows)
    run, evaluation = one(tmp_path / "numbered.csv", numbered)
    assert run.classes == ("cat", "dog", "owl") and np.allclose(evaluation.true_score(), [0.7, 0.6, 0.4])
    assert any("order of the sorted class names" in note for note in run.notes)
    (tmp_path / "classes.txt").write_text("owl\ncat\ndog\n", encoding="utf-8")
    by_file = "true,prob_0,prob_1,prob_2\n" + "".join(f"{t},{o},{c},{d}\n" for t, c, d, o in rows)
    run, evaluation = one(tmp_path / "by_file.csv", by_file)
    assert run.classes == ("owl", "cat", "dog") and np.allclose(evaluation.true_score(), [0.7, 0.6, 0.4])
    turned = "true,p_dog,p_owl,p_cat\n" + "".join(f"{t},{d},{o},{c}\n" for t, c, d, o in rows)
    # The file's order beats the columns'; each column still goes to the class it names.
    run, evaluation = one(tmp_path / "again.csv", turned)
    assert run.classes == ("owl", "cat", "dog") and np.allclose(evaluation.true_score(), [0.7, 0.6, 0.4])


def test_columns_named_as_the_classes_are_scores(tmp_path: Path) -> None:
    _, evaluation = one(tmp_path / "p.csv", "true,pred,dog,cat\ncat,cat,0.2,0.8\ndog,cat,0.4,0.6\n")
    assert evaluation.score_kind == "full" and np.allclose(evaluation.true_score(), [0.8, 0.4])


def test_logits_are_told_by_name_or_by_their_sums(tmp_path: Path) -> None:
    text = "true,pred,{0}_a,{0}_b\na,a,3.0,1.0\nb,b,-1.0,2.0\n"
    expected = [1 / (1 + np.exp(-2)), 1 / (1 + np.exp(-3))]
    run, evaluation = one(tmp_path / "logit.csv", text.format("logit"))
    assert np.allclose(evaluation.confidence(), expected) and not any("sum to 1" in note for note in run.notes)
    run, evaluation = one(tmp_path / "prob.csv", text.format("prob"))
    assert np.allclose(evaluation.confidence(), expected) and any("taken as logits" in note for note in run.notes)


def test_confidence_alone(tmp_path: Path) -> None:
    run, evaluation = one(tmp_path / "p.csv", "true,pred,conf\na,a,0.9\na,b,0.6\nb,b,\n")
    assert evaluation.score_kind == "predicted" and np.allclose(
        evaluation.confidence(), [0.9, 0.6, np.nan], equal_nan=True
    )
    run, evaluation = one(tmp_path / "q.csv", "true,pred,score\na,a,90\na,b,60\n")
    assert np.allclose(evaluation.confidence(), [0.9, 0.6]) and "score was taken as per cent" in run.notes
    for bad in ("-3", "1000", "high"):
        run, evaluation = one(tmp_path / "r.csv", f"true,pred,score\na,a,{bad}\nb,b,0.5\n")
        assert evaluation.score_kind == "none" and any("was not used" in note for note in run.notes)


def test_runs_splits_and_epochs_in_one_file(tmp_path: Path) -> None:
    lines = ["model,split,epoch,id,true,pred,site"]
    for model in ("cnn", "mlp"):
        for split in ("val", "test v2"):
            for epoch in (0, 1):
                lines += [f"{model},{split},{epoch},{n},{n % 2},{(n + epoch) % 2},s{n}" for n in range(4)]
    found = runs(tmp_path / "all.csv", "\n".join(lines))
    assert [run.name for run in found] == ["cnn", "mlp"] and found[0].splits == ("val", "test-v2")
    assert found[0].epochs("val") == (1, 2) and any("count from 0" in note for note in found[0].notes)
    first, second = found[0].evaluation("val", 1), found[0].evaluation("val", 2)
    assert first is not None and second is not None and (first.confusion.errors, second.confusion.errors) == (0, 4)
    ours, theirs = found[0].samples("val"), found[1].samples("val")
    assert ours is not None and same_samples(ours, theirs) and ours.group_columns == ("site",)
    keys = [run.key for run in open_catalog([tmp_path / "all.csv"]).runs]
    assert keys == ["cnn", "mlp"]


def test_repeated_samples_are_dropped_and_counted(tmp_path: Path) -> None:
    run, evaluation = one(tmp_path / "p.csv", "id,true,pred\n1,a,a\n2,a,b\n1,a,a\n2,a,a\n3,b,b\n")
    assert evaluation.n == 3 and evaluation.sample.tolist() == [0, 1, 2]
    assert "2 rows were dropped as repeated samples, 1 of them with other labels" in run.notes
    assert cells(evaluation) == {("a", "a"): 1, ("a", "b"): 1, ("b", "b"): 1}


def test_rows_that_are_cut_short_are_left_out(tmp_path: Path) -> None:
    run, evaluation = one(tmp_path / "p.csv", "id,true,pred\n1,a,a\n2,a,b\n3,b")
    assert evaluation.n == 2 and "1 row was left out: not 3 cells" in run.notes


RECORDS = [
    {"id": "x", "label": "cat", "pred": "dog", "conf": 0.5},
    {"id": "y", "label": "dog", "pred": "dog", "conf": 0.75},
]


@pytest.mark.parametrize(
    "value",
    [
        RECORDS,
        {"columns": list(RECORDS[0]), "data": [list(record.values()) for record in RECORDS]},
        {"y_true": ["cat", "dog"], "y_pred": ["dog", "dog"], "confidence": [0.5, 0.75], "ids": ["x", "y"]},
        {str(at): {key: item for key, item in record.items() if key != "id"} for at, record in enumerate(RECORDS)},
        {"predictions": RECORDS},
    ],
)
def test_shapes_of_json(tmp_path: Path, value: Any) -> None:
    run, evaluation = one(tmp_path / "p.json", json.dumps(value))
    assert cells(evaluation) == {("cat", "dog"): 1, ("dog", "dog"): 1} and run.classes == ("cat", "dog")
    assert np.allclose(evaluation.confidence(), [0.5, 0.75])


@pytest.mark.row("P14")
def test_the_vislmic_table(tmp_path: Path) -> None:
    value = {
        "Model Name": "ResNet", "Ground Truth Labels": [0, 1], "Predicted Labels": [1, 1],
        "Testset Filenames": ["0(1).jpg", "1(1).jpg"],
    }  # fmt: skip
    run, evaluation = one(tmp_path / "p.json", json.dumps(value))
    table = run.samples("test")
    assert run.name == "ResNet" and cells(evaluation) == {("0", "1"): 1, ("1", "1"): 1}
    assert table is not None and table.path_of(0) == tmp_path / "0(1).jpg"


def test_json_lists_of_predictions_find_their_labels(tmp_path: Path) -> None:
    np.save(tmp_path / "labels.npy", np.array([0, 1, 1]))
    run, evaluation = one(tmp_path / "vgg16.json", "[0, 1, 0]")
    assert run.name == "vgg16" and cells(evaluation) == {("0", "0"): 1, ("1", "1"): 1, ("1", "0"): 1}


def test_json_lines_with_lists_of_scores(tmp_path: Path) -> None:
    lines = [json.dumps({"id": str(n), "y": n % 3, "probs": np.eye(3)[n % 3].tolist()}) for n in range(6)]
    run, evaluation = one(tmp_path / "p.jsonl", "\n".join([*lines[:3], "not json", *lines[3:], '{"id": "to']))
    assert evaluation.n == 6 and evaluation.confusion.errors == 0 and evaluation.score_kind == "full"
    assert "1 line was left out: no JSON object" in run.notes


def test_standard_input(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)

    class Input:
        buffer = io.BytesIO(b'{"id": 1, "y": "a", "p": "b", "conf": 0.5}\n{"id": 2, "y": "b", "p": "b", "conf": 0.5}\n')

    monkeypatch.setattr("sys.stdin", Input)
    catalog = open_catalog([Path("-")])
    assert [run.name for run in catalog.runs] == ["stdin"] and catalog.runs[0].evaluation("test").n == 2  # type: ignore[union-attr]
    assert open_catalog([Path("-")], previous=catalog) is catalog  # it cannot be read twice


def test_several_files_and_runs_together(tmp_path: Path) -> None:
    write_run(tmp_path / "runs" / "cnn")
    (tmp_path / "a.csv").write_text("id,true,pred\n1,cat,dog\n", encoding="utf-8")
    (tmp_path / "bad.csv").write_text("x,y\n", encoding="utf-8")
    catalog = open_catalog([tmp_path / "runs", tmp_path / "a.csv", tmp_path / "bad.csv"])
    assert [run.key for run in catalog.runs] == ["cnn", "a"] and len(catalog.problems) == 1
    assert catalog.class_difference() is not None


def test_a_folder_of_tables(tmp_path: Path) -> None:
    for name in ("vgg", "resnet"):
        (tmp_path / f"{name}.csv").write_text("id,true,pred\n1,cat,dog\n", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("nothing", encoding="utf-8")
    (tmp_path / "config.json").write_text('{"lr": 0.1}', encoding="utf-8")
    catalog = open_catalog([tmp_path])
    assert [run.name for run in catalog.runs] == ["resnet", "vgg"]
    (passed,) = catalog.passed_over
    assert not catalog.problems  # It is no mistake to have settings beside predictions.
    assert passed.path == tmp_path / "config.json" and "holds no predictions" in passed.message


def test_an_unchanged_file_is_not_read_again(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("true,pred\na,b\n", encoding="utf-8")
    catalog = open_catalog([path])
    assert open_catalog([path], previous=catalog) is catalog
    path.write_text("true,pred\na,b\nb,b\n", encoding="utf-8")
    newer = open_catalog([path], previous=catalog)
    assert newer.revision == 2 and newer.runs[0].evaluation("test").n == 2  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "is empty"),
        ("id,true\n1,a\n", "no column of predicted classes"),
        ("id,pred\n1,a\n", "no column of true classes"),
        ("true,pred\n", "no rows"),
        ("true,pred\n,\n", "all missing"),
        ("true,pred,epoch\na,b,last\n", "no epoch number"),
        ("true,pred,p_a,p_b\na,b,x,y\n", "no number"),
        ("true,pred,p_a,p_b\na,c,0.5,0.5\n", "'c'"),
        ("just some prose\n", "no column"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(tmp_path: Path, text: str, word: str) -> None:
    assert word in problem(tmp_path / "p.csv", text)


@pytest.mark.parametrize("text", ["{", "[]", "{}", "3", '{"a": [1, 2], "b": [1]}', '[{"a": 1}]', "[[1, 2], [3]]"])
def test_json_without_predictions(tmp_path: Path, text: str) -> None:
    problem(tmp_path / "p.json", text)
