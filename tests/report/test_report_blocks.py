"""Blocks without a screen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clftui.report import Options, render
from clftui.report import blocks as report
from clftui.state.settings import GROUPS, ClassOrder
from tests.groups import grouped
from tests.matrices import draw_as, session_on
from tests.planted import planted, planted_session


def data(session: Any) -> Any:
    return json.loads(render(session, "blocks", "json"))["data"]


@pytest.mark.row("B18", "B19")
@pytest.mark.parametrize("wanted", [None, 4])
def test_planted_blocks_and_the_one_confusion_outside_them(tmp_path: Path, wanted: int | None) -> None:
    what = planted(4, 5)
    session = planted_session(tmp_path, what)
    found = data(session if wanted is None else draw_as(session, blocks=wanted, order=ClassOrder.LINKAGE))
    assert sorted(found["order"]) == sorted(what.names)
    assert found["boundaries"] == [5, 10, 15]
    group = dict(zip(what.names, what.group.tolist(), strict=True))
    for start in (0, 5, 10, 15):
        assert len({group[name] for name in found["order"][start : start + 5]}) == 1
    [odd] = found["outliers"]
    assert (odd["true"], odd["predicted"], odd["count"]) == (*what.outlier, 9)
    off = what.counts[~np.eye(len(what.names), dtype=bool)].sum()
    assert found["mistakes"] == off and found["inside"] == off - 9
    assert odd["surprise"] > 0 and odd["times"] > 1


def test_as_many_blocks_as_asked_for(tmp_path: Path) -> None:
    session = planted_session(tmp_path, planted(4, 5))
    assert len(data(draw_as(session, blocks=7))["boundaries"]) == 6
    text = render(draw_as(session, blocks=2), "blocks", "text")
    assert text.count("\n") > 4 and "inside blocks, classes ordered by given" in text


def test_the_table_tells_share_and_outliers(tmp_path: Path) -> None:
    what = planted(3, 4)
    table = report.table(planted_session(tmp_path, what))
    assert [row[1] for row in table.rows] == [4, 4, 4]
    assert sum(int(row[5] or 0) for row in table.rows) - sum(int(row[4] or 0) for row in table.rows) == 9
    assert table.notes[0].endswith("inside blocks, classes ordered by spectral.")
    assert f"{what.outlier[0]} -> {what.outlier[1]}: 9" in "\n".join(table.notes)


def test_top_keeps_so_many_outliers(tmp_path: Path) -> None:
    counts = planted(3, 4).counts
    counts[counts == 0] = np.arange(1, 1 + np.count_nonzero(counts == 0)) % 5
    names = tuple(f"class {i:02d}" for i in range(12))
    session = session_on(tmp_path, {"run": [counts]}, {"run": names})
    assert len(report.data(draw_as(session, blocks=3), Options(top=2))["outliers"]) == 2


@pytest.mark.row("B35")
def test_groups_that_are_taken_for_each_other(tmp_path: Path) -> None:
    what = planted(2, 6, odd=12)
    # A hierarchy that parts the first of the planted blocks in two.
    first, second = (np.flatnonzero(what.group == block).tolist() for block in (0, 1))
    names = [[what.names[i] for i in part] for part in (first[:3], first[3:], second)]
    tree = {
        "name": "all",
        "children": [{"name": f"part {i}", "children": part} for i, part in enumerate(names)],
    }
    session = session_on(tmp_path, {"run": [what.counts]}, {"run": what.names}, hierarchy=tree)
    session = draw_as(session, order=ClassOrder.HIERARCHY, blocks=GROUPS)
    found = data(session)
    assert found["boundaries"] == [3, 6]
    assert [(each["first"], each["second"]) for each in found["confused"]] == [("part 0", "part 1")]
    parted = what.counts[np.ix_(first[:3], first[3:])].sum() + what.counts[np.ix_(first[3:], first[:3])].sum()
    assert found["confused"][0]["count"] == parted and found["confused"][0]["times"] > 1
    text = render(session, "blocks", "text")
    assert "groups of the hierarchy" in text and f"part 0 / part 1: {parted}" in text


def test_a_hierarchy_is_the_order_unless_another_is_asked_for(tmp_path: Path) -> None:
    session = grouped(tmp_path / "grouped")
    assert "ordered by hierarchy" in render(session, "blocks", "text")
    other = draw_as(session, order=ClassOrder.NAME, blocks=2)
    assert data(other)["order"] == sorted(data(other)["order"])


def test_a_run_without_mistakes_has_nothing_to_tell(tmp_path: Path) -> None:
    session = session_on(tmp_path, {"run": [np.diag([3, 4, 5])]})
    found = data(session)
    assert found["outliers"] == [] and found["mistakes"] == 0 and found["confused"] == []
    assert "%" not in report.table(session).notes[0]
