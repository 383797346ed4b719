"""What of the Epochs view fits where: strips beside each other, the list below them, the chart at its right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from clftui.state.epochs_sampling import column_of, place_at

WIDEST = 4
"""Cells an epoch at most: wider ones would part neighbours."""
LEAST = 8
"""Cells of the narrowest strip; a run that gets fewer is left out."""
CHART_FROM = 100
"""Columns of the view from which on the chart stands beside the list."""
LOWER_FROM = 14
"""Lines of the body from which on there is a list below the strips."""
ROOMY_FROM = 26
BAR_LINES = 2


class Panel(NamedTuple):
    """One run's strip: `columns` of `per` cells each, or of half a cell where `per` is 0."""

    run: int
    """Place among the runs of the table."""
    x: int
    width: int
    per: int
    epochs: int

    @property
    def columns(self) -> int:
        """Columns that stand for the epochs; fewer than these where the epochs are sampled."""
        return min(self.epochs, 2 * self.width if not self.per else self.epochs)

    @property
    def sampled(self) -> bool:
        """Whether some epochs have no column."""
        return self.columns < self.epochs

    def cell(self, place: int) -> int:
        """The screen column of the epoch at a place in the range."""
        column = column_of(place, self.epochs, self.columns)
        return self.x + (column * self.per if self.per else column // 2)

    def place(self, x: int) -> int | None:
        """The place of the epoch at a screen column; None outside the strip."""
        if not self.x <= x < self.x + self.width:
            return None
        column = (x - self.x) // self.per if self.per else 2 * (x - self.x)
        return place_at(column, self.epochs, self.columns) if column < self.columns else self.epochs - 1


@dataclass(frozen=True)
class EpochsLayout:
    """Lines and columns of the parts; None where a part has no room."""

    label: int
    """Columns of the class names, which begin at 1."""
    panels: tuple[Panel, ...]
    digits: int
    head: int | None
    """Line that says what the strips show, and carries the events."""
    top: int
    """First line of the classes."""
    rows: int
    legend: int | None
    lower: int | None
    """Line of the lower panes' titles."""
    chart: int | None
    """First column of the chart."""

    def row_at(self, y: int) -> int | None:
        """Which visible row a line of the screen is."""
        return y - self.top if 0 <= y - self.top < self.rows else None


def arrange(
    width: int, height: int, names: int, classes: int, epochs: tuple[int, ...], focused: int, digits: int
) -> EpochsLayout:
    """The layout for `classes` rows with names of `names` columns and runs of so many `epochs` each."""
    label = max(9, min(names, width // 8)) if width >= CHART_FROM else max(4, min(names, 8))
    panels = _panels(label + 3, width, epochs, focused, digits)
    bars = 2 + BAR_LINES if height >= 8 else 0
    roomy = height >= ROOMY_FROM
    fixed = bars + (2 if roomy else 0)
    lower = 0
    if height >= LOWER_FROM:
        lower = max(8, height // 2)
        lower = max(lower, height - fixed - 1 - classes) if height < ROOMY_FROM + 8 else lower
        lower = 8 if height < 24 else lower
    gap = 1 if lower else 0
    rows = max(min(classes, height - fixed - lower - gap), 0)
    top = bars + (1 if roomy else 0)
    end = top + rows + (1 if roomy else 0) + gap
    return EpochsLayout(
        label=label,
        panels=panels,
        digits=digits,
        head=bars if roomy else None,
        top=top,
        rows=rows,
        legend=top + rows if roomy else None,
        lower=end if lower else None,
        chart=width // 2 - 1 if lower and width >= CHART_FROM else None,
    )


def _panels(left: int, width: int, epochs: tuple[int, ...], focused: int, digits: int) -> tuple[Panel, ...]:
    chosen = list(range(len(epochs)))
    over = digits + 2
    while chosen:
        # The last strip needs no gap behind it.
        room = width - left - over * len(chosen) + 1
        sizes = _sizes([epochs[run] for run in chosen], room)
        if sizes is not None:
            per, cells = sizes
            panels, x = [], left
            for run, wide in zip(chosen, cells, strict=True):
                panels.append(Panel(run, x, wide, per, epochs[run]))
                x += wide + over
            return tuple(panels)
        if len(chosen) == 1:
            return (Panel(chosen[0], left, room, 0, epochs[chosen[0]]),) if room > 1 else ()
        chosen.remove(next(run for run in reversed(chosen) if run != focused))
    return ()


def _sizes(epochs: list[int], room: int) -> tuple[int, list[int]] | None:
    """Cells an epoch (0: half a cell) and the width of each strip; None where not all have their least width."""
    for per in range(WIDEST, 0, -1):
        cells = [max(per * number, min(LEAST, 4)) for number in epochs]
        if sum(cells) <= room:
            return per, cells
    halves = [max((number + 1) // 2, 4) for number in epochs]
    if sum(halves) <= room:
        return 0, halves
    least = [min(half, LEAST) for half in halves]
    if sum(least) > room:
        return None
    spare, wanted = room - sum(least), sum(halves) - sum(least)
    return 0, [low + (half - low) * spare // wanted for low, half in zip(least, halves, strict=True)]
