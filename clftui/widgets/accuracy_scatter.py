"""A class's accuracy against the overall one, a dot a run."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from clftui.drawing.canvas import BOLD, Canvas
from clftui.state.class_scatter import ClassScatter
from clftui.text import percent, plural, shorten
from clftui.widgets.runs_pareto import limits

LEAST_HEIGHT = 7
LABEL = 5


def draw_scatter(
    canvas: Canvas,
    x: int,
    y: int,
    width: int,
    height: int,
    found: ClassScatter,
    letters: dict[str, str],
    focused: str | None,
    name: str,
) -> None:
    """Title, plot, axis: `found` about the class `name`; runs with a letter (by key) show it, `focused` its name.

    Dots below the faint diagonal: runs that do this class worse than all classes together.
    """
    p = canvas.palette
    used = canvas.text(x, y, "Accuracy by run ", p.text, attrs=BOLD)
    canvas.text(x + used, y, f"{name} ↑", p.muted, width=width - used)
    known = np.flatnonzero(np.isfinite(found.overall) & np.isfinite(found.own))
    if not known.size:
        canvas.text(x, y + 1, "no run has samples of this class", p.faint, width=width)
        return
    across, down = limits(found.overall[known]), limits(found.own[known])
    left, columns, rows = x + LABEL, width - LABEL, height - 2
    _draw_diagonal(canvas, left, y + 1, columns, rows, across, down)
    order = sorted(known.tolist(), key=lambda at: (found.keys[at] == focused, found.keys[at] in letters))
    cells = {
        at: (_cell(float(found.overall[at]), across, columns), rows - 1 - _cell(float(found.own[at]), down, rows))
        for at in order
    }
    for at, (column, row) in cells.items():
        letter = letters.get(found.keys[at])
        mine = found.keys[at] == focused
        ink = p.runs["ABCD".index(letter)] if letter else p.focus if mine else p.muted
        canvas.text(left + column, y + 1 + row, letter or "●", ink, attrs=BOLD if mine else 0)
        if mine:
            words = f"{shorten(found.names[at], 16, middle=True)} {percent(float(found.own[at]))}"
            place = _free(len(words), (column, row), set(cells.values()), columns, rows)
            if place is not None:
                canvas.text(left + place[0], y + 1 + place[1], words, p.text)
    for row, value in ((0, down[1]), (rows - 1, down[0])):
        canvas.text(x, y + 1 + row, percent(value, 0), p.faint, width=LABEL - 1, align="right")
    foot = y + 1 + rows
    canvas.text(left, foot, percent(across[0], 0), p.faint)
    canvas.text(left, foot, percent(across[1], 0), p.faint, width=columns, align="right")
    about = f"overall →, {plural(int(known.size), 'run')}"
    canvas.text(left + 4, foot, about, p.faint, width=columns - 8, align="center")


def _free(
    size: int, dot: tuple[int, int], taken: set[tuple[int, int]], columns: int, rows: int
) -> tuple[int, int] | None:
    """Where words of `size` cells stand beside their dot, or over or under it, without hiding another one."""
    column, row = dot
    for line in (row, row + 1, row - 1):
        for start in (column + 2, column - 1 - size, max(0, min(column - size // 2, columns - size))):
            span = {(at, line) for at in range(start, start + size)}
            if 0 <= start <= columns - size and 0 <= line < rows and not span & taken:
                return start, line
    return None


def _cell(value: float, ends: tuple[float, float], cells: int) -> int:
    share = (value - ends[0]) / (ends[1] - ends[0]) if ends[1] > ends[0] else 0.5
    return int(np.clip(round(share * (cells - 1)), 0, cells - 1))


def _draw_diagonal(
    canvas: Canvas, x: int, y: int, columns: int, rows: int, across: tuple[float, float], down: tuple[float, float]
) -> None:
    values: NDArray[np.float64] = np.linspace(across[0], across[1], columns)
    for column, value in enumerate(values.tolist()):
        if down[0] <= value <= down[1]:
            canvas.text(x + column, y + rows - 1 - _cell(value, down, rows), "·", canvas.palette.line)
