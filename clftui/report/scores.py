"""The samples by predicted class and score without a screen: what the stacks of tab 6 show."""

from __future__ import annotations

from typing import Any

import numpy as np

from clftui.report import Options
from clftui.report.render import Table, Value
from clftui.state.class_keywords import keywords
from clftui.state.filters import FilterError
from clftui.state.sample_list import Nothing
from clftui.state.sample_past import Marks, marks
from clftui.state.scores_stacks import Stacks, stacks
from clftui.state.session import Session
from clftui.text import plural

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
LISTED = 3
"""Sure mistakes of each class that are named where nobody says how many."""
_COLUMNS = ("class", "n", "wrong", "wrong often", *(f"{share:.0%}" for share in QUANTILES))


def data(session: Session, options: Options) -> dict[str, Any]:
    """`{"scores": "full|top|predicted", "marked_over", "unanswered", "classes": [...]}`, a class a column.

    Quantiles are of the predicted class's score. FilterError where there are no scores.
    """
    shown, often = _found(session)
    words = keywords(shown.run, shown.evaluation, tuple(shown.order.tolist()))
    return {
        "scores": shown.evaluation.score_kind,
        "marked_over": often.n if often is not None else None,
        "unanswered": shown.unanswered,
        "classes": [_entry(shown, number, often, options, words) for number in range(shown.n)],
    }


def _found(session: Session) -> tuple[Stacks, Marks | None]:
    shown = stacks(session)
    if isinstance(shown, Nothing):
        raise FilterError(shown.sentence)
    return shown, marks(session, shown.run, shown.evaluation)


def _entry(
    shown: Stacks, number: int, often: Marks | None, options: Options, words: tuple[tuple[str, ...], ...]
) -> dict[str, Any]:
    part = shown.column(number)
    entry: dict[str, Any] = {
        "class": shown.name(number),
        "n": part.stop - part.start,
        "wrong": int(np.count_nonzero(shown.wrong[part])),
        "wrong_often": _often(shown, part, often),
        "quantiles": dict(zip(map(str, QUANTILES), _quantiles(shown, part), strict=True)),
        "samples": _mistakes(shown, part, LISTED if options.top is None else options.top),
    }
    return {**entry, "keywords": list(words[number])} if words else entry


def _often(shown: Stacks, part: slice, often: Marks | None) -> int | None:
    """Wrong samples that were wrong in more epochs than the mark; None where a run has one epoch."""
    if often is None or not often.wrong.size:
        return None
    return int(np.count_nonzero(shown.wrong[part] & (often.wrong[shown.positions[part]] > often.n)))


def _quantiles(shown: Stacks, part: slice) -> list[float]:
    known = shown.score[part]
    known = known[~np.isnan(known)].astype(np.float64)
    if not len(known):
        return [float("nan")] * len(QUANTILES)
    return [float(value) for value in np.quantile(known, QUANTILES)]


def _mistakes(shown: Stacks, part: slice, top: int) -> list[dict[str, Any]]:
    """The surest wrong samples of a column."""
    at = part.start + np.flatnonzero(shown.wrong[part])[:top]
    true_score = shown.evaluation.true_score(shown.positions[at])
    classes = shown.evaluation.classes
    return [
        {"id": shown.id_of(index), "true": classes[int(shown.true[index])], "score": float(shown.score[index]),
         "true_score": float(own)}
        for index, own in zip(at.tolist(), true_score.tolist(), strict=True)
    ]  # fmt: skip


def table(session: Session, options: Options) -> Table:
    """A row a predicted class."""
    shown, often = _found(session)
    rows: list[tuple[Value, ...]] = []
    for number in range(shown.n):
        part = shown.column(number)
        wrong = int(np.count_nonzero(shown.wrong[part]))
        counts = (part.stop - part.start, wrong, _often(shown, part, often))
        rows.append((shown.name(number), *counts, *_quantiles(shown, part)))
    notes = ["Percentages are quantiles of the predicted class's score."]
    if often is not None:
        notes.append(f"“wrong often” counts wrong samples that were {often.words}.")
    if shown.unanswered:
        notes.append(f"{plural(shown.unanswered, 'sample')} without an answer in no class.")
    return Table("Scores by predicted class", _COLUMNS, tuple(rows), tuple(notes))
