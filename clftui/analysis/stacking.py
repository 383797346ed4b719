"""Stacks of samples ordered by score: how many samples a glyph stands for, and which."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Int64 = NDArray[np.int64]

ROUND = (1, 2, 3, 4, 5, 6, 8)
"""Leading digits of the numbers of samples that a glyph may stand for: few, so that stacks keep their scale."""
FOR_WRONG = 0.75
"""Share of a stack that glyphs of wrong samples may take before several share one."""


class Packing(NamedTuple):
    """How many right and how many wrong samples a glyph stands for, at most."""

    right: int
    wrong: int


class Glyphs(NamedTuple):
    """The glyphs of one stack, surest first, each by the first of its samples in the stack's order."""

    start: Int64
    size: Int64
    wrong: NDArray[np.bool_]


def packing(right: ArrayLike, wrong: ArrayLike, capacity: int) -> Packing:
    """The finest packing at which every stack, of `right` and `wrong` (C,) samples, has room for its glyphs.

    Right samples are the first to share a glyph: no wrong one is ever hidden among them.
    """
    r, w = np.asarray(right, dtype=np.int64), np.asarray(wrong, dtype=np.int64)
    room = max(capacity, 2)
    if not r.size or int((r + w).max()) <= room:
        return Packing(1, 1)
    most = int(w.max())
    per_wrong = 1 if most <= room * FOR_WRONG else _rounded(-(-most // max(int(room * FOR_WRONG), 1)))
    left = np.maximum(room - -(-w // per_wrong), 1)
    return Packing(_rounded(int((-(-r // left)).max())), per_wrong)


def _rounded(n: int) -> int:
    """The least round number that is not below `n`."""
    power = 1
    while True:
        for digit in ROUND:
            if digit * power >= n:
                return digit * power
        power *= 10


def glyphs(wrong: ArrayLike, packed: Packing) -> Glyphs:
    """The glyphs of a stack whose samples, surest first, are wrong where `wrong` (s,) says so."""
    flags = np.asarray(wrong, dtype=np.bool_)
    ends = [_bins(np.flatnonzero(kind), per) for kind, per in ((~flags, packed.right), (flags, packed.wrong))]
    start = np.concatenate([each[0] for each in ends])
    count = np.concatenate([each[1] for each in ends])
    kind = np.repeat([False, True], [len(each[0]) for each in ends])
    order = np.argsort(start, kind="stable")
    return Glyphs(start[order], count[order], kind[order])


def _bins(places: Int64, per: int) -> tuple[Int64, Int64]:
    """The first of each `per` places, and how many it stands for."""
    first = places[::per]
    count = np.full(len(first), per, dtype=np.int64)
    if len(first):
        count[-1] = len(places) - per * (len(first) - 1)
    return first, count


def owners(wrong: ArrayLike, packed: Packing) -> Int64:
    """(s,) the number of the glyph that stands for each sample of a stack."""
    flags = np.asarray(wrong, dtype=np.bool_)
    first = np.empty(len(flags), dtype=np.int64)
    for kind, per in ((~flags, packed.right), (flags, packed.wrong)):
        places = np.flatnonzero(kind)
        first[places] = places[np.arange(len(places)) // per * per]
    return np.searchsorted(glyphs(flags, packed).start, first).astype(np.int64)


def leading_labels(labels: ArrayLike, owner: Int64, found: Glyphs) -> Int64:
    """(g,) the most frequent of the `labels` (s,) of each glyph's samples; of equals the surest one's."""
    label = np.asarray(labels, dtype=np.int64)
    out = label[found.start]
    for at in np.flatnonzero(found.wrong & (found.size > 1)).tolist():
        values, first, count = np.unique(label[owner == at], return_index=True, return_counts=True)
        out[at] = values[np.lexsort((first, -count))[0]]
    return out


def any_in(flags: ArrayLike, owner: Int64, found: Glyphs) -> NDArray[np.bool_]:
    """(g,) whether any sample of a glyph is one that `flags` (s,) says yes to."""
    flag = np.asarray(flags, dtype=np.bool_)
    return np.asarray(np.bincount(owner[flag], minlength=len(found.start)) > 0, dtype=np.bool_)
