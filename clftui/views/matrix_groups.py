"""The hierarchy in the Matrix view: its icicle, the bands of the selected group, what the groups say of the cursor."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from clftui.analysis.folding import Items
from clftui.drawing.canvas import Canvas
from clftui.drawing.cells import BLANK
from clftui.state.class_tree import tree_of
from clftui.state.group_steps import choose_group
from clftui.state.hierarchy_view import Icicle, icicle, in_order, pair_words, selected_group
from clftui.state.matrix_model import Matrix
from clftui.state.session import Session
from clftui.text import text_width
from clftui.widgets.group_bands import draw_bands
from clftui.widgets.icicle import Lane, draw_icicle, group_at, lanes, lanes_width
from clftui.widgets.matrix_layout import EDGE, Layout


class Groups:
    """Remembers where the icicle lies, for the mouse."""

    def __init__(self) -> None:
        self._icicle: Icicle | None = None
        self._lanes: tuple[Lane, ...] = ()

    def room(self, session: Session, shown: Matrix, width: int) -> int:
        """Columns that the icicle takes of `width`."""
        self._icicle = icicle(session, shown.whole, shown.items)
        self._lanes = lanes(self._icicle, width, session.groups.level)
        return lanes_width(self._lanes)

    def draw(self, canvas: Canvas, layout: Layout, session: Session, shown: Matrix, top: int, left: int) -> None:
        """The icicle, and the bands of the selected group where its classes are neighbours."""
        found = selected_group(session)
        tree = in_order(session)
        if found is not None and tree is not None:
            node = found[0].nodes[found[1]]
            start, end = item_range(shown.items, node.start, node.end)
            draw_bands(canvas, layout, start, end, top, left)
        if self._icicle is not None:
            node_selected = found[1] if found is not None else None
            draw_icicle(canvas, layout, self._icicle, self._lanes, top, shown.cursor[0], node_selected)

    def read_out(self, canvas: Canvas, layout: Layout, session: Session, shown: Matrix) -> None:
        """What the groups say, at the right end of the first line of the read-out that has room."""
        words = pair_words(session, shown.whole, shown.true, shown.predicted)
        if not words:
            return
        need = text_width(words) + EDGE + 3
        for y in (layout.runs_y, layout.sentence_y):
            if 0 <= y < canvas.height and need < canvas.width and (canvas.code[y, -need:] == BLANK).all():
                canvas.text(canvas.width - need + 3, y, words, canvas.palette.muted)
                return

    def clicked(self, layout: Layout, top: int, x: int, y: int) -> Callable[[Session], Session] | None:
        """The step that a click on a group asks for: select it, or let it go."""
        group = group_at(layout, self._icicle, self._lanes, top, x, y)
        if group is None:
            return None

        def step(session: Session) -> Session:
            tree = tree_of(session)
            if tree is None:
                return session
            return choose_group(session, tree, () if session.selection.group == group.path else group.path)

        return step


def item_range(items: Items, start: int, end: int) -> tuple[int, int]:
    """The items (first, after the last) that own the class positions `start` to `end`."""
    first, last = np.searchsorted(items.starts, [start, end - 1], side="right") - 1
    return int(first), int(last) + 1
