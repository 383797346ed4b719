"""Under a response map: a unit's responses to the samples of each class, its epochs, the layers side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clftui.drawing.canvas import BOLD, Canvas
from clftui.drawing.glyphs import bar, columns, heat_strip
from clftui.drawing.ramp import shade
from clftui.state.responses_unit import Answers, LayerLine, UnitPast
from clftui.state.responses_words import number, relevance_words
from clftui.text import UNDEFINED, count, shorten, text_width

Float64 = NDArray[np.float64]

NUMBER = 8
LAYER_COLUMNS = (("units", 6), ("silent", 7), ("favour", 7), ("relevance", 10), ("separation", 11), ("best", 7),
                 ("mean", 6))  # fmt: skip
LEAST_BAR = 6
WIDEST = 8
"""Half columns that an epoch takes at most."""


class Line(NamedTuple):
    """A class that is drawn."""

    name: str
    cls: int
    here: bool
    """Whether it is the class under the cursor."""
    inside: bool
    """Whether it is of the target."""


def lines_of(order: Sequence[int], names: Sequence[str], here: int, inside: Sequence[int], room: int) -> list[Line]:
    """The first classes of an order that have room, the one under the cursor among them."""
    chosen = list(order[: max(room, 0)])
    if here not in chosen and chosen:
        chosen[-1] = here
    among = set(inside)
    return [Line(names[index], index, index == here, index in among) for index in chosen]


def draw_title(canvas: Canvas, y: int, width: int, title: str, beside: str = "") -> None:
    """`─ Unit 35: response of each sample, by true class ────`"""
    p = canvas.palette
    canvas.hline(0, y, width, p.line)
    used = 2 + canvas.text(1, y, f" {shorten(title, max(width - 4, 1))} ", p.text, attrs=BOLD)
    if beside and used + text_width(beside) + 3 < width:
        canvas.text(width - text_width(beside) - 3, y, f" {beside} ", p.muted)


def draw_samples(
    canvas: Canvas, x: int, y: int, width: int, lines: Sequence[Line], found: Answers, binned: NDArray[np.int64],
    label: int,
) -> None:  # fmt: skip
    """How many of each class's samples answer how much: heights are the square root of shares; the median."""
    p = canvas.palette
    bins = binned.shape[1]
    share = np.sqrt(binned / np.maximum(found.n, 1)[:, None])
    # Most answer 0 to most: what else there is sets the scale.
    top = max((float(share[line.cls][1:].max(initial=0)) for line in lines), default=0.0)
    for at, line in enumerate(lines):
        _label(canvas, x, y + at, label, line)
        heights = np.minimum(share[line.cls] / top if top else share[line.cls], 1)
        heights = np.where(binned[line.cls] > 0, np.maximum(heights, 1e-9), np.nan)
        silent = not (binned[line.cls][1:].any() or found.medians[line.cls] > 0)
        ink = p.faint if silent else int(shade(p.ice, np.array(0.62), p.page)) if p.colourful else p.text
        canvas.text(x + label + 1, y + at, columns(heights, 0, 1), ink)
        median = float(found.medians[line.cls])
        words = number(median) if found.n[line.cls] else UNDEFINED
        canvas.text(x + label + 2 + bins, y + at, words, p.text, width=NUMBER, align="right")
        if at == 0 and x + label + 2 + bins + NUMBER + 7 < width:
            canvas.text(x + label + 3 + bins + NUMBER, y, "median", p.muted)


def draw_means(canvas: Canvas, x: int, y: int, width: int, lines: Sequence[Line], means: Float64, label: int) -> None:
    """A bar for each class's mean response (K,), from 0."""
    p = canvas.palette
    room = max(width - x - label - NUMBER - 3, 1)
    top = max((float(means[line.cls]) for line in lines if means[line.cls] > 0), default=0.0)
    ink = int(shade(p.ice, np.array(0.62), p.page)) if p.colourful else p.text
    for at, line in enumerate(lines):
        value = float(means[line.cls])
        _label(canvas, x, y + at, label, line)
        canvas.text(x + label + 1, y + at, bar(value / top if top else 0.0, room), ink)
        canvas.text(x + label + 1 + room, y + at, number(value), p.text, width=NUMBER, align="right")


def draw_past(
    canvas: Canvas, x: int, y: int, width: int, lines: Sequence[Line], past: UnitPast, label: int, marks: Sequence[str]
) -> None:
    """Class means epoch by epoch, two epochs a cell on one scale; the newest; below what parts the classes.

    `marks` say by epoch when the class under the cursor changed; below that where any did.
    """
    p = canvas.palette
    room = max(width - x - label - NUMBER - 4, 1)
    step = max(1, -(-len(past.epochs) // (2 * room)))
    # The newest epoch always shows.
    kept = np.arange(len(past.epochs))[::-1][::step][::-1]
    # Few epochs are drawn wider, each over whole cells.
    wide = max(min(2 * room // len(kept), WIDEST) // 2 * 2, 1)
    shown, kept = kept, np.repeat(kept, wide)
    known = past.means[~np.isnan(past.means)]
    top = float(known.max()) if known.size else 0.0
    for at, line in enumerate(lines):
        _label(canvas, x, y + at, label, line)
        values = past.means[kept, line.cls]
        level = np.clip(values / top, 0, 1) if top > 0 else values * 0
        code, fg, bg = heat_strip(level, p.ice, p)
        canvas.put(x + label + 1, y + at, code, fg, bg)
        used = x + label + 1 + code.shape[1]
        canvas.text(used + 1, y + at, number(float(values[-1])), p.text, width=NUMBER, align="right")
    if not lines:
        return
    below = y + len(lines)
    canvas.text(x, below, "separation", p.muted, width=label, align="right")
    values = past.separation[kept]
    finite = values[np.isfinite(values)]
    # Two epochs a column there, so the better of each pair here.
    padded = np.append(values, np.nan) if len(values) % 2 else values
    pairs = np.fmax(padded[0::2], padded[1::2])
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    canvas.text(x + label + 1, below, columns(np.where(np.isfinite(pairs), pairs, np.nan), min(low, 0), high), p.muted)
    used = x + label + 1 + len(pairs)
    canvas.text(used + 1, below, relevance_words(float(values[-1])), p.muted, width=NUMBER, align="right")
    if any(marks):
        canvas.text(x, below + 1, "changed", p.muted, width=label, align="right")
    for at, epoch in enumerate(shown.tolist()):
        # An epoch that is left out leaves its mark on the next one.
        first = shown[at - 1] + 1 if at else 0
        mark = min(filter(None, marks[first : epoch + 1]), key="▼▾▴".index, default="")
        canvas.text(x + label + 1 + at * wide // 2, below + 1, mark, p.better if mark == "▴" else p.worse)


def draw_layers(
    canvas: Canvas, x: int, y: int, width: int, lines: Sequence[LayerLine], shown: str, label: int, room: int
) -> None:
    """A line a layer: its units, those that never answer, those that favour the target, how far units part classes."""
    p = canvas.palette
    wide, heads = _fitting(width - x - label - 2)
    at = x + label + 1
    for head, columns_ in heads:
        canvas.text(at, y, head, p.muted, width=columns_, align="right")
        at += columns_
    canvas.text(at + 2, y, shorten("separation, median", wide), p.muted)
    most = max((line.separation for line in lines if np.isfinite(line.separation)), default=0.0)
    first = next((place for place, line in enumerate(lines) if line.name == shown), 0)
    top = max(0, min(first - room // 2, len(lines) - (room - 1)))
    for row, line in enumerate(lines[top : top + room - 1], y + 1):
        here = line.name == shown
        ink = p.focus if here else p.text
        name = shorten(line.name, label, middle=True)
        canvas.text(x, row, name, ink, attrs=BOLD if here else 0, width=label, align="right")
        at = x + label + 1
        if line.trouble:
            canvas.text(at + 1, row, line.trouble, p.muted, width=width - at - 2)
            continue
        for (_, columns_), words in zip(heads, _cells(line), strict=False):
            canvas.text(at, row, words, p.text, width=columns_, align="right")
            at += columns_
        share = line.separation / most if most > 0 and np.isfinite(line.separation) else float("nan")
        canvas.text(at + 2, row, bar(share, wide), p.muted)


def _fitting(room: int) -> tuple[int, list[tuple[str, int]]]:
    heads = list(LAYER_COLUMNS)
    while len(heads) > 1 and sum(wide for _, wide in heads) + LEAST_BAR + 2 > room:
        heads.pop()
    return max(min(room - sum(wide for _, wide in heads) - 2, 24), 0), heads


def _cells(line: LayerLine) -> tuple[str, ...]:
    favour = UNDEFINED if line.favouring is None else count(line.favouring)
    ratios = (line.relevance, line.separation, line.best, line.mean)
    return count(line.units), count(line.silent), favour, *map(relevance_words, ratios)


def _label(canvas: Canvas, x: int, y: int, width: int, line: Line) -> None:
    p = canvas.palette
    if line.inside:
        canvas.text(x - 1, y, "▌", p.focus)
    ink = p.focus if line.here else p.text
    canvas.text(x, y, line.name, ink, attrs=BOLD if line.here else 0, width=width, align="right")
