"""Recorded responses for tests: layers as the format has them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tests.builders import CLASSES, labels, write_collection

N = 80


def write_layer(run: Path, layer: str, mean: ArrayLike, *, epoch: int = 3, split: str = "test", **more: Any) -> Path:
    """`epochs/<epoch>/<split>.responses.<layer>.npz`; `more` are further arrays."""
    place = run / "epochs" / f"{epoch:05d}"
    place.mkdir(parents=True, exist_ok=True)
    path = place / f"{split}.responses.{layer}.npz"
    arrays = {"class_mean": np.asarray(mean), **{name: np.asarray(value) for name, value in more.items()}}
    np.savez(path, allow_pickle=False, **arrays)
    return path


def answers(seed: int = 0, units: int = 6, n: int = N) -> NDArray[np.float64]:
    """(n, units) responses of the collection's samples: unit u answers class u % 4 most, the last one nothing."""
    rng = np.random.default_rng(seed)
    true = labels(n, len(CLASSES))
    values = rng.random((n, units)) + 4.0 * (true[:, None] == np.arange(units) % len(CLASSES))
    values[:, -1] = 0
    return np.asarray(np.round(values, 3), dtype=np.float64)


def means_of(values: ArrayLike, classes: int = len(CLASSES)) -> NDArray[np.float64]:
    """(classes, units) class means of the collection's samples."""
    value = np.asarray(values)
    true = labels(len(value), classes)
    return np.array([value[true == cls].mean(axis=0) for cls in range(classes)])


def write_responded(root: Path, *, runs: int = 1, images: bool = False) -> Path:
    """Three epochs of `run0`: `early` (class means at 4 x 4 places alone) and `late` (six units, samples too).

    `late` is recorded in all epochs, its units louder from one to the next.
    """
    write_collection(root, runs=runs, images=images)
    for number in range(runs):
        run = root / f"run{number}"
        values = answers(number)
        for epoch in (1, 2, 3):
            own = values * epoch
            write_layer(run, "late", means_of(own).astype(np.float32), epoch=epoch, depth=1, sample=np.arange(N),
                        values=own.astype(np.float32))  # fmt: skip
        places = np.random.default_rng(5).random((len(CLASSES), 3, 4, 4)).astype(np.float32)
        write_layer(run, "early", places, depth=0)
    return root
