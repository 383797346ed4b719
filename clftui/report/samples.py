"""The samples of a selection without a screen: what tab 7 lists, in its order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from clftui.report import Options
from clftui.report.render import Table
from clftui.state.sample_answers import Answer, answers_at
from clftui.state.sample_list import Nothing, SampleList, read_listing
from clftui.state.sample_order import sort_words
from clftui.state.sample_title import title_words
from clftui.state.session import Session

_CHUNK = 4096
_COLUMNS = ("id", "true", "predicted", "confidence", "true_score", "path")


def data(session: Session, options: Options) -> dict[str, Any]:
    """`{"samples": [{"id", "true", "predicted", "confidence", "true_score", "path"}]}`; unknown is None."""
    shown = _shown(session)
    if isinstance(shown, Nothing):
        return {"samples": []}
    return {
        "samples": [
            {
                "id": shown.sample_id(index),
                "true": answer.true,
                "predicted": answer.predicted,
                "confidence": answer.confidence,
                "true_score": answer.true_score,
                "path": _path(shown, index),
            }
            for index, answer in _answers(shown, options)
        ]
    }


def table(session: Session, options: Options) -> Table:
    """A row a sample; documents get a column of their own."""
    shown = _shown(session)
    if isinstance(shown, Nothing):
        return Table("No samples", _COLUMNS, (), (shown.sentence,))
    texts = shown.table.text if shown.table is not None else None
    rows: list[tuple[str | float | None, ...]] = []
    for index, answer in _answers(shown, options):
        row = (shown.sample_id(index), answer.true, answer.predicted, answer.confidence, answer.true_score)
        rows.append((*row, _path(shown, index), *([_text(shown, index)] if texts is not None else [])))
    number, rest = title_words(shown)
    note = (
        f"{sort_words(shown.sort)}, {len(rows)} of {number} listed" if len(rows) < shown.n else sort_words(shown.sort)
    )
    columns = (*_COLUMNS, "text") if texts is not None else _COLUMNS
    return Table(f"{number} {rest}", columns, tuple(rows), (note, *_odd(shown)))


def _odd(shown: SampleList) -> tuple[str, ...]:
    """What is odd about the samples and their table. Reads all scores once, to count those that are undefined."""
    _ = shown.evaluation.nan_rows
    return (*shown.evaluation.notes, *(shown.table.notes if shown.table is not None else ()))


def _shown(session: Session) -> SampleList | Nothing:
    # A broken file is an error here, not a sentence.
    return read_listing(session)


def _answers(shown: SampleList, options: Options) -> Iterator[tuple[int, Answer]]:
    """Index and answer of the samples to list, read a few thousand at a time."""
    stop = shown.n if options.top is None else min(options.top, shown.n)
    for start in range(0, stop, _CHUNK):
        part = shown.positions[start : min(start + _CHUNK, stop)]
        yield from enumerate(answers_at(shown.evaluation, part), start)


def _path(shown: SampleList, index: int) -> str | None:
    path = shown.table.path_of(shown.row(index)) if shown.table is not None else None
    return str(path) if path is not None else None


def _text(shown: SampleList, index: int) -> str:
    texts, row = shown.table.text if shown.table is not None else None, shown.row(index)
    return str(texts[row]) if texts is not None and row < texts.size else ""
