"""A confusion matrix as one would write it first: `python -m tests.benchmarks.naive_matrix PATH [table]`.

Every cell is a Segment with a style of its own, every key repaints the widget. With `table`, Textual's DataTable of the
same cells. What the matrix view is measured against.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import ClassVar

import numpy as np
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import DataTable

from clftui.data.catalog import open_catalog
from clftui.drawing.palette import find_themes, load_theme
from clftui.drawing.ramp import count_level, shade

MARK = "NAIVEMARK"
TABLE_ROWS = 120
"""The table gets only so many rows and columns: a million cells would take minutes to add."""


class NaiveMatrix(Widget, can_focus=True):
    """Cells two columns wide; the first row says that it is there."""

    BINDINGS: ClassVar[list[BindingType]] = [("j", "scroll(1)", "down"), ("k", "scroll(-1)", "up")]

    def __init__(self, counts: np.ndarray) -> None:
        super().__init__()
        palette = load_theme(find_themes()["dark"])
        level = np.where(np.eye(len(counts), dtype=bool), 0.0, count_level(counts, counts.max()))
        self.colours = shade(palette.ember, level, palette.page)
        self.top = 0

    def action_scroll(self, by: int) -> None:
        self.top = max(0, min(self.top + by, len(self.colours) - self.size.height))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        if y == 0:
            return Strip([Segment(MARK)])
        row = self.colours[min(self.top + y - 1, len(self.colours) - 1)]
        cells = [
            Segment("  ", Style(bgcolor=Color.from_rgb(colour >> 16, colour >> 8 & 255, colour & 255)))
            for colour in row[: self.size.width // 2].tolist()
        ]
        return Strip(cells, 2 * len(cells))


class NaiveApp(App[None]):
    """The one widget, or the table."""

    def __init__(self, counts: np.ndarray, table: bool) -> None:
        super().__init__()
        self.counts, self.table = counts, table

    def compose(self) -> ComposeResult:
        yield DataTable() if self.table else NaiveMatrix(self.counts)

    def on_mount(self) -> None:
        if not self.table:
            self.query_one(NaiveMatrix).focus()
            return
        grid = self.query_one(DataTable)
        grid.add_columns(MARK, *(str(column) for column in range(TABLE_ROWS)))
        for row, counts in enumerate(self.counts[:TABLE_ROWS, :TABLE_ROWS].tolist()):
            grid.add_row(str(row), *(str(value or "") for value in counts))
        grid.focus()


def main() -> None:
    run = open_catalog([Path(sys.argv[1])]).runs[0]
    split = run.splits[0]
    evaluation = run.evaluation(split, run.epochs(split)[-1])
    assert evaluation is not None
    NaiveApp(evaluation.confusion.dense(), "table" in sys.argv[2:]).run()


if __name__ == "__main__":
    main()
