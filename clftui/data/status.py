"""Whether a run is running, finished, failed or silent, told from its status files and how old its newest file is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from clftui.schema import STATES, STATUS_FILE, FormatError, Shard
from clftui.storage import read_json

State = Literal["running", "finished", "failed", "silent", "unknown"]

SILENT_AFTER = 120.0
"""Seconds without a heartbeat and without a new file after which a run that says "running" is called silent."""

_RANK_STATUS = re.compile(r"status\.rank(\d+)of(\d+)\.json\Z")


@dataclass(frozen=True)
class RunStatus:
    """What a run says of itself. `silent`: it says "running" but nothing has moved for `SILENT_AFTER` seconds.

    `unknown`: there is no status file (an evaluation, or another format); shown as ended. `heartbeat` is Unix seconds.
    """

    state: State
    heartbeat: float | None = None
    ranks_present: int = 1
    ranks_total: int = 1

    @property
    def live(self) -> bool:
        """Whether more epochs may come."""
        return self.state in ("running", "silent")


UNKNOWN = RunStatus("unknown")


class StatusFiles(NamedTuple):
    """The parsed status files of a run's newest attempt: (rank, content), and when anything of the run last changed."""

    contents: tuple[Mapping[str, object], ...]
    ranks_total: int
    newest_file: float


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
    contents = []
    for name in sorted(files):
        shard = parse_status_file(name)
        if shard is not None and shard.world_size == world:
            try:
                content = read_json(folder / name)
            except FormatError:
                continue
            if isinstance(content, Mapping):
                contents.append(content)
    return StatusFiles(tuple(contents), world, newest_file)


def status_at(files: StatusFiles, now: float) -> RunStatus:
    """The status at `now` (Unix seconds): one failed rank fails the run, all must finish for it to be finished."""
    if not files.contents:
        return UNKNOWN
    states = [str(content.get("state")) for content in files.contents]
    heartbeats = [float(beat) for c in files.contents if isinstance(beat := c.get("heartbeat"), (int, float))]
    heartbeat = max(heartbeats, default=None)
    state = _state(states, files.ranks_total)
    if state == "running" and now - max(heartbeat or 0.0, files.newest_file) > SILENT_AFTER:
        state = "silent"
    return RunStatus(state, heartbeat, len(states), files.ranks_total)


def _state(states: Sequence[str], ranks_total: int) -> State:
    if "failed" in states:
        return "failed"
    if all(state == "finished" for state in states) and len(states) >= ranks_total:
        return "finished"
    return "running" if any(state in STATES for state in states) else "unknown"
