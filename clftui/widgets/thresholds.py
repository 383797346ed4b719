"""Draws one class against the rest: precision by recall, ROC, scores of both sides, and what a threshold costs."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.decisions import Outcome, Sweep
from clftui.analysis.intervals import wilson
from clftui.drawing.braille import blank, codes, polyline, scaled
from clftui.drawing.canvas import BOLD, Canvas, Span
from clftui.drawing.cells import BLANK
from clftui.state.thresholds import SLICES, OneClass
from clftui.state.what_if import score_words
from clftui.text import UNDEFINED, count, rate, shorten, text_width
from clftui.widgets.timeline import run_colour

Float64 = NDArray[np.float64]

AXIS = 4
_BARS = " ▁▂▃▄▅▆▇█"
_POINTS = 4000
"""Points of a curve that are drawn: more than any screen has dots across."""


def draw_curve(
    canvas: Canvas,
    x: int,
    y: int,
    width: int,
    height: int,
    shown: OneClass,
    threshold: float,
    others: tuple[tuple[str, OneClass], ...],
    *,
    roc: bool,
) -> None:
    """Precision by recall, or recall by false-alarm rate: ◆ at the threshold, ○ where the answers are now.

    Curves of `others`, runs by letter, lie faint behind.
    """
    p = canvas.palette
    inner, tall, left = width - AXIS - 1, height - 2, x + AXIS + 1
    if inner < 12 or tall < 4:
        return
    found = shown.sweep
    title, area = (
        ("ROC", f"AUC {area_words(found.auc)}") if roc else ("precision by recall", f"AP {area_words(found.ap)}")
    )
    canvas.line(left, y, [Span(title, p.text, None, BOLD), Span(f"  {area}", p.muted)])
    y += 1
    for tick in (0.0, 0.5, 1.0):
        line = y + int(_row(np.array([tick]), tall)[0]) // 4
        canvas.text(x, line, f"{100 * tick:.0f}", p.muted, width=AXIS, align="right")
        canvas.put(left, line, np.where(np.arange(inner) % 2, BLANK, ord("·")), p.line)
    if roc:
        _line(canvas, left, y, inner, tall, np.array([0.0, 1.0]), np.array([0.0, 1.0]), p.faint, 3)
    named: list[tuple[str, Float64, Float64]] = []
    for letter, each in others:
        colour = p.mix(run_colour(canvas, letter), p.page, 0.4)
        across, up = curve_of(each.sweep, roc)
        _line(canvas, left, y, inner, tall, across, up, colour, 1)
        named.append((letter, across, up))
    across, up = curve_of(found, roc)
    _line(canvas, left, y, inner, tall, across, up, p.text, 1)
    for number, (letter, across, up) in enumerate(named):
        # Each letter at another place, so that curves side by side do not hide each other's.
        values = up if roc else across
        at = int(np.argmin(np.abs(values - 0.2 - 0.15 * number)))
        line = int(_row(up[at : at + 1], tall)[0]) // 4
        canvas.text(left + round(across[at] * (inner - 1)), y + line, letter, run_colour(canvas, letter), attrs=BOLD)
    for outcome, mark, colour in ((shown.decided, "○", p.muted), (found.at(threshold), "◆", p.focus)):
        point = _point(outcome, roc)
        if not any(map(math.isnan, point)):
            column, line = round(point[0] * (inner - 1)), int(_row(np.array([point[1]]), tall)[0]) // 4
            canvas.text(left + column, y + line, mark, colour, attrs=BOLD)
    canvas.text(left, y + tall, "0", p.muted)
    canvas.text(left, y + tall, "false alarms of all others" if roc else "recall", p.muted, width=inner, align="center")
    canvas.text(left, y + tall, "100", p.muted, width=inner, align="right")


def curve_of(found: Sweep, roc: bool) -> tuple[Float64, Float64]:
    """Points (across, up) of a curve, thinned evenly to what can be drawn."""
    across, up = (found.fall_out, found.recall) if roc else (found.recall, found.precision)
    if roc:
        across, up = np.append(0.0, across), np.append(0.0, up)
    if len(across) > _POINTS:
        kept = np.unique(np.linspace(0, len(across) - 1, _POINTS).astype(int))
        across, up = across[kept], up[kept]
    return across, up


def area_words(value: float) -> str:
    """An area under a curve: `.8029`, `1.0`; undefined is an en dash."""
    return UNDEFINED if math.isnan(value) else f"{value:.4f}"[1:] if value < 1 else "1.0"


def _row(values: Float64, tall: int) -> Float64:
    return scaled(values, 0.0, 1.0, 4 * tall)


def _point(outcome: Outcome, roc: bool) -> tuple[float, float]:
    if not roc:
        return outcome.recall, outcome.precision
    others = outcome.fp + outcome.tn
    return outcome.fp / others if others else math.nan, outcome.recall


def _line(
    canvas: Canvas, x: int, y: int, width: int, tall: int, across: Float64, up: Float64, colour: int, spacing: int
) -> None:
    dots = blank(width, tall)
    polyline(dots, across * (2 * width - 1), _row(up, tall), spacing=spacing)
    drawn = codes(dots)
    for line, column in zip(*np.nonzero(drawn != BLANK), strict=True):
        canvas.put(x + int(column), y + int(line), [[drawn[line, column]]], colour)


def draw_scores(
    canvas: Canvas, x: int, y: int, width: int, height: int, shown: OneClass, name: str, threshold: float
) -> tuple[int, int]:
    """How many samples of the class, and of the others, have which score; a line at the threshold.

    Heights are logarithms, on one scale for both sides. Returns the first column and the width of the axis.
    """
    p = canvas.palette
    tall, labels = max((height - 1) // 2, 1), min(max(text_width(name), 6), max(width // 5, 6))
    inner, left = width - labels - 1, x + labels + 1
    if inner < 12 or height < 3:
        return left, max(inner, 1)
    sides = [_binned(side, inner) for side in (shown.positive, shown.negative)]
    most = float(np.log1p(max(int(side.max()) for side in sides)))
    cut = min(max(round(threshold * inner), 0), inner)
    for number, (side, words, colour) in enumerate(zip(sides, (name, "others"), (p.text, p.faint), strict=True)):
        top = y + number * tall
        canvas.text(x, top + tall - 1, shorten(words, labels), colour, width=labels, align="right")
        levels = np.rint(np.log1p(side) / most * 8 * tall).astype(int) if most else np.zeros(inner, int)
        levels = np.where(side > 0, np.maximum(levels, 1), 0)
        for line in range(tall):
            part = np.clip(levels - 8 * (tall - 1 - line), 0, 8)
            cells = np.array([ord(char) for char in _BARS], np.uint32)[part]
            canvas.put(left, top + line, cells, colour)
    for line in range(2 * tall):
        if cut < inner:
            canvas.text(left + cut, y + line, "│", p.focus)
    _score_axis(canvas, left, y + 2 * tall, inner, cut, threshold)
    return left, inner


def _score_axis(canvas: Canvas, x: int, y: int, width: int, cut: int, threshold: float) -> None:
    p = canvas.palette
    words = score_words(threshold)
    at = min(max(cut - len(words) // 2, 0), width - len(words))
    for tick, text in ((0, "0"), (width // 2, ".5"), (width - 1, "1")):
        if not at - len(text) <= tick <= at + len(words):
            canvas.text(x + min(tick, width - len(text)), y, text, p.muted)
    canvas.text(x + at, y, words, p.focus, attrs=BOLD)


def _binned(side: NDArray[np.int64], bars: int) -> NDArray[np.int64]:
    """(bars,) the slices gathered; where there are more bars than slices a slice is drawn over several."""
    if bars >= SLICES:
        return side[np.arange(bars) * SLICES // bars]
    return np.bincount(np.arange(SLICES) * bars // SLICES, weights=side, minlength=bars).astype(np.int64)


def outcome_lines(outcome: Outcome, miss: float) -> list[tuple[str, str, str]]:
    """(what, value, interval): precision and recall with Wilson's intervals, F1, counts and cost."""
    called, positives = outcome.tp + outcome.fp, outcome.tp + outcome.fn
    parts = [
        ("precision", *_share(outcome.tp, called)),
        ("recall", *_share(outcome.tp, positives)),
        ("F1", UNDEFINED if math.isnan(outcome.f1) else f"{100 * outcome.f1:.1f}", ""),
        ("called", count(called), ""),
        ("found", count(outcome.tp), ""),
        ("missed", count(outcome.fn), ""),
        ("false alarms", count(outcome.fp), ""),
        ("cost", f"{outcome.cost(miss):,.6g}", ""),
    ]
    return parts


def _share(part: int, whole: int) -> tuple[str, str]:
    low, high = wilson([part], [whole])
    return rate(part / whole if whole else math.nan, float(low[0]), float(high[0]))


def draw_outcomes(
    canvas: Canvas, x: int, y: int, width: int, height: int, columns: list[tuple[str, Outcome, int]], miss: float
) -> int:
    """A column for each outcome (title, outcome, colour), a line for each number; returns the lines used."""
    p = canvas.palette
    room = max((width - 13) // max(len(columns), 1), 8)
    for number, (title, _, colour) in enumerate(columns):
        canvas.text(x + 13 + number * room, y, title, colour, attrs=BOLD, width=room - 1)
    found = [outcome_lines(outcome, miss) for _, outcome, _ in columns]
    lines = min(len(found[0]) if found else 0, max(height - 1, 0))
    for line in range(lines):
        canvas.text(x, y + 1 + line, found[0][line][0], p.muted, width=12)
        for number, each in enumerate(found):
            _, value, arms = each[line]
            at = x + 13 + number * room
            used = canvas.text(at, y + 1 + line, value, p.text if number == 0 else p.muted, width=room - 1)
            if arms and used + 1 + len(arms) < room:
                canvas.text(at + used + 1, y + 1 + line, arms, p.faint)
    return lines + 1
