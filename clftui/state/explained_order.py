"""In which order the table of explained samples shows, which rows a search leaves, and where the cursor is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from clftui.state.explained_numbers import How, computed
from clftui.state.explained_settings import OF_MAPS, Column, ExplainedSettings, Task
from clftui.state.explained_table import Rows, rows_of
from clftui.state.sample_ids import row_of
from clftui.state.sample_list import Nothing
from clftui.state.session import Session
from clftui.text import count, sanitise

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Shown:
    """The rows as they show."""

    rows: Rows
    order: Int64
    """(m,) rows from the top."""
    cursor: int
    """Index into `order`."""
    how: How
    column: Column
    """What they are sorted by."""
    falling: bool
    """Whether the greatest come first."""
    progress: tuple[int, int] | None = None
    """Rows whose number is known, and all, while the order waits for it."""

    @property
    def n(self) -> int:
        return int(self.order.size)

    @property
    def row(self) -> int:
        """The row under the cursor."""
        return int(self.order[self.cursor])

    @property
    def of_text(self) -> bool:
        """Whether the explanations are weighted words."""
        return any(each.held is not None and each.held.method.text is not None for each in self.rows.sources)

    @property
    def order_words(self) -> str:
        """`sorted by area`, or how far that has come."""
        if self.progress is not None:
            done, whole = self.progress
            return f"sorting by {self.column.value}: computed {count(done)} of {count(whole)}"
        return f"sorted by {self.column.value}"


def shown_rows(session: Session) -> Shown | Nothing:
    """The table of the session. FormatError where a file is broken or, in a draw, still being read."""
    rows = rows_of(session)
    if isinstance(rows, Nothing):
        return rows
    settings = session.features.explained
    how = How(session.explain.threshold, session.explain.measure)
    kept = _matching(rows, sanitise(settings.search).casefold().strip())
    if not kept.size:
        return Nothing(_none_words(session, rows))
    order, progress = _ordered(rows, kept, settings, how)
    return Shown(rows, order, _cursor(session, rows, order), how, settings.sort, _falls(settings, how), progress)


def _none_words(session: Session, rows: Rows) -> str:
    if session.features.explained.search:
        return f"No row holds “{sanitise(session.features.explained.search)}”; / and an empty line lists all."
    method, said = sanitise(rows.choice.method), sanitise(rows.subject)
    if rows.whole:
        return f"{method} explains none of {count(rows.whole)} samples: {said}; i lists others, x the next method."
    return f"No sample is left of {said}; F drops the last filter, i lists others."


def _ordered(rows: Rows, kept: Int64, settings: ExplainedSettings, how: How) -> tuple[Int64, tuple[int, int] | None]:
    keys, progress = None, None
    if settings.sort in OF_MAPS:
        found = computed(rows, settings.sort, how)
        if found.complete:
            keys = found.values[kept]
        else:
            progress = (found.done, rows.n)
    else:
        keys = _keys(rows, settings.sort)[kept]
    if keys is None:
        return kept, progress
    if _falls(settings, how):
        keys = -keys
    return kept[np.argsort(np.where(np.isnan(keys), np.inf, keys), kind="stable")], None


def _falls(settings: ExplainedSettings, how: How) -> bool:
    """Numbers begin with the greatest, names with a; of similarities the least comes first."""
    alike = settings.sort is Column.SIMILARITY and how.measure.alike == 1.0
    falling = settings.sort not in (Column.NAME, Column.TRUE, Column.PREDICTED) and not alike
    return falling != settings.turned


@lru_cache(maxsize=8)
def _keys(rows: Rows, column: Column) -> Float64:
    """(m,) what the rows are sorted by, ascending for names."""
    match column:
        case Column.ACCURACY:
            return np.asarray([each.accuracy for each in rows.sources])[rows.source]
        case Column.NAME:
            names = [name_of(rows, row) for row in range(rows.n)]
            place = {name: at for at, name in enumerate(sorted(set(names), key=_natural))}
            return np.asarray([place[name] for name in names], dtype=np.float64)
        case Column.CLASS_ACCURACY:
            return np.concatenate([_recall(rows, number) for number in range(rows.n)] or [np.zeros(0)])
        case Column.CONFIDENCE:
            return _gathered(rows, "confidence")
    labels = _gathered(rows, "true" if column is Column.TRUE else "predicted")
    classes = rows.sources[0].run.classes
    rank = np.argsort(np.argsort(np.asarray([sanitise(name).casefold() for name in classes])))
    known = (labels >= 0) & (labels < len(classes))
    return np.where(known, rank[np.where(known, labels, 0).astype(np.int64)], np.nan)


def _recall(rows: Rows, row: int) -> Float64:
    source = rows.source_of(row)
    label = int(source.evaluation.true[rows.position[row]])
    return source.recall[label : label + 1] if label >= 0 else np.full(1, np.nan)


def _gathered(rows: Rows, what: str) -> Float64:
    found = np.full(rows.n, np.nan)
    for number, source in enumerate(rows.sources):
        mine = rows.source == number
        if mine.any():
            at = rows.position[mine]
            held = source.evaluation.confidence(at) if what == "confidence" else getattr(source.evaluation, what)[at]
            found[mine] = held
    return found


def _natural(name: str) -> tuple[int, str]:
    return len(name) if name.isdigit() else 1 << 20, name


def name_of(rows: Rows, row: int) -> str:
    """What a row is called: the run where rows are runs, else the sample."""
    return rows.source_of(row).run.name if rows.task is Task.MODELS else rows.sample_id(row)


@lru_cache(maxsize=8)
def _matching(rows: Rows, text: str) -> Int64:
    """The rows whose name or classes hold `text`; where none does, its letters in this order."""
    if not text:
        return np.arange(rows.n, dtype=np.int64)
    found = _held_by(rows, lambda word: text in word)
    return found if found.size else _held_by(rows, lambda word: _scattered(text, word))


def _held_by(rows: Rows, test: Callable[[str], bool]) -> Int64:
    """The rows whose name or one of whose classes passes a test."""
    found = np.zeros(rows.n, dtype=np.bool_)
    for number, source in enumerate(rows.sources):
        mine = np.flatnonzero(rows.source == number)
        # The last is what a label of -1, no class, finds.
        classes = np.asarray([*(test(sanitise(name).casefold()) for name in source.evaluation.classes), False])
        at = rows.position[mine]
        found[mine] = classes[source.evaluation.true[at]] | classes[source.evaluation.predicted[at]]
    for row in np.flatnonzero(~found).tolist():
        found[row] = test(sanitise(name_of(rows, row)).casefold())
    return np.flatnonzero(found).astype(np.int64)


def _scattered(text: str, word: str) -> bool:
    letters = iter(word)
    return all(letter in letters for letter in text)


def _cursor(session: Session, rows: Rows, order: Int64) -> int:
    """The focused run's row, or the focused sample's; else the first."""
    if rows.task is Task.MODELS:
        focused = next((at for at, each in enumerate(rows.sources) if each.run is session.run), -1)
        here = np.flatnonzero(rows.source[order] == focused)
    else:
        source, name = rows.sources[0], session.selection.sample
        number = row_of(source.table, name) if name is not None else -1
        here = np.flatnonzero(source.evaluation.sample[rows.position[order]] == number)
    return int(here[0]) if here.size else 0
