"""Movers and alarms of a session: names, sides, and the samples they lead to."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from clftui.analysis.changes import Part
from clftui.data.catalog import open_catalog
from clftui.state.alarms import alarm_epochs, alarms, broken
from clftui.state.filters import FilterError
from clftui.state.later import LATER
from clftui.state.mover_steps import drill_flipped, next_mover
from clftui.state.movers import Mover, movers, movers_of
from clftui.state.moves import back
from clftui.state.rules import Rule
from clftui.state.selection import Tab
from clftui.state.session import Session, open_session, passed
from clftui.state.versus import parse_versus
from tests.answers import write_answers, write_table

N = 300
TRUE = "a" * N + "b" * N + "c" * N


def epoch(seed: int, a_for_b: int = 20) -> str:
    """About nine in ten right; `a_for_b` samples of a are taken for b."""
    rng = np.random.default_rng(seed)
    right = np.asarray(list(TRUE))
    right[np.r_[np.arange(a_for_b), N + rng.choice(N, 25, False)]] = ["b"] * a_for_b + ["c"] * 25
    return "".join(right)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("moving") / "runs"
    write_table(root / "samples" / "test.csv", [f"s{at}" for at in range(3 * N)])
    epochs = [*(epoch(seed) for seed in range(8)), epoch(8, 90)]
    write_answers(root / "drop", TRUE, epochs)
    write_answers(root / "calm", TRUE, [epoch(seed) for seed in range(8)])
    write_answers(root / "single", TRUE, [epoch(50)], table=None)
    (root / "hierarchy.json").write_text(
        json.dumps({"name": "all", "children": [{"name": "ab", "children": ["a", "b"]}, {"name": "c"}]})
    )
    return root


@pytest.fixture
def session(folder: Path) -> Session:
    return open_session(open_catalog((folder,)), run="drop")


def mover(session: Session, name: str) -> Mover:
    shown = movers(session, wait=True)
    assert shown is not None
    return next(each for each in shown.movers if each.name == name)


def test_movers_name_the_class_and_the_cell_regressions_first(session: Session) -> None:
    shown = movers(session, wait=True)
    assert shown is not None
    assert (shown.before, shown.after, shown.paired, shown.shared) == ("epoch 8", "epoch 9", True, 3 * N)
    assert {each.name for each in shown.movers if each.worse} == {"a", "a->b"}
    a, cell = mover(session, "a"), mover(session, "a->b")
    assert (a.kind, a.before, a.after) == (Part.CLASS, 280 / N, 210 / N) and a.n == N
    assert (cell.kind, cell.true, cell.predicted, cell.before, cell.after) == (Part.CELL, "a", "b", 20 / N, 90 / N)
    assert a.low < a.change < a.high < 0 and a.q <= 0.05 and a.direction == "worse"
    sizes = [(not each.worse, -abs(each.change)) for each in shown.movers]
    assert sizes == sorted(sizes)
    assert shown.top_cell == cell and shown.tested.groups == 1


def test_what_is_not_known_yet_is_none_and_comes_later(session: Session) -> None:
    pinned = replace(session, selection=replace(session.selection, epoch=7))
    assert movers(pinned) is None
    assert LATER.settle()
    assert movers(pinned) is not None
    assert movers_of(session, wait=True) is not None


def test_alarms_are_the_drop_and_nothing_before(session: Session) -> None:
    found = alarms(session, wait=True)
    assert found is not None and {each.named.name for each in found} == {"a", "a->b"}
    assert all((each.epoch, each.since) == (9, 8) for each in found)
    assert set(alarm_epochs(session, wait=True)) == {9}
    assert mover(session, "a").alarm and mover(session, "a->b").alarm
    assert alarms(session, session.catalog.run("calm"), wait=True) == ()
    assert alarms(session, session.catalog.run("single"), wait=True) == ()


def test_each_comparison(session: Session) -> None:
    for spec, before in (("epoch:2", "epoch 2"), ("epoch:best", "epoch 1"), ("run:calm", "calm")):
        shown = movers(replace(session, versus=parse_versus(spec)), wait=True)
        assert shown is not None and shown.before == before and shown.paired
        assert "a" in {each.name for each in shown.movers}
    against = movers(replace(session, versus=parse_versus("run:single")), wait=True)
    assert against is not None and not against.paired, "nothing says that the samples are the same"
    assert {"a", "a->b"} <= {each.name for each in against.movers}
    lone = movers(session, session.catalog.run("single"), wait=True)
    assert lone is not None and lone.before == "" and not lone.movers
    with pytest.raises(FilterError, match="no epoch 99"):
        movers(replace(session, versus=parse_versus("epoch:99")), wait=True)


def test_half_an_epoch_is_compared_on_the_samples_it_has(tmp_path: Path) -> None:
    some = list(range(0, 3 * N, 2))
    half = "".join(epoch(9, 90)[at] for at in some)
    write_answers(tmp_path / "run", TRUE, [epoch(1), half], samples={2: some}, table=None)
    shown = movers(open_session(open_catalog((tmp_path,))), wait=True)
    assert shown is not None and shown.paired and shown.shared == len(some)
    assert (mover_named(shown.movers, "a").before, mover_named(shown.movers, "a").n) == (140 / 150, 150)


def mover_named(listed: tuple[Mover, ...], name: str) -> Mover:
    return next(each for each in listed if each.name == name)


def test_classes_in_another_order_are_aligned_by_name(session: Session, folder: Path, tmp_path: Path) -> None:
    write_table(tmp_path / "samples" / "test.csv", [f"s{at}" for at in range(3 * N)])
    write_answers(tmp_path / "turned", TRUE, [epoch(7)], classes=("c", "a", "b"))
    both = open_session(open_catalog((folder, tmp_path / "turned")), run="drop")
    mine = movers(replace(both, versus=parse_versus("epoch:8")), wait=True)
    theirs = movers(replace(both, versus=parse_versus("run:turned")), wait=True)
    assert mine is not None and theirs is not None and theirs.paired
    assert [each._replace(alarm=False) for each in mine.movers] == list(theirs.movers)


@pytest.mark.row("C15")
def test_a_mover_leads_to_the_samples_that_flipped(session: Session) -> None:
    for name in ("a", "a->b"):
        there = drill_flipped(session, mover(session, name))
        assert there.tab is Tab.SAMPLES and "since epoch 8" in there.filters[-1].describe()
        run, evaluation = there.run, there.evaluation()
        assert run is not None and evaluation is not None
        kept = passed(run, evaluation, there.bound_filters)
        assert kept is not None and np.flatnonzero(kept[:N]).tolist() == list(range(20, 90))
        assert there.selection.scope.true == "a"
        assert back(there).tab is session.tab and back(there).filters == ()


def test_what_got_better_leads_to_those_won_back(session: Session) -> None:
    turned = replace(session, selection=replace(session.selection, epoch=8), versus=parse_versus("epoch:9"))
    for name in ("a", "a->b"):
        there = drill_flipped(turned, mover(turned, name))
        run, evaluation = there.run, there.evaluation()
        assert run is not None and evaluation is not None
        kept = passed(run, evaluation, there.bound_filters)
        assert kept is not None and np.flatnonzero(kept[:N]).tolist() == list(range(20, 90))
    group = mover(turned, "a")._replace(kind=Part.GROUP, name="ab", worse=True, true="", members=("a", "b"))
    assert "no longer taken for ab" in drill_flipped(session, group).filters[-1].describe()


def test_the_next_mover_goes_round(session: Session) -> None:
    shown = movers(session, wait=True)
    assert shown is not None
    here, seen = session, []
    for _ in range(len(shown.movers) + 1):
        here = next_mover(here)
        seen.append((here.selection.true, here.selection.predicted))
    assert seen[0] == ("a", "a") and seen[1] == ("a", "b") and seen[-1] == seen[0]
    assert "class a, worse" in next_mover(session).notice
    lone = replace(session, selection=replace(session.selection, run="single"))
    movers(lone, wait=True)
    assert "nothing to compare" in next_mover(lone).notice


def test_rules_are_tested_at_the_newest_epoch(session: Session) -> None:
    rules = (
        Rule("a", value=0.75), Rule("a", value=0.75, epochs=2), Rule("*", bound="drop", value=0.2),
        Rule(cell="a->b", sigmas=5), Rule(cell="b->a", sigmas=1),
    )  # fmt: skip
    found = broken(replace(session, rules=rules), wait=True)
    assert found is not None
    assert [(each.kind, each.name, each.rule) for each in found] == [
        ("class", "a", rules[0]), ("class", "a", rules[2]), ("cell", "a->b", rules[3])
    ]  # fmt: skip
    assert found[0].words == "recall < 75 %: 70.0 %" and found[1].words.startswith(
        "recall 20 points lower: 93.3 to 70.0"
    )
    assert broken(session, wait=True) == ()
