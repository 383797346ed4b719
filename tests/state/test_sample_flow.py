"""How grouped samples lie in rows, against a plain list of rows."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from clftui.state.sample_flow import Flow, Items, items_of
from clftui.state.sample_groups import Groups
from clftui.state.sample_settings import SampleGrouping


def groups_of(sizes: list[int]) -> Groups:
    keys = tuple(f"g{number}" for number in range(len(sizes)))
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    return Groups(SampleGrouping.TRUE, keys, keys, starts)


@st.composite
def flows(draw: st.DrawFn) -> tuple[Flow, list[tuple[int, list[int]]]]:
    """A flow, and the same as a plain list of rows: the header above each, and the samples in it."""
    sizes = draw(st.lists(st.integers(1, 9), min_size=1, max_size=8))
    columns, pitch, head = draw(st.integers(1, 4)), draw(st.integers(1, 5)), draw(st.integers(0, 1))
    groups, folded = groups_of(sizes), draw(st.booleans())
    turned = frozenset(draw(st.sets(st.sampled_from(groups.keys))))
    flow = Flow(items_of(sum(sizes), groups, folded, turned), columns, pitch, head)
    rows: list[tuple[int, list[int]]] = []
    shut_before = False
    for number, key in enumerate(groups.keys):
        start, size = int(groups.starts[number]), sizes[number]
        shut = len(sizes) > 1 and folded != (key in turned)
        if shut and shut_before and len(rows[-1][1]) < columns:
            rows[-1][1].append(start)
        elif shut:
            rows.append((-1, [start]))
        else:
            cut = [list(range(at, min(at + columns, start + size))) for at in range(start, start + size, columns)]
            rows += [(number if not at else -1, each) for at, each in enumerate(cut)]
        shut_before = shut
    return flow, rows


@given(flows())
def test_rows_hold_the_samples_of_a_plain_layout(found: tuple[Flow, list[tuple[int, list[int]]]]) -> None:
    flow, rows = found
    seen = flow.items
    assert flow.rows == len(rows)
    for row, (_, indices) in enumerate(rows):
        start, stop = flow.items_at(row)
        assert [seen.index_of(item) for item in range(start, stop)] == indices
        for column, item in enumerate(range(start, stop)):
            assert flow.row_of(item) == (row, column)
            assert seen.item_of(indices[column]) == item


@given(flows(), st.integers(0, 40), st.integers(0, 60), st.integers(3, 30))
def test_scrolling_keeps_the_cursor_on_the_screen(found: Any, top: int, cursor: int, height: int) -> None:
    flow, rows = found
    height = max(height, flow.pitch + flow.head)
    cursor = min(cursor, flow.rows - 1)
    top = flow.follow(top, cursor, height)
    lines = flow.lines(top, 0, height)
    starts = [flow.items_at(row)[0] for row in range(top, top + len(lines))]
    assert [line.start for line in lines] == starts and top <= cursor < top + len(lines)
    y = 0
    for number, line in enumerate(lines):
        wanted = rows[top + number][0] if number else line.header
        assert line.header == wanted, "a group is named where it begins, and at the top of the screen"
        assert line.y == y + (flow.head if line.header >= 0 else 0)
        y = line.y + flow.pitch
    assert y <= height
    if lines[0].header >= 0:
        assert flow.items.group_of(lines[0].start) == lines[0].header


@given(flows(), st.integers(-9, 9), st.integers(-9, 9))
def test_moving_stays_in_the_list_and_comes_back(found: Any, rows: int, columns: int) -> None:
    flow, _ = found
    for item in range(flow.items.n):
        assert 0 <= flow.moved(item, rows, columns) < flow.items.n
        row, column = flow.row_of(item)
        down = flow.moved(item, 1, 0)
        if row + 1 < flow.rows:
            assert flow.row_of(down)[0] == row + 1 and flow.row_of(down)[1] <= column
        else:
            assert flow.row_of(down)[0] == row


def test_a_single_group_is_never_folded() -> None:
    assert items_of(5, groups_of([5]), True, frozenset()).n == 5
    assert items_of(0, groups_of([]), True, frozenset()).n == 0


def test_a_hundred_thousand_samples_in_a_thousand_groups_take_no_time() -> None:
    groups = groups_of([100] * 1000)
    seen: Items = items_of(100_000, groups, False, frozenset())
    start = time.perf_counter()
    top = 0
    for step in range(100):
        flow = Flow(seen, 8, 10)
        row, _ = flow.row_of((step * 997) % seen.n)
        top = flow.follow(top, row, 40)
        flow.lines(top, 0, 40)
    assert (time.perf_counter() - start) / 100 < 0.01
