"""What a file or a folder in another format holds, told by endings, names and shapes."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from clftui.data.imports.beside import Options, listed
from clftui.data.imports.folders import Opened, open_folder
from clftui.data.imports.frameworks import PARQUET, log_candidates
from clftui.data.imports.imported import STDIN, Imported
from clftui.data.imports.npy import ARRAY_ENDINGS
from clftui.data.imports.pipe import followed, piped
from clftui.data.imports.single import TEXT_ENDINGS, file_runs
from clftui.data.imports.tree import places
from clftui.schema import FormatError


def import_path(
    path: Path,
    *,
    images_root: Path | None = None,
    transposed: bool = False,
    previous: Imported | None = None,
) -> Imported:
    """The runs that a file or a folder in another format holds; `previous` itself where nothing has changed.

    `transposed`: rows of bare matrices are the predicted classes. A folder is looked into, and the folders in it.
    """
    pipe = followed() if path == STDIN else None
    if pipe is not None:
        return piped(pipe, Options(images_root, transposed), previous)
    files = _candidates(path)
    signature = _signature(files)
    if previous is not None and (previous.signature == signature or path == STDIN):
        return previous
    options = Options(images_root, transposed)
    found = Opened()
    try:
        if path.is_dir():
            open_folder(path, options, found)
        else:
            found.runs.extend(file_runs(path, options))
    except FormatError as error:
        found.problems.append((path, str(error)))
    if not found.runs and not found.problems:  # Then nothing else says why there is nothing to see.
        found.problems, found.passed_over = found.passed_over, found.problems
    return Imported(tuple(found.runs), tuple(found.problems), signature, tuple(found.passed_over))


def _candidates(path: Path) -> list[Path]:
    """The files an import of `path` may read."""
    if path == STDIN:
        return []
    if not path.is_dir():
        return [path, *_readable(listed(path.parent)[0])]  # Labels and classes may lie beside it.
    below = [file for place in places(path) for file in _readable(place.files)]
    return [*below, *_readable(listed(path.parent)[0]), *log_candidates(path)]


def _readable(files: Iterable[Path]) -> list[Path]:
    return [file for file in files if file.suffix.casefold() in (*TEXT_ENDINGS, *ARRAY_ENDINGS, *PARQUET)]


def _signature(files: Iterable[Path]) -> tuple[object, ...]:
    out = []
    for file in files:
        try:
            status = file.stat()
        except OSError:
            continue
        out.append((str(file), status.st_mtime_ns, status.st_size))
    return tuple(out)
