"""The history of every cell: gathered from a window against dense matrices, tracks, margins, words and steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray

from clftui.analysis.confusion import Confusion, from_dense
from clftui.analysis.folding import Items, fold, merged, unit
from clftui.app.registry import Registry
from clftui.data.catalog import open_catalog
from clftui.state import history
from clftui.state import matrix_epochs as model
from clftui.state.filters import Expression
from clftui.state.later import LATER
from clftui.state.matrix_encoding import encoding
from clftui.state.matrix_epochs_steps import next_cell, next_tracks, rotate, toggle_spark
from clftui.state.matrix_model import matrix
from clftui.state.matrix_series import Series
from clftui.state.matrix_words import legend
from clftui.state.moves import select
from clftui.state.selection import Tab
from clftui.state.session import Session, open_session
from clftui.state.settings import Against, CellEncoding, Share, Tracks, Zoom
from tests.matrices import ANIMALS, at, draw_as, session_on, write_matrix

GOOD = ((50, 7, 0), (3, 90, 1), (0, 2, 40))
WORSE = ((40, 17, 0), (3, 90, 1), (0, 2, 40))
BEST = ((57, 0, 0), (3, 90, 1), (0, 2, 40))
SMALL = ((5, 1), (2, 9))
ALL = slice(0, 3)


def add_split(run: Path, split: str, epochs: Sequence[ArrayLike]) -> None:
    """The epochs of another split, beside those that `write_matrix` wrote."""
    other = run.parent.parent / "other" / run.name
    write_matrix(other, epochs)
    for folder in sorted((other / "epochs").iterdir()):
        target = run / "epochs" / folder.name
        target.mkdir(exist_ok=True)
        (folder / "test.npz").rename(target / f"{split}.npz")


@pytest.fixture
def session(tmp_path: Path) -> Session:
    """Three runs of 3, 2 and 1 epochs; the best one, A, forgets in its last epoch."""
    runs = {"best": [GOOD, BEST, GOOD], "shorter": [WORSE, GOOD], "single": [WORSE]}
    return at(session_on(tmp_path, runs, run="best"), "cat", "dog")


def values(session: Session, **settings: object) -> NDArray[np.float64]:
    session = draw_as(session, **settings)
    shown = matrix(session)
    assert shown is not None
    axis = model.axis(session, shown, model.tracks(session))
    return model.cell_values(axis, shown, slice(0, shown.n), slice(0, shown.n))


def random_history(seed: int, k: int, epochs: int) -> tuple[tuple[int, Confusion], ...]:
    rng = np.random.default_rng(seed)
    dense = rng.integers(1, 30, (epochs, k, k)) * (rng.random((epochs, k, k)) < 0.4)
    out = []
    for epoch, counts in enumerate(dense, 1):
        out.append((epoch, replace(from_dense(counts), unanswered=rng.integers(0, 3, k).astype(np.int64))))
    return tuple(out)


def items_for(kind: str, k: int) -> Items:
    order = np.random.default_rng(1).permutation(k).astype(np.int64)
    return unit(order) if kind == "classes" else merged(order, [(1, 4), (6, 8)])


@pytest.mark.row("C3", "C8")
@pytest.mark.parametrize("kind", ["classes", "groups"])
@pytest.mark.parametrize("share", Share)
@pytest.mark.parametrize("seed", range(3))
def test_a_window_of_a_history_is_that_of_every_folded_matrix(
    session: Session, seed: int, share: Share, kind: str
) -> None:
    k = 9
    past, items = random_history(seed, k, 5), items_for(kind, k)
    run, names = session.run, tuple(f"c{i}" for i in range(k))
    assert run is not None
    found = Series(past, replace(run, classes=names), names, items)
    rng = np.random.default_rng(seed)
    true, predicted = (rng.permutation(items.n)[:4].astype(np.int64) for _ in range(2))
    peak = []
    for e, (_, confusion) in enumerate(past):
        c = confusion if items.is_unit else fold(confusion, items)
        counts, support, taken = c.dense().astype(float), c.support.astype(float), c.predicted_count.astype(float)
        whole = {
            Share.COUNTS: np.ones((1, 1)),
            Share.ROW: support[:, None],
            Share.COLUMN: taken[None, :],
            Share.TOTAL: np.full((1, 1), c.total),
        }[share]
        with np.errstate(invalid="ignore", divide="ignore"):
            expected = counts / whole
        peak.append(np.nanmax(np.where(np.eye(len(counts), dtype=bool), 0, expected)))
        assert np.allclose(found.shares(share, true, predicted)[e], expected[np.ix_(true, predicted)], equal_nan=True)
        assert np.array_equal(found.support(true)[e], support[true])
        assert np.array_equal(found.correct(true)[e], np.diag(counts)[true])
    assert found.peak(share, False, np.ones(5, dtype=bool)) == pytest.approx(max(peak))
    assert found.peak(share, False, np.arange(5) == 2) == pytest.approx(peak[2])


@pytest.mark.row("C2", "C3")
def test_tracks_share_one_axis_and_lack_the_epochs_they_have_not(session: Session) -> None:
    cat_dog = values(session)[:, :, 0, 1]
    expected = np.array([[7, 0, 7], [17, 7, np.nan], [17, np.nan, np.nan]])
    assert np.array_equal(cat_dog, expected, equal_nan=True)
    turned = values(session, transposed=True)[:, :, 1, 0]
    assert np.array_equal(turned, cat_dog, equal_nan=True)
    shares = values(session, share=Share.ROW)[0, :, 0, 1]
    assert np.allclose(shares, [7 / 57, 0, 7 / 57])


@pytest.mark.row("C1")
def test_a_range_of_epochs_cuts_the_axis_and_the_scale(session: Session) -> None:
    ranged = select(session, span=(2, 3))
    expected = np.array([[0, 7], [7, np.nan], [np.nan, np.nan]])
    assert np.array_equal(values(ranged)[:, :, 0, 1], expected, equal_nan=True)
    shown = matrix(ranged)
    assert shown is not None
    axis = model.axis(ranged, shown, model.tracks(ranged))
    assert axis.words == "2–3" and model.top(axis, shown) == 7
    whole = model.axis(session, shown, model.tracks(session))
    assert whole.words == "1–3" and model.top(whole, shown) == 17


def test_classes_are_aligned_by_name_and_unknown_ones_stay_undefined(tmp_path: Path) -> None:
    turned = np.array(GOOD)[::-1, ::-1]
    runs: dict[str, Sequence[ArrayLike]] = {"first": [BEST, BEST], "second": [turned, turned], "third": [SMALL, SMALL]}
    classes = {"first": ANIMALS, "second": ANIMALS[::-1], "third": ("dog", "cat")}
    found = values(session_on(tmp_path, runs, classes, run="first"))
    letters = [track.run.name for track in model.tracks(session_on(tmp_path / "b", runs, classes, run="first"))]
    second, third = (found[letters.index(name), 0] for name in ("second", "third"))
    assert np.array_equal(second, GOOD)
    assert np.array_equal(third, np.array([[9, 2, np.nan], [1, 5, np.nan], [np.nan] * 3]), equal_nan=True)


@pytest.mark.row("C14")
def test_only_the_rows_of_the_window_are_read(tmp_path: Path) -> None:
    k = 300
    dense = np.diag(np.full(k, 2)) + np.eye(k, k, 1, dtype=np.int64)
    names = [f"class_{i:03d}" for i in range(k)]
    session = session_on(tmp_path, {"large": [dense, 2 * dense]}, {"large": names})
    shown = matrix(session)
    assert shown is not None
    axis = model.axis(session, shown, model.tracks(session))
    cells = model.cell_values(axis, shown, slice(40, 50), slice(41, 61))
    assert cells.shape == (1, 2, 10, 20) and np.array_equal(cells[0, :, 0, 0], [1, 2])
    (series,) = axis.series
    assert series is not None and sorted(series._rows) == list(range(40, 50))


@pytest.mark.row("C2", "C11")
def test_strips_are_runs_that_fit_or_the_splits_of_one_run(tmp_path: Path) -> None:
    root = tmp_path / "runs"
    write_matrix(root / "best", [GOOD, BEST])
    write_matrix(root / "other", [WORSE])
    add_split(root / "best", "train", [BEST, BEST])
    session = replace(open_session(open_catalog([root]), run="best"), tab=Tab.MATRIX)
    for run in session.catalog.runs:
        history.load(run, "test")
    assert [track.label for track in model.tracks(session)] == ["A", "B"]
    assert [track.label for track in model.fitting(session, 1)] == ["A"]
    focused = next_tracks(next_tracks(session))
    assert focused.matrix.tracks is Tracks.FOCUSED and [t.label for t in model.tracks(focused)] == ["A"]
    splits = next_tracks(focused)
    assert [track.label for track in model.tracks(splits)] == ["test", "train"] and "test train" in splits.notice
    assert next_tracks(splits).matrix.tracks is Tracks.FITTING
    shown = matrix(splits)
    assert shown is not None
    assert model.is_waiting(splits, shown, model.tracks(splits))
    assert LATER.settle()
    assert not model.is_waiting(splits, shown, model.tracks(splits))
    assert np.array_equal(values(splits)[:, :, 0, 1], [[7, 0], [0, 0]])
    words = model.cell_words(splits, model.axis(splits, shown, model.tracks(splits)), shown, model.tracks(splits))
    assert [cell.shown.split()[0] for cell in words] == ["test", "train"]


def test_a_lone_run_and_split_say_so(tmp_path: Path) -> None:
    session = session_on(tmp_path, {"only": [GOOD, BEST]})
    assert next_tracks(session).notice == "There is one run and one split to draw."


def test_the_focused_run_is_drawn_before_others_and_histories_before_single_epochs(session: Session) -> None:
    assert [track.run.name for track in model.fitting(session, 2)] == ["best", "shorter"]
    single = select(session, run="single")
    assert [track.run.name for track in model.fitting(single, 1)] == ["single"]
    assert {track.run.name for track in model.fitting(single, 2)} == {"single", "best"}


@pytest.mark.row("C9")
def test_the_margin_tells_now_the_best_epoch_and_a_loss_beyond_chance(session: Session) -> None:
    shown = matrix(session)
    assert shown is not None
    tracks = model.tracks(session)
    found = model.margins(session, model.axis(session, shown, tracks), shown, tracks, ALL)
    a, b = (next(at for at, track in enumerate(tracks) if track.run.name == name) for name in ("best", "shorter"))
    assert found.now[a, 0] == pytest.approx(50 / 57) and found.best[a, 0] == 2
    assert found.since[a, 0] == pytest.approx(-7 / 57) and found.certain[a, 0]
    assert found.since[a, 1] == 0 and found.best[a, 1] == 1 and not found.certain[a, 1]
    assert found.best[b, 0] == 2 and found.since[b, 0] == 0
    pinned = select(session, epoch=2)
    found = model.margins(pinned, model.axis(pinned, shown, tracks), shown, tracks, ALL)
    assert found.now[a, 0] == 1 and found.since[a, 0] == 0
    turned = matrix(draw_as(session, transposed=True))
    assert turned is not None
    precision = model.margins(session, model.axis(session, turned, tracks), turned, tracks, ALL)
    assert precision.now[a, 1] == pytest.approx(90 / 99) and precision.best[a, 1] == 2


@pytest.mark.row("C12")
def test_the_cell_under_the_cursor_is_told_from_the_first_epoch_to_now(session: Session) -> None:
    shown = matrix(session)
    assert shown is not None
    tracks = model.tracks(session)
    cells = model.cell_words(session, model.axis(session, shown, tracks), shown, tracks)
    assert [cell.shown for cell in cells] == ["7→7 (epoch 3)", "17→7 (epoch 2)", "17→17 (epoch 1)"]
    assert [cell.letter for cell in cells] == ["A", "B", "C"]
    assert cells[0].interval == "12 % 6–23"
    pinned = select(session, epoch=2)
    cells = model.cell_words(pinned, model.axis(pinned, shown, tracks), shown, tracks)
    assert cells[0].shown == "7→0 (epoch 2)"
    past = select(session, span=(2, 3))
    cells = model.cell_words(past, model.axis(past, shown, tracks), shown, tracks)
    assert [cell.shown for cell in cells] == ["0→7 (epoch 3)", "7→7 (epoch 2)", "–"]


def test_no_epoch_read_yet_is_no_error(tmp_path: Path) -> None:
    write_matrix(tmp_path / "only", [GOOD, BEST])
    session = open_session(open_catalog([tmp_path]))
    shown = matrix(session)
    assert shown is not None
    tracks = model.tracks(session)
    axis = model.axis(session, shown, tracks)
    assert axis.words == "–" and model.top(axis, shown) == 0
    assert model.margins(session, axis, shown, tracks, ALL).now.shape == (1, 3)
    assert [cell.shown for cell in model.cell_words(session, axis, shown, tracks)] == ["–"]


@pytest.mark.row("C4", "C5")
def test_c_goes_from_numbers_to_strips_to_sparklines_to_shades(session: Session) -> None:
    strips = next_cell(session)
    assert encoding(strips) is CellEncoding.STRIP and "a heat strip for each of A B C" in strips.notice
    assert legend(strips).startswith("heat strip · runs as fit · log")
    spark = next_cell(strips)
    assert encoding(spark) is CellEncoding.SPARK and "sparkline" in spark.notice
    assert toggle_spark(spark).matrix.cell is CellEncoding.STRIP
    shades = next_cell(spark)
    assert shades.matrix.zoom is Zoom.SHADE and legend(shades).startswith("shade")
    numbers = next_cell(shades)
    assert numbers.matrix.zoom is Zoom.NUMBER and legend(numbers).startswith("number")
    assert next_cell(draw_as(session, zoom=Zoom.OVERVIEW)).matrix.zoom is Zoom.NUMBER
    assert encoding(next_cell(draw_as(session, zoom=Zoom.WIDE))) is CellEncoding.STRIP


def test_v_changes_the_variant_of_what_shows(session: Session) -> None:
    command = Registry().find("v", Tab.MATRIX)
    assert command is not None and command.step is not None and not command.works(session)
    strips = next_cell(session)
    assert command.works(strips) and command.step(strips).matrix.cell is CellEncoding.SPARK
    far = draw_as(session, zoom=Zoom.OVERVIEW)
    assert command.works(far) and command.step(far).matrix.pool is not far.matrix.pool


@pytest.mark.row("C7")
def test_rotating_says_what_compares(session: Session) -> None:
    rotated = rotate(next_cell(session))
    assert rotated.matrix.rotated and rotated.notice == "Epochs run down: compare cells along a row."
    assert "rotated" in legend(rotated)
    assert not rotate(rotated).matrix.rotated


def test_where_there_is_no_history_c_says_why(session: Session, tmp_path: Path) -> None:
    strips = next_cell(session)
    difference = draw_as(strips, against=Against.RUN)
    assert encoding(difference) is CellEncoding.NUMBER and legend(difference).startswith("number")
    assert "A difference has one number a cell" in next_cell(difference).notice
    single = next_cell(session_on(tmp_path / "single", {"only": [GOOD]}))
    assert single.matrix.zoom is Zoom.SHADE and single.notice == (
        "One epoch is no history. The samples have no images. Cells show a shade."
    )


def test_histories_are_counted_anew_under_a_filter(session: Session) -> None:
    filtered = next_cell(replace(session, filters=(Expression('predicted == "dog"'),)))
    assert encoding(filtered) is CellEncoding.STRIP
    shown = matrix(filtered)
    assert shown is not None
    model.is_waiting(filtered, shown, model.tracks(filtered))
    assert LATER.settle()
    assert not model.is_waiting(filtered, shown, model.tracks(filtered))
    counted = values(filtered)
    assert np.array_equal(counted[0, :, 0, 1], [7, 0, 7]) and not counted[0, :, 0, 0].any()


@pytest.mark.row("C11")
def test_one_epoch_of_two_splits_is_drawn_by_splits(tmp_path: Path) -> None:
    root = tmp_path / "runs"
    write_matrix(root / "only", [GOOD])
    add_split(root / "only", "train", [BEST])
    session = next_cell(open_session(open_catalog([root])))
    assert session.matrix.tracks is Tracks.SPLITS and encoding(session) is CellEncoding.STRIP
