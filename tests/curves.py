"""Collections with training curves, costs and seeds that a test writes down."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from clftui.data.catalog import open_catalog
from clftui.state.session import Session, open_session
from tests.rankings import TRUE, write_labels, wrong_in

OVERFIT_TEST = (1.0, 0.6, 0.5, 0.5, 0.52, 0.6, 0.7, 0.8, 0.9)
OVERFIT_TRAIN = (1.0, 0.6, 0.4, 0.3, 0.2, 0.1, 0.08, 0.05, 0.02)


def write_scalars(folder: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """The run's scalars.jsonl."""
    (folder / "scalars.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def write_losses(folder: Path, train: Sequence[float], test: Sequence[float]) -> None:
    """Losses of both splits, epoch by epoch."""
    rows = [{"epoch": e, "split": "train", "loss": v} for e, v in enumerate(train, 1)]
    write_scalars(folder, [*rows, *({"epoch": e, "split": "test", "loss": v} for e, v in enumerate(test, 1))])


def curved(root: Path) -> Session:
    """`good` learns for 6 epochs; `over` over-fits from epoch 6 of 9; `once` has one epoch and no losses."""
    for name, mistakes, number in (("good", 2, 6), ("over", 9, 9)):
        epochs = [(TRUE, wrong_in(TRUE, {0: 24 - 3 * e if e < 6 else mistakes})) for e in range(1, number + 1)]
        write_labels(root / name, epochs, samples=False, model={"parameters": 1000 * number, "flops": 9000 // number})
    write_labels(root / "once", [(TRUE, wrong_in(TRUE, {0: 12}))], samples=False)
    falling = np.linspace(1, 0.4, 6).tolist()
    write_losses(root / "good", falling, falling)
    write_losses(root / "over", OVERFIT_TRAIN, OVERFIT_TEST)
    return open_session(open_catalog([root]))


def seeded(root: Path) -> Session:
    """`cnn` with seeds 0, 1 and 2, 10, 12 and 14 mistakes; `mlp-s1` and `mlp-s2` by their names; `alone`."""
    for seed, mistakes in enumerate((10, 12, 14)):
        hyperparameters = {"lr": 0.1, "seed": seed}
        write_labels(root / f"cnn-seed{seed}", [(TRUE, wrong_in(TRUE, {0: mistakes}))], samples=False,
                     hyperparameters=hyperparameters)  # fmt: skip
    for number in (1, 2):
        write_labels(root / f"mlp-s{number}", [(TRUE, wrong_in(TRUE, {1: 20 + number}))], samples=False)
    write_labels(root / "alone", [(TRUE, wrong_in(TRUE, {2: 30}))], samples=False, hyperparameters={"lr": 0.2})
    return open_session(open_catalog([root]))
