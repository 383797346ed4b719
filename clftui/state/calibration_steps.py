"""Steps of calibration and thresholds: the cursor, bins, the threshold, what a miss costs, and where they lead."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.binning import Binning
from clftui.schema import FormatError
from clftui.state.calibration import Measures, Whole, measures, whole
from clftui.state.calibration_settings import NUMBERS_OF_BINS, GapSort
from clftui.state.filter_values import Named, PredictedScore
from clftui.state.filters import Filter
from clftui.state.moves import cycle, drill_to_samples, say, select
from clftui.state.score_filter import ScoreOf
from clftui.state.scores_settings import ScoresVariant
from clftui.state.selection import Part, Scope
from clftui.state.session import Session
from clftui.state.thresholds import COSTS, LADDER, one_class, shown_class, step_ladder, why_no_sweep
from clftui.state.what_if import score_words
from clftui.state.what_if_steps import step_temperature
from clftui.text import sanitise

Int64 = NDArray[np.int64]


def settings(session: Session, **changes: object) -> Session:
    """`session` with parts of the settings of calibration replaced."""
    return replace(session, calibration=replace(session.calibration, **changes))  # type: ignore[arg-type]


def is_calibration(session: Session) -> bool:
    return session.scores.variant is ScoresVariant.CALIBRATION


def ordered(session: Session, own: Measures, known: Whole | None) -> Int64:
    """(K,) class indices in the order of the settings, those without a value last."""
    sort = session.calibration.sort
    if sort is GapSort.GIVEN:
        return np.arange(len(own.classes.n))
    values = own.classes.ece
    if sort is GapSort.CLASSWISE and known is not None:
        values = known.classwise
    if sort is GapSort.OVERCONFIDENT:
        values = own.classes.confidence - own.classes.accuracy
    return np.argsort(-np.nan_to_num(values, nan=-np.inf), kind="stable")


def _order(session: Session) -> tuple[str, ...]:
    """Class names as they are listed now; the given order while they are being read."""
    run = session.run
    if run is None or not is_calibration(session):
        return session.classes
    try:
        own = measures(session, run)
        return session.classes if own is None else tuple(
            session.classes[at] for at in ordered(session, own, whole(session, run)).tolist()
        )  # fmt: skip
    except FormatError:
        return session.classes


def move(session: Session, rows: int, columns: int) -> Session:
    """Another class by `rows`; by `columns` another bin, or another threshold."""
    if columns:
        session = _along_bins(session, columns) if is_calibration(session) else step_threshold(session, columns)
    names = _order(session)
    if not rows or not names:
        return session
    now = names.index(session.selection.predicted) if session.selection.predicted in names else 0
    return select(session, predicted=names[min(max(now + rows, 0), len(names) - 1)], sample=None)


def _along_bins(session: Session, by: int) -> Session:
    """The next bin that holds samples; the first step goes to the one with the largest share of the error."""
    own = _own(session)
    held = np.flatnonzero(own.reliability.n) if own is not None else np.empty(0, dtype=np.int64)
    if own is None or not len(held):
        return session
    now = session.calibration.bin
    if now is None:
        share = own.reliability.n * np.abs(np.nan_to_num(own.reliability.gap))
        return settings(session, bin=int(np.argmax(share)))
    further = held[held > now] if by > 0 else held[held < now][::-1]
    return settings(session, bin=int(further[min(abs(by), len(further)) - 1])) if len(further) else session


def _own(session: Session, wait: bool = False) -> Measures | None:
    run = session.run
    if run is None:
        return None
    return measures(session, run, cls=class_shown(session), wait=wait)


def class_shown(session: Session) -> int | None:
    """The class whose answers alone the diagram is of; None: of all."""
    name = shown_class(session)
    return session.classes.index(name) if session.calibration.of_class and name is not None else None


def drill(session: Session) -> Session:
    """The samples of the bin under the cursor; without one the wrong answers of the class; the false alarms."""
    if not is_calibration(session):
        return false_alarms(session)
    own, at = _own(session), session.calibration.bin
    name = shown_class(session)
    if own is None or at is None or at >= len(own.reliability.n):
        return drill_to_samples(session, Scope(predicted=name, part=Part.WRONG))
    edges = own.reliability.edges
    low = float(np.nextafter(np.float32(edges[at]), np.float32(1))) if at else 0.0
    high = float(edges[at + 1]) if at < len(edges) - 2 else 1.0
    scope = Scope(predicted=name if session.calibration.of_class else None, part=Part.ALL)
    return _filtered(drill_to_samples(session, scope), PredictedScore(low, high))


def _filtered(session: Session, *new: Filter) -> Session:
    kinds = {getattr(each, "kind", each) for each in new}
    kept = tuple(each for each in session.filters if getattr(each, "kind", each) not in kinds)
    return replace(session, filters=(*kept, *new))


def false_alarms(session: Session) -> Session:
    """Samples of other classes from the threshold on."""
    name = shown_class(session)
    if name is None:
        return session
    others = Named(f"not {sanitise(name)}", f"true != {name!r}")
    deeper = drill_to_samples(session, Scope(part=Part.ALL))
    return _filtered(deeper, ScoreOf(name, session.calibration.threshold, 1.0), others)


def misses(session: Session) -> Session:
    """Samples of the class below the threshold."""
    name = shown_class(session)
    if name is None:
        return session
    below = float(np.nextafter(np.float32(session.calibration.threshold), np.float32(0)))
    return _filtered(drill_to_samples(session, Scope(true=name, part=Part.ALL)), ScoreOf(name, 0.0, below))


def next_binning(session: Session) -> Session:
    """Bins of equal width, or with equally many samples."""
    binning = cycle(session.calibration.binning)
    words = "as wide as each other" if binning is Binning.WIDTH else "with equally many samples"
    return say(settings(session, binning=binning, bin=None), f"Bins {words}.")


def step_bins(session: Session, by: int) -> Session:
    """More bins, or fewer."""
    at = NUMBERS_OF_BINS.index(session.calibration.bins) if session.calibration.bins in NUMBERS_OF_BINS else 0
    bins = NUMBERS_OF_BINS[min(max(at + by, 0), len(NUMBERS_OF_BINS) - 1)]
    return say(settings(session, bins=bins, bin=None), f"{bins} bins.")


def next_sort(session: Session) -> Session:
    """The next order of the classes."""
    sort = cycle(session.calibration.sort)
    return say(settings(session, sort=sort), f"Classes sorted: {sort.value}.")


def toggle_class(session: Session) -> Session:
    """The diagram of the class under the cursor alone, or of all answers."""
    on = not session.calibration.of_class
    words = f"What is predicted as {sanitise(shown_class(session) or '')} alone." if on else "All answers."
    return say(settings(session, of_class=on, bin=None), words)


def step_threshold(session: Session, by: int) -> Session:
    """A higher threshold, or a lower one."""
    return settings(session, threshold=step_ladder(session.calibration.threshold, by, LADDER))


def step_cost(session: Session, by: int) -> Session:
    """A miss costs more, or less, than a false alarm."""
    miss = step_ladder(session.calibration.miss, by, COSTS)
    return say(settings(session, miss=miss), f"A miss costs {miss:g} × a false alarm.")


def step_amount(session: Session, by: int) -> Session:
    """What `(` and `)` change: the cost of a miss, or over the diagram the supposed temperature."""
    return step_temperature(session, by) if is_calibration(session) else step_cost(session, by)


def inside(session: Session) -> Session:
    """What `i` looks into: the class under the cursor alone, or of a threshold the misses."""
    return toggle_class(session) if is_calibration(session) else misses(session)


def next_threshold(session: Session) -> Session:
    """The threshold of least cost, then that of the best F1, then .5."""
    run, name = session.run, shown_class(session)
    if run is None or name is None:
        return session
    found = one_class(session, run, session.classes.index(name))
    if found is None:
        return say(session, why_no_sweep(run, session.evaluation()) or "Its scores are still being read.")
    now, miss = session.calibration.threshold, session.calibration.miss
    stops: dict[float, str] = {}
    for place, words in (
        (found.sweep.cheapest(miss), f"Cheapest where a miss costs {miss:g} × a false alarm"),
        (found.sweep.best_f1(), "Best F1"),
        (0.5, "Even odds"),
    ):
        if not math.isnan(place):
            # Where two are the same it is one stop: the next one has to be another.
            stops[place] = f"{stops[place]}, {words}" if place in stops else words
    places = [*stops]
    here = next((number for number, at in enumerate(places) if min(at, 1.0) == now), -1)
    at = places[(here + 1) % len(places)]
    words = stops[at]
    if math.isinf(at):
        return say(settings(session, threshold=1.0), f"{words}: never call anything {sanitise(name)}.")
    return say(settings(session, threshold=at), f"{words}: from {score_words(at)} on.")


def next_class(session: Session) -> Session:
    """The next class of the list."""
    return move(session, 1, 0)
