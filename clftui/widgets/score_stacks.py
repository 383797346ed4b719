"""Stacks of samples by predicted class, surest at the bottom (or the left): right ones fade, wrong ones glow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.stacking import Packing, any_in, glyphs, leading_labels, owners
from clftui.drawing.canvas import BOLD, DIM, REVERSE, UNDERLINE, Canvas
from clftui.drawing.glyphs import UPPER, shades
from clftui.drawing.palette import Palette
from clftui.drawing.ramp import blend, contrast, shade
from clftui.state.scores_layout import ScoresLayout
from clftui.state.scores_letters import Letters
from clftui.state.scores_stacks import Stacks

Ints = NDArray[np.int32]
Bool = NDArray[np.bool_]

RIGHT_MOST = 0.75
"""How strong the least sure right sample is: wrong ones stand out beside it."""
WRONG_LEAST = 0.3
"""How strong the least sure wrong one is."""
SHADES = 8
"""Steps from the least sure to the surest: few, so that neighbours are alike and an epoch changes little."""
LEGIBLE = 3.0
"""Contrast below which a letter gives up its hue."""
_DARKER = 0.72
_BOLD_FROM, _DIM_TO = 0.75, 0.25


@dataclass(frozen=True, eq=False)
class Marked:
    """What is marked of the samples, (m,) each in the order of the stacks."""

    often: Bool
    """Wrong in more epochs than the mark."""
    chosen: Bool
    boxed: Bool
    """In the box."""


@dataclass(frozen=True, eq=False)
class Placed:
    """The glyphs that show, (g,) each: where they lie, and what of the first of their samples."""

    x: NDArray[np.int64]
    y: NDArray[np.int64]
    """Of dense grids in half cells."""
    sample: NDArray[np.int64]
    wrong: Bool
    label: NDArray[np.int64]
    """True class, the most frequent one of several."""
    often: Bool
    chosen: Bool
    boxed: Bool
    cursor: Bool


def place(shown: Stacks, layout: ScoresLayout, first: int, packed: Packing, marked: Marked, cursor: int) -> Placed:
    """Where the glyphs of the columns from `first` on lie; `cursor` is the sample under it, -1 none."""
    parts: list[tuple[NDArray[np.int64] | Bool, ...]] = []
    for number in range(first, min(first + layout.columns, shown.n)):
        part = shown.column(number)
        wrong = shown.wrong[part]
        found, owner = glyphs(wrong, packed), owners(wrong, packed)
        at = np.arange(len(found.start))
        x, y = _cells(layout, number - first, at)
        under = np.zeros(len(at), dtype=np.bool_)
        if part.start <= cursor < part.stop:
            under[owner[cursor - part.start]] = True
        flags = (any_in(each[part], owner, found) for each in (marked.often, marked.chosen, marked.boxed))
        label = leading_labels(shown.true[part], owner, found)
        if under.any():
            label[under] = shown.true[cursor]
        parts.append((x, y, part.start + found.start, found.wrong, label, *flags, under))
    if not parts:
        none = np.zeros(0, dtype=np.int64)
        parts = [(none, none, none, none > 0, none, *(none > 0,) * 4)]
    whole = [np.concatenate(each) for each in zip(*parts, strict=True)]
    rows = layout.rows * (2 if layout.dense else 1)
    # Only where not even one glyph of each kind fits does anything lie outside.
    inside = (whole[0] >= 0) & (whole[0] < layout.width) & (whole[1] >= 0) & (whole[1] < rows)
    return Placed(*(each[inside] for each in whole))


def _cells(layout: ScoresLayout, number: int, at: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Columns and rows (half rows of dense grids), from the top of the stacks, of a class's glyphs."""
    along, across = at // layout.across, at % layout.across
    if layout.upright:
        rows = layout.rows * (2 if layout.dense else 1)
        return layout.left + number * (layout.size + 1) + across, rows - 1 - along
    return layout.left + along, number * layout.across + across


def draw_stacks(canvas: Canvas, shown: Stacks, layout: ScoresLayout, placed: Placed, letters: Letters) -> None:
    """The glyphs on the rows below the head. What has no room is not there: `Stacks.packing` sees to that."""
    if layout.dense:
        _draw_dense(canvas, shown, layout, placed)
        return
    p = canvas.palette
    level = _levels(shown, placed)
    code = np.full((layout.rows, canvas.width), ord(" "), np.uint32)
    fg = np.full(code.shape, p.text, np.int32)
    bg = np.full(code.shape, p.page, np.int32)
    attrs = np.zeros(code.shape, np.uint8)
    at = placed.y, placed.x
    code[at], fg[at], bg[at], attrs[at] = _looks(p, shown, placed, letters, level)
    canvas.put(0, layout.head, code, fg, bg, attrs)


def _levels(shown: Stacks, placed: Placed) -> NDArray[np.float64]:
    """(g,) how strong: right ones the less sure, wrong ones the surer. Unknown scores count as unsure."""
    score = np.nan_to_num(shown.score[placed.sample].astype(np.float64), nan=shown.low)
    sure = np.rint(np.clip((score - shown.low) / max(1 - shown.low, 1e-9), 0, 1) * SHADES) / SHADES
    return np.where(placed.wrong, WRONG_LEAST + (1 - WRONG_LEAST) * sure, np.maximum(RIGHT_MOST * (1 - sure), 0.004))


def _looks(
    p: Palette, shown: Stacks, placed: Placed, letters: Letters, level: NDArray[np.float64]
) -> tuple[NDArray[np.uint32], Ints, Ints, NDArray[np.uint8]]:
    """Code, ink, paper and attributes of each glyph."""
    wrong = placed.wrong
    unlabelled = placed.label < 0
    names = {int(each): ord(letters.of(int(each))) for each in np.unique(placed.label[wrong | unlabelled])}
    code = np.full(len(wrong), ord(" "), np.uint32)
    lettered = wrong | unlabelled
    code[lettered] = [names[each] for each in placed.label[lettered].tolist()]
    attrs = np.where(wrong & placed.often, UNDERLINE, 0).astype(np.uint8)
    if p.colourful:
        paper = np.where(wrong, shade(p.ember, level, p.page), shade(p.ice, level, p.page))
        ink = _inks(p, paper, placed, letters)
        attrs[wrong] |= BOLD
    else:
        paper, ink = np.full(len(wrong), p.page, np.int32), np.full(len(wrong), p.text, np.int32)
        right = ~lettered
        code[right] = plain_right(level[right])
        ink[right] = p.muted
        attrs[wrong & (level > _BOLD_FROM)] |= BOLD
        attrs[wrong & (level < WRONG_LEAST + _DIM_TO)] |= DIM
    empty = code == ord(" ")
    code[placed.chosen & empty] = ord("▌")
    if p.colourful:
        ink = np.where(placed.chosen & ~wrong, p.live, ink)
        paper = np.where(placed.chosen & wrong, p.live, paper)
        ink = np.where(placed.chosen & wrong, p.page, ink)
        paper, ink = np.where(placed.cursor, p.focus, paper), np.where(placed.cursor, p.on_focus, ink)
    else:
        attrs[placed.chosen | placed.cursor] |= REVERSE
    return code, ink.astype(np.int32), paper.astype(np.int32), attrs


def plain_right(level: NDArray[np.float64]) -> NDArray[np.uint32]:
    """What stands for right samples where colours cannot: fainter shades than letters are."""
    return np.where(level < 0.1, ord("·"), shades(level * 0.65)).astype(np.uint32)


def _inks(p: Palette, paper: Ints, placed: Placed, letters: Letters) -> Ints:
    """The hue of the true class, or its dark shade where that reads better on the paper; else the plain ink."""
    out = p.ink(paper)
    for each in np.unique(placed.label[placed.wrong]).tolist():
        hue = letters.hue_of(each)
        if hue is None:
            continue
        at = placed.wrong & (placed.label == each)
        light = p.class_colour(hue)
        dark = int(blend(light, 0x000000, _DARKER)) if p.dark else light
        light = light if p.dark else int(blend(light, 0xFFFFFF, _DARKER))
        bright, dim = contrast(light, paper[at]), contrast(dark, paper[at])
        hued = np.where(bright >= dim, light, dark)
        out[at] = np.where(np.maximum(bright, dim) >= LEGIBLE, hued, out[at])
    return out


def _draw_dense(canvas: Canvas, shown: Stacks, layout: ScoresLayout, placed: Placed) -> None:
    """Two samples a cell, one above the other; wrong ones by their colour alone, or by halves without colours."""
    p, rows = canvas.palette, layout.rows
    if not p.colourful:
        _draw_dense_plain(canvas, layout, placed)
        return
    level = _levels(shown, placed)
    colour = np.where(placed.wrong, shade(p.ember, level, p.page), shade(p.ice, level, p.page))
    colour = np.where(placed.chosen, p.live, colour)
    colour = np.where(placed.cursor, p.focus, colour)
    halves = np.full((2 * rows, canvas.width), p.page, np.int32)
    halves[placed.y, placed.x] = colour
    canvas.put(0, layout.head, np.full((rows, canvas.width), UPPER, np.uint32), halves[0::2], halves[1::2], 0)


def _draw_dense_plain(canvas: Canvas, layout: ScoresLayout, placed: Placed) -> None:
    kinds = np.zeros((2 * layout.rows, canvas.width), np.int64)
    kinds[placed.y, placed.x] = np.where(placed.wrong, 2, 1)
    upper, lower = kinds[0::2], kinds[1::2]
    code = np.where(upper + lower > 0, ord("·"), ord(" "))
    code = np.where(upper == 2, ord("▀"), code)
    code = np.where(lower == 2, ord("▄"), code)
    code = np.where((upper == 2) & (lower == 2), ord("█"), code)
    attrs = np.zeros(code.shape, np.uint8)
    held = placed.cursor | placed.chosen
    attrs[placed.y[held] // 2, placed.x[held]] = REVERSE
    canvas.put(0, layout.head, code.astype(np.uint32), None, None, attrs)


def draw_box(canvas: Canvas, layout: ScoresLayout, placed: Placed, column: int) -> None:
    """Bars beside the samples of the box in the `column`-th class that shows; in a row, lines at its ends."""
    if not placed.boxed.any() or not 0 <= column < layout.columns:
        return
    p, y, x = canvas.palette, placed.y[placed.boxed], placed.x[placed.boxed]
    half = 2 if layout.dense else 1
    top, bottom = int(y.min()) // half, int(y.max()) // half
    if layout.upright:
        left = layout.left + column * (layout.size + 1)
        for edge in (left - 1, left + layout.size):
            canvas.vline(edge, layout.head + top, bottom - top + 1, p.focus, "┃")
        return
    ends = {int(x.min()), int(x.max())}
    for edge in ends:
        canvas.paint(edge, layout.head + top, 1, bottom - top + 1, fg=p.on_focus, bg=p.focus)
        if not p.colourful:
            canvas.paint(edge, layout.head + top, 1, bottom - top + 1, attrs=REVERSE)
