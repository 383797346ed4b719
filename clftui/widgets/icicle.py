"""The class hierarchy as an icicle left of the matrix: a column of bars a level, in the matrix's own rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from clftui.drawing.canvas import BOLD, Canvas
from clftui.drawing.glyphs import shades
from clftui.drawing.ramp import shade
from clftui.state.hierarchy_view import COLLAPSED, Group, Icicle
from clftui.text import sanitise, shorten, take, text_width
from clftui.widgets.matrix_layout import EDGE, Layout

NARROW = 2
LEAST, NAMED, MOST = 5, 8, 11
"""Columns of a bar that holds a number, of one that holds most names, and the most that one gets."""
BUDGETS = ((160, 36), (110, 18), (60, 6))
"""From this many columns of the screen on so many are for the icicle."""
MOST_IN_ALL = 48
FAINTEST, STRONGEST = 0.18, 0.85
"""Levels on the ramp of a faultless group and of the worst one."""
LEAST_SPAN = 0.05
"""How far the metric has to fall for the strongest shade."""


class Lane(NamedTuple):
    """A level of the hierarchy on the screen, `x` counting from the left of the icicle."""

    level: int
    x: int
    width: int


def lanes(
    icicle: Icicle | None, width: int, first: int = 0, spare: int = 0, colourful: bool = True
) -> tuple[Lane, ...]:
    """The levels that have room on a screen of `width` columns, from level `first` on.

    `spare` columns stay blank without them. Without colours a bar has a shade glyph beside its name.
    """
    if icicle is None:
        return ()
    budget = max(next((columns for least, columns in BUDGETS if width >= least), 0), min(spare, MOST_IN_ALL))
    levels = icicle.levels[min(first, len(icicle.levels) - 1) :]
    wanted = [_wanted(groups) + (0 if colourful else 1) for groups in levels]
    named = min(len(wanted), budget // (NAMED + 1))
    if sum(wanted[:named]) + named > budget:
        # More levels with shorter names say more than one with all of its names.
        wanted = [min(wide, budget // named - 1) for wide in wanted]
    if not named:
        wanted = [LEAST if len(wanted) == 1 and budget > LEAST else NARROW] * len(wanted)
    out: list[Lane] = []
    x = 0
    for level, wide in enumerate(wanted, len(icicle.levels) - len(levels)):
        gap = 0 if wide == NARROW else 1
        if x + wide + gap > budget:
            break
        out.append(Lane(level, x, wide))
        x += wide + gap
    return tuple(out)


def _wanted(groups: tuple[Group, ...]) -> int:
    return min(max(LEAST, *(text_width(sanitise(group.name)) for group in groups)), MOST)


def lanes_width(found: tuple[Lane, ...]) -> int:
    """Columns that the lanes take, the blank before the labels included."""
    if not found:
        return 0
    last = found[-1]
    return last.x + last.width + 1


def rows_of(layout: Layout, start: int, end: int, top: int) -> tuple[int, int] | None:
    """The screen rows (first, after the last) of the items `start` to `end`; None where none of them shows."""
    per = layout.per
    first, after = start // per - top, -(-end // per) - top
    first, after = max(first, 0), min(after, layout.rows)
    if first >= after:
        return None
    if layout.half:
        return layout.y + first // 2, layout.y + (after + 1) // 2
    seam = 1 if layout.seams else 0
    return layout.y + first * layout.cell_height + seam, layout.y + after * layout.cell_height


def draw_icicle(
    canvas: Canvas,
    layout: Layout,
    icicle: Icicle,
    found: tuple[Lane, ...],
    top: int,
    cursor: int,
    selected: int | None,
    levels: Mapping[int, float] | None = None,
    title: str = "",
) -> None:
    """Bars of the groups beside the rows that show, named and measured where they have room.

    `top` is the first row, `cursor` the item under the cursor, `selected` the node of the selected group. Groups that
    show something else than their metric have a `title` and, by node, their `levels` 0..1.
    """
    if not found:
        return
    palette = canvas.palette
    title = title or f"group {icicle.metric.label}"
    canvas.text(EDGE, 0, title if lanes_width(found) > text_width(title) else "", palette.muted)
    worst = _worst(icicle, found)
    for lane in found:
        drawn = layout.y
        for group in icicle.levels[lane.level]:
            place = rows_of(layout, group.start, group.end, top)
            # In the overview several groups may share a row of the screen: the first of them shows.
            if place is None or place[1] <= drawn:
                continue
            y, after = max(place[0], drawn), place[1]
            drawn = after
            here = group.start <= cursor < group.end
            level = strength(group.value, worst) if levels is None else levels.get(group.node, 0.0)
            _bar(canvas, group, level, lane, (y, after - y), here)
            if group.node == selected:
                beside = 1 if lane.width == NARROW and not palette.colourful else 0
                canvas.vline(EDGE + lane.x + beside, y, after - y, palette.focus, "▌")


def _worst(icicle: Icicle, found: tuple[Lane, ...]) -> float:
    """The end of the ramp: the lowest value on the levels that show, whatever part of them does."""
    values = [g.value for lane in found for g in icicle.levels[lane.level] if not np.isnan(g.value)]
    # Where all groups are good the worst of them is no trouble.
    return min([*values, 1 - LEAST_SPAN])


def _bar(canvas: Canvas, group: Group, level: float, lane: Lane, rows: tuple[int, int], here: bool) -> None:
    palette = canvas.palette
    x, (y, height) = EDGE + lane.x, rows
    colour = int(shade(palette.ice, np.array(level), palette.page)) if palette.colourful else palette.page
    ink = palette.ink(colour) if palette.colourful else palette.text
    if not palette.colourful:
        glyph = chr(int(shades(np.array([level]))[0])) if level > 0 else "–"
        canvas.fill(x, y, 1, height, palette.page, glyph, palette.muted)
    else:
        canvas.fill(x, y, lane.width, height, colour, fg=ink)
        # A hair of the page under each bar parts it from the next.
        canvas.fill(x, y + height - 1, lane.width, 1, colour, "▁", palette.page)
    _words(canvas, group, lane, rows, ink, here)


def _words(canvas: Canvas, group: Group, lane: Lane, rows: tuple[int, int], ink: int, here: bool) -> None:
    if lane.width < LEAST:
        return
    palette = canvas.palette
    x, (y, height) = EDGE + lane.x, rows
    start = x if palette.colourful else x + 1
    room = lane.width - (start - x)
    attrs = BOLD if here else 0
    name = f"{COLLAPSED}{group.name}" if group.collapsed else group.name
    if height > 1:
        at = y + (height - 2) // 2
        canvas.text(start, at, _fitting(name, room), ink, attrs=attrs, width=room, align="right")
        canvas.text(start, at + 1, group.shown, ink, attrs=attrs, width=room, align="right")
        return
    left = room - text_width(group.shown) - 1
    if left >= LEAST:
        canvas.text(start, y, _fitting(name, left), ink, attrs=attrs)
    canvas.text(start, y, group.shown, ink, attrs=attrs, width=room, align="right")


def _fitting(name: str, width: int) -> str:
    safe = sanitise(name)
    # The middle gives way: `sandbar + 525` ends in its size.
    return take(safe, width) if width <= LEAST else shorten(safe, width, middle=" + " in safe)


def strength(value: float, worst: float) -> float:
    """Level 0..1 of a group on the ramp: the lower its metric the stronger, up to the worst group; 0 undefined."""
    if np.isnan(value):
        return 0.0
    share = (1 - value) / (1 - worst) if worst < 1 else 0.0
    return FAINTEST + (STRONGEST - FAINTEST) * float(np.clip(share, 0, 1) ** 0.75)


def group_at(layout: Layout, icicle: Icicle | None, found: tuple[Lane, ...], top: int, x: int, y: int) -> Group | None:
    """The group that a screen cell belongs to."""
    lane = next((lane for lane in found if EDGE + lane.x <= x < EDGE + lane.x + lane.width), None)
    if lane is None or icicle is None:
        return None
    for group in icicle.levels[lane.level]:
        place = rows_of(layout, group.start, group.end, top)
        if place is not None and place[0] <= y < place[1]:
            return group
    return None
