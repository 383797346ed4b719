"""Damage any file of a collection in any way: what opens it may complain in one sentence, and nothing else.

    python -m tests.proofs.fuzz_files --rounds 2000

Each round damages one file, opens the collection and writes every report in every format. Anything but a FormatError,
a problem that is not one clean sentence, an escape code in what is printed, a slow round or one that wants more than
two gigabytes, and a warning of Python, fails; the round's number and seed repeat it. The last line gives the figures.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import shutil
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from clftui.data.catalog import open_catalog
from clftui.data.images import Unreadable, read_image
from clftui.data.run import Run
from clftui.report import REPORT_FORMATS, VIEWS, Options, render
from clftui.schema import FormatError, NothingToShow
from clftui.state.filters import FilterError
from clftui.state.session import open_session
from clftui.text import harmless
from tests.builders import CLASSES, write_collection, write_epoch, write_run

MEMORY = 2_000_000_000
SLOW_SECONDS = 10.0

HIERARCHY = {"name": "all", "children": [{"name": "pets", "children": [{"name": "cat"}, {"name": "dog"}]},
                                         {"name": "wild", "children": [{"name": "fox"}, {"name": "owl"}]}]}  # fmt: skip

NASTY = (
    b"\x00", b"\xff\xfe", b"\x1b[2J", b"\n", b",", b'"', b"NaN", b"1e999", b"-1", b"99999999999999999999",
    b"[[[[", b"}", b"null", b"\xc2\x9b31m", "\u202e".encode(), b"PK\x03\x04", b"{}", b"0x", b"(2, 3)", b"|O", b"<U9",
    b"'<f8'", b"1e400",
)  # fmt: skip


def write_everything(root: Path) -> None:
    """Every kind of file that clftui reads, in one folder of a few folders."""
    runs = write_collection(root / "runs", runs=2, images=True, epochs=2)
    (runs / "hierarchy.json").write_text(json.dumps(HIERARCHY))
    first = runs / "run0"
    (first / "scalars.jsonl").write_text(
        "".join(f'{{"epoch": {e}, "split": "test", "loss": {1 / e}, "accuracy": 0.5}}\n' for e in (1, 2))
    )
    sharded = write_run(runs / "sharded", epochs=0, samples={"test": "../samples/test.csv"})
    for rank in (0, 1):
        path = write_epoch(sharded, 1, "test", classes=4, n=80, seed=rank, skill=0.6)
        path.rename(path.with_name(f"test.rank{rank}of2.npz"))
    _write_others(root / "other")


def _write_others(root: Path) -> None:
    """Prediction tables, arrays and matrices, each alone in its folder."""
    rng = np.random.default_rng(1)
    true = np.arange(60) % 4
    predicted = np.where(rng.random(60) < 0.7, true, rng.integers(0, 4, 60))
    for name in ("table", "lines", "arrays", "matrix", "compressed"):
        (root / name).mkdir(parents=True)
    names = np.array(CLASSES)
    rows = [
        {"id": f"s{at}", "true": names[t], "pred": names[p], "confidence": 0.9, "epoch": 1 + at % 2}
        for at, (t, p) in enumerate(zip(true, predicted, strict=True))
    ]
    lines = [",".join(rows[0]), *(",".join(str(value) for value in row.values()) for row in rows)]
    (root / "table" / "predictions.csv").write_text("\n".join(lines) + "\n")
    (root / "lines" / "predictions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    np.save(root / "arrays" / "preds.npy", np.eye(4)[predicted] * 0.6 + 0.1)
    np.save(root / "arrays" / "labels.npy", true)
    (root / "arrays" / "classes.txt").write_text("\n".join(CLASSES) + "\n")
    np.savez_compressed(
        root / "compressed" / "predictions.npz", predictions=np.eye(4)[predicted] * 0.6 + 0.1, labels=true
    )
    counts = np.zeros((4, 4), dtype=int)
    np.add.at(counts, (true, predicted), 1)
    matrix = [",".join(["", *CLASSES]), *(f"{CLASSES[i]},{','.join(map(str, counts[i]))}" for i in range(4))]
    (root / "matrix" / "confusion.csv").write_text("\n".join(matrix) + "\n")


def _flip(data: bytearray, rng: random.Random) -> None:
    for _ in range(rng.choice((1, 1, 2, 8))):
        if data:
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def _cut(data: bytearray, rng: random.Random) -> None:
    del data[rng.randrange(len(data) + 1) :]


def _insert(data: bytearray, rng: random.Random) -> None:
    at = rng.randrange(len(data) + 1)
    data[at:at] = rng.choice(NASTY)


def _overwrite(data: bytearray, rng: random.Random) -> None:
    piece = rng.choice(NASTY)
    at = rng.randrange(len(data) + 1)
    data[at : at + len(piece)] = piece


def _repeat(data: bytearray, rng: random.Random) -> None:
    start = rng.randrange(len(data) + 1)
    piece = data[start : start + rng.choice((1, 8, 100))]
    data[start:start] = piece * rng.choice((1, 2, 50))


def _remove(data: bytearray, rng: random.Random) -> None:
    start = rng.randrange(len(data) + 1)
    del data[start : start + rng.choice((1, 8, 100))]


def _zero(data: bytearray, rng: random.Random) -> None:
    start = rng.randrange(len(data) + 1)
    stop = min(len(data), start + rng.choice((4, 64, 4096)))
    data[start:stop] = bytes(stop - start)


def _digits(data: bytearray, rng: random.Random) -> None:
    """Another number in place of one: the mistakes people make in text."""
    at = [index for index, byte in enumerate(data) if 48 <= byte <= 57]
    if at:
        index = rng.choice(at)
        data[index : index + 1] = rng.choice((b"0", b"9", b"-1", b"1e308", b"123456789012", b"", b"1.5", b'"3"'))


def _swap_words(data: bytearray, rng: random.Random) -> None:
    """Another value of JSON, another dtype or name, in place of one."""
    for old, new in rng.sample(SWAPS, len(SWAPS)):
        if old in data:
            data[:] = data.replace(old, new, rng.choice((1, -1)))
            return


SWAPS = (
    (b'"cat"', b"3"), (b'"cat"', b'""'), (b'"cat"', b"null"), (b'"cat"', b"[]"), (b"[", b"{}"), (b"{", b"["),
    (b'"children"', b'"child"'), (b'"name"', b'"Name"'), (b'"version": 1', b'"version": 7'), (b"cat", b"dog"),
    (b"<i8", b"|O8"), (b"<i8", b"<U2"), (b"<f2", b"<f8"), (b"<f2", b"<i2"), (b"(80,)", b"(8,) "),
    (b"(80, 4)", b"(4, 80)"),
    (b"predicted", b"predictex"), (b"test", b"tes\n"), (b'"finished"', b"17"), (b"1.0", b"1e999"),
    (b"true", b"\x1b[8m"),
    (b"../samples", b"../../../../etc"), (b'"samples"', b'"Samples"'), (b"epoch", b"epic"), (b"IHDR", b"IDAT"),
)  # fmt: skip

DAMAGES: tuple[Callable[[bytearray, random.Random], None], ...] = (
    _flip, _cut, _insert, _overwrite, _repeat, _remove, _zero, _digits, _swap_words,
)  # fmt: skip


@dataclass
class Figures:
    """What a fuzzing run came to."""

    rounds: int = 0
    complained: int = 0
    """Rounds in which something could not be opened or reported, and was said."""
    files: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    peak_mb: float = 0.0
    failures: list[str] = field(default_factory=list)


def fuzz(root: Path, rounds: Iterable[int], seed: int = 0) -> Figures:
    """Damage one file of `write_everything(root)` in each round, put it back, and count."""
    write_everything(root)
    files = sorted(path for path in root.rglob("*") if path.is_file() and not path.name.endswith(".png"))
    files += [next(iter(sorted(root.rglob("*.png"))))] * 2
    whole = {path: path.read_bytes() for path in files}
    figures = Figures()
    for number in rounds:
        rng = random.Random(f"{seed} {number}")
        path = rng.choice(files)
        data = bytearray(whole[path])
        for _ in range(rng.choice((1, 1, 1, 3))):
            rng.choice(DAMAGES)(data, rng)
        path.write_bytes(data)
        figures.files[path.suffix] += 1
        start = time.perf_counter()
        try:
            figures.complained += look(root, rng)
        except Exception:
            last = traceback.format_exc().strip().splitlines()
            figures.failures.append(f"round {number}, {path.relative_to(root)}: " + "\n".join(last[-8:]))
        finally:
            path.write_bytes(whole[path])
        took = time.perf_counter() - start
        figures.slowest = max(figures.slowest, took)
        if took > SLOW_SECONDS:
            figures.failures.append(f"round {number}, {path.relative_to(root)}: took {took:.1f} s")
        figures.rounds += 1
    figures.peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    return figures


def look(root: Path, rng: random.Random) -> bool:
    """Open everything and write every report; whether anything was complained of."""
    catalog = open_catalog([root / "runs", *sorted((root / "other").iterdir())])
    problems = [problem.message for problem in catalog.problems]
    session = open_session(catalog)
    focus = rng.choice([*catalog.runs, None])
    if focus is not None:
        session = open_session(catalog, run=focus.key, split=focus.splits[0] if focus.splits else None)
    for view in VIEWS:
        for form in REPORT_FORMATS:
            try:
                text = render(session, view, form, Options(dense=True))
            except (FilterError, NothingToShow) as error:
                check_sentence(str(error))  # What was asked cannot be answered, whatever the files.
            except FormatError as error:
                problems.append(str(error))
            else:
                check_output(text, form)
    for run in catalog.runs:
        for split in run.splits:
            problems.extend(_images(run, split))
    for message in problems:
        check_sentence(message)
    return bool(problems)


def _images(run: Run, split: str) -> list[str]:
    """Decode the first image of a split's samples, the one that is damaged; what stands in the way."""
    try:
        table = run.samples(split)
        path = table.path_of(0) if table is not None and table.n else None
    except FormatError as error:
        return [str(error)]
    picture = read_image(path, lambda width, height: (4, 4)) if path is not None else None
    return [picture.sentence] if isinstance(picture, Unreadable) else []


def check_sentence(message: str) -> None:
    """One line, no control characters, an end, and not a novel."""
    if not message.endswith(".") or message != harmless(message) or "\n" in message:
        raise AssertionError(f"not one clean sentence: {message!r}")
    if len(message) > 1000:
        raise AssertionError(f"a sentence of {len(message)} characters: {message[:300]!r}")
    if "Traceback" in message or "Error(" in message:
        raise AssertionError(f"not for people: {message!r}")


def check_output(text: str, form: str) -> None:
    """Nothing that a terminal would obey. CSV keeps names as they are, and is cleaned on the way to a terminal."""
    if form != "csv" and text != harmless(text):
        odd = next(a for a, b in zip(text, harmless(text), strict=True) if a != b)
        raise AssertionError(f"{form} holds {odd!r}")
    if form == "json":
        json.loads(text)


@contextmanager
def limited_memory(room: int) -> Iterator[None]:
    """Allocations of more than `room` bytes beyond what is mapped now raise MemoryError."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    mapped = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (mapped + room, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=2000)
    parser.add_argument("--first", type=int, default=0, help="number of the first round")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    root = Path(tempfile.mkdtemp(prefix="clftui-fuzz-"))
    try:
        warnings.simplefilter("error")
        with limited_memory(MEMORY):
            figures = fuzz(root, range(chosen.first, chosen.first + chosen.rounds), chosen.seed)
    finally:
        shutil.rmtree(root)
    for failure in figures.failures:
        print(failure, end="\n\n")
    kinds = ", ".join(f"{count} {suffix}" for suffix, count in sorted(figures.files.items()))
    print(
        f"{figures.rounds} rounds ({kinds}): {figures.complained} complained, {len(figures.failures)} failed; "
        f"slowest {figures.slowest:.2f} s, peak {figures.peak_mb:.0f} MB"
    )
    return 1 if figures.failures else 0


if __name__ == "__main__":
    sys.exit(main())
