"""Two journals as one, without losing a line: what the other has and ours lacks is appended."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from clftui.data.catalog import Catalog
from clftui.schema import FormatError
from clftui.state.journal import append_as_they_are, journals
from clftui.storage import dump_json, read_jsonl


class Merged(NamedTuple):
    """What became of another journal's lines."""

    added: int
    there: int
    """Lines that ours has already."""
    unread: int
    """Lines that are no JSON object."""


def merge(catalog: Catalog, other: Path) -> Merged:
    """Append the lines of `other` that the collection's journal lacks; which of two counts their times say.

    FormatError where `other` is missing or cannot be read, OSError where no journal can be written.
    """
    if not other.is_file():
        raise FormatError(other, "", "does not exist", "name a triage.jsonl")
    lines, unread = read_jsonl(other)
    known = set[str]()
    for path in journals(catalog):
        with suppress(FormatError):
            known |= {_same(line) for line in read_jsonl(path)[0]}
    new = {same: line for line in lines if (same := _same(line)) not in known}
    append_as_they_are(catalog, [dump_json(line) for line in sorted(new.values(), key=_time)])
    return Merged(len(new), len(lines) - len(new), unread)


def _same(line: Mapping[str, Any]) -> str:
    """Equal for lines that say the same, however they are written."""
    return json.dumps(line, sort_keys=True)


def _time(line: Mapping[str, Any]) -> str:
    return str(line.get("time", ""))
