"""The panes under the table of runs as values: front, groups, leaf classes, lists, seeds; and their steps."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from clftui.analysis.hierarchy import parse
from clftui.data.catalog import open_catalog
from clftui.state.members import members
from clftui.state.moves import back, focus_run, select
from clftui.state.run_past import Past
from clftui.state.runs_groups import group_accuracy, group_spread, groups_at
from clftui.state.runs_leaves import leaf_bars
from clftui.state.runs_lists import class_lists
from clftui.state.runs_pane import (
    available,
    measures,
    next_pane,
    pin,
    pinned_words,
    resize,
    step_item,
    step_level,
    step_measure,
    toggle_seeds,
    unpin,
)
from clftui.state.runs_pareto import tradeoff
from clftui.state.runs_seeds import mean_past, seed_groups
from clftui.state.runs_table import drill, other_score, row_past, runs_table
from clftui.state.selection import Tab
from clftui.state.session import Session, open_session
from clftui.state.settings import Cost, PaneSize, RunsPane
from tests.builders import write_collection, write_run
from tests.curves import curved, seeded
from tests.groups import COUNTS, NAMES, TREE
from tests.matrices import session_on
from tests.rankings import three_runs


def on(session: Session, pane: RunsPane, **settings: object) -> Session:
    runs = replace(session.runs, pane=pane, size=PaneSize.SHOWN, **settings)  # type: ignore[arg-type]
    return replace(session, tab=Tab.RUNS, runs=runs)


@pytest.fixture
def groups(tmp_path: Path) -> Session:
    other = np.roll(COUNTS, 1, axis=1)
    return on(session_on(tmp_path, {"cnn": [COUNTS], "odd": [other]}, {"cnn": NAMES, "odd": NAMES}, hierarchy=TREE),
              RunsPane.GROUPS)  # fmt: skip


@pytest.mark.row("V1")
def test_the_front_by_parameters_and_by_flops(tmp_path: Path) -> None:
    session = on(curved(tmp_path), RunsPane.COMPLEXITY)
    shown = tradeoff(session)
    assert [run.name for run in shown.runs] == ["good", "over"] and shown.silent == 1
    assert shown.cost.tolist() == [6000, 9000] and [shown.runs[at].name for at in shown.ladder] == ["good"]
    switched = step_measure(session)
    assert switched.runs.cost is Cost.FLOPS and "FLOPs" in switched.notice
    assert tradeoff(switched).cost.tolist() == [1500, 1000]
    assert [tradeoff(switched).runs[at].name for at in tradeoff(switched).ladder] == ["over", "good"]


def test_costs_that_nobody_says_are_told(tmp_path: Path) -> None:
    write_run(tmp_path / "a", model={"parameters": 0}, epochs=1)
    write_run(tmp_path / "b", model={"parameters": True, "flops": "many"}, epochs=1)
    session = on(open_session(open_catalog([tmp_path])), RunsPane.COMPLEXITY)
    assert tradeoff(session).runs == () and tradeoff(session).ladder == []
    assert "No run says what its model costs" in step_measure(session).notice
    write_run(tmp_path / "c", model={"flops": 10}, epochs=1)
    session = on(open_session(open_catalog([tmp_path])), RunsPane.COMPLEXITY)
    assert tradeoff(session).unit is Cost.FLOPS and "No run gives its parameters" in step_measure(session).notice


def test_the_cursor_walks_along_the_front(tmp_path: Path) -> None:
    for number, (parameters, skill) in enumerate([(10, 0.3), (100, 0.6), (1000, 0.95), (500, 0.2)]):
        write_run(tmp_path / f"r{number}", model={"parameters": parameters}, skill=skill, epochs=1, n=200)
    session = focus_run(on(open_session(open_catalog([tmp_path])), RunsPane.COMPLEXITY), "r3")
    assert step_item(session, 1).selection.run == "r2" and step_item(session, -1).selection.run == "r1"
    walked = focus_run(session, "r0")
    assert step_item(walked, -1).selection.run == "r0" and step_item(walked, 1).selection.run == "r1"


@pytest.mark.row("V2")
def test_accuracy_by_group_at_every_level(groups: Session) -> None:
    shown = group_spread(groups)
    assert shown is not None and (shown.level, shown.levels) == (1, 2)
    assert set(shown.paths) == {("animals",), ("cars",)}
    column, row = shown.column(("cars",)), 0
    assert column is not None and shown.spread.members[row].run.name == "cnn"
    assert shown.spread.values[row, column] == pytest.approx(18 / 25)
    inside = group_spread(step_measure(groups))
    assert inside is not None and inside.spread.values[row, inside.column(("cars",)) or 0] == pytest.approx(1)
    deeper = step_level(groups, 1)
    below = group_spread(deeper)
    assert below is not None and set(below.paths) == {("animals", "pets"), ("animals", "birds"), ("cars",)}
    assert "2 levels" in step_level(deeper, 1).notice


def test_group_accuracy_equals_its_definition(groups: Session) -> None:
    tree = parse(TREE, NAMES)
    nodes = groups_at(tree, 1)
    member = members(groups)[0][0]
    for inside in (False, True):
        found = group_accuracy(tree, nodes, member, NAMES, inside=inside)
        for value, node in zip(found, nodes, strict=True):
            own = tree.classes(node)
            part = COUNTS[np.ix_(own, own)].sum() if inside else COUNTS[own, own].sum()
            assert value == pytest.approx(part / COUNTS[own].sum())


def test_groups_of_runs_with_other_classes_match_by_name(tmp_path: Path) -> None:
    other = session_on(tmp_path, {"cnn": [COUNTS], "few": [COUNTS[:3, :3]]}, {"cnn": NAMES, "few": NAMES[2::-1]},
                       hierarchy=TREE)  # fmt: skip
    shown = group_spread(on(focus_run(other, "cnn"), RunsPane.GROUPS))
    assert shown is not None
    row = next(at for at, each in enumerate(shown.spread.members) if each.run.name == "few")
    # In `few` the first class is dog, the second cat, the third bus.
    assert shown.spread.values[row, shown.column(("cars",)) or 0] == pytest.approx(9 / 14)


@pytest.mark.row("V3")
def test_leaf_classes_of_a_pinned_run_stay_while_the_focus_moves(tmp_path: Path) -> None:
    session = on(three_runs(tmp_path), RunsPane.LEAVES)
    bars = leaf_bars(session)
    assert bars is not None and bars.member is not None and bars.member.run.name == "best"
    assert bars.classes == ("cow", "ant", "bee") and bars.value[2] == pytest.approx(0.6)
    assert bars.low[2] < 0.6 < bars.high[2] and np.all(np.diff(bars.value) <= 0)
    kept = focus_run(pin(session), "poor")
    assert leaf_bars(kept) is bars and pinned_words(kept) == "pinned: best"
    moved = leaf_bars(focus_run(session, "poor"))
    assert moved is not None and moved.member is not None and moved.member.run.name == "poor"


@pytest.mark.row("V4", "V5")
def test_leaf_classes_of_a_pinned_group_across_runs(groups: Session) -> None:
    first = step_item(groups, 1)
    assert first.runs.group is not None
    cars = replace(groups, runs=replace(groups.runs, group=("cars",)))
    pinned = pin(cars)
    assert pinned.runs.pinned_group == ("cars",) and "cars is pinned" in pinned.notice
    bars = leaf_bars(on(pinned, RunsPane.LEAVES))
    assert bars is not None and bars.member is None and bars.group == "cars" and set(bars.classes) == {"bus", "van"}
    at = bars.classes.index("bus")
    assert bars.value[at] == pytest.approx(bars.values[:, at].mean()) and bars.high[at] == bars.values[:, at].max()
    both = leaf_bars(pin(on(pinned, RunsPane.LEAVES)))
    assert both is not None and both.member is not None and len(both.classes) == 2
    assert pin(pinned).runs.pinned_group is None and unpin(pinned).runs.pinned_group is None


@pytest.mark.row("V16")
def test_lists_of_range_and_average(tmp_path: Path) -> None:
    session = on(focus_run(three_runs(tmp_path), "poor"), RunsPane.LISTS)
    lists = {each.title: each for each in class_lists(session, 2)}
    range_list = lists["runs disagree most"]
    assert [entry.name for entry in range_list.entries] == ["cow", "ant"]
    assert range_list.entries[0].value == pytest.approx(0.75) and range_list.entries[0].low == pytest.approx(0.25)
    worst, best = lists["worst on average"], lists["best on average"]
    means = [(1 + 34 / 40 + 10 / 40) / 3, (39 / 40 + 28 / 40 + 20 / 40) / 3, (24 / 40 + 39 / 40 + 25 / 40) / 3]
    assert worst.entries[0].value == pytest.approx(min(means)) and best.entries[0].value == pytest.approx(max(means))
    assert lists["focused below average"].entries[0].name == "cow"


def test_one_run_has_no_range(tmp_path: Path) -> None:
    write_run(tmp_path / "a", epochs=1)
    assert [each.title for each in class_lists(open_session(open_catalog([tmp_path])), 3)] == ["worst", "best"]


def test_runs_that_differ_in_their_seed_alone_are_one_group(tmp_path: Path) -> None:
    session = seeded(tmp_path)
    found = {group.name: group.keys for group in seed_groups(session.catalog.runs)}
    assert found == {"cnn": ("cnn-seed0", "cnn-seed1", "cnn-seed2"), "mlp": ("mlp-s1", "mlp-s2")}


def test_equal_seeds_or_other_settings_are_no_group(tmp_path: Path) -> None:
    for name, hyperparameters in {"a": {"seed": 1}, "b": {"seed": 1}, "c": {"seed": 2, "lr": 1}}.items():
        write_run(tmp_path / name, hyperparameters=hyperparameters, epochs=1)
    session = open_session(open_catalog([tmp_path]))
    assert seed_groups(session.catalog.runs) == ()
    assert "No two runs differ" in toggle_seeds(session).notice


def test_a_seed_group_is_one_row_with_mean_and_deviation(tmp_path: Path) -> None:
    session = toggle_seeds(seeded(tmp_path))
    table = runs_table(session)
    assert [row.name for row in table.rows] == ["cnn ×3", "mlp ×2", "alone"]
    row = table.rows[0]
    values = 1 - np.array([10, 12, 14]) / 120
    assert row.score.value == pytest.approx(values.mean()) and row.score.seeds == 3
    assert row.score.high - row.score.value == pytest.approx(values.std(ddof=1))
    assert row.worst_class == "ant" and row.worst_recall == pytest.approx(28 / 40)
    assert table.row_of("cnn-seed1") == 0 and table.row_of("alone") == 2
    past = row_past(row, "test", wait=True)
    assert past is not None and past.epochs == (1,) and past.accuracy[0] == pytest.approx(values.mean())
    assert math.isnan((other_score(session, row, "val", wait=True) or row.score).value)
    focused = runs_table(focus_run(session, "cnn-seed2")).rows[0]
    assert focused.run.key == "cnn-seed2" and focused.seeds
    assert not runs_table(toggle_seeds(session)).rows[0].seeds


def test_mean_past_is_over_shared_epochs() -> None:
    found = mean_past([Past((1, 2, 3), (0.1, 0.2, 0.3)), Past((2, 3), (0.4, 0.5))])
    assert found.epochs == (2, 3) and found.accuracy == pytest.approx((0.3, 0.4))
    assert mean_past([]) == Past((), ())


def test_panes_go_round_and_groups_need_a_hierarchy(tmp_path: Path, groups: Session) -> None:
    plain = open_session(open_catalog([write_collection(tmp_path / "plain", epochs=1)]))
    assert RunsPane.GROUPS not in available(plain) and RunsPane.GROUPS in available(groups)
    seen = [plain]
    for _ in available(plain):
        seen.append(next_pane(seen[-1]))
    assert seen[-1].runs.pane is RunsPane.CLASSES and len({each.runs.pane for each in seen}) == len(available(plain))
    assert seen[1].runs.size is PaneSize.SHOWN


def test_the_pane_grows_shrinks_and_goes(tmp_path: Path) -> None:
    session = open_session(open_catalog([write_collection(tmp_path, epochs=1)]))
    assert resize(session, 1).runs.size is PaneSize.LARGE and "as large" in resize(resize(session, 1), 1).notice
    hidden = resize(session, -1)
    assert hidden.runs.size is PaneSize.HIDDEN and "hidden" in resize(hidden, -1).notice
    assert not measures(on(hidden, RunsPane.LISTS)) and step_item(hidden, 1) is hidden
    assert next_pane(hidden).runs.size is PaneSize.SHOWN


def test_the_pane_cursor_moves_through_classes_in_the_order_of_the_screen(tmp_path: Path) -> None:
    session = on(select(three_runs(tmp_path), true="cow"), RunsPane.CLASSES)
    assert step_item(session, 1).selection.true == "ant"
    assert step_item(session, 9).selection.true == "bee" and step_item(session, -9).selection.true == "cow"
    leaves = on(session, RunsPane.LEAVES)
    assert step_item(leaves, 1).selection.true == "ant"
    assert step_item(on(session, RunsPane.CURVES), 1).selection.true == "cow"


@pytest.mark.row("V5")
def test_enter_on_a_group_ranks_its_classes_and_back_returns(groups: Session) -> None:
    moved = step_item(groups, 1)
    inside = drill(moved)
    assert inside.tab is Tab.RANKING and inside.selection.group == moved.runs.group
    assert back(inside).tab is Tab.RUNS and back(inside).selection.group is None
    assert drill(on(moved, RunsPane.LISTS)).selection.group is None


def test_without_a_hierarchy_there_are_no_groups(tmp_path: Path) -> None:
    session = on(three_runs(tmp_path), RunsPane.GROUPS)
    assert group_spread(session) is None and "no group" in pin(session).notice
    assert "0 levels" in step_level(session, 1).notice
