"""The values in the cells and margins of a matrix, and those of an overview of it. No drawing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.confusion import Confusion
from clftui.analysis.distinct import distinct
from clftui.analysis.folding import Items
from clftui.analysis.intervals import metric_interval
from clftui.analysis.metrics import Metric, ratio
from clftui.state.matrix_difference import Arm
from clftui.state.matrix_model import Matrix
from clftui.state.settings import Pool, Share

Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]
Bool = NDArray[np.bool_]

_SAME = 1e-12
"""Shares that differ by less differ by rounding alone."""
FEW = 10
"""Shares of fewer samples than this say hardly anything."""


@dataclass(frozen=True, eq=False)
class Cells:
    """A window of cells, each array (rows, columns): counts, the value that shows, and which cells show at all."""

    count: Int64
    value: Float64
    """The count or the share that the settings ask for; NaN where the share is undefined."""
    shown: Bool
    """Neither 0 nor under the threshold; undefined shares show (as a dash). Of a difference: where it is not 0."""
    diagonal: Bool
    few: Bool
    """Whether the share of the true class (of the predicted one, where the settings ask) is of fewer than FEW."""


def cells(matrix: Matrix, rows: slice, columns: slice) -> Cells:
    """The cells at positions `rows` x `columns`. Costs the window, not n x n."""
    down, across = matrix.order[rows], matrix.order[columns]
    settings, c = matrix.settings, matrix.confusion
    counts, value = _window(c, settings.share, settings.transposed, down, across)
    shown = (counts >= max(settings.at_least, 1)) | np.isnan(value)
    by_column = settings.share is Share.COLUMN
    n = c.predicted_count if by_column else c.support
    few = n[across][None, :] < FEW if by_column != settings.transposed else n[down][:, None] < FEW
    if matrix.other is not None:
        value, shown = _less(matrix, matrix.other, down, across, value, shown)
    diagonal = down[:, None] == across[None, :]
    return Cells(counts, value, shown, diagonal, np.broadcast_to(few, counts.shape))


def _less(matrix: Matrix, other: Arm, down: Int64, across: Int64, value: Float64, shown: Bool) -> tuple[Float64, Bool]:
    """The values less those of the other arm, and where they differ in cells that either arm shows."""
    settings = matrix.settings
    counts, theirs = _window(other.confusion, settings.share, settings.transposed, down, across)
    theirs[~other.known[down]] = np.nan
    theirs[:, ~other.known[across]] = np.nan
    value = value - theirs
    shown = shown | (counts >= max(settings.at_least, 1))
    return value, (shown & (np.abs(value) > _SAME)) | np.isnan(value)


def _window(c: Confusion, share: Share, transposed: bool, down: Int64, across: Int64) -> tuple[Int64, Float64]:
    """Counts and values of items `down` x `across` of the screen."""
    counts = c.window(across, down).T if transposed else c.window(down, across)
    # "Row" and "column" speak of true and predicted classes, however the screen lies.
    if share is Share.COUNTS:
        return counts, counts.astype(np.float64)
    if share is Share.TOTAL:
        return counts, ratio(counts, c.total)
    whole = c.support if share is Share.ROW else c.predicted_count
    along = whole[down][:, None] if (share is Share.ROW) != transposed else whole[across][None, :]
    return counts, ratio(counts, along)


def whole_of(c: Confusion, share: Share, true: int, predicted: int) -> int:
    """What a cell's count is a share of: by default (counts too) the samples of its true class."""
    if share is Share.TOTAL:
        return c.total
    return int(c.predicted_count[predicted] if share is Share.COLUMN else c.support[true])


def peak(matrix: Matrix) -> float:
    """The largest value that takes part in the shades, of the whole matrix and not only of what is on the screen.

    0 where no cell takes part.
    """
    settings = matrix.settings
    if matrix.other is not None:
        changed = changes(matrix.confusion, matrix.other.confusion, settings.share)
        part = np.abs(changed.value[settings.diagonal | (changed.true != changed.predicted)])
        return float(part.max()) if len(part) else 0.0
    return _peak(matrix.confusion, settings.share, settings.diagonal)


@dataclass(frozen=True, eq=False)
class Changes:
    """The cells that are not 0 in either of two confusions: their larger count, and what one has less the other."""

    true: Int64
    predicted: Int64
    count: Int64
    value: Float64


@lru_cache(maxsize=8)
def changes(c: Confusion, other: Confusion, share: Share) -> Changes:
    """`c` less `other`, cell by cell; shares of nothing count as 0 here."""
    k = max(c.n_classes, 1)
    mine, theirs = (each.true.astype(np.int64) * k + each.predicted for each in (c, other))
    codes = distinct(np.concatenate([mine, theirs]))
    count, value = np.zeros(len(codes), dtype=np.int64), np.zeros(len(codes))
    for each, cells_of, sign in ((c, mine, 1), (other, theirs, -1)):
        at = np.searchsorted(codes, cells_of)
        count[at] = np.maximum(count[at], each.count)
        value[at] += sign * np.nan_to_num(values(each, share))
    value[np.abs(value) <= _SAME] = 0.0
    true, predicted = np.divmod(codes, k)
    return Changes(true, predicted, count, value)


def largest_change(c: Confusion, other: Confusion) -> float:
    """The largest change of any count, up or down, the diagonal included."""
    return float(np.abs(changes(c, other, Share.COUNTS).value).max(initial=0.0))


@lru_cache(maxsize=32)
def _peak(c: Confusion, share: Share, diagonal: bool) -> float:
    part = np.ones(len(c.count), dtype=np.bool_) if diagonal else c.true != c.predicted
    return float(values(c, share)[part].max()) if part.any() else 0.0


@lru_cache(maxsize=8)
def values(c: Confusion, share: Share) -> Float64:
    """(nnz,) count or share of each cell that is not 0."""
    if share is Share.ROW:
        return ratio(c.count, c.support[c.true])
    if share is Share.COLUMN:
        return ratio(c.count, c.predicted_count[c.predicted])
    if share is Share.TOTAL:
        return ratio(c.count, c.total)
    return c.count.astype(np.float64)


@lru_cache(maxsize=32)
def largest(c: Confusion) -> int:
    """The largest count of any cell, the diagonal included: what decides how wide a number gets."""
    return int(c.count.max()) if len(c.count) else 0


def margin(matrix: Matrix, metric: Metric, positions: slice) -> tuple[Float64, Float64, Float64]:
    """(value, low, high) of recall or precision with Wilson's interval at these positions; NaN undefined."""
    value, low, high, _ = metric_interval(matrix.confusion, metric, matrix.order[positions])
    return value, low, high


def items_a_pixel(n: int, pixels: int) -> int:
    """How many of `n` items one of at most `pixels` pixels stands for.

    The same for the `pixels` there are room for and for the fewer that are needed then.
    """
    return max(-(-n // max(pixels, 1)), 1)


@dataclass(frozen=True, eq=False)
class Overview:
    """A whole matrix as n x n pixels of `per` x `per` items each, as the screen lies."""

    per: int
    value: Float64
    """(n, n): the largest value of the pixel's cells or their sum; 0 where none shows. Signed for a difference."""
    peak: float
    """The largest of them all, without its sign."""
    rows: Float64
    """(n,) the right-hand margin's metric of each row of pixels, from the sums of its items; NaN undefined."""
    columns: Float64
    """(n,) the metric of the lower margin."""


def overview(matrix: Matrix, per: int) -> Overview:
    """`matrix` with `per` x `per` items a pixel. Mistakes alone, unless the settings shade the diagonal too.

    Cells under the threshold take no part. A pixel of several items sums shares by summing what they are shares of.
    """
    settings = matrix.settings
    how = (matrix.items, per, settings.share, settings.pool, max(settings.at_least, 1), settings.diagonal)
    found = _overview(matrix.confusion, *how)
    if matrix.other is not None:
        value = _changed(matrix.confusion, matrix.other.confusion, *how)
        found = Overview(per, value, float(np.abs(value).max(initial=0.0)), found.rows, found.columns)
    if not settings.transposed:
        return found
    return Overview(per, found.value.T, found.peak, found.columns, found.rows)


@lru_cache(maxsize=16)
def _overview(
    c: Confusion, items: Items, per: int, share: Share, pool: Pool, at_least: int, diagonal: bool
) -> Overview:
    place = items.item_of if items.is_unit else np.arange(items.n)
    n = -(-items.n // per)
    pixel = place // per
    kept = c.count >= at_least
    if not diagonal:
        kept &= c.true != c.predicted
    code = pixel[c.true[kept]] * n + pixel[c.predicted[kept]]
    support, predicted = (_per_pixel(counts, pixel, n) for counts in (c.support, c.predicted_count))
    if pool is Pool.MAX:
        out = np.zeros(n * n)
        np.maximum.at(out, code, values(c, share)[kept])
        value = out.reshape(n, n)
    else:
        sums = np.bincount(code, weights=c.count[kept], minlength=n * n).reshape(n, n)
        whole: dict[Share, Float64] = {
            Share.COUNTS: np.ones(1),
            Share.ROW: support[:, None],
            Share.COLUMN: predicted[None, :],
            Share.TOTAL: np.full(1, float(c.total)),
        }
        value = np.nan_to_num(ratio(sums, whole[share]))
    correct = _per_pixel(c.correct, pixel, n)
    top = float(value.max()) if value.size else 0.0
    return Overview(per, value, top, ratio(correct, support), ratio(correct, predicted))


@lru_cache(maxsize=8)
def _changed(
    c: Confusion, other: Confusion, items: Items, per: int, share: Share, pool: Pool, at_least: int, diagonal: bool
) -> Float64:
    """(n, n) differences: that of the sums of mistakes, or the one farthest from 0. Above 0 is for the worse."""
    if pool is Pool.SUM:
        mine, theirs = (_overview(each, items, per, share, pool, at_least, False) for each in (c, other))
        return mine.value - theirs.value
    changed = changes(c, other, share)
    place = items.item_of if items.is_unit else np.arange(items.n)
    n = -(-items.n // per)
    kept = (changed.count >= at_least) & (diagonal | (changed.true != changed.predicted))
    code = place[changed.true[kept]] // per * n + place[changed.predicted[kept]] // per
    worse = np.where(changed.true == changed.predicted, -changed.value, changed.value)[kept]
    up, down = np.zeros(n * n), np.zeros(n * n)
    np.maximum.at(up, code, worse)
    np.minimum.at(down, code, worse)
    return np.where(up >= -down, up, down).reshape(n, n)


def _per_pixel(counts: Int64, pixel: Int64, n: int) -> Float64:
    return np.bincount(pixel, weights=counts, minlength=n).astype(np.float64)
