"""Two hosts log their ranks into one folder while their clocks disagree, and a third process watches.

Each host is a process with a name and a clock of its own, two of four ranks each. Checked: every sample of every epoch
is there once with its own rank's answer; while either writes the run shows as running without a break and as finished
at the end; no problem is told; the disagreement of the clocks is.

Run: python -m tests.proofs.hosts [--skew 3600]
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clftui.data.catalog import Catalog, open_catalog

N, K, EPOCHS, RANKS = 403, 5, 6, 4
TRUE = np.arange(N) % K
BREATH = 0.25
"""Seconds between two epochs."""


class Seen(NamedTuple):
    """What a watcher shows of a run that may flap."""

    state: str
    clock_ahead: float
    quiet_ranks: tuple[int, ...]


def answers(rows: NDArray[np.int64], epoch: int) -> NDArray[np.int64]:
    """What the model says of each sample in an epoch."""
    return (TRUE[rows] + (rows * epoch) % 3) % K


def rows_of_rank(rank: int) -> NDArray[np.int64]:
    """What a distributed sampler hands to a rank, repeats and all."""
    return np.resize(np.arange(N), -(-N // RANKS) * RANKS)[rank::RANKS]


def be_host(name: str, skew: float, ranks: list[int], folder: Path) -> None:
    """Log the epochs of some ranks as the host `name`, whose clock is `skew` seconds ahead."""
    from clftui.logger import RunLogger

    real = time.time
    socket.gethostname = lambda: name
    time.time = lambda: real() + skew
    runs = {rank: RunLogger(folder, classes=list("abcde"), rank=rank, world_size=RANKS, best="-loss") for rank in ranks}
    for epoch in range(1, EPOCHS + 1):
        for rank, run in runs.items():
            rows = rows_of_rank(rank)
            run.log(epoch, "val", TRUE[rows], predicted=answers(rows, epoch), sample=rows, loss=1 / epoch)
        time.sleep(BREATH)
    for run in runs.values():
        run.close()


def watch(folder: Path, hosts: list[subprocess.Popen[bytes]]) -> tuple[Catalog, list[Seen]]:
    """Look at the folder until both hosts have ended; each thing that showed, without repeats."""
    catalog, seen = None, list[Seen]()
    running = True
    while running:
        running = any(host.poll() is None for host in hosts)
        catalog = open_catalog([folder], previous=catalog)
        for run in catalog.runs:
            now = Seen(run.status.state, run.status.clock_ahead, run.status.quiet_ranks)
            seen += [now] if not seen or seen[-1] != now else []
        time.sleep(0.02)
    assert catalog is not None
    return catalog, seen


def prove(skew: float) -> str:
    """One line of figures; AssertionError where something is lost or flaps."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        hosts = [
            subprocess.Popen(
                [sys.executable, "-m", "tests.proofs.hosts", "--be", name, str(ahead), ranks, str(folder / "run")],
                env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            )
            for name, ahead, ranks in (("alpha", 0.0, "0,1"), ("beta", skew, "2,3"))
        ]
        catalog, seen = watch(folder, hosts)
        assert all(host.returncode == 0 for host in hosts), [host.returncode for host in hosts]
        (run,) = catalog.runs
        assert not catalog.problems, catalog.problems
        assert run.epochs("val") == tuple(range(1, EPOCHS + 1))
        for epoch in run.epochs("val"):
            evaluation = run.evaluation("val", epoch)
            assert evaluation is not None and evaluation.ranks == (RANKS, RANKS) and not evaluation.conflicts
            assert sorted(evaluation.sample.tolist()) == list(range(N))
            assert np.array_equal(evaluation.predicted, answers(evaluation.sample, epoch))
        states = [state for state, _ in groupby(one.state for one in seen) if state != "unknown"]
        assert states == ["running", "finished"], seen  # before them there may be a run.json and no status yet
        assert not any(one.quiet_ranks for one in seen), seen
        told = {one.clock_ahead for one in seen if one.state == "running"}
        assert told <= {0.0, skew} and (skew in told), seen
        return f"clocks {skew:+.0f} s apart: {EPOCHS} epochs of {N} samples each once, running, then finished"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--skew", type=float, nargs="+", default=[3600.0, -3600.0])
    parser.add_argument("--be", nargs=4, metavar=("NAME", "SKEW", "RANKS", "FOLDER"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.be:
        name, skew, ranks, folder = given.be
        be_host(name, float(skew), [int(rank) for rank in ranks.split(",")], Path(folder))
        return 0
    for skew in given.skew:
        print(prove(skew))
    return 0


if __name__ == "__main__":
    sys.exit(main())
