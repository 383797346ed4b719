"""Which explanation of a sample shows, what it is of, how alike those of several runs are, and their colours."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from clftui.analysis.saliency import Measure, histogram_distance, kept_histogram, similarity_matrix
from clftui.data import explanations
from clftui.data.catalog import open_catalog
from clftui.data.images import Picture, read_image
from clftui.state import sample_detail_steps as steps
from clftui.state.explain_settings import Pictures
from clftui.state.explanations import PREDICTED, keywords, likeness
from clftui.state.moves import drill_to_samples, select
from clftui.state.sample_detail import Detail, number_words
from clftui.state.sample_detail_colours import colours
from clftui.state.selection import Part, Scope
from clftui.state.session import Session, open_session
from tests.builders import CLASSES, write_collection
from tests.explained import blob, write_maps, write_texts


def alone(root: Path, sample: str = "0005", run: str = "run0") -> Session:
    session = drill_to_samples(open_session(open_catalog([root]), run=run), Scope(part=Part.ALL))
    return select(session, sample=sample, detail=True)


def detail(session: Session) -> Detail:
    found = steps.of(session)
    assert found is not None
    return found


def answers(root: Path, run: str, epoch: int = 3) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    with np.load(root / run / "epochs" / f"{epoch:05d}" / "test.npz") as held:
        return held["true"], held["predicted"]


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Explanations written a moment ago are seen."""
    monkeypatch.setattr(explanations, "RECHECK_SECONDS", 0.0)


@pytest.fixture
def explained(tmp_path: Path) -> Path:
    """Grad-CAM of run0 and run1, of the predicted and, for wrong samples, of the true class; run2 saved nothing."""
    root = write_collection(tmp_path / "runs", images=True)
    for run, x in (("run0", 0.3), ("run1", 0.7)):
        true, predicted = answers(root, run)
        maps = np.stack([blob(0.5, x) for _ in range(80)])
        maps[9] = 0
        wrong = np.flatnonzero(true != predicted)
        write_maps(
            root / run, "Grad-CAM", np.concatenate([maps, maps[wrong] ** 2]), sample=np.r_[np.arange(80), wrong],
            epoch=np.full(80 + len(wrong), 3), target=np.r_[predicted, true[wrong]],
        )  # fmt: skip
    return root


@pytest.mark.row("V10", "V17")
def test_x_steps_through_methods_and_what_they_explain(explained: Path) -> None:
    true, predicted = answers(explained, "run0")
    wrong = int(np.flatnonzero(true != predicted)[0])
    write_maps(explained / "run0", "LayerCAM", np.stack([blob(0.2, 0.2)]), sample=[wrong], target=predicted[wrong],
               epoch=[3])  # fmt: skip
    session = alone(explained, f"{wrong:04d}")
    seen = []
    for _ in range(4):
        main = detail(session).main
        assert main is not None
        seen.append((main.choice.method, main.choice.aim, main.of))
        session = steps.next_method(session)
    name, other = CLASSES[predicted[wrong]], CLASSES[true[wrong]]
    wanted = [("Grad-CAM", "predicted", name), ("Grad-CAM", "true", other), ("LayerCAM", "predicted", name)]
    assert seen[:3] == wanted
    assert seen[3] == seen[0], "round and round"
    right = detail(alone(explained, f"{int(np.flatnonzero(true == predicted)[0]):04d}"))
    assert [each.words for each in right.choices] == ["Grad-CAM of the predicted class"]


def test_the_epoch_that_shows_or_the_nearest_before_it(explained: Path) -> None:
    maps = np.stack([blob(0.5, x) for x in (0.1, 0.5, 0.9)])
    write_maps(explained / "run2", "cam", maps, sample=[5, 5, 5], epoch=[1, 2, 9], target=[0, 0, 0])
    for shown, wanted in ((1, 1), (2, 2), (3, 2)):
        main = detail(select(alone(explained, run="run2"), epoch=shown, runs=("run2",))).main
        assert main is not None and main.epoch == wanted
    write_maps(explained / "run2", "late", maps[:1], sample=[5], epoch=[7], target=[0])
    late = steps.next_method(select(alone(explained, run="run2"), runs=("run2",)))
    main = detail(late).main
    assert main is not None and main.choice.method == "late" and main.epoch == 7


@pytest.mark.row("V11", "V17")
def test_maps_of_runs_stand_side_by_side_and_are_compared(explained: Path) -> None:
    session = steps.step_pictures(alone(explained), 1)
    assert session.explain.pictures is Pictures.RUNS
    found = detail(session)
    assert [each.item.run.key for each in found.beside] == ["run1", "run0"]
    assert found.compared == found.beside
    for measure in Measure:
        values = likeness(found.compared, measure)
        assert values is not None
        np.testing.assert_array_equal(values, similarity_matrix([each.values for each in found.compared], measure))
        assert values[0, 1] != measure.alike
    zero = detail(alone(explained, "0009"))
    assert zero.main is not None and zero.main.is_zero and zero.main.missing == "the map is zero throughout"
    nothing = likeness(zero.compared, Measure.L1)
    assert nothing is not None and np.isnan(nothing).all()


def test_without_a_second_run_methods_are_compared(explained: Path) -> None:
    write_maps(explained / "run0", "LayerCAM", np.stack([blob(0.2, 0.2, side=9) for _ in range(80)]))
    found = detail(select(alone(explained), runs=("run0",)))
    methods = [each.choice.method for each in found.compared]
    assert found.compares_methods and methods[0] == "Grad-CAM" and methods[-1] == "LayerCAM"
    assert not detail(alone(explained)).compares_methods


def test_a_broken_method_says_why_and_leaves_the_others(explained: Path) -> None:
    write_maps(explained / "run0", "broken", np.full((80, 5, 5), 3.0))
    (explained / "run0" / "explanations" / "cut").mkdir()
    (explained / "run0" / "explanations" / "cut" / "test.npz").write_bytes(b"PK")
    session = alone(explained)
    found = {each.choice.method: each for each in detail(session).by_method}
    assert found["Grad-CAM"].values is not None
    assert "maps holds 3 in map 5" in found["broken"].missing and found["broken"].values is None
    assert "cut/test.npz is not a complete npz file" in found["cut"].missing


def test_samples_without_explanations_say_so(tmp_path: Path) -> None:
    root = write_collection(tmp_path / "runs")
    session = alone(root)
    assert detail(session).main is None and detail(session).beside == ()
    assert steps.next_method(session).notice == "No run has saved an explanation of this sample."
    write_maps(root / "run0", "cam", np.stack([blob(0.5, 0.5)]), sample=[70])
    main = detail(alone(root, "0070")).main
    assert main is not None and main.values is not None
    assert detail(alone(root, "0003")).choices == ()


@pytest.mark.row("V10")
def test_the_threshold_steps_by_a_twentieth_and_stays_within(explained: Path) -> None:
    session = alone(explained)
    assert session.explain.threshold == 0.5
    assert steps.step_threshold(session, 1).explain.threshold == 0.55
    for by, end in ((1, 1.0), (-1, 0.0)):
        moved = session
        for _ in range(30):
            moved = steps.step_threshold(moved, by)
        assert moved.explain.threshold == end
    assert steps.step_threshold(session, -1).notice == "Contour at 0.45."


@pytest.mark.row("V12")
def test_colours_inside_the_contour_and_their_distance_from_the_class(explained: Path) -> None:
    session = alone(explained)
    shown = detail(session)
    assert shown.main is not None
    found = colours(shown.main, shown.shown.table, 0.5)
    assert found is not None and found.mean is not None and not found.grey
    true, _ = answers(explained, "run0")
    others = [row for row in range(80) if true[row] == true[5] and row not in (5, 9)]

    def histogram(row: int) -> NDArray[np.float64]:
        image = read_image(explained / "images" / f"{row:04d}.png", lambda w, h: (w, h))
        assert isinstance(image, Picture)
        return kept_histogram(image.pixels, blob(0.5, 0.3).astype(np.float16), 0.5)

    mean = np.mean([histogram(row) for row in others], axis=0)
    np.testing.assert_allclose(found.own, histogram(5))
    np.testing.assert_allclose(found.mean, mean)
    assert found.n == len(others) and found.distance == pytest.approx(histogram_distance(histogram(5), mean))
    assert np.isnan(colours_at(session, 1.01))


def test_the_mean_colours_of_a_class_are_under_the_maps_that_show(explained: Path) -> None:
    before = colours_at(alone(explained), 0.5)
    true, predicted = answers(explained, "run0")
    another = np.array([min({0, 1, 2, 3} - {int(a), int(b)}) for a, b in zip(true, predicted, strict=True)])
    maps = np.stack([blob(0.5, 0.3) for _ in range(80)])
    maps[9] = 0
    # Of every sample also a map of another class, and one of an earlier epoch: they come first in the file.
    other = np.stack([blob(0.1, 0.9)] * 80)
    write_maps(
        explained / "run0", "Grad-CAM", np.concatenate([other, other, maps]), sample=np.tile(np.arange(80), 3),
        epoch=np.repeat([1, 3, 3], 80), target=np.r_[predicted, another, predicted],
    )  # fmt: skip
    session = alone(explained)
    session = replace(session, explain=replace(session.explain, method="Grad-CAM", aim=PREDICTED))
    assert colours_at(session, 0.5) == pytest.approx(before)


def colours_at(session: Session, threshold: float) -> float:
    shown = detail(session)
    assert shown.main is not None
    found = colours(shown.main, shown.shown.table, threshold)
    assert found is not None
    return found.distance


@pytest.mark.row("O10")
def test_texts_of_two_runs_and_the_keywords_of_their_classes(tmp_path: Path) -> None:
    root = write_collection(tmp_path / "runs")
    for run in ("run0", "run1"):
        _, predicted = answers(root, run)
        write_texts(
            root / run, "contribution",
            [{"sample": row, "epoch": 3, "target": int(predicted[row]),
              "sentences": [{"words": [[CLASSES[predicted[row]], 2.0], ["the", -0.5]]}]} for row in range(80)],
        )  # fmt: skip
    found = detail(alone(root))
    assert [each.document is not None for each in found.by_run] == [True, True] and found.by_run[0].signed
    main = found.main
    assert main is not None and main.document is not None
    words = keywords(main, main.of)
    assert words is not None and [(each.text, each.weight) for each in words] == [(main.of, 2.0), ("the", -0.5)]
    assert keywords(main, "no class") == ()


def test_numbers_in_words(tmp_path: Path) -> None:
    root = write_collection(tmp_path / "runs")
    true, predicted = answers(root, "run0")
    row = int(np.flatnonzero(true != predicted)[0])
    found = number_words(detail(alone(root, f"{row:04d}")))
    with np.load(root / "run0" / "epochs" / "00003" / "test.npz") as held:
        nll = held["nll"][row].astype(float)
    margin = np.exp(-nll[true[row]]) - max(np.exp(-nll[k]) for k in range(4) if k != true[row])
    assert found[0] == f"loss {nll[true[row]]:.2f}"
    assert found[1] == f"margin −{abs(margin):.2f}".replace("0.", ".")
    assert found[2] == f"true is no. {1 + int((nll < nll[true[row]]).sum())}"
    past = [bool(answers(root, "run0", epoch)[1][row] == true[row]) for epoch in (1, 2, 3)]
    assert found[3] == (f"first right in epoch {past.index(True) + 1}" if any(past) else "never right")
