"""`python -m tests.benchmarks.live [--rounds N] [--idle SECONDS] [--size N] [--json]`: what following a training costs.

G15: from the rename that commits an epoch to the first changed character in the terminal, beside a program that looks
once a second. G14: processor and bytes while nothing happens beside 30 runs x 90 epochs. Memory with 10 runs x 90
epochs of 50,000 samples and 1000 classes, each tab visited. Takes some minutes and about 0.4 GB of disk.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from tests.benchmarks.__main__ import HELLO, MARK, Figure, app, median
from tests.benchmarks.make_runs import large_run, many_runs, scored
from tests.benchmarks.terminal import Terminal, first_bytes

POLLER = """
import os, sys, time
seen = set(os.listdir(sys.argv[1]))
print("POLLING", flush=True)
while True:
    time.sleep(1)
    for name in sorted(set(os.listdir(sys.argv[1])) - seen):
        if os.path.exists(os.path.join(sys.argv[1], name, "test.npz")):
            seen.add(name)
            print("epoch", int(name), flush=True)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--idle", type=float, default=30.0)
    parser.add_argument("--size", type=int, default=50_000, help="samples of the large runs")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        parts: list[Callable[[], list[Figure]]] = [
            lambda: commit(root / "small", 10_000, 10, chosen.rounds),
            lambda: commit(root / "large", chosen.size, 1000, chosen.rounds),
            lambda: idle(root / "many", chosen.idle),
            lambda: memory(root / "ten", chosen.size),
        ]
        figures = [figure for part in parts for figure in part()]
    if chosen.json:
        print(json.dumps([figure.__dict__ for figure in figures], indent=1))
        return
    for figure in figures:
        print(f"{figure.goal:4} {figure.what:58} {figure.value:58} {figure.target}".rstrip())


def commit(root: Path, n: int, classes: int, rounds: int) -> list[Figure]:
    """G15: one writer, both watching; delays are told from the moment of the rename."""
    large_run(root, n=n, classes=classes, epochs=3)
    folder = root / "large"
    (folder / "status.json").write_text(json.dumps({"state": "running", "heartbeat": time.time()}))
    ours, theirs = [], []
    poller = [sys.executable, "-c", POLLER, str(folder / "epochs")]
    with Terminal(app(root)) as screen, Terminal(poller) as polled:
        screen.until(MARK)
        polled.until(b"POLLING")
        screen.quiet(1.5)
        for renamed in _commits(folder, n, classes, rounds):
            seconds = first_bytes((screen, polled), renamed)
            ours.append(seconds[0])
            theirs.append(seconds[1])
            # A better order of the classes may come a second later.
            screen.quiet(1.5)
            polled.quiet(0.0)
        screen.quiet(3.0)
        screen.press(b"\x0c", 1.0)
        last = 3 + rounds
        assert f"epoch {last}/{last}".encode() in screen.written, "what changed was something else"
    high = sorted(ours)[int(0.9 * len(ours))]
    what = f"commit to first character, {n:,} x {classes:,}"
    ratio = median(ours) / median(theirs)
    return [
        Figure("G15", what, f"median {median(ours) * 1e3:.0f} ms, 9 of 10 within {high * 1e3:.0f} ms"),
        Figure("", "the same of a poller once a second", f"median {median(theirs) * 1e3:.0f} ms"),
        Figure("G15", "ratio of the medians", f"{ratio:.2f} x", "<= 0.2"),
    ]


def _commits(folder: Path, n: int, classes: int, rounds: int) -> Iterator[float]:
    """When each epoch's file was renamed; as the logger commits: aside in the epoch's folder, then one rename."""
    rng, chance = np.random.default_rng(5), random.Random(6)
    for epoch in range(4, 4 + rounds):
        place = folder / "epochs" / f"{epoch:05d}"
        place.mkdir()
        with (place / ".test.npz.tmp").open("wb") as file:
            np.savez(file, allow_pickle=False, **scored(rng, n, classes, 0.7))
        time.sleep(chance.uniform(0.2, 1.2))
        renamed = time.perf_counter()
        (place / ".test.npz.tmp").rename(place / "test.npz")
        yield renamed


def idle(root: Path, seconds: float) -> list[Figure]:
    """G14: all runs say that they are live, which is the dearest to watch."""
    many_runs(root, splits=1)
    for folder in root.iterdir():
        (folder / "status.json").write_text(json.dumps({"state": "running", "heartbeat": time.time() + 5}))
    with Terminal(HELLO) as hello, Terminal(app(root, "runs")) as ours:
        hello.until(b"HELLOMARK")
        ours.until(b"run0")
        for each in (hello, ours):
            each.quiet(3.0, limit=30.0)
        # Threads that end take what they used out of the sum.
        time.sleep(10)
        before = hello.cpu_seconds(), ours.cpu_seconds(), len(ours.written)
        time.sleep(seconds)
        ours.quiet(0.05)
        bare, full = hello.cpu_seconds() - before[0], ours.cpu_seconds() - before[1]
        size = len(ours.written) - before[2]
    return [
        Figure("G14", f"idle processor, 30 live runs x 90 epochs, {seconds:.0f} s",
               f"{100 * full / seconds:.2f} % / {100 * bare / seconds:.2f} % = {full / bare:.2f} x", "<= 2"),
        Figure("G14", "bytes per second at rest", f"{size / seconds:.1f}", "0"),
    ]  # fmt: skip


def memory(root: Path, n: int, *, runs: int = 10, epochs: int = 90, files: int = 10) -> list[Figure]:
    """Resident memory of the app's process. Of each run's epochs only `files` differ; the others are links to them.

    A link has a name, an inode and pages like a file of its own as far as a reader can tell, so the app holds what it
    would hold for 900 files.
    """
    for number in range(runs):
        _linked_run(root / f"run{number}", n, epochs, files, number)
    figures = []
    with Terminal(app(root, "runs")) as ours:
        ours.until(b"run0")
        ours.quiet(6.0, limit=120.0)
        figures.append(Figure("", f"memory, {runs} runs x {epochs} epochs of {n:,} x 1,000: Runs", _mb(ours)))
        for key, name in ((b"2", "Ranking"), (b"3", "Matrix"), (b"4", "Epochs"), (b"7", "Samples")):
            ours.press(key, 2.0)
            ours.quiet(6.0, limit=120.0)
            figures.append(Figure("", f"  then {name}", _mb(ours)))
    return figures


def _mb(terminal: Terminal) -> str:
    return f"{terminal.memory_mb():.0f} MB"


def _linked_run(folder: Path, n: int, epochs: int, files: int, seed: int) -> None:
    large_run(folder.parent / f".{folder.name}", n=n, epochs=files, seed=seed)
    made = folder.parent / f".{folder.name}" / "large"
    made.rename(folder)
    made.parent.rmdir()
    about = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps({**about, "name": folder.name}))
    for epoch in range(files + 1, epochs + 1):
        place = folder / "epochs" / f"{epoch:05d}"
        place.mkdir()
        (place / "test.npz").hardlink_to(folder / "epochs" / f"{(epoch - 1) % files + 1:05d}" / "test.npz")


if __name__ == "__main__":
    main()
