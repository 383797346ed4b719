"""Press keys at random on good and broken collections, in terminals of any size and depth: nothing may end the app.

    python -m tests.proofs.random_keys --sequences 20 --keys 60

After every key each row of the screen must keep the terminal's width and hold nothing a terminal obeys. A sequence is
told by its number: `--first 7 --sequences 1` presses the seventh again. The last line gives the figures.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from clftui.app.registry import Registry
from clftui.bundled import bundled_folder
from clftui.drawing.encode import Depth
from tests.builders import write_collection, write_run
from tests.proofs.fuzz_files import write_everything
from tests.robust import broken
from tests.robust.screens import Screen, drive, session_of
from tests.robust.test_robust_names import NAMES
from tests.robust.test_robust_names import write as write_names

SIZES = ((80, 24), (120, 40), (200, 50), (40, 12), (20, 5), (1, 1), (250, 80))
LEAVING = ("quit",)
TYPED = ("enter", "escape", "backspace", "tab", "space", "left", "home", "a", "c", "5", ">", "=", "'", "delete")


def _good(root: Path) -> list[Path]:
    return [write_collection(root / "good", runs=5, images=True)]


def _digits(root: Path) -> list[Path]:
    return [bundled_folder("sample_runs") / "digits"]


def _glyphs(root: Path) -> list[Path]:
    return [bundled_folder("sample_runs") / "glyphs"]


def _imports(root: Path) -> list[Path]:
    write_everything(root)
    return [root / "runs", *sorted((root / "other").iterdir())]


def _broken(root: Path) -> list[Path]:
    """Every broken run in one collection."""
    for number, (name, case) in enumerate(broken.CASES.items()):
        if not case.whole:
            broken.write(root / f"{number:02d}", case)
            if "huge" in name:
                (root / f"{number:02d}" / "bad" / "run.json").write_text("{")
    return [root]


def _names(root: Path) -> list[Path]:
    return [write_names(root / f"{number}", names) for number, names in enumerate(NAMES.values())]


def _many_classes(root: Path) -> list[Path]:
    classes = [f"class {number}" for number in range(150)]
    return [write_run(root / f"run{seed}", classes=classes, n=3000, epochs=2, seed=seed) for seed in range(2)]


def _empty(root: Path) -> list[Path]:
    root.mkdir(exist_ok=True)
    return [root]


COLLECTIONS: tuple[Callable[[Path], list[Path]], ...] = (
    _good, _digits, _glyphs, _imports, _broken, _names, _many_classes, _empty,
)  # fmt: skip


@dataclass
class Figures:
    """What a run of sequences came to."""

    sequences: int = 0
    keys: int = 0
    clicks: int = 0
    resizes: int = 0
    views: Counter[str] = field(default_factory=Counter)
    dialogs: int = 0
    slowest: float = 0.0
    failures: list[str] = field(default_factory=list)


def choices() -> list[str]:
    """Every key of every command but the one that leaves, and some to type into dialogs."""
    own = [key for c in Registry().commands if c.id not in LEAVING for key in c.keys]
    return list(dict.fromkeys([*own, *TYPED]))


def sequence(number: int, length: int, folder: Path, figures: Figures) -> None:
    """Press `length` random keys on one collection. An exception names what had been pressed."""
    rng = random.Random(number)
    paths = COLLECTIONS[number % len(COLLECTIONS)](folder)
    keys, pressed = choices(), list[str]()

    async def script(screen: Screen) -> None:
        for _ in range(length):
            start = time.perf_counter()
            kind = rng.random()
            if kind < 0.04:
                width, height = rng.choice(SIZES)
                pressed.append(f"{width}x{height}")
                await screen.resize(width, height)
                figures.resizes += 1
            elif kind < 0.12:
                at = (rng.randrange(screen.app.size.width), rng.randrange(screen.app.size.height))
                pressed.append(f"click{at}")
                await screen.click(*at)
                figures.clicks += 1
            else:
                # Half of the keys would end in the line of some dialog otherwise.
                leave = len(screen.app.screen_stack) > 2 and rng.random() < 0.3
                pressed.append(rng.choice(("escape", "enter")) if leave else rng.choice(keys))
                await screen.press(pressed[-1])
                figures.keys += 1
            figures.slowest = max(figures.slowest, time.perf_counter() - start)
            figures.views[screen.session.tab.value] += 1
            figures.dialogs += len(screen.app.screen_stack) > 2
        await screen.settle()

    try:
        depth = rng.choice(tuple(Depth))
        drive(session_of(*paths), script, size=rng.choice(SIZES), depth=depth)
    except (Exception, asyncio.CancelledError):
        last = "".join(traceback.format_exc().splitlines(keepends=True)[-9:])
        figures.failures.append(f"sequence {number}: {' '.join(pressed)}\n{last}")
    figures.sequences += 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sequences", type=int, default=20)
    parser.add_argument("--keys", type=int, default=60)
    parser.add_argument("--first", type=int, default=0)
    chosen = parser.parse_args()
    figures = Figures()
    with tempfile.TemporaryDirectory(prefix="clftui-keys-") as place:
        # Exports land in the working folder, copied lists in the state folder.
        os.environ.update({"XDG_STATE_HOME": place, "XDG_CONFIG_HOME": place})
        os.chdir(place)
        for number in range(chosen.first, chosen.first + chosen.sequences):
            sequence(number, chosen.keys, Path(place) / f"collection{number}", figures)
        os.chdir("/")
    for failure in figures.failures:
        print(failure, end="\n\n")
    views = ", ".join(f"{count} in {view}" for view, count in figures.views.most_common())
    print(
        f"{figures.sequences} sequences, {figures.keys} keys, {figures.clicks} clicks, {figures.resizes} resizes "
        f"({views}; {figures.dialogs} in dialogs): {len(figures.failures)} failed; slowest {figures.slowest:.2f} s"
    )
    return 1 if figures.failures else 0


if __name__ == "__main__":
    sys.exit(main())
