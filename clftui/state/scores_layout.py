"""How much of the Scores view's body goes to what, in cells: the same for those that draw and for those that step."""

from __future__ import annotations

from dataclasses import dataclass

from clftui.state.scores_settings import ScoresRoom, ScoresSettings, ScoresVariant

UPRIGHT_FROM = 100
"""From this width on classes are columns; below they are rows, which have more room there."""
BOTH_FROM = 15
"""Below this height only one of stacks and axes fits."""
AXES_LEAST = 8
_LABEL = 9
_NARROW, _WIDE = 5, 16
"""The least width of a column with a name over it, and the greatest width."""
_LEAST, _LEGIBLE = 2, 9
"""The least width where not all columns fit, so that more of them show; with keywords over them."""
_AIR = 6
"""Rows that stacks get even where they need fewer."""
SIDE_LABEL = 26
"""Width of what stands before a row: letter, name, number of samples and of wrong ones."""


@dataclass(frozen=True)
class ScoresLayout:
    """Where things lie in a body of `width` x `height` cells."""

    width: int
    height: int
    upright: bool
    """Whether a class is a column, surest at the bottom; else it is a row, surest at the left."""
    dense: bool
    """Whether a cell holds two samples, one above the other."""
    head: int
    """Rows above the stacks."""
    words: bool
    """Whether the last row of the head has keywords."""
    rows: int
    """Rows of the stacks; 0 where they do not show."""
    columns: int
    """Classes that show at once."""
    size: int
    """Cells across a class: the width of a column, the rows of a row."""
    axes: int
    """The row where the axes begin, their title first."""
    axes_rows: int
    """Rows of title, axes and names together; 0 where they do not show."""
    foot: int
    """Rows of the read-out."""

    @property
    def left(self) -> int:
        """The first column of the stacks."""
        return _LABEL if self.upright else _side_label(self.width)

    @property
    def counts(self) -> bool:
        """Whether the numbers of samples and of wrong ones stand before a row."""
        return self.left >= SIDE_LABEL

    @property
    def across(self) -> int:
        """Glyphs across a class."""
        return self.size * (2 if self.dense and not self.upright else 1)

    @property
    def along(self) -> int:
        """Glyphs along a class, from the surest to the least sure."""
        if not self.upright:
            return max(self.width - self.left - 1, 1)
        return self.rows * (2 if self.dense else 1)

    @property
    def capacity(self) -> int:
        """Glyphs that a class has room for."""
        return max(self.across * self.along, 1)


def arrange(
    settings: ScoresSettings, classes: int, most: int, width: int, height: int, words: bool = False
) -> ScoresLayout:
    """The layout of `classes` columns of at most `most` samples; `words`: there are keywords to show."""
    foot = 1 if height >= 8 else 0
    inner = max(height - foot, 0)
    upright, dense = width >= UPRIGHT_FROM, settings.variant is ScoresVariant.GRID
    both = settings.room is ScoresRoom.BOTH and inner >= BOTH_FROM
    if not both:
        above = 0 if settings.on_axes else inner
    elif upright:
        above = inner * 3 // 5
    else:
        above = min(max(classes + 1, inner // 2), inner - AXES_LEAST)
    words = words and upright and above >= 10
    head = min((2 + words) if upright else 1, above)
    rows = above - head
    if upright:
        size = _breadth(max(width - _LABEL, 1), rows * (2 if dense else 1), classes, most, words)
        if both:
            rows = min(rows, max(-(-most // size) + 1, _AIR))
            above = head + rows
        columns = min(classes, max((width - _LABEL) // (size + 1), 1))
    else:
        size = min(max(rows // max(classes, 1), 1), 4)
        columns = min(classes, max(rows // size, 1))
    axes_rows = inner - above if both or settings.on_axes else 0
    return ScoresLayout(width, height, upright, dense, head, words, rows, columns, size, above, axes_rows, foot)


def _side_label(width: int) -> int:
    return SIDE_LABEL if width >= 2 * SIDE_LABEL else min(max(width // 3, 2), 12)


def _breadth(room: int, rows: int, classes: int, most: int, words: bool) -> int:
    """Cells across a column: as broad as all fit; else as narrow as the fullest one has room in `rows`."""
    broad = (room - 1) // max(classes, 1) - 1
    if broad >= _NARROW:
        return min(broad, _WIDE)
    return _LEGIBLE if words else min(max(-(-most // max(rows, 1)), _LEAST), _NARROW)


def axes_fit(width: int) -> int:
    """How many axes a width has room for, so that lines between them can be told apart."""
    return min(max((width - 16) // 9 + 1, 2), 12)
