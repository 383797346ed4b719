"""Cells of the matrix that hold their history: strips and sparklines by run, and the rows' margin over the epochs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.history import downsample_all
from clftui.drawing.canvas import BOLD, Canvas
from clftui.drawing.cells import BLANK
from clftui.drawing.palette import Palette
from clftui.drawing.ramp import Floats, Ints
from clftui.state.matrix_epochs import Margins
from clftui.text import percent
from clftui.widgets.matrix_epochs_layout import BEST, NOW, SINCE, StripPlan
from clftui.widgets.matrix_layout import Layout
from clftui.widgets.matrix_spark import Drawn, bars, hue_ramp, spark, spread, strip, upright_strip

Bool = NDArray[np.bool_]
_DOT = ord("·")


class Look(NamedTuple):
    """How one track is told from the others: its label, and the hue of its run."""

    label: str
    hue: int
    ramp: Ints


def looks(palette: Palette, labels: Sequence[str], letters: Sequence[str]) -> tuple[Look, ...]:
    """The look of every track; a single one takes the ramp of all counts."""
    hues = [palette.runs["ABCD".index(letter)] if letter else palette.muted for letter in letters]
    ramps = [palette.ember if len(hues) == 1 else hue_ramp(palette, hue) for hue in hues]
    return tuple(Look(*each) for each in zip(labels, hues, ramps, strict=True))


def draw_histories(
    canvas: Canvas, layout: Layout, plan: StripPlan, level: Floats, shown: Bool, faint: Bool, look: Sequence[Look]
) -> None:
    """Levels (T, S, rows, columns), S at most the plan's slots, of the cells that are `shown` (rows, columns).

    `faint` cells hold samples, but fewer than the threshold: a dot. NaN is an epoch that a track does not have.
    """
    level = np.where(shown, level, np.nan).transpose(0, 2, 3, 1)
    level = spread(level, plan.slots)
    tracks, rows, columns = level.shape[:3]
    body = (layout.cell_height - 1, layout.cell_width - 1)
    code = np.full((rows, columns, *body), BLANK, dtype=np.uint32)
    ink = np.full(code.shape, canvas.palette.text, dtype=np.int32)
    paper = np.full(code.shape, canvas.palette.page, dtype=np.int32)
    for track in range(tracks):
        drawn = _drawn(canvas.palette, plan, level[track], look[track])
        place = (
            (slice(0, plan.height), slice(track * plan.width, (track + 1) * plan.width))
            if plan.rotated
            else (slice(track, track + 1), slice(0, plan.width))
        )
        for target, part in zip((code, ink, paper), drawn, strict=True):
            target[:, :, place[0], place[1]] = part
    dots = np.nonzero(faint)
    code[dots[0], dots[1], (body[0] - 1) // 2, body[1] // 2] = _DOT
    ink[dots[0], dots[1], (body[0] - 1) // 2, body[1] // 2] = canvas.palette.faint
    _put(canvas, layout, code, ink, paper)


def _drawn(palette: Palette, plan: StripPlan, level: Floats, look: Look) -> Drawn:
    """(rows, columns, h, w) characters of one track's levels (rows, columns, slots)."""
    if plan.rotated and plan.spark:
        return bars(palette, level, look.hue, plan.width)
    if plan.rotated:
        code, ink, paper = upright_strip(palette, level, look.ramp, look.hue)
        return _repeated(code, plan.width), _repeated(ink, plan.width), _repeated(paper, plan.width)
    found = spark(palette, level, look.hue) if plan.spark else strip(palette, level, look.ramp, look.hue)
    code, ink, paper = found
    return code[:, :, None, :], ink[:, :, None, :], paper[:, :, None, :]


def _repeated(values: NDArray[Any], width: int) -> NDArray[Any]:
    return np.repeat(values[..., None], width, axis=-1)


def _put(canvas: Canvas, layout: Layout, code: NDArray[np.uint32], ink: Ints, paper: Ints) -> None:
    """Copy (rows, columns, h, w) cells to their places; the gaps between them stay blank."""
    rows, columns, height, _ = code.shape
    for row in range(rows):
        flat = []
        for each in (code, ink, paper):
            gap = np.full((height, columns, 1), BLANK if each is code else canvas.palette.page, dtype=each.dtype)
            flat.append(np.concatenate([each[row].transpose(1, 0, 2), gap], axis=2).reshape(height, -1))
        canvas.put(layout.x, layout.y + row * layout.cell_height + 1, *flat)


def draw_track_letters(canvas: Canvas, layout: Layout, plan: StripPlan, look: Sequence[Look], columns: int) -> None:
    """Where epochs run down, the letters of the tracks above the strips of the first row."""
    if not plan.rotated or len(look) < 2:
        return
    for column in range(columns):
        for track, each in enumerate(look):
            x = layout.x + column * layout.cell_width + track * plan.width
            canvas.text(x, layout.y, each.label[:1], each.hue, attrs=BOLD)


def draw_margins(
    canvas: Canvas, layout: Layout, plan: StripPlan, margins: Margins, look: Sequence[Look], titles: tuple[str, str]
) -> None:
    """Beside every row and track: its metric over the epochs, now, its best epoch and the loss since.

    `titles` are the metric and the range of epochs. The strips are the stronger the lower the metric (its square root,
    so that a class at 97 % can be seen).
    """
    if layout.track_x < 0:
        return
    palette, head = canvas.palette, max(layout.y - 1, 0)
    x = layout.track_x
    strip_x = x + plan.label_width + 1
    if plan.margin_width:
        title = " ".join(titles) if len(" ".join(titles)) <= plan.margin_width else titles[0]
        canvas.text(strip_x, head, title, palette.muted, width=plan.margin_width)
    for offset, word, wide in ((plan.now, "now", NOW), (plan.best, "best", BEST), (plan.since, "since", SINCE)):
        if offset >= 0:
            canvas.text(x + offset, head, word, palette.muted, width=wide, align="right")
    tracks, _, rows = margins.values.shape
    per = 1 if not palette.colourful else 2
    slots = max(plan.margin_width * per, 1)
    weak = np.sqrt(np.maximum(1 - downsample_all(margins.values.transpose(0, 2, 1), slots), 1e-4))
    code, ink, paper = strip(palette, spread(weak, slots), palette.ice, palette.muted)
    for row in range(rows):
        for track in range(tracks):
            y = layout.y + row * layout.cell_height + 1 + track
            canvas.text(x, y, look[track].label, look[track].hue, attrs=BOLD, width=plan.label_width)
            if plan.margin_width:
                place = (track, slice(row, row + 1))
                canvas.put(strip_x, y, code[place], ink[place], paper[place])
            _numbers(canvas, x, y, plan, margins, (track, row))


def _numbers(canvas: Canvas, x: int, y: int, plan: StripPlan, margins: Margins, at: tuple[int, int]) -> None:
    palette = canvas.palette
    now, best, since = float(margins.now[at]), int(margins.best[at]), float(margins.since[at])
    if plan.now >= 0:
        canvas.text(x + plan.now, y, percent(now, 1), palette.text, width=NOW, align="right")
    if plan.best >= 0:
        canvas.text(x + plan.best, y, str(best) if best >= 0 else "–", palette.muted, width=BEST, align="right")
    if plan.since >= 0:
        loss = percent(-since, 1)
        words = "–" if np.isnan(since) else "·" if not since else loss if loss.startswith("<") else f"−{loss}"
        fg, attrs = (palette.worse, 0 if palette.colourful else BOLD) if margins.certain[at] else (palette.faint, 0)
        canvas.text(x + plan.since, y, words, fg, attrs=attrs, width=SINCE, align="right")
