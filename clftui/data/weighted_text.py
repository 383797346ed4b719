"""Explanations of documents: a JSON line each, `{"sample", "epoch", "target", "sentences": [{"weight", "words"}]}`.

Each word is `[text, weight]`; weights are 0..1 of an attention, or signed contributions. The file is indexed once, away
from the screen, by where each sample's lines begin; a document is then read alone.
"""

from __future__ import annotations

import json
import math
import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clftui.schema import FormatError
from clftui.storage import open_regular
from clftui.text import plural

Int64 = NDArray[np.int64]

MAX_LINE = 8_000_000
_CHUNK = 1 << 20
_LEAST_DOCUMENTS = 3


@dataclass(frozen=True)
class Word:
    text: str
    weight: float


@dataclass(frozen=True)
class Sentence:
    """`weight` is NaN where the file gives none."""

    words: tuple[Word, ...]
    weight: float


@dataclass(frozen=True, eq=False)
class Document:
    """One sample's explanation."""

    sample: int
    epoch: int
    """0 unknown."""
    target: int
    """The class explained; -1 unknown."""
    sentences: tuple[Sentence, ...]

    @property
    def words(self) -> Iterator[Word]:
        return (word for sentence in self.sentences for word in sentence.words)

    @property
    def signed(self) -> bool:
        """Whether words can speak against the class."""
        return any(word.weight < 0 for word in self.words)


@dataclass(frozen=True)
class Keyword:
    """A word that weighs in the documents of a class."""

    text: str
    weight: float
    """Its mean weight over the documents that hold it, each counted by the greatest."""
    documents: int


@dataclass(frozen=True, eq=False)
class TextIndex:
    """Where every line of a file begins, of which sample it is and which class it explains; all (n,)."""

    start: Int64
    length: Int64
    sample: Int64
    target: Int64
    broken: int
    """Lines that are no explanation."""
    signed: bool
    """Whether any word speaks against its class."""

    def rows_of(self, row: int) -> Int64:
        """The lines of the sample in `row` of the sample table."""
        return np.flatnonzero(self.sample == row).astype(np.int64)


class TextFile:
    """The documents of one method on one split."""

    def __init__(self, path: Path) -> None:
        self.path = str(path)
        os.close(open_regular(path))

    def index(self) -> TextIndex:
        """Read the whole file once, a line at a time. FormatError where no line of it is an explanation."""
        found: list[tuple[int, int, int, int]] = []
        broken, at, signed = 0, 0, False
        with os.fdopen(open_regular(self.path), "rb", buffering=_CHUNK) as file:
            while line := file.readline(MAX_LINE):
                if line.strip():
                    about = _parsed(line)
                    if about is None:
                        # A torn last line has no newline yet: its writer is at work.
                        broken += line.endswith(b"\n")
                    else:
                        found.append((at, len(line), int(about["sample"]), _whole(about.get("target"), -1)))
                        signed = signed or (b"-" in line and _document(about).signed)
                at += len(line)
        if broken and not found:
            remedy = 'write lines such as {"sample": 0, "target": 1, "sentences": [{"words": [["good", 0.8]]}]}'
            raise FormatError(self.path, "", f"holds {plural(broken, 'line')} and none is an explanation", remedy)
        table = np.asarray(found, dtype=np.int64).reshape(-1, 4)
        return TextIndex(table[:, 0], table[:, 1], table[:, 2], table[:, 3], broken, signed)

    def document(self, index: TextIndex, at: int) -> Document:
        """Line `at` of the index. FormatError where the file has changed since."""
        descriptor = open_regular(self.path)
        try:
            line = os.pread(descriptor, int(index.length[at]), int(index.start[at]))
        finally:
            os.close(descriptor)
        about = _parsed(line)
        if about is None or about["sample"] != index.sample[at]:
            raise FormatError(self.path, "", "was changed while it was read", "look again")
        return _document(about)

    def keywords(self, index: TextIndex, target: int, limit: int = 12) -> tuple[Keyword, ...]:
        """The words of the greatest mean weight in the documents that explain class `target`, from 3 documents on."""
        sums: dict[str, list[float]] = defaultdict(lambda: [0.0, 0])
        for at in np.flatnonzero(index.target == target).tolist():
            greatest: dict[str, float] = {}
            for word in self.document(index, at).words:
                name = word.text.casefold()
                greatest[name] = max(greatest.get(name, -math.inf), word.weight)
            for name, weight in greatest.items():
                sums[name][0] += weight
                sums[name][1] += 1
        known = [Keyword(name, total / n, int(n)) for name, (total, n) in sums.items() if n >= _LEAST_DOCUMENTS]
        return tuple(sorted(known, key=lambda each: (-each.weight, each.text))[:limit])


def _parsed(line: bytes) -> dict[str, Any] | None:
    """The line as an object with a sample number and sentences, or None."""
    try:
        about = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(about, dict) or _whole(about.get("sample"), -1) < 0:
        return None
    sentences = about.get("sentences")
    return about if isinstance(sentences, list) and all(isinstance(each, dict) for each in sentences) else None


def _whole(value: object, default: int) -> int:
    fits = isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**62
    return value if fits and isinstance(value, int) else default


def _document(about: dict[str, Any]) -> Document:
    sentences = tuple(
        Sentence(tuple(_words(each.get("words"))), _number(each.get("weight"))) for each in about["sentences"]
    )
    return Document(about["sample"], _whole(about.get("epoch"), 0), _whole(about.get("target"), -1), sentences)


def _words(value: object) -> Iterator[Word]:
    for pair in value if isinstance(value, list) else ():
        if isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str):
            weight = _number(pair[1])
            yield Word(pair[0], weight if math.isfinite(weight) else 0.0)


def _number(value: object) -> float:
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return math.nan
