"""`python -m tests.benchmarks.matrix [--rounds N]`: the goals of the matrix (G4, G5, G6, G8, G11), table on stdout.

Programs take turns within one run, and ratios are medians of the pairs. Peers that are not installed are left out.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from clftui.data.catalog import open_catalog
from clftui.drawing.canvas import Canvas
from clftui.drawing.palette import find_themes, load_theme
from clftui.drawing.strip import strips
from clftui.state.matrix_cells import cells, overview
from clftui.state.matrix_model import matrix
from clftui.state.session import open_session
from clftui.state.settings import MatrixSettings
from tests.benchmarks.__main__ import Figure, app, median
from tests.benchmarks.make_runs import large_run
from tests.benchmarks.naive_matrix import MARK as NAIVE
from tests.benchmarks.terminal import Terminal

KEYS = 20
PAUSE = 0.06
SLOW = 0.3
OURS = b"recall"


@dataclass(frozen=True)
class Cost:
    """What one key costs, in the median (processor: in the mean)."""

    cpu: float
    seconds: float
    size: float


def ours(path: Path) -> list[str]:
    return app(path)


def naive(path: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "tests.benchmarks.naive_matrix", str(path), *more]


def shades(terminal: Terminal) -> None:
    """Cells as the naive widget has them, the cursor at the lower edge, so that every `j` scrolls."""
    terminal.press(b"zz", 0.5)
    terminal.press(b"g", 0.5)
    terminal.press(b"j" * 60, 0.5)


def key_cost(terminal: Terminal, key: bytes, keys: int = KEYS, pause: float = PAUSE) -> Cost:
    """`pause` is what a slow program may take to begin its answer."""
    before = terminal.cpu_seconds()
    bursts = [terminal.press(key, pause) for _ in range(keys)]
    cpu = (terminal.cpu_seconds() - before) / keys
    return Cost(cpu, median([b.seconds for b in bursts]), median([float(b.size) for b in bursts]))


def scrolling(path: Path, rounds: int) -> list[Figure]:
    """G4, G5 and G6 at the pty: a row scrolls into view, against the naive widget, DataTable and VisiData."""
    pairs: list[tuple[Cost, Cost]] = []
    with Terminal(ours(path)) as us, Terminal(naive(path)) as them:
        us.until(OURS)
        shades(us)
        them.until(NAIVE.encode())
        them.quiet(0.5)
        for _ in range(rounds):
            pairs.append((key_cost(us, b"j"), key_cost(them, b"j", KEYS, SLOW)))
    found = [
        _ratio(
            "G4", "processor per scroll key / naive widget", [(a.cpu, b.cpu) for a, b in pairs], 1e3, "ms", "<= 0.10"
        ),
        _ratio(
            "G5", "latency of a scroll key / naive widget", [(a.seconds, b.seconds) for a, b in pairs], 1e3, "ms", ""
        ),
        _ratio(
            "G6", "bytes of a scroll key at the pty / naive", [(a.size, b.size) for a, b in pairs], 1, "B", "<= 0.06"
        ),
    ]
    with Terminal(ours(path)) as us, Terminal(naive(path, "table")) as table:
        us.until(OURS)
        shades(us)
        table.until(NAIVE.encode(), 120)
        table.quiet(0.5)
        table.press(b"\x1b[B" * 50, 3.0)
        rows = [(key_cost(us, b"j", 15), key_cost(table, b"\x1b[B", 15, SLOW)) for _ in range(rounds)]
    found.append(
        _ratio(
            "G5",
            "latency / DataTable's row move (120 x 120)",
            [(a.seconds, b.seconds) for a, b in rows],
            1e3,
            "ms",
            "<= 0.05",
        )
    )
    visidata = shutil.which("vd")
    if visidata is not None:
        found += _visidata(path, rounds, visidata)
    return found


def _visidata(path: Path, rounds: int, program: str) -> list[Figure]:
    evaluation = open_session(open_catalog([path])).evaluation()
    assert evaluation is not None
    sheet = path / "matrix.csv"
    np.savetxt(sheet, evaluation.confusion.dense(), fmt="%d", delimiter=",")
    with Terminal(ours(path)) as us, Terminal([program, str(sheet)]) as them:
        us.until(OURS)
        shades(us)
        them.quiet(3.0)
        them.press(b"j" * 60, 0.5)
        pairs = [(key_cost(us, b"j"), key_cost(them, b"j", KEYS, SLOW)) for _ in range(rounds)]
    sheet.unlink()
    return [
        _ratio("G4", "processor per scroll key / VisiData", [(a.cpu, b.cpu) for a, b in pairs], 1e3, "ms", "<= 0.067"),
        _ratio(
            "G5", "latency of a scroll key / VisiData", [(a.seconds, b.seconds) for a, b in pairs], 1e3, "ms", "<= 0.15"
        ),
    ]


def _ratio(goal: str, what: str, pairs: list[tuple[float, float]], scale: float, unit: str, target: str) -> Figure:
    a, b = (median([pair[side] for pair in pairs]) * scale for side in (0, 1))
    ratio = median([mine / max(theirs, 1e-12) for mine, theirs in pairs])
    return Figure(goal, what, f"{a:,.1f} {unit} / {b:,.1f} {unit} = {ratio:.3f} x", target)


@contextlib.contextmanager
def in_tmux(command: list[str]) -> Iterator[Terminal]:
    """`command` in a tmux of its own: what is read is what tmux sends to its client."""
    socket = f"clftui-bench-{os.getpid()}-{time.monotonic_ns()}"
    start = ["tmux", "-L", socket, "-f", os.devnull, "new-session", "-x", "200", "-y", "50", " ".join(command)]
    try:
        with Terminal(start) as terminal:
            yield terminal
    finally:
        subprocess.run(["tmux", "-L", socket, "kill-server"], capture_output=True, check=False)


def through_tmux(path: Path, rounds: int) -> list[Figure]:
    """G6 at tmux's client."""
    if shutil.which("tmux") is None:
        return [Figure("G6", "bytes at tmux's client", "no tmux here")]
    pairs: list[tuple[float, float]] = []
    with in_tmux(ours(path)) as us, in_tmux(naive(path)) as them:
        us.until(OURS)
        shades(us)
        them.until(NAIVE.encode())
        them.quiet(0.5)
        for _ in range(rounds):
            pairs.append((key_cost(us, b"j", 15).size, key_cost(them, b"j", 15, SLOW).size))
    return [_ratio("G6", "bytes of a scroll key at tmux's client / naive", pairs, 1, "B", "<= 0.35")]


def many_classes(small: Path, large: Path, rounds: int) -> list[Figure]:
    """G5 and G11: 10,000 classes x 500,000 samples against 1000 x 50,000."""
    found = []
    with Terminal(ours(large)) as tens, Terminal(ours(small)) as ones:
        opened = tens.until(OURS), ones.until(OURS)
        tens.quiet(1.0)
        ones.quiet(1.0)
        for name, keys, key in (("overview", b"", b"l"), ("pixels", b"z", b"j"), ("numbers", b"zz", b"j")):
            for terminal in (tens, ones):
                terminal.press(keys, 0.5) if keys else None
                terminal.press(b"g", 0.5)
            pairs = [(key_cost(tens, key, 20), key_cost(ones, key, 20)) for _ in range(rounds)]
            found.append(_ratio("G5", f"latency of a key, 10,000 / 1000 classes, {name}",
                                [(a.seconds, b.seconds) for a, b in pairs], 1e3, "ms", "<= 1.2"))  # fmt: skip
        memory = tens.memory_mb(), ones.memory_mb()
    found.append(Figure("", "first matrix, 10,000 / 1000 classes", f"{opened[0]:.2f} s / {opened[1]:.2f} s"))
    found.append(Figure("", "memory, 10,000 / 1000 classes", f"{memory[0]:.0f} MB / {memory[1]:.0f} MB", "< 300 MB"))
    return found + _in_process(small, large, rounds)


def _in_process(small: Path, large: Path, rounds: int) -> list[Figure]:
    pairs: list[tuple[float, float]] = []
    shown = [matrix(open_session(open_catalog([path]))) for path in (large, small)]
    assert shown[0] is not None and shown[1] is not None
    for _ in range(rounds):
        times = []
        for each in shown:
            assert each is not None
            start = time.perf_counter()
            for top in range(100, 900, 20):
                cells(each, slice(top, top + 46), slice(top, top + 90))
            times.append((time.perf_counter() - start) / 40)
        pairs.append((times[0], times[1]))
    c, k = shown[0].whole, shown[0].n
    triplets = c.true.nbytes + c.predicted.nbytes + c.count.nbytes
    whole = []
    for at_least in range(1, rounds + 1):
        settings = MatrixSettings(at_least=at_least)
        start = time.perf_counter()
        overview(replace(shown[0], settings=settings), 100)
        whole.append(time.perf_counter() - start)
    return [
        Figure("G11", "triplets of 10,000 classes / dense int32",
               f"{triplets / 1e6:.1f} MB / {4 * k * k / 1e6:.0f} MB = {triplets / (4 * k * k):.4f} x", "<= 0.01"),
        _ratio("G11", "window of 46 x 90 cells, 10,000 / 1000 classes", pairs, 1e3, "ms", "<= 1.2"),
        Figure("G11", "overview of 10,000 classes", f"{median(whole) * 1e3:.2f} ms", "<= 1 ms"),
    ]  # fmt: skip


def dense_repaint() -> list[Figure]:
    """G8: a screen of noise, against the bytes that no encoder could leave out."""
    palette = load_theme(find_themes()["dark"])
    canvas = Canvas(200, 46, palette)
    rng = np.random.default_rng(0)
    canvas.bg[:] = np.repeat(palette.ember[rng.integers(0, 24, (46, 100)) * 10], 2, axis=1)
    from rich.console import Console

    console = Console(force_terminal=True, color_system="truecolor")
    size = sum(len(strip.render(console)) for strip in strips(canvas, palette.depth))
    floor = 0
    for row in canvas.bg.tolist():
        before = None
        for colour in row:
            if colour != before:
                floor += len(f"\x1b[48;2;{colour >> 16};{colour >> 8 & 255};{colour & 255}m")
            floor += 1
            before = colour
    return [Figure("G8", "dense repaint / its floor", f"{size:,} B / {floor:,} B = {size / floor:.3f} x", "<= 1.05")]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        small = large_run(Path(folder) / "small")
        large = large_run(Path(folder) / "large", n=500_000, classes=10_000)
        figures = [
            *scrolling(small, chosen.rounds),
            *through_tmux(small, chosen.rounds),
            *dense_repaint(),
            *many_classes(small, large, chosen.rounds),
        ]
    if chosen.json:
        print(json.dumps([figure.__dict__ for figure in figures], indent=1))
        return
    for figure in figures:
        print(f"{figure.goal:4} {figure.what:52} {figure.value:44} {figure.target}".rstrip())


if __name__ == "__main__":
    main()
