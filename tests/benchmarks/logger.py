"""`python -m tests.benchmarks logger [--rounds N] [--json]`: what logging costs a training loop.

One epoch is 50,000 samples of 1000 classes as float32 logits. The raw write is that array by `numpy.save` and fsync,
in turn with the logger; the logger's whole work is converting, writing, fsync, status, scalars and cutting the epoch
before down to ten scores. The naive float16 is softmax cast and saved.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clftui.logger import RunLogger
from tests.benchmarks.__main__ import Figure, median

N, K, BATCH = 50_000, 1000, 256


def timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def save(path: Path, array: NDArray[Any]) -> None:
    """numpy.save, on the disk when it returns."""
    with path.open("wb") as file:
        np.save(file, array)
        file.flush()
        os.fsync(file.fileno())


def naive(path: Path, logits: NDArray[np.float32]) -> None:
    """Probabilities in float16, as one would first write it."""
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    save(path, (exponentials / exponentials.sum(axis=1, keepdims=True)).astype(np.float16))


def measure(folder: Path, rounds: int) -> list[Figure]:
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, (N, K)).astype(np.float32)
    true = np.sort(rng.integers(0, K, N))
    run = RunLogger(folder / "run", classes=range(K))
    batched = RunLogger(folder / "batched", classes=range(K))
    run.log(1, "test", true, logits=logits)
    run.flush()
    raw, whole, wait, batch, slow = [], [], [], [], []
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for epoch in range(2, rounds + 2):
        raw.append(timed(lambda: save(folder / "raw.npy", logits)))
        begun = time.perf_counter()
        wait.append(timed(lambda: run.log(epoch, "test", true, logits=logits, loss=0.5)))  # noqa: B023
        run.flush()
        whole.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        for at in range(0, N, BATCH):
            batched.append("test", true[at : at + BATCH], logits=logits[at : at + BATCH])
        batched.commit(epoch, split="test", loss=0.5)
        batch.append(time.perf_counter() - begun)
        batched.flush()
        slow.append(timed(lambda: naive(folder / "naive.npy", logits)))
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    run.close()
    batched.close()
    ratio = median([b / a for a, b in zip(raw, whole, strict=True)])
    to_naive = median([b / a for a, b in zip(slow, whole, strict=True)])
    return [
        Figure("", "raw float32 logits, 200 MB, fsync", f"{median(raw) * 1e3:.0f} ms"),
        Figure("", "logger, until all is on the disk", f"{median(whole) * 1e3:.0f} ms"),
        Figure("G13", "ratio, median of pairs", f"{ratio:.2f} x", "<= 3"),
        Figure("G13", "of softmax cast to float16 and saved", f"{to_naive:.2f} x", "<= 0.25"),
        Figure("", "the loop waits, one call", f"{median(wait) * 1e3:.0f} ms"),
        Figure("", f"the loop waits, batches of {BATCH}", f"{median(batch) * 1e3:.0f} ms"),
        Figure("", "memory above the logits (an epoch's float16: 100 MB)", f"{grown:.0f} MB"),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--folder", type=Path, help="where to write (default: the temporary folder)")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=chosen.folder) as folder:
        figures = measure(Path(folder), chosen.rounds)
    if chosen.json:
        print(json.dumps([figure.__dict__ for figure in figures], indent=1))
        return
    for figure in figures:
        print(f"{figure.goal:4} {figure.what:52} {figure.value:24} {figure.target}".rstrip())


if __name__ == "__main__":
    main()
