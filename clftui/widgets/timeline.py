"""Draws what stands above a strip: the run's name, its accuracy as columns, the epochs and what happened in them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clftui.drawing.braille import blank, codes
from clftui.drawing.canvas import BOLD, Canvas
from clftui.state.epochs_sampling import kept_rows
from clftui.state.epochs_view import Marks, RunEpochs
from clftui.text import percent
from clftui.widgets.epochs_layout import BAR_LINES, EpochsLayout, Panel

_HEIGHTS = np.array([ord(char) for char in " ▁▂▃▄▅▆▇█"], np.uint32)
_LEVELS = 8 * BAR_LINES


@dataclass(frozen=True, eq=False)
class Head:
    """What is drawn above one strip."""

    each: RunEpochs
    marks: Marks
    focused: bool
    axis: tuple[float, float]
    """Ends of the scale of accuracy, the same for all runs."""
    alarms: tuple[int, ...] = ()
    """Epochs with an alarm."""


def run_colour(canvas: Canvas, letter: str) -> int:
    """The hue of a letter; a run without one is grey."""
    return canvas.palette.runs["ABCD".index(letter)] if letter else canvas.palette.muted


def draw_head(canvas: Canvas, layout: EpochsLayout, panel: Panel, head: Head) -> None:
    """Name, columns and axis of one run, from line 0 on."""
    last = panel is layout.panels[-1]
    room = canvas.width - panel.x - 1 if last else panel.width + layout.digits + 1
    _draw_name(canvas, panel, head, room)
    _draw_bars(canvas, panel, head)
    p = canvas.palette
    overall = _short(head.marks.overall)
    canvas.text(panel.x + panel.width + 1, 1, overall, p.text, attrs=BOLD if head.focused else 0,
                width=layout.digits, align="right")  # fmt: skip
    taken = np.zeros(max(room, 0), np.bool_)
    line = 1 + BAR_LINES
    _draw_axis(canvas, panel, line, head, taken)
    if layout.head is not None:
        taken = np.zeros(max(room, 0), np.bool_)
        line = layout.head
    _draw_events(canvas, panel, line, head, taken)


def _short(value: float) -> str:
    return "100" if value >= 1 else percent(value)


def _draw_name(canvas: Canvas, panel: Panel, head: Head, room: int) -> None:
    p, colour = canvas.palette, run_colour(canvas, head.each.letter)
    mark = panel.cell(head.each.best) if head.each.best is not None and panel.epochs > 1 else None
    used = canvas.text(panel.x, 0, head.each.letter, colour, attrs=BOLD)
    x = panel.x + used + (1 if used else 0)
    after = mark is not None and mark < x + 4
    if mark is not None and after:
        x = max(mark + 2, x)
    end = panel.x + room if mark is None or after else max(mark - 1, x)
    if mark is not None and not after and end - x < len(head.each.run.name) <= panel.x + room - mark - 2:
        # The whole name fits behind the mark.
        x, end = mark + 2, panel.x + room
    name = p.text if head.focused else p.muted
    canvas.text(x, 0, head.each.run.name, name, attrs=BOLD if head.focused else 0, width=end - x, middle=True)
    if mark is not None and mark != panel.x:
        canvas.text(mark, 0, "▾", p.text)


def _draw_bars(canvas: Canvas, panel: Panel, head: Head) -> None:
    p, colour = canvas.palette, run_colour(canvas, head.each.letter)
    low, high = head.axis
    scores = head.each.accuracy
    kept = kept_rows(scores[None], panel.columns)[0]
    share = (scores[kept] - low) / (high - low) if high > low else np.where(np.isnan(scores[kept]), np.nan, 1.0)
    shown = head.marks.shown
    quiet = p.mix(colour, p.page, 0.55)
    if not panel.per:
        _draw_dots(canvas, panel, share, quiet)
        if shown is not None:
            canvas.paint(panel.cell(shown), 1, 1, BAR_LINES, fg=colour)
        return
    known = ~np.isnan(share)
    heights = np.where(known, 1 + np.rint(np.nan_to_num(share) * (_LEVELS - 1)), 0).astype(int)
    for line in range(BAR_LINES):
        part = np.clip(heights - 8 * (BAR_LINES - 1 - line), 0, 8)
        canvas.put(panel.x, 1 + line, np.repeat(_HEIGHTS[part], panel.per)[None], quiet)
    if shown is not None:
        canvas.paint(panel.cell(shown), 1, panel.per, BAR_LINES, fg=colour, attrs=BOLD)


def _draw_dots(canvas: Canvas, panel: Panel, share: NDArray[np.float64], colour: int) -> None:
    """Two epochs a cell: columns of dots."""
    dots = blank(panel.width, BAR_LINES)
    for column, value in enumerate(share.tolist()):
        if not math.isnan(value):
            dots[len(dots) - 1 - round(value * (len(dots) - 1)) :, column] = True
    canvas.put(panel.x, 1, codes(dots), colour)


def _draw_axis(canvas: Canvas, panel: Panel, y: int, head: Head, taken: NDArray[np.bool_]) -> None:
    p, each = canvas.palette, head.each
    shown = head.marks.shown
    if shown is not None:
        words = str(each.epochs[shown])
        x = min(panel.cell(shown), panel.x + panel.width - len(words))
        _put(canvas, panel, max(x, panel.x), y, words, p.text, taken, BOLD)
    _put(canvas, panel, panel.x, y, str(each.epochs[0]), p.muted, taken)
    _draw_loss(canvas, panel, y, head, taken)
    if shown != panel.epochs - 1:
        last = str(each.epochs[-1])
        _put(canvas, panel, panel.x + panel.width - len(last), y, last, p.muted, taken)


def _draw_loss(canvas: Canvas, panel: Panel, y: int, head: Head, taken: NDArray[np.bool_]) -> None:
    """The epoch of the lowest loss, with as many words as fit at either side of it."""
    p, lost, epochs = canvas.palette, head.each.losses, head.each.epochs
    if lost.lowest not in epochs:
        return
    at = panel.cell(epochs.index(lost.lowest))
    over = lost.overfit is not None and lost.overfit <= epochs[-1]
    words = (f"over-fit: loss ×{lost.times:.1f} since", "over-fit") if over else ("lowest loss",)
    choices = [(at, f"└ {each}") for each in words]
    choices += [(at - len(each) - 1, f"{each} ┘") for each in words]
    for x, text in (*choices, (at, "└")):
        if _put(canvas, panel, x, y, text, p.worse if over else p.muted, taken):
            return


def _draw_events(canvas: Canvas, panel: Panel, y: int, head: Head, taken: NDArray[np.bool_]) -> None:
    p, each = canvas.palette, head.each
    for epoch in head.alarms:
        if epoch in each.epochs:
            _put(canvas, panel, panel.cell(each.epochs.index(epoch)), y, "▼", p.worse, taken)
    for epoch in each.losses.steps:
        if epoch in each.epochs:
            _put(canvas, panel, panel.cell(each.epochs.index(epoch)), y, "lr", p.text, taken)
    if panel.sampled:
        words = f"{panel.epochs} epochs, min and max kept"
        for text in (words, "min, max kept", "…"):
            if _put(canvas, panel, panel.x + panel.width - len(text), y, text, p.faint, taken):
                break


def _put(
    canvas: Canvas, panel: Panel, x: int, y: int, words: str, colour: int, taken: NDArray[np.bool_], attrs: int = 0
) -> bool:
    """Draw `words` where nothing stands yet, a blank apart from what does; whether that was possible."""
    start, end = x - panel.x, x - panel.x + len(words)
    if start < 0 or end > len(taken) or taken[max(start - 1, 0) : end + 1].any():
        return False
    canvas.text(x, y, words, colour, attrs=attrs)
    taken[start:end] = True
    return True
