"""Ends processes that log with SIGKILL, at random instants, and checks what is on the disk after each kill.

Three runs are written in turn: one that keeps all scores, one that cuts old epochs down, one of two ranks. A writer
logs forty small epochs over and over, each time with other numbers, and tells the number of a commit through a pipe
after `flush` has returned. Checked after every kill: each epoch holds, bit for bit, its last acknowledged commit or the
one that was in the making; every acknowledged scalar is there; nothing half written has a name that readers look at.
A second process reads all files without pause and must never meet an error or a mixture of two commits.

Run: python tests/proofs/kill_writer.py --kills 1000
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import signal
import struct
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clftui import schema
from clftui.logger import RunLogger
from clftui.logger.rows import check_rows, thin, to_arrays
from clftui.schema import FormatError, Shard
from clftui.storage import open_npz, read_json, read_jsonl

EPOCHS = 40
SAMPLES = 60
CLASSES = tuple(f"class {index}" for index in range(15))
TRUE = np.arange(SAMPLES) % len(CLASSES)
STOP = "stop"
_TURN = struct.Struct("<q")

fork = multiprocessing.get_context("fork")


@dataclass(frozen=True)
class Kind:
    """One of the three runs: its folder, its ranks, and whether it cuts old epochs down."""

    name: str
    ranks: int
    full_scores: bool

    def shard(self, rank: int) -> Shard:
        return Shard(self.ranks, rank)


KINDS = (Kind("whole", 1, True), Kind("cut", 1, False), Kind("ranks", 2, True))


def epoch_of(turn: int) -> int:
    return turn % EPOCHS + 1


def batch(turn: int, rank: int, ranks: int) -> dict[str, Any]:
    """What is logged in a turn; it names its turn in every array."""
    rows = np.arange(rank, SAMPLES, ranks)
    logits = np.random.default_rng([turn, rank]).normal(0, 2, (rows.size, len(CLASSES))).astype(np.float32)
    return {
        "true": TRUE[rows],
        "logits": logits,
        "sample": rows,
        "features": np.full((rows.size, 2), turn % 2000),
        "losses": np.full(rows.size, turn),
    }


@lru_cache(maxsize=4096)
def expected(turn: int, shard: Shard) -> tuple[dict[str, NDArray[Any]], dict[str, NDArray[Any]]]:
    """The arrays that a turn's file must hold: with all scores, and cut down."""
    given = {"scores": None, "predicted": None} | batch(turn, shard.rank, shard.world_size)
    rows = check_rows({name: index for index, name in enumerate(CLASSES)}, given.pop("true"), on_nan="refuse", **given)
    arrays = to_arrays(rows, len(CLASSES), sharded=shard.world_size > 1)
    return arrays, thin(arrays)


def same(stored: dict[str, NDArray[Any]], wanted: dict[str, NDArray[Any]]) -> bool:
    return stored.keys() == wanted.keys() and all(
        stored[name].dtype == array.dtype and stored[name].tobytes() == array.tobytes()
        for name, array in wanted.items()
    )


def write(folder: Path, kind: Kind, rank: int, first: int, pipe: int) -> None:
    """Log turns from `first` on until killed; tell each through `pipe` once it is committed."""
    logger = RunLogger(
        folder / kind.name,
        classes=CLASSES,
        samples={"test": {"true": TRUE}},
        rank=rank,
        world_size=kind.ranks,
        full_scores=kind.full_scores,
    )
    turn = first
    while True:
        logger.log(epoch_of(turn), "test", **batch(turn, rank, kind.ranks), turn=turn)
        logger.flush()
        os.write(pipe, _TURN.pack(turn))
        turn += 1


def read_turn(path: Path) -> tuple[int, dict[str, NDArray[Any]]]:
    """The turn that a file says it is of, and its arrays."""
    file = open_npz(path)
    stored = {name: file.read(name) for name in file}
    return int(stored["loss"][0]), stored


def split_files(run: Path) -> Iterator[tuple[int, Shard, Path]]:
    """The files of a run that readers look at."""
    epochs = run / schema.EPOCHS_FOLDER
    for folder in sorted(epochs.iterdir()) if epochs.is_dir() else []:
        epoch = schema.parse_epoch_folder(folder.name)
        for path in folder.iterdir():
            parsed = schema.parse_split_file(path.name)
            if epoch is not None and parsed is not None:
                yield epoch, parsed[1], path


def read_all_the_time(folder: Path, pipe: int) -> None:
    """Read everything until the stop file appears; then tell how many reads there were, and what went wrong."""
    reads, wrong = 0, ""
    while not (folder / STOP).exists():
        for kind in KINDS:
            try:
                for _, shard, path in split_files(folder / kind.name):
                    turn, stored = read_turn(path)
                    if not any(same(stored, wanted) for wanted in expected(turn, shard)):
                        wrong = wrong or f"{path} mixes commits"
                    reads += 1
                for name in (schema.RUN_FILE, *(schema.status_file(kind.shard(rank)) for rank in range(kind.ranks))):
                    if (folder / kind.name / name).exists():
                        read_json(folder / kind.name / name)
                        reads += 1
                read_jsonl(folder / kind.name / schema.SCALARS_FILE)
            except FormatError as error:
                wrong = wrong or str(error)
    os.write(pipe, f"{reads} {wrong}".encode())
    os._exit(0)


@dataclass
class Ledger:
    """What has been acknowledged, and what the checks have found."""

    done: dict[tuple[str, int, int], int] = field(default_factory=dict)  # (run, rank, epoch) -> turn
    next_turn: dict[tuple[str, int], int] = field(default_factory=dict)
    open_turns: dict[tuple[str, int], list[int]] = field(default_factory=dict)  # never acknowledged
    scalars: dict[str, set[int]] = field(default_factory=dict)
    commits: int = 0
    inside: int = 0
    problems: list[str] = field(default_factory=list)
    pace: float = 1.0
    """How much longer writers live than on a machine that does nothing else: until one of them has committed."""


def kill_once(folder: Path, kind: Kind, ledger: Ledger, chance: random.Random) -> int:
    """Start the writers of one run, kill each at its instant, note what they acknowledged; returns the kills."""
    started = []
    for rank in range(kind.ranks):
        first = ledger.next_turn.get((kind.name, rank), 1)
        source, sink = os.pipe()
        process = fork.Process(target=write, args=(folder, kind, rank, first, sink), daemon=True)
        process.start()
        os.close(sink)
        started.append((rank, first, process, source))
    for rank, first, process, source in chance.sample(started, len(started)):
        time.sleep(ledger.pace * chance.uniform(0, 0.12) ** 1.3)
        assert process.pid is not None
        if not process.is_alive():
            ledger.problems.append(f"the writer of {kind.name} ended by itself with {process.exitcode}")
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        with os.fdopen(source, "rb") as pipe:
            turns = [turn for (turn,) in _TURN.iter_unpack(pipe.read())]
        for turn in turns:
            ledger.done[kind.name, rank, epoch_of(turn)] = turn
            if rank == 0:
                ledger.scalars.setdefault(kind.name, set()).add(turn)
        ledger.commits += len(turns)
        begun = turns[-1] + 1 if turns else first
        ledger.open_turns.setdefault((kind.name, rank), []).append(begun)
        ledger.next_turn[kind.name, rank] = begun + 1  # other numbers than those of the interrupted commit
    if not ledger.commits:
        ledger.pace = min(2 * ledger.pace, 64)
    return kind.ranks


def check(folder: Path, kind: Kind, ledger: Ledger) -> None:
    """Compare all files of a run with what its writers acknowledged."""
    run = folder / kind.name
    found: dict[tuple[int, int], int] = {}
    for epoch, shard, path in split_files(run):
        try:
            turn, stored = read_turn(path)
        except FormatError as error:
            ledger.problems.append(str(error))
            continue
        acknowledged = ledger.done.get((kind.name, shard.rank, epoch))
        begun = [t for t in ledger.open_turns[kind.name, shard.rank] if epoch_of(t) == epoch]
        if turn != acknowledged and not (turn in begun and turn > (acknowledged or 0)):
            ledger.problems.append(f"{path} holds turn {turn} where {acknowledged} was acknowledged")
        whole, cut = expected(turn, shard)
        if not same(stored, whole) and (kind.full_scores or not same(stored, cut)):
            ledger.problems.append(f"{path} differs from what was logged")
        found[shard.rank, epoch] = turn
    for name, rank, epoch in ledger.done:
        if name == kind.name and (rank, epoch) not in found:
            ledger.problems.append(f"{run} lost epoch {epoch} of rank {rank}")
    there = {row.get("turn") for row in read_jsonl(run / schema.SCALARS_FILE)[0]}
    if lost := ledger.scalars.get(kind.name, set()) - there:
        ledger.problems.append(f"{run} lost the scalars of {len(lost)} commits")
    ledger.inside += bool(list(run.rglob(".*.tmp")))


def after_restart(folder: Path, ledger: Ledger) -> None:
    """Continue every run with one commit: it must complete what kills interrupted and remove what they left."""
    for kind in KINDS:
        run = folder / kind.name
        for rank in range(kind.ranks):
            turn = ledger.next_turn.get((kind.name, rank), 1)
            with RunLogger(
                run, classes=CLASSES, rank=rank, world_size=kind.ranks, full_scores=kind.full_scores
            ) as logger:
                logger.log(epoch_of(turn), "test", **batch(turn, rank, kind.ranks))
        if left := list(run.rglob(".*.tmp")):
            ledger.problems.append(f"{len(left)} temporary files are left after a restart ({left[0]})")
        try:
            full = sum("nll" in open_npz(path).members for _, _, path in split_files(run))
        except FormatError as error:
            ledger.problems.append(str(error))
            continue
        if not kind.full_scores and full > 2:
            ledger.problems.append(f"{run} keeps all scores of {full} epochs instead of the best and the last")


def prove(folder: Path, kills: int, seed: int) -> tuple[str, list[str]]:
    """The line of figures, and everything that went wrong."""
    chance, ledger, begun = random.Random(seed), Ledger(), time.monotonic()
    source, sink = os.pipe()
    reader = fork.Process(target=read_all_the_time, args=(folder, sink), daemon=True)
    reader.start()
    os.close(sink)
    done = rounds = 0
    while done < kills:
        kind = chance.choice(KINDS)
        done += kill_once(folder, kind, ledger, chance)
        check(folder, kind, ledger)
        rounds += 1
        if len(ledger.problems) > 20:
            break
    (folder / STOP).touch()
    with os.fdopen(source, "rb") as pipe:
        reads, _, wrong = pipe.read().decode().partition(" ")
    reader.join()
    if wrong or not reads:
        ledger.problems.append(f"the reader met: {wrong or 'its own end'}")
    after_restart(folder, ledger)
    line = (
        f"{done} kills in {time.monotonic() - begun:.0f} s: {ledger.commits} commits acknowledged, "
        f"{ledger.inside} of {rounds} rounds killed inside a write, {int(reads or 0)} concurrent reads, "
        f"{len(ledger.problems)} problems"
    )
    return line, ledger.problems


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        line, problems = prove(Path(folder), arguments.kills, arguments.seed)
    print(line)
    for problem in problems[:20]:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
