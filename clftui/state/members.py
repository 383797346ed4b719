"""The runs that can be compared on the selected split and epoch, each with its confusion under the filters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from clftui.analysis.confusion import Confusion
from clftui.data.catalog import Catalog
from clftui.data.evaluation import Evaluation
from clftui.data.run import Run
from clftui.schema import FormatError
from clftui.state.filters import Filter
from clftui.state.selection import Selection
from clftui.state.session import Session
from clftui.state.unready import NotYet

if TYPE_CHECKING:
    from clftui.state.what_if import WhatIf


@dataclass(frozen=True)
class Member:
    """One run as it shows: its evaluation, and the confusion of the samples that pass the filters."""

    run: Run
    evaluation: Evaluation
    confusion: Confusion
    filters: tuple[Filter, ...] = ()
    fold: object = None
    """What made the confusion's classes groups of the evaluation's ones; None where they are the same."""


@dataclass(frozen=True)
class Absent:
    """A run that cannot be compared here, and why in one sentence."""

    run: Run
    reason: str
    broken: bool = False
    """Whether its file is wrong; else there is simply nothing on this split."""
    brief: str = ""
    """The reason with the end of the file's path alone."""


def members(session: Session) -> tuple[tuple[Member, ...], tuple[Absent, ...]]:
    """All runs of the catalog in its order: those with something on the split, and those without."""
    selection = session.selection
    return _members(session.catalog, selection.split, selection.epoch, session.bound_filters, session.what_if)


@lru_cache(maxsize=4)
def _members(
    catalog: Catalog,
    split: str | None,
    epoch: int | None,
    filters: tuple[Filter, ...],
    what_if: WhatIf | None,
) -> tuple[tuple[Member, ...], tuple[Absent, ...]]:
    session = Session(catalog, selection=Selection(split=split, epoch=epoch), filters=filters, what_if=what_if)
    present: list[Member] = []
    absent: list[Absent] = []
    unready: NotYet | None = None
    for run in catalog.runs:
        try:
            evaluation, confusion = session.evaluation(run), session.confusion(run)
        except NotYet as wait:
            # All runs are asked before this is passed on, so that all are read; it is not remembered.
            unready = wait
            continue
        except FormatError as error:
            absent.append(Absent(run, str(error), True, error.brief))
            continue
        if evaluation is None or confusion is None:
            what = "no predictions" if split in run.splits else "nothing"
            absent.append(Absent(run, f"{what} logged on {split or 'any split'}"))
        else:
            present.append(Member(run, evaluation, confusion, filters))
    if unready is not None:
        raise unready
    return tuple(present), tuple(absent)
