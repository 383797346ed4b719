"""Classes worth a look before anything is chosen: where runs disagree most, the best, the worst, and the run's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from clftui.state.class_spread import ClassSpread, class_spread
from clftui.state.session import Session


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
    if len(spread.members) == 1:
        return (
            _list(spread, "worst", spread.mean, top, rising=True),
            _list(spread, "best", spread.mean, top, rising=False),
        )
    lists = (
        _list(spread, "runs disagree most", spread.high - spread.low, top, rising=False, apart=True),
        _list(spread, "worst on average", spread.mean, top, rising=True),
        _list(spread, "best on average", spread.mean, top, rising=False),
        _behind(session, spread, top),
    )
    return tuple(each for each in lists if each.entries)


def _behind(session: Session, spread: ClassSpread, top: int) -> ClassList:
    """Where the focused run lies farthest below the mean of all runs."""
    row = next((at for at, each in enumerate(spread.members) if each.run.key == session.selection.run), None)
    behind = spread.values[row] - spread.mean if row is not None else np.full(len(spread.classes), np.nan)
    behind = np.where(behind < 0, behind, np.nan)
    return _list(spread, "focused below average", behind, top, rising=True, apart=True)


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
