"""Soft labels beside the hard one: in words, and as numbers to sort and filter by."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from clftui.data.evaluation import Evaluation
from clftui.data.samples import SampleTable
from clftui.data.soft_labels import soft_labels
from clftui.schema import FormatError
from clftui.text import sanitise, short_score

_LEAST = 0.05
_CLASSES = 3


def has_soft(table: SampleTable | None, evaluation: Evaluation) -> bool:
    """Whether the samples have soft labels that can be read."""
    try:
        return soft_labels(table, evaluation.classes) is not None
    except FormatError:
        return False


def soft_share(
    table: SampleTable | None, evaluation: Evaluation, labels: NDArray[np.int32], at: NDArray[np.int64]
) -> NDArray[np.float64] | None:
    """(m,) the share of class `labels[p]`, (n,) by position, for each position p of `at`; NaN unknown.

    None where there are no soft labels, FormatError where they cannot be read.
    """
    shares = soft_labels(table, evaluation.classes)
    if shares is None:
        return None
    rows, classes = evaluation.sample[at], labels[at]
    known = (rows >= 0) & (rows < len(shares)) & (classes >= 0)
    found = np.full(len(at), np.nan)
    found[known] = shares[rows[known], classes[known]]
    return found


def soft_top(table: SampleTable | None, evaluation: Evaluation, row: int) -> tuple[tuple[str, float], ...]:
    """The classes of one row of the table and their shares, greatest first; empty without soft labels."""
    try:
        shares = soft_labels(table, evaluation.classes)
    except FormatError:
        return ()
    if shares is None or not 0 <= row < len(shares):
        return ()
    mine = shares[row]
    best = np.argsort(-mine, kind="stable")[:_CLASSES].tolist()
    return tuple((evaluation.classes[each], float(mine[each])) for each in best if mine[each] >= _LEAST)


def soft_words(table: SampleTable | None, evaluation: Evaluation, row: int, labels: Mapping[str, str]) -> str:
    """`cat .62 dog .38`; empty without soft labels, and where nobody labelled the sample.

    `labels` says what the hierarchy calls classes.
    """
    found = soft_top(table, evaluation, row)
    return " ".join(f"{sanitise(labels.get(name, name))} {short_score(share)}" for name, share in found)
