"""Draws a contact sheet with Pillow: black on white, for a document or a printer."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from clftui.data.images import Picture, Unreadable
from clftui.text import sanitise

if TYPE_CHECKING:
    from PIL import Image as PillowImage

SIDE = 96
"""Pixels of an image's longer side; smaller ones are enlarged by whole numbers, so that their pixels stay sharp."""
_GAP, _EDGE, _HEAD = 10, 20, 230
_LINE, _SMALL, _LARGE, _TITLE = 14, 12, 15, 20
_CAPTIONS = 2 * (_SMALL + 3)
_TOP = 84
_PAPER, _INK, _MUTED, _RULE, _BOX = "#ffffff", "#14181d", "#5b6570", "#d4d9de", "#d9dcdf"
_PLAIN = str.maketrans({"–": "-", "−": "-", "→": "->", "≥": ">=", "≤": "<=", "“": '"', "”": '"', "’": "'", "…": "..."})
_FALLBACKS = ("DejaVuSans.ttf", "NotoSans-Regular.ttf", "LiberationSans-Regular.ttf", "Arial.ttf")
_NOBODY = "\U0010ffff"
"""A character that no font has: it looks as any missing one does."""


class Caption(NamedTuple):
    """The two lines under an image."""

    name: str
    scores: str


class Row(NamedTuple):
    """A confusion and its samples."""

    heading: tuple[str, str, str, str]
    """True class, predicted class, how many, how often."""
    images: Sequence[Picture | Unreadable]
    captions: Sequence[Caption]


@dataclass(frozen=True)
class Sheet:
    """All that a contact sheet shows."""

    title: str
    subtitle: str
    columns: int
    """Images side by side."""
    rows: Sequence[Row]
    legend: str


def fitted(width: int, height: int) -> tuple[int, int]:
    """The pixels an image is decoded to: shrunk into a square of `SIDE`, never enlarged."""
    scale = min(1.0, SIDE / max(width, height, 1))
    return max(1, round(width * scale)), max(1, round(height * scale))


def draw_sheet(sheet: Sheet) -> PillowImage.Image:
    """The sheet as an RGB picture."""
    from PIL import Image, ImageDraw

    across = max(min(sheet.columns, max(len(row.images) for row in sheet.rows)), 1)
    width = max(2 * _EDGE + _HEAD + across * (SIDE + _GAP), 720)
    heights = [max(-(-len(row.images) // across), 1) * (SIDE + _CAPTIONS + _GAP) + _GAP for row in sheet.rows]
    page = Image.new("RGB", (width, _TOP + sum(heights) + _EDGE), _PAPER)
    draw = ImageDraw.Draw(page)
    room = width - 2 * _EDGE
    for y, text, size, ink in (
        (_EDGE - 6, sheet.title, _TITLE, _INK),
        (_EDGE + 22, sheet.subtitle, _LINE, _MUTED),
        (_EDGE + 42, sheet.legend, _SMALL, _MUTED),
    ):
        _write(draw, _EDGE, y, text, size, ink, room)
    y = _TOP
    for row, height in zip(sheet.rows, heights, strict=True):
        draw.line((_EDGE, y, width - _EDGE - 1, y), fill=_RULE)
        _draw_heading(draw, y + _GAP, row.heading)
        for at, (image, caption) in enumerate(zip(row.images, row.captions, strict=True)):
            down, along = divmod(at, across)
            place = _EDGE + _HEAD + along * (SIDE + _GAP), y + _GAP + down * (SIDE + _CAPTIONS + _GAP)
            _draw_image(page, draw, place, image)
            _write(draw, place[0], place[1] + SIDE + 2, caption.name, _SMALL, _INK, SIDE)
            _write(draw, place[0], place[1] + SIDE + _SMALL + 5, caption.scores, _SMALL, _MUTED, SIDE)
        y += height
    return page


def _draw_heading(draw: Any, y: int, heading: tuple[str, str, str, str]) -> None:
    room = _HEAD - _GAP
    true, predicted, many, often = heading
    _write(draw, _EDGE, y, true, _LARGE, _INK, room)
    _write(draw, _EDGE, y + 20, f"as {predicted}", _LARGE, _INK, room)
    _write(draw, _EDGE, y + 46, many, _LINE, _MUTED, room)
    _write(draw, _EDGE, y + 64, often, _LINE, _MUTED, room)


def _draw_image(page: PillowImage.Image, draw: Any, place: tuple[int, int], image: Picture | Unreadable) -> None:
    from PIL import Image

    x, y = place
    if isinstance(image, Unreadable):
        draw.rectangle((x, y, x + SIDE - 1, y + SIDE - 1), fill=_BOX)
        _write(draw, x + 4, y + SIDE // 2 - _SMALL, image.word, _SMALL, _MUTED, SIDE - 8)
        return
    times = max(SIDE // max(image.pixels.shape[:2]), 1)
    pixels = np.ascontiguousarray(image.pixels.repeat(times, 0).repeat(times, 1))
    height, width = pixels.shape[:2]
    page.paste(Image.fromarray(pixels), (x + (SIDE - width) // 2, y + (SIDE - height) // 2))


def _write(draw: Any, x: int, y: int, text: str, size: int, ink: str, room: int) -> None:
    """One line, sanitised, shortened to `room` pixels."""
    text, font = writable(sanitise(text), size)
    if font.getlength(text) > room:
        while text and font.getlength(f"{text}...") > room:
            text = text[:-1]
        text += "..."
    draw.text((x, y), text, fill=ink, font=font)


def writable(text: str, size: int) -> tuple[str, Any]:
    """The text and a font that has its characters: Pillow's own, one of the system's, else the text is spelt plainly.

    Without any font that has them, accents go and other characters become question marks.
    """
    plain, font = text.translate(_PLAIN), _font("", size)
    if _has(font, plain):
        return plain, font
    for name in _FALLBACKS:
        other = _font(name, size)
        if other is not None and _has(other, text):
            return text, other
    spelt = "".join(each for each in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(each))
    return "".join(each if _has(font, each) else "?" for each in spelt), font


@lru_cache(maxsize=32)
def _font(name: str, size: int) -> Any:
    """A font of the system, or with an empty name Pillow's own; None where there is no such font."""
    from PIL import ImageFont

    if not name:
        try:
            return ImageFont.load_default(size)
        except (ImportError, OSError):  # Without FreeType there is one size, and Latin-1 alone.
            return ImageFont.load_default()
    try:
        return ImageFont.truetype(name, size)
    except (ImportError, OSError):
        return None


def _has(font: Any, text: str) -> bool:
    return all(char == " " or _has_char(font, char) for char in text)


@lru_cache(maxsize=4096)
def _has_char(font: Any, char: str) -> bool:
    if char.isascii():
        return True
    try:
        drawn, missing = font.getmask(char), font.getmask(_NOBODY)
    except (UnicodeEncodeError, OSError):
        return False
    return drawn.size != missing.size or bytes(drawn) != bytes(missing)
