"""One run: what run.json says, how it stands, and its evaluations by split and epoch."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from clftui.data.evaluation import Evaluation
from clftui.data.folder import FolderSource
from clftui.data.samples import SampleTable
from clftui.data.scan import RunScan, same_content, scan_run
from clftui.data.source import Source
from clftui.data.status import UNKNOWN, Pulse, RunStatus, read_status, status_at
from clftui.data.tables import Tables
from clftui.schema import FORMAT, RUN_FILE, SCALARS_FILE, VERSION, FormatError
from clftui.storage import read_json

__all__ = ["Run", "RunStatus", "open_run"]

WITHOUT_PREDICTIONS = "only scalars were logged: no predictions, so no classes and no samples"


@dataclass(frozen=True, eq=False)
class Run:
    """One training or evaluation of one model, as it was when the catalog was made.

    `key` is unique in the catalog: the name, or where two runs share it the folder relative to the collection.
    `notes` say in one sentence each what was assumed or is odd. `hierarchy` is the file run.json names.
    """

    key: str
    name: str
    path: Path
    classes: tuple[str, ...]
    source: Source
    model: Mapping[str, object] = field(default_factory=dict)
    hyperparameters: Mapping[str, object] = field(default_factory=dict)
    created: str | None = None
    status: RunStatus = UNKNOWN
    notes: tuple[str, ...] = ()
    hierarchy: Path | None = None

    @cached_property
    def class_index(self) -> Mapping[str, int]:
        """Each class name's index; runs align by name alone."""
        return {name: index for index, name in enumerate(self.classes)}

    @property
    def splits(self) -> tuple[str, ...]:
        """The splits that have at least one epoch; those of the scalars where a run has nothing else."""
        return self.source.splits

    def epochs(self, split: str) -> tuple[int, ...]:
        """The epochs of a split, ascending; empty for an unknown split. FormatError where a folder cannot be read."""
        return self.source.epochs(split)

    def newest(self, split: str) -> int | None:
        """The last epoch of a split."""
        return self.source.newest(split)

    def evaluation(self, split: str, epoch: int | None = None) -> Evaluation | None:
        """One split in one epoch (None = its newest); None where the run has no such epoch.

        FormatError where its file is broken: the other epochs can still be read.
        """
        number = self.source.newest(split) if epoch is None else epoch
        return None if number is None else self.source.evaluation(split, number)

    def samples(self, split: str) -> SampleTable | None:
        """The sample table of a split; None where there is none, FormatError where it cannot be read."""
        return self.source.samples(split)

    def scalars(self) -> tuple[Mapping[str, object], ...]:
        """Rows such as {"epoch": 3, "split": "val", "loss": 0.31}, in the order they were written."""
        return self.source.scalars()


def open_run(folder: Path, tables: Tables, *, previous: Run | None = None) -> Run:
    """The run in `folder`. Where nothing has changed since `previous` this is `previous` itself.

    A heartbeat alone is no change, unless the state it tells is another.

    FormatError where run.json is missing or wrong, or the folder cannot be listed.
    """
    try:
        scan = scan_run(folder)
    except OSError as error:
        place = error.filename or folder
        raise FormatError(place, "", f"cannot be listed ({error.strerror})", "check its permissions") from error
    old = previous.source if previous is not None and isinstance(previous.source, FolderSource) else None
    pulse = old.pulse if old is not None else Pulse()
    status = _status(folder, scan, pulse)
    if previous is not None and old is not None and same_content(old.scan, scan, folder):
        return previous if _alike(status, previous.status) else replace(previous, status=status)
    return replace(_read_run(folder, scan, tables, old, pulse), status=status)


def _alike(a: RunStatus, b: RunStatus) -> bool:
    return replace(a, heartbeat=None, moved=None) == replace(b, heartbeat=None, moved=None)


def _status(folder: Path, scan: RunScan, pulse: Pulse) -> RunStatus:
    if not scan.status_files:
        return UNKNOWN
    return status_at(read_status(folder, scan.status_files, scan.newest_file), time.time(), pulse)


def _read_run(folder: Path, scan: RunScan, tables: Tables, old: FolderSource | None, pulse: Pulse) -> Run:
    path = folder / RUN_FILE
    about = read_json(path)
    if not isinstance(about, dict):
        raise FormatError(path, "", "is not a JSON object", 'it begins {"format": "clftui-run", "version": 1')
    _check_version(path, about)
    # Scalars alone, as an import writes a training log, need no classes.
    bare = about.get("classes") == [] and not scan.epochs and (folder / SCALARS_FILE).is_file()
    classes = () if bare else _classes(path, about)
    declared = {
        split: _beside(folder, name)
        for split, name in _mapping(path, about, "samples").items()
        if isinstance(name, str) and name
    }
    hierarchy = about.get("hierarchy")
    name = about.get("name")
    name = name if isinstance(name, str) and name.strip() else folder.name
    created = about.get("created")
    notes = () if scan.epochs else (WITHOUT_PREDICTIONS,) if bare else ("no epoch has been written yet",)
    return Run(
        key=name,
        name=name,
        path=folder,
        classes=classes,
        source=FolderSource(folder, classes, declared, scan, tables, old, pulse),
        model=_mapping(path, about, "model"),
        hyperparameters=_mapping(path, about, "hyperparameters"),
        created=None if created is None else str(created),
        notes=notes,
        hierarchy=_beside(folder, hierarchy) if isinstance(hierarchy, str) and hierarchy else None,
    )


def _check_version(path: Path, about: Mapping[str, object]) -> None:
    if about.get("format") != FORMAT:
        said = about.get("format")
        problem = "is missing" if said is None else f"is {said!r}"
        raise FormatError(path, "format", problem, f'a run\'s format is "{FORMAT}"')
    version = about.get("version")
    if version != VERSION or isinstance(version, bool):
        problem = "is missing" if version is None else f"is {version!r}, which this clftui does not know"
        remedy = f"it reads version {VERSION}" + ("" if version is None else "; a newer clftui may read it")
        raise FormatError(path, "version", problem, remedy)


def _classes(path: Path, about: Mapping[str, object]) -> tuple[str, ...]:
    names = about.get("classes")
    if not isinstance(names, list) or not names:
        problem = "is missing" if names is None else "is not a list of names" if names != [] else "is empty"
        raise FormatError(path, "classes", problem, "list every class's name in the order of its index")
    wrong = next((name for name in names if not isinstance(name, (str, int)) or isinstance(name, bool)), None)
    if wrong is not None or None in names:
        raise FormatError(path, "classes", f"holds {wrong!r}, which is no name", "write every class's name as text")
    classes = tuple(str(name) for name in names)
    if len(set(classes)) != len(classes):
        twice = next(name for index, name in enumerate(classes) if name in classes[:index])
        raise FormatError(path, "classes", f"names {twice[:60]!r} twice", "give every class its own name")
    return classes


def _mapping(path: Path, about: Mapping[str, object], name: str) -> Mapping[str, object]:
    value = about.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise FormatError(path, name, "is not a JSON object", f'write it as {{}}, or leave "{name}" out')
    return value


def _beside(folder: Path, name: str) -> Path:
    """A path that run.json gives relative to its own folder; equal for equal files, so that tables are shared."""
    return Path(os.path.normpath(folder / name))
