"""What a folder and the folders below it hold in other formats: all that opens, and why each other file did not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from clftui.data.imports.beside import Options, array_run, arrays_beside, is_companion, labels_in
from clftui.data.imports.classes import class_file
from clftui.data.imports.decisions import decision_tree
from clftui.data.imports.frameworks import folder_ends, folder_starts, logs_here, without_predictions
from clftui.data.imports.imported import NothingToOpen
from clftui.data.imports.names import array_name, owned_name
from clftui.data.imports.npy import ANSWERS, ARRAY_ENDINGS, CONTEXT, Named, named_arrays, owned_array, owned_files
from clftui.data.imports.papers import claims_below, folder_dialect
from clftui.data.imports.pickled import looks_pickled, refuse_pickle
from clftui.data.imports.rank_files import arrays_of_ranks, rank_groups, table_of_ranks
from clftui.data.imports.single import TABLE_ENDINGS, file_runs
from clftui.data.imports.tables_beside import from_table, tables_beside
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
    options = replace(options, labels=labels_in([file for place in found for file in place.files]))
    runs, used = decision_tree(root, [(place.folder, place.files) for place in found], out.problems)
    out.runs += runs
    out.used |= used
    claimed: list[Path] = []
    for place in found:
        if not any(place.folder.is_relative_to(above) for above in claimed):
            _open_place(place, options, out)
            claimed += [place.folder] if claims_below(place.folder) else []
    out.passed_over[:] = [(file, told) for file, told in out.passed_over if file not in out.used]
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
    _open_arrays(place, [file for file in files if file not in out.used], options, out)
    _open_tables(place, files, options, out)


def _open_tables(place: Place, files: Sequence[Path], options: Options, out: Opened) -> None:
    logs = logs_here(files)
    explicit = class_file([place.folder, *place.above])
    mine = [file for file in files if file.suffix.casefold() in TABLE_ENDINGS]
    mine = [file for file in mine if file not in out.used | logs and not is_companion(file)]
    for ranks in rank_groups([file for file in mine if file.suffix.casefold() != ".json"]):
        try:
            out.runs += table_of_ranks(ranks, options, explicit)
            out.used.update(ranks.files.values())
        except (FormatError, OSError):
            continue  # Each of the files says what is wrong with it.
    for file in mine:
        if file in out.used:
            continue
        try:
            out.runs += file_runs(file, options, explicit)
        except NothingToOpen as error:
            out.passed_over.append((file, str(error)))
        except FormatError as error:
            out.problems.append((file, str(error)))


def _answers(file: Path) -> bool:
    about = array_name(file.stem)
    return about.role in ANSWERS or (file.suffix.casefold() == ".npz" and about.epoch is not None)


def _open_arrays(place: Place, files: Sequence[Path], options: Options, out: Opened) -> None:
    """The arrays of a folder as one run; else one for each model that leads their names, and one for each `.npz`."""
    files = [file for file in files if file.suffix.casefold() in ARRAY_ENDINGS]
    try:
        runs = _one_run(place, files, options, out)
        out.runs += runs
    except FormatError as error:
        out.problems.append((place.folder, str(error)))
        return
    if runs:
        return
    arrays = [file for file in files if array_name(file.stem).role is None]
    for owner, mine in owned_files(arrays).items():
        try:
            out.runs.append(_run_of(owner, place, [owned_array(file) for file in mine], options, out))
            out.used.update(mine)
        except FormatError as error:
            out.problems.append((mine[0], str(error)))
    for file in arrays:
        if file in out.used or owned_name(file.stem)[1].role is not None:
            continue
        try:
            if file.suffix.casefold() == ".npy":  # In a folder its shape alone says too little: it may be features.
                raise NothingToOpen(
                    file, "", "is called neither predictions nor labels", "name it preds, probs or logits"
                )
            out.runs += file_runs(file, options, class_file([place.folder, *place.above]))
        except FormatError as error:
            out.passed_over.append((file, str(error)))


def _one_run(place: Place, files: Sequence[Path], options: Options, out: Opened) -> list[Run]:
    """The run of a folder's arrays; none without answers among them."""
    arrays, of_ranks, notes = arrays_of_ranks(files)
    files = [file for file in files if file not in of_ranks]
    if not any(each.about.role in ANSWERS for each in arrays) and not any(map(_answers, files)):
        return []
    for file in files:
        if _answers(file) or array_name(file.stem).role in CONTEXT:
            arrays.extend(named_arrays(file))
    run = _run_of(place.folder.name, place, arrays, options, out)
    return [replace(run, path=place.folder, notes=(*notes, *run.notes))]


def _run_of(name: str, place: Place, arrays: list[Named], options: Options, out: Opened) -> Run:
    beside = arrays_beside(place.folder / name, [place.folder, *place.above])
    path = arrays[0].path if len(arrays) == 1 else place.folder
    samples = tables_beside(path, [place.folder, *place.above])
    run = array_run(name, path, arrays, beside, options, class_file([place.folder, *place.above]), samples)
    out.used |= {each.path for each in samples if any(note.endswith(from_table(each.path)) for note in run.notes)}
    return run
