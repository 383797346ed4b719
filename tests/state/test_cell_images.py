"""Which sample stands for a cell of the matrix, found for whole windows; and the way into and out of images."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from clftui.data.catalog import open_catalog
from clftui.state import matrix_images as model
from clftui.state.filters import Expression
from clftui.state.group_steps import collapse
from clftui.state.later import LATER
from clftui.state.matrix_encoding import encoding
from clftui.state.matrix_epochs_steps import next_cell, to_images
from clftui.state.matrix_model import drill, matrix
from clftui.state.matrix_words import legend
from clftui.state.moves import select
from clftui.state.sample_list import SampleList, index_of, listing
from clftui.state.sample_order import representative
from clftui.state.selection import Tab
from clftui.state.session import Session, open_session
from clftui.state.settings import Against, CellEncoding, ClassOrder, Zoom
from tests.builders import write_collection
from tests.pictured import CLASSES, open_pictured, write_pictured

ALL = slice(0, 99)


def found(session: Session, rows: slice = ALL, columns: slice = ALL) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    shown = matrix(session)
    assert shown is not None
    positions = model.representatives(session, shown, rows, columns)
    assert positions is not None
    return positions


def random_run(root: Path, seed: int, scored: bool, n: int = 120, **more: object) -> Path:
    rng = np.random.default_rng(seed)
    true, predicted = rng.integers(0, 3, (2, n)).tolist()
    # Few different values: ties must be settled too.
    confidence = (rng.integers(1, 5, n) / 4.0).tolist() if scored else None
    return write_pictured(root, true, predicted, confidence, images=False, order=rng.permutation(n).tolist(), **more)  # type: ignore[arg-type]


@pytest.mark.row("P10")
@pytest.mark.parametrize("scored", [True, False])
@pytest.mark.parametrize("seed", range(3))
def test_a_window_has_the_representative_of_every_cell(tmp_path: Path, seed: int, scored: bool) -> None:
    session = open_pictured(random_run(tmp_path, seed, scored), diagonal=True)
    evaluation = session.evaluation()
    assert evaluation is not None
    expected = np.array([[representative(evaluation, true, predicted) for predicted in range(3)] for true in range(3)])
    assert np.array_equal(found(session), expected)
    assert np.array_equal(found(replace(session, matrix=replace(session.matrix, transposed=True))), expected.T)
    assert np.array_equal(found(session, slice(1, 3), slice(2, 3)), expected[1:3, 2:3])
    by_size = replace(session, matrix=replace(session.matrix, order=ClassOrder.SIZE))
    shown = matrix(by_size)
    assert shown is not None
    assert np.array_equal(found(by_size), expected[np.ix_(shown.order, shown.order)])
    if scored:
        assert all(
            evaluation.confidence([at])[0] == evaluation.confidence(evaluation.positions(t, p)).max()
            for t, row in enumerate(expected.tolist()) for p, at in enumerate(row)
        )  # fmt: skip


@pytest.mark.row("P10")
@pytest.mark.parametrize("scored", [True, False])
def test_the_choice_does_not_depend_on_how_the_file_is_laid_out(tmp_path: Path, scored: bool) -> None:
    names = []
    for order in (range(120), range(119, -1, -1)):
        rng = np.random.default_rng(4)
        true, predicted = rng.integers(0, 3, (2, 120)).tolist()
        root = write_pictured(tmp_path / str(order.step), true, predicted, [0.5] * 120 if scored else None,
                              order=list(order), images=False)  # fmt: skip
        session = open_pictured(root)
        evaluation = session.evaluation()
        assert evaluation is not None
        positions = found(session)
        names.append(np.where(positions >= 0, evaluation.sample[positions], -1))
    assert np.array_equal(names[0], names[1])
    assert (np.diag(names[0]) == -1).all() and (names[0] >= 0).sum() == 6


@pytest.mark.row("P10")
def test_filters_and_the_threshold_leave_out_samples_and_cells(tmp_path: Path) -> None:
    true, predicted = [0, 0, 0, 0, 1, 2], [1, 1, 1, 2, 0, 2]
    session = open_pictured(write_pictured(tmp_path, true, predicted, [0.3, 0.9, 0.6, 0.8, 0.7, 0.5], images=False))
    none = [-1, -1, -1]
    assert found(session).tolist() == [[-1, 1, 3], [4, -1, -1], none]
    unsure = replace(session, filters=(Expression("confidence < .75"),))
    assert found(unsure).tolist() == [[-1, 2, -1], [4, -1, -1], none]
    often = replace(session, matrix=replace(session.matrix, at_least=2))
    assert found(often).tolist() == [[-1, 1, -1], none, none]
    assert found(replace(session, filters=(Expression("confidence > 2"),))).tolist() == [none] * 3


@pytest.mark.row("P10")
def test_a_collapsed_group_is_stood_for_by_the_surest_of_all_its_classes(tmp_path: Path) -> None:
    tree = {"name": "all", "children": [{"name": "pets", "children": ["cat", "dog"]}, "fox"]}
    true, predicted = [0, 1, 0, 2, 2, 1], [2, 2, 1, 0, 1, 1]
    root = write_pictured(tmp_path, true, predicted, [0.4, 0.8, 0.9, 0.2, 0.6, 0.3], images=False, hierarchy=tree)
    session = select(open_pictured(root, order=ClassOrder.HIERARCHY, diagonal=True), true="cat", predicted="fox")
    grouped = collapse(session)
    shown = matrix(grouped)
    assert shown is not None and shown.names == ("pets", "fox")
    assert found(grouped).tolist() == [[2, 1], [4, -1]]


@pytest.mark.row("P10", "P11")
@pytest.mark.parametrize("scored", [True, False])
def test_enter_goes_to_the_sample_that_the_cell_shows(tmp_path: Path, scored: bool) -> None:
    true, predicted = [0] * 9 + [1], [1] * 9 + [0]
    confidence = [0.5, 0.9, 0.9, 0.1, 0.9, 0.9, 0.2, 0.3, 0.9, 0.5] if scored else None
    session = select(open_pictured(write_pictured(tmp_path, true, predicted, confidence)), true="cat", predicted="dog")
    here = matrix(session)
    assert here is not None
    shown = model.representative_at_cursor(session, here)
    deeper = drill(session)
    assert shown is not None and deeper.tab is Tab.SAMPLES and deeper.selection.sample == shown.name
    samples = listing(deeper)
    assert isinstance(samples, SampleList) and samples.sample_id(index_of(deeper, samples)) == shown.name
    assert shown.words == (f"{shown.name} .90" if scored else shown.name)
    numbers = replace(session, matrix=replace(session.matrix, cell=CellEncoding.NUMBER))
    assert drill(numbers).selection.sample is None


def test_many_scores_are_read_behind_the_screen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = replace(open_session(open_catalog([write_collection(tmp_path / "runs", runs=1)])), tab=Tab.MATRIX)
    here = matrix(session)
    assert here is not None
    monkeypatch.setattr(model, "AT_ONCE", 0)
    assert model.representatives(session, here, ALL, ALL) is None
    assert LATER.settle()
    later = found(session)
    evaluation = session.evaluation()
    assert evaluation is not None
    assert later[0, 1] == representative(evaluation, 0, 1)


def test_c_comes_to_images_and_says_what_it_leaves_out(tmp_path: Path) -> None:
    root = write_collection(tmp_path / "runs", runs=1, images=True)
    session = replace(open_session(open_catalog([root])), tab=Tab.MATRIX)
    seen = []
    for _ in range(5):
        session = next_cell(session)
        seen.append((encoding(session), session.matrix.zoom_of(4), session.notice))
    assert [each[0] for each in seen] == [
        CellEncoding.STRIP, CellEncoding.SPARK, CellEncoding.IMAGE, CellEncoding.NUMBER, CellEncoding.NUMBER
    ]  # fmt: skip
    assert [each[1] for each in seen] == [Zoom.NUMBER] * 3 + [Zoom.SHADE, Zoom.NUMBER]
    assert seen[2][2] == "Cells show an image: the surest of their samples." and seen[3][2] == "Cells show a shade."
    single = next_cell(open_pictured(write_pictured(tmp_path / "single", [0, 1], [1, 0]), cell=CellEncoding.NUMBER))
    assert single.notice == "One epoch is no history. Cells show an image: one of their samples, always the same."
    assert legend(single).startswith("image · one of each cell")


def test_why_cells_have_no_images(tmp_path: Path) -> None:
    bare = open_pictured(write_pictured(tmp_path / "bare", [0, 1], [1, 0], images=False), cell=CellEncoding.NUMBER)
    assert model.why_not(bare) == "The samples have no images"
    assert to_images(bare).notice == "The samples have no images." and to_images(bare).matrix == bare.matrix
    assert encoding(replace(bare, matrix=replace(bare.matrix, cell=CellEncoding.IMAGE))) is CellEncoding.NUMBER
    session = open_pictured(write_pictured(tmp_path / "pictured", [0, 1], [1, 0]))
    assert not model.why_not(session) and model.is_on(session)
    assert not model.is_on(replace(session, matrix=replace(session.matrix, zoom=Zoom.SHADE)))
    compared = replace(session, matrix=replace(session.matrix, against=Against.EPOCH))
    assert "difference" in model.why_not(compared) and encoding(compared) is CellEncoding.NUMBER
    far = replace(session, matrix=replace(session.matrix, zoom=Zoom.OVERVIEW, cell=CellEncoding.NUMBER))
    assert encoding(to_images(far)) is CellEncoding.IMAGE
    (tmp_path / "pictured" / "samples" / "test.csv").write_text("id,true,path\ns0,cat,a.png\n", encoding="utf-8")
    short = open_pictured(tmp_path / "pictured")
    assert model.why_not(short) == "The sample table cannot be read" and len(CLASSES) == 3
