"""The subclasses variant of Features: the samples of one class, by how alike a layer answers to them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from clftui.drawing.canvas import BOLD, Canvas
from clftui.state import subclasses_view
from clftui.state.map_side import progress_words
from clftui.state.sample_list import Nothing
from clftui.state.session import Session
from clftui.state.subclasses_layers import layer_lines, learn, look_through, pending, ranked
from clftui.state.subclasses_members import shown_source, sources
from clftui.state.subclasses_model import Pending, Shown, cursor, units
from clftui.state.subclasses_model import shown as shown_of
from clftui.state.subclasses_settings import Lower, Which
from clftui.state.subclasses_words import by_parts, counted, suggestion
from clftui.text import sanitise, text_width
from clftui.widgets.sentence import draw_sentence
from clftui.widgets.subclasses_below import draw_classes, draw_layers, draw_units
from clftui.widgets.subclasses_grid import LEFT, draw_margin, draw_scale, draw_square, scale_of
from clftui.widgets.subclasses_layout import Plan, plan
from clftui.widgets.subclasses_parts import Face, draw_parts
from clftui.widgets.thumbnail import Thumbnails

HEAD = 3
"""Lines above the matrix: two of words, one for the cursor."""
ROOMY = 30
"""Lines from which on what is below the matrix has more than one."""
WIDE = 150
"""Columns from which on the units stand beside the layers."""
NO_LAYER = "No layer was recorded sample by sample: the features of the evaluation stand for one."
Step = Callable[[Session], Session]


class SubclassesPane:
    """Draws the samples of one class, by how alike a layer answers to them."""

    def __init__(self) -> None:
        self._page = (1, 1)
        self._waits = False
        self._plan: Plan | None = None
        self._found: Shown | None = None
        self._faces: tuple[Face, ...] = ()
        self.thumbnails = Thumbnails(lambda: None)

    @property
    def page(self) -> tuple[int, int]:
        return self._page

    @property
    def busy(self) -> bool:
        return self._waits or self.thumbnails.store.pending

    def legend(self, session: Session) -> str:
        source = shown_source(session, sources(session))
        settings = session.features.subclasses
        where = f"{sanitise(source.name)} · " if source is not None else ""
        return f"{where}{settings.which.value} · {settings.order.value}"

    def draw(self, canvas: Canvas, session: Session) -> None:
        self._plan, self._found, self._faces, self._waits = None, None, (), False
        self.thumbnails.begin()
        try:
            found = shown_of(session)
            if isinstance(found, Nothing):
                draw_sentence(canvas, found.sentence)
            elif isinstance(found, Pending):
                self._waits = True
                way = f" · {progress_words(found.way)}" if found.way is not None else ""
                draw_sentence(canvas, f"{found.words}{way} …")
            else:
                self._draw(canvas, session, found)
        finally:
            self.thumbnails.end()

    def _draw(self, canvas: Canvas, session: Session, found: Shown) -> None:
        height, width = canvas.height, canvas.width
        lower = 2 if height < ROOMY else max(height // 3, 10)
        side = max(min(height - HEAD - lower, (width * 9 // 20 - LEFT) // 2), 1)
        square = plan(1 + LEFT, HEAD, side, found.edges)
        place = cursor(session, found)
        _draw_head(canvas, found)
        if square is None:
            canvas.text(1, HEAD, "More lines are needed for so many parts; _ shows fewer.", canvas.palette.muted)
            return
        self._plan, self._found, self._page = square, found, (square.lines, 1)
        scale = scale_of(found)
        draw_square(canvas, found, square, scale)
        draw_margin(canvas, found, square, place)
        right = square.x + square.width + 3
        below = HEAD + side + (height >= ROOMY)
        draw_scale(canvas, square.x, below, scale)
        area = (right, HEAD - 1, width - right - 1, side + 1)
        here = found.part_at(place).number
        self._faces = draw_parts(canvas, area, session, found, here, self.thumbnails)
        self._draw_lower(canvas, session, found, (1, below + 1, width - 2, height - below - 1))

    def _draw_lower(self, canvas: Canvas, session: Session, found: Shown, area: tuple[int, int, int, int]) -> None:
        x, y, width, height = area
        if height > 3:
            y, height = y + 1, height - 1
        lines = layer_lines(session, found)
        own = found.kinds.members
        if own.about.which is not Which.CELL:
            learn(session, own.source, str(own.about.true or own.about.predicted), found.kinds)
        self._waits = bool(pending(lines)) or look_through(session)
        wanted = session.features.subclasses.lower
        if own.source.file is None and height > 3:
            height -= 1
            canvas.text(x, y + height, NO_LAYER, canvas.palette.muted, width=width)
        # One layer and one part leave nothing to compare: which classes do fall into parts?
        alone = wanted is Lower.LAYERS and len(lines) < 2 and found.parts < 2
        if wanted is Lower.CLASSES or (alone and height > 1):
            draw_classes(canvas, (x, y, width, height), session, *ranked(session))
        elif height > 1 and width >= WIDE and len(lines) > 1:
            half = width * 11 // 20
            draw_layers(canvas, (x, y, half - 3, height), found, lines)
            draw_units(canvas, (x + half, y, width - half, height), found, units(found))
        elif wanted is Lower.LAYERS and len(lines) > 1:
            draw_layers(canvas, (x, y, width, height), found, lines)
        else:
            draw_units(canvas, (x, y, width, height), found, units(found))

    def clicked(self, x: int, y: int) -> Step | None:
        """On a picture: that sample; on the matrix: the sample of that line; again: what enter does."""
        found, square = self._found, self._plan
        if found is None or square is None:
            return None
        for face in self._faces:
            if face.x <= x < face.x + face.width and face.y <= y < face.y + face.height:
                return partial(_point, found=found, member=face.member)
        line = y - square.y
        if not 0 <= line < square.height or not square.x - LEFT <= x < square.x + square.width:
            return None
        place = square.place_at(line)
        return None if place is None else partial(subclasses_view.point, found=found, place=place)


def _point(session: Session, found: Shown, member: int) -> Session:
    return subclasses_view.point(session, found, int((found.order == member).argmax()))


def _draw_head(canvas: Canvas, found: Shown) -> None:
    """`Bag at fc64 · 3 parts suggested …` and how well other numbers of parts do."""
    p, own, width = canvas.palette, found.kinds.members, canvas.width - 2
    used = canvas.text(1, 0, f"{own.about.words} at {sanitise(own.source.name)}", p.text, attrs=BOLD, width=width)
    words = suggestion(found.kinds)
    if found.parts != found.kinds.suggested:
        words = f"{found.parts} shown; {words}"
    canvas.text(1 + used, 0, f" · {words}", p.text, width=width - used)
    used = canvas.text(1, 1, counted(found.kinds), p.muted, width=width)
    told = by_parts(found.kinds)
    if width - used > text_width(told) + 3:
        canvas.text(1 + used, 1, f" · {told}", p.muted)
    elif width - used > 30:
        canvas.text(1 + used, 1, f" · {told}", p.muted, width=width - used)
