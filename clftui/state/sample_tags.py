"""The users' tags on samples: what each says, which samples have which, how far a list is triaged, how one is undone.

A sample is named by its split and its id; the journal keeps every tag there ever was, and the latest counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from clftui.data.catalog import Catalog
from clftui.data.evaluation import Evaluation
from clftui.data.samples import SampleTable
from clftui.state.journal import UNDOES, Entry, Journal, append, journal
from clftui.state.sample_ids import row_of

if TYPE_CHECKING:
    from clftui.state.sample_list import SampleList
    from clftui.state.session import Session

Codes = NDArray[np.int8]


class Tag(StrEnum):
    """A verdict on a sample."""

    MISLABELLED = "mislabelled"
    AMBIGUOUS = "ambiguous"
    BAD_IMAGE = "bad image"
    DUPLICATE = "duplicate"
    HARD = "hard"
    COLLECT = "collect more"

    @property
    def letter(self) -> str:
        """The key that gives it; unique."""
        return self.value[0]

    @property
    def meaning(self) -> str:
        return {
            "mislabelled": "the label is wrong; another class is proposed",
            "ambiguous": "several classes fit",
            "bad image": "broken, empty, or of something else",
            "duplicate": "it, or nearly it, is there already",
            "hard": "the label is right, and the model should get there",
            "collect more": "a kind of sample the training set has too few of",
        }[self.value]


TAGS = tuple(Tag)
BY_LETTER: Mapping[str, Tag] = {tag.letter: tag for tag in TAGS}
REMOVE = ("x", "-")
"""The letters that take a tag away."""
_CODE: Mapping[str, int] = {tag.value: code for code, tag in enumerate(TAGS, 1)}
WORDS = np.asarray(["", *(tag.value for tag in TAGS)], dtype=object)
"""What each code says: 0 is no tag."""


class Tagged(NamedTuple):
    """What a sample is tagged."""

    tag: Tag
    proposed: str | None
    """The class it should have had."""
    time: str
    by: str
    run: str
    """Whose answers one looked at."""


def tag_of(catalog: Catalog, split: str, name: str) -> Tagged | None:
    """The tag of a sample by its id; None without one."""
    return tagged_by(journal(catalog).samples.get(split, {}).get(name))


def tagged_by(entry: Entry | None) -> Tagged | None:
    """What a line of the journal tags a sample; None where it takes a tag away, and where there is no line."""
    if entry is None or entry.value is None or entry.value not in _CODE:
        return None
    return Tagged(Tag(entry.value), entry.proposed, entry.time, entry.by, entry.run)


def tags_of(catalog: Catalog, split: str) -> dict[str, Tagged]:
    """Every tagged sample of a split by its id, in the order in which they were first tagged."""
    entries = journal(catalog).samples.get(split, {})
    return {name: found for name, entry in entries.items() if (found := tagged_by(entry)) is not None}


def tagged_splits(catalog: Catalog) -> tuple[str, ...]:
    """The splits that have tagged samples."""
    return tuple(split for split in journal(catalog).samples if tags_of(catalog, split))


@dataclass(frozen=True)
class TagsNow:
    """The tags of a collection at one moment: what is told from equal ones is equal."""

    known: Journal
    version: int

    def column(self, evaluation: Evaluation, table: SampleTable | None) -> NDArray[np.object_]:
        """(n,) what each sample of an evaluation is tagged; empty text without a tag."""
        return np.asarray(WORDS[_codes(self.known, evaluation, table)], dtype=object)


def tags_now(catalog: Catalog) -> TagsNow:
    """The tags as they are."""
    known = journal(catalog)
    return TagsNow(known, known.version)


def tag_codes(catalog: Catalog, evaluation: Evaluation, table: SampleTable | None) -> Codes:
    """(n,) the code of each sample's tag, by position in the evaluation: 0 is none, i is `TAGS[i - 1]`."""
    return _codes(journal(catalog), evaluation, table)


class _Column(NamedTuple):
    """Codes by row of a table, and how much of the journal they know."""

    log: Sequence[str]
    known: int
    codes: Codes


def _codes(known: Journal, evaluation: Evaluation, table: SampleTable | None) -> Codes:
    split, rows = evaluation.split, evaluation.sample
    n = table.n if table is not None else int(rows.max(initial=-1)) + 1
    if split not in known.samples or not n:
        return np.zeros(rows.size, dtype=np.int8)
    codes = _by_row(known, split, table, n)
    inside = (rows >= 0) & (rows < n)
    return np.where(inside, codes[np.where(inside, rows, 0)], np.int8(0))


def _by_row(known: Journal, split: str, table: SampleTable | None, n: int) -> Codes:
    """(n,) codes by row. Only ids whose tags have changed since the last time are looked up."""
    kept: dict[str, Any] = known.numbered if table is None else known.columns.setdefault(table, {})
    log, entries = known.changed.get(split, []), known.samples[split]
    column: _Column | None = kept.get(split)
    if column is None or column.log is not log or column.codes.size != n:
        column = _Column(log, 0, np.zeros(n, dtype=np.int8))
    stop = len(log)
    if stop == column.known:
        return column.codes
    codes = column.codes.copy()
    for name in log[column.known : stop]:
        row = row_of(table, name)
        if 0 <= row < n:
            codes[row] = _CODE.get(entries[name].value or "", 0)
    kept[split] = _Column(log, stop, codes)
    return codes


class Progress(NamedTuple):
    """How far a list is triaged."""

    tagged: int
    left: int

    @property
    def words(self) -> str:
        """`tagged 14, left 96`"""
        return f"tagged {self.tagged:,}, left {self.left:,}"


def progress(session: Session, shown: SampleList) -> Progress:
    """How many samples of a list are tagged, and how many are not."""
    codes = tag_codes(session.catalog, shown.evaluation, shown.table)
    tagged = int(np.count_nonzero(codes[shown.positions]))
    return Progress(tagged, shown.n - tagged)


class Given(NamedTuple):
    """One sample that was tagged, and what it was before: what undoing needs."""

    split: str
    name: str
    tag: Tag | None
    proposed: str | None
    before: Tagged | None


@dataclass(frozen=True)
class Batch:
    """Tags that were given at once."""

    given: tuple[Given, ...]
    path: Path
    """The journal that holds them."""
    apart: bool
    """Whether that is not the one beside the runs."""

    @cached_property
    def first(self) -> Given:
        return self.given[0]


def give(catalog: Catalog, split: str, tags: Iterable[tuple[str, Tag | None, str | None]], run: str = "") -> Batch:
    """Append tags, (id, tag or None to take it away, proposed class), and wait until they are on the disk.

    OSError where no journal can be written. `run` is the run whose answers one looked at.
    """
    known = journal(catalog)
    entries = known.samples.get(split, {})
    given = tuple(Given(split, name, tag, proposed, tagged_by(entries.get(name))) for name, tag, proposed in tags)
    path = append(catalog, (_line(each, each.tag, each.proposed, run) for each in given))
    return Batch(given, path, path != known.beside)


def _line(each: Given, tag: Tag | None, proposed: str | None, run: str) -> dict[str, object]:
    return {"kind": "sample", "split": each.split, "id": each.name, "tag": tag, "class": proposed, "run": run}


def take_back(catalog: Catalog, batch: Batch) -> tuple[Batch, int]:
    """Append what the samples of a batch were before, but for those that somebody has tagged anew since.

    Returns what was appended, and how many samples were left alone.
    """
    now = journal(catalog).samples
    mine = [each for each in batch.given if _still(now.get(each.split, {}).get(each.name), each)]
    lines, given = [], []
    for each in mine:
        old = each.before
        tag, proposed, run = (old.tag, old.proposed, old.run) if old is not None else (None, None, "")
        lines.append({**_line(each, tag, proposed, run), UNDOES: now[each.split][each.name].time})
        given.append(Given(each.split, each.name, tag, proposed, tagged_by(now[each.split][each.name])))
    path = append(catalog, lines) if lines else batch.path
    return Batch(tuple(given), path, batch.apart), len(batch.given) - len(mine)


def _still(entry: Entry | None, each: Given) -> bool:
    return entry is not None and (entry.value, entry.proposed) == (each.tag, each.proposed)
