"""What every importer shares: options, files beside a file, runs from arrays."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from clftui.data.imports.classes import ClassList
from clftui.data.imports.names import array_name
from clftui.data.imports.npy import CONTEXT, Named
from clftui.data.imports.npy_runs import arrays_run
from clftui.data.run import Run
from clftui.storage import read_npy

_SMALL = CONTEXT[:5]
"""Of what accompanies predictions: labels and names, not the wide arrays."""


@dataclass(frozen=True)
class Options:
    """`images_root` replaces the folders of images; `transposed`: rows of bare matrices are the predicted classes."""

    images_root: Path | None
    transposed: bool


def listed(folder: Path) -> tuple[list[Path], list[Path]]:
    """Files and folders of a folder, sorted; hidden ones left out; nothing where it cannot be listed."""
    try:
        entries = sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
        return [e for e in entries if e.is_file()], [e for e in entries if e.is_dir()]
    except OSError:
        return [], []


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
