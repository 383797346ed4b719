"""The layers variant of Features: which layer tells which classes apart."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from clftui.drawing.canvas import Canvas
from clftui.drawing.glyphs import legend
from clftui.state.layers_model import Power, layers_trouble, power, recorded_words
from clftui.state.layers_probes import HELD_OUT
from clftui.state.layers_view import line_of, point
from clftui.state.session import Session
from clftui.text import plural, sanitise, text_width
from clftui.views.view import follow
from clftui.widgets.layers_classes import (
    class_columns,
    difference_limit,
    draw_class,
    draw_class_heads,
    draw_overview,
)
from clftui.widgets.layers_table import draw_heads, draw_layer, layers_columns, ramp_steps
from clftui.widgets.runs_title import draw_title
from clftui.widgets.sentence import draw_sentence

TOP = 1
FOOT = 3
"""Lines at the bottom that explain, one of them empty."""
LEAST_CLASSES = 5
"""Lines that the classes keep where layers are many."""


class LayersPane:
    """Draws a line a layer, below them a line a class."""

    def __init__(self) -> None:
        self._page = (1, 1)
        self._busy = False
        self._first = 0
        self._class = 0
        self._lines: dict[int, int] = {}

    @property
    def page(self) -> tuple[int, int]:
        return self._page

    @property
    def busy(self) -> bool:
        return self._busy

    def legend(self, session: Session) -> str:
        found = power(session)
        if found is None:
            return "layers"
        return f"probes · epoch {found.evaluation.epoch} · {session.features.layers.order.value}"

    def draw(self, canvas: Canvas, session: Session) -> None:
        self._lines = {}
        found = power(session)
        self._busy = found is not None and found.waiting > 0
        if found is None:
            draw_sentence(canvas, layers_trouble(session) or "Nothing was logged in the epoch of these responses.")
            return
        line = line_of(session, found)
        height = min(len(found.rows), max(canvas.height - TOP - 4 - LEAST_CLASSES, 2))
        self._draw_layers(canvas, found, line, height)
        self._draw_title(canvas, TOP + 1 + height, found)
        self._draw_classes(canvas, found, line, TOP + height + 3)

    def _draw_layers(self, canvas: Canvas, found: Power, line: int, height: int) -> None:
        at = layers_columns(found, canvas.width)
        draw_heads(canvas, TOP - 1, found, at)
        # The output stays in sight: it is what the layers are compared with.
        layers, room = len(found.rows) - 1, height - 1
        self._first = follow(self._first, min(line, layers - 1), room, layers)
        numbers = [*range(self._first, min(self._first + room, layers)), layers]
        for y, number in enumerate(numbers, TOP):
            draw_layer(canvas, y, found, at, number, number == line, number == found.column)
            self._lines[y] = number

    def _draw_title(self, canvas: Canvas, y: int, found: Power) -> None:
        """A rule with what the classes below are about, and how the probes were made."""
        where = "their best layer" if found.column < 0 else sanitise(found.rows[found.column].name)
        title = f"Classes in {where} against the output"
        draw_title(canvas, y, title, _words(found, canvas.width - text_width(title) - 9))

    def _draw_classes(self, canvas: Canvas, found: Power, line: int, y: int) -> None:
        rows, n = canvas.height - y, len(found.order)
        self._page = (max(rows, 1), 1)
        if rows < 1:
            return
        at = class_columns(found, canvas.width, n > rows)
        draw_class_heads(canvas, y - 1, found, at)
        cursor = line - len(found.rows)
        self._class = follow(self._class, cursor, rows, n) if cursor >= 0 else max(0, min(self._class, n - rows))
        shown = range(self._class, min(self._class + rows, n))
        classes = [int(found.order[number]) for number in shown]
        limit = difference_limit(found, classes)
        for number, cls in zip(shown, classes, strict=True):
            draw_class(canvas, y + number - shown.start, found, at, cls, number == cursor, limit)
            self._lines[y + number - shown.start] = len(found.rows) + number
        draw_overview(canvas, y, rows, found, at, shown.start, len(shown))
        if rows - len(shown) >= FOOT:
            _draw_foot(canvas, canvas.height - FOOT + 1, found)

    def clicked(self, x: int, y: int) -> Callable[[Session], Session] | None:
        line = self._lines.get(y)
        return None if line is None else partial(point, line=line)


def _draw_foot(canvas: Canvas, y: int, found: Power) -> None:
    """The ramp, and how the probes were made, where there is room for more than the classes."""
    ready = [row for row in found.rows if row.probed is not None]
    if not ready:
        return
    p = canvas.palette
    x = 2 + legend(canvas, 2, y, p.ice[ramp_steps(len(p.ice))], "recall 100 %", "0")
    words = f"probes {ready[-1].words}, of {recorded_words(found)}"
    canvas.text(x + 3, y, words, p.muted, width=canvas.width - x - 4)
    held_out = f"{HELD_OUT} " if "cross-validated" in ready[-1].words else ""
    rest = "◆ the network itself. from: 9/10 of the best recall"
    canvas.text(2, y + 1, f"{held_out}{rest}", p.muted, width=canvas.width - 3)


def _words(found: Power, room: int) -> str:
    """As much as fits: how many classes a layer has better than the output, how probes were made, of what."""
    if found.waiting:
        parts = [f"{plural(found.waiting, 'probe')} being fitted; esc stops"]
    else:
        beaten = plural(len(found.beaten), "class", "classes")
        made = next((row.probed.task.how for row in found.rows if row.probed is not None), "")
        ends = [row.name for row in found.rows if row.probed is not None and not row.probed.converged.all()]
        parts = [f"{beaten} better in a layer (q < .05)", *(["not converged: " + ", ".join(ends)] if ends else []),
                 made, recorded_words(found), HELD_OUT.rstrip(".").lower()]  # fmt: skip
    out = ""
    for part in filter(None, parts):
        joined = f"{out} · {part}" if out else part
        if text_width(sanitise(joined)) > room:
            break
        out = joined
    return out
