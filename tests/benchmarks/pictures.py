"""From a key to the pictures on the screen: a real app in a terminal, thumbnails and one sample alone.

What is timed is what a person waits for: from the key's byte to the first byte that answers it, and to the last one,
which is of the last picture that was decoded for it. Nothing of a picture is on the screen or in memory before.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np

from clftui.bundled import bundled_folder
from tests.benchmarks.terminal import Terminal, first_bytes

SIZES = ((120, 40), (200, 50))
GRAPHICS = ("blocks", "kitty")
PAGE, NEXT, OPEN, BACK = b"\x04", b"l", b"\r", b"\x7f"
QUIET = 0.3
"""Seconds without a byte after which nothing more is coming."""


def pressed(terminal: Terminal, key: bytes) -> tuple[float, float, int]:
    """Milliseconds to the first and to the last byte that answer a key, and how many bytes there are."""
    had, start = len(terminal.written), time.perf_counter()
    os.write(terminal.fileno(), key)
    [first] = first_bytes([terminal], start, timeout=2.0)
    since = time.perf_counter() - start
    rest = terminal.quiet(QUIET)
    last = since + rest.seconds if rest.size else first
    return 1000 * first, 1000 * last, len(terminal.written) - had


def told(found: Sequence[tuple[float, float, int]]) -> str:
    """`6 ms, pictures 41 ms (95 %: 60), 21,400 B`"""
    first, last, size = (np.asarray(column, dtype=np.float64) for column in zip(*found, strict=True))
    high = np.percentile(last, 95)
    return f"{np.median(first):.0f} ms, pictures {np.median(last):.0f} ms (95 %: {high:.0f}), {np.median(size):,.0f} B"


def latency(path: Path, size: tuple[int, int], graphics: str, presses: int) -> list[tuple[str, str]]:
    """(what, figures) of pages of new thumbnails, of a cursor among those there are, and of a sample alone."""
    command = [sys.executable, "-m", "clftui", str(path), "--view", "samples", "--graphics", graphics]
    with Terminal(command, columns=size[0], rows=size[1]) as terminal:
        terminal.until(b"predicted wrong")
        terminal.quiet(2.0)
        pages = list[tuple[float, float, int]]()
        with suppress(TimeoutError):  # The list has ended: nothing answers.
            while len(pages) < presses:
                pages.append(pressed(terminal, PAGE))
        terminal.press(b"g", QUIET)
        cursor = [pressed(terminal, NEXT) for _ in range(presses)]
        alone = []
        for _ in range(presses):
            terminal.press(NEXT, QUIET)
            alone.append(pressed(terminal, OPEN))
            terminal.press(BACK, QUIET)
    where = f"{size[0]} x {size[1]}, {graphics}"
    return [
        (f"page of new thumbnails, {where}", told(pages)),
        (f"next thumbnail, {where}", told(cursor)),
        (f"a sample alone, {where}", told(alone)),
    ]


def table(paths: Sequence[Path], presses: int) -> list[tuple[str, str]]:
    """The figures of each collection; without one, of the bundled glyphs."""
    found = []
    for path in paths or (bundled_folder("sample_runs") / "glyphs",):
        for size in SIZES:
            for graphics in GRAPHICS:
                found += [(f"{path.name}: {what}", value) for what, value in latency(path, size, graphics, presses)]
    return found
