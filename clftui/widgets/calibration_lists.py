"""Draws what stands beside the reliability diagram: errors of the runs, the temperature, classes worst first."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clftui.drawing.braille import blank, codes, polyline, scaled, spark
from clftui.drawing.canvas import BOLD, Canvas, Span
from clftui.drawing.cells import BLANK
from clftui.state.calibration import Measures, Past, Temperature, Whole
from clftui.text import UNDEFINED, count, decimals_for, percent, sanitise, text_width
from clftui.widgets.reliability import gap_words
from clftui.widgets.timeline import run_colour

SPARK = 12
TALLEST, WIDEST = 12, 70
"""Lines and columns of the chart over epochs at most."""


@dataclass(frozen=True, eq=False)
class RunLine:
    """One run; what is still being read is None."""

    letter: str
    name: str
    focused: bool
    measures: Measures | None
    whole: Whole | None
    past: Past | None
    problem: str = ""


_TITLES = (("ECE", 11), ("unbiased", 9), ("by epoch", SPARK + 2), ("NLL", 6), ("Brier", 6), ("MCE", 5), ("sure", 6),
           ("right", 6))  # fmt: skip


def draw_runs(canvas: Canvas, x: int, y: int, width: int, lines: tuple[RunLine, ...]) -> int:
    """A line a run under one of titles; returns the lines used. Columns that do not fit are left out from the right."""
    p, scale = canvas.palette, _scale(lines)
    grown = any(each.past is not None and len(each.past.epochs) > 1 for each in lines)
    wanted = [each for each in _TITLES if grown or each[0] != "by epoch"]
    names = min(max((text_width(sanitise(each.name)) for each in lines), default=4), max(width - 24, 8), 18)
    room, kept = width - names - 2, []
    for title, wide in wanted:
        if wide > room:
            break
        kept.append((title, wide))
        room -= wide
    for row, each in enumerate((None, *lines), y):
        at = x + 2 + names
        if each is not None:
            canvas.text(x, row, each.letter, run_colour(canvas, each.letter), attrs=BOLD)
            canvas.text(x + 2, row, each.name, p.text if each.focused else p.muted, width=names, middle=True,
                        attrs=BOLD if each.focused else 0)  # fmt: skip
        for title, wide in kept:
            if each is None:
                canvas.text(at, row, title, p.muted, width=wide, align="right")
            elif title == "by epoch":
                _draw_past(canvas, at + 2, row, each, scale)
            else:
                _draw_value(canvas, at, row, wide, title, each)
            at += wide
    return len(lines) + 1


def _draw_value(canvas: Canvas, x: int, y: int, wide: int, title: str, each: RunLine) -> None:
    p, found = canvas.palette, each.measures
    if found is None:
        canvas.text(x, y, UNDEFINED if each.problem else "…", p.muted, width=wide, align="right")
        return
    if title == "ECE":
        half = 50 * (found.high - found.low)
        shown = percent(found.ece, decimals_for(half))
        arms = f"±{half:.{max(decimals_for(half), 1)}f}" if math.isfinite(half) else ""
        left = x + wide - len(shown) - len(arms) - 1
        canvas.line(left, y, [Span(shown, p.text, None, BOLD if each.focused else 0), Span(f" {arms}", p.faint)])
        return
    values = {
        "unbiased": percent(found.debiased), "MCE": percent(found.mce, 0), "NLL": number(found.nll),
        "Brier": "…" if each.whole is None else number(each.whole.brier), "sure": percent(found.confidence),
        "right": percent(found.accuracy),
    }  # fmt: skip
    canvas.text(x, y, values[title], p.text if each.focused else p.muted, width=wide, align="right")


def number(value: float) -> str:
    """`.312`, `1.24`; undefined is an en dash."""
    if not math.isfinite(value):
        return UNDEFINED
    return f"{value:.3f}"[1:] if value < 0.9995 else f"{value:.2f}"


def _scale(lines: tuple[RunLine, ...]) -> float:
    values = [float(np.nanmax(each.past.ece)) for each in lines
              if each.past is not None and len(each.past.epochs) > 1 and np.isfinite(each.past.ece).any()]  # fmt: skip
    return max(values, default=0.0)


def _draw_past(canvas: Canvas, x: int, y: int, each: RunLine, scale: float) -> None:
    if each.past is None or len(each.past.epochs) < 2 or not scale:
        return
    p = canvas.palette
    ink = run_colour(canvas, each.letter)
    canvas.put(x, y, spark(each.past.ece, SPARK, 0.0, scale), ink if each.focused else p.mix(ink, p.page, 0.45))


def draw_history(canvas: Canvas, x: int, y: int, width: int, height: int, lines: tuple[RunLine, ...]) -> None:
    """ECE over the epochs of every run that has some, from 0 up; nothing where there is too little room."""
    p, scale = canvas.palette, _scale(lines)
    grown = [each for each in lines if each.past is not None and len(each.past.epochs) > 1]
    tall, wide = min(height - 2, TALLEST), min(width - 5, WIDEST)
    if not grown or not scale or tall < 4 or wide < 20:
        return
    first, last = (pick(end for each in grown if each.past for end in each.past.epochs) for pick in (min, max))
    canvas.line(x, y, [Span("ECE by epoch", p.text, None, BOLD)])
    for value in (scale, 0.0):
        line = y + 1 + int(scaled([value], 0.0, scale, 4 * tall)[0]) // 4
        canvas.text(x, line, percent(value), p.muted, width=4, align="right")
    dots, ink = blank(wide, tall), np.full((tall, wide), p.line, np.int32)
    for each in sorted(grown, key=lambda run: run.focused):
        assert each.past is not None
        own = blank(wide, tall)
        at = (np.asarray(each.past.epochs) - first) / max(last - first, 1) * (2 * wide - 1)
        polyline(own, at, scaled(each.past.ece, 0.0, scale, 4 * tall), thick=each.focused)
        dots |= own
        colour = run_colour(canvas, each.letter)
        ink[codes(own) != BLANK] = colour if each.focused else p.mix(colour, p.page, 0.35)
    canvas.put(x + 5, y + 1, codes(dots), ink)
    for each in grown:
        value = each.past.ece[-1] if each.past is not None else math.nan
        if math.isfinite(value):
            line = y + 1 + int(scaled([value], 0.0, scale, 4 * tall)[0]) // 4
            end = (each.past.epochs[-1] - first) / max(last - first, 1) if each.past is not None else 1.0
            canvas.text(x + 5 + round(end * (wide - 1)), line, each.letter, run_colour(canvas, each.letter), attrs=BOLD)
    canvas.text(x + 5, y + 1 + tall, str(first), p.muted)
    canvas.text(x + 5, y + 1 + tall, str(last), p.muted, width=wide, align="right")


def temperature_words(found: Temperature | None, problem: str) -> tuple[str, ...]:
    """The fitted temperature and what it does, in parts that a narrow screen may take apart."""
    if problem:
        return (problem,)
    if found is None:
        return ("fitting a temperature …",)
    if math.isnan(found.value):
        return ("too few samples to fit a temperature",)
    return (
        f"temperature {found.value:.2f} fitted on {count(found.fitted_on)}",
        f"on {count(found.tested_on)} others NLL {number(found.nll_before)} → {number(found.nll_after)}, "
        f"ECE {percent(found.ece_before)} → {percent(found.ece_after)}",
    )


def draw_classes(
    canvas: Canvas,
    x: int,
    y: int,
    width: int,
    height: int,
    names: tuple[str, ...],
    order: NDArray[np.int64],
    own: Measures,
    known: Whole | None,
    first: int,
    cursor: int,
) -> None:
    """Classes from place `first` of `order` on: how sure and how right what is predicted as each of them is."""
    p, gaps = canvas.palette, own.classes
    columns = [("n", 7), ("sure", 6), ("right", 6), ("gap", 7), ("ECE", 6), ("own", 6)]
    wide = min(max(12, *(text_width(name) for name in names)), max(width // 3, 12))
    room, kept = width - wide - 1, []
    for title, take in [columns[4], columns[3], columns[0], columns[5], columns[1], columns[2]]:
        if take <= room:
            kept.append(title)
            room -= take
    shown = [each for each in columns if each[0] in kept]
    at = x + 1 + wide
    canvas.text(x + 1, y, "predicted as", p.muted, width=wide)
    for title, take in shown:
        canvas.text(at, y, title, p.muted, width=take, align="right")
        at += take
    for row, place in enumerate(range(first, min(first + height - 1, len(order))), y + 1):
        cls, here = int(order[place]), place == cursor
        if here:
            canvas.fill(x, row, width, 1, bg=p.raised)
            canvas.text(x, row, "▌", p.focus)
        canvas.text(x + 1, row, names[cls], p.focus if here else p.text, width=wide, attrs=BOLD if here else 0,
                    middle=True)  # fmt: skip
        own_ece = "…" if known is None else percent(float(known.classwise[cls]))
        gap = float(gaps.confidence[cls] - gaps.accuracy[cls])
        values = {
            "n": count(int(gaps.n[cls])), "sure": percent(float(gaps.confidence[cls])),
            "right": percent(float(gaps.accuracy[cls])), "gap": gap_words(gap),
            "ECE": percent(float(gaps.ece[cls])), "own": own_ece,
        }  # fmt: skip
        at = x + 1 + wide
        for title, take in shown:
            canvas.text(at, row, values[title], p.text if title == "ECE" else p.muted, width=take, align="right")
            at += take
