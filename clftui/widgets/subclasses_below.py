"""What stands below the matrix of a class: its layers, the units that part it, the classes that have parts."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from clftui.drawing.canvas import BOLD, Canvas
from clftui.state.class_tree import label_of
from clftui.state.map_side import short_signed
from clftui.state.session import Session
from clftui.state.subclasses_layers import ClassLine, compared
from clftui.state.subclasses_model import LayerLine, Shown, arranged
from clftui.text import count, plural, sanitise, shorten, text_width
from clftui.widgets.subclasses_grid import draw_levels, draw_square, scale_of
from clftui.widgets.subclasses_layout import Plan, plan

Float64 = NDArray[np.float64]

GAP = 11
"""Columns between two small matrices: how far they agree stands there."""
LEAST = 5
"""Lines of a small matrix with its words."""


def draw_layers(canvas: Canvas, area: tuple[int, int, int, int], found: Shown, lines: tuple[LayerLine, ...]) -> None:
    """The layers side by side, as small matrices where `area` (x, y, width, height) has room, else as words."""
    x, y, width, height = area
    if height < LEAST:
        _draw_words(canvas, x, y, width, found, lines)
        return
    side = min(height - 2, (width + GAP) // max(min(len(lines), 4), 1) // 2 - GAP // 2)
    if side < LEAST - 2:
        _draw_words(canvas, x, y, width, found, lines)
        return
    fit = max((width + GAP) // (2 * side + GAP), 1)
    here = next((at for at, each in enumerate(lines) if each.source.name == found.kinds.members.source.name), 0)
    first = max(0, min(here - fit // 2, len(lines) - fit))
    if len(lines) > fit:
        range_ = f"layers {first + 1}–{first + fit} of {len(lines)}"
        canvas.text(x, y - 1, range_, canvas.palette.muted, width=width)
    for at, each in enumerate(lines[first : first + fit]):
        left = x + at * (2 * side + GAP)
        if at:
            _draw_agreement(canvas, left - GAP, y + 1 + side // 2, compared(found), each.agrees)
        _draw_layer(canvas, left, y, side, found, each, first + at == here)


def _draw_agreement(canvas: Canvas, x: int, y: int, parts: int, value: float) -> None:
    p = canvas.palette
    canvas.text(x, y - 1, f"ARI of {parts}", p.muted, width=GAP, align="center")
    canvas.text(x, y, f"← {short_signed(value)} →", p.text, width=GAP, align="center")


def _draw_layer(canvas: Canvas, x: int, y: int, side: int, found: Shown, line: LayerLine, here: bool) -> None:
    p = canvas.palette
    canvas.text(x, y, shorten(sanitise(line.source.name), 2 * side), p.focus if here else p.text, attrs=BOLD * here)
    if line.kinds is None:
        canvas.text(x, y + 1, "…", p.muted)
        return
    small = found if here else arranged(line.kinds, line.kinds.suggested, found.arranged)
    square: Plan | None = plan(x, y + 1, side, small.edges)
    if square is not None:
        draw_square(canvas, small, square, scale_of(small))
    best = line.kinds.best if line.kinds.suggested > 1 else float(line.kinds.mean[compared(found) - 1])
    said = f"{split_word(line.kinds.suggested)} · {short_signed(best)}"
    canvas.text(x, y + 1 + side, said, p.muted, width=2 * side + GAP - 2)


def split_word(suggested: int) -> str:
    """`3 parts`, `no split`"""
    return plural(suggested, "part") if suggested > 1 else "no split"


def _draw_words(canvas: Canvas, x: int, y: int, width: int, found: Shown, lines: tuple[LayerLine, ...]) -> None:
    """`conv1 2 parts ←.31→ conv2 no split …` on one line, from the layer before the one that shows where it is long."""
    p = canvas.palette
    here = next((at for at, each in enumerate(lines) if each.source.name == found.kinds.members.source.name), 0)
    words = [
        f"{sanitise(each.source.name)} {split_word(each.kinds.suggested) if each.kinds else '…'}" for each in lines
    ]
    first = 0
    while first < here and sum(text_width(word) + 8 for word in words[first : here + 1]) > width:
        first += 1
    used = 0
    for at in range(first, len(lines)):
        if at > first:
            used += canvas.text(x + used, y, f" ←{short_signed(lines[at].agrees)}→ ", p.muted, width=width - used)
        if used >= width:
            return
        used += canvas.text(
            x + used, y, words[at], p.text if at == here else p.muted, attrs=BOLD * (at == here), width=width - used
        )


def draw_units(canvas: Canvas, area: tuple[int, int, int, int], found: Shown, shares: Float64 | None) -> None:
    """The units that part most: a map of samples by units where there is room, else their numbers."""
    x, y, width, height = area
    p = canvas.palette
    if shares is None:
        canvas.text(x, y, "units …", p.muted, width=width)
        return
    order = np.argsort(-np.nan_to_num(shares, nan=-1.0), kind="stable")
    if found.parts < 2 or not np.isfinite(shares).any():
        canvas.text(x, y, "one part: no unit parts anything; + asks for more parts", p.muted, width=width)
        return
    best = "  ".join(f"{unit} {short_signed(float(shares[unit]))}" for unit in order[:40].tolist() if shares[unit] > 0)
    head = f"units by their variance between parts (η²): {best}"
    canvas.text(x, y, shorten(head, width), p.muted)
    if height < 3:
        return
    square = plan(x + 3, y + 1, height - 1, found.edges)
    if square is None:
        return
    draw_levels(canvas, x + 3, y + 1, _levels(found, square, tuple(order[: width - 4].tolist())))
    for facts in found.facts:
        canvas.text(x, square.y + square.top(facts.number - 1), str(facts.number), p.muted)


@lru_cache(maxsize=8)
def _levels(found: Shown, square: Plan, which: tuple[int, ...]) -> Float64:
    """(2 height, units) mean responses of each pixel's samples, 0..1 by unit; NaN in the gaps."""
    values = found.kinds.members.values[found.order][:, list(which)].astype(np.float64)
    low, high = np.percentile(values, (1, 99), axis=0)
    level = np.clip((values - low) / np.where(high > low, high - low, 1.0), 0, 1)
    out = np.full((2 * square.height, values.shape[1]), np.nan)
    for part in range(len(square.tall)):
        bins = square.bins(part)
        for at in range(len(bins) - 1):
            start = min(int(bins[at]), len(values) - 1)
            out[2 * square.top(part) + at] = level[start : max(int(bins[at + 1]), start + 1)].mean(axis=0)
    return out


def draw_classes(
    canvas: Canvas, area: tuple[int, int, int, int], session: Session, lines: tuple[ClassLine, ...], known: int
) -> None:
    """The classes that fall into parts, clearest first, in columns."""
    x, y, width, height = area
    p = canvas.palette
    whole = len(session.classes)
    names = [sanitise(label_of(session, line.name)) for line in lines]
    head = f"{count(len(lines))} of {count(known)} classes looked at fall into parts"
    head += f", of {count(whole)}" if known < whole else ""
    if height < 2:
        told = (f"{name} {short_signed(line.silhouette)}" for name, line in zip(names, lines, strict=True))
        canvas.text(x, y, shorten(": ".join([head, "  ".join(told)]) if lines else head, width), p.muted)
        return
    canvas.text(x, y, f"{head}; N goes on", p.muted, width=width)
    each = min(max((text_width(name) for name in names), default=8), 20) + 14
    rows = max(height - 1, 0)
    for at, line in enumerate(lines[: rows * max(width // each, 1)]):
        left, top = x + at // rows * each, y + 1 + at % rows
        used = canvas.text(left, top, shorten(names[at], each - 14), p.text)
        words = f" {split_word(line.suggested)} {short_signed(line.silhouette)}"
        canvas.text(left + used, top, words, p.muted, width=each - used - 1)
