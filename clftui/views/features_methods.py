"""The methods variant of Features: explanation methods over the whole split."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from clftui.drawing.canvas import BOLD, Canvas
from clftui.state.class_tree import label_of
from clftui.state.methods_shown import Example, Shown, agreement, class_lines, example, shown
from clftui.state.methods_view import drill, to_row
from clftui.state.methods_words import advice, drawn_words, sentences, short
from clftui.state.sample_list import Nothing
from clftui.state.session import Session
from clftui.state.unready import note_missing
from clftui.text import count, plural, sanitise, shorten
from clftui.views.explained_rows import Painter
from clftui.views.methods_examples import draw_examples
from clftui.views.pace import Pace
from clftui.views.sample_parts import run_colour
from clftui.views.view import follow
from clftui.widgets.methods_table import columns_of, draw_class, draw_class_heads, draw_heads, draw_method
from clftui.widgets.saliency import Overlays
from clftui.widgets.sentence import draw_sentence, wrapped
from clftui.widgets.similarity_grid import draw_grid, grid_height
from clftui.widgets.thumbnail import Thumbnails

TOP = 2
LEAST_CLASSES = 4
LEAST_PICTURES = 9
"""Lines that pictures keep before the matrix below them goes in."""


class MethodsPane:
    """Draws a line a method, below it what is known of the one under the cursor."""

    def __init__(self) -> None:
        self._page, self._top = (1, 1), 0
        self._right = 0
        """The column where the example begins."""
        self._thumbnails, self._overlays = Thumbnails(lambda: None), Overlays()
        self._missing = False
        self._pace = Pace()
        self._last: Example | None = None

    @property
    def page(self) -> tuple[int, int]:
        return self._page

    @property
    def busy(self) -> bool:
        return self._missing

    def legend(self, session: Session) -> str:
        return f"methods · maps by {session.explain.measure.value}"

    def draw(self, canvas: Canvas, session: Session) -> None:
        self._missing = False
        found = shown(session)
        if isinstance(found, Nothing):
            self._page, self._right = (0, 1), canvas.width
            draw_sentence(canvas, found.sentence)
            return
        _draw_title(canvas, found)
        rows = min(len(found.rows), max((canvas.height - TOP) // 3, 3))
        at = columns_of(found.rows, canvas.width)
        draw_heads(canvas, TOP - 1, at)
        self._page = (rows, 1)
        self._top = follow(self._top, found.cursor, rows, len(found.rows))
        for number in range(self._top, min(self._top + rows, len(found.rows))):
            row = found.rows[number]
            ink = run_colour(canvas.palette, row.letter)
            draw_method(canvas, TOP + number - self._top, row, at, ink, number == found.cursor)
        self._draw_lower(canvas, session, found, TOP + rows + 1)

    def _draw_lower(self, canvas: Canvas, session: Session, found: Shown, y: int) -> None:
        """At the left sentences and classes, at the right the example and who agrees with whom."""
        p = canvas.palette
        if y >= canvas.height:
            return
        canvas.hline(1, y - 1, canvas.width - 2, p.line)
        told = self._paced(example(session, found))
        right = _right_width(canvas.width, found, told)
        left = canvas.width - right - (4 if right else 3)
        self._right = canvas.width - right - 1 if right else canvas.width
        below = _draw_sentences(canvas, 2, y, left, found)
        _draw_classes(canvas, 2, below + 1, left, session, found)
        if right and told is not None:
            painter = Painter(self._thumbnails, self._overlays, found.threshold)
            self._thumbnails.begin()
            x = self._right
            grid = grid_height(sum(row.maps is not None for row in found.rows)) + 2
            end = canvas.height - grid if canvas.height - y - grid >= LEAST_PICTURES else canvas.height
            bottom = draw_examples(canvas, (x, y, right, end), session, found, told, painter)
            self._thumbnails.end()
            self._missing = painter.missing
            _draw_agreement(canvas, x, bottom + 1, right, found)

    def _paced(self, told: Example | None) -> Example | None:
        """The example; while the key to the next one is held the one before, which costs nothing to send."""
        last, self._last = self._last, told
        if told is None or not self._pace.hurries(told.sample):
            return told
        if last is None or [row.name for row, _, _ in last.maps] != [row.name for row, _, _ in told.maps]:
            return told
        note_missing()
        self._last = last
        return last

    def clicked(self, x: int, y: int) -> Callable[[Session], Session] | None:
        """A row under the mouse gets the cursor; below the rows the example opens."""
        index = self._top + y - TOP
        if TOP <= y < TOP + self._page[0]:
            return partial(to_row, index=index)
        return drill if y > TOP + self._page[0] and x >= self._right else None


def _right_width(width: int, found: Shown, told: Example | None) -> int:
    """Columns for pictures: as many as the methods take, less than half of the screen."""
    if told is None or width < 70:
        return 0
    return max(min(len(told.maps) * 24 + 2, width * 48 // 100), 30)


def _draw_title(canvas: Canvas, found: Shown) -> None:
    p = canvas.palette
    runs = len({row.run.key for row in found.rows})
    title = f"{plural(len(found.rows), 'set')} of maps"
    parts = [drawn_words(found.rows), f"area ≥ {short(found.threshold)}", f"{plural(runs, 'run')}"]
    if found.progress is not None:
        parts.insert(0, f"computed {count(found.progress[0])} of {count(found.progress[1])} maps")
    words = ", ".join(filter(None, parts))
    used = canvas.text(2, 0, title, p.text, attrs=BOLD, width=canvas.width - 3)
    canvas.text(4 + used, 0, shorten(words, max(canvas.width - used - 5, 0)), p.muted)


def _draw_sentences(canvas: Canvas, x: int, y: int, width: int, found: Shown) -> int:
    """The advice, then what is known of the method under the cursor; the row below."""
    p, bottom = canvas.palette, canvas.height
    for number, text in enumerate([advice(found, found.row.run), *sentences(found.row)]):
        lines = wrapped(text, width, max(bottom - y, 1))
        for line in lines:
            if y >= bottom:
                return y
            canvas.text(x, y, line, p.text if number < 2 else p.muted, attrs=BOLD if not number else 0)
            y += 1
    return y


def _draw_classes(canvas: Canvas, x: int, y: int, width: int, session: Session, found: Shown) -> None:
    p, row = canvas.palette, found.row
    lines, room = class_lines(session, row), canvas.height - y - 1
    if room < LEAST_CLASSES or not len(lines) or row.summary is None or row.maps is None:
        return
    canvas.text(x, y, "Area by class", p.text, attrs=BOLD)
    draw_class_heads(canvas, x, y, width)
    kept = lines if len(lines) <= room else lines[: room - 1]
    for number, each in enumerate(kept.tolist()):
        name = sanitise(label_of(session, row.maps.run.classes[int(row.summary.classes[each])]))
        told, q = row.summary.by_class[each], float(row.summary.q[each])
        draw_class(canvas, x, y + 1 + number, width, name, told, q, row.summary.says_of(each))
    if len(kept) < len(lines):
        words = f"and {plural(len(lines) - len(kept), 'class', 'classes')} more, {session.features.methods.order.value}"
        canvas.text(x, y + 1 + len(kept), words, p.faint, width=width)


def _draw_agreement(canvas: Canvas, x: int, y: int, width: int, found: Shown) -> None:
    p = canvas.palette
    told = agreement(found)
    names = [f"{row.letter + ' ' if row.letter else ''}{row.name}" for row in told.rows]
    if len(names) < 2 or y + grid_height(len(names)) > canvas.height:
        return
    inks = [run_colour(p, row.letter) for row in told.rows]
    draw_grid(canvas, x, y, width, told.same, names, inks, found.measure, told.other)
    y += grid_height(len(names))
    if y < canvas.height:
        canvas.text(x, y, shorten("below: same sample; above: other samples", width), p.faint)
