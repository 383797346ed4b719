"""Pure steps of one sample alone: explanations, thresholds, neighbours, scrolling."""

from __future__ import annotations

from dataclasses import replace

from clftui.state.explain_settings import STEPS, Pictures
from clftui.state.explanations import next_choice
from clftui.state.moves import cycle, remember, say, select
from clftui.state.sample_detail import Detail, detail_of
from clftui.state.sample_detail_nearest import Neighbours, neighbours
from clftui.state.sample_list import Nothing, listing
from clftui.state.sample_list import move as move_on
from clftui.state.session import Session
from clftui.state.unready import impatient
from clftui.text import sanitise

Page = tuple[int, int]
"""Lines of the document that show, and all of them; (1, 1) where there is no document."""


def of(session: Session) -> Detail | None:
    """The sample that shows alone."""
    shown = listing(session)
    return None if isinstance(shown, Nothing) else detail_of(session, shown)


def _found(session: Session) -> Neighbours | None:
    """The nearest samples as far as they are known: a key press does not wait for them."""
    detail = of(session)
    if detail is None:
        return None
    with impatient():
        return neighbours(detail)


def move(session: Session, rows: int, columns: int, page: Page) -> Session:
    """Columns go to other samples; rows scroll a long document, move among the nearest samples, or go on too."""
    if columns:
        return move_on(session, 0, columns)
    if page[1] > page[0]:
        return scroll(session, rows, page)
    found = _found(session)
    if found is None or not found.lines:
        return move_on(session, 0, rows)
    sample = session.selection.sample or ""
    line = max(0, min(session.explain.line_of(sample) + rows, len(found.lines) - 1))
    return replace(session, explain=replace(session.explain, neighbour=(sample, line)))


def scroll(session: Session, rows: int, page: Page) -> Session:
    """The document `rows` lines further; samples, where it has no further lines."""
    visible, total = page
    if total <= visible:
        return move_on(session, 0, rows)
    sample = session.selection.sample or ""
    top = max(0, min(session.explain.top_of(sample) + rows, total - visible))
    return replace(session, explain=replace(session.explain, scroll=(sample, top)))


def jump(session: Session, number: int | None = None) -> Session:
    """A neighbour alone, the one under the cursor without a number; backspace comes back."""
    found = _found(session)
    if found is None:
        return say(session, "The nearest samples are still being searched.")
    if not found.lines:
        return say(session, "The run has logged no features: no sample is known to be near.")
    at = session.explain.line_of(session.selection.sample or "") if number is None else number
    line = found.lines[min(at, len(found.lines) - 1)]
    here = session.selection.split
    changed = select(remember(session), split=line.split, sample=line.sample, detail=True)
    where = f" in {line.split}" if line.split != here else ""
    return say(changed, f"#{sanitise(line.sample)}{where}; backspace goes back.")


def next_method(session: Session) -> Session:
    """The next explanation that some run has saved of this sample."""
    detail = of(session)
    if detail is None:
        return session
    with impatient():
        return next_choice(session, detail.choices)


def step_threshold(session: Session, by: int) -> Session:
    """The threshold a twentieth higher or lower."""
    step = max(0, min(session.explain.step + by, STEPS))
    changed = replace(session, explain=replace(session.explain, step=step))
    return say(changed, f"Contour at {changed.explain.threshold:.2f}.")


def next_measure(session: Session) -> Session:
    """Maps compared by the next measure."""
    measure = cycle(session.explain.measure)
    changed = replace(session, explain=replace(session.explain, measure=measure))
    return say(changed, f"Maps compared by {measure.value}: {measure.words}.")


def next_distance(session: Session) -> Session:
    """Nearest by the other distance."""
    distance = cycle(session.explain.distance)
    return say(replace(session, explain=replace(session.explain, distance=distance)), f"Nearest by {distance.value}.")


def step_pictures(session: Session, by: int) -> Session:
    """More or fewer pictures beside each other."""
    among = list(Pictures)
    index = among.index(session.explain.pictures) + by
    if not 0 <= index < len(among):
        return say(session, f"This is {session.explain.pictures.value}.")
    changed = replace(session, explain=replace(session.explain, pictures=among[index]))
    return say(changed, f"{among[index].value.capitalize()}.")


def next_section(session: Session) -> Session:
    """The next part of the column at the right comes first."""
    first = cycle(session.explain.first)
    return say(replace(session, explain=replace(session.explain, first=first)), f"First: {first.value}.")
