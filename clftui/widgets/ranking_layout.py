"""Where everything of the ranking goes: tall rows with large discs where they fit, one-line rows elsewhere."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum

from clftui.drawing.glyphs import DISC_HEIGHT, DISC_WIDTH

GAP = 2
HEAD = 1
_LEFT = 3
"""Columns left of a name: cursor bar, letter, blank."""
_WITH_INTERVAL = DISC_WIDTH + 1 + len("94.5–97.0") + GAP
"""From this pitch on an interval fits beside a disc."""


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
_STATISTICS = frozenset({Foot.TIED, Foot.RANK, Foot.MEAN, Foot.RANGE})


@dataclass(frozen=True)
class RankingLayout:
    """Columns and rows of one screen, in cells; `first_x` is where the first class begins.

    Where there are more classes than fit side by side and few runs, the runs are repeated in `bands` under each other,
    each with the next `columns` classes; statistics of each class are then left out.
    """

    tall: bool
    name_width: int
    overall_x: int
    """Where the overall value stands in one-line rows."""
    overall_width: int
    first_x: int
    pitch: int
    number_width: int
    columns: int
    """Classes of a band."""
    bands: int
    rows: int
    """Runs that fit."""
    foot: tuple[Foot, ...]
    blanks: bool
    """Whether blank lines part rows, foot and reading."""
    row_height: int

    @property
    def shown(self) -> int:
        """Classes that fit."""
        return self.columns * self.bands

    @property
    def with_intervals(self) -> bool:
        """Whether an interval fits under each number."""
        return self.tall and self.pitch >= _WITH_INTERVAL

    @property
    def number_offset(self) -> int:
        """From a class's left edge to where its number may begin."""
        return DISC_WIDTH if self.tall else 2

    @property
    def cell_width(self) -> int:
        """Disc, number and interval, without the gap."""
        return self.pitch - GAP if self.with_intervals else self.number_offset + self.number_width

    @property
    def band_height(self) -> int:
        """Head and rows of one band, and the blank line after it."""
        return HEAD + self.rows * self.row_height + 1

    def x(self, place: int) -> int:
        """Left edge of the class shown at `place`."""
        return self.first_x + place % self.columns * self.pitch

    def head(self, band: int) -> int:
        """The line of a band's class names."""
        return band * self.band_height

    def y(self, place: int, band: int = 0) -> int:
        """Top of the run shown at `place` of a band."""
        return self.head(band) + HEAD + place * self.row_height

    def middle(self, place: int, band: int = 0) -> int:
        """The line of the run's name and numbers."""
        return self.y(place, band) + (1 if self.tall else 0)

    def place_at(self, x: int, y: int) -> tuple[int, int] | None:
        """(row, column) places under a point; a point left of the classes is in column -1. None outside the rows."""
        band, line = divmod(y, self.band_height)
        row = (line - HEAD) // self.row_height
        if line < HEAD or row >= self.rows or not 0 <= band < self.bands:
            return None
        column = (x - self.first_x + 1) // self.pitch if x >= self.first_x - 1 else -1
        if column >= self.columns:
            return None
        return row, column + band * self.columns if column >= 0 else -1


@dataclass(frozen=True)
class Needs:
    """What the layout has to place: runs, classes, the widths of their names and numbers, further lines of the foot."""

    runs: int
    classes: int
    longest_run: int
    longest_class: int
    number_width: int
    extra: frozenset[Foot] = frozenset()
    overall_width: int = 11
    """A score in five columns, a blank, its interval."""


def layout(width: int, height: int, needs: Needs) -> RankingLayout:
    """The layout on `width` x `height` cells: all classes on the screen if some arrangement can do it.

    Tall rows side by side come first, then tall bands, one-line rows, one-line bands; classes that fit in none of
    them scroll.
    """
    lines = [part for part in Foot if part not in EXTRA or part in needs.extra]
    bare = [part for part in lines if part not in _STATISTICS]
    tall = _columns(width, needs, True) if width >= 60 else 0
    tight = _columns(width, needs, False)
    tall_fits = bool(tall) and HEAD + needs.runs * DISC_HEIGHT + len(lines) <= height
    if tall_fits and tall >= needs.classes:
        return _plan(width, height, needs, True, 1, lines)
    tall_bands = _bands(height, needs.runs * DISC_HEIGHT, len(bare))
    if tall and 1 < math.ceil(needs.classes / tall) <= tall_bands:
        return _plan(width, height, needs, True, math.ceil(needs.classes / tall), bare)
    if tight >= needs.classes:
        return _plan(width, height, needs, False, 1, lines)
    bands = min(_bands(height, needs.runs, len(bare)), math.ceil(needs.classes / tight))
    if bands > 1:
        return _plan(width, height, needs, False, bands, bare)
    return _plan(width, height, needs, tall_fits, 1, lines)


def _bands(height: int, rows: int, foot: int) -> int:
    """How many repetitions of all rows, each with its head and a blank line, fit above the foot."""
    return (height - foot) // (HEAD + rows + 1)


def _plan(width: int, height: int, needs: Needs, tall: bool, bands: int, lines: list[Foot]) -> RankingLayout:
    name_width, overall_width, first_x, pitch = _across(width, needs, tall)
    own = needs.runs * (DISC_HEIGHT if tall else 1)
    # What the foot leaves to the rows: all of them, or three fifths of the height.
    least = min(own, max(1, (height - HEAD) * 3 // 5))
    foot = tuple(lines[: max(height - HEAD - least, 0)]) if bands == 1 else tuple(lines)
    rows = needs.runs if tall or bands > 1 else max(1, min(needs.runs, height - HEAD - len(foot)))
    spare = height - bands * (HEAD + own) - (bands - 1) - len(foot)
    # Two blank lines and the legend's two more come first, then a blank line between runs.
    airy = tall and bands == 1 and spare >= needs.runs + 3
    return RankingLayout(
        tall=tall,
        name_width=name_width,
        overall_x=_LEFT + name_width + 1,
        overall_width=overall_width,
        first_x=first_x,
        pitch=pitch,
        number_width=needs.number_width,
        columns=_columns(width, needs, tall),
        bands=bands,
        rows=rows,
        foot=foot,
        blanks=spare >= 3,
        row_height=DISC_HEIGHT + airy if tall else 1,
    )


def _columns(width: int, needs: Needs, tall: bool) -> int:
    _, _, first_x, pitch = _across(width, needs, tall)
    return max(1, min(needs.classes, (max(width - first_x, 1) + 1) // pitch))


def _across(width: int, needs: Needs, tall: bool) -> tuple[int, int, int, int]:
    """(width of names, of the overall value, first class's left edge, pitch)."""
    name_width = min(max(needs.longest_run, 13 if tall else 9), _name_room(width, tall))
    overall_width = 0 if tall or width < 50 else needs.overall_width
    first_x = _LEFT + name_width + 1 + (overall_width + GAP if overall_width else 1)
    least = (DISC_WIDTH if tall else 2) + needs.number_width + GAP
    wanted = max(least, min(needs.longest_class + GAP, 16))
    room = max(width - first_x, 1)
    pitch = min(max(least, room // max(needs.classes, 1)), max(wanted + 4, _WITH_INTERVAL) if tall else wanted)
    if needs.classes * pitch > room + 1:
        pitch = max(least, min(wanted, 10 if tall or width >= 100 else 8))
    return name_width, overall_width, first_x, pitch


def _name_room(width: int, tall: bool) -> int:
    if width >= 150:
        return 34
    return (18 if tall else 24) if width >= 100 else 14 if tall else 12
