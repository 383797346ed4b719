"""Silence, failures, ranks and clocks that disagree, told from status files and what changes while one looks."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from clftui.data.catalog import open_catalog
from clftui.data.run import Run
from clftui.data.status import SILENT_AFTER, Pulse, RunStatus, StatusFiles, status_at
from clftui.schema import STATUS_FILE
from tests.builders import write_run

NOW = 1_800_000_000.0


def told(*beats: float, newest: float, state: str = "running", changed: tuple[float, ...] | None = None) -> StatusFiles:
    """Status files of as many ranks as there are heartbeats, each written when it says unless `changed` says."""
    contents = tuple({"state": state, "heartbeat": beat} for beat in beats)
    return StatusFiles(contents, len(beats), newest, tuple(range(len(beats))), beats if changed is None else changed)


def test_a_run_is_silent_once_neither_its_heart_nor_its_files_move() -> None:
    long = SILENT_AFTER + 1
    assert status_at(told(NOW - long, newest=NOW - long), NOW).state == "silent"
    assert status_at(told(NOW - 5, newest=NOW - long), NOW).state == "running"
    assert status_at(told(NOW - long, newest=NOW - 5), NOW).state == "running"
    assert status_at(told(NOW - long, newest=NOW - long), NOW).moved == NOW - long
    assert status_at(told(NOW - long, newest=NOW - long, state="finished"), NOW).state == "finished"


def test_a_heartbeat_from_the_future_is_not_believed_but_its_file_is() -> None:
    ahead = told(NOW + 3600, newest=NOW - SILENT_AFTER - 60, changed=(NOW - SILENT_AFTER - 60,))
    status = status_at(ahead, NOW)
    assert status.state == "silent" and status.moved == NOW - SILENT_AFTER - 60 and status.clock_ahead == 3780
    fresh = status_at(told(NOW + 3600, newest=NOW - 1, changed=(NOW - 1,)), NOW)
    assert fresh.state == "running" and fresh.clock_ahead == 3600


def test_a_few_seconds_are_no_disagreement() -> None:
    status = status_at(told(NOW + 4, newest=NOW), NOW)
    assert (status.state, status.clock_ahead, status.moved) == ("running", 0.0, NOW)


def test_where_all_clocks_are_ahead_what_changes_lives_and_what_does_not_falls_silent() -> None:
    pulse = Pulse()
    assert status_at(told(NOW + 900, newest=NOW + 900), NOW, pulse).state == "running"
    assert status_at(told(NOW + 900, newest=NOW + 900), NOW + SILENT_AFTER + 1, pulse).state == "silent"
    again = NOW + SILENT_AFTER + 30
    assert status_at(told(NOW + 1100, newest=NOW + 1100), again, pulse).state == "running"
    assert pulse.moved == again


def test_a_clock_behind_does_not_make_a_beating_run_silent_and_is_said_once_it_beats() -> None:
    pulse, late = Pulse(), 600.0
    first = status_at(told(NOW - late, newest=NOW, changed=(NOW,)), NOW, pulse)
    assert first.state == "running" and first.clock_ahead == 0  # it may be a copied folder
    later = status_at(told(NOW + 30 - late, newest=NOW + 30, changed=(NOW + 30,)), NOW + 31, pulse)
    assert later.state == "running" and later.clock_ahead == -late
    # Files of the same slow clock, on a disk of that machine: only that they change shows life.
    slow = Pulse()
    assert status_at(told(NOW - late, newest=NOW - late), NOW, slow).state == "silent"
    assert status_at(told(NOW + 30 - late, newest=NOW + 30 - late), NOW + 31, slow).state == "running"


def test_a_constant_heartbeat_is_no_clock() -> None:
    pulse = Pulse()
    status_at(told(1.0, newest=NOW, changed=(NOW,)), NOW, pulse)
    assert status_at(told(1.0, newest=NOW + 9, changed=(NOW,)), NOW + 9, pulse).clock_ahead == 0


def test_a_killed_rank_is_named_while_the_others_beat() -> None:
    long = NOW - SILENT_AFTER - 60
    status = status_at(told(NOW - 3, NOW - 5, long, NOW - 4, newest=NOW - 3), NOW)
    assert status.state == "running" and status.quiet_ranks == (2,)
    assert status_at(told(NOW - 3, newest=NOW - 3), NOW).quiet_ranks == ()


def test_a_failed_run_says_why() -> None:
    files = StatusFiles(({"state": "failed", "error": "RuntimeError: CUDA out of memory"},), 1, NOW)
    assert status_at(files, NOW).error == "RuntimeError: CUDA out of memory"
    assert status_at(StatusFiles(({"state": "failed", "error": 7},), 1, NOW), NOW).error == ""


@pytest.mark.parametrize("beat", [None, "soon", True, float("nan")])
def test_heartbeats_that_are_no_times_are_left_out(beat: object) -> None:
    files = StatusFiles(({"state": "running", "heartbeat": beat},), 1, NOW - 10, (0,), (NOW - 10,))
    status = status_at(files, NOW)
    assert status.state == "running" and status.heartbeat is None and status.moved == NOW - 10


def _write(folder: Path, beat: float, changed: float) -> None:
    path = folder / STATUS_FILE
    path.write_text(json.dumps({"state": "running", "heartbeat": beat}), encoding="utf-8")
    os.utime(path, (changed, changed))


def test_the_pulse_goes_on_from_catalog_to_catalog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_run(tmp_path / "cnn", epochs=1)
    for path in (folder / "run.json", folder / "epochs", *folder.rglob("*.npz")):
        os.utime(path, (NOW + 900, NOW + 900))
    _write(folder, NOW + 900, NOW + 900)
    clock = [NOW]
    monkeypatch.setattr("clftui.data.run.time.time", lambda: clock[0])
    catalog = open_catalog([tmp_path])

    def look() -> Run:
        nonlocal catalog
        catalog = open_catalog([tmp_path], previous=catalog)
        return catalog.runs[0]

    first = catalog.runs[0]
    assert first.status == RunStatus("running", NOW + 900, 1, 1, NOW, 900)
    clock[0] = NOW + 60
    assert look() is first
    clock[0] = NOW + SILENT_AFTER + 1
    assert look().status.state == "silent"
    _write(folder, NOW + 990, NOW + 990)
    assert look().status.state == "running"
