"""Write runs that were opened from another format as runs of our own: what is there and ours is kept, so it resumes."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from clftui.data.catalog import Catalog
from clftui.data.convert_images import Images
from clftui.data.convert_journal import JOURNAL, Journal
from clftui.data.folder import FolderSource
from clftui.data.imports import STDIN
from clftui.data.run import Run
from clftui.data.samples import SampleTable
from clftui.data.soft_labels import ENDING, sidecars
from clftui.schema import (
    EPOCHS_FOLDER,
    FORMAT,
    RUN_FILE,
    SAMPLES_FOLDER,
    SCALARS_FILE,
    VERSION,
    FormatError,
    epoch_folder,
    split_file,
    valid_split,
)
from clftui.storage import dump_json, read_json

Tell = Callable[[str, int, int], None]
"""What is being written, how many files of epochs are done, and of how many."""


@dataclass
class Converted:
    """What an import did: runs in all, files written and kept, images copied, sentences about what is missing."""

    runs: int = 0
    written: int = 0
    kept: int = 0
    images: int = 0
    notes: list[str] = field(default_factory=list)


def convert(catalog: Catalog, dest: Path, *, copy_images: bool = False, tell: Tell | None = None) -> Converted:
    """Write the runs of `catalog` into the folder `dest`, a folder each.

    Files that an earlier import wrote are kept, or replaced where the source has changed since; any other file is left
    alone. FormatError where one stands in the way, or where a run is in our own format already; then nothing has been
    written. OSError where the disk is full or refuses.
    """
    dest = dest.absolute()
    _check(catalog, dest)
    journal = Journal(dest)
    folders = _folders(catalog.runs, dest, journal)
    work = _Work(catalog, dest, journal, Images(dest, copy_images))
    total = sum(len(run.epochs(split)) for run in catalog.runs for split in run.splits)
    done = 0
    for run, folder in zip(catalog.runs, folders, strict=True):
        work.describe(run, folder)
        source = work.source(run)
        trusted = STDIN not in catalog.paths and journal.unchanged(folder.name, source)
        for split in run.splits:
            for epoch in run.epochs(split):
                if tell is not None:
                    tell(f"{run.name} {split} epoch {epoch}", done, total)
                work.epoch(run, folder, split, epoch, trusted=trusted)
                done += 1
        journal.remember(folder.name, source)
    if tell is not None:
        tell("", total, total)
    return Converted(len(catalog.runs), journal.written, journal.kept, work.images.copied, work.images.notes())


def _check(catalog: Catalog, dest: Path) -> None:
    for run in catalog.runs:
        if isinstance(run.source, FolderSource):
            raise FormatError(run.path, "", "is a run of clftui's own format already", "copy the folder instead")
        wrong = next((split for split in run.splits if not valid_split(split)), None)
        if wrong is not None:
            remedy = "use letters, digits, _ + - and a version such as test-v2.1"
            raise FormatError(run.path, "", f"names the split {wrong!r}, which cannot name a file", remedy)
    for path in catalog.paths:
        if path != STDIN and path.is_dir() and dest.is_relative_to(path):
            problem = f"lies in {path}, which would then be opened for it"
            raise FormatError(dest, "", problem, "choose a folder outside")
    if dest.exists() and not dest.is_dir():
        raise FormatError(dest, "", "is a file", "name a folder")


def _folders(runs: Sequence[Run], dest: Path, journal: Journal) -> list[Path]:
    """A folder for each run; FormatError where one is there that no import has made."""
    out: list[Path] = []
    for run in runs:
        base = re.sub(r"[^\w.+=-]+", "-", run.key).strip("-.")[:100] or "run"
        name, number = base, 2
        while dest / name in out or name in (SAMPLES_FOLDER, "images", JOURNAL):
            name, number = f"{base}-{number}", number + 1
        folder = dest / name
        if folder.exists() and not journal.owns(folder / RUN_FILE):
            raise FormatError(folder, "", "is there already and was not written by an import", "choose another folder")
        out.append(folder)
    return out


class _Work:
    """One import: the tables, hierarchies and images that its runs share."""

    def __init__(self, catalog: Catalog, dest: Path, journal: Journal, images: Images) -> None:
        self.images = images
        self._catalog = catalog
        self._dest = dest
        self._journal = journal
        self._tables: dict[int, str] = {}
        self._tree = self._hierarchy()

    def source(self, run: Run) -> list[object]:
        """What tells whether a run's source is the one of the last import."""
        signature = next((i.signature for i in self._catalog.imports.values() if _made(i.runs, run)), ())
        return [str(run.path), run.name, repr(signature), self._catalog.transposed]

    def describe(self, run: Run, folder: Path) -> None:
        """run.json, the sample tables, the scalars."""
        samples = {split: self._table(split, table) for split in run.splits if (table := run.samples(split))}
        value: dict[str, object] = {
            "format": FORMAT,
            "version": VERSION,
            "name": run.name,
            "classes": list(run.classes),
            "model": dict(run.model),
            "hyperparameters": dict(run.hyperparameters),
            "created": run.created or _created(folder / RUN_FILE),
            "samples": {split: f"../{name}" for split, name in samples.items()},
            "imported": {"from": str(run.path), "notes": list(run.notes)},
        }
        if self._tree:
            value["hierarchy"] = f"../{self._tree}"
        self._journal.text(folder / RUN_FILE, dump_json(value, indent=1) + b"\n")
        scalars = run.scalars()
        if scalars:
            self._journal.text(folder / SCALARS_FILE, b"".join(dump_json(row) + b"\n" for row in scalars))

    def epoch(self, run: Run, folder: Path, split: str, epoch: int, *, trusted: bool) -> None:
        """One split of one epoch. With `trusted` a file of ours is kept unread: its source has not changed."""
        path = folder / EPOCHS_FOLDER / epoch_folder(epoch) / split_file(split)
        if trusted and self._journal.has(path):
            self._journal.keep(path)
            return
        evaluation = run.evaluation(split, epoch)
        if evaluation is None:
            return
        (part,) = evaluation.parts
        self._journal.arrays(path, {name: part.read(name) for name in part.members})

    def _table(self, split: str, table: SampleTable) -> str:
        """The table's place under the collection; runs that share a table share its file."""
        if id(table) in self._tables:
            return self._tables[id(table)]
        # Ids tell samples apart between runs; paths, which stand in for them, may be others here.
        columns = {"id": table.ids.tolist(), **{name: values.tolist() for name, values in table.columns.items()}}
        if table.paths is not None:
            columns["path"] = self.images.placed(split, table, self._dest / SAMPLES_FOLDER)
        out = io.StringIO(newline="")
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
        name = self._shared(f"{SAMPLES_FOLDER}/{split}", ".csv", out.getvalue().encode("utf-8", "surrogateescape"))
        for file, ending in sidecars(table):
            self._journal.text((self._dest / name).with_suffix(ending), file.read_bytes())
        if table.soft is not None:
            held = io.BytesIO()
            np.save(held, table.soft)
            self._journal.text((self._dest / name).with_suffix(ENDING), held.getvalue())
        self._tables[id(table)] = name
        return name

    def _hierarchy(self) -> str:
        from clftui.data.imports.hierarchy import as_nested

        tree = self._catalog.hierarchy
        return self._shared("hierarchy", ".json", dump_json(as_nested(dict(tree)))) if tree is not None else ""

    def _shared(self, stem: str, ending: str, data: bytes) -> str:
        """Where a file that runs share lies: under its plain name, or under a longer one if that is taken."""
        plain = self._dest / f"{stem}{ending}"
        if plain.exists() and plain.read_bytes() != data:
            # Other runs may refer to the rows of the one that is there.
            plain = self._dest / f"{stem}-{hashlib.blake2b(data, digest_size=4).hexdigest()}{ending}"
        self._journal.text(plain, data)
        return os.path.relpath(plain, self._dest).replace(os.sep, "/")


def _made(runs: Sequence[Run], run: Run) -> bool:
    return any(each.source is run.source for each in runs)


def _created(path: Path) -> str:
    """When run.json was first written; the same at each further import."""
    try:
        before = read_json(path)
    except (FormatError, OSError):
        before = None
    said = before.get("created") if isinstance(before, dict) else None
    return said if isinstance(said, str) else datetime.now(UTC).isoformat(timespec="seconds")
