"""What a folder and the folders below it hold in other formats: all that opens, and why each other file did not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from clftui.data.imports.beside import Options, array_run, arrays_beside, is_companion
from clftui.data.imports.classes import class_file
from clftui.data.imports.decisions import decision_tree
from clftui.data.imports.frameworks import folder_ends, folder_starts, logs_here, without_predictions
from clftui.data.imports.imported import NothingToOpen
from clftui.data.imports.names import array_name
from clftui.data.imports.npy import ANSWERS, ARRAY_ENDINGS, CONTEXT, Named, named_arrays
from clftui.data.imports.papers import claims_below, folder_dialect
from clftui.data.imports.pickled import looks_pickled, refuse_pickle
from clftui.data.imports.single import TABLE_ENDINGS, file_runs
from clftui.data.imports.tree import Place, places
from clftui.data.run import Run
from clftui.schema import FormatError
from clftui.text import plural

MAX_TOLD = 10
"""Files that were not opened and are told one by one."""
MAX_ALIKE = 3
"""As many files that share their reason are told one by one."""

Problems = list[tuple[Path, str]]


@dataclass
class Opened:
    """What a folder gave: runs, files that are wrong, files about something else, and the files that were used."""

    runs: list[Run] = field(default_factory=list)
    problems: Problems = field(default_factory=list)
    passed_over: Problems = field(default_factory=list)
    used: set[Path] = field(default_factory=set)


def open_folder(root: Path, options: Options, out: Opened) -> None:
    """Add what `root` and the folders below it hold to `out`.

    Arrays of a folder are one run, every file of predictions is its own, and so is every training log.
    """
    found = places(root)
    runs, used = decision_tree(root, [(place.folder, place.files) for place in found], out.problems)
    out.runs += runs
    out.used |= used
    claimed: list[Path] = []
    for place in found:
        if not any(place.folder.is_relative_to(above) for above in claimed):
            _open_place(place, options, out)
            claimed += [place.folder] if claims_below(place.folder) else []
    out.runs[:] = folder_ends(root, out.runs, out.used, options, out.problems)
    if not out.runs and not out.problems and (told := without_predictions(root)) is not None:
        out.passed_over[:] = [(root, told)]
    out.problems[:] = _few(root, out.problems, "that could not be opened")
    out.passed_over[:] = _few(root, out.passed_over, "without predictions")


def _few(root: Path, told: Problems, what: str) -> Problems:
    """One sentence for each reason that many files share, and ten at most."""
    alike: dict[str, Problems] = {}
    for path, message in told:
        alike.setdefault(message.replace(str(path), ""), []).append((path, message))
    out: Problems = []
    for group in alike.values():
        many = len(group) > MAX_ALIKE
        more = f" So it is with {plural(len(group) - 1, 'more file')}." if many else ""
        out += [(path, message + more) for path, message in (group[:1] if many else group)]
    rest = len(out) - MAX_TOLD
    return [*out[:MAX_TOLD], (root, f"{root} holds {plural(rest, 'more file')} {what}.")] if rest > 0 else out


def _open_place(place: Place, options: Options, out: Opened) -> None:
    folder, files = place.folder, [file for file in place.files if file not in out.used]
    known, used = folder_dialect(folder, files, options, out.problems)
    out.runs += known
    more, files_of = folder_starts(folder, [file for file in files if file not in used], options, out.problems)
    out.runs += more
    out.used |= used | files_of
    out.problems.extend((file, str(refuse_pickle(file))) for file in files if looks_pickled(file))
    arrays = [file for file in files if file.suffix.casefold() in ARRAY_ENDINGS and file not in out.used]
    if any(map(_answers, arrays)):
        try:
            out.runs.append(_array_folder(folder, arrays, place.above, options))
        except FormatError as error:
            out.problems.append((folder, str(error)))
    _open_tables(place, files, options, out)


def _open_tables(place: Place, files: Sequence[Path], options: Options, out: Opened) -> None:
    logs = logs_here(files)
    explicit = class_file([place.folder, *place.above])
    for file in files:
        if file.suffix.casefold() in TABLE_ENDINGS and file not in out.used | logs and not is_companion(file):
            try:
                out.runs += file_runs(file, options, explicit)
            except NothingToOpen as error:
                out.passed_over.append((file, str(error)))
            except FormatError as error:
                out.problems.append((file, str(error)))


def _answers(file: Path) -> bool:
    about = array_name(file.stem)
    return about.role in ANSWERS or (file.suffix.casefold() == ".npz" and about.epoch is not None)


def _array_folder(folder: Path, files: Sequence[Path], above: Sequence[Path], options: Options) -> Run:
    arrays: list[Named] = []
    for file in files:
        if _answers(file) or array_name(file.stem).role in CONTEXT:
            arrays.extend(named_arrays(file))
    return array_run(folder.name, folder, arrays, arrays_beside(folder, above), options, class_file([folder, *above]))
