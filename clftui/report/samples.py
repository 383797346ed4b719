"""The samples of a selection without a screen: what tab 7 lists, in its order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from clftui.report import Options, sample_detail
from clftui.report.render import Table
from clftui.state.sample_answers import Answer, answers_at
from clftui.state.sample_list import Nothing, SampleList, is_detail, read_listing
from clftui.state.sample_order import sort_words, value_of
from clftui.state.sample_settings import SampleSort
from clftui.state.sample_soft import soft_share
from clftui.state.sample_tags import TAGS, tag_codes
from clftui.state.sample_title import title_words
from clftui.state.session import Session
from clftui.text import count

_TOLD = frozenset({SampleSort.CONFIDENCE, SampleSort.TRUE_SCORE, SampleSort.ROW})
"""The orders whose numbers stand in a column anyway."""
_CHUNK = 4096
_COLUMNS = ("id", "true", "predicted", "confidence", "true_score", "path")


def data(session: Session, options: Options) -> dict[str, Any]:
    """`{"sort", "grouping", "groups", "samples": [{"id", "true", ...}]}`, or all about one sample; unknown is None."""
    if is_detail(session):
        return sample_detail.data(session)
    shown = _shown(session)
    if isinstance(shown, Nothing):
        return {"samples": []}
    groups = shown.groups
    return {
        "sort": shown.sort.name.lower(),
        "grouping": groups.grouping.name.lower() if groups is not None else None,
        "groups": [
            {"group": groups.keys[group], "samples": int(size), "representative": shown.sample_id(int(start))}
            for group, (size, start) in enumerate(zip(groups.sizes, groups.starts[:-1], strict=True))
        ]
        if groups is not None
        else [],
        "samples": [
            {
                "id": shown.sample_id(line.at),
                "true": line.answer.true,
                "predicted": line.answer.predicted,
                "confidence": line.answer.confidence,
                "true_score": line.answer.true_score,
                "path": _path(shown, line.at),
                "value": line.value,
                "loss": line.loss,
                "soft_true": line.soft_true,
                "tag": line.tag,
                "group": line.group,
            }
            for line in _lines(session, shown, options)
        ],
    }


def table(session: Session, options: Options) -> Table:
    """A row a sample; documents, groups and the order get columns of their own. Or all about one sample."""
    if is_detail(session):
        return sample_detail.table(session)
    shown = _shown(session)
    if isinstance(shown, Nothing):
        return Table("No samples", _COLUMNS, (), (shown.sentence,))
    texts = shown.table.text if shown.table is not None else None
    valued, grouped = shown.sort not in _TOLD, shown.groups is not None
    rows: list[tuple[str | float | None, ...]] = []
    for line in _lines(session, shown, options):
        answer = line.answer
        row = (shown.sample_id(line.at), answer.true, answer.predicted, answer.confidence, answer.true_score)
        extra: list[str | float | None] = [line.value] if valued else []
        extra += [line.group] if grouped else []
        text = [_text(shown, line.at)] if texts is not None else []
        rows.append((*row, *extra, _path(shown, line.at), *text))
    number, rest = title_words(shown)
    words = sort_words(shown.sort)
    notes = [f"{words}, {len(rows)} of {number} listed" if len(rows) < shown.n else words]
    if shown.sort is not session.samples.sort:
        notes.append(f"not sorted by {session.samples.sort.value}: {shown.run.name} has no numbers for it")
    more = (*([shown.sort.value] if valued else []), *(["group"] if grouped else []))
    columns = (*_COLUMNS[:-1], *more, _COLUMNS[-1], *(["text"] if texts is not None else []))
    return Table(f"{number} {rest}", columns, tuple(rows), (*notes, *_group_notes(shown), *_odd(shown)))


def _group_notes(shown: SampleList) -> tuple[str, ...]:
    """`by history: wrong in all 12 epochs 540, right before, lost again 515`"""
    groups = shown.groups
    if groups is None:
        return ()
    sizes = "; ".join(f"{name} {count(int(size))}" for name, size in zip(groups.names, groups.sizes, strict=True))
    return (f"by {groups.grouping.value}: {sizes}",)


def _odd(shown: SampleList) -> tuple[str, ...]:
    """What is odd about the samples and their table. Reads all scores once, to count those that are undefined."""
    _ = shown.evaluation.nan_rows
    return (*shown.evaluation.notes, *(shown.table.notes if shown.table is not None else ()))


def _shown(session: Session) -> SampleList | Nothing:
    # A broken file is an error here, not a sentence.
    return read_listing(session)


class _Line(NamedTuple):
    """All that is told of one sample; unknown is None or NaN."""

    at: int
    answer: Answer
    value: float
    loss: float
    soft_true: float
    tag: str | None
    group: str | None


def _lines(session: Session, shown: SampleList, options: Options) -> Iterator[_Line]:
    """The samples to list, read a few thousand at a time."""
    stop = shown.n if options.top is None else min(options.top, shown.n)
    evaluation, groups = shown.evaluation, shown.groups
    codes = tag_codes(session.catalog, evaluation, shown.table)
    for start in range(0, stop, _CHUNK):
        part = shown.positions[start : min(start + _CHUNK, stop)]
        unknown = np.full(part.size, np.nan)
        loss, soft = evaluation.loss(part), soft_share(shown.table, evaluation, evaluation.true, part)
        losses, shares = unknown if loss is None else loss, unknown if soft is None else soft
        for offset, answer in enumerate(answers_at(evaluation, part)):
            index, code = start + offset, int(codes[part[offset]])
            yield _Line(
                index,
                answer,
                value_of(shown.sort, float(shown.keys[index])),
                float(losses[offset]),
                float(shares[offset]),
                TAGS[code - 1].value if code else None,
                groups.keys[groups.of(index)] if groups is not None else None,
            )


def _path(shown: SampleList, index: int) -> str | None:
    path = shown.table.path_of(shown.row(index)) if shown.table is not None else None
    return str(path) if path is not None else None


def _text(shown: SampleList, index: int) -> str:
    texts, row = shown.table.text if shown.table is not None else None, shown.row(index)
    return str(texts[row]) if texts is not None and row < texts.size else ""
