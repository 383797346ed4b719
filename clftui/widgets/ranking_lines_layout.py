"""Where everything of the ranking lines goes: a row for each rank, a column for each class, the overall order right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

HEAD = 2
"""Lines above the ranks: class names, and how many are tied."""
_DOTS = 4
"""Dots of a cell, from top to bottom."""
_WIDEST_STEP = 4
"""Lines from one rank to the next where a screen is high and rows are few."""
_LEAST_PITCH, _WIDEST_PITCH = 5, 24
_LEAST_ROWS, _SQUEEZED_ROWS = 4, 15
_LINE = 2
"""Columns that every line keeps between two marks."""


class LinesFoot(IntEnum):
    """The lines under the ranks, in the order in which a low screen keeps them."""

    READING = 0
    SPREAD = 1
    MORE = 2
    """The reading's second line."""
    NOTES = 3
    """Which classes show, and what is left out."""
    WEAK = 4
    BLANK = 5


FOOT_ORDER = (
    LinesFoot.BLANK,
    LinesFoot.NOTES,
    LinesFoot.READING,
    LinesFoot.MORE,
    LinesFoot.SPREAD,
    LinesFoot.WEAK,
)


@dataclass(frozen=True)
class LinesLayout:
    """Columns and lines of one screen, in cells. Ranks and places in the overall order begin at 0 here."""

    first_x: int
    """Where the mark of the first class stands."""
    pitch: int
    columns: int
    """Classes that fit."""
    overall_x: int
    """Where the marks of the overall order stand; its names follow."""
    name_width: int
    overall_width: int
    """Columns of an overall value, with its interval where there is room."""
    mark_width: int
    """Columns of the mark that stands for a row."""
    value_width: int
    """Columns of a focused row's value beside its mark."""
    head: int
    places: int
    """Ranks there may be."""
    step: float
    """Lines from one rank to the next: below 1 several ranks share a line."""
    foot: tuple[LinesFoot, ...]

    @property
    def lines(self) -> int:
        """Lines from the first to the last rank."""
        return self.line(self.places - 1) + 1

    @property
    def names_x(self) -> int:
        """Where the names of the overall order begin."""
        return self.overall_x + 2

    @property
    def chips(self) -> bool:
        """Whether values fit beside all marks of the focused row; else only the one under the cursor shows."""
        return self._between >= _LINE

    @property
    def roomy(self) -> bool:
        """Whether such values leave lines room enough for a decimal to be worth its place."""
        return self._between >= 2 * _LINE

    @property
    def _between(self) -> int:
        """Columns between a focused row's value, padded, and its next mark."""
        return self.pitch - self.mark_width - self.value_width - 2

    @property
    def one_each(self) -> bool:
        """Whether every rank has a line of its own."""
        return self.step >= 1

    def x(self, place: int) -> int:
        """The mark's column of the class shown at `place`."""
        return self.first_x + place * self.pitch

    def dot(self, place: int) -> int:
        """The dot of a rank, from the first line's top."""
        return round(place * self.step * _DOTS) + 1

    def line(self, place: int) -> int:
        """The line of a rank, from the first one's."""
        return self.dot(place) // _DOTS

    def first_place(self, line: int) -> int | None:
        """The best rank on a line; None where there is none."""
        return next((place for place in range(self.places) if self.line(place) == line), None)


class LinesNeeds(NamedTuple):
    """What has to be placed: rows, classes, and how wide the longest of their names, marks and values are."""

    rows: int
    classes: int
    longest_row: int
    longest_class: int
    mark_width: int
    value_width: int


def lines_layout(width: int, height: int, needs: LinesNeeds, foot: Sequence[LinesFoot]) -> LinesLayout:
    """The layout on `width` x `height` cells; `foot` names the lines that the sentences need.

    Every rank gets a line of its own where that leaves two to the foot.
    """
    places, classes = needs.rows, needs.classes
    head = HEAD if height >= HEAD + _LEAST_ROWS + 1 else min(1, max(height - 1, 0))
    room = max(height - head, 1)
    chosen = _foot(room, places, sorted(foot))
    own = max(room - len(chosen), 1)
    step = float(min(_WIDEST_STEP, (own - 1) // (places - 1))) if 1 < places <= own else (own - 1) / max(places - 1, 1)
    # Where ranks share lines, `+2` has room behind a name.
    wanted = needs.longest_row + (3 if step < 1 else 0)
    name_width = min(max(wanted, 8), 30 if width >= 150 else 14 if width >= 100 else 9)
    first_x = 7 if width >= 100 else 6
    overall_width = 11 if width >= 150 else 4
    # Mark, blank, name, blank, value, and the screen's edge; without room for two classes the names go.
    right = 2 + name_width + 1 + overall_width + 1
    if width - first_x - right < 2 * _LEAST_PITCH:
        name_width, right = 0, 2
    space = max(width - first_x - right, 1)
    pitch = min(space // max(classes, 1), _WIDEST_PITCH)
    if pitch < _LEAST_PITCH:
        # Not all classes fit: those that do get room for a name.
        pitch = min(max(_LEAST_PITCH, needs.longest_class + 1), 9 if width >= 100 else 7)
    columns = max(1, min(classes, space // pitch))
    return LinesLayout(
        first_x=first_x,
        pitch=pitch,
        columns=columns,
        overall_x=first_x + columns * pitch,
        name_width=name_width,
        overall_width=overall_width,
        mark_width=needs.mark_width,
        value_width=needs.value_width,
        head=head,
        places=places,
        step=step,
        foot=chosen,
    )


def _foot(room: int, places: int, wanted: list[LinesFoot]) -> tuple[LinesFoot, ...]:
    """As many of the wanted lines as the ranks can spare."""
    least = places if places <= room - 2 else min(room - 2, _SQUEEZED_ROWS)
    kept = max(min(len(wanted), room - least), 0)
    while kept > 0 and room - kept < min(places, _LEAST_ROWS):
        kept -= 1
    return tuple(wanted[:kept])
