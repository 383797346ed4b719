"""What a screen of ranking lines shows: who is focused, what stands for whom, and in which colour."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from clftui.drawing.palette import Palette
from clftui.state.ranking_table import RankingTable
from clftui.state.ranking_ties import ClassTies
from clftui.widgets.ranking_lines_layout import LinesLayout

_DIMMEST = 0.4
OTHER, SEVERAL, TIED, ALONE = "·", ":", "•", "●"
"""A row without a letter, several of them, one tied with the focused row, and the focused row itself."""


@dataclass(frozen=True, eq=False)
class LinesPicture:
    """Everything that the drawing functions need. Rows of `table` are in the order of the overall value."""

    table: RankingTable
    layout: LinesLayout
    digits: int
    relative: bool
    letters: tuple[str | None, ...]
    row: int
    column: int
    left: int
    ties: dict[int, ClassTies]
    """Of the focused row, by column."""
    overall: tuple[tuple[float, float], ...]
    """(low, high) of each row's overall value."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """What the hierarchy calls the classes, where it has names of its own."""

    @property
    def shown_columns(self) -> range:
        return range(self.left, min(self.left + self.layout.columns, len(self.table.classes)))

    @property
    def whole(self) -> bool:
        """Whether the last class shows, next to the overall order."""
        return self.shown_columns.stop == len(self.table.classes)

    @cached_property
    def numbered(self) -> bool:
        """Whether rows are marked by their epoch instead of by dots."""
        return (
            self.table.epochs_of is not None
            and self.layout.one_each
            and self.layout.pitch >= self.layout.mark_width + 5
        )

    def mark(self, row: int) -> str:
        """What stands for a row."""
        letter = self.letters[row]
        if letter is not None:
            return letter
        if self.numbered:
            return str(self.table.rows[row].evaluation.epoch)
        return ALONE if row == self.row else OTHER

    def rows_at(self, column: int) -> dict[int, list[int]]:
        """The rows on each line of a class, the focused one first, then those with letters."""
        out: dict[int, list[int]] = {}
        for row, rank in enumerate(self.table.ranks[:, column].tolist()):
            if rank:
                out.setdefault(self.layout.line(rank - 1), []).append(row)
        return {line: sorted(rows, key=self.prominence) for line, rows in out.items()}

    def prominence(self, row: int) -> tuple[int, str]:
        """Sorts the focused row before lettered ones before the rest."""
        letter = self.letters[row]
        return (0, "") if row == self.row else (1, letter) if letter is not None else (2, "")


def hue(p: Palette, picture: LinesPicture, row: int) -> int:
    """The colour of a row: its letter's, the focus, or a shade of its overall value."""
    letter = picture.letters[row]
    if letter is not None:
        return p.runs["ABCD".index(letter)]
    return p.focus if row == picture.row else _shade(p, picture, row)


def _shade(p: Palette, picture: LinesPicture, row: int) -> int:
    """Brightness by overall value, or (`relative`) by overall rank, as VisMlic saturates its lines."""
    overall = picture.table.overall
    known = overall[~np.isnan(overall)]
    if math.isnan(overall[row]) or not known.size or known.max() == known.min():
        return p.muted
    if picture.relative:
        share = 1 - row / max(len(overall) - 1, 1)
    else:
        share = float((overall[row] - known.min()) / (known.max() - known.min()))
    return int(p.ice[round((_DIMMEST + (1 - _DIMMEST) * share) * (len(p.ice) - 1))])
