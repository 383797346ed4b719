"""Average precision of classes, computed behind the screen: it needs every sample's score of every class."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.intervals import ap_interval
from clftui.analysis.metrics import average_precision
from clftui.schema import FormatError
from clftui.state.later import LATER, weak
from clftui.state.members import Member
from clftui.state.session import class_map, passed

Float64 = NDArray[np.float64]

BLOCK = 32
"""Classes that one reading of the scores serves: 50,000 samples of a block take 6 MB."""


def ap_values(
    member: Member, classes: tuple[str, ...], shown: tuple[str, ...] | None, *, wait: bool = False
) -> tuple[Float64, bool]:
    """(K,) AP of `classes` in one run, NaN where undefined or not computed yet, and whether some are still to come.

    Only the classes `shown` are asked for (None = all), block by block.
    """
    out = np.full(len(classes), np.nan)
    if member.evaluation.score_kind != "full":
        return out, False
    index = class_map(classes, member.run)
    known = np.flatnonzero(index >= 0)
    wanted = index[known] if shown is None else class_map(shown, member.run)
    pending = False
    for block in np.unique(wanted[wanted >= 0] // BLOCK).tolist():
        key = ("AP", block, member.filters, *weak(member.evaluation))
        found = LATER.get(key, partial(_block, member, block), wait=wait)
        if found is None:
            pending = True
            continue
        here = known[index[known] // BLOCK == block]
        out[here] = found[index[here] - block * BLOCK]
    return out, pending


def _block(member: Member, block: int) -> Float64:
    first = block * BLOCK
    wanted = np.arange(first, min(first + BLOCK, len(member.run.classes)))
    try:
        scores = member.evaluation.score_columns(wanted)
    except FormatError:
        scores = None
    if scores is None:
        return np.full(len(wanted), np.nan)
    true = member.evaluation.true
    keep = _counted(member)
    return np.array([_one(scores[:, at], true == cls, keep) for at, cls in enumerate(wanted)])


def _counted(member: Member) -> NDArray[np.bool_]:
    """The labelled samples that pass the filters."""
    keep = member.evaluation.true >= 0
    mask = passed(member.run, member.evaluation, member.filters)
    return keep if mask is None else keep & mask


def _one(score: NDArray[np.float32], positive: NDArray[np.bool_], keep: NDArray[np.bool_]) -> float:
    # Rows whose scores are NaN say nothing about any class and are left out.
    rows = keep & ~np.isnan(score)
    return average_precision(score[rows], positive[rows])


def ap_cell(member: Member, cls: int, *, wait: bool = False) -> tuple[float, float, float] | None:
    """(value, low, high) of one class of one run, seeded bootstrap; None while it is being computed."""

    def work() -> tuple[float, float, float]:
        try:
            score = member.evaluation.score_column(cls)
        except FormatError:
            score = None
        if score is None:
            return float("nan"), float("nan"), float("nan")
        rows = _counted(member) & ~np.isnan(score)
        return ap_interval(score[rows], member.evaluation.true[rows] == cls)

    if member.evaluation.score_kind != "full":
        return float("nan"), float("nan"), float("nan")
    return LATER.get(("AP interval", cls, member.filters, *weak(member.evaluation)), work, wait=wait)
