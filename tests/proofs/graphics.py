"""Pictures in real terminals: screenshots are searched for the pictures that should show.

    python -m tests.proofs.graphics --shoot "kitty-shot" --shoot "kitty-shot --tmux" --shoot "xterm-shot" --out DIR

Each `--shoot` is a program that runs a command in a real terminal and saves its window: it has to understand
`--size 100x30 --wait S --keys LIST --out FILE.png -- COMMAND...`, with a comma-separated list of keys and `wait:S`.
Every picture of the collection has two colours of its own, so a screenshot tells which ones show, and how large.
"""

from __future__ import annotations

import argparse
import colorsys
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tests.builders import write_collection

STEPS = {
    "static": "wait:2",
    "scrolled": "wait:1,j,j,j,j,j,wait:2",
    "back": "wait:1,j,j,j,j,j,wait:1,k,k,k,k,k,wait:2",
    "under a dialog": "wait:1,?,wait:2",
    "dialog closed": "wait:1,?,wait:1,esc,wait:2",
    "one alone": "wait:1,enter,wait:2",
    "redrawn": "wait:1,ctrl+l,wait:2",
}
NEAR = 14
"""How far a channel may be off: sixels round to percents, terminals scale."""


def colours(number: int) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    """The left and the right half of a picture."""
    hue = number / 80
    light, dark = colorsys.hsv_to_rgb(hue, 0.9, 0.95), colorsys.hsv_to_rgb(hue, 0.9, 0.5)
    return tuple(round(255 * each) for each in light), tuple(round(255 * each) for each in dark)  # type: ignore[return-value]


def make(root: Path) -> Path:
    """A collection of 80 pictures that can be told apart."""
    write_collection(root, runs=1, images=True)
    for number, path in enumerate(sorted((root / "images").glob("*.png"))):
        pixels = np.zeros((32, 32, 3), np.uint8)
        pixels[:, :16], pixels[:, 16:] = colours(number)
        Image.fromarray(pixels).save(path)
    return root


def shows(screen: NDArray[np.uint8], number: int) -> int:
    """Pixels of a screenshot that have the colours of a picture."""
    found = [(np.abs(screen.astype(int) - colour).max(axis=2) <= NEAR).sum() for colour in colours(number)]
    return int(min(found))


def visible(path: Path) -> dict[int, int]:
    """Which pictures a screenshot shows, and how many pixels of each half; neighbouring hues count once."""
    screen = np.asarray(Image.open(path).convert("RGB"))
    counts = {number: shows(screen, number) for number in range(80)}
    return {number: count for number, count in counts.items() if count >= 300}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shoot", action="append", required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        root = make(Path(folder) / "colours")
        app = ["env", f"PYTHONPATH={Path.cwd()}", f"XDG_STATE_HOME={folder}/state", sys.executable, "-m", "clftui",
               str(root), "--view", "samples", "--filter", "id != ''"]  # fmt: skip
        for number, shoot in enumerate(options.shoot):
            seen: dict[str, dict[int, int]] = {}
            for step, keys in STEPS.items():
                out = options.out / f"{number}-{step.replace(' ', '-')}.png"
                words = [*shlex.split(shoot), "--size", "100x30", "--wait", "4", "--keys", keys, "--out", str(out)]
                subprocess.run([*words, "--", *app], check=True)
                seen[step] = visible(out)
            problems = judge(seen)
            failed += bool(problems)
            print(f"{shoot}: {'; '.join(problems) or 'right'}   ", {step: len(found) for step, found in seen.items()})
    return 1 if failed else 0


def judge(seen: dict[str, dict[int, int]]) -> list[str]:
    """What is wrong with the screenshots of one terminal."""
    static = seen["static"]
    problems = [] if len(static) >= 6 else ["hardly any pictures show"]
    for step in ("back", "dialog closed", "redrawn"):
        if set(seen[step]) != set(static):
            problems.append(f"{step}: other pictures than at first")
        elif any(abs(count - static[number]) > 0.1 * static[number] for number, count in seen[step].items()):
            problems.append(f"{step}: pictures have another size than at first")
    if set(seen["scrolled"]) == set(static):
        problems.append("scrolled: the same pictures as at first")
    if len(seen["one alone"]) > 4 or max(seen["one alone"].values(), default=0) <= max(static.values(), default=1):
        problems.append("one alone: not one large picture")
    if sum(seen["under a dialog"].values()) > 0.5 * sum(static.values()):
        problems.append("under a dialog: pictures show through")
    return problems


if __name__ == "__main__":
    sys.exit(main())
