"""The worklist without a screen: what deserves a look next, and why."""

from __future__ import annotations

from typing import Any

from clftui.report import Options
from clftui.report.render import Table
from clftui.state.session import Session
from clftui.state.worklist import MOST, Worklist, worklist

COLUMNS = ("kind", "what", "why", "true", "predicted", "score", "tag", "done")


def data(session: Session, options: Options) -> dict[str, Any]:
    """`{"issues": [{"kind", "what", "why", "split", "id", "true", "predicted", "score", "tag", "done"}]}`."""
    return {
        "issues": [
            {
                "kind": each.kind.value,
                "what": each.what,
                "why": each.why,
                "split": each.split or session.selection.split,
                "id": each.id or None,
                "true": each.true or None,
                "predicted": each.predicted or None,
                "score": each.score,
                "tag": each.tag or None,
                "done": each.done,
            }
            for each in _listed(session, options).issues
        ]
    }


def _listed(session: Session, options: Options) -> Worklist:
    return worklist(session, wait=True, most=options.top if options.top is not None else MOST)


def table(session: Session, options: Options) -> Table:
    """A row an entry, done ones included."""
    listed = _listed(session, options)
    rows = tuple(
        (each.kind.value, each.what, each.why, each.true or None, each.predicted or None, each.score, each.tag or None,
         "done" if each.done else None)
        for each in listed.issues
    )  # fmt: skip
    run = session.run.name if session.run is not None else "no run"
    title = f"What deserves a look in {run} on {session.selection.split or 'no split'}"
    return Table(title, COLUMNS, rows, (listed.words,) if rows else ("Nothing deserves a look.",))
