"""Samples by name: ids of a table's rows and back, the same sample in another run, short tags for classes."""

from __future__ import annotations

from functools import lru_cache
from string import ascii_lowercase

import numpy as np

from clftui.data.evaluation import Evaluation
from clftui.data.run import Run
from clftui.data.samples import SampleTable, same_samples
from clftui.schema import FormatError
from clftui.text import sanitise, take, text_width

_REPEAT = "#row"


@lru_cache(maxsize=8)
def _first_rows(table: SampleTable) -> dict[str, int]:
    rows: dict[str, int] = {}
    for row, name in enumerate(table.ids.tolist()):
        rows.setdefault(name, row)
    return rows


def id_of(table: SampleTable | None, row: int) -> str:
    """The id of a row; its number where no table names it; an id that an earlier row has is told by its row."""
    if table is None or not 0 <= row < table.n:
        return str(row)
    name = str(table.ids[row])
    return name if not table.duplicate_ids or _first_rows(table)[name] == row else f"{name}{_REPEAT}{row}"


def row_of(table: SampleTable | None, name: str) -> int:
    """The row that `id_of` calls `name`; -1 for an id that no row has."""
    number = name.rpartition(_REPEAT)[2]
    row = int(number) if number.isascii() and number.isdigit() and len(number) < 16 else -1
    if table is None:
        return row
    known = _first_rows(table).get(name)
    # A number stands for a row only where the table has no id for it: "0007" is an id, and may be one it lacks.
    return known if known is not None else row if _REPEAT in name or row >= table.n else -1


def position_in(run: Run, evaluation: Evaluation, home: tuple[SampleTable | None, Evaluation], row: int) -> int | None:
    """Where another run's evaluation holds the sample that is row `row` of `home`'s table; None where it does not.

    Tables are compared by their ids. Two runs without tables mean the same samples where sample numbers and true
    labels agree throughout.
    """
    table, origin = home
    if evaluation is not origin:
        try:
            other = run.samples(evaluation.split)
        except FormatError:
            return None
        if table is None or other is None:
            if (table is None) != (other is None) or not _same_labels(origin, evaluation):
                return None
        elif not same_samples(table, other):
            name = id_of(table, row)
            known = 0 <= row < table.n and _REPEAT not in name
            row = _first_rows(other).get(name, -1) if known else -1
    return find_row(evaluation, row)


def find_row(evaluation: Evaluation, row: int, guess: int | None = None) -> int | None:
    """The position of sample `row`; `guess`, its position in another epoch, is nearly always right."""
    sample = evaluation.sample
    if guess is not None and guess < sample.size and sample[guess] == row:
        return guess
    at = np.flatnonzero(sample == row)
    return int(at[0]) if at.size else None


@lru_cache(maxsize=16)
def _same_labels(a: Evaluation, b: Evaluation) -> bool:
    return a.classes == b.classes and np.array_equal(a.sample, b.sample) and np.array_equal(a.true, b.true)


@lru_cache(maxsize=8)
def class_tags(classes: tuple[str, ...]) -> tuple[str, ...]:
    """A tag for each class: the whole name where names are that short, a letter each for up to 26, else two or three.

    Letters are lower case and unique: the first of the name that is still free.
    """
    names = [sanitise(name) for name in classes]
    if all(text_width(name) <= 2 for name in names):
        return tuple(names)
    if len(names) > 26:
        return tuple(take(name, 3) for name in names)
    tags: list[str] = []
    for name in names:
        letters = [char for char in name.casefold() if char.isascii() and char.isalpha()]
        tags.append(next(char for char in (*letters, *ascii_lowercase) if char not in tags))
    return tuple(tags)
