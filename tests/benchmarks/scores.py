"""`python -m tests.benchmarks.scores [--full]`: what a key costs in the Scores view, table on stdout.

50,000 samples of 1000 classes, with the ten best scores of each sample, or all of them with `--full`.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np

from tests.benchmarks.__main__ import Figure, keys_of_view
from tests.benchmarks.make_runs import large_run

MARK = b"unsure"
ACTIONS = (
    ("next column", b"", b"l"),
    ("less sure", b"", b"k"),
    ("next wrong sample", b"", b"N"),
    ("score box, one sample", b"gV", b"J"),
    ("brush, a bound", b"VB", b"k"),
    ("next axis", b"", b"l"),
    ("logit or linear", b"", b"n"),
    ("epoch", b"F\t", b"[]"),
)
"""What is measured, the keys that lead there, and those that are pressed in turn."""


def full_run(root: Path, *, n: int = 50_000, classes: int = 1000, epochs: int = 2) -> Path:
    """A run that keeps all scores: 100 MB an epoch."""
    large_run(root, n=n, classes=classes, epochs=epochs)
    rng = np.random.default_rng(3)
    for path in sorted(root.glob("large/epochs/*/test.npz")):
        with np.load(path) as old:
            arrays = {name: old[name] for name in ("sample", "true", "predicted")}
        nll = rng.exponential(3.0, (n, classes)).astype(np.float32) + 4
        nll[np.arange(n), arrays["predicted"]] = rng.exponential(0.4, n)
        np.savez(path, allow_pickle=False, **arrays, nll=nll.astype(np.float16))
    return root


def figures(path: Path) -> list[Figure]:
    """First picture, then what each key costs."""
    return keys_of_view(path, "scores", "first stacks", MARK, ACTIONS, quiet=1.0, pause=0.4)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help="all scores of each sample")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = full_run(Path(folder)) if chosen.full else large_run(Path(folder), epochs=3)
        for figure in figures(path):
            print(f"{figure.what:52} {figure.value}".rstrip())


if __name__ == "__main__":
    main()
