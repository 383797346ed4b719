"""How far the scores of the focused run can be trusted, and what thresholds on one class do, without a screen."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

from clftui.analysis.decisions import Outcome, Sweep
from clftui.data.run import Run
from clftui.report import Options
from clftui.report.render import Table, Value
from clftui.schema import FormatError
from clftui.state.calibration import Measures, Whole, measures, past, temperature, whole, why_not
from clftui.state.calibration_steps import ordered
from clftui.state.session import Session
from clftui.state.thresholds import one_class, shown_class, why_no_sweep
from clftui.text import plural, sanitise

COLUMNS = ("part", "n", "confidence", "accuracy", "low", "high", "gap", "ECE", "own ECE")


def data(session: Session, options: Options | None = None) -> dict[str, Any]:
    """`{"ece", "low", "high", "ece_debiased", "mce", "brier", "brier_top", "nll", "bins", "classes", "temperature",
    "runs", "thresholds"}` of the focused run; `{"why": sentence}` where it has no scores.

    Classes with the largest error first, `options.top` of them.
    """
    run = session.run
    problem = "there are no runs" if run is None else why_not(run, session.evaluation())
    if run is None or problem:
        return {"why": problem}
    own, known = _own(session)
    fitted = temperature(session, run, wait=True)
    return {
        **_overall(own, known),
        "n": own.n,
        "unknown": own.unknown,
        "binning": session.calibration.binning.value,
        "bins": _bins(own),
        "classes": _classes(session, own, known, options),
        "temperature": asdict(fitted) if fitted is not None else None,
        "runs": _runs(session),
        "thresholds": _thresholds(session),
    }


def _own(session: Session) -> tuple[Measures, Whole]:
    assert session.run is not None
    own = measures(session, session.run, wait=True)
    known = whole(session, session.run, wait=True)
    assert own is not None and known is not None
    return own, known


def _overall(own: Measures, known: Whole) -> dict[str, float]:
    return {
        "ece": own.ece, "low": own.low, "high": own.high, "ece_debiased": own.debiased, "mce": own.mce,
        "brier": known.brier, "brier_top": own.brier_top, "nll": own.nll, "confidence": own.confidence,
        "accuracy": own.accuracy,
    }  # fmt: skip


def _bins(own: Measures) -> list[dict[str, Any]]:
    found = own.reliability
    return [
        {
            "low": found.edges[at], "high": found.edges[at + 1], "n": found.n[at], "confidence": found.confidence[at],
            "accuracy": found.accuracy[at], "ci_low": found.low[at], "ci_high": found.high[at],
        }
        for at in range(len(found.n))
    ]  # fmt: skip


def _classes(session: Session, own: Measures, known: Whole, options: Options | None) -> list[dict[str, Any]]:
    top = options.top if options is not None else None
    gaps = own.classes
    return [
        {
            "class": session.classes[at], "n": gaps.n[at], "confidence": gaps.confidence[at],
            "accuracy": gaps.accuracy[at], "ece": gaps.ece[at], "ece_own": known.classwise[at],
        }
        for at in ordered(session, own, known)[:top].tolist()
    ]  # fmt: skip


def _runs(session: Session) -> list[dict[str, Any]]:
    """The runs A to D, with their errors over the epochs."""
    found: list[dict[str, Any]] = []
    for letter, run in session.lettered:
        named = {"run": run.name, "letter": letter}
        try:
            found.append({**named, **_run(session, run)})
        except FormatError as error:  # The focused run is whole: another's broken file takes nothing from it.
            found.append({**named, "why": str(error)})
    return found


def _run(session: Session, run: Run) -> dict[str, Any]:
    problem = why_not(run, session.evaluation(run))
    own, known = (None, None) if problem else (measures(session, run, wait=True), whole(session, run, wait=True))
    if own is None or known is None:
        return {"why": problem}
    history = past(session, run, wait=True)
    return {**_overall(own, known), "epochs": list(history.epochs), "ece_by_epoch": history.ece}


def _thresholds(session: Session) -> dict[str, Any] | None:
    """The class of the cell against the rest; None without the scores of all classes."""
    run, name = session.run, shown_class(session)
    if run is None or name is None or why_no_sweep(run, session.evaluation()):
        return None
    found = one_class(session, run, session.classes.index(name), wait=True)
    assert found is not None
    sweep, given = found.sweep, session.calibration
    stops = {"threshold": given.threshold, "cheapest": sweep.cheapest(given.miss), "best_f1": sweep.best_f1()}
    return {
        "class": name, "positives": sweep.positives, "negatives": sweep.negatives, "average_precision": sweep.ap,
        "roc_auc": sweep.auc, "miss_costs": given.miss, "now": _outcome(found.decided, math.nan, given.miss),
        **{kind: _outcome_at(sweep, at, given.miss) for kind, at in stops.items()},
    }  # fmt: skip


def _outcome_at(sweep: Sweep, at: float, miss: float) -> dict[str, Any] | None:
    return None if math.isnan(at) else _outcome(sweep.at(at), at, miss)


def _outcome(found: Outcome, at: float, miss: float) -> dict[str, Any]:
    return {
        "at": at, **asdict(found), "precision": found.precision, "recall": found.recall, "f1": found.f1,
        "cost": found.cost(miss),
    }  # fmt: skip


def table(session: Session, options: Options | None = None) -> Table:
    """All answers, then the bins that hold samples, then the classes by error; the rest in notes."""
    run = session.run
    problem = "There are no runs." if run is None else why_not(run, session.evaluation())
    if run is None or problem:
        return Table("Calibration", COLUMNS, (), (problem,))
    own, known = _own(session)
    found, top = own.reliability, options.top if options is not None else None
    rows: list[tuple[Value, ...]] = [
        ("all", own.n, own.confidence, own.accuracy, own.low, own.high, own.confidence - own.accuracy, own.ece, None)
    ]
    for at in (found.n > 0).nonzero()[0].tolist():
        name = f"confidence {found.edges[at]:.3f}-{found.edges[at + 1]:.3f}"
        numbers = (found.confidence, found.accuracy, found.low, found.high, found.gap)
        rows.append((name, int(found.n[at]), *(float(values[at]) for values in numbers), None, None))
    gaps = own.classes
    for at in ordered(session, own, known)[:top].tolist():
        sure, right = float(gaps.confidence[at]), float(gaps.accuracy[at])
        errors = (float(gaps.ece[at]), float(known.classwise[at]))
        rows.append(
            (f"predicted {session.classes[at]}", int(gaps.n[at]), sure, right, None, None, sure - right, *errors)
        )
    title = f"Calibration of {run.name}, {session.selection.split or 'no split'}"
    return Table(title, COLUMNS, tuple(rows), tuple(_notes(session, own, known)))


def _notes(session: Session, own: Measures, known: Whole) -> list[str]:
    run = session.run
    assert run is not None
    notes = [
        "low and high: 95 % interval, in the first row of the ECE (bootstrap), else of accuracy (Wilson); gap: "
        "confidence less accuracy; own ECE: of the class's own score on all samples.",
        f"ECE without what chance adds {_percent(own.debiased)}, largest gap of a bin {_percent(own.mce)}, "
        f"NLL {_number(own.nll)}, Brier score {_number(known.brier)} (0 to 2).",
    ]
    fitted = temperature(session, run, wait=True)
    if fitted is not None and not math.isnan(fitted.value):
        notes.append(
            f"Temperature {fitted.value:.3f}, fitted on {plural(fitted.fitted_on, 'sample')}; on "
            f"{fitted.tested_on} others NLL {fitted.nll_before:.4f} to {fitted.nll_after:.4f}, "
            f"ECE {_percent(fitted.ece_before)} to {_percent(fitted.ece_after)}."
        )
    for each in _runs(session):
        said = each.get("why") or f"ECE {_percent(each['ece'])}, NLL {_number(each['nll'])}"
        notes.append(f"{each['letter']} {sanitise(each['run'])}: {said}")
    cut = _thresholds(session)
    if cut is not None:
        at = cut["cheapest"]["at"]
        cheapest = f"cheapest from {at:.4g} on" if math.isfinite(at) else "cheapest never called"
        notes.append(
            f"{sanitise(cut['class'])} against the rest: average precision {_number(cut['average_precision'])}, "
            f"ROC AUC {_number(cut['roc_auc'])}; {cheapest}, where a miss costs {cut['miss_costs']:g} times a false "
            "alarm."
        )
    return notes


def _percent(value: float) -> str:
    return "–" if math.isnan(value) else f"{100 * value:.2f} %"


def _number(value: float) -> str:
    return "–" if math.isnan(value) else f"{value + 0.0:.4f}"  # -0.0 is 0
