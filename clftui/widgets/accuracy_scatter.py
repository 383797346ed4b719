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
    # Words first: no dot hides behind them.
    _draw_focused(canvas, left, y + 1, columns, rows, found, focused, across, down)
    order = sorted(known.tolist(), key=lambda at: (found.keys[at] == focused, found.keys[at] in letters))
    for at in order:
        column = _cell(float(found.overall[at]), across, columns)
        row = rows - 1 - _cell(float(found.own[at]), down, rows)
        letter = letters.get(found.keys[at])
        ink = p.runs["ABCD".index(letter)] if letter else p.focus if found.keys[at] == focused else p.muted
        canvas.text(left + column, y + 1 + row, letter or "●", ink, attrs=BOLD if found.keys[at] == focused else 0)
    for row, value in ((0, down[1]), (rows - 1, down[0])):
        canvas.text(x, y + 1 + row, percent(value, 0), p.faint, width=LABEL - 1, align="right")
    foot = y + 1 + rows
    canvas.text(left, foot, percent(across[0], 0), p.faint)
    canvas.text(left, foot, percent(across[1], 0), p.faint, width=columns, align="right")
    about = f"overall →, {plural(int(known.size), 'run')}"
    canvas.text(left + 4, foot, about, p.faint, width=columns - 8, align="center")


def _draw_focused(
    canvas: Canvas, x: int, y: int, columns: int, rows: int, found: ClassScatter, focused: str | None,
    across: tuple[float, float], down: tuple[float, float],
) -> None:  # fmt: skip
    at = found.keys.index(focused) if focused in found.keys else -1
    if at < 0 or not np.isfinite(found.own[at]):
        return
    column, row = _cell(float(found.overall[at]), across, columns), rows - 1 - _cell(float(found.own[at]), down, rows)
    words = f"{shorten(found.names[at], 16, middle=True)} {percent(float(found.own[at]))}"
    start = column + 2 if column + 2 + len(words) <= columns else max(column - 1 - len(words), 0)
    canvas.text(x + start, y + row, words, canvas.palette.text, width=columns - start)


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
