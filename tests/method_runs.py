"""A collection whose maps have planted properties, for tests of explanation methods over a whole split."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.builders import write_collection, write_run
from tests.explained import blob, write_maps
from tests.explained_runs import answers

N = 80
EMPTY = (4, 5, 6, 7, 8, 9, 10, 11)
"""Samples whose map by `thin` is zero throughout."""


def places(seed: int) -> NDArray[np.float64]:
    """(80, 2) where the hill of each sample is."""
    return np.random.default_rng(seed).uniform(0.2, 0.8, (N, 2))


def hills(at: NDArray[np.float64], width: NDArray[np.float64]) -> NDArray[np.float64]:
    """(80, 7, 7)"""
    return np.stack([blob(y, x, width=each) for (y, x), each in zip(at, width, strict=True)])


def write_methods(root: Path, *, boxes: bool = True) -> Path:
    """run0 has the methods `good` (passes, area goes with correctness), `fixed` (random weights change nothing) and
    `thin` (8 of 80 maps are empty); run1 has `good`; run2 was trained on random labels and has other maps by `good`.

    A box holds each hill of `good`: the middle half of the image around it.
    """
    folder = write_collection(root, images=True)
    true, predicted = answers(folder, "run0")
    jitter = np.random.default_rng(5).uniform(0, 0.02, N)
    width = np.where(true == predicted, 0.25, 0.12) + jitter
    at = places(0)
    good = hills(at, width)
    write_maps(folder / "run0", "good", good, target=predicted)
    write_maps(folder / "run0", "good.random-weights", hills(places(1), width))
    write_maps(folder / "run0", "fixed", hills(at, jitter + 0.2))
    write_maps(folder / "run0", "fixed.random-weights", hills(at, jitter + 0.22))
    thin = hills(at, jitter + 0.1)
    thin[list(EMPTY)] = 0
    write_maps(folder / "run0", "thin", thin)
    write_maps(folder / "run1", "good", hills(at, jitter + 0.2))
    write_run(folder / "run2", seed=2, skill=0.3, samples={"test": "../samples/test.csv"},
              hyperparameters={"labels": "random"})  # fmt: skip
    write_maps(folder / "run2", "good", hills(places(2), width))
    if boxes:
        _with_boxes(folder / "samples" / "test.csv", at)
    return folder


def _with_boxes(path: Path, at: NDArray[np.float64]) -> None:
    """Boxes in pixels of 8 x 8 images, a quarter of the side around each hill; the first sample has none."""
    rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    with path.open("w", newline="", encoding="utf-8") as file:
        write = csv.writer(file)
        write.writerow([*rows[0], "box"])
        for number, row in enumerate(rows[1:]):
            y, x = at[number] * 8
            write.writerow([*row, "" if not number else f"{x - 2:.3f} {y - 2:.3f} {x + 2:.3f} {y + 2:.3f}"])
