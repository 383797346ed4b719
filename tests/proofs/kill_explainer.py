"""Ends processes that explain with SIGKILL, two at a time into one file, at random instants, and begins them again.

Checked after every kill: the file reads whole and holds each map that it held before, bit for bit. At the end: every
map is there, none was made twice after it had been committed, and nothing half written is left.

Run in an environment with torch: python -m tests.proofs.kill_explainer --kills 40
"""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import os
import random
import signal
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from clftui.data.explanations import MapFile
from clftui.explain import Subject, command, map_store
from clftui.explain.command import Wishes, run_explain
from tests.builders import write_collection
from tests.proofs.explain import Net, to_tensor

fork = multiprocessing.get_context("fork")


def slow_subject() -> Subject:
    torch.manual_seed(1)
    return Subject(Net(pause=0.02), to_tensor)


redone = fork.Value("q", 0)
"""Maps that were made though they had been committed when their process began."""


class Watched(map_store.MapStore):
    """Counts what is made twice."""

    def kept(self) -> set[tuple[int, int]]:
        self.there = super().kept()
        return self.there

    def add(self, rows: NDArray[np.int64], targets: NDArray[np.int64], maps: NDArray[np.float64]) -> None:
        redone.value += sum(pair in self.there for pair in zip(rows.tolist(), targets.tolist(), strict=True))
        super().add(rows, targets, maps)


def work(root: Path, wishes: Wishes, filters: tuple[str, ...]) -> int:
    """One call of the command in this process, its words thrown away."""
    torch.set_num_threads(1)
    map_store.EVERY_SECONDS = 0.05
    setattr(command, "MapStore", Watched)  # noqa: B010
    chosen = {"paths": (root,), "run": "run0", "split": None, "epoch": None, "filters": filters, "images": None}
    with Path(os.devnull).open("w") as void, contextlib.redirect_stderr(void):
        return run_explain(chosen, wishes, cell=None, wrong=False, limit=None, sample=None)


def content(path: Path) -> dict[tuple[int, int], bytes]:
    """What a reader finds, map by map; any error is a failure."""
    if not path.exists():
        return {}
    file = MapFile(path)
    values = file.maps(np.arange(file.n))
    keys = zip(file.sample.tolist(), file.target.tolist(), strict=True)
    return {key: value.tobytes() for key, value in zip(keys, values, strict=True)}


def check_kills(kills: int) -> None:
    """Two processes at a time explain the two halves of a run; both are killed and begun again until all is there."""
    with tempfile.TemporaryDirectory() as place:
        root = write_collection(Path(place) / "runs", runs=1, images=True)
        wishes = Wishes(f"{__name__}:slow_subject", targets=("top-4",), batch=2, threads=1, device="cpu")
        halves = ('true == "cat" or true == "dog"', 'true == "fox" or true == "owl"')
        path = root / "run0" / "explanations" / "gradcam" / "test.npz"
        chance, done, lost, rounds = random.Random(0), 0, 0, 0
        before: dict[tuple[int, int], bytes] = {}
        while done < kills or rounds == 0:
            rounds += 1
            path.unlink(missing_ok=True)
            before = {}
            for _ in range(8):
                begun = [fork.Process(target=work, args=(root, wishes, (half,))) for half in halves]
                for process in begun:
                    process.start()
                time.sleep(chance.uniform(0.1, 0.9))
                for process in begun:
                    if process.is_alive() and process.pid is not None:
                        os.kill(process.pid, signal.SIGKILL)
                        done += 1
                    process.join()
                now = content(path)
                lost += sum(now.get(key) != value for key, value in before.items())
                before = now
        status = [work(root, wishes, (half,)) for half in halves]
        whole = content(path)
        lost += sum(whole.get(key) != value for key, value in before.items())
        left = [each.name for each in path.parent.iterdir() if each != path]
        print(f"kills: {done} in {rounds} rounds of two processes at once")
        print(f"  committed maps lost or changed: {lost}, made again: {redone.value}, files left over: {left}")
        assert status == [0, 0] and len(whole) == 320 and not lost and not redone.value and not left


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=40)
    check_kills(parser.parse_args().kills)


if __name__ == "__main__":
    main()
