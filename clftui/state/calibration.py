"""Calibration of the runs that show: reliability, errors, classes, temperature and history, read behind the screen."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from clftui.analysis import calibration as of
from clftui.analysis.calibration import ClassGaps, Reliability
from clftui.analysis.temperature import fit_temperature, nll_at, tempered
from clftui.data.decided import score_blocks
from clftui.data.evaluation import Evaluation
from clftui.data.run import Run
from clftui.schema import FormatError
from clftui.state.calibration_settings import CalibrationSettings
from clftui.state.filters import Filter
from clftui.state.later import LATER, SLOW, weak
from clftui.state.session import Session, passed
from clftui.text import sanitise

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]

MANY_SCORES = 5_000_000
"""Scores from which on a pass over all of them must not keep smaller wishes waiting."""
FITTED_SCORES = 4_000_000
"""Scores that fitting a temperature looks at: a part of the samples where there are more."""
SEED = 0
CLASSWISE_BINS = 15


@dataclass(frozen=True, eq=False)
class Measures:
    """What confidence and answers alone tell of one run: no score of another class is needed."""

    n: int
    """Labelled samples with an answer and a score that pass the filters."""
    unknown: int
    """Those left out because their score is not known."""
    reliability: Reliability
    ece: float
    low: float
    high: float
    debiased: float
    mce: float
    nll: float
    brier_top: float
    accuracy: float
    confidence: float
    classes: ClassGaps

    @property
    def words(self) -> str:
        """Which way the run errs, in two words."""
        gap = self.confidence - self.accuracy
        return "overconfident" if gap > 0 else "underconfident" if gap < 0 else "even"


@dataclass(frozen=True, eq=False)
class Whole:
    """What needs the scores of all classes."""

    brier: float
    classwise: Float64
    """(K,) ECE of each class's own score; NaN without samples."""


@dataclass(frozen=True)
class Temperature:
    """A temperature fitted by NLL on one half of the samples, and what it does on the other."""

    value: float
    fitted_on: int
    tested_on: int
    nll_before: float
    nll_after: float
    ece_before: float
    ece_after: float


@dataclass(frozen=True, eq=False)
class Past:
    """ECE over the epochs of a run, NaN where it is not known (yet)."""

    epochs: tuple[int, ...]
    ece: Float64
    pending: bool


def rows_of(run: Run, evaluation: Evaluation, filters: tuple[Filter, ...]) -> Int64:
    """Positions of the labelled samples with an answer that pass the filters."""
    keep = (evaluation.true >= 0) & (evaluation.predicted >= 0)
    mask = passed(run, evaluation, filters)
    return np.flatnonzero(keep if mask is None else keep & mask)


def why_not(run: Run, evaluation: Evaluation | None) -> str:
    """Why calibration cannot be told; empty where it can."""
    if evaluation is None:
        return "This run has nothing on this split."
    if not evaluation.has_samples:
        return "A bare matrix has no scores to calibrate."
    if evaluation.score_kind == "none":
        return f"{sanitise(run.name)} logged no scores on {sanitise(evaluation.split)}: nothing says how sure it is."
    return ""


def measures(
    session: Session, run: Run, *, cls: int | None = None, wait: bool = False, evaluation: Evaluation | None = None
) -> Measures | None:
    """The measures of `run`, with `cls` of what it predicts as that class; None while they are being read.

    Of `evaluation`, or what the session shows of the run. It needs scores, see `why_not`.
    """
    shown = evaluation or session.evaluation(run)
    if why_not(run, shown) or shown is None:
        return None
    given, filters = session.calibration, session.bound_filters
    key = ("calibration", given.binning, given.bins, cls, filters, *weak(shown))
    return LATER.get(key, partial(_measured, run, shown, filters, given, cls), wait=wait)


def _measured(
    run: Run, evaluation: Evaluation, filters: tuple[Filter, ...], given: CalibrationSettings, cls: int | None
) -> Measures:
    rows = rows_of(run, evaluation, filters)
    if cls is not None:
        rows = rows[evaluation.predicted[rows] == cls]
    confidence, true_score = evaluation.confidence()[rows], evaluation.true_score()[rows]
    known = ~np.isnan(confidence)
    predicted = evaluation.predicted[rows][known].astype(np.int64)
    correct = evaluation.true[rows][known] == predicted
    confidence = confidence[known]
    edges = of.edges_of(confidence, given.bins, given.binning)
    found = of.reliability(confidence, correct, edges)
    low, high = of.ece_interval(confidence, correct, edges, seed=SEED)
    n = len(confidence)
    return Measures(
        n, int(np.count_nonzero(~known)), found, of.ece(found), low, high, of.ece_debiased(found), of.mce(found),
        of.nll(true_score[known]), of.brier_top(confidence, correct), float(correct.mean()) if n else math.nan,
        float(confidence.mean()) if n else math.nan,
        of.by_predicted(predicted, confidence, correct, edges, len(evaluation.classes)),
    )  # fmt: skip


def whole(session: Session, run: Run, *, wait: bool = False) -> Whole | None:
    """Brier score and classwise errors; None while they are being read. NaN without the scores of all classes."""
    evaluation = session.evaluation(run)
    if evaluation is None or evaluation.score_kind != "full":
        return Whole(math.nan, np.full(len(run.classes), np.nan))
    filters = session.bound_filters
    many = evaluation.n * len(evaluation.classes) > MANY_SCORES
    key = ("brier", filters, *weak(evaluation))
    return (SLOW if many else LATER).get(key, partial(_whole, run, evaluation, filters), wait=wait)


def _whole(run: Run, evaluation: Evaluation, filters: tuple[Filter, ...]) -> Whole:
    sums = of.ClassSums(len(evaluation.classes), np.linspace(0.0, 1.0, CLASSWISE_BINS + 1))
    total, n = 0.0, 0
    for at, scores in known_blocks(evaluation, rows_of(run, evaluation, filters)):
        true = evaluation.true[at]
        sums.add_scores(scores, true)
        total += float(of.brier_terms(scores, true).sum())
        n += len(at)
    return Whole(total / n if n else math.nan, sums.gaps().ece)


def known_blocks(evaluation: Evaluation, rows: Int64) -> Iterator[tuple[Int64, NDArray[np.float32]]]:
    """(positions, scores) block by block, without the rows whose scores are NaN."""
    for at, scores in score_blocks(evaluation, rows):
        known = ~np.isnan(scores).any(axis=1)
        yield (at, scores) if known.all() else (at[known], scores[known])


def temperature(session: Session, run: Run, *, wait: bool = False) -> Temperature | None:
    """The fitted temperature of `run` as it was logged; None while it is being fitted, or cannot be."""
    evaluation = session.evaluation(run)
    if evaluation is None or evaluation.score_kind != "full":
        return None
    real, filters, given = evaluation.real, session.bound_filters, session.calibration
    many = real.n * len(real.classes) > MANY_SCORES
    key = ("temperature", given.binning, given.bins, filters, *weak(real))
    return (SLOW if many else LATER).get(key, partial(_fitted, run, real, filters, given), wait=wait)


def _fitted(run: Run, real: Evaluation, filters: tuple[Filter, ...], given: CalibrationSettings) -> Temperature:
    rows = np.random.default_rng(SEED).permutation(rows_of(run, real, filters))
    half = min(len(rows) // 2, max(FITTED_SCORES // max(len(real.classes), 1), 1))
    fit, fit_true = _scores(real, np.sort(rows[:half]))
    test, true = _scores(real, np.sort(rows[len(rows) // 2 :][:half]))
    value = fit_temperature(fit, fit_true)
    if math.isnan(value):
        return Temperature(value, len(fit), len(test), value, value, value, value)
    before, after = (_top_ece(each, true, given) for each in (test, tempered(test, value)))
    return Temperature(value, len(fit), len(test), nll_at(test, true, 1.0), nll_at(test, true, value), before, after)


def _scores(evaluation: Evaluation, rows: Int64) -> tuple[NDArray[np.float32], Int64]:
    blocks = [*known_blocks(evaluation, rows)]
    if not blocks:
        return np.empty((0, len(evaluation.classes)), dtype=np.float32), np.empty(0, dtype=np.int64)
    at = np.concatenate([each for each, _ in blocks])
    return np.concatenate([scores for _, scores in blocks]), evaluation.true[at].astype(np.int64)


def _top_ece(scores: NDArray[np.float32], true: Int64, given: CalibrationSettings) -> float:
    if not len(scores):
        return math.nan
    confidence, correct = scores.max(axis=1), scores.argmax(axis=1) == true
    return of.ece(of.reliability(confidence, correct, of.edges_of(confidence, given.bins, given.binning)))


def past(session: Session, run: Run, *, wait: bool = False) -> Past:
    """The ECE of every epoch of `run` on the split, as logged; those not read yet are NaN."""
    split = session.selection.split
    epochs = run.epochs(split) if split is not None else ()
    values, pending = np.full(len(epochs), np.nan), False
    given, filters = session.calibration, session.bound_filters
    for at in reversed(range(len(epochs))):
        try:
            evaluation = run.evaluation(split or "", epochs[at])
            if evaluation is None or evaluation.score_kind == "none":
                continue
            key = ("ece", given.binning, given.bins, filters, *weak(evaluation))
            found = LATER.get(key, partial(_ece, run, evaluation, filters, given), wait=wait)
        except FormatError:  # A broken epoch is told where it shows.
            continue
        pending |= found is None
        values[at] = math.nan if found is None else found
    return Past(epochs, values, pending)


def _ece(run: Run, evaluation: Evaluation, filters: tuple[Filter, ...], given: CalibrationSettings) -> float:
    rows = rows_of(run, evaluation, filters)
    confidence = evaluation.confidence(rows)
    known = ~np.isnan(confidence)
    correct = (evaluation.true[rows] == evaluation.predicted[rows])[known]
    edges = of.edges_of(confidence[known], given.bins, given.binning)
    return of.ece(of.reliability(confidence[known], correct, edges))
