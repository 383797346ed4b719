"""`python -m tests.benchmarks.features`: what a key costs in the response map, table on stdout.

1000 classes x 1024 units, with the responses of 20,000 samples: class means of 2 MB, single responses of 41 MB.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np

from tests.benchmarks.__main__ import Figure, keys_of_view
from tests.benchmarks.make_runs import large_run

MARK = b"Strongest"
ACTIONS = (
    ("next unit", b"", b"l"),
    ("next class", b"", b"j"),
    ("threshold", b"", b"<>"),
    ("linear or logarithmic", b"", b"n"),
    ("half a page", b"", b"\x04"),
    ("order of the units", b"", b"o"),
)
"""What is measured, the keys that lead there, and those that are pressed in turn."""


def responded_run(root: Path, *, samples: int = 20_000, classes: int = 1000, units: int = 1024) -> Path:
    """A run with one recorded layer, whose units answer to a few classes each."""
    large_run(root, classes=classes, epochs=2)
    [path] = sorted(root.glob("large/epochs/00002/test.npz"))
    rng = np.random.default_rng(7)
    with np.load(path) as stored:
        true, sample = stored["true"][:samples], stored["sample"][:samples]
    loud = rng.exponential(1.0, (classes, units)) * (rng.random((classes, units)) < 0.05)
    values = np.maximum(loud[true] * 3 + rng.normal(0, 0.4, (samples, units)), 0).astype(np.float16)
    means = np.zeros((classes, units), np.float32)
    np.add.at(means, true, values.astype(np.float32))
    means /= np.maximum(np.bincount(true, minlength=classes), 1)[:, None]
    layer = path.parent / "test.responses.pool.npz"
    np.savez(layer, allow_pickle=False, class_mean=means.astype(np.float16), values=values, sample=sample)
    return root


def figures(path: Path) -> list[Figure]:
    """First picture, then what each key costs."""
    return keys_of_view(path, "features", "first response map of 1000 x 1024", MARK, ACTIONS, quiet=3.0, pause=0.5)


def main() -> None:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for figure in figures(responded_run(Path(folder))):
            print(f"{figure.what:52} {figure.value}".rstrip())


if __name__ == "__main__":
    main()
