"""Keys over blocks: how many, the next outlier, the region under the cursor."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from clftui.state import block_steps
from clftui.state import blocks as model
from clftui.state.block_steps import next_noteworthy, region, step_number, times_words, to_number, toggle
from clftui.state.later import Later
from clftui.state.session import Session
from clftui.state.settings import GROUPS, SUGGESTED, ClassOrder, Pane
from clftui.state.similar import reference, similar_order
from tests.groups import grouped
from tests.matrices import at, draw_as, session_on
from tests.planted import Planted, planted, planted_session


@pytest.fixture
def what() -> Planted:
    return planted(3, 4)


@pytest.fixture
def session(tmp_path: Path, what: Planted) -> Session:
    return draw_as(planted_session(tmp_path, what), order=ClassOrder.QUICK)


@pytest.mark.row("B18")
def test_b_outlines_as_many_as_the_data_suggest_and_then_none(session: Session) -> None:
    some = toggle(session)
    assert some.matrix.blocks == SUGGESTED
    assert some.notice.startswith("3 blocks, as the data suggest; 98 % of ") and some.notice.endswith(" inside them.")
    none = toggle(some)
    assert none.matrix.blocks is None and none.notice == "No blocks."


def test_with_a_hierarchy_its_groups_come_between(tmp_path: Path) -> None:
    groups = toggle(toggle(grouped(tmp_path / "grouped")))
    assert groups.matrix.blocks == GROUPS and groups.notice.startswith("3 blocks, the groups of the hierarchy; ")
    assert toggle(groups).matrix.blocks is None


@pytest.mark.row("B18")
def test_the_number_of_blocks_is_the_users(session: Session) -> None:
    assert step_number(session, 1).matrix.blocks == SUGGESTED
    more = step_number(toggle(session), 1)
    assert more.matrix.blocks == 4 and more.notice.startswith("4 blocks; ")
    assert step_number(step_number(more, -1), -1).matrix.blocks == 2
    assert to_number(session, 7).matrix.blocks == 7
    # No fewer than one, no more than classes.
    assert step_number(to_number(session, 1), -1).matrix.blocks == 1
    assert to_number(session, 99).matrix.blocks == step_number(to_number(session, 12), 1).matrix.blocks == 12


def test_many_blocks_are_stepped_by_tenths(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(block_steps, "FEW", 2)
    monkeypatch.setattr(block_steps, "TENTH", 4)
    assert step_number(draw_as(session, blocks=8), 1).matrix.blocks == 10
    assert step_number(draw_as(session, blocks=10), -1).matrix.blocks == 8
    assert step_number(draw_as(session, blocks=2), -1).matrix.blocks == 1


def test_keys_may_come_faster_than_blocks(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model, "AT_ONCE", 1)
    monkeypatch.setattr("clftui.state.blocks.LATER", later := Later(pause=0.3))
    asked = to_number(session, 5)
    assert asked.notice == "Looking for blocks."
    assert step_number(step_number(asked, 1), 1).matrix.blocks == 7
    assert step_number(draw_as(session, blocks=SUGGESTED), 1).matrix.blocks == SUGGESTED
    assert next_noteworthy(asked).notice == "Blocks are still being looked for."
    assert later.settle()


@pytest.mark.row("B18")
def test_n_goes_through_the_outliers_by_surprise_and_counts_them(tmp_path: Path) -> None:
    what = planted(8, 4, odd=15)
    a, b = (np.flatnonzero(what.group == block) for block in (2, 5))
    what.counts[a[1], b[1]] = 20
    what.counts[b[2], a[3]] = 10
    session = draw_as(planted_session(tmp_path, what), order=ClassOrder.LINKAGE)
    source = reference(session)
    assert source is not None
    similar_order(source, ClassOrder.LINKAGE, wait=True)
    session = toggle(session)
    seen, here = [], at(session, what.names[0], what.names[0])
    for number in (1, 2, 3):
        here = next_noteworthy(here)
        true, predicted = (
            what.names.index(name) for name in (here.selection.true or "", here.selection.predicted or "")
        )
        seen.append(int(what.counts[true, predicted]))
        assert here.notice.startswith(
            f"Outlier {number} of 3: {what.names[true]} → {what.names[predicted]}, {seen[-1]}, "
        )
        assert here.notice.endswith(f" × chance; reviewed {number} of 3.")
    assert seen == [20, 15, 10]
    again = next_noteworthy(here)
    assert again.notice.startswith("Outlier 1 of 3") and again.notice.endswith("reviewed 3 of 3.")


def test_without_blocks_n_is_the_next_confusion(session: Session, what: Planted) -> None:
    there = next_noteworthy(session)
    true, predicted = (what.names.index(name) for name in (there.selection.true or "", there.selection.predicted or ""))
    off = what.counts - np.diag(np.diag(what.counts))
    assert off[true, predicted] == off.max()


def test_there_may_be_no_outlier(tmp_path: Path) -> None:
    session = draw_as(session_on(tmp_path, {"run": [np.diag([3, 4, 5])]}), blocks=SUGGESTED)
    assert next_noteworthy(session).notice.startswith("No confusion outside the blocks")


@pytest.mark.row("B18")
def test_a_region_is_boxed_from_corner_to_corner(session: Session, what: Planted) -> None:
    blocked = at(toggle(session), *what.outlier)
    boxed = region(blocked)
    anchor = boxed.selection.anchor
    assert anchor is not None
    groups = [
        what.group[what.names.index(name or "")] for name in (*anchor, boxed.selection.true, boxed.selection.predicted)
    ]
    assert groups == [0, 2, 0, 2]
    assert boxed.notice.startswith("The region of 4 × 4 cells")
    assert region(session).notice.startswith("There are no blocks")
    assert region(draw_as(blocked, pane=Pane.PAIRS)).notice.startswith("There are no blocks")


def test_times_chance_in_words() -> None:
    assert [times_words(times) for times in (3.21, 9.4, 9.6, 41.4, 12345.0)] == [
        "3.2 ×",
        "9.4 ×",
        "10 ×",
        "41 ×",
        "12,345 ×",
    ]
