"""`python -m tests.benchmarks [PART] [--rounds N] [--idle SECONDS] [--json]`: measure and print a table.

Parts, each with a --help of its own: app (start, keys, rest; the default), matrix (scrolling beside a naive widget and
peers), blocks (orders and blocks of planted structure), live (following a training), samples (scrolling),
scores (stacks and axes), features (the response map of 1000 classes x 1024 units),
logger (what logging costs a training), imports (opening other formats beside pandas),
explain (maps of every method; needs torch), keys (every key of every tab on large collections).

Competing programs take turns within one run (A B A B ...), and ratios are medians of the pairs, since a machine's
speed drifts. Times nobody in CI.
"""

from __future__ import annotations

import argparse
import importlib
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from clftui.state.later import IDLE_SECONDS
from tests.benchmarks.make_runs import large_run, many_runs
from tests.benchmarks.terminal import Terminal

HELLO = [sys.executable, "-m", "tests.benchmarks.hello"]
MARK = b"predicted"


@dataclass(frozen=True)
class Figure:
    """One line of the table."""

    goal: str
    what: str
    value: str
    target: str = ""


def app(path: Path, view: str = "matrix") -> list[str]:
    """The command that opens the app on a path."""
    return [sys.executable, "-m", "clftui", str(path), "--view", view, "--graphics", "none"]


def median(values: list[float]) -> float:
    return statistics.median(values)


def first_frame(path: Path, rounds: int) -> list[Figure]:
    """G1 and G3: time to the first matrix against a bare Textual hello, and memory at rest."""
    pairs: list[tuple[float, float]] = []
    memory: list[tuple[float, float]] = []
    for round_ in range(rounds + 1):
        with Terminal(HELLO) as hello:
            a = hello.until(b"HELLOMARK")
            hello.quiet(0.4)
            bare = hello.memory_mb()
        with Terminal(app(path)) as ours:
            b = ours.until(MARK)
            # At rest once the thread of background work has ended.
            ours.quiet(IDLE_SECONDS + 1, 20)
            full = ours.memory_mb()
        if round_:
            pairs.append((a, b))
            memory.append((bare, full))
    hello_ms, ours_ms = (median([pair[side] for pair in pairs]) * 1e3 for side in (0, 1))
    bare_mb, ours_mb = (median([pair[side] for pair in memory]) for side in (0, 1))
    ratio = median([b / a for a, b in memory])
    return [
        Figure("", "bare Textual hello, first frame", f"{hello_ms:.0f} ms"),
        Figure("", "clftui, first matrix of 50,000 x 1000", f"{ours_ms:.0f} ms"),
        Figure("G1", "ratio, median of pairs", f"{median([b / a for a, b in pairs]):.2f} x", "<= 1.5"),
        Figure("G3", "memory at rest", f"{ours_mb:.0f} MB / {bare_mb:.0f} MB = {ratio:.2f} x", "<= 1.9"),
    ]


def idle(path: Path, seconds: float) -> list[Figure]:
    """G14: processor time and bytes while nothing happens, watching the folder."""
    with Terminal(HELLO) as hello, Terminal(app(path)) as ours:
        hello.until(b"HELLOMARK")
        ours.until(MARK)
        hello.quiet(1.0)
        ours.quiet(1.0)
        time.sleep(2)
        ours.quiet(0.3)
        before = hello.cpu_seconds(), ours.cpu_seconds(), len(ours.written)
        time.sleep(seconds)
        ours.quiet(0.05)
        bare, full = hello.cpu_seconds() - before[0], ours.cpu_seconds() - before[1]
        size = len(ours.written) - before[2]
    return [
        Figure("G14", f"idle processor, {seconds:.0f} s, watching",
               f"{100 * full / seconds:.2f} % / {100 * bare / seconds:.2f} % = {full / bare:.2f} x", "<= 2"),
        Figure("G14", "bytes per second at rest", f"{size / seconds:.1f}", "0"),
    ]  # fmt: skip


def keys_of_view(
    path: Path, view: str, what: str, mark: bytes, actions: Sequence[tuple[str, bytes, bytes]], *, quiet: float,
    pause: float, times: int = 12,
) -> list[Figure]:  # fmt: skip
    """The first picture of a view, until `mark` shows; then latency, bytes and processor time of each key.

    `actions`: a name, the keys that lead there, and those that are pressed in turn, `pause` seconds for each.
    """
    found = []
    with Terminal(app(path, view)) as ours:
        seconds = ours.until(mark)
        ours.quiet(quiet)
        found.append(Figure("", what, f"{seconds * 1e3:.0f} ms"))
        for name, before, keys_ in actions:
            for each in before:
                ours.press(bytes([each]), 0.6)
            cpu = ours.cpu_seconds()
            bursts = [ours.press(keys_[at % len(keys_) :][:1], pause) for at in range(times)]
            used = (ours.cpu_seconds() - cpu) / times
            latency = median([burst.seconds for burst in bursts]) * 1e3
            worst = max(burst.seconds for burst in bursts) * 1e3
            size = median([float(burst.size) for burst in bursts])
            words = f"{latency:.1f} ms (worst {worst:.0f}), {size:,.0f} B, {used * 1e3:.1f} ms"
            found.append(Figure("", f"{name}: latency, bytes, processor", words))
    return found


def keys(path: Path) -> list[Figure]:
    """Latency, bytes and processor time of a cursor key and of a page in the matrix."""
    figures = []
    with Terminal(app(path)) as ours:
        ours.until(MARK)
        ours.quiet(1.0)
        ours.press(b"g", 0.5)
        for name, key, times in (("cursor key", b"l", 12), ("row that scrolls", b"j", 90), ("page", b"\x04", 12)):
            before = ours.cpu_seconds()
            bursts = [ours.press(key) for _ in range(times)]
            cpu = (ours.cpu_seconds() - before) / times
            latency = median([burst.seconds for burst in bursts]) * 1e3
            size = median([float(burst.size) for burst in bursts])
            figures.append(Figure("", f"{name}: latency, bytes, processor",
                                  f"{latency:.1f} ms, {size:,.0f} B, {cpu * 1e3:.1f} ms"))  # fmt: skip
    return figures


COLD = """
import os, sys, time, resource
counts = {"stat": 0, "scandir": 0, "open": 0}
def hook(event, args):
    if event == "os.scandir" or event == "os.listdir": counts["scandir"] += 1
    if event == "open": counts["open"] += 1
from pathlib import Path
from clftui.data.catalog import open_catalog
from clftui.state.session import open_session
sys.addaudithook(hook)
start = time.perf_counter()
catalog = open_catalog([Path(sys.argv[1])])
opened = time.perf_counter()
session = open_session(catalog)
ready = time.perf_counter()
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(len(catalog.runs), opened - start, ready - opened, counts["scandir"], counts["open"], memory)
"""


def cold_open(path: Path) -> list[Figure]:
    """30 runs x 90 epochs x 3 splits: time, system calls and memory of opening the collection."""
    done = subprocess.run([sys.executable, "-c", COLD, str(path)], capture_output=True, text=True, check=True)
    runs, opened, ready, scandir, opens, memory = done.stdout.split()
    figures = [
        Figure("", f"open {runs} runs x 90 epochs x 3 splits", f"{float(opened) * 1e3:.0f} ms, then scores "
               f"{float(ready) * 1e3:.0f} ms; {scandir} listings, {opens} files opened, {float(memory):.0f} MB"),
    ]  # fmt: skip
    strace = subprocess.run(["which", "strace"], capture_output=True, check=False).returncode == 0
    if strace:
        traced = subprocess.run(
            ["strace", "-f", "-c", "-e", "trace=%stat,%lstat,%fstat,statx", sys.executable, "-c", COLD, str(path)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        calls = sum(int(line.split()[3]) for line in traced.stderr.splitlines() if "stat" in line.split()[-1:][0:1][0]
                    and line.split()[0][:1].isdigit())  # fmt: skip
        figures.append(Figure("", "stat calls of that (strace, with Python's own start)", str(calls)))
    return figures


PARTS = ("app", "matrix", "blocks", "live", "samples", "scores", "features", "logger", "imports", "explain", "keys")


def main() -> None:
    if len(sys.argv) > 1 and sys.argv[1] in PARTS[1:]:
        importlib.import_module(f"tests.benchmarks.{sys.argv.pop(1)}").main()
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", nargs="?", choices=PARTS, default="app")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--idle", type=float, default=30.0)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        large = large_run(Path(folder) / "one")
        many = many_runs(Path(folder) / "many")
        parts: list[Callable[[], list[Figure]]] = [
            lambda: first_frame(large, chosen.rounds),
            lambda: keys(large),
            lambda: idle(large, chosen.idle),
            lambda: cold_open(many),
        ]
        figures = [figure for part in parts for figure in part()]
    if chosen.json:
        print(json.dumps([figure.__dict__ for figure in figures], indent=1))
        return
    for figure in figures:
        print(f"{figure.goal:4} {figure.what:52} {figure.value:44} {figure.target}".rstrip())


if __name__ == "__main__":
    main()
