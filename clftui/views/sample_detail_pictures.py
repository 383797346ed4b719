"""The image of one sample, and beside it the same under the saliency maps of its runs or methods."""

from __future__ import annotations

from clftui.analysis.saliency import area_above
from clftui.data.images import Picture, Unreadable
from clftui.drawing import blocks
from clftui.drawing.canvas import BOLD, Canvas
from clftui.state.explain_settings import Pictures
from clftui.state.explanations import Explained
from clftui.state.sample_detail import Detail
from clftui.text import percent, plural, sanitise, shorten
from clftui.views.sample_parts import run_colour, wrapped
from clftui.widgets.saliency import draw_legend, draw_map
from clftui.widgets.thumbnail import Thumbnails

LEAST = 10
"""Columns of a picture, at least."""
GAP = 2


def pictures_height(detail: Detail, width: int, most: int) -> int:
    """Rows the pictures and their words take of at most `most`; a single image takes all of them."""
    beside = _beside(detail, width)
    if not beside:
        return most
    return min(most, _panel(width, len(beside) + 1) // 2 + 2)


def _panel(width: int, n: int) -> int:
    return max((width - 2 - GAP * (n - 1)) // n, 1)


def _beside(detail: Detail, width: int) -> tuple[Explained, ...]:
    """As many maps as have room beside the image; the focused run's first where not all have."""
    room = (width - 2 + GAP) // (LEAST + GAP) - 1
    found = detail.beside
    if len(found) <= room:
        return found
    main = detail.main
    return tuple(each for each in found if main is not None and each.item is main.item)[: max(room, 0)]


def draw_pictures(
    canvas: Canvas, detail: Detail, y: int, width: int, height: int, thumbnails: Thumbnails
) -> Picture | Unreadable | None:
    """Image and maps side by side from row `y` on; the image as it was found."""
    table = detail.shown.table
    assert table is not None
    beside = _beside(detail, width)
    if not beside:
        found = thumbnails.draw(canvas, 1, y, width - 2, height, table, detail.row)
        if isinstance(found, Unreadable):
            _draw_trouble(canvas, 1, y, width - 2, height, found)
        return found
    panel = _panel(width, len(beside) + 1)
    rows = min(height - 2, max(panel // 2, 1))
    if rows < 1:
        return thumbnails.draw(canvas, 1, y, width - 2, height, table, detail.row)
    found = thumbnails.draw(canvas, 1, y + 1, panel, rows, table, detail.row)
    if isinstance(found, Unreadable):
        _draw_trouble(canvas, 1, y + 1, panel, rows, found)
    # Where the terminal shows pixels the maps lie over the image as it was decoded, else over its quadrants.
    sharp = thumbnails.sharp(canvas)
    pixels = found if sharp else thumbnails.pixels(panel, rows, table, detail.row)
    for number, each in enumerate(beside):
        x = 1 + (number + 1) * (panel + GAP)
        _draw_panel(canvas, x, y, panel, rows, each, pixels, detail, thumbnails if sharp else None)
    draw_legend(canvas, 1, y + rows + 1, panel, detail.session.explain.threshold)
    canvas.text(1, y, _others(detail, len(detail.beside) - len(beside)), canvas.palette.faint, width=panel)
    return found


def _draw_trouble(canvas: Canvas, x: int, y: int, width: int, height: int, found: Unreadable) -> None:
    # The upper half: the middle holds the placeholder's own word.
    p, room = canvas.palette, max(1, min(6, (height - 1) // 2))
    for number, line in enumerate(wrapped(found.sentence, width - 2, room)):
        canvas.text(x + 1, y + number, line, p.muted, p.surface if p.colourful else None)


def _draw_panel(
    canvas: Canvas,
    x: int,
    y: int,
    width: int,
    rows: int,
    each: Explained,
    pixels: Picture | Unreadable | None,
    detail: Detail,
    painter: Thumbnails | None,
) -> None:
    """`painter` draws a map as pixels; without one it is characters."""
    p, threshold = canvas.palette, detail.session.explain.threshold
    used = 0
    if detail.session.explain.pictures is Pictures.RUNS or each.item is not detail.focused:
        used = 1 + canvas.text(x, y, each.item.letter or "·", run_colour(p, each.item.letter), attrs=BOLD)
    used += 1 + canvas.text(x + used, y, shorten(each.choice.method, width - used), p.text, attrs=BOLD)
    if each.of and width - used > 5:
        canvas.text(x + used, y, shorten(f"of {detail.words_of(each.of)}", width - used), p.muted)
    if each.values is None or each.is_zero:
        _draw_missing(canvas, x, y + 1, width, rows, each)
        return
    rgb = pixels.pixels if isinstance(pixels, Picture) else None
    if pixels is None:
        # Until the image is decoded the heat alone would lie: it is mixed with what is under it.
        canvas.fill(x, y + 1, width, rows, bg=p.surface if p.colourful else None)
    elif painter is not None and isinstance(pixels, Picture):
        heat = painter.overlays.get(pixels, each.values, threshold)
        if painter.paint(canvas, x, y + 1, width, rows, heat) is None:
            canvas.fill(x, y + 1, width, rows, bg=p.surface)
    else:
        draw_map(canvas, x, y + 1, width, rows, rgb, each.values, threshold)
    words = f"{percent(area_above(each.values, threshold), 0)} % of the image ≥ {threshold:.2f}".replace("0.", ".")
    if len(words) > width:
        words = f"{percent(area_above(each.values, threshold), 0)} % inside"
    canvas.text(x, y + 1 + rows, words, p.text, width=width)
    shown = each.item.evaluation.epoch if each.item.evaluation is not None else each.epoch
    if each.epoch and each.epoch != shown and width - len(words) > 11:
        canvas.text(x + len(words) + 2, y + 1 + rows, f"epoch {each.epoch}", p.worse)


def _draw_missing(canvas: Canvas, x: int, y: int, width: int, rows: int, each: Explained) -> None:
    p = canvas.palette
    across, down = blocks.fit_size(1, 1, width, rows)
    left, top = x + (width - across) // 2, y + (rows - down) // 2
    if p.colourful:
        canvas.fill(left, top, across, down, bg=p.surface)
    else:
        canvas.frame(left, top, across, down, p.line)
    lines = wrapped(each.missing, max(across - 2, 1), max(down - 2, 1))
    for number, line in enumerate(lines):
        canvas.text(left + 1, top + (down - len(lines)) // 2 + number, line, p.muted, width=across - 2, align="center")


def _others(detail: Detail, left_out: int) -> str:
    """What else there is: `1 of 4 explanations  none of B C`."""
    words = []
    choices, choice = detail.choices, detail.choice
    if choice is not None and len(choices) > 1:
        words.append(f"{choices.index(choice) + 1} of {plural(len(choices), 'explanation')}")
    without = [each.item.letter or sanitise(each.item.run.name) for each in detail.by_run if each.values is None]
    if without and detail.session.explain.pictures is Pictures.PAIR:
        words.append(f"none of {' '.join(without)}")
    if left_out:
        words.append(f"+{left_out} without room")
    return "  ".join(words)
