"""What the table of explained samples says of the rows on the screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clftui.data.samples import SampleTable
from clftui.data.weighted_text import Word
from clftui.schema import FormatError
from clftui.state.class_tree import labels_of
from clftui.state.explained_numbers import area, colours_of, likeness_of, weightiest
from clftui.state.explained_order import Shown, name_of
from clftui.state.explained_settings import Task
from clftui.state.explained_table import Rows
from clftui.state.explanations import Explained
from clftui.state.later import weak
from clftui.state.sample_answers import Answer, RunAnswer, answers_at, in_words
from clftui.state.sample_detail_colours import Colours
from clftui.state.sample_ids import position_in
from clftui.state.session import Session
from clftui.text import sanitise

NAN = float("nan")


@dataclass(frozen=True, eq=False)
class Fact:
    """One row. Numbers that are not defined are NaN, those still being computed None."""

    name: str
    letter: str | None
    """Of the run, where rows are runs."""
    answer: Answer
    accuracy: float
    class_accuracy: float
    """Of the true class."""
    table: SampleTable | None
    row: int
    """The sample table's row, for its picture."""
    values: NDArray[np.float32] | None
    """(h, w) the map; None where there is none, or it is zero throughout."""
    area: float
    likeness: float | None
    colours: Colours | None
    words: tuple[Word, ...]
    missing: str
    """Why there is nothing to draw: `empty` of a map that is zero throughout."""

    @property
    def is_empty(self) -> bool:
        """Whether there is a map, and it is zero throughout."""
        return self.missing == EMPTY


EMPTY = "empty"


def facts_of(session: Session, shown: Shown, rows: Sequence[int], *, colours: bool = True) -> list[Fact]:
    """What is said of `rows`; with `colours` their histograms, as far as they are known."""
    labels = labels_of(session)
    return [_fact(shown, row, answer, colours) for row, answer in zip(rows, _answers(shown, rows), strict=True)
            for answer in (in_words(answer, labels),)]  # fmt: skip


def _answers(shown: Shown, rows: Sequence[int]) -> list[Answer]:
    found: dict[int, Answer] = {}
    for number, source in enumerate(shown.rows.sources):
        mine = [row for row in rows if shown.rows.source[row] == number]
        if mine:
            found.update(zip(mine, answers_at(source.evaluation, shown.rows.position[mine]), strict=True))
    return [found[row] for row in rows]


def _fact(shown: Shown, row: int, answer: Answer, colours: bool) -> Fact:
    rows = shown.rows
    source, position = rows.source_of(row), int(rows.position[row])
    label, number = int(source.evaluation.true[position]), int(source.evaluation.sample[position])
    values, words, missing = _explanation(shown, row)
    empty = values is not None and not values.any()
    return Fact(
        sanitise(name_of(rows, row)),
        source.letter if rows.task is Task.MODELS else None,
        answer,
        source.accuracy,
        float(source.recall[label]) if label >= 0 else NAN,
        source.table if source.table is not None and source.table.paths is not None else None,
        number,
        None if empty else values,
        area(values, shown.how.threshold) if values is not None else NAN,
        likeness_of(rows, row, shown.how) if len(rows.sources) > 1 and not shown.of_text else NAN,
        colours_of(rows, row, shown.how.threshold) if colours and values is not None and not empty else None,
        words,
        EMPTY if empty else missing,
    )


def _explanation(shown: Shown, row: int) -> tuple[NDArray[np.float32] | None, tuple[Word, ...], str]:
    """(map, words, why there is neither)"""
    source, position = shown.rows.source_of(row), int(shown.rows.position[row])
    if source.held is None:
        return None, (), source.trouble or f"no {sanitise(shown.rows.choice.method)}"
    try:
        if source.held.maps is not None:
            values = source.held.map_of(position)
            return values, (), "" if values is not None else "no map"
        words = weightiest(shown.rows, row)
    except FormatError as error:
        return None, (), error.brief
    return None, words, "" if words else "no words"


def maps_of_runs(rows: Rows, row: int) -> tuple[Explained, ...]:
    """The map of a row's sample that each run has, by letter, for `explanations.likeness`; none of the others."""
    home, position = rows.source_of(row), int(rows.position[row])
    here = (home.table, home.evaluation), int(home.evaluation.sample[position])
    found = []
    for source in rows.sources:
        at = position if source is home else position_in(source.run, source.evaluation, *here)
        held = source.held
        if at is None or held is None or held.maps is None or held.at[at] < 0:
            continue
        try:
            values = held.map_of(at)
        except FormatError:
            continue
        item = RunAnswer(source.letter, source.run, None, at, source.evaluation)
        key = (weak(held.maps), int(held.at[at]))
        found.append(Explained(item, rows.choice, values=values, key=key))
    return tuple(sorted(found, key=lambda each: each.item.letter or "~"))
