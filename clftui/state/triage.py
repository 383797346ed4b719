"""The users' tags in `triage.jsonl` beside the runs: lines are only ever appended, the last about a thing counts."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from clftui.bundled import bundled_folder
from clftui.data.catalog import Catalog
from clftui.schema import TRIAGE_FILE, FormatError
from clftui.storage import append_line, dump_json, read_jsonl, state_folder


class Reason(StrEnum):
    """Why two classes are confused, where the data and not the model is to blame."""

    REDUNDANT = "redundant"
    SUBCLASS = "subclass"
    PART_OF = "part of"
    AMBIGUOUS = "ambiguous"
    ABSTRACT = "abstract"

    @property
    def meaning(self) -> str:
        return {
            "redundant": "two names for one thing: merge the classes",
            "subclass": "one class is a kind of the other",
            "part of": "one shows as a part of the other's scene",
            "ambiguous": "a name with two meanings, or images that fit both",
            "abstract": "a class without a look of its own",
        }[self.value]


Pair = tuple[str, str]


def journals(catalog: Catalog) -> tuple[Path, Path]:
    """Where the tags of a collection lie: beside its runs, and where they go if that folder cannot be written."""
    beside = catalog.root / TRIAGE_FILE
    name = hashlib.blake2b(os.fsencode(catalog.root), digest_size=8).hexdigest()
    return beside, state_folder() / "triage" / f"{catalog.root.name or 'runs'}-{name}.jsonl"


def pair_reasons(catalog: Catalog) -> Mapping[Pair, Reason]:
    """The reason of every tagged pair (true, predicted). A journal that cannot be read tells nothing."""
    return _reasons(tuple((path, _stamp(path)) for path in journals(catalog)))


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        about = path.stat()
    except OSError:
        return None
    return about.st_mtime_ns, about.st_size


@lru_cache(maxsize=4)
def _reasons(files: tuple[tuple[Path, tuple[int, int] | None], ...]) -> Mapping[Pair, Reason]:
    lines: list[dict[str, object]] = []
    for path, stamp in files:
        if stamp is not None:
            with suppress(FormatError):
                lines += read_jsonl(path)[0]
    found: dict[Pair, Reason] = {}
    for line in sorted(lines, key=lambda line: str(line.get("time", ""))):
        true, predicted, reason = line.get("true"), line.get("predicted"), line.get("reason")
        if line.get("kind") != "pair" or not isinstance(true, str) or not isinstance(predicted, str):
            continue
        if reason is None:
            found.pop((true, predicted), None)
        elif reason in set(Reason):
            found[true, predicted] = Reason(str(reason))
    return found


def tag_pair(catalog: Catalog, true: str, predicted: str, reason: Reason | None) -> Path:
    """Append the pair's reason, or with None the retraction of what it had; the file that holds it now.

    Beside the runs where that folder can be written and is the user's own, else in the user's state folder; OSError
    where neither can.
    """
    time = datetime.now(UTC).isoformat(timespec="microseconds")
    entry = {"kind": "pair", "true": true, "predicted": predicted, "reason": reason, "time": time}
    line = dump_json(entry)
    beside, apart = journals(catalog)
    if not _is_bundled(catalog.root):
        with suppress(OSError):
            append_line(beside, line, sync=True)
            return beside
    apart.parent.mkdir(parents=True, exist_ok=True)
    append_line(apart, line, sync=True)
    return apart


def _is_bundled(root: Path) -> bool:
    """Whether the runs came with clftui: an upgrade would lose what is written beside them."""
    try:
        return root.resolve().is_relative_to(bundled_folder("sample_runs").resolve())
    except (FileNotFoundError, OSError):
        return False
