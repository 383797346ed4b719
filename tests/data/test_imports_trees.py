"""Folders of folders in other formats: everything below opens, each file once, and subjects of experiments compare."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from clftui.data.catalog import open_catalog
from clftui.data.run import Run

TRIALS = "subj,session,trial,rt,object_response,category,condition,imagename\n"
NAMES = ("ant", "bee", "cat")


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def runs_of(*paths: Path) -> dict[str, Run]:
    catalog = open_catalog(paths)
    assert not catalog.problems, catalog.problems
    return {run.key: run for run in catalog.runs}


def trials(folder: Path, subject: str, answers: str, conditions: str) -> None:
    rows = ""
    for number, (answer, condition) in enumerate(zip(answers, conditions, strict=True), 1):
        true = NAMES[number % 2]
        said = next((name for name in NAMES if name[0] == answer), "na")
        rows += (
            f"{subject},1,{number},0.5,{said},{true},{condition},{number:04}_x_{subject}_{condition}_{true}_1_n.png\n"
        )
    write(folder / f"{folder.name}_{subject}_session_1.csv", TRIALS + rows)


def test_experiments_of_one_tree_are_splits_of_their_models(tmp_path: Path) -> None:
    for experiment, answers in (("colour", "abab"), ("noise", "a-bc")):
        trials(tmp_path / experiment, "resnet50", answers, "xxyy")
        trials(tmp_path / experiment, "subject-01", answers, "xxyy")
    runs = runs_of(tmp_path)
    assert set(runs) == {"resnet50", "colour/subject-01", "noise/subject-01"}
    model = runs["resnet50"]
    assert model.splits == ("colour", "colour-x", "colour-y", "noise", "noise-x", "noise-y")
    assert all(run.classes == NAMES for run in runs.values())  # cat was only ever said in one of them
    noise = model.evaluation("noise", 1)
    assert noise is not None and noise.split == "noise" and noise.predicted.tolist() == [0, -1, 1, 2]
    person = runs["noise/subject-01"]
    assert person.splits == ("noise", "noise-x", "noise-y")
    ours, theirs = model.samples("noise-y"), person.samples("noise-y")
    assert ours is not None and theirs is not None and ours.ids.tolist() == theirs.ids.tolist()


def test_an_experiment_of_one_folder_is_as_it_was(tmp_path: Path) -> None:
    trials(tmp_path / "colour", "resnet50", "ab", "xx")
    trials(tmp_path / "colour", "vit", "ab", "xx")
    assert runs_of(tmp_path)["vit"].splits == ("all",)


def test_tables_and_arrays_open_at_any_depth(tmp_path: Path) -> None:
    write(tmp_path / "a" / "b" / "c" / "test.csv", "id,true,pred\n1,x,y\n2,y,y\n")
    write(tmp_path / "a" / "classes.txt", "y\nx\n")
    deep = tmp_path / "d" / "seed1" / "vit"
    deep.mkdir(parents=True)
    np.save(deep / "preds.npy", np.array([0, 1, 1]))
    np.save(tmp_path / "d" / "labels.npy", np.array([0, 1, 0]))
    runs = runs_of(tmp_path)
    assert set(runs) == {"test", "vit"} and runs["test"].classes == ("y", "x")
    assert runs["vit"].evaluation("test", 1).n == 3  # type: ignore[union-attr]


def test_the_whole_tree_is_watched(tmp_path: Path) -> None:
    deep = write(tmp_path / "a" / "b" / "test.csv", "id,true,pred\n1,x,y\n")
    first = open_catalog([tmp_path])
    assert open_catalog([tmp_path], previous=first) is first
    deep.write_text("id,true,pred\n1,x,y\n2,y,y\n", encoding="utf-8")
    newer = open_catalog([tmp_path], previous=first)
    assert newer is not first and newer.runs[0].evaluation("test", 1).n == 2  # type: ignore[union-attr]


@pytest.mark.parametrize("folder", [".hidden", "node_modules", "checkpoint-500"])
def test_what_tools_keep_for_themselves_is_left_alone(tmp_path: Path, folder: str) -> None:
    write(tmp_path / "mine.csv", "true,pred\na,b\n")
    write(tmp_path / folder / "theirs.csv", "true,pred\na,b\n")
    assert set(runs_of(tmp_path)) == {"mine"}


def test_folders_of_images_alone_are_not_listed(tmp_path: Path) -> None:
    write(tmp_path / "mine.csv", "true,pred\na,b\n")
    for number in range(210):
        write(tmp_path / "cat" / f"{number}.png", "")
    write(tmp_path / "dog" / "preds.csv", "true,pred\na,b\n")
    (tmp_path / "loop").symlink_to(tmp_path)
    assert set(runs_of(tmp_path)) == {"mine", "preds"}


def test_tables_of_samples_tell_what_the_rows_of_arrays_are(tmp_path: Path) -> None:
    true = np.array([0, 1, 0, 2])
    (tmp_path / "cnn").mkdir()
    np.save(tmp_path / "cnn" / "test_probs.npy", np.eye(3)[true])
    np.save(tmp_path / "test_labels.npy", true)
    rows = "".join(f"{row},img/{row}.png,{NAMES[label]},hello {row}\n" for row, label in enumerate(true))
    write(tmp_path / "test_files.csv", "row,path,label,text\n" + rows)
    write(tmp_path / "test_a.csv", "row,path,label\n" + "0,x.png,ant\n" * 4)  # other labels: not of these samples
    write(tmp_path / "test_short.csv", "row,path\n0,x.png\n")
    catalog = open_catalog([tmp_path])
    (run,) = catalog.runs
    table = run.samples("test")
    assert table is not None and table.text is not None and table.text.tolist() == [f"hello {n}" for n in range(4)]
    assert (
        table.path_of(2) == tmp_path / "img" / "2.png"
        and "id, path, text of the samples from test_files.csv" in run.notes
    )
    assert {each.path.name for each in catalog.passed_over} == {"test_a.csv", "test_short.csv"}


def test_labels_elsewhere_in_the_tree_are_found_where_only_they_fit(tmp_path: Path) -> None:
    for name, n in (("cifar_v4", 5), ("cifar_v6", 6), ("mnist_v6", 6)):
        (tmp_path / "truth").mkdir(exist_ok=True)
        np.save(tmp_path / "truth" / f"{name}_labels.npy", np.arange(n) % 3)
    write(tmp_path / "out" / "v4" / "vit_predictions.json", str([0] * 5))
    write(tmp_path / "out" / "v6" / "mnist-vit.json", str([0] * 6))
    write(tmp_path / "out" / "v6" / "vit.json", str([0] * 6))
    catalog = open_catalog([tmp_path])
    assert {run.name: run.notes[0] for run in catalog.runs} == {
        "vit_predictions": "true classes from ../../truth/cifar_v4_labels.npy, the only labels that fit",
        "mnist-vit": "true classes from ../../truth/mnist_v6_labels.npy, the only labels that fit",
    }
    (problem,) = catalog.problems
    assert problem.path.name == "vit.json" and "has no true labels of 6 rows" in problem.message
