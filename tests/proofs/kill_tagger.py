"""Ends tagging processes with SIGKILL at random instants while another reads, and looks for tags that got lost.

    python -m tests.proofs.kill_tagger --kills 1000

Each process tags samples as the app does, one after the other, and says so through a pipe once `give` has returned. All
that were said to be given must be there, in the order they were given, and the latest about a sample must count.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import struct
import sys
import tempfile
import time
from multiprocessing import get_context
from pathlib import Path

from clftui.data.catalog import Catalog, open_catalog
from clftui.state.journal import Journal
from clftui.state.sample_tags import TAGS, give, tags_of
from clftui.storage import read_jsonl
from tests.builders import write_run

fork = get_context("fork")
_TURN = struct.Struct("<q")
SAMPLES = 50
WRITERS = 2


def tag_of(turn: int) -> str:
    """What a turn tags."""
    return TAGS[turn % len(TAGS)].value


def write(root: Path, writer: int, first: int, sink: int) -> None:
    """Tag until killed; a turn is said once its tag is on the disk."""
    catalog = open_catalog([root])
    turn = first
    while True:
        name = f"{writer}-{turn % SAMPLES}"
        give(catalog, "test", [(name, TAGS[turn % len(TAGS)], f"class {turn}")], "run")
        os.write(sink, _TURN.pack(turn))
        turn += 1


def read_all_the_time(root: Path, stop: Path, sink: int) -> None:
    """Read the journal as it grows; what was seen once must never be gone."""
    known, reads, lost = Journal(root / "triage.jsonl", root / "nothing.jsonl"), 0, 0
    seen = 0
    while not stop.exists():
        known.look()
        now = sum(len(each) for each in known.changed.values())
        lost += now < seen
        seen, reads = now, reads + 1
    os.write(sink, f"{reads} {lost}".encode())


def kill_once(root: Path, turns: dict[int, int], chance: random.Random) -> dict[int, int]:
    """Start the writers, kill each at its instant; the last turn that each acknowledged."""
    started = []
    for writer in range(WRITERS):
        source, sink = os.pipe()
        process = fork.Process(target=write, args=(root, writer, turns[writer], sink), daemon=True)
        process.start()
        os.close(sink)
        started.append((writer, process, source))
    said = {}
    for writer, process, source in chance.sample(started, len(started)):
        time.sleep(chance.uniform(0, 0.2) ** 1.3)
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        with os.fdopen(source, "rb") as pipe:
            numbers = [turn for (turn,) in _TURN.iter_unpack(pipe.read())]
        if numbers:
            said[writer] = numbers[-1]
    return said


def check(catalog: Catalog, path: Path, said: dict[int, int], problems: list[str]) -> int:
    """Compare the journal with what was acknowledged; how many whole lines it has."""
    rows = read_jsonl(path)[0]
    turns: dict[str, list[int]] = {}
    for row in rows:
        writer = str(row["id"]).partition("-")[0]
        turns.setdefault(writer, []).append(int(str(row["class"]).removeprefix("class ")))
    tags = tags_of(catalog, "test")
    for number, last in said.items():
        there = turns.get(str(number), [])
        missing = set(range(last + 1)) - set(there)
        if missing:
            problems.append(f"writer {number} lost {len(missing)} of {last + 1} tags, the first {min(missing)}")
        if there != sorted(there):
            problems.append(f"the tags of writer {number} are out of order")
        for turn in range(max(last + 1 - SAMPLES, 0), last + 1):
            found = tags.get(f"{number}-{turn % SAMPLES}")
            newest = max((each for each in there if each % SAMPLES == turn % SAMPLES), default=-1)
            if found is None or found.tag.value != tag_of(newest) or found.proposed != f"class {newest}":
                problems.append(f"sample {number}-{turn % SAMPLES} is not as tagged last")
    return len(rows)


def prove(root: Path, kills: int, seed: int) -> tuple[str, list[str]]:
    """The line of figures, and everything that went wrong."""
    write_run(root / "run", epochs=1)
    catalog, path, stop = open_catalog([root]), root / "triage.jsonl", root / "stop"
    chance, problems, begun = random.Random(seed), list[str](), time.monotonic()
    source, sink = os.pipe()
    reader = fork.Process(target=read_all_the_time, args=(root, stop, sink), daemon=True)
    reader.start()
    os.close(sink)
    turns, said, done, lines = dict.fromkeys(range(WRITERS), 0), dict.fromkeys(range(WRITERS), -1), 0, 0
    while done < kills and len(problems) < 20:
        said |= kill_once(root, turns, chance)
        # What a killed process had begun may be there or not: the next one does it again.
        turns = {writer: last + 1 for writer, last in said.items()}
        done += WRITERS
        if chance.random() < 0.1 or done >= kills:
            lines = check(catalog, path, said, problems)
    stop.touch()
    with os.fdopen(source, "rb") as pipe:
        reads, _, lost = pipe.read().decode().partition(" ")
    reader.join()
    if lost != "0":
        problems.append(f"the reader met: {lost or 'its own end'}")
    given = sum(last + 1 for last in said.values())
    line = f"{done} kills in {time.monotonic() - begun:.0f} s: {given} tags acknowledged, {lines} lines, "
    return line + f"{reads} concurrent reads, {len(problems)} problems", problems


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        line, problems = prove(Path(folder) / "runs", arguments.kills, arguments.seed)
    print(line)
    for problem in problems[:20]:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
