"""Follow collections on disk: file events where they work, and a heartbeat of a few stats where they do not."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from clftui.data.catalog import Catalog, look
from clftui.data.folder import FolderSource
from clftui.data.imports import STDIN
from clftui.data.imports.pipe import followed, grew
from clftui.data.inotify import available, folder_changes
from clftui.data.status import SILENT_AFTER
from clftui.schema import EPOCHS_FOLDER, RUN_FILE, SCALARS_FILE, STATUS_FILE, epoch_folder

log = logging.getLogger(__name__)

BEAT_SECONDS = 2.0
PIPE_SECONDS = 0.5
"""How often a pipe is looked at where it is all there is."""
GATHER_SECONDS = 0.02
"""Changes that follow so soon are looked at together: an epoch's splits, the files of several ranks."""
STEP_MS = 50
"""Where events can only be asked for: how often. With it go the delay of a new epoch and what waiting costs."""

SLOW_BEATS = 5
"""Runs that have ended are looked at every so many heartbeats."""

MAX_WATCHED = 4_000
"""Folders under file events; a collection with more is followed by the heartbeat alone."""

MAX_LOOKED = 500
"""Folders that are no run but are watched all the same, since one may become one."""

Fingerprint = tuple[tuple[str, int, int], ...]


class Watcher:
    """One thread that opens the catalog again when something has changed and hands it to `on_change`.

    Network folders send no events, and a rename two levels down does not change the run folder's time: so the
    status files, scalars, epochs/ and newest epochs' folders of live runs are asked for their times every two seconds.
    """

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()

    def start(
        self,
        paths: Sequence[Path],
        previous: Catalog,
        on_change: Callable[[Catalog], None],
        *,
        images_root: Path | None = None,
    ) -> None:
        """Begin to follow `paths`, from the catalog `previous` on; `on_change` is called in the watcher's thread."""
        self.stop()
        self._stop = threading.Event()
        follower = _Follower(list(paths), previous, on_change, images_root, self._stop)
        self._thread = threading.Thread(target=follower.run, name="clftui-watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread; nothing is called any more when this returns (within about a second)."""
        self._stop.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout=2.0)
        self._thread = None


class _Follower:
    def __init__(
        self,
        paths: list[Path],
        catalog: Catalog,
        on_change: Callable[[Catalog], None],
        images_root: Path | None,
        stop: threading.Event,
    ) -> None:
        self._paths = paths
        self._catalog = catalog
        self._on_change = on_change
        self._images_root = images_root
        self._stop = stop
        self._looked: tuple[Path, ...] = ()
        self._beats = 0
        self._seen: dict[bool, Fingerprint] = {}
        self._paths_of: dict[bool, tuple[str, ...]] = {}

    def run(self) -> None:
        """Until stopped. Nothing escapes: a collection that cannot be read now may be readable at the next beat."""
        while not self._stop.is_set():
            try:
                self._follow()
            except Exception:
                log.exception("the watcher starts again")
                self._stop.wait(BEAT_SECONDS)

    def _follow(self) -> None:
        """Watch the folders of the present catalog until they are others."""
        watched = watched_folders(self._catalog, self._looked)
        # What has changed while no events were asked for.
        self._refresh()
        if watched_folders(self._catalog, self._looked) != watched:
            return
        for event in _events(watched, self._stop):
            if self._stop.is_set():
                return
            if event or self._beat():
                self._refresh()
                if watched_folders(self._catalog, self._looked) != watched:
                    return

    def _beat(self) -> bool:
        """Whether a time stamp is another than before the last look, or a running run has fallen silent."""
        self._beats += 1
        slow = self._beats % SLOW_BEATS == 0
        # The names stay until the next look; making them anew would cost more than asking for the times.
        paths = self._paths_of.get(slow)
        if paths is None:
            paths = self._paths_of[slow] = telling_files(self._catalog, self._looked, slow)
        changed = stamps(paths) != self._seen.get(slow) or grew(self._catalog.imports.get(STDIN))
        return changed or (slow and _fell_silent(self._catalog))

    def _refresh(self) -> None:
        # Taken before the look itself: what changes in between is then seen at the next beat.
        self._paths_of = {slow: telling_files(self._catalog, self._looked, slow) for slow in (False, True)}
        self._seen = {slow: stamps(paths) for slow, paths in self._paths_of.items()}
        images_root, transposed = self._images_root, self._catalog.transposed
        newer, self._looked = look(self._paths, images_root=images_root, transposed=transposed, previous=self._catalog)
        if newer is not self._catalog and not self._stop.is_set():
            self._catalog, self._paths_of = newer, {}
            self._on_change(newer)


def _fell_silent(catalog: Catalog) -> bool:
    """Silence leaves no trace on disk: it is told by how long a running run has not moved."""
    now = time.time()
    running = (run.source for run in catalog.runs if run.status.state == "running")
    return any(isinstance(source, FolderSource) and now - source.pulse.moved > SILENT_AFTER for source in running)


def watched_folders(catalog: Catalog, looked: Sequence[Path]) -> tuple[Path, ...]:
    """The folders in which something may appear: the paths, what is no run yet, the runs, their newest epochs."""
    folders: dict[Path, None] = {}
    for path in catalog.paths:
        if path != STDIN:
            folders[path if path.is_dir() else path.parent] = None
    folders.update(dict.fromkeys(looked[:MAX_LOOKED]))
    for run in catalog.runs:
        if isinstance(run.source, FolderSource):
            epochs = run.path / EPOCHS_FOLDER
            newest = [epochs / epoch_folder(epoch) for epoch in run.source.scan.listed]
            folders.update(dict.fromkeys([run.path, *([epochs] if newest else []), *newest]))
    return tuple(sorted(folders))


def telling_files(catalog: Catalog, looked: Sequence[Path], slow: bool) -> tuple[str, ...]:
    """The files and folders whose times tell whether a run has changed; with `slow` of ended runs too."""
    paths = [path for path in catalog.paths if path != STDIN]
    if slow:
        paths.extend(place for folder in looked[:MAX_LOOKED] for place in (folder, folder / RUN_FILE))
    for run in catalog.runs:
        if not isinstance(run.source, FolderSource):
            paths.append(run.path)
            continue
        if not (slow or run.status.live or run.status.state == "unknown"):
            continue
        scan = run.source.scan
        paths.extend(run.path / name for name in scan.status_files or (STATUS_FILE,))
        paths.extend(run.path / name for name in (RUN_FILE, SCALARS_FILE, EPOCHS_FOLDER))
        paths.extend(run.path / EPOCHS_FOLDER / epoch_folder(epoch) for epoch in scan.listed)
    return tuple(map(str, paths))


def stamps(paths: Sequence[str]) -> Fingerprint:
    """Path, time and size of each of `paths` that is there."""
    found = []
    for path in paths:
        try:
            status = os.stat(path)  # noqa: PTH116 - making a Path costs more than asking
        except OSError:
            continue
        found.append((path, status.st_mtime_ns, status.st_size))
    return tuple(found)


def _events(folders: tuple[Path, ...], stop: threading.Event) -> Iterator[bool]:
    """True after file events, False at each heartbeat."""
    if folders and len(folders) <= MAX_WATCHED:
        try:
            yield from (_waited if available() else _polled)(folders, stop)
            return
        except (ImportError, OSError) as error:
            log.info("no file events (%s): changes are seen within %g seconds", error, BEAT_SECONDS)
    while not stop.wait(PIPE_SECONDS if not folders and followed() else BEAT_SECONDS):
        yield False


def _waited(folders: tuple[Path, ...], stop: threading.Event) -> Iterator[bool]:
    changes = folder_changes(
        folders, stop, timeout=BEAT_SECONDS, gather=GATHER_SECONDS, most=10 * GATHER_SECONDS, wanted=_is_whole
    )
    return _with_beats(map(bool, changes))


def _polled(folders: tuple[Path, ...], stop: threading.Event) -> Iterator[bool]:
    from watchfiles import watch

    changes = watch(
        *folders,
        watch_filter=lambda _, path: _is_whole(path.rpartition(os.sep)[2]),
        step=STEP_MS,
        debounce=10 * STEP_MS,
        stop_event=stop,
        rust_timeout=int(BEAT_SECONDS * 1000),
        yield_on_timeout=True,
        raise_interrupt=False,
        force_polling=False,
        recursive=False,
        ignore_permission_denied=True,
    )
    return _with_beats(map(bool, changes))


def _with_beats(events: Iterator[bool]) -> Iterator[bool]:
    """Steady events of one folder must not keep the heartbeat of another from being felt."""
    beat = time.monotonic()
    for event in events:
        yield event
        if event and time.monotonic() - beat > BEAT_SECONDS:
            yield False
            beat = time.monotonic()
        elif not event:
            beat = time.monotonic()


def _is_whole(name: str) -> bool:
    """Temporary files are none of our business: they are renamed when they are whole."""
    return not (name.startswith(".") or name.endswith(".tmp"))
