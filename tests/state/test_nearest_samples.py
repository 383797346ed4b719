"""The nearest samples of one, here and in other splits; the same sample in two splits is leakage."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from clftui.analysis.nearest import Distance
from clftui.data.catalog import open_catalog
from clftui.state import sample_detail_steps as steps
from clftui.state.moves import back, drill_to_samples, select
from clftui.state.sample_detail_nearest import NEAREST, Neighbours, neighbours
from clftui.state.selection import Part, Scope
from clftui.state.session import Session, open_session
from clftui.state.unready import impatient
from tests.builders import labels, write_run, write_samples

N = 80


def add_features(run: Path, split: str, features: np.ndarray[Any, Any], epoch: int = 3) -> None:
    path = run / "epochs" / f"{epoch:05d}" / f"{split}.npz"
    with np.load(path) as held:
        arrays: dict[str, Any] = {**held, "features": features.astype(np.float16)}
    np.savez(path, **arrays)


@pytest.fixture
def features() -> dict[str, np.ndarray[Any, Any]]:
    rng = np.random.default_rng(2)
    centres = rng.normal(size=(4, 12)) * 2
    return {split: (centres[labels(N, 4)] + rng.normal(size=(N, 12))).astype(np.float16) for split in ("test", "train")}


@pytest.fixture
def collection(tmp_path: Path, features: dict[str, np.ndarray[Any, Any]]) -> Path:
    """Features in the last of three epochs; sample 0007 of test is sample 0033 of train, file and features."""
    root = tmp_path / "runs"
    for split in ("test", "train"):
        write_samples(root / split / "samples" / "table.csv", N, images=True)
    image = root / "train" / "images" / "0033.png"
    shutil.copy(root / "test" / "images" / "0007.png", image)
    for row in range(N):
        other = root / "train" / "images" / f"{row:04d}.png"
        if row != 33:
            other.write_bytes(other.read_bytes() + bytes([row]))
    features["train"][33] = features["test"][7]
    run = write_run(root / "run0", splits=("test", "train"), samples={s: f"../{s}/samples/table.csv" for s in features})
    for split, values in features.items():
        add_features(run, split, values)
    return root


def alone(root: Path, sample: str) -> Session:
    session = drill_to_samples(open_session(open_catalog([root])), Scope(part=Part.ALL))
    return select(session, sample=sample, detail=True)


def found_of(session: Session) -> Neighbours:
    detail = steps.of(session)
    assert detail is not None
    found = neighbours(detail)
    assert found is not None
    return found


@pytest.mark.row("V17")
@pytest.mark.parametrize("distance", list(Distance))
def test_the_nearest_of_each_split_are_exact(
    collection: Path, features: dict[str, np.ndarray[Any, Any]], distance: Distance
) -> None:
    session = alone(collection, "0021")
    if distance is Distance.EUCLIDEAN:
        session = steps.next_distance(session)
    found = found_of(session)
    assert found.epoch == 3 and [split for split, _ in found.splits] == ["test", "train"]
    name = {"cosine": "cosine", "L2": "euclidean"}[distance.value]
    for split, lines in found.splits:
        every = cdist(features["test"][21:22].astype(float), features[split].astype(float), name)[0]
        if split == "test":
            every[21] = np.inf
        assert [line.sample for line in lines] == [f"{row:04d}" for row in np.argsort(every)[:5]]
        assert [line.distance for line in lines] == pytest.approx(np.sort(every)[:5])
    assert not any(line.mark for line in found.lines)


@pytest.mark.row("N15")
def test_the_same_file_in_train_is_leakage(collection: Path) -> None:
    found = found_of(alone(collection, "0007"))
    leaks = found.leaks("test")
    assert [(each.split, each.sample, each.mark, each.distance) for each in leaks] == [("train", "0033", "=", 0.0)]
    assert found_of(alone(collection, "0008")).leaks("test") == ()


@pytest.mark.row("N15")
def test_features_far_nearer_than_usual_are_a_near_duplicate(
    collection: Path, features: dict[str, np.ndarray[Any, Any]]
) -> None:
    changed = features["train"].copy()
    changed[50] = features["test"][11] * np.float16(1.002)
    add_features(collection / "run0", "train", changed)
    leaks = found_of(alone(collection, "0011")).leaks("test")
    assert [(each.sample, each.mark, each.same_file) for each in leaks] == [("0050", "≈", False)]
    assert 0 < leaks[0].distance < 1e-4


@pytest.mark.row("N15")
def test_files_and_texts_are_compared_without_features(tmp_path: Path) -> None:
    root = tmp_path / "runs"
    for split, shift in (("test", 0), ("train", 100)):
        lines = ["id,true,text", *(f'{split}{row},cat,"words, {row + shift}"' for row in range(N))]
        lines[1 + 5] = f'{split}5,cat,"the very same"'
        path = root / "samples" / f"{split}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    write_run(root / "run0", splits=("test", "train"), samples={s: f"../samples/{s}.csv" for s in ("test", "train")})
    found = found_of(alone(root, "test5"))
    assert found.epoch is None and [(each.sample, each.mark) for each in found.lines] == [("train5", "=")]
    nothing = alone(root, "test6")
    assert found_of(nothing).splits == ()
    assert "no features" in steps.jump(nothing).notice


@pytest.mark.row("N15")
def test_one_file_named_in_two_splits_is_leakage_too(tmp_path: Path) -> None:
    root = tmp_path / "runs"
    table = write_samples(root / "samples" / "test.csv", N, images=True)
    shutil.copy(table, root / "samples" / "train.csv")
    write_run(root / "run0", splits=("test", "train"), samples={s: f"../samples/{s}.csv" for s in ("test", "train")})
    assert [each.sample for each in found_of(alone(root, "0004")).leaks("test")] == ["0004"]


def test_splits_without_features_of_that_epoch_say_so(collection: Path) -> None:
    path = collection / "run0" / "epochs" / "00003" / "train.npz"
    with np.load(path) as held:
        np.savez(path, **{name: held[name] for name in held if name != "features"})
    found = found_of(alone(collection, "0020"))
    assert [split for split, _ in found.splits] == ["test"] and found.notes == ("train: no features of epoch 3",)
    older = found_of(select(alone(collection, "0020"), epoch=1))
    assert older.epoch == 3, "the newest epoch that has features"


def test_j_and_k_choose_a_neighbour_and_enter_goes_there_and_back(collection: Path) -> None:
    session = alone(collection, "0007")
    with impatient():
        found_of_or_none = steps.jump(session)
    assert "still being searched" in found_of_or_none.notice
    assert NEAREST.settle()
    lines = found_of(session).lines
    down = session
    for number in range(1, len(lines) + 3):
        down = steps.move(down, 1, 0, (1, 1))
        assert down.explain.line_of("0007") == min(number, len(lines) - 1)
    assert steps.move(down, -99, 0, (1, 1)).explain.line_of("0007") == 0
    there = steps.jump(down)
    assert (
        (there.selection.split, there.selection.sample)
        == (lines[-1].split, lines[-1].sample)
        == ("train", lines[-1].sample)
    )
    assert there.selection.detail and there.explain.line_of(there.selection.sample or "") == 0
    home = back(there)
    assert (home.selection.split, home.selection.sample) == ("test", "0007")
    onwards = steps.move(session, 0, 1, (1, 1))
    assert onwards.selection.sample != "0007" and onwards.selection.detail


def test_a_long_document_scrolls_within_its_lines(collection: Path) -> None:
    session = alone(collection, "0007")
    down = steps.move(session, 3, 0, (10, 30))
    assert down.explain.top_of("0007") == 3 and down.explain.top_of("0008") == 0
    assert steps.scroll(down, 500, (10, 30)).explain.top_of("0007") == 20
    assert steps.scroll(down, -500, (10, 30)).explain.top_of("0007") == 0
