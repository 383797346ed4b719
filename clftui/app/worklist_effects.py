"""Commands that lead through the worklist: the next entry, or one that is chosen from a list."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from clftui.app.dialogs.palette import CommandPalette, Entry
from clftui.state.journal import append
from clftui.state.later import LATER, PASTS
from clftui.state.session import Session
from clftui.state.worklist import Issue, Kind, Worklist, worklist
from clftui.state.worklist_steps import all_done, attend, left_behind, next_issue

if TYPE_CHECKING:
    from clftui.app.main_screen import MainScreen

PATIENCE = 0.4
"""Seconds that one waits for each of what is being worked out."""

_PLACES = {
    Kind.ALARM: "alarm",
    Kind.MOVER: "mover",
    Kind.OUTLIER: "outlier",
    Kind.SUSPECT: "suspect",
    Kind.ALWAYS: "always",
}


def next_entry(screen: MainScreen) -> None:
    """The next entry that is not done; the one that is left counts as looked at."""
    listed = _list(screen)
    screen.act(lambda session: _next(session, listed))


def _list(screen: MainScreen) -> Worklist:
    """The worklist; what is nearly worked out is waited for, so that the most urgent entries come first."""
    listed = worklist(screen.now)
    if listed.pending:
        for queue in (LATER, PASTS):
            queue.settle(PATIENCE)
        listed = worklist(screen.now)
    return listed


def _next(session: Session, listed: Worklist) -> Session:
    leaving = left_behind(session, listed)
    _looked_at(session, leaving)
    issue = next_issue(listed, leaving)
    return all_done(session, listed) if issue is None else attend(session, issue, listed, leaving)


def _looked_at(session: Session, leaving: Issue | None) -> None:
    if leaving is not None:
        # Where nothing can be written one merely meets the entry again.
        with suppress(OSError):
            append(session.catalog, [{"kind": "reviewed", "what": leaving.key}])


def show(screen: MainScreen) -> None:
    """List the worklist, what is left first; enter leads to an entry."""
    listed = _list(screen)
    done = [issue for issue in listed.issues if issue.done]
    ordered = [*listed.left, *done]
    entries = [
        Entry(issue.key, _PLACES[issue.kind], issue.what, issue.why, issue.tag or ("✓" if issue.done else ""))
        for issue in ordered
    ]

    def chosen(key: str | None) -> None:
        issue = next((each for each in ordered if each.key == key), None)
        if issue is not None:
            screen.act(lambda session: attend(session, issue, listed, None))

    screen.app.push_screen(CommandPalette(entries, entries, [], f"the worklist: {listed.words}"), chosen)


EFFECTS: dict[str, Callable[[MainScreen], None]] = {"worklist_next": next_entry, "worklist": show}
