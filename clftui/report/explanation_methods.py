"""Explanation methods over a whole split without a screen: which deserve trust, and what their maps are like."""

from __future__ import annotations

from typing import Any

from clftui.analysis.explanation_stats import Mean, Parted
from clftui.analysis.saliency import Measure
from clftui.report import Options
from clftui.report.render import Table, Value
from clftui.state.class_tree import label_of
from clftui.state.filters import FilterError
from clftui.state.methods_check import Check
from clftui.state.methods_model import Row, Summary
from clftui.state.methods_shown import Agreement, Shown, agreement, class_lines, pair_mean, shown
from clftui.state.methods_words import (
    CHECK_RULE,
    RULE,
    advice,
    between,
    command_for,
    drawn_words,
    name_of,
    sentences,
    short,
)
from clftui.state.sample_list import Nothing
from clftui.state.session import Session
from clftui.text import count, sanitise

COLUMNS = ("run", "method", "maps", "empty", "area", "right", "wrong", "difference", "auc", "low", "high", "p", "says",
           "entropy", "variation", "hit", "chance", "check")  # fmt: skip


def data(session: Session, options: Options) -> dict[str, Any]:
    """`{"task": "methods", "threshold", "methods": [...], "agreement": [...], ...}`, as the README here says.

    FilterError where no maps were saved.
    """
    found = _found(session)
    return {
        "task": "methods",
        "threshold": found.threshold,
        "methods": [_entry(session, row, options) for row in found.rows],
        "agreement": [entry for measure in Measure for entry in _pairs(agreement(found, measure), measure)],
        "advice": [{"run": run.name, "words": advice(found, run)} for run in _runs(found)],
        "rules": [RULE, CHECK_RULE],
    }


def _found(session: Session) -> Shown:
    found = shown(session)
    if isinstance(found, Nothing):
        raise FilterError(found.sentence)
    return found


def _runs(found: Shown) -> list[Any]:
    return list({row.run.key: row.run for row in found.rows}.values())


def _entry(session: Session, row: Row, options: Options) -> dict[str, Any]:
    head = {"run": row.run.name, "letter": row.letter, "method": row.name}
    if row.summary is None or row.maps is None:
        return {**head, "missing": row.trouble}
    found = row.summary
    return {
        **head,
        "maps": found.n,
        "of": row.maps.whole,
        "broken": found.broken,
        "empty": {**_mean(found.empty), "right": found.empty_right, "wrong": found.empty_wrong, "p": found.empty_p},
        "area": _mean(found.area),
        "entropy": {**_mean(found.entropy), "bits": found.entropy.value * found.bits},
        "variation": _mean(found.variation),
        "correctness": {
            **_parted(found.parted),
            "says": found.says.words,
            "classes": _classes(session, row, found, options.top),
        },
        "hit": {**_mean(found.hit), "chance": found.chance} if found.hit.n else None,
        "checks": [_check(each) for each in row.checks or ()],
        "trust": row.trust.words,
        "make": command_for(row) if not row.checks else None,
        "words": sentences(row),
    }


def _mean(found: Mean) -> dict[str, Any]:
    return {"value": found.value, "low": found.low, "high": found.high, "n": found.n}


def _parted(found: Parted) -> dict[str, Any]:
    return dict(found._asdict())


def _classes(session: Session, row: Row, found: Summary, top: int | None) -> list[dict[str, Any]]:
    return [_class(session, row, found, number) for number in class_lines(session, row)[:top].tolist()]


def _class(session: Session, row: Row, found: Summary, number: int) -> dict[str, Any]:
    name = row.run.classes[int(found.classes[number])]
    told = {"name": sanitise(label_of(session, name)), **_parted(found.by_class[number])}
    return {**told, "q": float(found.q[number]), "says": found.says_of(number).words}


def _check(found: Check) -> dict[str, Any]:
    return {
        "of": found.what,
        "says": found.trust.words,
        "kept": _mean(found.kept),
        "same": {name: _mean(each) for name, each in found.same.items()},
        "different_samples": {name: _mean(each) for name, each in found.other.items()},
        "n": found.n,
        "empty": found.empty,
    }


def _pairs(found: Agreement, measure: Measure) -> list[dict[str, Any]]:
    return [
        {
            "measure": measure.value,
            "alike": measure.alike,
            "first": [found.rows[j].run.name, found.rows[j].name],
            "second": [found.rows[i].run.name, found.rows[i].name],
            **_mean(pair_mean(found, i, j)),
            "different_samples": float(found.other[i, j]),
            "beyond_chance": bool(found.beyond[i, j]),
        }
        for i in range(len(found.rows))
        for j in range(i)
    ]


def table(session: Session, options: Options) -> Table:
    """A row a method and run; below them what it means in sentences, and who agrees with whom."""
    found = _found(session)
    rows = tuple(_row(row) for row in found.rows)
    title = f"Explanation methods, area ≥ {short(found.threshold)}"
    drawn = drawn_words(found.rows)
    return Table(f"{title}, {drawn}" if drawn else title, COLUMNS, rows, tuple(_notes(session, found, options)))


def _row(row: Row) -> tuple[Value, ...]:
    found = row.summary
    if found is None:
        return (row.run.name, row.name, None, *[None] * (len(COLUMNS) - 4), row.trouble)
    told = found.parted
    return (row.run.name, row.name, found.n, found.empty.value, found.area.value, told.right, told.wrong,
            told.difference, told.auc, told.auc_low, told.auc_high, told.p, found.says.words, found.entropy.value,
            found.variation.value, found.hit.value if found.hit.n else None, found.chance if found.hit.n else None,
            row.trust.words)  # fmt: skip


def _notes(session: Session, found: Shown, options: Options) -> list[str]:
    notes = [f"{sanitise(run.name)}: {advice(found, run)}" for run in _runs(found)]
    for row in found.rows:
        notes += [f"{name_of(row)}: {each}" for each in sentences(row)]
        notes += _class_notes(session, row, options)
    told = agreement(found)
    notes += [
        f"{name_of(told.rows[j])} and {name_of(told.rows[i])}: {found.measure.value} {short(told.same[i, j], 3)} "
        f"±{short(told.arms[i, j], 3)}, different samples {short(told.other[i, j], 3)} (n {count(int(told.n[i, j]))})."
        + _beyond(told, i, j, found.measure)
        for i in range(len(told.rows))
        for j in range(i)
    ]
    return [*notes, f"{found.measure.value}: {found.measure.words}.", RULE, CHECK_RULE]


def _beyond(told: Agreement, i: int, j: int, measure: Measure) -> str:
    if not told.beyond[i, j]:
        return " No more alike than chance."
    nearer = abs(told.same[i, j] - measure.alike) < abs(told.other[i, j] - measure.alike)
    return "" if nearer else " Less alike than different samples."


def _class_notes(session: Session, row: Row, options: Options) -> list[str]:
    if row.summary is None or row.maps is None:
        return []
    return [
        f"  {told['name']}: {told['says']}, AUC {short(told['auc'])} ({between(told['auc_low'], told['auc_high'])}), "
        f"{count(told['n_right'])} right, {count(told['n_wrong'])} wrong"
        for told in _classes(session, row, row.summary, options.top or 10)
    ]
