"""Everything around the cells of the matrix: axes, labels, margins, the past of the margin, the read-out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.history import downsample
from clftui.analysis.intervals import wilson
from clftui.drawing.canvas import BOLD, Canvas
from clftui.drawing.cells import BLANK, code_text, codes_of, safe_text
from clftui.drawing.glyphs import columns as bars
from clftui.drawing.glyphs import legend, shades
from clftui.drawing.ramp import Ints, shade
from clftui.state.matrix_cells import margin
from clftui.state.matrix_difference import Arm
from clftui.state.matrix_model import Matrix
from clftui.state.matrix_words import RunCell, Sentence
from clftui.state.settings import Scaling, Share
from clftui.text import count, decimals_for, percent, rate, sanitise, shorten, take, text_width
from clftui.widgets.matrix_layout import EDGE, INTERVAL_WIDTH, SHARE_WIDTH, Layout
from clftui.widgets.text_block import draw_texts

Float64 = NDArray[np.float64]

RAMP_WIDTH = 12
TREND_WIDTH = 12
AXES = ("true", "predicted")


def draw_axes(canvas: Canvas, layout: Layout, matrix: Matrix, hint: str, top: float, ramp: Ints | None = None) -> None:
    """`true ↓  predicted →   rows 121–160 of 1,000      1 ▒▒▒▓▓▓ 116`: always says which axis is which.

    `top` is the value at the strong end of the shades, on `ramp` (by default that of counts); 0 leaves them out.
    """
    palette = canvas.palette
    down, across = AXES[::-1] if matrix.settings.transposed else AXES
    x = layout.x - 1 - text_width(f"{down} ↓")
    x = max(x, 0) + canvas.text(max(x, 0), 0, f"{down} ↓", palette.muted) + 1
    x = max(x, layout.x)
    x += canvas.text(x, 0, f"{across} →", palette.muted)
    if hint and canvas.width - x - 2 >= text_width(hint):
        x += 3 + canvas.text(x + 3, 0, hint, palette.muted)
    if not top:
        return
    low, high = _ends(matrix, top)
    if matrix.other is not None:
        _arms(canvas, x, matrix.other, low, high)
        return
    room = canvas.width - EDGE - x - 3 - len(low) - len(high) - 2
    if room >= 3:
        width = min(room, RAMP_WIDTH)
        at = canvas.width - EDGE - width - len(low) - len(high) - 2
        legend(canvas, at, 0, palette.ember if ramp is None else ramp, low, high, width)


def _arms(canvas: Canvas, x: int, other: Arm, low: str, high: str) -> None:
    """`B − A  −12 ▓▒░▒▓ +12`: the ramp of what got better, then that of what got worse."""
    palette = canvas.palette
    both = np.concatenate([palette.better_arm[::-1], palette.worse_arm])
    words = f"{other.words}   "
    for lead in (words, ""):
        width = RAMP_WIDTH if palette.colourful else 0
        at = canvas.width - EDGE - len(lead) - len(low) - len(high) - width - 2
        if at >= x + 3:
            at += canvas.text(at, 0, lead, palette.muted)
            if width:
                legend(canvas, at, 0, both, low, high, width)
            else:
                canvas.text(at, 0, f"{low}  {high}", palette.muted)
            return


def part_words(n: int, rows: slice, columns: slice) -> str:
    """Which part of the whole shows, where it is not all of it."""
    parts = [
        f"{name} {count(part.start + 1)}–{count(part.stop)}"
        for name, part in (("rows", rows), ("columns", columns))
        if part.stop - part.start < n
    ]
    return f"{', '.join(parts)} of {count(n)}" if parts else ""


def _ends(matrix: Matrix, top: float) -> tuple[str, str]:
    settings = matrix.settings
    full = "≥ " if settings.scaling is Scaling.CLIP else ""
    top *= settings.exponent if full else 1.0
    if matrix.other is not None:
        points = settings.share is not Share.COUNTS
        size = f"{percent(top, 0 if top >= 0.1 else 1)} %" if points else count(math.ceil(top))
        return f"better −{size}", f"+{size} worse"
    if settings.share is Share.COUNTS:
        return count(max(settings.at_least, 1)), f"{full}{count(math.ceil(top))}"
    return "0 %", f"{full}{percent(top, 0 if top >= 0.1 else 1)} %"


def draw_row_labels(canvas: Canvas, layout: Layout, names: Sequence[str], cursor: int) -> None:
    """Class names right-aligned before their rows; the cursor's bold in the focus colour."""
    ys = [layout.middle(row) for row in range(len(names))]
    style, mark = (canvas.palette.text, 0), (canvas.palette.focus, BOLD)
    draw_texts(canvas, layout.label_x, ys, names, layout.label_width, style, right=True, marked=cursor, mark=mark)


def draw_column_labels(canvas: Canvas, layout: Layout, names: Sequence[str], cursor: int, tails: bool) -> None:
    """Class names over their columns, shortened to the cell; upright where a cell is two columns wide.

    `tails` keeps the ends of names that begin alike.
    """
    if layout.y < 2:
        return
    palette = canvas.palette
    if layout.head_height > 1 or layout.cell_width < 4:
        _upright(canvas, layout, names, cursor, tails)
        return
    room = layout.cell_width - 1
    for column, name in enumerate(names):
        fg, attrs = (palette.focus, BOLD) if column == cursor else (palette.muted, 0)
        x = layout.x + column * layout.cell_width
        canvas.text(x, layout.y - 1, short_label(name, room, tails), fg, attrs=attrs, width=room, align="right")


def short_label(name: str, width: int, tails: bool) -> str:
    """A name within `width` columns; without an ellipsis where that would take a quarter of the room or more."""
    safe = sanitise(name)
    if text_width(safe) <= width or width < 1:
        return safe
    if tails:
        return safe[-width:] if width <= 4 else f"…{safe[-(width - 1) :]}"
    return take(safe, width) if width <= 4 else shorten(safe, width)


@lru_cache(maxsize=16)
def begin_alike(classes: tuple[str, ...], width: int) -> bool:
    """Whether the ends of the names tell more classes apart than their beginnings (`n01440764`, `class_017`)."""
    heads = {name[:width] for name in classes}
    return len(heads) < len(classes) and len({name[-width:] for name in classes}) > len(heads)


def _upright(canvas: Canvas, layout: Layout, names: Sequence[str], cursor: int, tails: bool) -> None:
    """The first (or last) letters of each name from top to bottom, ending right above the column."""
    height = layout.head_height
    code = np.full((height, len(names) * layout.cell_width), BLANK, dtype=np.uint32)
    if names:
        code[:, :: layout.cell_width] = np.stack([_standing(name, height, tails) for name in names], axis=1)
    canvas.put(layout.x, layout.y - height, code, canvas.palette.muted)
    if 0 <= cursor < len(names):
        x = layout.x + cursor * layout.cell_width
        canvas.paint(x, layout.y - height, 1, height, fg=canvas.palette.focus, attrs=BOLD)


@lru_cache(maxsize=16384)
def _standing(name: str, height: int, tails: bool) -> NDArray[np.uint32]:
    """(height,) letters of one name, from top to bottom."""
    letters = codes_of(safe_text(sanitise(name)))
    letters = letters[letters > 0]
    letters = letters[-height:] if tails else letters[:height]
    # A wide letter would push the next column's aside.
    narrow = np.where(_wide(letters), ord("·"), letters) if letters.size and letters.max() > 0x10FF else letters
    out = np.full(height, BLANK, dtype=np.uint32)
    out[height - len(narrow) :] = narrow
    return out


def _wide(codes: NDArray[np.uint32]) -> NDArray[np.bool_]:
    return np.asarray([text_width(code_text(int(code))) > 1 for code in codes], dtype=np.bool_)


def draw_row_margin(canvas: Canvas, layout: Layout, matrix: Matrix, rows: slice, cursor: int) -> None:
    """Recall (precision when transposed) of each shown row with its interval."""
    if layout.share_x < 0:
        return
    palette = canvas.palette
    value, low, high = margin(matrix, matrix.row_metric, rows)
    head = max(layout.y - 1, 0)
    canvas.text(layout.share_x + 1, head, matrix.row_metric.label, palette.muted)
    ys = [layout.middle(row) for row in range(len(value))]
    rates = [_rate(*bounds) for bounds in zip(value.tolist(), low.tolist(), high.tolist(), strict=True)]
    style, mark = (palette.text, 0), (palette.text, BOLD)
    shown = [text for text, _ in rates]
    draw_texts(canvas, layout.share_x, ys, shown, SHARE_WIDTH + 1, style, right=True, marked=cursor, mark=mark)
    if layout.interval_x >= 0:
        intervals = [text for _, text in rates]
        draw_texts(canvas, layout.interval_x, ys, intervals, INTERVAL_WIDTH, (palette.faint, 0))


_rate = lru_cache(maxsize=16384)(rate)


def draw_column_margin(canvas: Canvas, layout: Layout, matrix: Matrix, columns: slice, cursor: int) -> None:
    """Precision (recall when transposed) under each shown column, and the accuracy of the whole at the right."""
    if layout.foot_y < 0:
        return
    palette, y = canvas.palette, layout.foot_y
    label = matrix.column_metric.label
    canvas.text(layout.label_x, y, label, palette.muted, width=layout.label_width, align="right")
    value, low, high = margin(matrix, matrix.column_metric, columns)
    if layout.cell_width < 5:
        _shaded_margin(canvas, layout, value)
    else:
        for column in range(len(value)):
            x = layout.x + column * layout.cell_width
            shown = _fitting(float(value[column]), float(low[column]), float(high[column]), layout.cell_width - 1)
            fg, attrs = (palette.text, BOLD) if column == cursor else (palette.muted, 0)
            canvas.text(x, y, shown, fg, attrs=attrs, width=layout.cell_width - 1, align="right")
    _accuracy(canvas, layout, matrix)


def _fitting(value: float, low: float, high: float, width: int) -> str:
    digits = decimals_for(50 * (high - low)) if np.isfinite(high - low) else 0
    texts = (percent(value, fewer) for fewer in range(digits, -1, -1))
    return next((text for text in texts if len(text) <= width), percent(value, 0))


def _shaded_margin(canvas: Canvas, layout: Layout, value: Float64) -> None:
    """No room for numbers: the weaker the class, the stronger the cell."""
    palette = canvas.palette
    level = np.where(np.isnan(value), 0.0, np.maximum(1 - value, 1e-3))
    wide = layout.cell_width
    if palette.colourful:
        code: NDArray[np.uint32] = np.full(len(value), BLANK, dtype=np.uint32)
        bg = shade(palette.ice, level, palette.page)
        bg = np.where(np.isnan(value), palette.page, bg)
    else:
        code, bg = shades(level), np.full(len(value), palette.page, dtype=np.int32)
    code = np.where(np.isnan(value), ord("–"), code).astype(np.uint32)
    canvas.put(layout.x, layout.foot_y, np.repeat(code, wide)[None], palette.muted, np.repeat(bg, wide)[None])


def _accuracy(canvas: Canvas, layout: Layout, matrix: Matrix) -> None:
    c = matrix.confusion
    right = int(c.correct.sum())
    low, high = wilson([right], [c.total])
    shown, interval = rate(right / c.total if c.total else float("nan"), float(low[0]), float(high[0]))
    x = max(layout.share_x, layout.x + layout.width)
    if canvas.width - x - EDGE < 6 or layout.share_x < 0:
        return
    palette, y = canvas.palette, layout.foot_y
    canvas.text(x, y, shown, palette.text, attrs=BOLD, width=SHARE_WIDTH + 1, align="right")
    x += SHARE_WIDTH + 2
    if canvas.width - x - EDGE >= 8:
        x += 1 + canvas.text(x, y, "accuracy", palette.muted)
    if canvas.width - x - EDGE >= len(interval):
        canvas.text(x, y, interval, palette.faint)


def draw_readout(canvas: Canvas, layout: Layout, sentence: Sentence, cells: Sequence[RunCell]) -> None:
    """The cell under the cursor in words, then the same cell in the runs A to D."""
    palette = canvas.palette
    width = canvas.width - 2 * EDGE
    if layout.sentence_y >= 0:
        words = sentence.words
        if text_width(str(sentence)) > width:
            words = sentence.brief
        room = max(width - text_width(words) - 2, width // 3)
        title = canvas.text(EDGE, layout.sentence_y, sentence.title, palette.focus, attrs=BOLD, width=room, middle=True)
        text = f": {words}"
        canvas.text(EDGE + title, layout.sentence_y, text, palette.text, width=width - title)
    if layout.runs_y >= 0:
        _runs(canvas, layout.runs_y, cells)


def _runs(canvas: Canvas, y: int, cells: Sequence[RunCell]) -> None:
    palette = canvas.palette
    values = np.asarray([value for cell in cells for value in cell.trend if np.isfinite(value)])
    high = float(values.max()) if values.size else 1.0
    plain = sum(2 + len(cell.shown) + 1 + len(cell.interval) + 3 for cell in cells)
    trends = canvas.width - 2 * EDGE - plain >= sum(TREND_WIDTH + 1 for cell in cells if cell.trend)
    x = EDGE
    for cell in cells:
        hue = palette.runs["ABCD".index(cell.letter)] if cell.letter else palette.muted
        if x + 2 + len(cell.shown) > canvas.width - EDGE:
            break
        x += canvas.text(x, y, cell.letter or "·", hue, attrs=BOLD) + 1
        x += canvas.text(x, y, cell.shown, palette.text) + 1
        x += canvas.text(x, y, cell.interval, palette.faint) + (1 if cell.interval else 0)
        if trends and cell.trend:
            x += canvas.text(x, y, bars(downsample(cell.trend, TREND_WIDTH), 0.0, high or 1.0), hue) + 1
        x += 2
