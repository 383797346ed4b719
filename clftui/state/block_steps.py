"""Steps over orders and blocks: more or fewer of them, the next outlier, the region under the cursor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from clftui.state import similar
from clftui.state.blocks import Blocks, blocks, outliers, share_inside
from clftui.state.hierarchy_view import in_order
from clftui.state.matrix_box import LISTED as PANES_OF_PAIRS
from clftui.state.matrix_model import Matrix, next_pair, readable
from clftui.state.moves import remember, say, select
from clftui.state.session import Session
from clftui.state.settings import FAR_MORE, GROUPS, SIMILAR_FIRST, SUGGESTED, ClassOrder
from clftui.state.wishes import WISHES
from clftui.text import count, percent, plural, sanitise

FEW = 20
"""Up to so many blocks a step is one block, above a TENTH of them."""
TENTH = 10


def opened(session: Session) -> Session:
    """`session` as the matrix opens: with so many classes that an order as given shows nothing, similar ones together.

    A hierarchy's order stays.
    """
    settings = session.matrix
    if len(session.classes) <= FAR_MORE:
        return session
    order = SIMILAR_FIRST if settings.order is ClassOrder.GIVEN else settings.order
    return replace(session, matrix=replace(settings, order=order, blocks=SUGGESTED))


def to_order(order: ClassOrder) -> Callable[[Session], Session]:
    """The step that orders the classes of the matrix so; an order that failed is tried again."""

    def step(session: Session) -> Session:
        changed = replace(session, matrix=replace(session.matrix, order=order))
        similar.retry(changed)
        return say(changed, f"Classes ordered: {order.value}.")

    return step


def stop(session: Session) -> Session:
    """Keep the quick order; give up the slow one that is on its way."""
    if similar.pending_seconds(session) is None:
        return say(session, similar.trouble(session) or "Nothing is being computed.")
    WISHES.stop()
    quick = replace(session, matrix=replace(session.matrix, order=ClassOrder.QUICK))
    return say(quick, "Stopped; the quick order stays.")


def toggle(session: Session) -> Session:
    """Blocks as many as the data suggest, then in the order of a hierarchy its groups, then none."""
    now = session.matrix.blocks
    if now is None:
        return _with(session, SUGGESTED)
    if now != GROUPS and in_order(session) is not None:
        return _with(session, GROUPS)
    return say(replace(session, matrix=replace(session.matrix, blocks=None)), "No blocks.")


def to_number(session: Session, number: int) -> Session:
    """So many blocks; SUGGESTED is as many as the data suggest."""
    return _with(session, min(max(number, SUGGESTED), max(len(session.classes), 1)))


def step_number(session: Session, by: int) -> Session:
    """More blocks (`by` 1) or fewer (-1) than now; from none, those suggested."""
    shown = readable(session)
    found = _found(session, shown)
    # While they are being cut, the number asked for last counts: keys come faster than blocks.
    now = found.n if found is not None else max(session.matrix.blocks or 0, 0)
    if not now:
        return _with(session, SUGGESTED)
    step = 1 if now + min(by, 0) < FEW else max(now // TENTH, 1)
    return to_number(session, max(1, now + by * step))


def _with(session: Session, wanted: int) -> Session:
    changed = replace(session, matrix=replace(session.matrix, blocks=wanted))
    shown = readable(changed)
    if shown is None:
        return changed
    found = _found(changed, shown)
    if found is None:
        return say(changed, "Looking for blocks.")
    inside, mistakes = share_inside(shown.whole, found)
    why = {SUGGESTED: ", as the data suggest", GROUPS: ", the groups of the hierarchy"}.get(wanted, "")
    share = f"; {percent(inside / mistakes, 0)} % of {plural(mistakes, 'mistake')} inside them" if mistakes else ""
    return say(changed, f"{plural(found.n, 'block')}{why}{share}.")


def next_noteworthy(session: Session) -> Session:
    """With blocks the next outlier, the most surprising first; without them the next largest confusion."""
    if session.matrix.blocks is None:
        return next_pair(session)
    shown = readable(session)
    found = _found(session, shown)
    if shown is None or found is None:
        return say(session, "Blocks are still being looked for.") if shown is not None else session
    listed = outliers(shown, found)
    if not listed:
        return say(session, "No confusion outside the blocks is more frequent than chance would have it.")
    cells = [(each.true, each.predicted) for each in listed]
    here = (shown.true, shown.predicted)
    at = (cells.index(here) + 1) % len(cells) if here in cells else 0
    one = listed[at]
    true, predicted = shown.classes[one.true], shown.classes[one.predicted]
    moved = select(session, true=true, predicted=predicted)
    reviewed = session.matrix.reviewed | {(true, predicted)}
    moved = replace(moved, matrix=replace(moved.matrix, reviewed=reviewed))
    seen = sum((shown.classes[t], shown.classes[p]) in reviewed for t, p in cells)
    names = shown.names if shown.items.is_unit else shown.classes
    what = f"{sanitise(names[one.true])} → {sanitise(names[one.predicted])}"
    chance = f"{count(one.count)}, {times_words(one.times)} chance"
    return say(moved, f"Outlier {at + 1} of {len(cells)}: {what}, {chance}; reviewed {seen} of {len(cells)}.")


def times_words(times: float) -> str:
    """`41 ×`, `3.2 ×`: how many times what chance would give."""
    return f"{count(round(times))} ×" if times >= 9.5 else f"{times:.1f} ×"


def region(session: Session) -> Session:
    """The region under the cursor, a block or what lies between two, as a box: enter opens its samples."""
    shown = readable(session)
    found = _found(session, shown)
    if shown is None or found is None or session.matrix.pane in PANES_OF_PAIRS:
        return say(session, "There are no blocks to choose a region by: b outlines them.")
    rows, columns = (found.classes(int(found.block_of[index])) for index in (shown.true, shown.predicted))
    names = shown.classes
    boxed = select(
        remember(session),
        anchor=(names[int(rows[0])], names[int(columns[0])]),
        true=names[int(rows[-1])],
        predicted=names[int(columns[-1])],
    )
    return say(boxed, f"The region of {len(rows)} × {len(columns)} cells; enter opens its samples, V ends the box.")


def _found(session: Session, shown: Matrix | None) -> Blocks | None:
    return blocks(session, shown) if shown is not None else None
