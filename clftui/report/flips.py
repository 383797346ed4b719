"""Flips by class without a screen."""

from __future__ import annotations

from typing import Any

from clftui.report import Options
from clftui.report.render import Table, Value
from clftui.state.filters import FilterError
from clftui.state.flips import FlipRow, Flips, RunSets, flips, run_sets
from clftui.state.sample_list import Nothing
from clftui.state.session import Session
from clftui.text import count, plural, sanitise

COLUMNS = ("class", "n", "newly wrong", "newly right", "wrong differently", "wrong the same", "right", "p", "q")
LISTED = 8
"""Patterns of runs that the notes of a table name."""


def data(session: Session, options: Options) -> dict[str, Any]:
    """`{"from", "to", "classes": [...], "total": {...}, "patterns": [{"right", "wrong", "count"}], "wrong_in": [...]}`.

    FilterError where there is nothing to compare.
    """
    found, sets = _found(session)
    names = dict(sets.letters)
    return {
        "from": found.before,
        "to": found.after,
        "classes": [{"name": row.name, **_entry(row)} for row in found.rows[: options.top]],
        "total": _entry(found.total),
        "patterns": [
            {
                "right": [names[letter] for letter in each.right],
                "wrong": [names[letter] for letter in each.wrong],
                "count": each.n,
            }
            for each in sets.patterns
        ],
        "wrong_in": [
            {"runs": runs, "exactly": exactly, "at_least": at_least}
            for runs, (exactly, at_least) in enumerate(zip(sets.exactly, sets.at_least, strict=True))
        ],
    }


def _found(session: Session) -> tuple[Flips, RunSets]:
    found, sets = flips(session, wait=True), run_sets(session, wait=True)
    assert found is not None and sets is not None
    if isinstance(found, Nothing):
        raise FilterError(found.sentence)
    return found, sets


def _entry(row: FlipRow) -> dict[str, Any]:
    return {
        "n": row.n,
        "newly_wrong": row.newly_wrong,
        "newly_right": row.newly_right,
        "both_wrong_differently": row.differently,
        "both_wrong_same": row.same,
        "both_right": row.right,
        "p": row.p,
        "q": row.q,
    }


def table(session: Session, options: Options) -> Table:
    """All classes together, then a row a class, those that lost most first."""
    found, sets = _found(session)
    kept = found.rows[: options.top]
    rows = (_cells(found.total, "all classes"), *(_cells(row, row.name) for row in kept))
    return Table(f"Flips of {found.title}", COLUMNS, rows, _notes(found, sets))


def _cells(row: FlipRow, name: str) -> tuple[Value, ...]:
    return (name, row.n, row.newly_wrong, row.newly_right, row.differently, row.same, row.right, row.p, row.q)


def _notes(found: Flips, sets: RunSets) -> tuple[str, ...]:
    notes = [
        "p: exact McNemar of newly wrong against newly right; q: Benjamini and Hochberg's adjustment over the classes."
    ]
    if found.left_out:
        notes.append(f"{plural(found.left_out, 'sample')} of {found.after} left out: not there, or labelled otherwise.")
    if found.empty:
        notes.append(f"{plural(found.empty, 'class has', 'classes have')} no sample on both sides.")
    if sets.patterns:
        letters = ", ".join(f"{letter} {sanitise(name)}" for letter, name in sets.letters)
        notes.append(f"On the {plural(sets.shared, 'sample')} that {letters} share:")
        notes += [f"  {count(each.n)}: {each.words}" for each in sets.patterns[:LISTED]]
    if sets.runs > 1:
        some, every = sets.at_least[1], sets.exactly[sets.runs]
        notes.append(f"Of all {sets.runs} runs, at least one is wrong on {count(some)}, every one on {count(every)}.")
    return tuple(notes)
