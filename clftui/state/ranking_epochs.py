"""The epochs of one run as rows of the ranking: read once, away from the screen, as few as the range asks for."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import replace
from typing import NamedTuple

from clftui.data.run import Run
from clftui.schema import FormatError
from clftui.state.later import Later, weak
from clftui.state.members import Absent, Member
from clftui.state.session import Session, filtered_confusion

_KEPT = 6
EPOCHS = Later(kept=_KEPT)
"""Its own, since each result holds the evaluations of a whole run."""

_lock = threading.Lock()
_last: OrderedDict[object, EpochRows] = OrderedDict()


class EpochRows(NamedTuple):
    """The epochs of `run`, oldest first, and those whose file is broken."""

    run: Run
    present: tuple[Member, ...] = ()
    absent: tuple[Absent, ...] = ()
    reading: bool = False
    """Whether nothing, or an earlier state of the run, stands in for what is still being read."""


def epoch_rows(session: Session, *, wait: bool = False) -> EpochRows | None:
    """Every epoch of the focused run on the selected split in the selected range; None without a run or a split.

    Until they have been read, those of the run as it was before its newest epoch; `wait` reads them now.
    """
    run, split = session.run, session.selection.split
    if run is None or split is None:
        return None
    filters = _of_epoch(session, None).bound_filters
    known = EPOCHS.get(("epochs", split, filters, *weak(run)), lambda: _read(session, run, split), wait=wait)
    if known is None:
        with _lock:
            before = _last.get(_place(session, run, split))
        known = EpochRows(run, reading=True) if before is None else before._replace(reading=True)
    span = session.selection.span
    if span is None:
        return known
    inside = tuple(each for each in known.present if span[0] <= each.evaluation.epoch <= span[1])
    return known._replace(present=inside)


def _place(session: Session, run: Run, split: str) -> object:
    return str(run.path), run.key, split, session.filters


def _of_epoch(session: Session, epoch: int | None) -> Session:
    return replace(session, selection=replace(session.selection, epoch=epoch))


def _read(session: Session, run: Run, split: str) -> EpochRows:
    present: list[Member] = []
    absent: list[Absent] = []
    newest = run.newest(split)
    for epoch in run.epochs(split):
        # Filters look at other runs too, in the epoch that shows: each row is what the app shows in that epoch.
        pinned = None if epoch == newest else epoch
        filters = _of_epoch(session, pinned).bound_filters
        try:
            evaluation = run.evaluation(split, epoch)
            if evaluation is not None:
                confusion = filtered_confusion(run, evaluation, filters)
                present.append(Member(run, evaluation, confusion, filters))
        except FormatError as error:
            absent.append(Absent(run, str(error), True, error.brief))
    found = EpochRows(run, tuple(present), tuple(absent))
    with _lock:
        _last[_place(session, run, split)] = found
        while len(_last) > _KEPT:
            _last.popitem(last=False)
    return found
