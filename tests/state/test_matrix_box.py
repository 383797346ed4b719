"""Boxes of cells: which classes and samples they hold however the screen lies, and where enter leads."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from clftui.state import matrix_box
from clftui.state.matrix_box import Box, box, box_sentence
from clftui.state.matrix_model import matrix
from clftui.state.moves import back
from clftui.state.sample_list import SampleList, listing
from clftui.state.sample_title import title_words
from clftui.state.selection import Part, Scope, Tab
from clftui.state.session import Session
from clftui.state.settings import ClassOrder, Pane
from clftui.state.words import breadcrumb
from tests.matrices import COUNTS, at, draw_as, session_on


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return session_on(tmp_path, {"only": [COUNTS]})


def boxed(session: Session, start: tuple[str, str], end: tuple[str, str]) -> Session:
    return at(matrix_box.toggle(at(session, *start)), *end)


def found(session: Session) -> Box:
    shown = matrix(session)
    assert shown is not None
    selected = box(session, shown)
    assert selected is not None
    return selected


@pytest.mark.row("B16")
@pytest.mark.parametrize("settings", [{}, {"transposed": True}, {"order": ClassOrder.HARDEST}])
def test_a_box_holds_the_cells_between_its_corners(session: Session, settings: dict[str, object]) -> None:
    drawn = draw_as(session, **settings)
    for corners in ((("cat", "dog"), ("dog", "fox")), (("dog", "fox"), ("cat", "dog"))):
        selected = found(boxed(drawn, *corners))
        shown = matrix(drawn)
        assert shown is not None
        place = {shown.classes[index]: position for position, index in enumerate(shown.order.tolist())}
        ends = [sorted((place[a], place[b])) for a, b in zip(*corners, strict=True)]
        true, predicted = ([name for name, at_ in place.items() if low <= at_ <= high] for low, high in ends)
        assert set(selected.true_classes) == set(true) and set(selected.predicted_classes) == set(predicted)
        index = session.classes.index
        counts = np.asarray(COUNTS)[np.ix_([index(t) for t in true], [index(p) for p in predicted])]
        assert selected.samples == counts.sum()
        right = sum(COUNTS[index(name)][index(name)] for name in set(true) & set(predicted))
        assert selected.right == right


@pytest.mark.row("B16")
def test_enter_opens_the_samples_of_the_box(session: Session) -> None:
    selected = boxed(session, ("cat", "dog"), ("dog", "fox"))
    assert box_sentence(found(selected)).words.startswith("98 samples, 8 of them wrong; cat … dog as dog … fox")
    deeper = matrix_box.drill(selected)
    assert deeper.tab is Tab.SAMPLES and deeper.selection.scope.part is Part.ALL
    shown = listing(deeper)
    assert isinstance(shown, SampleList) and shown.n == 7 + 0 + 90 + 1
    assert title_words(shown) == ("98", "of 151 in 2 × 2 cells")
    assert "2 × 2 cells" in "".join(piece.text for piece in breadcrumb(deeper))
    assert back(deeper).selection.anchor == ("cat", "dog")
    wrong = replace(deeper.selection.scope, part=Part.WRONG)
    only = listing(replace(deeper, selection=replace(deeper.selection, scope=wrong)))
    assert isinstance(only, SampleList) and only.n == 8


def test_v_begins_and_ends_and_back_ends_it_too(session: Session) -> None:
    begun = matrix_box.toggle(session)
    assert begun.selection.anchor == (session.selection.true, session.selection.predicted)
    assert matrix_box.toggle(begun).selection.anchor is None
    assert back(begun).selection == session.selection
    assert "needs the grid" in matrix_box.toggle(draw_as(session, pane=Pane.PAIRS)).notice


def test_an_empty_box_and_a_strange_anchor(session: Session) -> None:
    assert "No sample is in the box" in matrix_box.drill(boxed(session, ("cat", "fox"), ("cat", "fox"))).notice
    strange = replace(session, selection=replace(session.selection, anchor=("zebra", "cat")))
    shown = matrix(strange)
    assert shown is not None and box(strange, shown) is None
    assert matrix_box.drill(strange).tab is Tab.SAMPLES


@pytest.mark.row("B17")
def test_rows_and_columns_open_what_is_wrong_in_them(session: Session) -> None:
    here = at(session, "dog", "cat")
    row, column = matrix_box.drill_row(here), matrix_box.drill_column(here)
    assert row.selection.scope == Scope(true="dog") and column.selection.scope == Scope(predicted="cat")
    for deeper, n in ((row, 4), (column, 3)):
        shown = listing(deeper)
        assert isinstance(shown, SampleList) and shown.n == n


def test_a_bare_matrix_has_no_samples_to_box(tmp_path: Path) -> None:
    session = session_on(tmp_path, {"only": [COUNTS]})
    np.savez(tmp_path / "only" / "epochs" / "00001" / "test.npz", confusion=np.asarray(COUNTS))
    from clftui.data.catalog import open_catalog
    from clftui.state.session import open_session

    bare = replace(open_session(open_catalog([tmp_path])), tab=Tab.MATRIX)
    assert "bare matrix" in matrix_box.drill(boxed(bare, ("cat", "dog"), ("dog", "fox"))).notice
    assert "bare matrix" in matrix_box.drill_row(bare).notice
    assert session.classes == bare.classes


def test_keys_go_through_the_list_where_it_stands_alone(session: Session) -> None:
    listed = draw_as(at(session, "cat", "dog"), pane=Pane.PAIRS)
    moved = matrix_box.move(listed, 1, 0)
    assert (moved.selection.true, moved.selection.predicted) == ("dog", "cat")
    assert matrix_box.move(listed, 0, 1) is listed
    grid = matrix_box.move(at(session, "cat", "dog"), 1, 0)
    assert (grid.selection.true, grid.selection.predicted) == ("dog", "dog")
    assert matrix_box.drill(listed).selection.scope == Scope("cat", "dog", Part.WRONG)
