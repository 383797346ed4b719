"""Tables of predictions or of confusions in W&B's local run folders, `files/media/table/*.table.json`."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from clftui.data.imports.beside import Options, listed
from clftui.data.run import Run
from clftui.schema import FormatError

_NAMED = re.compile(r"(?P<key>.+?)_(?P<step>\d+)_[0-9a-f]+\.table\Z")
"""A logged key, the step it was logged at and a digest."""
MOST_BYTES = 500_000_000


def tables_below(folder: Path) -> list[Path]:
    """The newest table of each key that a run folder holds; none for other folders."""
    newest: dict[str, tuple[int, Path]] = {}
    media = folder / "media" / "table"
    for place in (media, *listed(media)[1]):
        for file in listed(place)[0]:
            if file.name.endswith(".table.json"):
                match = _NAMED.match(file.stem)
                key, step = (match["key"], int(match["step"])) if match is not None else (file.stem, 0)
                newest[key] = max(newest.get(key, (-1, file)), (step, file))
    return [file for _, (_, file) in sorted(newest.items())]


def wandb_runs(folder: Path, name: str, options: Options) -> list[Run]:
    """The runs of those tables; a table of anything else than predictions or confusions is passed over."""
    from clftui.data.imports.texts import text_runs

    runs: list[Run] = []
    files = tables_below(folder)
    for file in files:
        try:
            found = text_runs(file, file.read_bytes(), options, None) if file.stat().st_size <= MOST_BYTES else []
        except (OSError, FormatError):
            continue
        key = match["key"] if (match := _NAMED.match(file.stem)) is not None else file.stem.removesuffix(".table")
        told = name if len(files) == 1 else f"{name}/{key}"
        runs += [replace(run, key=told, name=told) if len(found) == 1 else run for run in found]
    return runs
