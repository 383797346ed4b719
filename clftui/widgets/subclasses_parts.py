"""The parts of a class beside their matrix: how many samples, how right, what they look like."""

from __future__ import annotations

from typing import NamedTuple

from clftui.data.samples import SampleTable
from clftui.drawing.canvas import BOLD, Canvas
from clftui.state.map_side import short_signed
from clftui.state.peers import table_of
from clftui.state.session import Session
from clftui.state.subclasses_model import PartFacts, Shown, id_at, row_at
from clftui.state.subclasses_words import mistake, share_words, size_words
from clftui.text import sanitise, shorten, text_width
from clftui.widgets.thumbnail import Thumbnails

SIZES = ((20, 10), (14, 7), (8, 4))
"""Columns and lines of a picture, the largest that fit."""
ENOUGH = 4
"""Pictures that tell a part; the largest size at which so many fit is taken."""
WORDS = 2
"""Lines of words over the pictures of a part."""


class Face(NamedTuple):
    """A picture on the screen and its sample."""

    x: int
    y: int
    width: int
    height: int
    member: int


def draw_parts(
    canvas: Canvas, area: tuple[int, int, int, int], session: Session, found: Shown, here: int, painter: Thumbnails
) -> tuple[Face, ...]:
    """All parts one below another in (x, y, width, height); `here` is the number of the one under the cursor.

    Where not all have room for pictures the one under the cursor has them.
    """
    x, y, width, height = area
    if width < 12 or height < 1:
        return ()
    own = found.kinds.members
    table = table_of(own.run, own.evaluation.split)
    shown = _fitting(found, here, height)
    faces: list[Face] = []
    tall_each = _heights(shown, here, height)
    gap = int(len(shown) > 1 and len(set(tall_each)) == 1)
    for facts, tall in zip(shown, tall_each, strict=True):
        _draw_words(canvas, x, y, width, session, found, facts, facts.number == here)
        room = (x, y + WORDS, width, tall - WORDS - gap)
        faces += _draw_faces(canvas, room, found, facts, table, painter)
        y += tall
    return tuple(faces)


def _fitting(found: Shown, here: int, height: int) -> tuple[PartFacts, ...]:
    """The parts whose words have room, around the one under the cursor."""
    fit = max(height // WORDS, 1)
    first = max(0, min(here - 1 - fit // 2, found.parts - fit))
    return found.facts[first : first + fit]


def _heights(shown: tuple[PartFacts, ...], here: int, height: int) -> list[int]:
    """The lines of each part: all alike where each has room for pictures, else the one under the cursor takes them."""
    each = height // len(shown)
    if each >= WORDS + SIZES[-1][1] + 1:
        return [each] * len(shown)
    spare = max(height - WORDS * len(shown), 0)
    return [WORDS + spare * (facts.number == here) for facts in shown]


def _draw_words(
    canvas: Canvas, x: int, y: int, width: int, session: Session, found: Shown, facts: PartFacts, focused: bool
) -> None:
    p, which = canvas.palette, found.kinds.members.about.which
    head = "all samples" if found.parts == 1 else f"part {facts.number}"
    used = canvas.text(x, y, f"{head}  ", p.focus if focused else p.text, attrs=BOLD)
    used += canvas.text(x + used, y, size_words(found, facts), p.text, width=width - used)
    if found.parts > 1 and width - used > 18:
        canvas.text(x + used, y, f"  silhouette {short_signed(facts.silhouette)}", p.muted, width=width - used)
    right, wrong = share_words(facts, which), mistake(session, found, facts)
    used = canvas.text(x, y + 1, right, p.text, width=width)
    if wrong and width - used > 8:
        canvas.text(x + used, y + 1, shorten(f"  {wrong}", width - used), p.worse)


def _draw_faces(
    canvas: Canvas,
    area: tuple[int, int, int, int],
    found: Shown,
    facts: PartFacts,
    table: SampleTable | None,
    painter: Thumbnails,
) -> list[Face]:
    """Pictures of the samples that stand for a part, the most central one first; without pictures texts or ids."""
    x, y, width, height = area
    if height < 1:
        return []
    if table is None or table.paths is None:
        if table is not None and table.text is not None:
            for line, member in enumerate(facts.faces[:height].tolist()):
                text = sanitise(str(table.text[row_at(found, member)]))
                canvas.text(x, y + line, shorten(text, width), canvas.palette.muted)
        else:
            _draw_ids(canvas, area, found, facts)
        return []
    fitting = [(_fit(width, each[0]) * _fit(height, each[1]), each) for each in SIZES]
    fitting = [each for each in fitting if each[0]]
    if not fitting:
        return []
    wanted = min(ENOUGH, len(facts.faces))
    number, (across, down) = next((each for each in fitting if each[0] >= wanted), max(fitting))
    faces = []
    columns = _fit(width, across)
    for at, member in enumerate(facts.faces[:number].tolist()):
        left, top = x + at % columns * (across + 1), y + at // columns * (down + 1)
        painter.draw(canvas, left, top, across, down, table, row_at(found, member))
        faces.append(Face(left, top, across, down, member))
    return faces


def _fit(room: int, size: int) -> int:
    """How many fit side by side, one cell apart."""
    return (room + 1) // (size + 1)


def _draw_ids(canvas: Canvas, area: tuple[int, int, int, int], found: Shown, facts: PartFacts) -> None:
    x, y, width, height = area
    used = line = 0
    for member in facts.faces.tolist():
        name = shorten(sanitise(id_at(found, member)), width)
        if used and used + text_width(name) > width:
            used, line = 0, line + 1
        if line >= height:
            return
        used += canvas.text(x + used, y + line, name, canvas.palette.muted, width=width - used) + 2
