"""What moved beyond chance between two evaluations, without a screen."""

from __future__ import annotations

from typing import Any

from clftui.report import Options
from clftui.report.render import Table, Value
from clftui.state.movers import Mover, MoversView, movers
from clftui.state.session import Session
from clftui.state.versus import Kind
from clftui.text import count, plural

COLUMNS = ("kind", "name", "before", "after", "change", "low", "high", "p", "q", "direction", "alarm")
LISTED = 50
"""Movers that a table lists without `top`."""


def data(session: Session, options: Options | None = None) -> dict[str, Any]:
    """`{"from", "to", "q_level", "movers": [{"kind", "name", "before", "after", "p", "q", "direction", "alarm"}]}`.

    The significant ones, regressions first, then by the size of the change; `from` is null where there is nothing to
    compare with. Every entry also has `n`, and `low` and `high` of the change; `top_cell` is the most significant cell,
    mover or not.
    """
    shown = movers(session, wait=True)
    assert shown is not None
    kept = shown.movers[: options.top] if options is not None else shown.movers
    return {
        "from": shown.before or None,
        "to": shown.after or None,
        "q_level": shown.q_level,
        "paired": shown.paired,
        "samples": shown.shared,
        "tested": shown.tested._asdict(),
        "top_cell": entry(shown.top_cell) if shown.top_cell is not None else None,
        "movers": [entry(each) for each in kept],
    }


def entry(mover: Mover) -> dict[str, Any]:
    """One mover as JSON has it."""
    return {
        "kind": mover.kind.value,
        "name": mover.name,
        "before": mover.before,
        "after": mover.after,
        "n": mover.n,
        "low": mover.low,
        "high": mover.high,
        "p": mover.p,
        "q": mover.q,
        "direction": mover.direction,
        "alarm": mover.alarm,
    }


def table(session: Session, options: Options | None = None) -> Table:
    """A row a mover, regressions first; without `options.top` the first 50."""
    shown = movers(session, wait=True)
    assert shown is not None
    run = session.catalog.run(shown.run)
    title = f"Movers of {run.name}" if run is not None else "Movers"
    if not shown.before:
        return Table(title, COLUMNS, (), (_missing(session),))
    split = session.selection.split
    if split is not None and session.versus.kind is not Kind.SPLIT:
        title += f", {split}"
    kept = shown.movers[: (options.top if options is not None else None) or LISTED]
    return Table(f"{title}: {shown.after} against {shown.before}", COLUMNS, tuple(map(_row, kept)), _notes(shown, kept))


def _missing(session: Session) -> str:
    match session.versus.kind:
        case Kind.BEFORE | Kind.BEST:
            return "There is no earlier epoch to compare with; --against names a run, a split or another epoch."
        case _:
            return f"--against {session.versus.spec} names what shows itself, or what has nothing on this split."


def _row(mover: Mover) -> tuple[Value, ...]:
    return (
        mover.kind.value, mover.name, mover.before, mover.after, mover.change, mover.low, mover.high, mover.p, mover.q,
        mover.direction, "alarm" if mover.alarm else "",
    )  # fmt: skip


def _notes(shown: MoversView, kept: tuple[Mover, ...]) -> tuple[str, ...]:
    tested = shown.tested
    families = [
        plural(tested.classes, "class", "classes"), plural(tested.groups, "group"), plural(tested.cells, "cell")
    ]  # fmt: skip
    how = "exact McNemar on the samples of both" if shown.paired else "two proportions, Fisher's test where few"
    notes = [
        f"{plural(shown.worse, 'regression')}, {count(len(shown.movers) - shown.worse)} better; tested "
        f"{', '.join(families)} on {plural(shown.shared, 'sample')}: {how}; q = Benjamini-Hochberg within each kind, "
        f"to {100 * shown.q_level:g} %.",
        "before, after: recall of a class, share of a group's samples answered inside it, share of the true class in a "
        "cell; low and high: 95 % interval of the change.",
        "alarm: beyond the ordinary variation from epoch to epoch as well.",
    ]
    if len(kept) < len(shown.movers):
        notes.append(f"The first {count(len(kept))} of {plural(len(shown.movers), 'mover')}.")
    return tuple(notes)
