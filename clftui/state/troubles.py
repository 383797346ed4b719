"""Everything about a session that is not as it should be, in sentences: the same on the screen and in reports."""

from __future__ import annotations

from clftui.schema import FormatError
from clftui.state.class_tree import hierarchy_trouble
from clftui.state.live_words import live_notes
from clftui.state.members import Member, members
from clftui.state.sample_trouble import table_trouble
from clftui.state.session import Session
from clftui.text import sanitise


def troubles(session: Session) -> tuple[str, ...]:
    """One sentence each: what could not be opened, runs whose epoch is broken, the focused run's sample table.

    Reads the labels of every run and the focused run's sample table.
    """
    present, absent = members(session)
    found = [*collection_troubles(session), *(each.reason for each in absent if each.broken)]
    focused = next((each for each in present if each.run is session.run), None)
    if focused is not None and focused.evaluation.has_samples:
        trouble = table_trouble(focused.run, focused.evaluation)
        found += [str(trouble)] if trouble is not None else []
    return tuple(dict.fromkeys(sanitise(sentence) for sentence in found))


def collection_troubles(session: Session) -> tuple[str, ...]:
    """What is wrong with the collection itself: unreadable paths, its hierarchy, class lists that differ."""
    found = [problem.message for problem in session.catalog.problems]
    for sentence in (hierarchy_trouble(session.catalog, session.classes), session.catalog.class_difference()):
        found += [sentence] if sentence is not None else []
    return tuple(found)


def passed_over(session: Session) -> tuple[str, ...]:
    """One sentence for each file that was no mistake and holds no predictions: settings, lists of labels."""
    return tuple(sanitise(f"passed over: {problem.message}") for problem in session.catalog.passed_over)


def run_notes(member: Member, *, wait: bool = False) -> tuple[str, ...]:
    """What was assumed about a run and what is odd in its life and its epoch: clauses without a full stop."""
    try:
        lively = live_notes(member.run, member.evaluation, wait=wait)
        return tuple(dict.fromkeys((*lively, *member.run.notes, *member.evaluation.notes)))
    except FormatError as error:
        return (error.brief,)
