"""What a file or a folder in another format holds, told by endings, names and shapes."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from clftui.data.imports.beside import Options, array_run, arrays_beside, is_companion, listed
from clftui.data.imports.classes import class_file
from clftui.data.imports.frameworks import (
    file_dialect,
    folder_ends,
    folder_starts,
    log_candidates,
    logs_here,
    without_predictions,
)
from clftui.data.imports.imported import STDIN, Imported
from clftui.data.imports.names import array_name
from clftui.data.imports.npy import ANSWERS, CONTEXT, Named, named_arrays
from clftui.data.imports.papers import folder_dialect
from clftui.data.imports.pickled import looks_pickled, refuse_pickle
from clftui.data.imports.pipe import followed, piped
from clftui.data.imports.texts import text_runs
from clftui.data.run import Run
from clftui.schema import FormatError

TABLE_ENDINGS = (".csv", ".tsv", ".json", ".jsonl", ".ndjson")
TEXT_ENDINGS = (*TABLE_ENDINGS, ".txt")
ARRAY_ENDINGS = (".npy", ".npz")
MAX_TOLD = 10
"""Files of a folder that were not opened and are told one by one."""


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
    runs: list[Run] = []
    problems: list[tuple[Path, str]] = []
    try:
        if path.is_dir():
            _folder(path, options, runs, problems)
        else:
            runs.extend(_file(path, options))
    except FormatError as error:
        problems.append((path, str(error)))
    return Imported(tuple(runs), tuple(problems), signature)


def _candidates(path: Path) -> list[Path]:
    """The files an import of `path` may read."""
    if path == STDIN:
        return []
    if not path.is_dir():
        return [path, *_readable(path.parent)]  # Labels and classes may lie beside it.
    subfolders = listed(path)[1]
    return [*_readable(path), *(file for folder in subfolders for file in _readable(folder)), *_readable(path.parent),
            *log_candidates(path)]  # fmt: skip


def _readable(folder: Path) -> list[Path]:
    return [file for file in listed(folder)[0] if file.suffix.casefold() in (*TEXT_ENDINGS, *ARRAY_ENDINGS)]


def _signature(files: Iterable[Path]) -> tuple[object, ...]:
    out = []
    for file in files:
        try:
            status = file.stat()
        except OSError:
            continue
        out.append((str(file), status.st_mtime_ns, status.st_size))
    return tuple(out)


def _file(path: Path, options: Options) -> list[Run]:
    if path == STDIN:
        return text_runs(Path("stdin"), sys.stdin.buffer.read(), options, class_file([Path.cwd()]))
    ending = path.suffix.casefold()
    explicit = class_file([path.parent])
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
        data = path.read_bytes()
    except OSError as error:
        raise FormatError(path, "", f"cannot be read ({error.strerror})", "check its permissions") from error
    return text_runs(path, data, options, explicit)


def _folder(folder: Path, options: Options, runs: list[Run], problems: list[tuple[Path, str]]) -> None:
    """Arrays of the folder are one run; those of each folder in it another; every prediction file its own."""
    files, subfolders = listed(folder)
    known, used = folder_dialect(folder, files, options, problems)
    runs.extend(known)
    more, files_of = folder_starts(folder, [file for file in files if file not in used], options, problems)
    runs.extend(more)
    used = used | files_of
    problems.extend((file, str(refuse_pickle(file))) for file in files if looks_pickled(file))
    for place, above in [(folder, [folder.parent]), *((sub, [folder]) for sub in subfolders)]:
        found = files if place == folder else listed(place)[0]
        arrays = [f for f in found if f.suffix.casefold() in ARRAY_ENDINGS and f not in used]
        if any(_answers(file) for file in arrays):
            try:
                runs.append(_array_folder(place, arrays, above, options))
            except FormatError as error:
                problems.append((place, str(error)))
    quiet: list[tuple[Path, str]] = []
    logs = logs_here(files)
    for file in files:
        if file.suffix.casefold() in TABLE_ENDINGS and file not in used | logs and not is_companion(file):
            try:
                runs.extend(_file(file, options))
            except FormatError as error:
                quiet.append((file, str(error)))
    runs[:] = folder_ends(folder, runs, used, options, problems)
    if not runs and not problems and (told := without_predictions(folder)) is not None:
        quiet = [(folder, told)]
    problems.extend(quiet[:MAX_TOLD])
    if len(quiet) > MAX_TOLD:
        problems.append((folder, f"{folder} holds {len(quiet) - MAX_TOLD} more files without predictions."))


def _answers(file: Path) -> bool:
    about = array_name(file.stem)
    return about.role in ANSWERS or (file.suffix.casefold() == ".npz" and about.epoch is not None)


def _array_folder(folder: Path, files: Sequence[Path], above: Sequence[Path], options: Options) -> Run:
    arrays: list[Named] = []
    for file in files:
        if _answers(file) or array_name(file.stem).role in CONTEXT:
            arrays.extend(named_arrays(file))
    return array_run(folder.name, folder, arrays, arrays_beside(folder, above), options, class_file([folder, *above]))
