"""The bundled collections: size, format and plausibility."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from clftui.bundled import bundled_folder
from clftui.data.catalog import open_catalog
from clftui.data.responses import epochs_with_responses, layers
from clftui.schema import ARRAYS, parse_epoch_folder, parse_split_file
from clftui.storage import open_npz, read_jsonl

ROOT = bundled_folder("sample_runs")
COLLECTIONS = ("digits", "glyphs")
EPOCHS = {
    "digits": {"logreg": 1, "forest": 1, "mlp": 20, "cnn": 15, "cnn-120": 25},
    "glyphs": {"tiny": 12, "plain": 12, "residual": 12},
}
SPLITS = {"digits": {"train", "test"}, "glyphs": {"train", "test", "test-blur"}}
RUNS = [(collection, run) for collection in COLLECTIONS for run in EPOCHS[collection]]


def table(collection: str, split: str) -> list[dict[str, str]]:
    with (ROOT / collection / "samples" / f"{split}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def epoch_files(collection: str, run: str) -> Iterator[tuple[int, str, Path]]:
    for path in sorted((ROOT / collection / run / "epochs").glob("*/*.npz")):
        parsed = parse_split_file(path.name)
        epoch = parse_epoch_folder(path.parent.name)
        if parsed is not None and epoch is not None:
            yield epoch, parsed[0], path


def answers(collection: str, run: str, split: str, epoch: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """True and predicted classes, sorted by sample."""
    file = open_npz(ROOT / collection / run / "epochs" / f"{epoch:05d}" / f"{split}.npz")
    order = np.argsort(file.read("sample"))
    return file.read("true")[order], file.read("predicted")[order]


def accuracy(collection: str, run: str, split: str, epoch: int) -> float:
    true, predicted = answers(collection, run, split, epoch)
    return float(np.mean(true == predicted))


def tree_leaves(node: dict[str, Any]) -> list[str]:
    return [leaf for child in node["children"] for leaf in tree_leaves(child)] if "children" in node else [node["name"]]


def test_together_they_are_at_most_twelve_megabytes() -> None:
    files = [path for path in ROOT.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert 1_000_000 < sum(path.stat().st_size for path in files) <= 12_000_000


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_the_reader_opens_all_of_it_without_a_word(collection: str) -> None:
    catalog = open_catalog([ROOT / collection])
    assert catalog.problems == () and catalog.hierarchy_problem is None and catalog.class_difference() is None
    assert {run.key for run in catalog.runs} == set(EPOCHS[collection])
    for run in catalog.runs:
        assert set(run.splits) == SPLITS[collection]
        for split in run.splits:
            evaluation = run.evaluation(split)
            assert evaluation is not None and evaluation.notes == () and evaluation.nan_rows == 0
            scores = evaluation.scores(np.arange(evaluation.n))
            assert scores is not None and np.allclose(scores.sum(axis=1), 1, atol=0.01)


def test_only_the_listed_runs_are_there() -> None:
    for collection in COLLECTIONS:
        found = {path.parent.name for path in (ROOT / collection).glob("*/run.json")}
        assert found == set(EPOCHS[collection])


@pytest.mark.parametrize(("collection", "run"), RUNS)
def test_every_epoch_is_whole_sorted_and_agrees_with_its_sample_table(collection: str, run: str) -> None:
    folder = ROOT / collection / run
    classes = json.loads((folder / "run.json").read_text(encoding="utf-8"))["classes"]
    tables = {split: [row["true"] for row in table(collection, split)] for split in SPLITS[collection]}
    seen = set()
    for epoch, split, path in epoch_files(collection, run):
        file = open_npz(path)
        arrays = {name: file.read(name) for name in file.members}
        assert set(arrays) <= set(ARRAYS)
        sample, true = arrays["sample"], arrays["true"]
        assert np.array_equal(np.lexsort((sample, true)), np.arange(len(sample)))
        assert [classes[label] for label in true] == [tables[split][row] for row in sample]
        nll = arrays.get("nll", arrays.get("top_nll"))
        assert nll is not None and np.isfinite(nll).all() and nll.min() >= 0
        seen.add((epoch, split))
    assert seen == {(epoch, split) for epoch in range(1, EPOCHS[collection][run] + 1) for split in SPLITS[collection]}


@pytest.mark.parametrize(("collection", "run"), RUNS)
def test_scores_are_all_there_or_kept_for_the_best_and_the_last_epoch(collection: str, run: str) -> None:
    last = EPOCHS[collection][run]
    for split in SPLITS[collection]:
        full = {
            epoch for epoch, name, path in epoch_files(collection, run) if name == split and "nll" in open_npz(path)
        }
        if collection == "digits":
            assert full == set(range(1, last + 1))
        else:
            best = max(range(1, last + 1), key=lambda epoch: accuracy(collection, run, split, epoch))
            assert full == {best, last}


@pytest.mark.parametrize(("collection", "run"), RUNS)
def test_each_run_is_finished_names_no_machine_and_has_its_curves(collection: str, run: str) -> None:
    folder = ROOT / collection / run
    status = json.loads((folder / "status.json").read_text(encoding="utf-8"))
    assert (status["state"], status["host"], status["pid"]) == ("finished", "sample", 0)
    description = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert description["model"]["parameters"] > 0 and description["hyperparameters"]
    rows, skipped = read_jsonl(folder / "scalars.jsonl")
    assert not skipped
    assert {(row["epoch"], row["split"]) for row in rows} == {(e, s) for e, s, _ in epoch_files(collection, run)}
    for row in rows:
        counted = accuracy(collection, run, str(row["split"]), int(str(row["epoch"])))
        assert row["accuracy"] == pytest.approx(counted, abs=1e-6)


def test_digits_accuracies() -> None:
    last = {run: accuracy("digits", run, "test", epochs) for run, epochs in EPOCHS["digits"].items()}
    assert 0.90 < last["logreg"] < last["forest"] < last["cnn"] < 0.995
    assert 0.93 < last["mlp"] < last["cnn"]


def test_the_small_digits_run_learns_its_samples_by_heart() -> None:
    rows = read_jsonl(ROOT / "digits" / "cnn-120" / "scalars.jsonl")[0]
    loss = {(row["split"], row["epoch"]): float(str(row["loss"])) for row in rows}
    test = [loss["test", epoch] for epoch in range(1, 26)]
    assert accuracy("digits", "cnn-120", "train", 25) == 1
    assert int(np.argmin(test)) < 15 and test[-1] > 1.05 * min(test)
    assert accuracy("digits", "cnn-120", "test", 25) < accuracy("digits", "cnn", "test", 15) - 0.04


def test_glyphs_accuracies() -> None:
    clear = {run: accuracy("glyphs", run, "test", 12) for run in EPOCHS["glyphs"]}
    blurred = {run: accuracy("glyphs", run, "test-blur", 12) for run in EPOCHS["glyphs"]}
    assert 0.55 < clear["tiny"] < clear["plain"] < clear["residual"] < 0.93
    assert clear["residual"] > 0.85
    assert all(blurred[run] < clear[run] - 0.05 for run in clear)


def test_look_alikes_are_confused_far_more_often_than_chance_would() -> None:
    tree = json.loads((ROOT / "glyphs" / "hierarchy.json").read_text(encoding="utf-8"))
    classes = json.loads((ROOT / "glyphs" / "residual" / "run.json").read_text(encoding="utf-8"))["classes"]
    groups = [group for branch in tree["children"][:2] for group in branch["children"]]
    pairs = {frozenset(pair) for group in groups for pair in combinations(tree_leaves(group), 2)}
    true, predicted = answers("glyphs", "residual", "test", 12)
    errors = [frozenset((classes[t], classes[p])) for t, p in zip(true, predicted, strict=True) if t != p]
    share = np.mean([error in pairs for error in errors])
    by_chance = len(pairs) / (len(classes) * (len(classes) - 1) / 2)
    assert share > 0.35 and by_chance < 0.02


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_the_tree_has_each_class_once(collection: str) -> None:
    tree = json.loads((ROOT / collection / "hierarchy.json").read_text(encoding="utf-8"))
    run = json.loads(next((ROOT / collection).glob("*/run.json")).read_text(encoding="utf-8"))
    assert sorted(tree_leaves(tree)) == sorted(run["classes"])


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_every_picture_is_named_by_a_table_and_there(collection: str) -> None:
    samples = ROOT / collection / "samples"
    named = {row["path"] for split in SPLITS[collection] for row in table(collection, split) if row.get("path")}
    assert named == {path.relative_to(samples).as_posix() for path in samples.rglob("*.png")}
    assert len(named) == (700 if collection == "digits" else 800)


def test_pictures_are_of_the_stated_size() -> None:
    from PIL import Image

    for collection, side in (("digits", 8), ("glyphs", 48)):
        for path in sorted((ROOT / collection / "samples").rglob("*.png"))[::40]:
            with Image.open(path) as image:
                image.load()
                assert image.size == (side, side)


def test_blurred_samples_are_the_test_samples() -> None:
    clear, blurred = table("glyphs", "test"), table("glyphs", "test-blur")
    assert [(row["id"], row["true"], row["font"]) for row in clear] == [
        (row["id"], row["true"], row["font"]) for row in blurred
    ]


@pytest.mark.parametrize("run", EPOCHS["glyphs"])
def test_the_last_epoch_has_features_maps_and_responses(run: str) -> None:
    folder = ROOT / "glyphs" / run
    for split in ("train", "test", "test-blur"):
        features = open_npz(folder / "epochs" / "00012" / f"{split}.npz").read("features")
        assert features.shape == (len(table("glyphs", split)), 64)
        assert features.dtype == np.float16 and np.isfinite(features).all()
        assert (features.astype(np.float32).std(axis=0) > 0).sum() > 32
    for split, kept in (("test", 520), ("test-blur", 280)):
        with_picture = {row for row, sample_row in enumerate(table("glyphs", split)) if sample_row["path"]}
        assert len(with_picture) == kept
        for method in ("gradcam", "layercam"):
            peaks = peaks_of_maps(folder, method, split, with_picture, 6)
            # A picture whose class has no positive evidence in the last stage has an empty map.
            assert np.all((peaks == 0) | (peaks > 0.9)) and np.mean(peaks > 0) > 0.8
    if run == "plain":
        random = peaks_of_maps(folder, "gradcam.random-weights", "test", set(maps_rows(folder, "gradcam", "test")), 6)
        assert np.mean(random > 0) > 0.5


def maps_rows(folder: Path, method: str, split: str) -> list[int]:
    """The sample table's rows that have a map."""
    rows: list[int] = open_npz(folder / "explanations" / method / f"{split}.npz").read("sample").tolist()
    return rows


def peaks_of_maps(folder: Path, method: str, split: str, rows: set[int], side: int) -> NDArray[np.float16]:
    """The greatest value of each map of a method, which has to cover `rows`."""
    maps = open_npz(folder / "explanations" / method / f"{split}.npz").read("maps")
    assert set(maps_rows(folder, method, split)) == rows
    assert maps.dtype == np.float16 and maps.shape[1:] == (side, side) and maps.min() >= 0 and maps.max() <= 1
    peaks: NDArray[np.float16] = maps.max(axis=(1, 2))
    return peaks


LAYERS = {
    ("glyphs", "tiny"): ["conv1", "conv2", "conv3"],
    ("glyphs", "plain"): ["conv1", "conv2", "conv3", "conv4"],
    ("glyphs", "residual"): ["conv1", "conv2", "block2", "conv3", "block3"],
    ("digits", "cnn"): ["conv1", "conv2"],
    ("digits", "cnn-120"): ["conv1", "conv2"],
}


@pytest.mark.parametrize("collection, run", LAYERS)
def test_what_layers_answer_is_there_in_the_order_of_the_network(collection: str, run: str) -> None:
    folder = ROOT / collection / run
    found = epochs_with_responses(folder, "test")
    assert found[-1] == EPOCHS[collection][run] and len(found) == 3
    for epoch in found:
        recorded = layers(folder, "test", epoch)
        assert [layer.name for layer in recorded] == LAYERS[collection, run]
        assert all(np.isfinite(layer.opened.class_mean).all() for layer in recorded)
    single = [layer.opened.n for layer in layers(folder, "test", found[-1])]
    wanted = len(table(collection, "test")) if collection == "digits" or run == "plain" else 0
    assert set(single) == {wanted}


@pytest.mark.parametrize("run", ("cnn", "cnn-120"))
def test_digits_have_maps_of_every_test_sample(run: str) -> None:
    folder = ROOT / "digits" / run
    # Grad-CAM averages slopes, which suits a dense head badly: a third of the maps of cnn-120 are empty.
    for method, least in (("gradcam", 0.6), ("layercam", 0.99)):
        assert np.mean(peaks_of_maps(folder, method, "test", set(range(700)), 4) > 0) > least
