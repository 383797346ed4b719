"""What one file holds in another format, told by its ending and by what is in it."""

from __future__ import annotations

import sys
from pathlib import Path

from clftui.data.imports.beside import Options, array_run, arrays_beside
from clftui.data.imports.classes import ClassList, class_file
from clftui.data.imports.frameworks import file_dialect
from clftui.data.imports.imported import STDIN
from clftui.data.imports.npy import ARRAY_ENDINGS, named_arrays
from clftui.data.imports.pickled import looks_pickled, refuse_pickle
from clftui.data.imports.texts import large_table_runs, text_runs
from clftui.data.run import Run
from clftui.schema import FormatError

TABLE_ENDINGS = (".csv", ".tsv", ".json", ".jsonl", ".ndjson")
LARGE = 32_000_000
"""Bytes of a table that is read line by line."""
TEXT_ENDINGS = (*TABLE_ENDINGS, ".txt")


def file_runs(path: Path, options: Options, explicit: ClassList | None = None) -> list[Run]:
    """The runs in a file; `explicit` is the order of the classes, by default that of a file beside it.

    FormatError where it has none.
    """
    if path == STDIN:
        return text_runs(Path("stdin"), sys.stdin.buffer.read(), options, class_file([Path.cwd()]))
    ending = path.suffix.casefold()
    explicit = explicit or class_file([path.parent])
    if ending in ARRAY_ENDINGS:
        others = arrays_beside(path, [path.parent])
        return [array_run(path.stem, path, named_arrays(path), others, options, explicit)]
    if looks_pickled(path):
        raise refuse_pickle(path)
    known = file_dialect(path, options, explicit)
    if known is not None:
        return known
    if ending not in TEXT_ENDINGS:
        raise FormatError(path, "", "is in no format that clftui reads", "it reads csv, json, jsonl, npy and npz")
    try:
        if ending in (".csv", ".tsv") and path.stat().st_size > LARGE:
            return large_table_runs(path, options, explicit)
        data = path.read_bytes()
    except OSError as error:
        raise FormatError(path, "", f"cannot be read ({error.strerror})", "check its permissions") from error
    return text_runs(path, data, options, explicit)
