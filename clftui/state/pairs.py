"""The confused pairs of classes as a list: counts, rates, surprise, change and the way back, for screen and report.

Numbers of all pairs are computed at once, intervals for the pairs that show.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.confusion import Confusion
from clftui.analysis.intervals import wilson
from clftui.analysis.surprise import surprise
from clftui.schema import FormatError
from clftui.state.moves import cycle, drill_to_samples, say, select
from clftui.state.selection import Part, Scope
from clftui.state.session import Session, filtered_confusion
from clftui.state.settings import PairSort, Pane
from clftui.state.triage import Reason, pair_reasons
from clftui.text import count as count_words
from clftui.text import rate as rate_words
from clftui.text import sanitise

Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PairList:
    """m pairs in the order they show; every array has shape (m,)."""

    classes: tuple[str, ...]
    true: Int64
    predicted: Int64
    count: Int64
    support: Int64
    """Samples of the true class: the rate is count / support."""
    surprise: Float64
    """The Poisson deviance residual of the count against chance (quasi-independence): what surprises are sorted by."""
    times: Float64
    """How many times the count that chance would give."""
    change: Float64
    """Count less that of the epoch before; NaN without one."""
    back: Int64
    """Count of the same two classes the other way round."""
    sort: PairSort
    whole: int
    """Pairs there are, with those that the threshold or the text leaves out."""

    @property
    def n(self) -> int:
        return len(self.count)

    def index(self, true: int, predicted: int) -> int | None:
        """Where a pair of class indices stands; None where it is not listed."""
        found = np.flatnonzero((self.true == true) & (self.predicted == predicted))
        return int(found[0]) if found.size else None


@dataclass(frozen=True)
class PairRow:
    """One line of the list in words."""

    true: str
    predicted: str
    count: int
    support: int
    rate: str
    interval: str
    times: float
    change: float
    back: int
    reason: Reason | None
    few: bool
    """Whether the true class has too few samples to say much."""


Tagged = tuple[tuple[str, str], Reason]
"""A pair (true, predicted) and why it is confused."""

FEW = 10
"""Samples of a class under which its rates say little."""


def pair_list(session: Session) -> PairList | None:
    """The confused pairs of the focused run under filters and threshold; None without a run on the split.

    Raises FormatError where its file is broken.
    """
    run, confusion = session.run, session.confusion()
    if run is None or confusion is None:
        return None
    settings = session.matrix
    before, tagged = _before(session), frozenset[Tagged]()
    if settings.pair_sort is PairSort.REASON:
        tagged = frozenset(pair_reasons(session.catalog).items())
    return _listed(run.classes, confusion, before, settings.at_least, settings.pair_sort, settings.pair_text, tagged)


def _before(session: Session) -> Confusion | None:
    """The confusion of the epoch before the one that shows, under the same filters; None without one."""
    run, split = session.run, session.selection.split
    if run is None or split is None:
        return None
    now = session.epoch_of(run)
    earlier = [epoch for epoch in run.epochs(split) if now is not None and epoch < now]
    try:
        evaluation = run.evaluation(split, earlier[-1]) if earlier else None
        return filtered_confusion(run, evaluation, session.bound_filters) if evaluation is not None else None
    except FormatError:  # The epoch before is broken: nothing to compare with, and its own view says so.
        return None


@lru_cache(maxsize=8)
def _listed(
    classes: tuple[str, ...], c: Confusion, before: Confusion | None, at_least: int, sort: PairSort, text: str,
    tagged: frozenset[Tagged] = frozenset(),
) -> PairList:  # fmt: skip
    off = c.true != c.predicted
    whole = int(np.count_nonzero(off))
    kept = np.flatnonzero(off & (c.count >= at_least))
    if text:
        named = np.asarray([text.casefold() in sanitise(name).casefold() for name in classes], dtype=np.bool_)
        kept = kept[named[c.true[kept]] | named[c.predicted[kept]]]
    true, predicted = c.true[kept].astype(np.int64), c.predicted[kept].astype(np.int64)
    counts, support = c.count[kept], c.support[true]
    change = np.full(len(kept), np.nan)
    if before is not None:
        change = (counts - _counts_at(before, true, predicted)).astype(np.float64)
    odd = surprise(c)
    residual = odd.residual[kept]
    worth = _worth(sort, counts, support, residual, change)
    if sort is PairSort.REASON:
        worth = _tag_worth(classes, true, predicted, tagged)
    order = np.lexsort((predicted, true, -counts, -worth))
    return PairList(
        classes, true[order], predicted[order], counts[order], support[order], residual[order],
        odd.times[kept][order], change[order],
        _counts_at(c, predicted, true)[order], sort, whole,
    )  # fmt: skip


def _worth(sort: PairSort, counts: Int64, support: Int64, residual: Float64, change: Float64) -> Float64:
    """What the list is sorted by, largest first; the unknown comes last."""
    match sort:
        case PairSort.RATE:
            # The low end of the interval: one of one sample is no sure confusion.
            return wilson(counts, support)[0]
        case PairSort.SURPRISE:
            return residual
        case PairSort.CHANGE:
            return np.nan_to_num(change, nan=-np.inf)
        case _:
            return counts.astype(np.float64)


def _tag_worth(classes: tuple[str, ...], true: Int64, predicted: Int64, tagged: frozenset[Tagged]) -> Float64:
    """Tagged pairs first, reason by reason."""
    reasons = list(reversed(Reason))
    place = {pair: 1.0 + reasons.index(reason) for pair, reason in tagged}
    named = ((classes[t], classes[p]) for t, p in zip(true.tolist(), predicted.tolist(), strict=True))
    return np.asarray([place.get(pair, 0.0) for pair in named], dtype=np.float64)


def _counts_at(c: Confusion, true: Int64, predicted: Int64) -> Int64:
    """(m,) counts of the given cells, 0 where a cell does not occur."""
    if not len(c.count):
        return np.zeros(len(true), dtype=np.int64)
    codes = c.true.astype(np.int64) * c.n_classes + c.predicted
    wanted = true * c.n_classes + predicted
    at = np.minimum(np.searchsorted(codes, wanted), len(codes) - 1)
    return np.where(codes[at] == wanted, c.count[at], 0)


def rows(session: Session, shown: PairList, start: int, stop: int) -> list[PairRow]:
    """The pairs `start` to `stop` (excluded), with intervals and tags."""
    part = slice(start, min(stop, shown.n))
    k, n = shown.count[part], shown.support[part]
    low, high = wilson(k, n)
    tags: Mapping[tuple[str, str], Reason] = pair_reasons(session.catalog)
    out = []
    for i in range(len(k)):
        true, predicted = (shown.classes[int(each[part][i])] for each in (shown.true, shown.predicted))
        words, interval = rate_words(float(k[i] / n[i]), float(low[i]), float(high[i]))
        at = start + i
        out.append(
            PairRow(true, predicted, int(k[i]), int(n[i]), words, interval, float(shown.times[at]),
                    float(shown.change[at]), int(shown.back[at]), tags.get((true, predicted)), bool(n[i] < FEW))
        )  # fmt: skip
    return out


def cursor(session: Session, shown: PairList) -> int | None:
    """The line of the pair under the matrix's cursor; None where it is not listed (a right answer, say)."""
    if session.selection.true not in session.classes or session.selection.predicted not in session.classes:
        return None
    index = session.run.class_index if session.run is not None else {}
    return shown.index(index[session.selection.true or ""], index[session.selection.predicted or ""])


def at(session: Session, line: int) -> Session:
    """The cursor on the pair of a line, clamped."""
    shown = pair_list(session)
    if shown is None or not shown.n:
        return say(session, "No confused pair is listed.")
    line = max(0, min(line, shown.n - 1))
    true, predicted = shown.classes[int(shown.true[line])], shown.classes[int(shown.predicted[line])]
    return select(session, true=true, predicted=predicted)


def move(session: Session, lines: int) -> Session:
    """The cursor `lines` further down the list; from a pair that is not listed, to its beginning."""
    shown = pair_list(session)
    if shown is None or not shown.n:
        return session
    now = cursor(session, shown)
    return at(session, 0 if now is None else now + lines)


def next_sort(session: Session) -> Session:
    """The next order of the pairs, among those that there are numbers for."""
    shown = pair_list(session)
    if shown is None:
        return session
    known = {PairSort.COUNT, PairSort.RATE, PairSort.SURPRISE}
    if shown.n and not np.isnan(shown.change).all():
        known.add(PairSort.CHANGE)
    if pair_reasons(session.catalog):
        known.add(PairSort.REASON)
    sort = cycle(session.matrix.pair_sort, among=[each for each in PairSort if each in known])
    return say(replace(session, matrix=replace(session.matrix, pair_sort=sort)), f"Pairs {sort_words(sort)}.")


def sort_words(sort: PairSort) -> str:
    """`by rate, the low end of its interval`."""
    return {
        PairSort.COUNT: "by count, most frequent first",
        PairSort.RATE: "by rate of the true class, by the low end of its interval",
        PairSort.SURPRISE: "by surprise, how far the count is above what chance would give",
        PairSort.CHANGE: "by change since the epoch before, worse first",
        PairSort.REASON: "by reason, the tagged ones first",
    }[sort]


def title(shown: PairList) -> str:
    """`1,203 by count`, `12 of 1,203 by rate`."""
    number = count_words(shown.n)
    return f"{number if shown.n == shown.whole else f'{number} of {count_words(shown.whole)}'} by {shown.sort.value}"


def find(session: Session, text: str) -> Session:
    """Only pairs with `text` in a class name; all of them where it is empty."""
    changed = replace(session, matrix=replace(session.matrix, pair_text=text))
    shown = pair_list(changed)
    if shown is None or not text:
        return changed
    if not shown.n:
        return say(session, f"No confused pair has “{sanitise(text)}” in a class name.")
    return changed if cursor(changed, shown) is not None else at(changed, 0)


def next_pane(session: Session, wide: bool) -> Session:
    """The matrix, both, the pairs alone; on a narrow screen one of them alone."""
    ring = [Pane.GRID, Pane.BOTH, Pane.PAIRS] if wide else [Pane.GRID, Pane.PAIRS]
    pane = cycle(session.matrix.pane, among=ring)
    changed = replace(session, matrix=replace(session.matrix, pane=pane))
    if pane is Pane.PAIRS:
        shown = pair_list(changed)
        if shown is not None and shown.n and cursor(changed, shown) is None:
            changed = at(changed, 0)
    return changed


def drill(session: Session) -> Session:
    """The samples of the pair under the cursor."""
    evaluation, true, predicted = session.evaluation(), session.selection.true, session.selection.predicted
    if evaluation is not None and not evaluation.has_samples:
        return say(session, "This run is a bare matrix: it has counts, no samples to show.")
    shown = pair_list(session)
    if shown is None or cursor(session, shown) is None:
        return say(session, "The pair under the cursor is not listed; j and k go through those that are.")
    return drill_to_samples(session, Scope(true, predicted, Part.WRONG))
