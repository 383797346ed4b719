"""Rows of the table of explained samples: numbers, the picture with its contour, the heat, colours, words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from clftui.data.images import Picture
from clftui.data.samples import SampleTable
from clftui.data.weighted_text import Word
from clftui.drawing.canvas import BOLD, ITALIC, REVERSE, UNDERLINE, Canvas
from clftui.drawing.glyphs import columns as bars
from clftui.state.explained_facts import Fact
from clftui.state.sample_detail_colours import Colours
from clftui.text import ELLIPSIS, MINUS, UNDEFINED, percent, sanitise, short_score, shorten, text_width
from clftui.views.sample_parts import name_of, run_colour, verdict_colour
from clftui.widgets.explained_columns import BOTH, RIGHT, TITLES, placed
from clftui.widgets.saliency import Overlays, Show, draw_map
from clftui.widgets.similarity_grid import number
from clftui.widgets.thumbnail import Thumbnails

CHANNELS = (0xE0645C, 0x62C26B, 0x6B8FEA)
"""Red, green and blue for their histograms; the row tells which it is too."""
STRONG = 0.5
"""From this share of the weightiest word's weight on words are bold."""


@dataclass
class Painter:
    """What draws pictures, and whether all of them were there."""

    thumbnails: Thumbnails
    overlays: Overlays
    threshold: float
    missing: bool = False


def draw_heads(canvas: Canvas, y: int, columns: dict[str, int], sorted_by: str, falling: bool, first: str) -> None:
    """The titles of the columns, the sorted one bright with an arrow; `first` is what the column of names is called."""
    p = canvas.palette
    for x, width, name in placed(columns):
        title = {"name": first, "predicted": TITLES[name] if "true" in columns else BOTH}.get(name, TITLES[name])
        mine = name == sorted_by or (sorted_by in BOTH and title == BOTH)
        if title == BOTH:
            title = sorted_by if mine else BOTH if width >= len(BOTH) else "classes"
        words = f"{title}{'↓' if falling else '↑'}" if mine else title
        align = "right" if name in RIGHT else "left"
        canvas.text(x, y, shorten(words, width) if not mine else words[-width:], p.text if mine else p.faint,
                    attrs=BOLD if mine else 0, width=width, align=align)  # type: ignore[arg-type]  # fmt: skip


def draw_row(
    canvas: Canvas, y: int, lines: int, columns: dict[str, int], fact: Fact, painter: Painter, focused: bool
) -> None:
    """One row of `lines` lines."""
    for x, width, name in placed(columns):
        _draw_cell(canvas, x, y, width, lines, name, fact, painter, BOLD if focused else 0)
        if name == "predicted" and "true" not in columns:
            canvas.text(x + 2, y + 1, shorten(fact.answer.true or "no label", width - 2), canvas.palette.muted)
    if focused:
        _mark(canvas, y, lines, columns)


def _draw_cell(
    canvas: Canvas, x: int, y: int, width: int, lines: int, name: str, fact: Fact, painter: Painter, strong: int
) -> None:
    p, answer = canvas.palette, fact.answer
    match name:
        case "name":
            used = 0
            if fact.letter is not None:
                used = 1 + canvas.text(x, y, fact.letter, run_colour(p, fact.letter), attrs=BOLD)
            canvas.text(x + used, y, shorten(fact.name, width - used, middle=True), p.text, attrs=strong)
        case "true":
            canvas.text(x, y, shorten(answer.true or "no label", width), p.muted)
        case "predicted":
            canvas.text(x, y, answer.verdict.glyph, verdict_colour(p, answer.verdict))
            canvas.text(x + 2, y, shorten(name_of(answer.predicted), width - 2), p.text, attrs=strong)
        case "image" | "map":
            _draw_picture(canvas, x, y, width, lines, fact, painter, Show.CONTOUR if name == "image" else Show.HEAT)
        case "colours":
            draw_histograms(canvas, x, y, width, lines, fact.colours, fact)
        case "words":
            _draw_words(canvas, x, y, width, fact)
        case _:
            words = number_of(name, fact)
            ink = p.text if name == "area" else p.muted
            canvas.text(x, y, words, p.worse if fact.is_empty and name == "area" else ink, width=width, align="right")


def number_of(name: str, fact: Fact) -> str:
    """What stands in a column of numbers: `97.1`, `.98`, `38 %`; of an empty map `∅ 0 %`."""
    match name:
        case "accuracy" | "class":
            return percent(fact.accuracy if name == "accuracy" else fact.class_accuracy)
        case "confidence":
            return short_score(fact.answer.confidence, 3)
        case "area":
            words = f"{percent(fact.area, 0)} %" if math.isfinite(fact.area) else UNDEFINED
            return "∅ 0 %" if fact.is_empty else words
        case _:
            return ELLIPSIS if fact.likeness is None else number(fact.likeness)


def _draw_picture(
    canvas: Canvas, x: int, y: int, width: int, lines: int, fact: Fact, painter: Painter, show: Show
) -> None:
    if fact.values is None and show is Show.HEAT:
        _draw_missing(canvas, x, y, width, lines, fact.missing)
    elif fact.table is None:
        if fact.values is None:
            _draw_missing(canvas, x, y, width, lines, "no image")
        else:
            draw_map(canvas, x, y, width, lines, None, fact.values, painter.threshold, show)
    elif fact.values is None:
        painter.missing |= painter.thumbnails.draw(canvas, x, y, width, lines, fact.table, fact.row) is None
    else:
        draw_over(canvas, x, y, width, lines, fact, painter, show)


class Pictured(Protocol):
    """A map and the sample it explains."""

    @property
    def table(self) -> SampleTable | None:
        """Where the image is told; not None where it is drawn."""

    @property
    def row(self) -> int:
        """The table's row."""

    @property
    def values(self) -> NDArray[np.float32] | None:
        """(h, w) the map; not None where it is drawn."""


def draw_over(
    canvas: Canvas, x: int, y: int, width: int, lines: int, fact: Pictured, painter: Painter, show: Show
) -> None:
    """A sample's image under its map; as pixels where the terminal shows pixels."""
    p, thumbnails = canvas.palette, painter.thumbnails
    assert fact.table is not None and fact.values is not None
    if not thumbnails.sharp(canvas):
        found = thumbnails.pixels(width, lines, fact.table, fact.row)
        if found is None:
            painter.missing = True
            canvas.fill(x, y, width, lines, bg=p.surface if p.colourful else None)
            return
        rgb = found.pixels if isinstance(found, Picture) else None
        if not p.colourful and Show.HEAT not in show:
            painter.missing |= thumbnails.draw(canvas, x, y, width, lines, fact.table, fact.row) is None
        draw_map(canvas, x, y, width, lines, rgb, fact.values, painter.threshold, show)
        return
    found = thumbnails.decoded(width, lines, fact.table, fact.row)
    if not isinstance(found, Picture):
        painter.missing |= found is None
        canvas.fill(x, y, width, lines, bg=p.surface)
        return
    picture = painter.overlays.get(found, fact.values, painter.threshold, show)
    if thumbnails.paint(canvas, x, y, width, lines, picture) is None:
        painter.missing = True
        canvas.fill(x, y, width, lines, bg=p.surface)


def _draw_missing(canvas: Canvas, x: int, y: int, width: int, lines: int, words: str) -> None:
    p = canvas.palette
    if p.colourful:
        canvas.fill(x, y, width, lines, bg=p.surface)
    canvas.text(x, y + (lines - 1) // 2, shorten(words, width), p.muted, width=width, align="center")


def draw_histograms(canvas: Canvas, x: int, y: int, width: int, lines: int, found: Colours | None, fact: Fact) -> None:
    """Three small histograms, dark to light, and under them how far they are from the class's mean."""
    p = canvas.palette
    if fact.values is None or fact.table is None:
        canvas.text(x, y, UNDEFINED, p.faint)
        return
    if found is None:
        canvas.text(x, y, ELLIPSIS, p.faint)
        return
    if np.isnan(found.own).any():
        canvas.text(x, y, "nothing inside"[:width], p.faint)
        return
    far = number(found.distance)
    if lines == 1:
        canvas.text(x, y, far, p.muted, width=width)
        return
    top = float(np.nanmax(found.own))
    rows = min(len(found.own), max(lines - 1, 1) if lines < 4 else 3)
    for channel in range(rows):
        ink = p.text if found.grey or not p.colourful else CHANNELS[channel]
        canvas.text(x, y + channel, _bars(found.own[channel], width, top), ink)
    canvas.text(x, y + rows, f"Δ {far}", p.muted, width=width)


def _bars(values: np.ndarray, width: int, top: float) -> str:
    """A column a bin; several bins share one where these are more than fit."""
    bins = max(b for b in (1, 2, 4, 8, 16) if b <= max(width, 1))
    joined = values.reshape(bins, -1).sum(axis=1)
    shown = bars(joined, 0.0, max(top, float(joined.max())))
    return "".join(char if value > 0 else " " for char, value in zip(shown, joined, strict=True))


def _draw_words(canvas: Canvas, x: int, y: int, width: int, fact: Fact) -> None:
    p = canvas.palette
    if not fact.words:
        canvas.text(x, y, fact.missing, p.faint, width=width)
        return
    used = 0
    for text, attrs in word_styles(fact.words):
        if used + text_width(text) > width:
            break
        used += 2 + canvas.text(x + used, y, text, p.text, attrs=attrs)


def word_styles(words: Sequence[Word]) -> list[tuple[str, int]]:
    """(`great .82`, attributes) of each: strong ones bold and underlined, those that speak against italic."""
    weights = [abs(word.weight) for word in words]
    # Where all weigh about the same none stands out.
    bar = max(STRONG * max(weights), min(weights) + 1e-9)
    found = []
    for word in words:
        strong = (BOLD | UNDERLINE) if abs(word.weight) > bar else 0
        sign = MINUS if word.weight < 0 else ""
        found.append((f"{sanitise(word.text)} {sign}{short_score(abs(word.weight))}",
                      strong | (ITALIC if word.weight < 0 else 0)))  # fmt: skip
    return found


def _mark(canvas: Canvas, y: int, lines: int, columns: dict[str, int]) -> None:
    p = canvas.palette
    if p.colourful:
        canvas.vline(0, y, lines, p.focus, "▌")
        # Pictures keep their own colours.
        for x, width, name in placed(columns):
            if name not in ("image", "map"):
                canvas.paint(x - 1, y, width + 1, lines, bg=p.raised)
        return
    for x, width, name in placed(columns):
        if name not in ("image", "map") and (name != "colours" or lines == 1):
            canvas.paint(x, y, width, 1, attrs=REVERSE)
