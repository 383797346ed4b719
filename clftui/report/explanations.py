"""Explanations of many samples without a screen: VAC-CNN's three tasks as a table."""

from __future__ import annotations

from typing import Any

from clftui.report import Options, explanation_methods
from clftui.report.render import Table, Value
from clftui.state.explained_facts import Fact, facts_of
from clftui.state.explained_order import Shown, shown_rows
from clftui.state.explained_settings import Task
from clftui.state.explained_words import rule_words, task_words
from clftui.state.features_settings import FeaturesVariant
from clftui.state.filters import FilterError
from clftui.state.sample_list import Nothing
from clftui.state.session import Session
from clftui.text import MINUS, count, sanitise

COLUMNS = ("run", "accuracy", "class accuracy", "confidence", "name", "true", "predicted")
OF_MAPS, OF_TEXT = ("area", "colours", "alike"), ("words",)


def data(session: Session, options: Options) -> dict[str, Any]:
    """`{"task", "of", "method", "aim", "threshold", "measure", "samples", "rows": [...]}`, as the README here says.

    FilterError where there is nothing to explain. Of methods over a whole split as `explanation_methods.data`.
    """
    if session.features.variant is FeaturesVariant.METHODS:
        return explanation_methods.data(session, options)
    shown = _shown(session)
    rows = shown.rows
    return {
        "task": rows.task.value,
        "of": rows.subject,
        "method": rows.choice.method,
        "aim": rows.choice.aim,
        "threshold": shown.how.threshold,
        "measure": shown.how.measure.value,
        "sorted_by": shown.column.value,
        "samples": rows.whole if rows.task is not Task.MODELS else 1,
        "rows": [_entry(shown, row, fact) for row, fact in _facts(session, shown, options)],
    }


def _shown(session: Session) -> Shown:
    found = shown_rows(session)
    if isinstance(found, Nothing):
        raise FilterError(found.sentence)
    return found


def _facts(session: Session, shown: Shown, options: Options) -> list[tuple[int, Fact]]:
    order = shown.order[: options.top].tolist()
    return list(zip(order, facts_of(session, shown, order), strict=True))


def _entry(shown: Shown, row: int, fact: Fact) -> dict[str, Any]:
    source = shown.rows.source_of(row)
    found = fact.colours
    own = found.own.tolist() if found is not None else None
    mean = found.mean.tolist() if found is not None and found.mean is not None else None
    return {
        "run": source.run.name,
        "letter": source.letter,
        "accuracy": fact.accuracy,
        "class_accuracy": fact.class_accuracy,
        "confidence": fact.answer.confidence,
        "id": shown.rows.sample_id(row),
        "true": fact.answer.true,
        "predicted": fact.answer.predicted,
        "area": fact.area,
        "empty": fact.is_empty,
        "colours": {"own": own, "class_mean": mean, "distance": found.distance} if found is not None else None,
        "similarity": fact.likeness,
        "words": [{"word": word.text, "weight": word.weight} for word in fact.words],
        "missing": (fact.missing or None) if not fact.is_empty else None,
    }


def table(session: Session, options: Options) -> Table:
    """A row a run, a class's sample or a sample; of texts the weightiest words in place of what only maps have."""
    if session.features.variant is FeaturesVariant.METHODS:
        return explanation_methods.table(session, options)
    shown = _shown(session)
    rows = tuple(_row(shown, row, fact) for row, fact in _facts(session, shown, options))
    columns = (*COLUMNS, *(OF_TEXT if shown.of_text else OF_MAPS), "note")
    title, about = task_words(session, shown)
    cut = (f"The first {count(len(rows))} of {count(shown.n)} rows.",) if len(rows) < shown.n else ()
    return Table(f"Explanations, {title}: {about}", columns, rows, (*cut, *_notes(session, shown)))


def _row(shown: Shown, row: int, fact: Fact) -> tuple[Value, ...]:
    source = shown.rows.source_of(row)
    distance = fact.colours.distance if fact.colours is not None else None
    note = "the map is empty: it explains nothing" if fact.is_empty else fact.missing
    explained: tuple[Value, ...] = (_words(fact),) if shown.of_text else (fact.area, distance, fact.likeness)
    return (source.run.name, fact.accuracy, fact.class_accuracy, fact.answer.confidence, shown.rows.sample_id(row),
            fact.answer.true, fact.answer.predicted, *explained, note)  # fmt: skip


def _words(fact: Fact) -> str:
    return ", ".join(
        f"{sanitise(each.text)} {MINUS if each.weight < 0 else ''}{abs(each.weight):.2f}" for each in fact.words
    )


def _notes(session: Session, shown: Shown) -> tuple[str, ...]:
    notes = [rule_words(session, shown) + "."]
    if not shown.of_text:
        notes += [
            "area: share of the image that reaches the threshold; colours: how far those inside are from the mean of "
            "the class, 0 alike, 1 black against white.",
            f"alike: {shown.how.measure.value} of the runs' maps, mean over pairs ({shown.how.measure.words}); of one "
            "image, of a run against the others.",
        ]
    return tuple(notes)
