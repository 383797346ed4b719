"""`clftui import`: whatever can be opened, written as runs; what it says while it does, and how it ends."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

from clftui.data.catalog import Catalog, open_catalog
from clftui.data.convert import Converted, convert
from clftui.schema import FormatError
from clftui.text import plural, sanitise, shorten

_EVERY_SECONDS = 0.1
_NAMED = 3
_CLEAR = "\r\x1b[K"


def run_import(
    sources: Sequence[Path],
    dest: Path,
    *,
    images: Path | None = None,
    hierarchy: Path | None = None,
    transposed: bool = False,
    copy_images: bool = False,
) -> int:
    """Convert `sources` into runs in the folder `dest`; the exit status: 2 without any, 130 if stopped."""
    for path in sources:
        if str(path) != "-" and not path.exists():
            return _refuse(f"{path} does not exist; name a prediction file, a matrix or a folder of them.")
    progress = Progress()
    try:
        catalog = open_catalog(sources, images_root=images, transposed=transposed, hierarchy=hierarchy)
        _say_problems(catalog)
        if catalog.hierarchy_problem is not None and hierarchy is not None:
            return _refuse(f"--hierarchy: {catalog.hierarchy_problem}")
        if not catalog.runs:
            return 2
        done = convert(catalog, dest, copy_images=copy_images, tell=progress)
    except FormatError as error:
        progress.clear()
        return _refuse(str(error))
    except OSError as error:
        progress.clear()
        reason = error.strerror or type(error).__name__
        return _refuse(f"{error.filename or dest} cannot be written ({reason}); run it again to go on from there.")
    except KeyboardInterrupt:
        progress.clear()
        print("stopped; run it again to go on from there", file=sys.stderr)
        return 130
    progress.clear()
    _summary(catalog, done, dest)
    return 0


class Progress:
    """One line on the error stream that is written over; nothing where that is no terminal."""

    def __init__(self) -> None:
        self._shows = sys.stderr.isatty()
        self._last = 0.0

    def __call__(self, what: str, done: int, total: int) -> None:
        """Say what is being written, at most ten times a second."""
        now = time.monotonic()
        if not self._shows or now - self._last < _EVERY_SECONDS:
            return
        self._last = now
        share = 100 * done // max(total, 1)
        told = shorten(sanitise(what), 50)
        print(f"{_CLEAR}{share:3d} %  {done} of {total} evaluations  {told}", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Take the line away."""
        if self._shows:
            print(_CLEAR, end="", file=sys.stderr, flush=True)


def _refuse(sentence: str) -> int:
    print(f"Error: {sanitise(sentence)}", file=sys.stderr)
    return 2


def _say_problems(catalog: Catalog) -> None:
    for problem in catalog.problems:
        print(f"not opened: {sanitise(problem.message)}", file=sys.stderr)
    for problem in catalog.passed_over:
        print(f"passed over: {sanitise(problem.message)}", file=sys.stderr)


def _summary(catalog: Catalog, done: Converted, dest: Path) -> None:
    alike: dict[tuple[str, ...], list[str]] = {}
    for run in catalog.runs:
        alike.setdefault(run.notes, []).append(sanitise(run.name))
    for notes, names in alike.items():
        if notes:
            told = ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
            print(f"{told}: {sanitise('; '.join(notes))}", file=sys.stderr)
    for note in done.notes:
        print(note, file=sys.stderr)
    kept = f", {plural(done.kept, 'file')} kept" if done.kept else ""
    images = f", {plural(done.images, 'image')} copied" if done.images else ""
    wrote = f"{plural(done.written, 'file')} written{kept}{images}"
    print(f"{plural(done.runs, 'run')} in {sanitise(str(dest))}: {wrote}")
