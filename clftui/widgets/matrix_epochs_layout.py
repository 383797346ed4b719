"""Where the parts of a matrix lie whose cells hold strips of epochs: plain arithmetic, no drawing.

A cell is a blank row and a blank column, then its strips: one below the other, or side by side where epochs run down.
"""

from __future__ import annotations

from typing import NamedTuple

from clftui.state.settings import Zoom
from clftui.widgets.matrix_layout import EDGE, Content, Layout, below_grid, feet_of, label_width

LEAST, LEAST_DOWN = 4, 3
"""Columns of the narrowest strips, with room for a label above; rows of the lowest ones."""
ROOMY, WIDEST = 12, 24
"""Columns of strips that have room to spare, and of those that need as much for their epochs."""
WIDEST_LABEL = 8
MARGIN, MARGIN_LEAST = 12, 6
NOW, BEST, SINCE = 6, 5, 6
"""Columns of the numbers at the right, the gap before each included."""


class StripContent(NamedTuple):
    """What strips need room for."""

    tracks: int
    """As many strips as a cell may have."""
    fitting: bool
    """Whether fewer may be shown for more classes."""
    epochs: int
    spark: bool
    """Whether strips are sparklines instead of heat strips."""
    each: bool
    """Whether every epoch needs a character of its own; else two share one."""
    rotated: bool
    label_width: int
    """Columns of the longest label of a track."""

    @property
    def full(self) -> int:
        """Characters for all epochs."""
        return max(self.epochs if self.each else -(-self.epochs // 2), 1)


class StripPlan(NamedTuple):
    """The strips of a cell and what stands beside the rows; offsets are from the layout's `track_x`, -1 leaves out."""

    tracks: int
    width: int
    """Columns of one strip."""
    height: int
    """Rows of one strip: 1, unless the epochs run down."""
    rotated: bool
    spark: bool
    each: bool
    label_width: int
    margin_width: int
    """Columns of a row's own strip; 0 leaves it out."""
    now: int
    best: int
    since: int

    @property
    def slots(self) -> int:
        """Values that a strip has room for."""
        return (self.height if self.rotated else self.width) * (1 if self.each else 2)


def arrange_strips(width: int, height: int, content: Content, strips: StripContent) -> Layout:
    """Cells of strips: all classes where they fit with fewer strips, else as many as there is room for."""
    label = label_width(width, content.name_width)
    x, y, below = min(EDGE + label + 1, max(width - 1, 0)), 2 if height > 3 else min(1, height - 1), below_grid(height)
    room, tall = max(width - x - EDGE, 1), max(height - below - y - 1, 1)
    roomier = height - y - 3
    now, then = (fitting_tracks(room, each, content.n, strips) for each in (tall, roomier))
    footless, rows = False, content.n * (then + 1)
    if below > 2 and not strips.rotated and (then > now or tall < rows <= roomier):
        # One more strip, or all classes, are worth more than the margin below.
        footless, tall = True, roomier
    plan, size, beside = plan_strips(room, tall, content.n, strips, content.zoom)
    columns, rows = (min(content.n, max(each, 1)) for each in ((room - beside) // size[0], tall // size[1]))
    bottom = y + rows * size[1] + 1
    feet = {"foot_y": -1, "sentence_y": bottom, "runs_y": bottom + 1} if footless else feet_of(bottom, height, below)
    return Layout(
        label_width=label,
        head_height=1,
        x=x,
        y=y,
        cell_width=size[0],
        cell_height=size[1],
        seams=False,
        rows=rows,
        columns=columns,
        share_x=-1,
        interval_x=-1,
        spark_x=-1,
        foot_y=feet["foot_y"],
        sentence_y=feet["sentence_y"],
        runs_y=feet["runs_y"],
        wide=True,
        numbers=True,
        strips=plan,
        track_x=x + columns * size[0] if beside else -1,
    )


def plan_strips(
    room: int, tall: int, n: int, content: StripContent, zoom: Zoom
) -> tuple[StripPlan, tuple[int, int], int]:
    """(plan, (width, height) of a cell, columns beside the grid) for `n` rows on `room` x `tall` cells."""
    tracks = fitting_tracks(room, tall, n, content)
    wanted = min(max(content.full, LEAST), 2 * LEAST) if not content.rotated else max(LEAST, tracks)
    label, margin, now, best, since = _beside(room, n * (wanted + 1), content)
    numbers = now + best + since
    inner = max(room - label - margin - numbers, 1)
    width, height, size = _strip_size(inner, tall, n, tracks, content, zoom)
    if margin:
        spare = inner - min(n, max(inner // size[0], 1)) * size[0]
        most = min(margin + spare - 1, MARGIN)
        margin = 1 + (most // content.full * content.full if content.full <= most else most)
    at = (label + margin, label + margin + now, label + margin + now + best)
    columns = [place if wide else -1 for place, wide in zip(at, (now, best, since), strict=True)]
    shape = (tracks, width, height, content.rotated, content.spark, content.each)
    plan = StripPlan(*shape, max(label - 1, 0), max(margin - 1, 0), *columns)
    return plan, size, label + margin + numbers


def _strip_size(
    room: int, tall: int, n: int, tracks: int, content: StripContent, zoom: Zoom
) -> tuple[int, int, tuple[int, int]]:
    """(width, height) of a strip and of a cell."""
    if not content.rotated:
        width = _width(room, n, content, zoom)
        return width, 1, (width + 1, tracks + 1)
    width = max(min((room // max(n, 1) - 1) // tracks, LEAST), -(-LEAST // tracks))
    height = max(min(tall // max(n, 1) - 1, content.full), min(LEAST_DOWN, content.full))
    if zoom is Zoom.WIDE:
        height = max(min(content.full, tall - 1), 1)
    return width, height, (tracks * width + 1, max(height, tracks) + 1)


def fitting_tracks(room: int, tall: int, n: int, content: StripContent) -> int:
    """How many strips a cell gets: as many as let all classes show, or the few that a small screen bears."""
    if not content.fitting:
        return content.tracks
    if content.rotated:
        fits = [t for t in range(1, content.tracks + 1) if n * (max(2 * t, LEAST) + 1) <= room * 2 // 3]
        return max(fits, default=min(content.tracks, 2))
    fits = [t for t in range(1, content.tracks + 1) if n * (t + 1) <= tall]
    return max(fits, default=2 if content.tracks > 1 and tall >= 18 else 1)


def _beside(room: int, wanted: int, content: StripContent) -> tuple[int, int, int, int, int]:
    """Columns of label, strip, now, best and since: as much as leaves the cells the room they want."""
    label = min(content.label_width, WIDEST_LABEL) + 1
    longest = max(MARGIN_LEAST, min(content.full, MARGIN)) + 1
    choices = (
        (label, longest, NOW, BEST, SINCE),
        (label, MARGIN_LEAST + 1, NOW, BEST, SINCE),
        (label, longest, NOW, 0, SINCE),
        (label, 0, NOW, BEST, SINCE),
        (label, 0, NOW, 0, SINCE),
        (label, 0, NOW, 0, 0),
        (label, 0, 0, 0, 0),
    )
    for choice in choices:
        if room - sum(choice) >= min(wanted, room * 3 // 4):
            return choice
    return (0, 0, 0, 0, 0)


def _width(room: int, n: int, content: StripContent, zoom: Zoom) -> int:
    """Columns of a strip: wide enough for all epochs where all classes fit that way."""
    if zoom is Zoom.WIDE:
        return max(min(content.full, room - 1), LEAST)
    shared = min(room // max(n, 1) - 1, max(min(content.full, WIDEST), ROOMY))
    if shared >= content.full:
        return max(shared // content.full * content.full, LEAST)
    return max(shared, LEAST) if shared >= LEAST else max(min(content.full, 2 * LEAST), LEAST)
