"""Several small maps in the Map view: runs or epochs side by side, the focused class and sample in each."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from clftui.drawing.canvas import BOLD, Canvas
from clftui.state.map_frame import frame_for
from clftui.state.map_multiples import SmallModel, SmallPicture, small_model
from clftui.state.map_settings import Multiples
from clftui.state.map_side import short_signed
from clftui.state.moves import focus_run, select
from clftui.state.peers import table_of
from clftui.state.sample_ids import row_of
from clftui.state.session import Session
from clftui.text import count, percent, short_score, shorten, text_width
from clftui.views.map_parts import classes_of, draw_cursor, draw_names
from clftui.widgets.map_dots import cells_of, draw_cells, inks

Box = tuple[int, int, int, int]
HEAD = 2
"""Rows of a map's title and numbers."""


class SmallMaps:
    """Draws them, and knows for clicks where they lie."""

    def __init__(self) -> None:
        self._boxes: list[tuple[Box, SmallPicture]] = []

    def draw(self, canvas: Canvas, session: Session) -> None:
        """Draw all maps."""
        self._boxes = []
        model = small_model(session)
        foot = canvas.height > 6
        boxes = grid(len(model.pictures), canvas.width, canvas.height - (1 if foot else 0))
        for at, (box, each) in enumerate(zip(boxes, model.pictures, strict=True)):
            self._boxes.append((box, each))
            part = Canvas(box[2], box[3], canvas.palette)
            _draw_one(part, session, each, first=at == model.first)
            canvas.put(box[0], box[1], part.code, part.fg, part.bg, part.attrs)
        if foot:
            canvas.text(1, canvas.height - 1, _foot(model), canvas.palette.muted, width=canvas.width - 2)

    def clicked(self, x: int, y: int) -> Callable[[Session], Session] | None:
        """A click on a map shows its run, or its epoch."""
        for (left, top, width, height), each in self._boxes:
            if left <= x < left + width and top <= y < top + height:
                return partial(_look_at, chosen=each)
        return None


def _look_at(session: Session, chosen: SmallPicture) -> Session:
    if session.map.multiples is Multiples.RUNS:
        return focus_run(session, chosen.of.run.key)
    return select(session, epoch=chosen.of.cloud.evaluation.epoch)


def grid(n: int, width: int, height: int) -> list[Box]:
    """(x, y, width, height) of `n` maps, as square as it gets, a column apart."""
    best = max(range(1, max(n, 1) + 1), key=lambda across: _side(n, across, width, height))
    down = -(-n // best)
    wide, tall = (width + 1) // best, height // max(down, 1)
    return [((at % best) * wide, (at // best) * tall, max(wide - 1, 1), max(tall, 1)) for at in range(n)]


def _side(n: int, across: int, width: int, height: int) -> float:
    """The shorter side of a map's picture, in half cells, where so many stand in a row."""
    return min((width + 1) // across - 1, 2 * (height // -(-n // across) - HEAD))


def _draw_one(canvas: Canvas, session: Session, each: SmallPicture, first: bool) -> None:
    model, p = each.model, canvas.palette
    _draw_head(canvas, session, each, first)
    if canvas.height <= HEAD:
        return
    body = Canvas(canvas.width, canvas.height - HEAD, p)
    frame = frame_for(model.picture.layout, body.width, body.height, 0)
    colours = inks(p, model.key, model.picture.coded.by, model.picture.ordered)
    letters = model.key.letters if session.map.letters or not p.colourful else None
    focus = model.focus if model.by_class else -1
    draw_cells(body, 0, 0, frame, 0, 0, cells_of(model.picture, frame), colours, letters, focus)
    found = classes_of(p, model)
    # Small maps have room for letters; the focused class is named.
    draw_names(body, frame, 0, 0, model, found, None, short=True)
    at = _sample(session, each)
    if at is not None:
        place = model.picture.places[at]
        draw_cursor(body, frame, 0, 0, (float(place[0]), float(place[1])))
    canvas.put(0, HEAD, body.code, body.fg, body.bg, body.attrs)


def _sample(session: Session, each: SmallPicture) -> int | None:
    """The focused sample among the points; None where it is none of them."""
    name, model = session.selection.sample, each.model
    if name is None:
        return None
    row = row_of(table_of(model.run, model.evaluation.split), name)
    found = np.flatnonzero(model.evaluation.sample[model.picture.points] == row)
    return int(found[0]) if found.size else None


def _draw_head(canvas: Canvas, session: Session, each: SmallPicture, first: bool) -> None:
    """Name and accuracy of the map, then how far its classes part."""
    p, width = canvas.palette, canvas.width - 1
    letter = session.selection.letter(each.of.run.key) if session.map.multiples is Multiples.RUNS else None
    used = 1
    if letter is not None:
        used += canvas.text(1, 0, letter, p.runs["ABCD".index(letter)], attrs=BOLD) + 1
    evaluation = each.of.cloud.evaluation
    labelled = evaluation.true >= 0
    right = (evaluation.true == evaluation.predicted)[labelled]
    score = f"{percent(float(right.mean()), 1)} %" if right.size else ""
    title = shorten(each.of.title, max(width - used - text_width(score) - 1, 1))
    canvas.text(used, 0, title, p.focus if first else p.text, attrs=BOLD)
    canvas.text(1, 0, score, p.muted, width=width - 1, align="right")
    parts = []
    if each.numbers is not None:
        parts += [f"pure {percent(each.numbers.whole_purity, 0)} %",
                  f"silhouette {short_signed(each.numbers.whole_silhouette)}"]  # fmt: skip
    if not first:
        parts.append(f"Δ {short_score(each.left)}")
    if each.model.picture.layout.key is not None:
        parts.append(f"{each.model.picture.layout.method} yet")
    canvas.text(1, 1, " · ".join(parts), p.faint, width=width)


def _foot(model: SmallModel) -> str:
    words = [f"{count(model.n)} of {count(model.whole)} samples, the same in each"]
    words.append(f"turned onto {model.pictures[model.first].of.title}")
    words.append("Δ what does not fit it, 0 to 1")
    return " · ".join(words)
