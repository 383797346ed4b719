"""Blocks of what shows: cut without filters from the newest epoch, counted in what shows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from clftui.analysis.blocks import partition
from clftui.state import blocks as model
from clftui.state.blocks import Blocks, blocks, excess, outliers, share_inside, span, words
from clftui.state.later import Later
from clftui.state.matrix_model import Matrix, matrix
from clftui.state.session import Session
from clftui.state.settings import GROUPS, SUGGESTED, ClassOrder
from clftui.state.similar import reference
from tests.groups import grouped
from tests.matrices import at, draw_as, session_on
from tests.planted import Planted, planted, planted_session


@pytest.fixture
def what() -> Planted:
    return planted(3, 4)


@pytest.fixture
def session(tmp_path: Path, what: Planted) -> Session:
    return draw_as(planted_session(tmp_path, what), order=ClassOrder.QUICK, blocks=SUGGESTED)


def cut(session: Session) -> tuple[Matrix, Blocks]:
    shown = matrix(session)
    assert shown is not None
    found = blocks(session, shown)
    assert found is not None
    return shown, found


@pytest.mark.row("B18")
def test_planted_blocks_are_suggested_and_their_one_outlier_listed(session: Session, what: Planted) -> None:
    shown, found = cut(session)
    assert found.n == 3 and found.outlines == ((0, 4), (4, 8), (8, 12))
    for block in range(3):
        members = found.classes(block)
        assert len(set(what.group[members].tolist())) == 1 and (found.block_of[members] == block).all()
    [odd] = outliers(shown, found)
    assert (what.names[odd.true], what.names[odd.predicted], odd.count) == (*what.outlier, 9)
    inside, mistakes = share_inside(shown.whole, found)
    assert mistakes - inside == 9 and inside == sum(
        int(what.counts[np.ix_(m, m)].sum() - 60 * 4) for m in (np.flatnonzero(what.group == b) for b in range(3))
    )


@pytest.mark.row("B19")
def test_blocks_stay_while_a_threshold_filters_cells(session: Session) -> None:
    _, before = cut(session)
    shown, after = cut(draw_as(session, at_least=10))
    assert after.edges.tolist() == before.edges.tolist() and after.order.tolist() == before.order.tolist()
    assert outliers(shown, after) == ()


@pytest.mark.row("B19")
def test_blocks_stay_while_earlier_epochs_show(tmp_path: Path, what: Planted) -> None:
    # Nothing of the blocks is there in the first epoch.
    first = np.diag(np.full(12, 60))
    first[0, 1:] = 2
    epochs = session_on(tmp_path, {"run": [first, what.counts]}, {"run": what.names})
    newest = draw_as(epochs, order=ClassOrder.QUICK, blocks=SUGGESTED)
    earlier = replace(newest, selection=replace(newest.selection, epoch=1))
    (shown, before), (past, after) = cut(newest), cut(earlier)
    assert after.outlines == before.outlines and after.order.tolist() == before.order.tolist()
    assert share_inside(past.whole, after)[1] == 22 != share_inside(shown.whole, before)[1]


def test_as_many_blocks_as_asked_for_and_none(session: Session) -> None:
    _, found = cut(draw_as(session, blocks=5))
    source = reference(session)
    assert source is not None
    assert found.n == 5 and found.edges.tolist() == partition(source, found.order, 5).tolist()
    shown = matrix(session)
    assert shown is not None and blocks(draw_as(session, blocks=None), shown) is None


def test_groups_are_outlined_in_the_hierarchys_order_alone(tmp_path: Path) -> None:
    session = grouped(tmp_path / "grouped", blocks=GROUPS)
    _, found = cut(session)
    # Animals, cars and oak; inside the animals pets and birds.
    assert found.outlines == ((0, 4), (4, 6), (6, 7), (0, 2), (2, 4))
    _, other = cut(draw_as(session, order=ClassOrder.NAME))
    assert other.inner == () and other.order.tolist() != found.order.tolist()


def test_many_classes_are_cut_behind_the_screens_back(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model, "AT_ONCE", 5)
    monkeypatch.setattr("clftui.state.blocks.LATER", later := Later(pause=0.3))
    shown = matrix(session)
    assert shown is not None and blocks(session, shown) is None
    assert words(session, shown, shown.classes) == "blocks …"
    assert later.settle()
    assert cut(session)[1] is cut(session)[1] and cut(session)[1].n == 3
    assert blocks(draw_as(session, blocks=2), shown) is None
    waited = blocks(draw_as(session, blocks=2), shown, wait=True)
    assert waited is not None and waited.n == 2


def test_the_region_under_the_cursor_in_words(session: Session, what: Planted) -> None:
    shown, found = cut(session)
    first = found.classes(0)
    a, b = (shown.classes[int(i)] for i in (first[0], first[-1]))
    inside = at(session, a, b)
    shown, _ = cut(inside)
    mine = int(what.counts[first].sum()) - 4 * 60
    within = int(what.counts[np.ix_(first, first)].sum()) - 4 * 60
    assert words(inside, shown, shown.classes) == f"block 1: {a} … {b}, {within} of its {mine} mistakes inside"
    between = at(session, *what.outlier)
    shown, found = cut(between)
    row, column = (int(found.block_of[what.names.index(name)]) for name in what.outlier)
    said = words(between, shown, shown.classes)
    assert (
        said.startswith(f"block {row + 1}, ") and f"as block {column + 1}, " in said and said.endswith(": 9 mistakes")
    )
    assert words(draw_as(session, blocks=None), shown, shown.classes) == ""


def test_a_block_of_one_is_called_by_its_class() -> None:
    found = Blocks(np.array([2, 0, 1]), np.array([0, 1, 3]))
    assert span(("a", "b", "c\x1b[m"), found, 0) == "c·[m" and span(("a", "b", "c"), found, 1) == "a … b"


@pytest.mark.row("B35")
def test_blocks_that_are_taken_for_each_other_are_named(session: Session, what: Planted) -> None:
    shown, found = cut(session)
    assert len(excess(shown.whole, found).first) == 0
    # One block more than planted parts one of them: its halves are taken for each other, no others are.
    shown, found = cut(draw_as(session, blocks=4))
    pairs = excess(shown.whole, found)
    parted = {frozenset((int(a), int(b))) for a, b in zip(pairs.first, pairs.second, strict=True)}
    groups = [set(what.group[found.classes(block)].tolist()) for block in range(4)]
    assert parted == {frozenset((a, b)) for a in range(4) for b in range(a) if groups[a] == groups[b]}
