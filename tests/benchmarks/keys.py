"""`python -m tests.benchmarks keys [--scale small|large] [--collections abcd]`: what every key costs, table on stdout.

Every command that a key reaches, in every tab, variant and face, is pressed a few times through the real app in a
terminal of 120 x 40 once nothing is on its way: the longest time that the event loop stood still (with the processor
time of its thread and of our other ones in it, which other programs do not lengthen), and the bytes that were written,
soon after the key and in all. Slowest first; what was not pressed is listed below, with the reason.
`--openings` measures the start instead: seconds to the first frame and to a settled one, and memory at its peak.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.benchmarks.key_collections import COLLECTIONS, collection
from tests.benchmarks.terminal import Terminal

COLUMNS, ROWS = 120, 40
OF_FEATURES = ("responses", "subclasses", "layers", "explanations", "methods", "sensitivity")
LIMIT_MS, LIMIT_BYTES = 50.0, 5000


def places_of(letter: str) -> list[str]:
    """Where keys are pressed: layers and maps are in one collection alone."""
    shown = ["runs", "ranking", "matrix", "epochs", "map", "scores", "scores calibration", "samples", "sample alone"]
    return list(OF_FEATURES) if letter == "d" else shown


def pressed(letter: str, path: Path, chosen: argparse.Namespace) -> list[dict[str, Any]]:
    """All lines of a collection."""
    answers = path.parent / f"{path.name}.answers"
    settings = path.parent / "settings"
    command = [sys.executable, "-m", "tests.benchmarks.keys_inside", str(path), str(answers),
               "--presses", str(chosen.presses), "--places", *(chosen.places or places_of(letter)),
               *(["--commands", *chosen.commands] if chosen.commands else [])]  # fmt: skip
    own = {f"XDG_{each}_HOME": str(settings) for each in ("CONFIG", "STATE", "CACHE", "DATA")}
    there = set(path.iterdir())
    with Terminal(command, columns=COLUMNS, rows=ROWS, env=own) as ours:
        try:
            ours.ended(timeout=chosen.limit)
        except TimeoutError:
            print(f"{letter}: not all keys were pressed within {chosen.limit:.0f} seconds", file=sys.stderr)
    for each in set(path.iterdir()) - there:
        # Tags and probes, which keys have made.
        shutil.rmtree(each) if each.is_dir() else each.unlink()
    lines = [json.loads(line) for line in answers.read_text(encoding="utf-8").splitlines()]
    crash = [line["crash"] for line in lines if "crash" in line]
    if crash:
        print(f"{letter}: the app ended: {crash[0]}", file=sys.stderr)
    return [{**line, "collection": letter} for line in lines if "crash" not in line]


def middle(values: list[float]) -> float:
    return statistics.median(values)


def spent(each: dict[str, Any]) -> float:
    """The longest that the loop stood still for work of our own, in milliseconds."""
    gaps = zip(each["gaps_ms"], each["own_ms"], each["others_ms"], strict=True)
    return float(max(min(gap, own + others) for gap, own, others in gaps))


def table(lines: list[dict[str, Any]]) -> list[str]:
    """The lines as text, the longest wait first, then what was not pressed."""
    done = sorted((each for each in lines if not each["why_not"]), key=lambda each: -spent(each))
    text = [f"{'':2}{'where':20} {'key':10} {'command':26} {'gap ms':>7} {'worst':>7} {'own':>7} {'others':>7} "
            f"{'first':>7} {'bytes':>7} {'worst':>7} {'all':>7}  in"]  # fmt: skip
    for each in done:
        gaps, soon = each["gaps_ms"], each["soon_bytes"]
        numbers = (middle(gaps), max(gaps), max(each["own_ms"]), max(each["others_ms"]), middle(each["first_ms"]),
                   middle(soon), max(soon), max(each["all_bytes"]))  # fmt: skip
        names = f"{each['collection']:2}{each['place']:20} {each['key']:10} {each['command']:26}"
        text.append(" ".join([names, *(f"{number:7.0f}" for number in numbers), f" {each['where']}"]))
    slow = sum(max(each["gaps_ms"]) > LIMIT_MS for each in done)
    steady = sum(spent(each) > LIMIT_MS for each in done)
    wide = sum(middle(each["soon_bytes"]) > LIMIT_BYTES for each in done)
    text.append(f"{len(done)} keys pressed; {slow} held the loop for more than {LIMIT_MS:.0f} ms once, {steady} by "
                f"work of our own; {wide} sent more than {LIMIT_BYTES} bytes at once")  # fmt: skip
    idle: dict[str, list[str]] = {}
    for each in lines:
        if each["why_not"]:
            where = f"{each['collection']} {each['place']}: {each['command']}"
            idle.setdefault(each["why_not"], []).append(where)
    text += [f"not pressed, {why}: {'; '.join(names)}" for why, names in idle.items()]
    return text


def peak_mb(pid: int) -> float:
    """The most resident memory that a process had."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1e3


def opening(path: Path, view: str) -> str:
    """The start of the app on a path, in words."""
    command = [sys.executable, "-m", "clftui", str(path), "--view", view, "--graphics", "none"]
    with Terminal(command, columns=COLUMNS, rows=ROWS) as ours:
        first = ours.until(b"Features", timeout=60)
        used = ours.cpu_seconds()
        settled = time.perf_counter()
        burst = ours.quiet(1.0, limit=30)
        start = f"{first * 1e3:6.0f} ms to the first frame ({used * 1e3:4.0f} of processor)"
        waited = time.perf_counter() - settled - 1
        end = f"{1e3 * (first + burst.seconds):6.0f} ms until settled ({waited:4.1f} s)"
        return f"{start}, {end}, {peak_mb(ours.pid):5.0f} MB at most"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks keys", description=__doc__)
    parser.add_argument("--scale", choices=("small", "large"), default="large")
    parser.add_argument("--collections", default="abcd", help=", ".join(f"{k}: {v[0]}" for k, v in COLLECTIONS.items()))
    parser.add_argument("--places", nargs="*", default=[], help="tabs, variants and faces; all without one")
    parser.add_argument("--commands", nargs="*", default=[], help="ids of commands; all without one")
    parser.add_argument("--presses", type=int, default=3, help="of each key")
    parser.add_argument("--folder", type=Path, help="where collections are kept, and found again")
    parser.add_argument("--limit", type=float, default=3600.0, help="seconds for each collection")
    parser.add_argument("--openings", action="store_true")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(Path.cwd()), os.environ.get("PYTHONPATH", "")]))
    with tempfile.TemporaryDirectory() as made:
        folder = chosen.folder or Path(made)
        lines = []
        for letter in chosen.collections:
            path = collection(letter, folder, small=chosen.scale == "small")
            if chosen.openings:
                views = ("features",) if letter == "d" else ("runs", "ranking", "matrix", "map", "scores")
                for view in views:
                    print(f"{letter} {COLLECTIONS[letter][0]:58} {view:9} {opening(path, view)}", flush=True)
            else:
                lines += pressed(letter, path, chosen)
    if not chosen.openings:
        print(json.dumps(lines, indent=1) if chosen.json else "\n".join(table(lines)))


if __name__ == "__main__":
    main()
