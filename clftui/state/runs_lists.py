"""Classes worth a look before anything is chosen: where runs disagree most, the best, the worst, and the run's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from clftui.state.class_spread import ClassSpread, class_spread
from clftui.state.session import Session
from clftui.text import sanitise


class Entry(NamedTuple):
    """One class: the value that ordered it, and over all runs the lowest and highest recall."""

    name: str
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class ClassList:
    """A few classes under a title; `difference` where values are differences of recall, not recall."""

    title: str
    entries: tuple[Entry, ...]
    difference: bool = False


def class_lists(session: Session, top: int) -> tuple[ClassList, ...]:
    """The lists, of at most `top` classes each; none without runs. With a single run there is no range.

    Range: highest less lowest recall over the runs. Average: mean recall over the runs that know the class.
    """
    spread = class_spread(session)
    if spread is None:
        return ()
    lists = [
        _list(spread, "worst on average", spread.mean, top, rising=True),
        _list(spread, "best on average", spread.mean, top, rising=False),
    ]
    if len(spread.members) > 1:
        lists.insert(0, _list(spread, "runs disagree most", spread.high - spread.low, top, rising=False, apart=True))
        lists += _own(session, spread, top)
    return tuple(lists)


def _own(session: Session, spread: ClassSpread, top: int) -> list[ClassList]:
    """Where the focused run lies farthest below the mean of all runs."""
    row = next((at for at, each in enumerate(spread.members) if each.run.key == session.selection.run), None)
    if row is None:
        return []
    behind = spread.values[row] - spread.mean
    name = f"{sanitise(spread.members[row].run.name)} below average"
    found = _list(spread, name, np.where(behind < 0, behind, np.nan), top, rising=True, apart=True)
    return [found]


def _list(
    spread: ClassSpread, title: str, values: np.ndarray[tuple[int], np.dtype[np.float64]], top: int, *, rising: bool,
    apart: bool = False,
) -> ClassList:  # fmt: skip
    key = values if rising else -values
    order = np.argsort(np.where(np.isnan(key), np.inf, key), kind="stable")[:top]
    entries = tuple(
        Entry(spread.classes[at], float(values[at]), float(spread.low[at]), float(spread.high[at]))
        for at in order.tolist()
        if not np.isnan(values[at])
    )
    return ClassList(title, entries, apart)
