"""Small runs for tests, written with numpy alone: what the format promises anyone can do."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

CLASSES = ("cat", "dog", "fox", "owl")


def write_run(
    folder: Path,
    *,
    classes: Sequence[str] = CLASSES,
    epochs: int = 3,
    n: int = 80,
    splits: Sequence[str] = ("test",),
    seed: int = 0,
    skill: float = 0.7,
    scores: bool = True,
    samples: Mapping[str, str] | None = None,
    state: str = "finished",
    model: Mapping[str, Any] | None = None,
    hyperparameters: Mapping[str, Any] | None = None,
) -> Path:
    """A run whose accuracy is about `skill` in the last epoch; equal arguments give equal bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    description = {
        "format": "clftui-run", "version": 1, "name": folder.name, "classes": list(classes), "model": dict(model or {}),
        "hyperparameters": dict(hyperparameters or {}), "created": "2026-01-01T00:00:00Z",
        "samples": dict(samples or {}),
    }  # fmt: skip
    (folder / "run.json").write_text(json.dumps(description), encoding="utf-8")
    (folder / "status.json").write_text(
        json.dumps({"state": state, "host": "gpu7", "pid": 1, "heartbeat": 1.0, "world_size": 1}), encoding="utf-8"
    )
    for epoch in range(1, epochs + 1):
        for number, split in enumerate(splits):
            write_epoch(
                folder, epoch, split, classes=len(classes), n=n, seed=seed * 1000 + epoch * 10 + number,
                skill=skill * epoch / epochs, scores=scores,
            )  # fmt: skip
    return folder


def labels(n: int, classes: int) -> NDArray[np.int64]:
    """True classes, as even as n allows, sorted as the logger sorts them."""
    return np.sort(np.arange(n) % classes)


def write_epoch(
    folder: Path, epoch: int, split: str, *, classes: int, n: int, seed: int, skill: float, scores: bool = True
) -> Path:
    """One epoch's file; about `skill` of the samples are right, the rest go to a random class."""
    rng = np.random.default_rng(seed)
    true = labels(n, classes)
    logits = rng.normal(size=(n, classes))
    logits[np.arange(n), np.where(rng.random(n) < skill, true, rng.integers(0, classes, n))] += 4
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    arrays: dict[str, NDArray[Any]] = {
        "sample": np.arange(n, dtype=np.int64),
        "true": true,
        "predicted": p.argmax(axis=1).astype(np.int64),
    }
    if scores:
        arrays["nll"] = np.maximum(-np.log(p), 0).astype(np.float16)
    place = folder / "epochs" / f"{epoch:05d}"
    place.mkdir(parents=True, exist_ok=True)
    path = place / f"{split}.npz"
    np.savez(place / f".{split}.tmp.npz", allow_pickle=False, **arrays)
    (place / f".{split}.tmp.npz").replace(path)
    return path


def write_samples(path: Path, n: int, classes: Sequence[str] = CLASSES, *, images: bool = False) -> Path:
    """A sample table of n rows, with a tiny PNG for each when `images`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    true = labels(n, len(classes))
    lines = ["id,true,path"]
    for row in range(n):
        name = f"../images/{row:04d}.png" if images else ""
        lines.append(f'{row:04d},"{classes[int(true[row])]}",{name}')
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    if images:
        from PIL import Image

        folder = path.parent.parent / "images"
        folder.mkdir(exist_ok=True)
        rng = np.random.default_rng(7)
        for row in range(n):
            Image.fromarray(rng.integers(0, 255, (8, 8, 3), dtype=np.uint8)).save(folder / f"{row:04d}.png")
    return path


def write_collection(root: Path, *, runs: int = 3, images: bool = False, epochs: int = 3) -> Path:
    """Runs `run0`... of rising skill on one sample table."""
    write_samples(root / "samples" / "test.csv", 80, images=images)
    for number in range(runs):
        write_run(root / f"run{number}", seed=number, skill=0.5 + 0.1 * number, epochs=epochs,
                  samples={"test": "../samples/test.csv"})  # fmt: skip
    return root
