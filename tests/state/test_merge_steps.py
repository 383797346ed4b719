"""Merges as advised, one after another, are the path of the report; what they may be of."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from clftui.data.catalog import open_catalog
from clftui.state.group_settings import Arrangement
from clftui.state.merge_advice import advice, spec, words
from clftui.state.merge_steps import merge_advised
from clftui.state.named_cell import at_cell
from clftui.state.session import Session, open_session
from clftui.state.what_if_steps import forget, merge
from tests.builders import CLASSES, write_run


@pytest.fixture
def session(tmp_path: Path) -> Session:
    write_run(tmp_path / "runs" / "net", n=200, skill=0.6)
    return open_session(open_catalog([tmp_path / "runs"]))


@pytest.mark.row("B32")
def test_step_by_step_as_the_path_says(session: Session) -> None:
    found = advice(session)
    assert found is not None and len(found.path) == 3
    now = session
    for step in found.path:
        now = merge_advised(now)
        confusion = now.confusion()
        assert confusion is not None
        assert 1 - confusion.errors / confusion.total == pytest.approx(step.accuracy)
        assert now.what_if is not None
        assert {CLASSES[cls] for cls in step.members.tolist()} in [set(each) for each in now.what_if.merged]
        assert f"{step.loss:.3f} bits lost" in now.notice and words(found.names, step.members) in now.notice
    assert merge_advised(now).notice.startswith("No two classes are confused")
    assert forget(now).what_if is None


def test_a_merge_by_hand_is_kept(session: Session) -> None:
    by_hand = merge(at_cell(session, "cat->owl"))
    after = merge_advised(by_hand)
    assert after.what_if is not None
    together = next(each for each in after.what_if.merged if "cat" in each)
    assert {"cat", "owl"} <= set(together)


def test_what_may_be_merged_is_listed_once_with_the_cell_first(session: Session) -> None:
    tree = {"name": "", "children": [{"name": "fur", "children": ["cat", "dog", "fox"]}, "owl"]}
    grown = replace(at_cell(session, "fox->dog"), arrangement=Arrangement(tree, None, ""))
    found = advice(grown)
    assert found is not None
    assert found.merges[0].kind == "cell" and spec(found.classes, found.merges[0].members) == "dog = fox"
    assert [each.title for each in found.merges if each.kind == "group"] == ["fur"]
    sets = [tuple(each.members.tolist()) for each in found.merges]
    assert len(sets) == len(set(sets)) == 7  # six pairs, one of them the cell, and a group
    worth = [each.per_bit for each in found.merges[1:]]
    assert worth == sorted(worth, reverse=True)
    blocked = advice(replace(session, matrix=replace(session.matrix, blocks=2)))
    assert blocked is not None and any(each.kind == "block" for each in blocked.merges)
    assert words(("a", "b", "c", "d", "e", "f"), np.arange(6)) == "a = b = c = d and 2 more"
