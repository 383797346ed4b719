"""Draws complexity against accuracy: a dot a run, letters, and the stair of the Pareto front."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.pareto import steps
from clftui.drawing.braille import blank, codes, polyline, scaled, scatter
from clftui.drawing.canvas import BOLD, Canvas

Float64 = NDArray[np.float64]

LEAST_WIDTH, LEAST_HEIGHT = 24, 4
_LABEL = 6
_TAIL = 0.02
"""The share of the worst runs that may lie below the axis, so that a few failures do not flatten the rest."""
_FEW = 40


@dataclass(frozen=True, eq=False)
class Cloud:
    """(N,) costs > 0 and accuracies; `front` bool says who is on the Pareto front. `marks` are (place, letter)."""

    cost: Float64
    accuracy: Float64
    front: NDArray[np.bool_]
    marks: tuple[tuple[int, str], ...]
    focused: int | None
    unit: str


def draw_cloud(canvas: Canvas, x: int, y: int, width: int, height: int, cloud: Cloud) -> None:
    """The scatter in a rectangle; its last line is the cost axis, logarithmic."""
    plot_width, plot_height = width - _LABEL, height - 1
    if not cloud.cost.size or width < LEAST_WIDTH or height < LEAST_HEIGHT:
        return
    left = x + _LABEL
    axis = _Axis(left, y, plot_width, plot_height, *_cost_limits(cloud.cost), *limits(cloud.accuracy))
    _draw_dots(canvas, axis, cloud)
    _draw_front(canvas, axis, cloud)
    _draw_letters(canvas, axis, cloud)
    _draw_scales(canvas, x, axis, cloud)


@dataclass(frozen=True)
class _Axis:
    x: int
    y: int
    width: int
    height: int
    left: float
    right: float
    low: float
    high: float

    def columns(self, cost: Float64, per_cell: int) -> Float64:
        share = (np.log10(cost) - self.left) / (self.right - self.left)
        return np.asarray(share * (self.width * per_cell - 1), dtype=np.float64)

    def cell(self, cost: float, accuracy: float) -> tuple[int, int]:
        column = int(np.rint(self.columns(np.array([cost]), 2)[0])) // 2
        row = int(np.rint(scaled([accuracy], self.low, self.high, 4 * self.height)[0])) // 4
        return self.x + column, self.y + row


def _cost_limits(cost: Float64) -> tuple[float, float]:
    left, right = float(np.log10(cost.min())), float(np.log10(cost.max()))
    margin = max((right - left) * 0.03, 0.1)
    return left - margin, right + margin


def limits(accuracy: Float64) -> tuple[float, float]:
    """The ends of an axis of accuracies, with a margin."""
    known = np.sort(accuracy[np.isfinite(accuracy)])
    if not known.size:
        return 0.0, 1.0
    low, high = float(known[int(len(known) * _TAIL)]), float(known[-1])
    margin = max((high - low) * 0.04, 0.005)
    return max(low - margin, 0.0), min(high + margin, 1.0)


def _draw_dots(canvas: Canvas, axis: _Axis, cloud: Cloud) -> None:
    """Every run a dot; a few runs are drawn as • so that they can be seen. Those below the axis lie on it."""
    p = canvas.palette
    known = np.isfinite(cloud.accuracy)
    if known.sum() <= _FEW:
        for cost, accuracy in zip(cloud.cost[known].tolist(), cloud.accuracy[known].tolist(), strict=True):
            canvas.text(*axis.cell(cost, accuracy), "•", p.muted)
        return
    dots = blank(axis.width, axis.height)
    rows = np.rint(scaled(cloud.accuracy[known], axis.low, axis.high, dots.shape[0]))
    scatter(dots, np.rint(axis.columns(cloud.cost[known], 2)), rows)
    canvas.put(axis.x, axis.y, codes(dots), p.muted)


def _draw_front(canvas: Canvas, axis: _Axis, cloud: Cloud) -> None:
    """The stair under everything else that it does not cross, then ◆ at its runs."""
    p = canvas.palette
    cost, value = steps(cloud.cost[cloud.front], cloud.accuracy[cloud.front])
    dots = blank(axis.width, axis.height)
    polyline(dots, axis.columns(cost, 2), scaled(value, axis.low, axis.high, dots.shape[0]), spacing=2)
    stair = codes(dots)
    for row, column in np.argwhere(stair != 32).tolist():
        if row < canvas.height - axis.y and canvas.code[axis.y + row, axis.x + column] == 32:
            canvas.put(axis.x + column, axis.y + row, [stair[row, column]], p.line)
    for at in np.flatnonzero(cloud.front).tolist():
        canvas.text(*axis.cell(float(cloud.cost[at]), float(cloud.accuracy[at])), "◆", p.text)


def _draw_letters(canvas: Canvas, axis: _Axis, cloud: Cloud) -> None:
    """A to D and the focused run, which stays on top; a second letter on one cell stands beside the first."""
    p = canvas.palette
    taken: set[tuple[int, int]] = set()
    ordered = sorted(cloud.marks, key=lambda mark: (mark[0] != cloud.focused, mark[1]))
    for at, letter in ordered:
        if not math.isfinite(cloud.accuracy[at]):
            continue
        x, y = axis.cell(float(cloud.cost[at]), float(cloud.accuracy[at]))
        spot = next(
            (each for each in (x, x + 1, x - 1, x + 2) if (each, y) not in taken and 0 <= each - axis.x < axis.width),
            None,
        )
        if spot is None:
            continue
        taken.add((spot, y))
        focused = at == cloud.focused
        colour = p.runs["ABCD".index(letter)] if letter in "ABCD" else p.focus
        canvas.text(spot, y, letter, colour, attrs=BOLD if focused else 0)


def _draw_scales(canvas: Canvas, x: int, axis: _Axis, cloud: Cloud) -> None:
    p = canvas.palette
    digits = 0 if axis.high - axis.low >= 0.03 else 1
    rows = sorted({0, (axis.height - 1) // 2, axis.height - 1})
    for row in rows:
        share = axis.high - (axis.high - axis.low) * row / max(axis.height - 1, 1)
        canvas.text(x, axis.y + row, f"{100 * share:.{digits}f}", p.faint, width=_LABEL - 1, align="right")
    y, last = axis.y + axis.height, -1
    for power, words in _ticks(axis.left, axis.right):
        at = axis.x + int((power - axis.left) / (axis.right - axis.left) * (axis.width - 1))
        at = min(max(at - len(words) // 2, axis.x), axis.x + axis.width - len(words))
        if at > last + 1:
            canvas.text(at, y, words, p.faint)
            last = at + len(words)
    if last + 2 + len(cloud.unit) <= axis.x + axis.width:
        canvas.text(axis.x, y, cloud.unit, p.faint, width=axis.width, align="right")


def _ticks(left: float, right: float) -> Sequence[tuple[float, str]]:
    """(log10, words) of round costs between the ends: powers of ten, or where few fit 1, 2 and 5 of each."""
    powers = range(math.floor(left), math.ceil(right) + 1)
    whole = [float(power) for power in powers if left <= power <= right]
    factors = (1,) if len(whole) >= 3 else (1, 2, 5)
    found = [(math.log10(factor) + power, factor * 10**power) for power in powers for factor in factors if power >= 0]
    return [(place, short_number(value)) for place, value in found if left <= place <= right]


def short_number(value: float) -> str:
    """`650`, `421 k`, `1.2 M`, `7.0 B`, `3.1 T`: a count in a few characters."""
    for unit, size in (("T", 1e12), ("B", 1e9), ("M", 1e6), ("k", 1e3)):
        if value >= size:
            scaled_value = value / size
            plain = scaled_value >= 9.95 or unit == "k" or scaled_value == int(scaled_value)
            return f"{scaled_value:.0f} {unit}" if plain else f"{scaled_value:.1f} {unit}"
    return f"{value:.0f}"
