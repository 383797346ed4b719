"""Through the worklist: the next entry that is not done, or one that was chosen."""

from __future__ import annotations

from dataclasses import replace

from clftui.state.moves import say
from clftui.state.session import Session
from clftui.state.worklist import Issue, Worklist


def left_behind(session: Session, listed: Worklist) -> Issue | None:
    """The entry one was led to last and now leaves: it counts as looked at. None where it is done, or gone."""
    return next((issue for issue in listed.left if issue.key == session.attending), None)


def next_issue(listed: Worklist, leaving: Issue | None) -> Issue | None:
    """The first entry that is not done, but for the one that is left; None where all are done."""
    return next((issue for issue in listed.left if issue is not leaving), None)


def attend(session: Session, issue: Issue, listed: Worklist, leaving: Issue | None) -> Session:
    """Where an entry leads, with a sentence that says why it is there and how many are left."""
    there = replace(issue.step(session), attending=issue.key)
    left = len(listed.left) - (leaving is not None)
    return say(there, f"{issue.kind.value.capitalize()}: {issue.what}, {issue.why}; {left} left on the worklist.")


def all_done(session: Session, listed: Worklist) -> Session:
    """Nothing is left."""
    more = " so far; more is being worked out" if listed.pending else ""
    words = (
        f"All {len(listed.issues)} entries of the worklist are done{more}."
        if listed.issues
        else (f"Nothing deserves a look{more}.")
    )
    return say(replace(session, attending=""), words)
