"""Runs of the sizes that clftui is designed for, written with numpy alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


def _describe(folder: Path, classes: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    names = [f"class{index:04d}" for index in range(classes)]
    run = {"format": "clftui-run", "version": 1, "name": folder.name, "classes": names, "samples": {}}
    (folder / "run.json").write_text(json.dumps(run))
    (folder / "status.json").write_text(json.dumps({"state": "finished", "heartbeat": 0}))


def labels(rng: np.random.Generator, n: int, classes: int, skill: float) -> dict[str, NDArray[Any]]:
    """True classes, the same for equal n and classes; about `skill` of the predicted ones are right, others near by."""
    true = np.sort(np.random.default_rng(n).integers(0, classes, n))
    near = (true + rng.geometric(0.05, n)) % classes
    predicted = np.where(rng.random(n) < skill, true, near)
    return {"sample": np.arange(n), "true": true, "predicted": predicted}


def scored(rng: np.random.Generator, n: int, classes: int, skill: float) -> dict[str, NDArray[Any]]:
    """`labels` with the scores of ten classes for each sample, which is what the logger keeps of many classes."""
    arrays = labels(rng, n, classes, skill)
    top = (arrays["predicted"][:, None] + np.arange(10)) % classes
    nll = np.sort(rng.exponential(2.0, (n, 10)), axis=1).astype(np.float16)
    return {**arrays, "top_classes": top.astype(np.int16), "top_nll": nll, "predicted_nll": nll[:, 0]}


def large_run(root: Path, *, n: int = 50_000, classes: int = 1000, epochs: int = 1, seed: int = 1) -> Path:
    """One run of n samples and many classes, with top-10 scores as the logger keeps them."""
    folder = root / "large"
    _describe(folder, classes)
    rng = np.random.default_rng(seed)
    for epoch in range(1, epochs + 1):
        place = folder / "epochs" / f"{epoch:05d}"
        place.mkdir(parents=True, exist_ok=True)
        np.savez(place / "test.npz", allow_pickle=False, **scored(rng, n, classes, 0.765))
    return root


def many_runs(root: Path, *, runs: int = 30, epochs: int = 90, splits: int = 3, n: int = 2000) -> Path:
    """A collection of many runs with many epochs each."""
    names = ["train", "val", "test", "test-v2"][:splits]
    rng = np.random.default_rng(2)
    arrays = labels(rng, n, 100, 0.7)
    for number in range(runs):
        folder = root / f"run{number:02d}"
        _describe(folder, 100)
        for epoch in range(1, epochs + 1):
            place = folder / "epochs" / f"{epoch:05d}"
            place.mkdir(parents=True, exist_ok=True)
            for split in names:
                np.savez(place / f"{split}.npz", allow_pickle=False, **arrays)
    return root
