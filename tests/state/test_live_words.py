"""How live a run is, in words: shares of partial epochs, lengths of silence, why a run failed."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from clftui.data.catalog import open_catalog
from clftui.data.run import Run
from clftui.data.status import RunStatus
from clftui.state.later import LATER
from clftui.state.live_words import duration, live_mark, live_notes, share
from tests.builders import write_epoch, write_run, write_samples


def opened(folder: Path) -> Run:
    return open_catalog([folder]).runs[0]


def with_status(folder: Path, **status: object) -> Run:
    return replace(opened(folder), status=RunStatus(**status))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (59.9, "59 s"), (60, "1 min"), (240, "4 min"), (3600, "1 h"), (90_000, "25 h"), (200_000, "2 days")],
)
def test_a_length_of_time_is_rounded_down(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_silence_failure_and_clocks(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "cnn", epochs=1)
    silent = with_status(folder, state="silent", moved=1000.0)
    assert live_mark(silent, now=1250.0) == ("○", "silent for 4 min")
    assert live_notes(silent, now=1250.0) == ("silent for 4 min, though its status file says that it runs",)
    failed = with_status(folder, state="failed", error="RuntimeError: CUDA\x1b[31m")
    assert live_mark(failed) == ("✗", "failed") and live_notes(failed) == ("failed: RuntimeError: CUDA·[31m",)
    ahead = with_status(folder, state="running", clock_ahead=180.0)
    assert live_mark(ahead) == ("●", "live") and live_notes(ahead)[0].startswith("its clock is 3 min ahead")
    assert live_notes(with_status(folder, state="running", clock_ahead=-60.0))[0].startswith(
        "its clock is 1 min behind"
    )
    lost = with_status(folder, state="running", quiet_ranks=(2,), ranks_total=4)
    assert live_mark(lost) == ("◐", "rank 2 silent")
    assert live_mark(with_status(folder, state="running", quiet_ranks=(1, 2))) == ("◐", "2 ranks silent")
    assert live_mark(opened(folder)) == ("○", "ended") and live_notes(opened(folder)) == ()


def _shards(run: Path, epoch: int, n: int, ranks: int) -> None:
    for rank in range(ranks):
        path = write_epoch(run, epoch, "part", classes=4, n=n, seed=rank, skill=0.5)
        path.rename(path.with_name(f"test.rank{rank}of4.npz"))


@pytest.mark.parametrize("known_by", ["table", "earlier epoch", "nothing"])
def test_the_share_of_a_partial_epoch(tmp_path: Path, known_by: str) -> None:
    table = write_samples(tmp_path / "samples" / "test.csv", 131)
    folder = write_run(tmp_path / "runs" / "cnn", epochs=0, state="running")
    if known_by == "table":
        about = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        about["samples"] = {"test": os.path.relpath(table, folder)}
        (folder / "run.json").write_text(json.dumps(about), encoding="utf-8")
    if known_by == "earlier epoch":
        write_epoch(folder, 1, "test", classes=4, n=131, seed=1, skill=0.5)
    _shards(folder, 2, 80, 3)  # the same 80 samples in every rank
    run = opened(folder)
    evaluation = run.evaluation("test")
    assert evaluation is not None and evaluation.ranks == (3, 4) and evaluation.n == 80
    first = live_mark(run, evaluation)
    assert first == ("◐", "3 of 4 ranks") and LATER.settle()
    words = "3 of 4 ranks" if known_by == "nothing" else "3 of 4 ranks, 61 %"
    assert live_mark(run, evaluation) == ("◐", words)
    assert share(run, evaluation, wait=True) == (None if known_by == "nothing" else pytest.approx(80 / 131))
    notes = live_notes(run, evaluation)
    assert notes[0] == "epoch 2: 3 of 4 ranks written" + ("" if known_by == "nothing" else ", 61 % of the samples")
