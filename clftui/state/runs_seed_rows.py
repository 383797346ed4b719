"""The table of runs with one row for all runs that differ in their seed alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from clftui.state.runs_seeds import SeedGroup, mean_score, seed_groups, worst_of
from clftui.state.session import Session

if TYPE_CHECKING:
    from clftui.state.runs_table import RunRow


def together(session: Session, rows: tuple[RunRow, ...]) -> tuple[RunRow, ...]:
    """`rows` with those of each seed group as one. Runs of a group that have nothing on this split keep their rows."""
    by_key = {row.run.key: row for row in rows if row.member is not None}
    merged: dict[str, RunRow] = {}
    gone: set[str] = set()
    for group in seed_groups(session.catalog.runs):
        inside = [by_key[key] for key in group.keys if key in by_key]
        if len(inside) > 1:
            merged[inside[0].run.key] = _row(session, group, inside)
            gone |= {row.run.key for row in inside[1:]}
    return tuple(merged.get(row.run.key, row) for row in rows if row.run.key not in gone)


def _row(session: Session, group: SeedGroup, inside: list[RunRow]) -> RunRow:
    """One row for the group. Its run is the focused one, else the first with a letter, else the best."""
    keys = (session.selection.run, *session.selection.runs)
    best = max(inside, key=lambda row: row.score.value)
    chosen = next((row for key in keys for row in inside if row.run.key == key), best)
    worst_class, worst_recall = worst_of(tuple(row.member for row in inside if row.member is not None))
    return replace(
        chosen,
        score=mean_score(row.score for row in inside),
        macro_f1=sum(row.macro_f1 for row in inside) / len(inside),
        worst_class=worst_class,
        worst_recall=worst_recall,
        seeds=tuple(inside),
        title=group.name,
    )
