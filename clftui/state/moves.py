"""Pure steps from one session to the next that every view shares: tabs, drilling, epochs, splits, letters, filters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from enum import Enum
from typing import TypeVar

from clftui.data.catalog import Catalog
from clftui.state.filters import Filter
from clftui.state.selection import MAX_LETTERED, Scope, Tab
from clftui.state.session import Place, Session, all_splits, with_defaults
from clftui.text import sanitise

Step = Callable[[Session], Session]
HISTORY = 100

E = TypeVar("E", bound=Enum)


def say(session: Session, notice: str) -> Session:
    """`session` with one sentence about what just happened (or could not)."""
    return replace(session, notice=notice)


def cleared(session: Session) -> Session:
    """`session` without the last command's notice."""
    return replace(session, notice="") if session.notice else session


def select(session: Session, **changes: object) -> Session:
    """`session` with parts of its selection replaced; no step in the history."""
    return replace(session, selection=replace(session.selection, **changes))  # type: ignore[arg-type]


def remember(session: Session) -> Session:
    """`session` with its present place on the history, so that `back` returns here."""
    here = Place(session.tab, session.selection, session.filters)
    return replace(session, history=(*session.history, here)[-HISTORY:])


def go(session: Session, tab: Tab) -> Session:
    """Open a tab; going where one already is changes nothing."""
    return session if tab is session.tab else replace(remember(session), tab=tab)


def back(session: Session) -> Session:
    """One step back, to the place before the last drill, tab or filter."""
    if not session.history:
        return say(session, "This is where you started.")
    place = session.history[-1]
    there = replace(
        session, tab=place.tab, selection=place.selection, filters=place.filters, history=session.history[:-1]
    )
    # The run may have been deleted since.
    return there if there.run is not None else with_defaults(there)


def drill_to_samples(session: Session, scope: Scope) -> Session:
    """The samples of `scope`, one step deeper."""
    deeper = remember(session)
    selection = replace(deeper.selection, scope=scope, sample=None, detail=False)
    return replace(deeper, tab=Tab.SAMPLES, selection=selection)


def step_epoch(session: Session, by: int) -> Session:
    """Pin the epoch `by` epochs away from the one that shows; past the newest one follows the newest again."""
    run, split = session.run, session.selection.split
    epochs = run.epochs(split) if run is not None and split is not None else ()
    if len(epochs) < 2:
        return say(session, "This run has one epoch.")
    now = session.epoch_of(run) if run is not None else None
    index = epochs.index(now) + by if now in epochs else len(epochs) - 1
    if index >= len(epochs) - 1:
        at_end = session.selection.epoch is None or (index > len(epochs) - 1 and now == epochs[-1])
        return say(select(session, epoch=None), "Following the newest epoch." if at_end or by > 0 else "")
    return select(session, epoch=epochs[max(index, 0)])


def cycle_split(session: Session, by: int = 1) -> Session:
    """The next split that any run has."""
    splits = all_splits(session.catalog)
    if len(splits) < 2:
        return say(session, "There is one split.")
    now = splits.index(session.selection.split) if session.selection.split in splits else -1
    return with_defaults(select(session, split=splits[(now + by) % len(splits)], sample=None))


def focus_run(session: Session, key: str) -> Session:
    """Look at another run; the class pair stays where the run knows those classes."""
    if key == session.selection.run:
        return session
    return with_defaults(select(session, run=key))


def toggle_letter(session: Session) -> Session:
    """Give the focused run the next free letter, or take its letter away."""
    selection = session.selection
    if selection.run is None:
        return session
    if selection.run in selection.runs:
        left = tuple(key for key in selection.runs if key != selection.run)
        return select(session, runs=left)
    gone = next((key for key in selection.runs if session.catalog.run(key) is None), None)
    if gone is not None:
        # Others keep their letters, and so their colours.
        return select(session, runs=tuple(selection.run if key == gone else key for key in selection.runs))
    if len(selection.runs) >= MAX_LETTERED:
        return say(session, "A to D are given; take one away first (r on a lettered run).")
    return select(session, runs=(*selection.runs, selection.run))


def add_filter(session: Session, new: Filter) -> Session:
    """One more filter, all views obey it."""
    deeper = remember(session)
    return select(replace(deeper, filters=(*deeper.filters, new)), sample=None)


def drop_filter(session: Session, index: int = -1) -> Session:
    """Without the last filter (or the one at `index`); without any, no selected group, or nothing supposed."""
    if not session.filters and session.selection.group:
        return select(remember(session), group=None)
    if not session.filters and session.what_if is not None:
        return say(replace(session, what_if=None), "Nothing is supposed any more: answers as logged.")
    if not session.filters:
        return say(session, "No filter to drop.")
    kept = list(session.filters)
    del kept[index]
    return select(replace(remember(session), filters=tuple(kept)), sample=None)


def cycle(value: E, by: int = 1, among: Sequence[E] | None = None) -> E:
    """The next member of an enumeration (or of `among`), round and round."""
    members = list(among) if among is not None else list(type(value))
    return members[(members.index(value) + by) % len(members)] if value in members else members[0]


def find_class(session: Session, text: str) -> Session:
    """Move the cursor to a class whose name contains `text`: an exact name before a beginning before any part.

    From a class that matches, to the next one that contains it.
    """
    classes, wanted = session.classes, sanitise(text).casefold().strip()
    if not wanted:
        return session
    names = [sanitise(name).casefold() for name in classes]
    now = classes.index(session.selection.true) if session.selection.true in classes else -1
    ring = [*range(now + 1, len(classes)), *range(now + 1)]
    tests: tuple[Callable[[str], bool], ...] = (
        lambda name: name == wanted,
        lambda name: name.startswith(wanted),
        lambda name: wanted in name,
    )
    if text in classes:
        return select(session, true=text)
    if now >= 0 and wanted in names[now]:
        tests = tests[-1:]
    for test in tests:
        hit = next((index for index in ring if test(names[index])), None)
        if hit is not None:
            return select(session, true=classes[hit])
    return say(session, f"No class is called like “{sanitise(text)}”.")


def with_catalog(session: Session, catalog: Catalog) -> Session:
    """The same view of newer data: cursor, focus, letters and a pinned epoch stay."""
    return with_defaults(replace(session, catalog=catalog))
