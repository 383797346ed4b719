"""A collection: the runs found under some paths, and one sentence for each thing that could not be opened."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from clftui.data.discover import Found, discover
from clftui.data.imports import STDIN, Imported, import_path
from clftui.data.run import Run, open_run
from clftui.data.tables import Tables
from clftui.schema import HIERARCHY_FILES, RUN_FILE, FormatError
from clftui.text import plural, sanitise, shorten

if TYPE_CHECKING:
    from clftui.data.imports.hierarchy import HierarchyFile


class Problem(NamedTuple):
    """Something that could not be opened, and why, in one sentence that names the file."""

    path: Path
    message: str


@dataclass(frozen=True, eq=False)
class Catalog:
    """All runs of a collection at one moment. `revision` grows with each change; equal catalogs are the same object."""

    root: Path
    name: str
    runs: tuple[Run, ...]
    problems: tuple[Problem, ...] = ()
    revision: int = 1
    paths: tuple[Path, ...] = ()
    tables: Tables = field(default_factory=Tables)
    imports: Mapping[Path, Imported] = field(default_factory=dict)
    transposed: bool = False
    hierarchy_file: Path | None = None
    """The hierarchy that was asked for, before any that runs name or that lies in the folder."""
    passed_over: tuple[Problem, ...] = ()
    """Files of a folder that are about something else, and why: settings, lists of labels. No mistakes."""

    @cached_property
    def _by_key(self) -> Mapping[str, Run]:
        return {run.key: run for run in self.runs}

    def run(self, key: str) -> Run | None:
        """The run with this key."""
        return self._by_key.get(key)

    @cached_property
    def _hierarchy(self) -> tuple[HierarchyFile | None, str | None, Path | None]:
        declared = [run.hierarchy for run in self.runs if run.hierarchy is not None]
        usual = [path for name in HIERARCHY_FILES if (path := self.root / name).exists()]
        chosen = [self.hierarchy_file] if self.hierarchy_file is not None else [*declared, *usual]
        if not chosen:
            return None, None, None
        from clftui.data.imports.hierarchy import read_hierarchy

        try:
            return read_hierarchy(chosen[0]), None, chosen[0]
        except FormatError as error:
            return None, str(error), chosen[0]

    @property
    def hierarchy(self) -> Mapping[str, object] | None:
        """The class hierarchy, nested {"name", "children"}: the chosen one, the first run's, else the collection's."""
        return self._hierarchy[0].tree if self._hierarchy[0] is not None else None

    @property
    def hierarchy_notes(self) -> tuple[str, ...]:
        """What was assumed about the hierarchy's file or left out of it, in a sentence each."""
        return self._hierarchy[0].notes if self._hierarchy[0] is not None else ()

    @property
    def hierarchy_problem(self) -> str | None:
        """Why the hierarchy's file could not be read, in one sentence."""
        return self._hierarchy[1]

    @property
    def hierarchy_path(self) -> Path | None:
        """The hierarchy's file; None without one."""
        return self._hierarchy[2]

    @cached_property
    def _class_difference(self) -> str | None:
        runs = [run for run in self.runs if run.classes]  # Scalars alone know no classes.
        if not runs or all(run.classes == runs[0].classes for run in runs):
            return None
        lists = Counter(run.classes for run in runs)
        usual = lists.most_common(1)[0][0]
        odd = [run for run in runs if run.classes != usual]
        return _difference(usual, odd)

    def class_difference(self) -> str | None:
        """One sentence where the runs' class lists differ; they are compared by name, never by index."""
        return self._class_difference


def open_catalog(
    paths: Sequence[Path],
    *,
    images_root: Path | None = None,
    transposed: bool = False,
    hierarchy: Path | None = None,
    previous: Catalog | None = None,
) -> Catalog:
    """Open collections, run folders and files of other formats; what fails becomes a Problem, the rest opens.

    A folder without runs is looked through for other formats. `transposed`: rows of bare matrices are the predicted
    classes. `-` reads standard input. Runs of `previous` that have not changed are reused; if nothing at all has
    changed, `previous` itself is returned. `hierarchy` is a file to use instead of the runs' own; `previous` keeps its
    one. FormatError never leaves; an empty collection has a Problem that says why.
    """
    return look(paths, images_root=images_root, transposed=transposed, hierarchy=hierarchy, previous=previous)[0]


def look(
    paths: Sequence[Path],
    *,
    images_root: Path | None = None,
    transposed: bool = False,
    hierarchy: Path | None = None,
    previous: Catalog | None = None,
) -> tuple[Catalog, tuple[Path, ...]]:
    """`open_catalog`, and the folders that are no run, or no whole one: something may yet appear in them."""
    if previous is not None and (previous.tables.images_root, previous.transposed) != (images_root, transposed):
        previous = None
    if hierarchy is None and previous is not None:
        hierarchy = previous.hierarchy_file
    opening = _Opening(previous, Tables(images_root) if previous is None else previous.tables, transposed)
    given = tuple(path if path == STDIN else _absolute(path) for path in paths)
    for path in given:
        opening.open(path)
    root = _root(given)
    runs = _with_keys(opening.runs, root)
    same_tree = previous is not None and previous.hierarchy_file == hierarchy
    if previous is not None and same_tree and _same(previous, runs, opening.problems, given):
        return previous, tuple(opening.looked)
    revision = previous.revision + 1 if previous is not None else 1
    problems, imports = tuple(opening.problems), opening.imports
    catalog = Catalog(
        root, _name(given), runs, problems, revision, given, opening.tables, imports, transposed, hierarchy,
        tuple(opening.passed_over),
    )  # fmt: skip
    return catalog, tuple(opening.looked)


class _Opening:
    """The runs and problems gathered while a catalog is opened."""

    def __init__(self, previous: Catalog | None, tables: Tables, transposed: bool) -> None:
        self.tables = tables
        self.runs: list[Run] = []
        self.problems: list[Problem] = []
        self.passed_over: list[Problem] = []
        self.imports: dict[Path, Imported] = {}
        self.looked: list[Path] = []
        self._transposed = transposed
        self._known = {run.path: run for run in previous.runs} if previous is not None else {}
        self._imported = previous.imports if previous is not None else {}
        self._seen: set[Path] = set()

    def open(self, path: Path) -> None:
        """Add what is at `path`."""
        if path in self._seen:
            return
        found = Found(files=[path]) if path == STDIN else discover(path)
        self.problems.extend(Problem(where, message) for where, message in found.problems)
        self.looked.extend(found.looked)
        for folder in found.folders:
            if folder not in self._seen:
                self._seen.add(folder)
                self._open_run(folder)
        self._seen.add(path)
        if not found.folders and not found.problems:
            self._import(path, found)

    def _open_run(self, folder: Path) -> None:
        try:
            self.runs.append(open_run(folder, self.tables, previous=self._known.get(folder)))
        except FormatError as error:
            self.problems.append(Problem(folder, str(error)))
            self.looked.append(folder)

    def _import(self, path: Path, found: Found) -> None:
        if not found.files and not found.subfolders:
            self.problems.append(Problem(path, _nothing(path, found)))
            return
        imported = import_path(
            path,
            images_root=self.tables.images_root,
            transposed=self._transposed,
            previous=self._imported.get(path),
        )
        self.imports[path] = imported
        # The previous catalog may have given these runs keys of their own.
        known = {id(run.source): run for run in self._known.values()}
        self.runs.extend(known.get(id(run.source), run) for run in imported.runs)
        self.problems.extend(Problem(where, message) for where, message in imported.problems)
        self.passed_over.extend(Problem(where, message) for where, message in imported.passed_over)
        if not imported.runs and not imported.problems:
            self.problems.append(Problem(path, _nothing(path, found)))


def _absolute(path: Path) -> Path:
    return path.resolve() if ".." in path.parts else path.absolute()


def _name(paths: Sequence[Path]) -> str:
    return ", ".join(sanitise(path.name or str(path)) for path in paths[:3]) + (" …" if len(paths) > 3 else "")


def _same(previous: Catalog, runs: tuple[Run, ...], problems: list[Problem], paths: tuple[Path, ...]) -> bool:
    return (
        previous.paths == paths
        and previous.problems == tuple(problems)
        and len(previous.runs) == len(runs)
        and all(a is b for a, b in zip(previous.runs, runs, strict=True))
    )


def _root(paths: Sequence[Path]) -> Path:
    """The folder that run paths are told relative to, and where hierarchy and triage files lie."""
    paths = [path for path in paths if path != STDIN]
    if len(paths) == 1:
        path = paths[0]
        return path.parent if path.is_file() or (path / RUN_FILE).is_file() else path
    return Path(os.path.commonpath(paths)) if paths else Path.cwd()


def _with_keys(runs: Sequence[Run], root: Path) -> tuple[Run, ...]:
    names = Counter(run.name for run in runs)
    used: set[str] = set()
    out = []
    for run in runs:
        key = run.name
        if names[run.name] > 1:
            key = os.path.relpath(run.path, root)
        base, number = key, 2
        while key in used:
            key, number = f"{base} ({number})", number + 1
        used.add(key)
        out.append(run if run.key == key else replace(run, key=key))
    return tuple(out)


def _nothing(path: Path, found: Found) -> str:
    if not path.exists():
        return f"{path} does not exist; check the path."
    if not found.files and not found.subfolders:
        return f"{path} is an empty folder; write a run into it (RunLogger) or name a folder that holds runs."
    return f"{path} holds no runs: no run.json was found in it; name a folder of runs or a file of predictions."


def _difference(usual: tuple[str, ...], odd: Sequence[Run]) -> str:
    run = odd[0]
    names = shorten(run.key, 40, middle=True) + (f" and {plural(len(odd) - 1, 'other run')}" if len(odd) > 1 else "")
    has = "have" if len(odd) > 1 else "has"
    lacking, more = set(usual).difference(run.classes), set(run.classes).difference(usual)
    if not lacking and not more:
        what = f"{names} {has} the same classes in another order"
    else:
        parts = []
        if lacking:
            parts.append(f"without {_few(sorted(lacking))}")
        if more:
            parts.append(f"with {_few(sorted(more))}")
        what = f"{names} {has} other classes ({', '.join(parts)})"
    return f"{what}; classes are compared by name."


def _few(names: Sequence[str]) -> str:
    shown = ", ".join(shorten(name, 24) for name in names[:3])
    return shown + (f" and {len(names) - 3} more" if len(names) > 3 else "")
