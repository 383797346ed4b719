"""A document whose words are shaded by weight and whose sentences carry a bar.

Two things tell a weight besides colour: words are bold and underlined the more they weigh (italic where they speak
against the class), and the height of the bar at the left tells the sentence's share.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from clftui.data.weighted_text import Document, Sentence
from clftui.drawing.canvas import BOLD, ITALIC, UNDERLINE, Canvas, Span
from clftui.drawing.palette import Palette
from clftui.drawing.ramp import shade
from clftui.text import MINUS, sanitise, take, text_width

GUTTER = 2
STRONG, MIDDLE, WEAK = 0.66, 0.33, 0.12
NUMBERED = 60
"""Documents of up to so many words have the number under each."""
_HEIGHTS = "▁▂▃▄▅▆▇█"
_MARKERS = ("##", "▁", "Ġ")
"""What tokenisers put before pieces of words."""
_REACH = 200
"""How far ahead in the text the next word is looked for: quoted mark-up may lie in between."""


class Piece(NamedTuple):
    """A part of the text; `weight` is NaN where the explanation does not speak of it."""

    text: str
    weight: float


class Line(NamedTuple):
    """A line of the screen: the share of its sentence (NaN none), and what it says."""

    share: float
    spans: tuple[Span, ...]


@dataclass(frozen=True, eq=False)
class Scale:
    """How weights become levels: of the greatest one of the document."""

    top: float
    signed: bool

    def level(self, weight: float) -> float:
        """-1..1; NaN where there is no weight."""
        return weight / self.top if self.top > 0 else 0.0 if weight == weight else math.nan


def scale_of(document: Document, signed: bool) -> Scale:
    """The scale of one document, `signed` where its method can speak against a class."""
    return Scale(max((abs(word.weight) for word in document.words), default=0.0), signed)


def pieces(text: str, document: Document) -> list[list[Piece]]:
    """The text by sentences, each word with its weight; the words alone where they are not found in the text.

    Words are found in order, whatever their case: explanations are often of lower-cased words without punctuation.
    """
    lower = text.lower()
    if len(lower) != len(text):
        return _bare(document)
    at, out = 0, list[list[Piece]]()
    for sentence in document.sentences:
        here: list[Piece] = []
        for word in sentence.words:
            wanted = _plain(word.text).lower()
            found = lower.find(wanted, at, at + len(wanted) + _REACH)
            if found < 0 or not wanted:
                return _bare(document)
            if found > at:
                here.append(Piece(text[at:found], math.nan))
            here.append(Piece(text[found : found + len(wanted)], word.weight))
            at = found + len(wanted)
        out.append(here)
    if at < len(text):
        (out or [[]])[-1].append(Piece(text[at:], math.nan))
    return _closed(out)


def _closed(sentences: list[list[Piece]]) -> list[list[Piece]]:
    """Punctuation before a sentence's first blank belongs to the sentence before."""
    for before, here in itertools.pairwise(sentences):
        if here and math.isnan(here[0].weight) and before:
            end, blank, rest = here[0].text.partition(" ")
            if end and blank:
                before.append(Piece(end, math.nan))
                here[0] = Piece(rest, math.nan)
    return sentences


def _plain(word: str) -> str:
    for marker in _MARKERS:
        word = word.removeprefix(marker)
    return word.strip()


def _bare(document: Document) -> list[list[Piece]]:
    return [
        [part for word in sentence.words for part in (Piece(word.text, word.weight), Piece(" ", math.nan))]
        for sentence in document.sentences
    ]


def shares(document: Document) -> list[float]:
    """(sentences,) how much each weighs of the one that weighs most: as given, else by its words together."""
    weights = [_weight(sentence) for sentence in document.sentences]
    top = max((abs(weight) for weight in weights), default=0.0)
    return [abs(weight) / top if top > 0 else 0.0 for weight in weights]


def _weight(sentence: Sentence) -> float:
    if math.isfinite(sentence.weight):
        return sentence.weight
    return math.fsum(abs(word.weight) for word in sentence.words)


@lru_cache(maxsize=32)
def document_lines(text: str, document: Document, width: int, palette: Palette, signed: bool) -> tuple[Line, ...]:
    """The whole document in lines of at most `width` columns, a sentence beginning a new one."""
    scale, out = scale_of(document, signed), list[Line]()
    for share, sentence in zip(shares(document), pieces(text, document), strict=True):
        out += [Line(share, tuple(spans)) for spans in _wrapped(sentence, width, scale, palette)]
    return tuple(out)


def _wrapped(sentence: Sequence[Piece], width: int, scale: Scale, palette: Palette) -> Iterator[list[Span]]:
    line, used = list[Span](), 0
    for atom in _atoms(sentence):
        long = sum(text_width(piece.text) for piece in atom)
        if used and used + 1 + long > width:
            yield line
            line, used = [], 0
        if used:
            line.append(Span(" ", palette.muted))
            used += 1
        for piece in atom:
            text = piece.text
            while used + text_width(text) > width:
                # A word that fits no line alone is broken anywhere.
                head = take(text, width - used) or (text[:1] if not used else "")
                line.append(styled(head, piece.weight, scale, palette))
                yield line
                line, used, text = [], 0, text[len(head) :]
            line.append(styled(text, piece.weight, scale, palette))
            used += text_width(text)
    if line:
        yield line


def _atoms(sentence: Sequence[Piece]) -> Iterator[list[Piece]]:
    """Runs of pieces without a blank in between: words with their punctuation, or parts of words."""
    atom: list[Piece] = []
    for piece in sentence:
        words = [sanitise(each) for each in piece.text.split()]
        if piece.text[:1].isspace() and atom:
            yield atom
            atom = []
        for number, word in enumerate(words):
            if number:
                yield atom
                atom = []
            atom.append(Piece(word, piece.weight))
        if words and piece.text[-1:].isspace():
            yield atom
            atom = []
    if atom:
        yield atom


def styled(text: str, weight: float, scale: Scale, palette: Palette) -> Span:
    """A word in the style of its weight."""
    level = scale.level(weight)
    size = abs(level)
    if not size >= WEAK:
        return Span(text, palette.muted if palette.colourful or math.isnan(level) else palette.faint)
    attrs = BOLD * (size >= STRONG)
    against = level < 0
    attrs |= ITALIC if against else UNDERLINE * (size >= MIDDLE)
    if not palette.colourful:
        return Span(text, palette.text, None, attrs)
    paper = paper_of(level, scale.signed, palette)
    return Span(text, palette.ink(paper), paper, attrs)


def paper_of(level: float, signed: bool, palette: Palette) -> int:
    """The shade of a level -1..1: ice where weights have no sign, else the two arms, for and against."""
    ramp = palette.ice if not signed else palette.better_arm if level >= 0 else palette.worse_arm
    return int(shade(ramp, np.asarray(min(abs(level), 1.0)), palette.page))


@lru_cache(maxsize=32)
def numbered_lines(document: Document, width: int, palette: Palette, signed: bool) -> tuple[Line, ...]:
    """Two lines each: words in cells as wide as themselves or their number, and the numbers under them."""
    scale, out = scale_of(document, signed), list[Line]()
    for share, sentence in zip(shares(document), document.sentences, strict=True):
        upper, lower, used = list[Span](), list[Span](), 0
        for word in sentence.words:
            text, number = sanitise(word.text), number_of(word.weight, scale.signed)
            text = take(text, max(width - 2, 1))
            cell = max(text_width(text), len(number)) + 2
            if used and used + cell > width:
                out += [Line(share, tuple(upper)), Line(share, tuple(lower))]
                upper, lower, used = [], [], 0
            span = styled(_centred(text, cell - 1), word.weight, scale, palette)
            if not palette.colourful:
                # Underlined blanks would join the words.
                span = styled(text, word.weight, scale, palette)
                upper += [Span(" " * ((cell - text_width(text)) // 2)), span]
                upper.append(Span(" " * (cell - text_width(text) - (cell - text_width(text)) // 2)))
            else:
                upper += [span._replace(attrs=span.attrs & ~UNDERLINE), Span(" ")]
            loud = abs(scale.level(word.weight)) >= MIDDLE
            lower.append(Span(f"{_centred(number, cell - 1)} ", palette.text if loud else palette.faint))
            used += cell
        if upper:
            out += [Line(share, tuple(upper)), Line(share, tuple(lower))]
    return tuple(out)


def _centred(text: str, width: int) -> str:
    room = max(width - text_width(text), 0)
    return " " * (room // 2) + text + " " * (room - room // 2)


def number_of(weight: float, signed: bool) -> str:
    """`+12.0`, `−0.1` of contributions; `.35` of attention."""
    if signed:
        return (MINUS if round(weight, 1) < 0 else "+") + f"{abs(weight):.1f}"
    text = f"{weight:.2f}"
    return text[1:] if text.startswith("0.") else text


def draw_line(canvas: Canvas, x: int, y: int, width: int, line: Line) -> None:
    """One line with its bar at the left."""
    p = canvas.palette
    if not math.isnan(line.share):
        step = min(int(line.share * len(_HEIGHTS)), len(_HEIGHTS) - 1)
        canvas.text(
            x, y, _HEIGHTS[step], int(shade(p.ice, np.asarray(max(line.share, 0.3)), p.page)) if p.colourful else p.text
        )
    used = x + GUTTER
    for span in line.spans:
        room = x + width - used
        if room <= 0:
            break
        used += canvas.text(used, y, span.text, span.fg, span.bg, span.attrs, width=room)


def draw_weights_legend(canvas: Canvas, x: int, y: int, width: int, signed: bool) -> None:
    """`weight ▒▒▒ strong`, or `against ▒▒▒ · ▒▒▒ for the class explained`; in attributes where there is no colour."""
    p = canvas.palette
    if not p.colourful:
        parts = [Span("italic", p.text, None, ITALIC), Span(" against  ", p.muted)] if signed else []
        parts += [Span("underlined", p.text, None, UNDERLINE), Span(" weighs, ", p.muted)]
        parts += [Span("bold", p.text, None, BOLD | UNDERLINE), Span(" weighs most", p.muted)]
        used = 0
        for part in parts:
            if used < width:
                used += canvas.text(x + used, y, part.text, part.fg, None, part.attrs, width=width - used)
        return
    levels = (np.arange(12) - 5.5) / 5.5 if signed else (np.arange(9) + 1) / 9
    words = ("against ", " for the class explained") if signed else ("little ", " much weight")
    used = canvas.text(x, y, words[0], p.muted, width=width)
    for number, level in enumerate(levels.tolist()):
        if used + number < width:
            canvas.fill(x + used + number, y, 1, 1, bg=paper_of(level, signed, p))
    used += len(levels)
    canvas.text(x + used, y, words[1], p.muted, width=width - used)
