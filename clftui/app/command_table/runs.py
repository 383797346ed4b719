"""Commands of the Runs view alone."""

from __future__ import annotations

from clftui.app.commands import Command
from clftui.state.moves import cycle, say
from clftui.state.runs_table import with_sort
from clftui.state.selection import Tab
from clftui.state.session import Session

ONLY = frozenset({Tab.RUNS})


def _sort(session: Session) -> Session:
    sort = cycle(session.runs.sort)
    return say(with_sort(session, sort), f"Runs sorted by {sort.value}.")


COMMANDS: tuple[Command, ...] = (
    Command("runs.sort", ("o",), "sort", "Sort the runs by score, macro-F1, worst class, change or name.", "Order",
            step=_sort, tabs=ONLY, footer=20, when=lambda session: len(session.catalog.runs) > 1),
)  # fmt: skip

READING: tuple[tuple[str, str], ...] = (
    ("97.1 ±0.3", "accuracy and its 95 % Wilson interval; digits follow the interval"),
    ("──●──  ──○──", "the same as a picture: ● the selected split, ○ the next one, ‹ off the scale"),
    ("▾", "the column that sorts the runs"),
    ("● ◐ ○ ✗", "live, some ranks missing, ended or silent, failed"),
    ("A · • ●", "recall of lettered runs, of one, two or more others in one place"),
    ("–", "undefined: no samples, or not logged"),
)
