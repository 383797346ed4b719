"""Blocks of similar classes without a screen: where the order is cut, and what is confused outside all of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from clftui.report import Options
from clftui.report.groups import title_of
from clftui.report.render import Table, Value
from clftui.state.blocks import Blocks, blocks, outliers, share_inside
from clftui.state.class_tree import tree_of
from clftui.state.hierarchy_view import in_order
from clftui.state.matrix_model import Matrix, matrix, missing
from clftui.state.outlier_list import group_rows
from clftui.state.session import Session
from clftui.state.settings import GROUPS, SIMILAR_FIRST, SUGGESTED, ClassOrder
from clftui.state.similar import SIMILAR, reference, similar_order
from clftui.text import percent, plural

COLUMNS = ("block", "classes", "first", "last", "mistakes inside", "mistakes")


def data(session: Session, options: Options | None = None) -> dict[str, Any]:
    """`{"order", "boundaries", "outliers", "inside", "mistakes", "confused"}`, as the README of this folder says.

    Without an order of its own (`--order`) a session is read in its hierarchy's, else by similarity.
    `options.top` keeps so many outliers.
    """
    found = _found(session)
    if found is None:
        return {"order": [], "boundaries": [], "outliers": [], "inside": 0, "mistakes": 0, "confused": []}
    session, shown, cut = found
    names = shown.classes
    inside, mistakes = share_inside(shown.whole, cut)
    return {
        "order": [names[index] for index in cut.order.tolist()],
        "boundaries": cut.edges[1:-1].tolist(),
        "outliers": [
            {
                "true": names[one.true],
                "predicted": names[one.predicted],
                "count": one.count,
                "surprise": one.surprise,
                "times": one.times,
            }
            for one in _outliers(shown, cut, options)
        ],
        "inside": inside,
        "mistakes": mistakes,
        "confused": [
            {"first": row.first, "second": row.second, "count": row.n, "times": row.ratio}
            for row in group_rows(session, shown, cut)
        ],
    }


def _outliers(shown: Matrix, cut: Blocks, options: Options | None) -> tuple[Any, ...]:
    top = options.top if options is not None else None
    return outliers(shown, cut, top if top is not None else 20)


def settled(session: Session) -> Session:
    """`session` with the order of its matrix computed, however slow it is."""
    c = reference(session) if session.matrix.order in SIMILAR else None
    if c is not None:
        similar_order(c, session.matrix.order, wait=True)
    return session


def _found(session: Session) -> tuple[Session, Matrix, Blocks] | None:
    settings = session.matrix
    order = settings.order
    if order is ClassOrder.GIVEN and settings.blocks is None:
        order = ClassOrder.HIERARCHY if tree_of(session) is not None else SIMILAR_FIRST
    wanted = SUGGESTED if settings.blocks is None else settings.blocks
    session = settled(replace(session, matrix=replace(settings, order=order, blocks=wanted)))
    shown = matrix(session)
    cut = blocks(session, shown, wait=True) if shown is not None else None
    return (session, shown, cut) if shown is not None and cut is not None else None


def table(session: Session, options: Options | None = None) -> Table:
    """A row a block, in the order; the outliers as notes under it."""
    title = title_of(session, "Blocks of similar classes")
    found = _found(session)
    if found is None:
        return Table(title, COLUMNS, (), (missing(session) or "There is no matrix to show.",))
    session, shown, cut = found
    rows: list[tuple[Value, ...]] = []
    for block in range(cut.n):
        members = cut.classes(block)
        inside, missed = _mistakes(shown, cut, block)
        ends = shown.names if shown.items.is_unit else shown.classes
        first, last = ends[int(members[0])], ends[int(members[-1])]
        rows.append((block + 1, len(members), first, last, inside, missed))
    return Table(title, COLUMNS, tuple(rows), _notes(session, shown, cut, options))


def _mistakes(shown: Matrix, cut: Blocks, block: int) -> tuple[int, int]:
    c = shown.whole
    mine = (c.true != c.predicted) & (cut.block_of[c.true] == block)
    inside = mine & (cut.block_of[c.predicted] == block)
    return int(c.count[inside].sum()), int(c.count[mine].sum())


def _notes(session: Session, shown: Matrix, cut: Blocks, options: Options | None) -> tuple[str, ...]:
    inside, mistakes = share_inside(shown.whole, cut)
    names = shown.names if shown.items.is_unit else shown.classes
    named = session.matrix.blocks == GROUPS and in_order(session) is not None
    what = "groups of the hierarchy" if named else f"blocks, classes ordered by {session.matrix.order.value}"
    share = f"{percent(inside / mistakes, 1)} % of {plural(mistakes, 'mistake')} inside {what}." if mistakes else what
    notes = [share, "Confused outside every block, most surprising first (times what chance would give):"]
    notes += [
        f"{names[one.true]} -> {names[one.predicted]}: {one.count}, ×{one.times:.3g}"
        for one in _outliers(shown, cut, options)
    ]
    confused = group_rows(session, shown, cut)
    if confused:
        notes.append("Taken for each other more often than chance has it:")
        notes += [f"{row.first} / {row.second}: {row.n}, ×{row.ratio:.3g}" for row in confused]
    return tuple(notes)
