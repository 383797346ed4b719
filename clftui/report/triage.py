"""The users' tags without a screen: every tagged sample and pair, who tagged it when, and how many there are."""

from __future__ import annotations

from collections import Counter
from typing import Any

from clftui.report import Options
from clftui.report.render import Table
from clftui.report.tagged import Row, tagged_rows
from clftui.state.journal import journals
from clftui.state.sample_tags import TAGS
from clftui.state.session import Session
from clftui.state.triage import pair_reasons
from clftui.text import plural

COLUMNS = ("split", "id", "tag", "given", "proposed", "predicted", "path", "by", "time")


def data(session: Session, options: Options) -> dict[str, Any]:
    """`{"tags", "pairs", "counts", "journals"}`, as the README of this folder says."""
    rows = tagged_rows(session)
    return {
        "tags": [as_object(row) for row in rows[: options.top]],
        "pairs": [
            {"true": true, "predicted": predicted, "reason": reason.value}
            for (true, predicted), reason in pair_reasons(session.catalog).items()
        ],
        "counts": _counts(rows),
        "journals": [str(path) for path in journals(session.catalog) if path.exists()],
    }


def as_object(row: Row) -> dict[str, Any]:
    """A tagged sample as JSON has it."""
    return {
        "split": row.split,
        "id": row.id,
        "tag": row.tag or None,
        "given": row.given,
        "proposed": row.proposed,
        "predicted": row.predicted,
        "path": str(row.path) if row.path is not None else None,
        "by": row.by or None,
        "time": row.time or None,
        "run": row.run or None,
    }


def _counts(rows: list[Row]) -> dict[str, int]:
    found = Counter(row.tag for row in rows)
    return {tag.value: found[tag.value] for tag in TAGS}


def table(session: Session, options: Options) -> Table:
    """A row a tagged sample; the counts and the tagged pairs as notes."""
    rows = tagged_rows(session)
    counted = ", ".join(f"{tag} {n}" for tag, n in _counts(rows).items() if n)
    pairs = pair_reasons(session.catalog)
    notes = [counted] if counted else ["t and a letter tag a sample in the Samples view."]
    notes += [f"{true} -> {predicted}: {reason.value}" for (true, predicted), reason in pairs.items()]
    shown = tuple(
        (row.split, row.id, row.tag, row.given, row.proposed, row.predicted, str(row.path) if row.path else None,
         row.by or None, row.time or None)
        for row in rows[: options.top]
    )  # fmt: skip
    return Table(plural(len(rows), "tagged sample"), COLUMNS, shown, tuple(notes))
