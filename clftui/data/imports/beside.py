"""What every importer shares: options, files beside a file, runs from arrays."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from clftui.data.imports.classes import CLASS_FILES, ClassList
from clftui.data.imports.names import ArrayName, array_name, owned_name
from clftui.data.imports.npy import ANSWERS, CONTEXT, Named
from clftui.data.imports.npy_runs import arrays_run
from clftui.data.imports.npy_split import WITHOUT_LABELS
from clftui.data.run import Run
from clftui.data.soft_labels import LISTS_ENDING
from clftui.schema import FormatError
from clftui.storage import read_npy

_SMALL = CONTEXT[:6]
"""Of what accompanies predictions: labels and names, not the wide arrays."""


@dataclass(frozen=True)
class Options:
    """`images_root` replaces the folders of images; `transposed`: rows of bare matrices are the predicted classes."""

    images_root: Path | None
    transposed: bool
    labels: tuple[Path, ...] = ()
    """Arrays of labels anywhere in the folder that is opened, for predictions that have none beside them."""


def is_companion(file: Path) -> bool:
    """Whether a file's name says that it goes with predictions and holds none: classes, a hierarchy, right classes."""
    name = file.name.casefold()
    fiftyone = name == "metadata.json" and (file.parent / "samples.json").is_file()
    return name in CLASS_FILES or name.startswith("hierarchy") or name.endswith(LISTS_ENDING) or fiftyone


def listed(folder: Path) -> tuple[list[Path], list[Path]]:
    """Files and folders of a folder, sorted; hidden ones left out; nothing where it cannot be listed."""
    files: list[str] = []
    folders: list[str] = []
    try:
        # A folder may hold a million images: their kind is asked of the listing, not of each file.
        with os.scandir(folder) as entries:
            for entry in entries:
                if not entry.name.startswith("."):
                    (folders if entry.is_dir() else files).append(entry.name)
    except OSError:
        return [], []
    return [folder / name for name in sorted(files)], [folder / name for name in sorted(folders)]


def array_run(
    name: str,
    path: Path,
    arrays: list[Named],
    others: list[Named],
    options: Options,
    explicit: ClassList | None,
    samples: Sequence[Named] = (),
) -> Run:
    """The run that `arrays` make together with what `others`, and tables of `samples`, beside them name."""

    def made(context: Sequence[Named]) -> Run:
        return arrays_run(
            name, path, arrays, context, explicit=explicit, images_root=options.images_root,
            transposed=options.transposed, samples=samples,
        )  # fmt: skip

    try:
        return made(others)
    except FormatError as error:
        far = _far_labels(path, arrays, options.labels) if error.problem.startswith(WITHOUT_LABELS) else None
        if far is None:
            raise
        run = made([*others, far])
    told = f"true classes from {os.path.relpath(far.path, path.parent)}, the only labels that fit"
    return replace(run, notes=(told, *run.notes))


def labels_in(files: Iterable[Path]) -> tuple[Path, ...]:
    """Those of `files` that are arrays of labels by their names, `labels.npy` or `cifar10_v4_labels.npy`."""
    arrays = [file for file in files if file.suffix.casefold() == ".npy"]
    return tuple(file for file in arrays if (array_name(file.stem).role or owned_name(file.stem)[1].role) == "true")


def _labels_at(file: Path) -> NDArray[Any] | None:
    """(n,) labels; None where the file cannot be read or holds something else."""
    try:
        values = read_npy(file)
    except FormatError:
        return None
    return values if values.ndim == 1 else None


def _far_labels(path: Path, arrays: Sequence[Named], files: Sequence[Path]) -> Named | None:
    """The one array of labels with a row for each prediction, of several the one whose name begins alike; or None."""
    answers = [each for each in arrays if each.about.role in ANSWERS]
    lengths = {n for each in answers for n in each.values.shape[:2]}
    read = ((file, _labels_at(file)) for file in files)
    found = [(file, values) for file, values in read if values is not None and len(values) in lengths]
    if len(found) > 1:
        begins = re.split(r"[_.\-]", answers[0].path.stem)[0].casefold()
        found = [each for each in found if re.split(r"[_.\-]", each[0].stem)[0].casefold() == begins]
    if len(found) != 1:
        return None
    split = answers[0].about.split
    return Named(found[0][0], found[0][0].stem, ArrayName("true", split, None), found[0][1])


def arrays_beside(path: Path, folders: Iterable[Path]) -> list[Named]:
    """Labels, names and the like in other files of the same folder; read only where their names say so."""
    out = []
    for folder in folders:
        for file in listed(folder)[0]:
            about = array_name(file.stem)
            if file != path and file.suffix.casefold() == ".npy" and about.role in _SMALL:
                out.append(Named(file, file.stem, about, read_npy(file)))
    return out
