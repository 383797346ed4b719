"""The columns of samples as lines: which have room, and what stands in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from clftui.state.class_tree import labels_of
from clftui.state.sample_answers import Answer, in_words
from clftui.state.sample_list import SampleList
from clftui.state.sample_order import is_counted, value_of
from clftui.state.sample_past import marks
from clftui.state.sample_settings import SampleSort
from clftui.state.sample_soft import has_soft, soft_words
from clftui.state.sample_tags import Tag
from clftui.state.session import Session
from clftui.text import MINUS, count, sanitise, short_score, text_width
from clftui.views import sample_badges
from clftui.views.sample_parts import answers_of, name_of

GAP = 2
RIGHT = frozenset({"score", "own", "by", "loss", "wrong"})
"""The columns of numbers."""

_TITLES = {"score": "score", "id": "id", "text": "text", "true": "true", "predicted": "predicted", "own": "true’s",
           "loss": "loss", "wrong": "ep. wrong", "tag": "tag", "soft": "soft label"}  # fmt: skip
_BY = {
    SampleSort.MARGIN: "margin", SampleSort.ENTROPY: "bits", SampleSort.SUSPICION: "quality",
    SampleSort.FORGOTTEN: "forgotten", SampleSort.DISAGREEMENT: "votes’ bits", SampleSort.RUNS_WRONG: "runs wrong",
    SampleSort.SOFT: "agreed",
}  # fmt: skip
"""The orders whose numbers no other column has, and what these are called."""
_LEAST_TEXT = 24
_TRIED = 64
_OPTIONAL = (("by", 40), ("own", 64), ("loss", 96), ("wrong", 96), ("tag", 120), ("soft", 110))
"""Columns that come with the width of the screen, the most useful first."""


@dataclass(frozen=True)
class Fact:
    """What one line says."""

    sample_id: str
    answer: Answer
    content: str
    """Its text, else its path."""
    is_path: bool
    key: float
    loss: float
    wrong: int | None
    """Epochs wrong; None while they are being read, and for a run of one."""
    marked: bool
    tag: Tag | None
    soft: str
    chosen: bool


def facts_of(session: Session, shown: SampleList, indices: tuple[int, ...]) -> list[Fact]:
    """What the lines of some samples of a list say, by their indices in it."""
    answers, losses, labels = answers_of(shown, indices), _losses(shown, indices), labels_of(session)
    past = marks(session, shown.run, shown.evaluation)
    tags = sample_badges.tags_at(session, shown, indices)
    chosen = sample_badges.chosen_at(session, shown, indices)
    soft = has_soft(shown.table, shown.evaluation)
    found = []
    for number, index in enumerate(indices):
        position, row = int(shown.positions[index]), shown.row(index)
        content, is_path = content_of(shown, row)
        wrong = int(past.wrong[position]) if past is not None and past.wrong.size else None
        marked = past is not None and past[position]
        words = soft_words(shown.table, shown.evaluation, row, labels) if soft else ""
        answer = in_words(answers[number], labels)
        found.append(Fact(shown.sample_id(index), answer, content, is_path, float(shown.keys[index]),
                          float(losses[number]), wrong, marked, tags[number], words, chosen[number]))  # fmt: skip
    return found


@lru_cache(maxsize=8)
def _losses(shown: SampleList, indices: tuple[int, ...]) -> NDArray[np.float32]:
    loss = shown.evaluation.loss(shown.positions[list(indices)])
    return loss if loss is not None else np.full(len(indices), np.nan, dtype=np.float32)


def documents(shown: SampleList) -> bool:
    """Whether the samples are texts."""
    return shown.table is not None and shown.table.text is not None


@lru_cache(maxsize=16)
def has_long_texts(shown: SampleList, width: int) -> bool:
    """Whether many of a list's texts need more than one line on a screen of this width; told from a few of them."""
    if not documents(shown) or not shown.n:
        return False
    some = np.linspace(0, shown.n - 1, min(shown.n, _TRIED)).astype(np.int64).tolist()
    lengths = [len(content_of(shown, shown.row(index))[0]) for index in some]
    return bool(np.median(lengths) > width // 3)


def content_of(shown: SampleList, row: int) -> tuple[str, bool]:
    """What a row of the table is in words, its text or its path, and whether it is a path."""
    table = shown.table
    if table is None or not 0 <= row < table.n:
        return "", False
    if table.text is not None:
        return str(table.text[row]), False
    return (str(table.paths[row]), True) if table.paths is not None else ("", False)


def columns_of(width: int, shown: SampleList, facts: Sequence[Fact]) -> dict[str, int]:
    """Name -> width in cells, from left to right.

    Classes get what their names need, up to a fifth of the width each; a text or path gets the rest: a text before
    the classes, as it is what is read first, a path after them. What has no room for it is left out.
    """
    limit = max(8, width // 5)
    true = max([8, *(text_width(sanitise(each.answer.true or "–")) for each in facts)])
    predicted = max([8, *(text_width(name_of(each.answer.predicted)) for each in facts)]) + 2
    name = max([2, *(text_width(sanitise(each.sample_id)) for each in facts)])
    first = {"score": 5, "id": min(name, max(4, width // 8))}
    classes = {"true": min(true, limit), "predicted": min(predicted, limit + 2)}
    has_content = shown.table is not None and (shown.table.text is not None or shown.table.paths is not None)
    least = _LEAST_TEXT if has_content else 0
    extra: dict[str, int] = {}
    for column, from_width in _OPTIONAL:
        needed = _width_of(column, shown, facts) if width >= from_width else 0
        if needed and (column == "own" or _room(width, first, classes, extra, {column: needed}) >= least):
            extra[column] = needed
    room = _room(width, first, classes, extra)
    if "by" in extra:
        first = {"score": 5, "by": extra.pop("by"), "id": first["id"]}
    if room < 10 or not has_content:
        return first | classes | extra
    return first | {"text": room} | classes | extra if documents(shown) else first | classes | extra | {"text": room}


def _room(width: int, *columns: dict[str, int]) -> int:
    """Cells that are left for one more column."""
    return width - 3 - sum(sum(each.values()) + GAP * len(each) for each in columns)


def _width_of(column: str, shown: SampleList, facts: Sequence[Fact]) -> int:
    """Cells of an optional column; 0 where it has nothing to say."""
    match column:
        case "own":
            return 6
        case "by":
            return max(len(_BY[shown.sort]), 5) if shown.sort in _BY else 0
        case "loss":
            return 6 if any(np.isfinite(each.loss) for each in facts) else 0
        case "wrong":
            return len(_TITLES["wrong"]) if any(each.wrong is not None for each in facts) else 0
        case "tag":
            return 13 if any(each.tag is not None for each in facts) else 0
        case _:
            return min(max([0, *(text_width(each.soft) for each in facts)]), 36)


def placed(columns: dict[str, int]) -> list[tuple[int, int, str]]:
    """(x, width, name) of each column."""
    found, x = [], 2
    for name, width in columns.items():
        found.append((x, width, name))
        x += width + GAP
    return found


def title_of(name: str, shown: SampleList) -> str:
    """What stands over a column."""
    if name == "text":
        return "text" if documents(shown) else "path"
    return _BY[shown.sort] if name == "by" else _TITLES[name]


def words_of(name: str, shown: SampleList, fact: Fact) -> str:
    """What stands in a column of numbers or words."""
    match name:
        case "score":
            return short_score(fact.answer.confidence, 3)
        case "own":
            return short_score(fact.answer.true_score, 3)
        case "by":
            return sort_value(shown.sort, fact.key)
        case "loss":
            return f"{fact.loss:.2f}" if np.isfinite(fact.loss) else "–"
        case "wrong":
            return count(fact.wrong) if fact.wrong is not None else "–"
        case "tag":
            return fact.tag.value if fact.tag is not None else ""
        case _:
            return fact.soft


def sort_value(sort: SampleSort, key: float) -> str:
    """The number that a sample is sorted by: `9`, `.43`, `−.98`."""
    value = value_of(sort, key)
    if not np.isfinite(value):
        return "–"
    if is_counted(sort):
        return count(int(value))
    if sort in (SampleSort.ENTROPY, SampleSort.DISAGREEMENT):
        return f"{value:.2f}"
    return f"{MINUS}{short_score(-value)}" if value < 0 else short_score(value)


def sort_label(sort: SampleSort) -> str:
    """What that number is called; empty for numbers that have a column of their own."""
    return _BY.get(sort, "")
