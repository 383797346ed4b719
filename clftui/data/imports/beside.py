"""What every importer shares: options, files beside a file, runs from arrays."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from clftui.data.imports.classes import CLASS_FILES, ClassList
from clftui.data.imports.names import array_name
from clftui.data.imports.npy import CONTEXT, Named
from clftui.data.imports.npy_runs import arrays_run
from clftui.data.run import Run
from clftui.data.soft_labels import LISTS_ENDING
from clftui.storage import read_npy

_SMALL = CONTEXT[:6]
"""Of what accompanies predictions: labels and names, not the wide arrays."""


@dataclass(frozen=True)
class Options:
    """`images_root` replaces the folders of images; `transposed`: rows of bare matrices are the predicted classes."""

    images_root: Path | None
    transposed: bool


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
    name: str, path: Path, arrays: list[Named], others: list[Named], options: Options, explicit: ClassList | None
) -> Run:
    """The run that `arrays` make together with what `others` beside them name."""
    return arrays_run(
        name, path, arrays, others, explicit=explicit, images_root=options.images_root, transposed=options.transposed
    )


def arrays_beside(path: Path, folders: Iterable[Path]) -> list[Named]:
    """Labels, names and the like in other files of the same folder; read only where their names say so."""
    out = []
    for folder in folders:
        for file in listed(folder)[0]:
            about = array_name(file.stem)
            if file != path and file.suffix.casefold() == ".npy" and about.role in _SMALL:
                out.append(Named(file, file.stem, about, read_npy(file)))
    return out
