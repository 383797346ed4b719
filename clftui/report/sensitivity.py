"""What changing the samples costs, without a screen."""

from __future__ import annotations

from typing import Any

from clftui.analysis.metrics import Metric
from clftui.report import Options
from clftui.report.render import Table, Value
from clftui.state.filters import FilterError
from clftui.state.sample_list import Nothing
from clftui.state.sensitivity import ALL, Sensitivity, sensitivity
from clftui.state.session import Session
from clftui.text import count, plural, sanitise

COLUMNS = ("of", "kind", "changed", "n", "before", "after", "change", "low", "high", "p", "q")
LISTED = 8
"""Patterns of splits that the notes of a table name."""


def data(session: Session, options: Options) -> dict[str, Any]:
    """`{"base", "epoch", "metric", "changes": [...], "of": [{..., "under": [...]}], "sets": {...}}`.

    `options.level` ends the hierarchy at a level, `options.top` keeps what loses most. FilterError where no split holds
    the samples changed.
    """
    found = _found(session)
    sets = found.sets(ALL)
    return {
        "base": found.base,
        "epoch": found.epoch,
        "metric": found.metric.label,
        "changes": [
            {"name": each.name, "split": each.split, "epoch": each.epoch, "paired": each.paired, "n": each.n}
            for each in found.changes
        ],
        "of": [
            {
                "name": found.name_of(node),
                "kind": found.kind_of(node),
                "path": list(found.path_of(node)),
                "n": found.n[node],
                "under": [{"split": each.split, **_entry(found, node, at)} for at, each in enumerate(found.changes)],
            }
            for node in _nodes(found, options)
        ],
        "sets": {
            "splits": [found.base, *(each.split for each in found.matched)],
            "n": sets.n,
            "right_under_all": sets.every,
            "right_under_none": sets.none,
            "right_only_unchanged": sets.only_original,
            "patterns": [{"right": good, "wrong": bad, "count": number} for good, bad, number in sets.patterns],
        },
    }


def _found(session: Session) -> Sensitivity:
    found = sensitivity(session, wait=True)
    assert found is not None
    if isinstance(found, Nothing):
        raise FilterError(found.sentence)
    return found


def _nodes(found: Sensitivity, options: Options) -> tuple[int, ...]:
    nodes = found.nodes(level=options.level or 0)
    if options.top is None:
        return nodes
    known = [node for node in nodes if node != ALL and found.worst[node] == found.worst[node]]
    return (ALL, *sorted(known, key=lambda node: float(found.worst[node]))[: options.top])


def _entry(found: Sensitivity, node: int, at: int) -> dict[str, Any]:
    names = ("before", "after", "change", "low", "high", "p", "q")
    return {name: float(getattr(found, name)[node, at]) for name in names}


def table(session: Session, options: Options) -> Table:
    """A row for every class or group and every change."""
    found = _found(session)
    rows: list[tuple[Value, ...]] = []
    for node in _nodes(found, options):
        indent = "" if options.top is not None else "  " * max(found.tree.nodes[node].depth - 1, 0)
        rows += (
            (indent + found.name_of(node), found.kind_of(node), each.name, int(found.n[node]),
             *_entry(found, node, at).values())
            for at, each in enumerate(found.changes)
        )  # fmt: skip
    title = f"Sensitivity of {found.run}, {found.base}, epoch {found.epoch}: {found.metric.label}"
    return Table(title, COLUMNS, tuple(rows), _notes(found))


def _notes(found: Sensitivity) -> tuple[str, ...]:
    notes = [
        "change: after less before, with its 95 % interval; all classes together: accuracy; a group is right about any "
        "answer inside it.",
        "q: Benjamini and Hochberg's adjustment of p over all changes, of classes and of groups apart.",
    ]
    if found.metric is not Metric.RECALL:
        notes.append(f"{found.metric.label}: intervals and p by the delta method, which small classes strain.")
    if len(found.matched) < len(found.changes):
        apart = ", ".join(sanitise(each.split) for each in found.changes if not each.paired)
        notes.append(f"{apart}: other samples than in {sanitise(found.base)}, so two proportions are compared.")
    notes += found.troubles
    older = [each for each in found.changes if each.epoch != found.epoch]
    notes += [f"{sanitise(each.split)} is of epoch {each.epoch}." for each in older]
    sets = found.sets(ALL)
    if sets.patterns:
        names = ", ".join(sanitise(name) for name in (found.base, *(each.split for each in found.matched)))
        notes.append(
            f"Of {plural(sets.n, 'sample')} in {names}: {count(sets.every)} right in all, {count(sets.none)} in none, "
            f"{count(sets.only_original)} in {sanitise(found.base)} alone."
        )
        for good, bad, number in sets.patterns[:LISTED]:
            words = [
                f"{', '.join(map(sanitise, side))} {how}" for side, how in ((good, "right"), (bad, "wrong")) if side
            ]
            notes.append(f"  {count(number)}: {'; '.join(words)}")
    return tuple(notes)
