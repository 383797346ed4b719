"""What research tools write, opened directly: a small golden file of each, and a damaged one with its message."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clftui.data.catalog import Catalog, open_catalog
from clftui.data.evaluation import Evaluation
from clftui.data.run import Run


def catalog_of(path: Path, value: Any = None) -> Catalog:
    if value is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    return open_catalog([path])


def opened(path: Path, value: Any = None) -> tuple[Run, ...]:
    catalog = catalog_of(path, value)
    assert catalog.problems == (), catalog.problems
    return catalog.runs


def at(run: Run, split: str = "test", epoch: int | None = None) -> Evaluation:
    evaluation = run.evaluation(split, epoch)
    assert evaluation is not None
    return evaluation


def refused(path: Path, value: Any) -> str:
    catalog = catalog_of(path, value)
    assert not catalog.runs and len(catalog.problems) == 1, catalog.problems
    message = catalog.problems[0].message
    assert str(path) in message and "\n" not in message and message.endswith(".")
    return message


def dense(evaluation: Evaluation) -> list[list[int]]:
    return [list(map(int, row)) for row in evaluation.confusion.dense()]


INSTANCES = {
    "name": "pets",
    "labels": ["dog", "cat"],
    "instances": [{"id": f"{n:04}", "actual": n % 2, "image": f"images/{n:04}.png"} for n in range(4)],
    "epochs": [{"id": "0", "classifications": [0, 0, 0, 0]}, {"id": "2", "classifications": [0, 1, 1, 1]}],
}


@pytest.mark.row("C13")
def test_instanceflow(tmp_path: Path) -> None:
    (run,) = opened(tmp_path / "pets.json", INSTANCES)
    assert (run.name, run.classes, run.epochs("test")) == ("pets", ("dog", "cat"), (1, 3))
    assert dense(at(run)) == [[1, 1], [0, 2]] and dense(at(run, epoch=1)) == [[2, 0], [2, 0]]
    table = run.samples("test")
    assert table is not None and table.ids.tolist()[1] == "0001"
    assert table.path_of(3) == tmp_path / "images" / "0003.png"
    assert "epochs count from 0 and were moved to count from 1" in run.notes


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"epochs": [{"id": "0", "classifications": [0, 1]}]}, "one with 2 classifications for 4 instances"),
        ({"epochs": [{"id": "0", "classifications": [0, 1, 2, 0]}]}, "holds 2, which is no index of its 2 labels"),
        ({"instances": [{"id": "1"}]}, "has one without actual"),
        ({"epochs": []}, "has no labels, no instances or no epochs"),
    ],
)
def test_instanceflow_torn(tmp_path: Path, change: dict[str, Any], words: str) -> None:
    assert words in refused(tmp_path / "pets.json", {**INSTANCES, **change})


def flow(root: Path, cells: list[int], first: int = 0) -> Path:
    folds = [{"foldlogId": f"cnn_pets_{f}", "foldId": f"pets_{f}", "foldlogdataId": f"cnn_pets_{f}_data"}
             for f in ("train", "test")]  # fmt: skip
    files = {
        "runs/cnn.json": {"runId": "cnn", "hyperparam": {"lr": 0.1}, "trainfoldId": "pets_train", "foldlogs": folds},
        "runs/index.json": ["cnn"],
        "datasets/pets.json": {"datasetId": "pets", "numclass": 2, "classes": ["dog", "cat"],
                               "folds": [{"foldId": "pets_train"}, {"foldId": "pets_test"}]},
        "datasets/index.json": ["pets"],
    }  # fmt: skip
    for fold in folds:
        epochs = [{"epochId": first, "confmat": [3, 0, 0, 3]}, {"epochId": first + 1, "confmat": cells}]
        files[f"foldlogdata/{fold['foldlogdataId']}.json"] = {"foldlogId": fold["foldlogId"], "epochdata": epochs}
    for name, value in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(json.dumps(value), encoding="utf-8")
    return root


@pytest.mark.parametrize("first", [0, 1])
def test_confusionflow(tmp_path: Path, first: int) -> None:
    (run,) = opened(flow(tmp_path / "logs", [2, 1, 0, 3], first))
    assert (run.name, run.classes, run.splits) == ("cnn", ("dog", "cat"), ("train", "test"))
    assert run.epochs("test") == (1, 2) and dense(at(run)) == [[2, 1], [0, 3]]
    assert run.hyperparameters == {"lr": 0.1} and any("rows are true classes" in note for note in run.notes)
    (same,) = opened(tmp_path / "logs" / "runs" / "cnn.json")
    assert dense(at(same)) == dense(at(run))
    (fold,) = opened(tmp_path / "logs" / "foldlogdata" / "cnn_pets_test_data.json")
    assert fold.splits == ("test",) and fold.classes == ("dog", "cat") and dense(at(fold)) == dense(at(run))


def test_a_run_that_confusionflow_left_torn_costs_only_itself(tmp_path: Path) -> None:
    root = flow(tmp_path / "logs", [2, 1, 0])
    catalog = open_catalog([root])
    assert not catalog.runs and "is no square of counts (3 cells)" in catalog.problems[0].message
    (root / "runs" / "mlp.json").write_text('{"runId": "mlp"}', encoding="utf-8")
    flow(root, [2, 1, 0, 3])
    catalog = open_catalog([root])
    assert [run.name for run in catalog.runs] == ["cnn"]
    assert ["mlp.json" in p.message and "foldlogs is missing" in p.message for p in catalog.problems] == [True]
    (root / "foldlogdata" / "cnn_pets_test_data.json").unlink()
    assert any("cnn_pets_test_data.json" in p.message for p in open_catalog([root]).problems)


DECISIONS = "subj,Session,trial,rt,object_response,category,condition,imagename\n"


def decision(subject: str, session: int, trial: int, answer: str, category: str, condition: str) -> str:
    short = f"{trial:04}_cl_s{len(subject)}_{condition}_{category}_40_n{trial:03}.png"
    return f"{subject},{session},{trial},0.5,{answer},{category},{condition},{short}\n"


def test_decisions_of_a_subject(tmp_path: Path) -> None:
    rows = [("na", "cat", "bw"), ("cat", "cat", "cr"), ("dog", "cat", "cr"), ("dog", "dog", "bw")]
    text = DECISIONS + "".join(decision("subject-01", 1, n, *row) for n, row in enumerate(rows, 1))
    (run,) = opened(tmp_path / "s.csv", text)
    assert (run.name, run.classes, run.splits) == ("subject-01", ("cat", "dog"), ("all", "bw", "cr"))
    assert at(run, "all").predicted.tolist() == [-1, 0, 1, 1] and at(run, "cr").n == 2
    table = run.samples("all")
    assert table is not None and table.ids.tolist()[0] == "bw_cat_40_n001.png"
    assert "condition" in table.group_columns and any("`na` is no answer" in note for note in run.notes)


def test_a_folder_of_decisions_joins_sessions_and_compares_subjects_by_image(tmp_path: Path) -> None:
    for subject, answers in {"subject-01": ["cat", "na"], "resnet50": ["cat", "cat"]}.items():
        for number, answer in enumerate(answers, 1):
            text = DECISIONS + decision(subject, number, number, answer, "cat", "bw")
            text += decision(subject, number, number + 5, "dog", "dog", "bw")
            (tmp_path / f"colour_{subject}_session_{number}.csv").write_text(text, encoding="utf-8")
    (tmp_path / "other.csv").write_text("id,true,pred\n1,cat,dog\n", encoding="utf-8")
    runs = {run.name: run for run in opened(tmp_path)}
    assert set(runs) == {"subject-01", "resnet50", "other"}
    model, person = (runs[name].samples("all") for name in ("resnet50", "subject-01"))
    assert model is not None and person is not None and model.ids.tolist() == person.ids.tolist()
    assert at(runs["subject-01"], "all").n == 4 and runs["resnet50"].splits == ("all",)
    assert "4 files with decisions were read together" in runs["resnet50"].notes


def test_many_conditions_are_groups_alone(tmp_path: Path) -> None:
    text = DECISIONS + "".join(decision("s", 1, n, "cat", "cat", f"c{n}") for n in range(1, 15))
    text += decision("s", 1, 20, "dog", "dog", "c1")
    (run,) = opened(tmp_path / "s.csv", text)
    assert run.splits == ("all",) and at(run, "all").n == 15


def neo(actual: list[str], observed: list[str], count: Any) -> dict[str, Any]:
    return {"actual": actual, "observed": observed, "count": count}


@pytest.mark.parametrize("wrapped", [False, True])
def test_neo(tmp_path: Path, wrapped: bool) -> None:
    rows = [neo(["root:pet:cat"], ["root:pet:dog"], 3), neo(["root:pet:dog"], ["root:pet:dog"], 5),
            neo(["root:boat"], ["root:pet:cat"], 1)]  # fmt: skip
    (run,) = opened(tmp_path / "counts.json", {"data": {"values": rows}} if wrapped else rows)
    assert run.name == "counts" and run.classes == ("boat", "pet:cat", "pet:dog")
    assert dense(at(run)) == [[0, 1, 0], [0, 0, 3], [0, 0, 5]]
    assert run.notes[0] == "actual is true, observed is predicted"


def test_neo_with_several_outputs(tmp_path: Path) -> None:
    rows = [neo(["fruit:apple", "taste:sweet"], ["fruit:pear", "taste:sweet"], 2),
            neo(["fruit:apple", "taste:sour"], ["fruit:pear", "taste:sweet"], 4),
            neo(["fruit:apple"], ["fruit:apple", "taste:sour"], 1)]  # fmt: skip
    fruit, taste = opened(tmp_path / "n.json", rows)
    assert (fruit.name, taste.name) == ("n fruit", "n taste") and fruit.classes == ("apple", "pear")
    assert dense(at(fruit)) == [[1, 6], [0, 0]]
    assert taste.classes == ("(no taste)", "sour", "sweet")
    assert dense(at(taste)) == [[0, 1, 0], [0, 0, 4], [0, 0, 2]]
    assert any("2 outputs" in note for note in fruit.notes)


def test_neo_as_a_chart(tmp_path: Path) -> None:
    counts = [("tea,state:open", "milk,state:open", 2), ("tea,state:shut", "tea,state:open", 3)]
    rows = [
        {"reference_text": f"[drink:{true}]", "annotation_text": f"[drink:{predicted}]", "occurrence": count}
        for true, predicted, count in counts
    ]
    drink, state = opened(tmp_path / "n.json", {"encoding": {}, "data": {"values": rows}})
    assert dense(at(drink)) == [[0, 0], [2, 3]] and dense(at(state)) == [[2, 0], [3, 0]]


def test_neo_as_a_table(tmp_path: Path) -> None:
    (run,) = opened(tmp_path / "n.csv", ",Ground Truth,Prediction,Count\n0,cat,dog,3\n1,dog,dog,5\n")
    assert dense(at(run)) == [[0, 3], [0, 5]]


@pytest.mark.parametrize(
    "row", [neo(["a"], ["a", "b"], 1), neo(["a"], ["b"], -1), neo(["a"], ["b"], "x"), {"actual": 1}]
)
def test_neo_torn(tmp_path: Path, row: dict[str, Any]) -> None:
    assert "no count of labels" in refused(tmp_path / "n.json", [neo(["a"], ["b"], 1), row])


def cls(label: str, **more: Any) -> dict[str, Any]:
    return {"_id": {"$oid": "1"}, "_cls": "Classification", "tags": [], "label": label, **more}


def test_fiftyone_samples(tmp_path: Path) -> None:
    samples = [
        {"filepath": "data/1.jpg", "tags": ["test"], "ground_truth": cls("dog"), "metadata": None,
         "resnet": cls("cat", confidence=0.8, logits=[0.1, 2.0]), "vgg": cls("dog", confidence=0.6)},
        {"filepath": "data/2.jpg", "tags": ["test"], "ground_truth": cls("cat"),
         "resnet": cls("cat", confidence=0.9, logits=[0.1, 3.0]), "vgg": None},
    ]  # fmt: skip
    (tmp_path / "metadata.json").write_text(json.dumps({"default_classes": ["dog", "cat"]}), encoding="utf-8")
    resnet, vgg = opened(tmp_path / "samples.json", {"samples": samples})
    assert (resnet.name, vgg.name, resnet.classes) == ("resnet", "vgg", ("dog", "cat"))
    assert dense(at(resnet)) == [[0, 1], [0, 1]] and at(resnet).score_kind == "full"
    assert at(vgg).predicted.tolist() == [0, -1] and np.allclose(at(vgg).confidence()[:1], [0.6])
    table = resnet.samples("test")
    assert table is not None and table.path_of(0) == tmp_path / "data" / "1.jpg"
    assert resnet.notes[0] == "ground_truth was taken as the truth, resnet as predictions"
    alone = [{"filepath": "a.jpg", "ground_truth": cls("cat")}]
    assert "need two classifications" in refused(tmp_path / "x" / "samples.json", {"samples": alone})


def test_fiftyone_labels_of_two_exports(tmp_path: Path) -> None:
    truth = {"classes": ["cat", "dog"], "labels": {"u1": 0, "u2": 1, "u3": 1}}
    answers = {"classes": ["cat", "dog"], "labels": {
        "u1": {"label": "cat", "confidence": 0.9}, "u2": {"label": 0, "confidence": 0.7},
        "u9": {"label": 1, "confidence": 0.5}}}  # fmt: skip
    assert "are predictions alone" in refused(tmp_path / "cnn" / "labels.json", answers)
    assert "are the truth alone" in refused(tmp_path / "truth" / "labels.json", truth)
    (run,) = opened(tmp_path / "cnn" / "labels.json")
    assert run.name == "cnn" and dense(at(run)) == [[1, 0], [1, 0]]
    assert "the truth was taken from truth/labels.json" in run.notes
    assert "1 prediction was left out: no truth" in run.notes


@pytest.mark.row("V8")
def test_cleanlab_folder_and_its_results(tmp_path: Path) -> None:
    probs = np.array([[0.9, 0.1], [0.3, 0.7], [0.6, 0.4]])
    (tmp_path / "mnist").mkdir()
    np.save(tmp_path / "mnist" / "labels.npy", np.array([0, 1, 1]))
    np.save(tmp_path / "mnist" / "pred_probs.npy", probs)
    (run,) = opened(tmp_path / "mnist")
    assert run.name == "mnist" and dense(at(run)) == [[1, 0], [1, 1]] and at(run).score_kind == "full"
    text = "is_label_issue,label_quality,given_label,predicted_label\nFalse,0.9,0,0\nFalse,0.7,1,1\nTrue,0.4,1,0\n"
    (issues,) = opened(tmp_path / "issues.csv", text)
    table = issues.samples("test")
    assert dense(at(issues)) == dense(at(run))
    assert table is not None and {"is_label_issue", "label_quality"} <= set(table.group_columns)


@pytest.mark.parametrize(
    ("name", "words"), [("m.pt", "weights_only=True"), ("m.joblib", "joblib.load"), ("m.pkl", "pickle.load")]
)
def test_pickles_are_refused_with_the_lines_that_save_safely(tmp_path: Path, name: str, words: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"\x80\x04.")
    (problem,) = open_catalog([path]).problems
    assert words in problem.message and "np.savez('m.npz'" in problem.message and "import" in problem.message
    (tmp_path / "p.csv").write_text("true,pred\na,b\n", encoding="utf-8")
    mixed = open_catalog([tmp_path])
    assert [run.name for run in mixed.runs] == ["p"] and [p.path for p in mixed.problems] == [path]


def test_what_goes_with_predictions_is_no_mistake(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("true,pred\na,b\n", encoding="utf-8")
    (tmp_path / "p.real.json").write_text("[[0, 1]]", encoding="utf-8")
    (tmp_path / "hierarchy.json").write_text('{"pets": ["a", "b"]}', encoding="utf-8")
    (tmp_path / "classes.txt").write_text("b\na\n", encoding="utf-8")
    assert [run.classes for run in opened(tmp_path)] == [("b", "a")]


def test_a_folder_tells_ten_files_and_counts_the_rest(tmp_path: Path) -> None:
    for number in range(13):
        (tmp_path / f"{number:02}.csv").write_text(f"a{number},b\n1,x\n", encoding="utf-8")
    problems = open_catalog([tmp_path]).problems
    assert len(problems) == 11 and "3 more files without predictions" in problems[-1].message


def test_files_that_share_a_reason_share_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "good.csv").write_text("true,pred\na,b\n", encoding="utf-8")
    for number in range(5):
        (tmp_path / f"{number}.json").write_text('{"lr": 1}', encoding="utf-8")
        (tmp_path / f"{number}.tsv").write_text("id\tpred\n1\ta\n", encoding="utf-8")
    catalog = open_catalog([tmp_path])
    (wrong,), (passed,) = catalog.problems, catalog.passed_over
    assert wrong.path.name == "0.tsv" and wrong.message.endswith("So it is with 4 more files.")
    assert passed.path.name == "0.json" and passed.message.endswith("So it is with 4 more files.")
