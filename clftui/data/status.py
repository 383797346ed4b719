"""Whether a run is running, finished, failed or silent, told from its status files and how old its newest file is."""

from __future__ import annotations

import math
import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from clftui.schema import STATES, STATUS_FILE, FormatError, Shard
from clftui.storage import read_json

State = Literal["running", "finished", "failed", "silent", "unknown"]

SILENT_AFTER = 120.0
"""Seconds without a heartbeat and without a new file after which a run that says "running" is called silent.

Four of the logger's heartbeats: one that is late, or a network folder that shows it late, is no crash.
"""
CLOCKS_AGREE = 10.0
"""Seconds that two machines' clocks may differ before it is worth a word."""
LATE = 30.0
"""Seconds by which a heartbeat may be older than its own file before that is a clock's fault."""
IMPLAUSIBLE = 86_400.0
"""A heartbeat so many seconds off is no clock's: whoever wrote the file writes no Unix seconds."""

_RANK_STATUS = re.compile(r"status\.rank(\d+)of(\d+)\.json\Z")


@dataclass(frozen=True)
class RunStatus:
    """What a run says of itself. `silent`: it says "running" but nothing has moved for `SILENT_AFTER` seconds.

    `unknown`: there is no status file (an evaluation, or another format); shown as ended. `heartbeat` is Unix seconds
    by the writer's clock, `moved` by ours: when the run last gave a sign of life.
    """

    state: State
    heartbeat: float | None = None
    ranks_present: int = 1
    ranks_total: int = 1
    moved: float | None = None
    clock_ahead: float = 0.0
    """Seconds the writer's clock is ahead of ours, rounded; negative behind; 0 where they agree or nobody can tell."""
    quiet_ranks: tuple[int, ...] = ()
    """Ranks that have been silent while others still write."""
    error: str = ""
    """What a failed run says went wrong."""

    @property
    def live(self) -> bool:
        """Whether more epochs may come."""
        return self.state in ("running", "silent")


UNKNOWN = RunStatus("unknown")


class StatusFiles(NamedTuple):
    """The parsed status files of a run's newest attempt, and when anything of the run last changed (Unix seconds).

    `ranks` and `changed` tell, for each of `contents`, whose it is and when its file was written.
    """

    contents: tuple[Mapping[str, object], ...]
    ranks_total: int
    newest_file: float
    ranks: tuple[int, ...] = ()
    changed: tuple[float, ...] = ()


class Pulse:
    """When a run last moved by this machine's clock, whatever other clocks say: what changes while one looks, lives."""

    def __init__(self) -> None:
        self.moved = 0.0
        """Unix seconds; 0 before the first look."""
        self.beats = 0
        """How often something has changed between two looks."""
        self.noticed = 0.0
        """When what it shows now was first seen."""
        self._stamp: Hashable = None
        self._alive = 0.0

    def feel(self, stamp: Hashable, said: float | None, now: float) -> float:
        """When the run last moved, where `stamp` is all it shows and `said` the latest believable time in it."""
        if stamp != self._stamp:
            if self._stamp is not None:
                self.beats += 1
            if self._stamp is not None or said is None:
                self._alive = now
            self._stamp, self.noticed = stamp, now
        self.moved = max(said or 0.0, self._alive)
        return self.moved


def parse_status_file(name: str) -> Shard | None:
    """The shard whose status a file holds; None for other files."""
    if name == STATUS_FILE:
        return Shard(1, 0)
    match = _RANK_STATUS.match(name)
    if match is None or not int(match[1]) < int(match[2]):
        return None
    return Shard(int(match[2]), int(match[1]))


def read_status(folder: Path, files: Mapping[str, float], newest_file: float) -> StatusFiles:
    """Read the status files of the newest attempt.

    `files` maps the names of a run folder's status files to their modification times: where the world size changed,
    the attempt with the newest file counts. A file that cannot be read is left out: it may be of a moment ago.
    """
    attempts: dict[int, float] = {}
    for name, changed in files.items():
        shard = parse_status_file(name)
        if shard is not None:
            attempts[shard.world_size] = max(changed, attempts.get(shard.world_size, 0.0))
    if not attempts:
        return StatusFiles((), 1, newest_file)
    world = max(attempts, key=lambda size: attempts[size])
    found: list[tuple[int, float, Mapping[str, object]]] = []
    for name in sorted(files):
        shard = parse_status_file(name)
        if shard is not None and shard.world_size == world:
            try:
                content = read_json(folder / name)
            except FormatError:
                continue
            if isinstance(content, Mapping):
                found.append((shard.rank, files[name], content))
    ranks, changes, contents = (tuple(each[at] for each in found) for at in range(3))
    return StatusFiles(contents, world, newest_file, ranks, changes)  # type: ignore[arg-type]


def status_at(files: StatusFiles, now: float, pulse: Pulse | None = None) -> RunStatus:
    """The status at `now` (Unix seconds): one failed rank fails the run, all must finish for it to be finished.

    A time in the future is a clock's fault and is not believed: a heartbeat's file then says when it was written, and
    where that is in the future too, `pulse` says when it was first seen.
    """
    if not files.contents:
        return UNKNOWN
    pulse = pulse if pulse is not None else Pulse()
    states = [str(content.get("state")) for content in files.contents]
    beats = [_beat(content) for content in files.contents]
    heartbeat = max((beat for beat in beats if beat is not None), default=None)
    state = _state(states, files.ranks_total)
    said = _believable((heartbeat, files.newest_file, *beats, *files.changed), now)
    moved = pulse.feel((files.newest_file, *beats), said, now)
    if state == "running" and now - moved > SILENT_AFTER:
        state = "silent"
    return RunStatus(
        state,
        heartbeat,
        len(states),
        files.ranks_total,
        moved,
        _clock_ahead(files, beats, pulse) if state in ("running", "silent") else 0.0,
        _quiet_ranks(files, states, beats, now) if state == "running" else (),
        _error(files.contents) if state == "failed" else "",
    )


def _beat(content: Mapping[str, object]) -> float | None:
    beat = content.get("heartbeat")
    is_time = isinstance(beat, int | float) and not isinstance(beat, bool) and math.isfinite(beat)
    return float(beat) if is_time else None  # type: ignore[arg-type]


def _believable(times: Sequence[float | None], now: float) -> float | None:
    """The latest of `times` that is not in the future."""
    return max((min(time, now) for time in times if time is not None and time <= now + CLOCKS_AGREE), default=None)


def _clock_ahead(files: StatusFiles, beats: Sequence[float | None], pulse: Pulse) -> float:
    """A heartbeat later than its file, or from the future, is proof; an earlier one may be a copy, unless it beats."""
    pairs = [
        (beat, min(changed, pulse.noticed))
        for beat, changed in zip(beats, files.changed, strict=False)
        if beat is not None
    ]
    ahead = max((beat - written for beat, written in pairs), default=0.0)
    if CLOCKS_AGREE < ahead < IMPLAUSIBLE:
        return max(_rounded(ahead), CLOCKS_AGREE)
    behind = max((written - beat for beat, written in pairs), default=0.0)
    return -_rounded(behind) if pulse.beats and LATE < behind < IMPLAUSIBLE else 0.0


def _rounded(seconds: float) -> float:
    """As exact as a word about clocks needs, so that it does not change with every heartbeat."""
    step = 60 if seconds >= 90 else 10
    return float(round(seconds / step) * step)


def _quiet_ranks(
    files: StatusFiles, states: Sequence[str], beats: Sequence[float | None], now: float
) -> tuple[int, ...]:
    """Ranks whose own file and heartbeat are old: the others' threads beat on where one process was killed."""
    if files.ranks_total < 2:
        return ()
    quiet = []
    for rank, state, beat, changed in zip(files.ranks, states, beats, files.changed, strict=False):
        last = _believable((beat, changed), now)
        if state == "running" and last is not None and now - last > SILENT_AFTER:
            quiet.append(rank)
    return tuple(quiet)


def _error(contents: Sequence[Mapping[str, object]]) -> str:
    said = (content.get("error") for content in contents if content.get("state") == "failed")
    return next((text for text in said if isinstance(text, str)), "")


def _state(states: Sequence[str], ranks_total: int) -> State:
    if "failed" in states:
        return "failed"
    if all(state == "finished" for state in states) and len(states) >= ranks_total:
        return "finished"
    return "running" if any(state in STATES for state in states) else "unknown"
