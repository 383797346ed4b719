"""Dialects of prediction tables: best classes, lists in cells, labels elsewhere, image folders, ranks, results."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clftui.data.catalog import open_catalog
from clftui.data.evaluation import Evaluation
from clftui.data.imports.names import COLUMNS
from clftui.data.run import Run
from clftui.state.runs_pareto import tradeoff
from clftui.state.runs_table import runs_table
from clftui.state.session import open_session


def one(path: Path, text: str | None = None) -> tuple[Run, Evaluation]:
    if text is not None:
        path.write_text(text, encoding="utf-8")
    catalog = open_catalog([path])
    assert catalog.problems == (), catalog.problems
    (run,) = catalog.runs
    evaluation = run.evaluation(run.splits[0])
    assert evaluation is not None
    return run, evaluation


def labels(evaluation: Evaluation) -> list[tuple[str, str]]:
    names = (*evaluation.classes, "?")
    pairs = zip(evaluation.true.tolist(), evaluation.predicted.tolist(), strict=True)
    return [(names[true], names[predicted]) for true, predicted in pairs]


BEST = [["dog", "cat"], ["cat", "owl"]]
PROB = [[0.7, 0.2], [0.6, 0.3]]


@pytest.mark.row("D2")
@pytest.mark.parametrize(
    "header",
    [
        "id,true,pred_1,prob_1,pred_2,prob_2",
        "id,true,top1_class,top1_prob,top2_class,top2_prob",
        "id,true,top_1,score_1,top_2,score_2",
        "id,true,label_0,prob_0,label_1,prob_1",
    ],
)
def test_the_best_classes_in_columns(tmp_path: Path, header: str) -> None:
    run, evaluation = one(tmp_path / "p.csv", f"{header}\n1,dog,dog,0.7,cat,0.2\n2,owl,cat,0.6,owl,0.3\n")
    assert labels(evaluation) == [("dog", "dog"), ("owl", "cat")] and run.classes == ("cat", "dog", "owl")
    assert evaluation.score_kind == "top" and np.allclose(evaluation.true_score(), [0.7, 0.3], atol=2e-3)
    assert np.allclose(evaluation.confidence(), [0.7, 0.6], atol=2e-3)
    assert any("2 best classes" in note for note in run.notes)


@pytest.mark.row("D2")
def test_the_best_classes_without_scores_give_the_first(tmp_path: Path) -> None:
    run, evaluation = one(tmp_path / "p.csv", "id,true,top1,top2\n1,dog,dog,cat\n2,owl,cat,owl\n")
    assert labels(evaluation) == [("dog", "dog"), ("owl", "cat")]
    assert any("they have no scores" in note for note in run.notes)


@pytest.mark.row("D2")
@pytest.mark.parametrize("cells", ['"[0.1 0.2\n 0.7]"|"[6e-1 0.3 0.1]"', '"[0.1, 0.2, 0.7]"|"[0.6, 0.3, 0.1]"'])
def test_scores_as_lists_in_cells(tmp_path: Path, cells: str) -> None:
    first, second = cells.split("|")
    _, evaluation = one(tmp_path / "p.csv", f"id,true,probs\n1,2,{first}\n2,1,{second}\n")
    assert evaluation.score_kind == "full" and labels(evaluation) == [("2", "2"), ("1", "0")]
    (tmp_path / "q.csv").write_text('id,true,probs\n1,2,"[0.1 ... 0.7]"\n2,1,"[0.1 0.2]"\n')
    assert "shortened by ..." in open_catalog([tmp_path / "q.csv"]).problems[0].message


@pytest.mark.row("D2")
def test_names_against_numbers(tmp_path: Path) -> None:
    run, evaluation = one(tmp_path / "p.csv", "id,label,pred\n1,dog,0\n2,cat,1\n3,dog,1\n")
    assert labels(evaluation) == [("dog", "cat"), ("cat", "dog"), ("dog", "dog")]
    assert "predicted classes are numbers: they were taken in the order of the sorted names" in run.notes
    (tmp_path / "classes.txt").write_text("dog\ncat\n")
    run, evaluation = one(tmp_path / "q.csv", "id,label,pred\n1,dog,0\n2,cat,1\n3,dog,1\n")
    assert labels(evaluation) == [("dog", "dog"), ("cat", "cat"), ("dog", "cat")]


@pytest.mark.row("D2")
@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("labels.csv", "filename,label\nb.png,dog\na.png,cat\n", "joined by name"),
        ("ground_truth.jsonl", '{"id": "b", "label": "dog"}\n{"id": "a", "label": "cat"}\n', "joined by name"),
        ("y_test.txt", "cat\ndog\n", "lines of y_test.txt"),
    ],
)
def test_true_classes_in_a_file_beside(tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / name).write_text(text)
    run, evaluation = one(tmp_path / "preds.csv", "filename,pred\nimg/a.png,dog\nimg/b.png,dog\n")
    assert labels(evaluation) == [("cat", "dog"), ("dog", "dog")] and any(said in note for note in run.notes)


def images(root: Path, **folders: list[str]) -> None:
    for folder, names in folders.items():
        for name in names:
            path = root / folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"")


@pytest.mark.row("D1")
@pytest.mark.parametrize("place", ["val", "data", "."])
def test_an_image_folder_tells_the_true_classes(tmp_path: Path, place: str) -> None:
    images(tmp_path / place, cat=["1.JPG", "2.jpg"], dog=["sub/3.png"], owl=["4.webp"])
    run, evaluation = one(tmp_path / "resnet.csv", "filename,predicted\n1.JPG,0\n3.png,1\n4.webp,1\nlost.png,1\n")
    assert run.classes == ("cat", "dog", "owl")
    assert labels(evaluation) == [("cat", "cat"), ("dog", "dog"), ("owl", "dog"), ("?", "dog")]
    table = run.samples("test")
    assert table is not None and table.path_of(1) == tmp_path / place / "dog" / "sub" / "3.png"
    assert any("1 of 4 images were not found there" in note for note in run.notes)


@pytest.mark.row("D1")
def test_folders_in_the_paths_are_the_true_classes(tmp_path: Path) -> None:
    run, evaluation = one(tmp_path / "p.csv", "path,pred\nval/cat/1.png,cat\nval/dog/2.png,cat\nval/dog/3.png,dog\n")
    assert labels(evaluation) == [("cat", "cat"), ("dog", "cat"), ("dog", "dog")]
    assert "true classes are the images' folders" in run.notes


@pytest.mark.row("D1")
def test_arrays_in_an_image_folder_follow_its_sorted_paths(tmp_path: Path) -> None:
    images(tmp_path, cat=["b.png", "a.png"], dog=["c.png"])
    np.save(tmp_path / "probs.npy", np.array([[0.9, 0.1], [0.2, 0.8], [0.3, 0.7]]))
    run, evaluation = one(tmp_path)
    assert labels(evaluation) == [("cat", "cat"), ("cat", "dog"), ("dog", "dog")]
    table = run.samples("test")
    assert table is not None and table.path_of(0) == tmp_path / "cat" / "a.png"


def test_an_image_folder_alone_says_what_it_lacks(tmp_path: Path) -> None:
    images(tmp_path, cat=["a.png"], dog=["b.png"])
    (problem,) = open_catalog([tmp_path]).problems
    assert "2 images in 2 class folders but no predictions" in problem.message


@pytest.mark.row("D6")
@pytest.mark.parametrize("shape", ["one", "columns", "lists", "json", "split"])
def test_timm_inference(tmp_path: Path, shape: str) -> None:
    images(tmp_path / "val", cat=["a.png"], dog=["b.png"], owl=["c.png"])
    rows = {"a.png": ("dog", "cat", 0.75, 0.25), "b.png": ("dog", "owl", 0.5, 0.25)}
    path = tmp_path / "vit.csv"
    if shape == "one":
        text = "filename,label,prob\n" + "".join(f"{name},{row[0]},{row[2]}\n" for name, row in rows.items())
    elif shape == "columns":
        text = "filename,label_0,label_1,prob_0,prob_1\n"
        text += "".join(f"{name},{a},{b},{p},{q}\n" for name, (a, b, p, q) in rows.items())
    elif shape == "lists":
        text = "filename,label,prob\n"
        text += "".join(f"{name},\"['{a}' '{b}']\",\"[{p}\n {q}]\"\n" for name, (a, b, p, q) in rows.items())
    else:
        path = tmp_path / "vit.json"
        values = {name: {"label": [a, b], "prob": [p, q]} for name, (a, b, p, q) in rows.items()}
        split = {
            "columns": ["label", "prob"],
            "index": list(values),
            "data": [list(v.values()) for v in values.values()],
        }
        text = json.dumps(values if shape == "json" else split)
    run, evaluation = one(path, text)
    assert labels(evaluation) == [("cat", "dog"), ("dog", "dog")] and run.classes == ("cat", "dog", "owl")
    assert np.allclose(evaluation.confidence(), [0.75, 0.5], atol=2e-3)
    if shape != "one":
        assert np.allclose(evaluation.true_score(), [0.25, 0.5], atol=2e-3)


@pytest.mark.row("D9")
def test_shards_of_ranks_are_put_together_by_their_indices(tmp_path: Path) -> None:
    scores = np.random.default_rng(0).dirichlet(np.ones(3), 7).astype(np.float32)
    true = np.array([0, 1, 2, 0, 1, 2, 0])
    # The sampler's padding gives rank 1 the first sample again.
    for rank, at in enumerate(([0, 2, 4, 6], [1, 3, 5, 0])):
        np.savez(tmp_path / f"predictions_{rank}.npz", *np.split(scores[at], 2))
        (tmp_path / f"batch_indices_{rank}.json").write_text(json.dumps([[at[:2], at[2:]]]))
    np.save(tmp_path / "labels.npy", true)
    run, evaluation = one(tmp_path)
    order = np.argsort(evaluation.sample)
    assert evaluation.sample[order].tolist() == list(range(7)) and evaluation.true[order].tolist() == true.tolist()
    assert evaluation.predicted[order].tolist() == scores.argmax(axis=1).tolist()
    assert "predictions of 2 ranks put together by their indices; 1 repeated sample dropped" in run.notes
    np.save(tmp_path / "predictions_0.npy", scores[:3])
    (tmp_path / "predictions_0.npz").unlink()
    assert any("write the dataset index" in problem.message for problem in open_catalog([tmp_path]).problems)


RESULTS = "model,img_size,top1,top1_err,top5,top5_err,param_count,crop_pct,interpolation\n"


@pytest.mark.row("D4")
@pytest.mark.row("V1")
def test_tables_of_results_are_runs_with_costs(tmp_path: Path) -> None:
    (tmp_path / "results-imagenet.csv").write_text(
        RESULTS + 'vit.a,224,80.0,20.0,95.0,5.0,"1,014.45",0.9,bicubic\nvit.a,384,82.5,17.5,96,4,1014.45,1.0,bicubic\n'
        "tiny.b,160,60.0,40.0,85.0,15.0,0.5,0.9,bilinear\n"
    )
    (tmp_path / "results-imagenet-a.csv").write_text(RESULTS + "tiny.b,160,10.0,90.0,20,80,0.5,0.9,bilinear\n")
    (tmp_path / "benchmark.csv").write_text("model,infer_img_size,infer_gmacs,param_count\ntiny,160,0.25,0.5\n")
    (tmp_path / "model_metadata.csv").write_text("model,pretrain\ntiny.b,in1k\n")
    catalog = open_catalog([tmp_path])
    assert not catalog.problems and sorted(run.name for run in catalog.runs) == ["tiny.b", "vit.a 224", "vit.a 384"]
    tiny = catalog.run("tiny.b")
    assert tiny is not None and tiny.splits == ("imagenet", "imagenet-a") and tiny.hyperparameters["pretrain"] == "in1k"
    assert tiny.model["parameters"] == 500_000 and tiny.model["flops"] == 250_000_000
    session = open_session(catalog)
    assert [(row.name, row.score.value) for row in runs_table(session).rows] == [
        ("vit.a 384", 0.825), ("vit.a 224", 0.8), ("tiny.b", 0.6)
    ]  # fmt: skip
    shown = tradeoff(session)
    assert [shown.runs[at].name for at in shown.ladder] == ["tiny.b", "vit.a 384"] and shown.cost.max() == 1_014_450_000
    (other,) = open_catalog([tmp_path / "results-imagenet-a.csv"]).runs
    assert other.splits == ("imagenet-a",) and other.scalars()[0]["accuracy"] == 0.1


def test_parquet_without_its_reader_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pandas = pytest.importorskip("pandas")
    path = tmp_path / "p.parquet"
    path.write_bytes(b"PAR1")

    def missing(*_: object, **__: object) -> None:
        raise ImportError("Unable to find a usable engine")

    monkeypatch.setattr(pandas, "read_parquet", missing)
    for place in (path, tmp_path):
        (problem,) = open_catalog([place]).problems
        assert "pip install pandas pyarrow" in problem.message and str(path) in problem.message
    frame = pandas.DataFrame(
        {"label": ["cat", "dog"], "pred": [0, 1], "probs": [np.array([0.9, 0.1]), np.array([0.2, 0.8])]}
    )
    monkeypatch.setattr(pandas, "read_parquet", lambda _: frame)
    _, evaluation = one(path)
    assert labels(evaluation) == [("cat", "cat"), ("dog", "dog")] and evaluation.score_kind == "full"


ALIASES = {role: [name for name in COLUMNS[role] if name not in ("category", "y", "p", "targets")] for role in COLUMNS}
NAMES = st.sampled_from(["cat", "dog", "a b", "ö,ß", 'q"t', "00x"])


@pytest.mark.row("D2")
@settings(max_examples=40, deadline=None)
@given(
    rows=st.lists(st.tuples(NAMES, NAMES), min_size=2, max_size=6),
    true=st.sampled_from(ALIASES["true"]),
    predicted=st.sampled_from(ALIASES["predicted"]),
    key=st.sampled_from([*ALIASES["path"], *ALIASES["id"]]),
    mark=st.sampled_from(",;\t|"),
    case=st.sampled_from([str.lower, str.upper, str.title]),
    end=st.sampled_from(["\n", "\r\n"]),
    mess=st.booleans(),
)
def test_any_dialect_reads_the_same(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], true: str, predicted: str, key: str,
    mark: str, case: object, end: str, mess: bool,
) -> None:  # fmt: skip
    import csv
    import io

    assert callable(case)
    out = io.StringIO()
    writer = csv.writer(out, delimiter=mark, lineterminator=end, quoting=csv.QUOTE_ALL if mess else csv.QUOTE_MINIMAL)
    columns = [case(key), case(true).replace("_", " ") if mess else case(true), case(predicted)]
    order = [2, 0, 1] if mess else [0, 1, 2]
    writer.writerow([columns[at] for at in order])
    for number, (t, p) in enumerate(rows):
        writer.writerow([(f"s{number}.png", t, p)[at] for at in order])
    path = tmp_path_factory.mktemp("dialect") / "p.csv"
    path.write_bytes((b"\xef\xbb\xbf" if mess else b"") + out.getvalue().encode())
    _, evaluation = one(path)
    assert labels(evaluation) == rows
