"""Where everything of the ranking goes: tall rows with large discs where they fit, one-line rows elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from clftui.drawing.glyphs import DISC_HEIGHT, DISC_WIDTH

GAP = 2
HEAD = 1
_LEFT = 3
"""Columns left of a name: cursor bar, letter, blank."""


class Foot(IntEnum):
    """The lines under the rows, in the order in which a low screen keeps them."""

    READING = 0
    LEGEND = 1
    TIED = 2
    RANK = 3
    MORE = 4
    """The reading's second line, where one is too short for it."""
    WEAK = 5
    """The weak spots, where they do not fit beside the legend."""
    RULE = 6
    MEAN = 7
    RANGE = 8


FOOT_ORDER = (Foot.RULE, Foot.RANGE, Foot.MEAN, Foot.TIED, Foot.RANK)
EXTRA = frozenset({Foot.MORE, Foot.WEAK})


@dataclass(frozen=True)
class RankingLayout:
    """Columns and rows of one screen, in cells; `first_x` is where the first class begins."""

    tall: bool
    name_width: int
    overall_x: int
    """Where the overall value stands in one-line rows."""
    overall_width: int
    first_x: int
    pitch: int
    number_width: int
    columns: int
    """Classes that fit."""
    rows: int
    """Runs that fit."""
    foot: tuple[Foot, ...]
    blanks: bool
    """Whether blank lines part rows, foot and reading."""
    with_intervals: bool
    row_height: int = 1

    @property
    def number_offset(self) -> int:
        """From a class's left edge to where its number may begin."""
        return DISC_WIDTH if self.tall else 2

    @property
    def cell_width(self) -> int:
        """Disc and number, without the gap."""
        return self.number_offset + self.number_width

    def x(self, place: int) -> int:
        """Left edge of the class shown at `place`."""
        return self.first_x + place * self.pitch

    def y(self, place: int) -> int:
        """Top of the run shown at `place`."""
        return HEAD + place * self.row_height

    def middle(self, place: int) -> int:
        """The line of the run's name and numbers."""
        return self.y(place) + (1 if self.tall else 0)

    def place_at(self, x: int, y: int) -> tuple[int, int] | None:
        """(row, column) places under a point; a point left of the classes is in column -1. None outside the rows."""
        row = (y - HEAD) // self.row_height
        if not 0 <= row < self.rows or y < HEAD:
            return None
        column = (x - self.first_x + 1) // self.pitch if x >= self.first_x - 1 else -1
        return (row, column) if column < self.columns else None


def layout(
    width: int,
    height: int,
    runs: int,
    classes: int,
    longest_run: int,
    longest_class: int,
    number_width: int,
    extra: frozenset[Foot] = frozenset(),
) -> RankingLayout:
    """The layout of `runs` x `classes` on `width` x `height` cells; `extra` are the further lines its foot needs.

    Tall rows need all runs and the whole foot on the screen; they are what a few runs get.
    """
    parts = [part for part in Foot if part not in EXTRA or part in extra]
    tall = HEAD + runs * DISC_HEIGHT + len(parts) <= height and width >= 60
    foot = _foot(parts, height, runs, tall)
    spare = height - HEAD - runs * (DISC_HEIGHT if tall else 1) - len(foot)
    # Two blank lines and the legend's two more come first, then a blank line between runs.
    row_height = DISC_HEIGHT + (1 if spare >= runs + 3 else 0) if tall else 1
    rows = runs if tall else max(1, min(runs, height - HEAD - len(foot)))
    name_width = min(max(longest_run, 11), _name_room(width, tall))
    overall_width = 0 if tall or width < 50 else 11
    overall_x = _LEFT + name_width + 1
    first_x = overall_x + (overall_width + GAP if overall_width else 1)
    room = max(width - first_x, 1)
    offset = DISC_WIDTH if tall else 2
    least = offset + number_width + GAP
    wanted = max(least, min(longest_class + GAP, 16))
    pitch = min(max(least, room // max(classes, 1)), wanted + (4 if tall else 0))
    if classes * pitch > room + 1:
        pitch = max(least, min(wanted, 10 if tall else 8))
    return RankingLayout(
        tall=tall,
        name_width=name_width,
        overall_x=overall_x,
        overall_width=overall_width,
        first_x=first_x,
        pitch=pitch,
        number_width=number_width,
        columns=max(1, min(classes, (room + 1) // pitch)),
        rows=rows,
        foot=foot,
        blanks=spare >= 3,
        with_intervals=tall and pitch >= DISC_WIDTH + 1 + max(number_width, 5) + GAP - 1,
        row_height=row_height,
    )


def _name_room(width: int, tall: bool) -> int:
    if width >= 150:
        return 34
    return (18 if tall else 24) if width >= 100 else 14 if tall else 12


def _foot(parts: list[Foot], height: int, runs: int, tall: bool) -> tuple[Foot, ...]:
    """As much of the foot as leaves three fifths of the height, or all runs, to the rows."""
    rows = runs * DISC_HEIGHT if tall else runs
    room = height - HEAD - min(rows, max(1, (height - HEAD) * 3 // 5))
    return tuple(parts[:room])
