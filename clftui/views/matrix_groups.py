"""The hierarchy in the Matrix view: its icicle, the bands of the selected group, what the groups say of the cursor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from clftui.analysis.folding import Items
from clftui.drawing.canvas import Canvas
from clftui.drawing.cells import BLANK
from clftui.state.class_tree import tree_of
from clftui.state.group_steps import choose_group
from clftui.state.hierarchy_view import Icicle, icicle, in_order, pair_words, selected_group
from clftui.state.matrix_model import Matrix
from clftui.state.session import Session
from clftui.state.settings import GROUPS
from clftui.text import text_width
from clftui.widgets.group_bands import draw_bands
from clftui.widgets.icicle import Lane, draw_icicle, group_at, lanes, lanes_width
from clftui.widgets.matrix_layout import EDGE, Content, Layout, arrange

BESIDE_PIXELS = 10
"""Columns that the margin right of the pixels needs."""


class Groups:
    """Remembers where the icicle lies, for the mouse."""

    def __init__(self) -> None:
        self._icicle: Icicle | None = None
        self._lanes: tuple[Lane, ...] = ()

    def arrange(self, canvas: Canvas, session: Session, shown: Matrix, content: Content) -> Layout:
        """The layout of the grid with room for the icicle; pixels leave much, for they are square."""
        width, height = canvas.width, canvas.height
        self._icicle = icicle(session, shown.whole, shown.items)
        self._lanes = ()
        without = arrange(width, height, content)
        if self._icicle is None:
            return without
        spare = width - without.x - without.width - BESIDE_PIXELS if without.half else 0
        self._lanes = lanes(self._icicle, width, session.groups.level, spare, canvas.palette.colourful)
        return arrange(width, height, replace(content, left=lanes_width(self._lanes)))

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
        """What the groups say: on a line of its own under the read-out, else at the right end of one with room."""
        told = list(filter(None, (_region_words(session, shown), _group_words(session, shown))))
        words, room = "; ".join(told), canvas.width - 2 * EDGE
        if not words or layout.sentence_y < 0:
            return
        below = max(layout.sentence_y, layout.runs_y) + 1
        if below < canvas.height:
            apart = text_width(words) > room and below + 1 < canvas.height
            for y, line in enumerate(told if apart else [words], below):
                canvas.text(EDGE, y, line, canvas.palette.muted, width=room)
            return
        need = text_width(words) + EDGE + 3
        for y in (layout.runs_y, layout.sentence_y):
            if y >= 0 and need < canvas.width and (canvas.code[y, -need:] == BLANK).all():
                canvas.text(canvas.width - need + 3, y, words, canvas.palette.muted)
                return
        gap = layout.foot_y + 1
        if layout.foot_y > 0 and gap < layout.sentence_y:
            canvas.text(EDGE, gap, words, canvas.palette.muted, width=canvas.width - 2 * EDGE)

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


def _group_words(session: Session, shown: Matrix) -> str:
    return pair_words(session, shown.whole, shown.true, shown.predicted)


def _region_words(session: Session, shown: Matrix) -> str:
    if session.matrix.blocks is None or (session.matrix.blocks == GROUPS and in_order(session) is not None):
        return ""  # Of groups as blocks the groups' own words say more.
    from clftui.views.matrix_blocks import region_words

    return region_words(session, shown)


def item_range(items: Items, start: int, end: int) -> tuple[int, int]:
    """The items (first, after the last) that own the class positions `start` to `end`."""
    first, last = np.searchsorted(items.starts, [start, end - 1], side="right") - 1
    return int(first), int(last) + 1
