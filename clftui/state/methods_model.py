"""Explanation methods over a whole split, a row a method and run: do their maps deserve trust? No drawing."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.explanation_stats import Mean, Parted, mean_interval, parted
from clftui.analysis.intervals import wilson
from clftui.analysis.significance import ALPHA, benjamini_hochberg, two_proportion
from clftui.data.run import Run
from clftui.schema import FormatError
from clftui.state.explained_index import held, method_names
from clftui.state.explained_table import NO_EXPLANATIONS
from clftui.state.explanations import PREDICTED
from clftui.state.later import LATER, weak
from clftui.state.methods_check import Check, Trust, Verdict, checks_of, worst
from clftui.state.methods_numbers import Maps, Numbers, maps_of, numbers
from clftui.state.sample_answers import compared_runs
from clftui.state.sample_list import Nothing
from clftui.state.session import Session
from clftui.state.unready import NotYet, may_wait, note_missing
from clftui.text import sanitise

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]
LEAST = 5
"""Right and wrong samples that a class needs before its area is told against correctness."""
FEW_EMPTY = 0.05


class Says(Verdict):
    """What area says of correctness."""

    WITH = ("▲", "goes with correctness")
    AGAINST = ("▼", "the opposite")
    NO_SIGN = ("·", "no sign")
    TOO_FEW = ("–", "too few")


@dataclass(frozen=True, eq=False)
class Summary:
    """All numbers of one method of one run. Shares and means that are undefined are NaN."""

    n: int
    broken: int
    empty: Mean
    """Share of the maps, Wilson's interval."""
    empty_right: float
    """The share of empty maps among right samples, among wrong ones, and whether they differ."""
    empty_wrong: float
    empty_p: float
    area: Mean
    entropy: Mean
    bits: float
    """log2 of the cells: entropy times this is in bits."""
    variation: Mean
    parted: Parted
    """Area of right samples against wrong ones, without the empty maps."""
    says: Says
    classes: Int64
    """(c,) classes with LEAST right and wrong samples each."""
    by_class: tuple[Parted, ...]
    q: Float64
    """(c,) Benjamini and Hochberg over them."""
    hit: Mean
    """Share of maxima inside their box, Wilson's interval; n = 0 without boxes."""
    chance: float
    """What a random point would hit."""

    @property
    def hits_by_chance(self) -> bool:
        """Whether there are boxes, and maxima lie in them no more often than a random point would."""
        return bool(self.hit.n) and not self.hit.low > self.chance

    def says_of(self, number: int) -> Says:
        """What area says within class `classes[number]`."""
        return said(self.by_class[number], float(self.q[number]))


@dataclass(frozen=True, eq=False)
class Row:
    """One method of one run."""

    letter: str | None
    run: Run
    name: str
    """Sanitised."""
    maps: Maps | None
    summary: Summary | None
    """None while it is being computed, or where the maps cannot be read."""
    done: int = 0
    checks: tuple[Check, ...] | None = None
    """None while they are being computed."""
    trouble: str = ""

    @property
    def trust(self) -> Trust:
        """Of several checks the worst."""
        return worst(self.checks or ())

    @property
    def good(self) -> bool:
        """Whether the method meets the rule for recommending it."""
        found = self.summary
        return (found is not None and found.empty.value <= FEW_EMPTY and not found.hits_by_chance
                and self.trust is Trust.PASSED)  # fmt: skip


def rows_of(session: Session) -> tuple[Row, ...] | Nothing:
    """A row a method, of the focused run first, then of the others that are compared. FormatError: still being read."""
    split = session.selection.split
    if session.run is None or split is None:
        return Nothing("No runs are open. Start clftui with a folder of runs.")
    runs = sorted(compared_runs(session), key=lambda each: each[1] is not session.run)
    found = [_row(session, letter, run, name) for letter, run in runs for name in method_names(run, split)]
    rows = tuple(row for row in found if row is not None)
    if not rows:
        return Nothing(NO_EXPLANATIONS if not found else "Maps are compared here, and these runs have saved words "
                       "alone; v shows the next variant.")  # fmt: skip
    return rows


def _row(session: Session, letter: str | None, run: Run, name: str) -> Row | None:
    """None of weighted words."""
    said = sanitise(name)
    try:
        evaluation = session.evaluation(run)
        if evaluation is None or not evaluation.has_samples:
            return Row(letter, run, said, None, None, trouble="no samples on this split")
        explained = held(run, evaluation, name, session.explain.aim or PREDICTED)
        if explained is None or explained.maps is None:
            return None
        maps = maps_of(letter, run, evaluation, explained, session.bound_filters)
        counted = numbers(maps, session.explain.threshold)
    except NotYet:
        raise
    except FormatError as error:
        return Row(letter, run, said, None, None, trouble=error.brief)
    if not counted.complete:
        return Row(letter, run, said, maps, None, len(counted.of.empty))
    key = ("map summary", weak(maps), session.explain.threshold)
    summary = LATER.get(key, lambda: summarised(maps, counted), wait=may_wait())
    if summary is None:
        note_missing()
    try:
        return Row(letter, run, said, maps, summary, counted.done, checks_of(session, maps))
    except FormatError as error:
        return Row(letter, run, said, maps, summary, counted.done, (), error.brief)


def summarised(maps: Maps, counted: Numbers) -> Summary:
    """What the numbers of all maps come to."""
    evaluation, at, of = maps.evaluation, maps.positions, counted.of
    true = evaluation.true[at]
    labelled = true >= 0
    right = true == evaluation.predicted[at]
    n = len(at) - counted.broken
    blank = int(of.empty.sum())
    sides = [labelled & side for side in (right, ~right)]
    blank_of, whole_of = ([int(each.sum()) for each in parts] for parts in ([of.empty & side for side in sides], sides))
    empty_right, empty_wrong = (k / m if m else math.nan for k, m in zip(blank_of, whole_of, strict=True))
    whole = parted(of.area[labelled], right[labelled])
    classes, by_class = _by_class(true, right, of.area)
    shape = maps.held.maps.shape if maps.held.maps is not None else (0, 0)
    known = counted.hit[~np.isnan(counted.hit)]
    boxed = counted.chance[~np.isnan(counted.chance)]
    return Summary(
        n,
        counted.broken,
        _share(blank, n),
        empty_right,
        empty_wrong,
        float(two_proportion(blank_of[0], whole_of[0], blank_of[1], whole_of[1])),
        mean_interval(of.area),
        mean_interval(of.entropy),
        math.log2(max(shape[0] * shape[1], 1)),
        mean_interval(of.variation),
        whole,
        said(whole, whole.p),
        classes,
        by_class,
        benjamini_hochberg([each.p for each in by_class]),
        _share(float(known.sum()), len(known)),
        float(boxed.mean()) if boxed.size else math.nan,
    )


def _share(k: float, n: int) -> Mean:
    low, high = wilson(k, n)
    return Mean(k / n if n else math.nan, float(low), float(high), n)


def _by_class(true: NDArray[np.integer], right: NDArray[np.bool_], area: Float64) -> tuple[Int64, tuple[Parted, ...]]:
    """Of the classes that have enough right and wrong samples."""
    known = np.flatnonzero((true >= 0) & ~np.isnan(area))
    order = known[np.argsort(true[known], kind="stable")]
    names, starts = np.unique(true[order], return_index=True)
    found = [(int(name), parted(area[each], right[each]))
             for name, each in zip(names, np.split(order, starts)[1:], strict=True)]  # fmt: skip
    enough = [(name, each) for name, each in found if min(each.n_right, each.n_wrong) >= LEAST]
    return np.asarray([name for name, _ in enough], dtype=np.int64), tuple(each for _, each in enough)


def said(found: Parted, p: float) -> Says:
    """What an area says of correctness, in a word."""
    if min(found.n_right, found.n_wrong) < LEAST:
        return Says.TOO_FEW
    if not p < ALPHA:
        return Says.NO_SIGN
    return Says.WITH if found.auc > 0.5 else Says.AGAINST
