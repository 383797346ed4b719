"""A collection's journal, `triage.jsonl`: lines are only appended, read as they come, the latest about a thing counts.

Lines are JSON objects: `{"kind": "sample", "split", "id", "tag", "class", "time", "by", "run"}` tags a sample, and with
`"undoes"`, the time of the line before it about that sample, takes back what that one said; `{"kind": "pair", "true",
"predicted", "reason", "time", "by"}` tags a pair, `{"kind": "reviewed", "what", "time", "by"}` says that an entry of
the worklist has been looked at. A tag or reason of null takes one back.
"""

from __future__ import annotations

import itertools
import os
import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from clftui.bundled import bundled_folder
from clftui.data.catalog import Catalog
from clftui.data.samples import SampleTable
from clftui.schema import TRIAGE_FILE
from clftui.state.journal_file import JournalFile
from clftui.state.later import LATER
from clftui.state.unready import may_wait, note_missing
from clftui.storage import append_lines, dump_json, state_folder

UNDOES = "undoes"
"""The field of a line that takes something back: the time of the line before it about the same sample."""
AT_ONCE = 1_000_000
"""Bytes that a draw reads itself; more are read behind its back."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_versions = itertools.count(1)


class Entry(NamedTuple):
    """The latest line about one thing."""

    value: str | None
    """The tag or reason; None where it was taken back."""
    proposed: str | None
    """The class that a mislabelled sample should have."""
    at: int
    """Microseconds since 1970, UTC; 0 where the line does not tell."""
    by: str
    run: str

    @property
    def time(self) -> str:
        """ISO 8601, UTC, to the microsecond; empty where it is not known."""
        return iso(self.at) if self.at else ""


class Journal:
    """What the journals of one collection say: the one beside the runs and the one in the user's own folder."""

    def __init__(self, beside: Path, apart: Path) -> None:
        self.beside, self.apart = beside, apart
        self._files = (JournalFile(beside), JournalFile(apart))
        self._lock = threading.Lock()
        self._begin()

    def _begin(self) -> None:
        self.version = next(_versions)
        """Another number after every change, never one that any journal had before."""
        self.samples: dict[str, dict[str, Entry]] = {}
        """By split and id; entries without a value were taken back."""
        self.changed: dict[str, list[str]] = {}
        """By split, the ids in the order in which their tags changed: who remembers a place goes on from there."""
        self.pairs: dict[tuple[str, str], Entry] = {}
        self.reviewed: dict[str, Entry] = {}
        self.columns: WeakKeyDictionary[SampleTable, dict[str, Any]] = WeakKeyDictionary()
        """What others make of the samples, by sample table."""
        self.numbered: dict[str, Any] = {}
        """The same for splits without a table."""

    def look(self) -> Journal:
        """Read what has been appended since the last look: two stats where nothing was. Returns itself.

        In a draw a lot is read behind its back, and the draw comes again.
        """
        waiting = [file.waiting() for file in self._files]
        if not any(waiting):
            return self
        if not may_wait() and (sum(waiting) > AT_ONCE or self._lock.locked()):
            key = ("journal", self.beside, *(file.size for file in self._files))
            LATER.get(key, self._caught_up)
            note_missing()
            return self
        self._caught_up()
        return self

    def _caught_up(self) -> int:
        with self._lock:
            new = [file.read() for file in self._files]
            if any(lines is None for lines in new):
                # One was replaced: what it said before no longer counts.
                self._begin()
                for file in self._files:
                    file.rewind()
                new = [file.read() for file in self._files]
            lines = [line for part in new for line in part or ()]
            for line in lines:
                self._take(line)
            if lines:
                self.version = next(_versions)
        return self.version

    def _take(self, line: Mapping[str, Any]) -> None:
        kind, at = line.get("kind"), microseconds(line.get("time"))
        by, run = _text(line.get("by")) or "", _text(line.get("run")) or ""
        if kind == "sample":
            about = sample_entry(line)
            if about is None:
                return
            split, name, entry = about
            if _newest(self.samples.setdefault(split, {}), name, entry):
                self.changed.setdefault(split, []).append(name)
        elif kind == "pair":
            true, predicted, reason = (_text(line.get(key)) for key in ("true", "predicted", "reason"))
            if true is None or predicted is None or (reason is None and line.get("reason") is not None):
                return
            _newest(self.pairs, (true, predicted), Entry(reason, None, at, by, run))
        elif kind == "reviewed" and (what := _text(line.get("what"))) is not None:
            _newest(self.reviewed, what, Entry("", None, at, by, run))


def sample_entry(line: Mapping[str, Any]) -> tuple[str, str, Entry] | None:
    """(split, id, what is said) of a line about a sample; None for any other line."""
    split, name, tag = (_text(line.get(key)) for key in ("split", "id", "tag"))
    if line.get("kind") != "sample" or split is None or name is None or (tag is None and line.get("tag") is not None):
        return None
    by, run = _text(line.get("by")) or "", _text(line.get("run")) or ""
    return split, name, Entry(tag, _text(line.get("class")), microseconds(line.get("time")), by, run)


def _newest(known: dict[Any, Entry], key: Any, entry: Entry) -> bool:
    """Keep `entry` unless something later is known; of two at one instant the one that was written later."""
    old = known.get(key)
    if old is not None and old.at > entry.at:
        return False
    known[key] = entry
    return True


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def microseconds(value: object) -> int:
    """The instant an ISO time names, UTC where it names no zone; 0 for anything else."""
    if not isinstance(value, str):
        return 0
    try:
        time = datetime.fromisoformat(value)
        return ((time if time.tzinfo is not None else time.replace(tzinfo=UTC)) - _EPOCH) // _MICROSECOND
    except (ValueError, OverflowError):
        return 0


def iso(at: int) -> str:
    """Microseconds since 1970 as ISO 8601, UTC."""
    return (_EPOCH + timedelta(microseconds=at)).isoformat(timespec="microseconds")


def journals(catalog: Catalog) -> tuple[Path, Path]:
    """Where the tags of a collection lie: beside its runs, and where they go if that folder cannot be written."""
    return _places(catalog.root, state_folder())


@lru_cache(maxsize=16)
def _places(root: Path, state: Path) -> tuple[Path, Path]:
    import hashlib  # Loads OpenSSL, which the first frame does without.

    name = hashlib.blake2b(os.fsencode(root), digest_size=8).hexdigest()
    return root / TRIAGE_FILE, state / "triage" / f"{root.name or 'runs'}-{name}.jsonl"


def journal(catalog: Catalog) -> Journal:
    """What the collection's journals say now. One that cannot be read says nothing."""
    return _journal(*journals(catalog)).look()


@lru_cache(maxsize=8)
def _journal(beside: Path, apart: Path) -> Journal:
    return Journal(beside, apart)


def append(catalog: Catalog, entries: Iterable[Mapping[str, object]]) -> Path:
    """Append entries, each with the time and who wrote it, and wait until they are on the disk; the file they are in.

    Beside the runs where that folder can be written and is the user's own, else in the user's state folder; OSError
    where neither can.
    """
    known = journal(catalog)
    now = (datetime.now(UTC) - _EPOCH) // _MICROSECOND
    lines = [dump_json({**entry, "time": iso(max(now, _last(known, entry) + 1)), "by": author()}) for entry in entries]
    return append_as_they_are(catalog, lines)


def append_as_they_are(catalog: Catalog, lines: list[bytes]) -> Path:
    """Append whole lines; the file they are in. OSError as `append`."""
    known = journal(catalog)
    path = _written(known, lines, beside=not _is_bundled(catalog.root))
    known.look()
    return path


def _written(known: Journal, lines: list[bytes], *, beside: bool) -> Path:
    if beside:
        with suppress(OSError):
            append_lines(known.beside, lines, sync=True)
            return known.beside
    known.apart.parent.mkdir(parents=True, exist_ok=True)
    append_lines(known.apart, lines, sync=True)
    return known.apart


def _last(known: Journal, entry: Mapping[str, object]) -> int:
    """When the thing was spoken of last: a clock that was set back must not make a new tag the older one."""
    found: Entry | None = None
    if entry["kind"] == "sample":
        found = known.samples.get(str(entry["split"]), {}).get(str(entry["id"]))
    elif entry["kind"] == "pair":
        found = known.pairs.get((str(entry["true"]), str(entry["predicted"])))
    return found.at if found is not None else 0


@lru_cache(maxsize=1)
def author() -> str:
    """`anna@gpu7`"""
    import getpass
    import socket

    user = f"uid{os.getuid()}"
    with suppress(KeyError, OSError):
        user = getpass.getuser()
    return f"{user}@{socket.gethostname()}"


def _is_bundled(root: Path) -> bool:
    """Whether the runs came with clftui: an upgrade would lose what is written beside them."""
    try:
        return root.resolve().is_relative_to(bundled_folder("sample_runs").resolve())
    except (FileNotFoundError, OSError):
        return False
