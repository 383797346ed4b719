"""Steps of the methods variant of Features: rows, examples, orders, and from an example to its sample alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from clftui.schema import FormatError
from clftui.state.explain_settings import Pictures
from clftui.state.features_steps import Steps
from clftui.state.methods_shown import Shown, candidates, disagreed, example, shown
from clftui.state.moves import cycle, focus_run, remember, say, select
from clftui.state.sample_ids import id_of
from clftui.state.sample_list import Nothing
from clftui.state.selection import Part, Scope, Tab
from clftui.state.session import Session
from clftui.state.unready import impatient
from clftui.text import sanitise


def settings(session: Session, **changes: object) -> Session:
    """`session` with the variant's settings changed."""
    changed = replace(session.features.methods, **changes)  # type: ignore[arg-type]
    return replace(session, features=replace(session.features, methods=changed), notice="")


def now(session: Session) -> Shown | None:
    """What shows as far as it is known: a key does not wait for maps."""
    try:
        with impatient():
            found = shown(session)
    except FormatError:
        return None
    return None if isinstance(found, Nothing) else found


def move(session: Session, rows: int, columns: int, page: tuple[int, int]) -> Session:
    """Rows up and down; columns lead to other examples."""
    if columns:
        return step_example(session, columns)
    found = now(session)
    return session if found is None else to_row(session, max(0, min(found.cursor + rows, len(found.rows) - 1)))


def to_row(session: Session, index: int) -> Session:
    """The cursor on a row; its method is the one that a sample alone shows."""
    found = now(session)
    if found is None or not 0 <= index < len(found.rows):
        return session
    row = found.rows[index]
    method = row.maps.name if row.maps is not None else session.explain.method
    return settings(replace(session, explain=replace(session.explain, method=method)), cursor=index)


def next_method(session: Session) -> Session:
    """The next row, round and round."""
    found = now(session)
    if found is None:
        return session
    if len(found.rows) == 1:
        return say(session, f"{found.row.name} is all that was saved.")
    return to_row(session, (found.cursor + 1) % len(found.rows))


def step_example(session: Session, by: int) -> Session:
    """Another sample that the methods beside each other explain."""
    found = now(session)
    told = example(session, found) if found is not None else None
    if found is None or told is None:
        return session
    listed = candidates(found)
    at = int(np.searchsorted(listed, told.position, side="left" if by < 0 or told.position not in listed else "right"))
    at = max(0, min(at + (by if by < 0 else by - 1), len(listed) - 1))
    return _to_example(session, found, int(listed[at])) if listed.size else session


def next_disagreement(session: Session) -> Session:
    """The sample whose maps are least alike, then the next one."""
    found = now(session)
    told = example(session, found) if found is not None else None
    if found is None or told is None:
        return session
    with impatient():
        listed = disagreed(found)
    if listed is None:
        return say(session, "The maps are still being compared.")
    if not listed.size:
        return say(session, "There is nothing to disagree: one method of one run has maps here.")
    here = np.flatnonzero(listed == (told.position if session.selection.sample is not None else -1))
    at = (int(here[0]) + 1) % len(listed) if here.size else 0
    changed = _to_example(session, found, int(listed[at]))
    return say(changed, f"Maps apart by {found.measure.value}: {at + 1} of {len(listed)}.")


def _to_example(session: Session, found: Shown, position: int) -> Session:
    home = found.row.maps or next(row.maps for row in found.mine if row.maps is not None)
    return select(session, sample=id_of(home.table, int(home.evaluation.sample[position])))


def next_order(session: Session) -> Session:
    """Classes by how much area says of correctness, or as in the matrix."""
    order = cycle(session.features.methods.order)
    return say(settings(session, order=order), f"Classes {order.value}.")


def drill(session: Session) -> Session:
    """The example alone, its maps by every method beside each other."""
    found = now(session)
    told = example(session, found) if found is not None else None
    if found is None or told is None:
        return session
    there = focus_run(remember(session), told.home.run.key)
    several = len({row.run.key for row in found.mine}) > 1
    pictures = Pictures.RUNS if several else Pictures.METHODS
    there = replace(there, explain=replace(there.explain, method=told.home.name, pictures=pictures), tab=Tab.SAMPLES)
    changed = select(there, scope=Scope(part=Part.ALL), sample=told.sample, detail=True)
    return say(changed, f"#{sanitise(told.sample)}; backspace goes back.")


STEPS = Steps(move, drill, lambda session: "sample", "explanation methods over the whole split: which deserve trust")
