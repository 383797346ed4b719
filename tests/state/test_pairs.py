"""The list of confused pairs: what it counts, how it sorts, and how the cursor goes through it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clftui.analysis.confusion import from_dense
from clftui.analysis.intervals import wilson
from clftui.state import pairs
from clftui.state.pairs import PairList, pair_list
from clftui.state.selection import Part, Scope, Tab
from clftui.state.session import Session
from clftui.state.settings import PairSort, Pane
from clftui.state.triage import Reason, tag_pair
from tests.matrices import COUNTS, at, draw_as, session_on

BEFORE = ((50, 4, 0), (3, 90, 1), (0, 4, 38))


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return session_on(tmp_path, {"only": [BEFORE, COUNTS]})


def named(shown: PairList) -> list[str]:
    return [f"{shown.classes[t]}{shown.classes[p]}" for t, p in zip(shown.true, shown.predicted, strict=True)]


def listed(session: Session) -> PairList:
    shown = pair_list(session)
    assert shown is not None
    return shown


@given(st.integers(2, 7), st.integers(0, 2**32 - 1), st.sampled_from(list(PairSort)))
def test_every_number_equals_the_dense_matrix(k: int, seed: int, sort: PairSort) -> None:
    rng = np.random.default_rng(seed)
    dense, before = rng.integers(0, 5, (k, k)), rng.integers(0, 5, (k, k))
    names = tuple(f"c{i}" for i in range(k))
    shown = pairs._listed(names, from_dense(dense), from_dense(before), 2, sort, "")
    assert shown.n == int(((dense >= 2) & ~np.eye(k, dtype=bool)).sum())
    assert shown.whole == int(((dense > 0) & ~np.eye(k, dtype=bool)).sum())
    t, p = shown.true, shown.predicted
    assert shown.count.tolist() == dense[t, p].tolist()
    assert shown.back.tolist() == dense[p, t].tolist()
    assert shown.change.tolist() == (dense[t, p] - before[t, p]).tolist()
    assert shown.support.tolist() == dense.sum(1)[t].tolist()
    worth = {
        PairSort.COUNT: shown.count,
        PairSort.RATE: wilson(shown.count, shown.support)[0],
        PairSort.CHANGE: shown.change,
        PairSort.SURPRISE: shown.surprise,
        PairSort.REASON: shown.count,
    }[sort]
    assert (np.diff(worth) <= 0).all()


@pytest.mark.row("B33")
def test_rows_in_words(session: Session) -> None:
    shown = listed(session)
    assert named(shown) == ["catdog", "dogcat", "foxdog", "dogfox"]
    first, second, third, _ = pairs.rows(session, shown, 0, 4)
    assert (first.count, first.rate, first.interval, first.change, first.back) == (7, "12", "6–23", 3, 3)
    assert (second.change, third.change) == (0, -2) and not first.few
    few = session_on(Path(str(session.catalog.root)) / "few", {"one": [((1, 1, 0), (0, 9, 0), (0, 0, 9))]})
    assert pairs.rows(few, listed(few), 0, 1)[0].few


def test_threshold_and_text_narrow_the_list(session: Session) -> None:
    assert named(listed(draw_as(session, at_least=3))) == ["catdog", "dogcat"]
    foxes = pairs.find(session, "FOX")
    assert named(listed(foxes)) == ["foxdog", "dogfox"] and pairs.title(listed(foxes)) == "2 of 4 by count"
    assert (foxes.selection.true, foxes.selection.predicted) == ("fox", "dog")
    assert named(listed(pairs.find(foxes, ""))) == named(listed(session))
    assert "zebra" in pairs.find(foxes, "zebra").notice and pairs.find(foxes, "zebra").matrix == foxes.matrix


def test_the_cursor_goes_down_the_list_and_stays_in_it(session: Session) -> None:
    start = at(session, "cat", "cat")
    assert pairs.cursor(start, listed(start)) is None
    seen = []
    for _ in range(5):
        start = pairs.move(start, 1)
        seen.append(f"{start.selection.true}{start.selection.predicted}")
    assert seen == ["catdog", "dogcat", "foxdog", "dogfox", "dogfox"]
    assert pairs.move(start, -100).selection.true == "cat"


def test_a_pair_opens_its_samples(session: Session) -> None:
    deeper = pairs.drill(at(session, "dog", "cat"))
    assert deeper.tab is Tab.SAMPLES and deeper.selection.scope == Scope("dog", "cat", Part.WRONG)
    assert "not listed" in pairs.drill(at(session, "dog", "dog")).notice


def test_sorts_go_round_those_that_have_numbers(session: Session, tmp_path: Path) -> None:
    seen = []
    for _ in range(5):
        session = pairs.next_sort(session)
        seen.append(session.matrix.pair_sort)
        assert session.notice.startswith("Pairs by")
    assert set(seen) == set(PairSort) - {PairSort.REASON}
    single = session_on(tmp_path / "single", {"only": [COUNTS]})
    for _ in range(4):
        single = pairs.next_sort(single)
        assert single.matrix.pair_sort is not PairSort.CHANGE


def test_panes_go_round_and_the_list_alone_has_a_cursor(session: Session) -> None:
    start = at(session, "cat", "cat")
    wide = [start]
    for _ in range(3):
        wide.append(pairs.next_pane(wide[-1], True))
    assert [each.matrix.pane for each in wide] == [Pane.GRID, Pane.BOTH, Pane.PAIRS, Pane.GRID]
    assert wide[2].selection.predicted == "dog"
    assert pairs.next_pane(start, False).matrix.pane is Pane.PAIRS


def test_without_mistakes_the_list_is_empty(tmp_path: Path) -> None:
    session = session_on(tmp_path, {"only": [np.diag([5, 6, 7])]})
    shown = listed(session)
    assert shown.n == 0 and pairs.rows(session, shown, 0, 5) == []
    assert pairs.move(session, 1) is session and pairs.next_sort(session).matrix.pair_sort is PairSort.RATE


@pytest.mark.row("B33")
def test_classes_that_are_confused_with_each_other_alone_surprise_most(tmp_path: Path) -> None:
    counts = np.eye(6, dtype=int) * 60
    counts[:4, :4] += 12
    counts[4, 5] = 6
    names = [f"c{i}" for i in range(6)]
    session = session_on(tmp_path, {"only": [counts]}, {"only": names})
    assert named(listed(session))[-1] == "c4c5"
    by_surprise = listed(draw_as(session, pair_sort=PairSort.SURPRISE))
    assert named(by_surprise)[0] == "c4c5" and by_surprise.times[0] > 5 > by_surprise.times[1]


@pytest.mark.row("B33")
def test_tagged_pairs_come_first_reason_by_reason(session: Session) -> None:
    for pair, reason in (("dogfox", Reason.REDUNDANT), ("catdog", Reason.ABSTRACT), ("foxdog", Reason.REDUNDANT)):
        tag_pair(session.catalog, pair[:3], pair[3:], reason)
    by_reason = draw_as(session, pair_sort=PairSort.REASON)
    assert named(listed(by_reason)) == ["foxdog", "dogfox", "catdog", "dogcat"]
    assert pairs.next_sort(by_reason).matrix.pair_sort is PairSort.COUNT
    tag_pair(session.catalog, "dog", "cat", Reason.REDUNDANT)
    assert named(listed(by_reason))[0] == "dogcat"
