"""Large synthetic collections for `keys`: many classes, many epochs, many layers. Written with numpy alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.benchmarks.features import responded_run
from tests.benchmarks.make_runs import _describe, labels, many_runs, scored

SIDE = 14
"""Pixels of a saved map."""


def _save(folder: Path, epoch: int, split: str, arrays: dict[str, NDArray[Any]]) -> None:
    place = folder / "epochs" / f"{epoch:05d}"
    place.mkdir(parents=True, exist_ok=True)
    np.savez(place / f"{split}.npz", allow_pickle=False, **arrays)


def _tree(root: Path, classes: int, *sizes: int) -> None:
    """A hierarchy over class0000 and on: groups of `sizes` classes, the widest first."""

    def part(first: int, end: int, left: tuple[int, ...]) -> list[Any]:
        if not left:
            return [f"class{number:04d}" for number in range(first, end)]
        starts = range(first, end, left[0])
        return [
            {"name": f"group{at}-{left[0]}", "children": part(at, min(end, at + left[0]), left[1:])} for at in starts
        ]

    (root / "hierarchy.json").write_text(json.dumps({"name": "", "children": part(0, classes, sizes)}))


def runs_of_many_classes(root: Path, *, classes: int = 1000, n: int = 50_000, runs: int = 30) -> Path:
    """Runs of one epoch with top-10 scores, and a hierarchy of two levels."""
    for number in range(runs):
        folder = root / f"run{number:02d}"
        _describe(folder, classes)
        _save(folder, 1, "test", scored(np.random.default_rng(number), n, classes, 0.6 + 0.006 * number))
    _tree(root, classes, 100, 10)
    return root


def long_runs(root: Path, *, classes: int = 100, n: int = 10_000, runs: int = 3, epochs: int = 90) -> Path:
    """Runs of many epochs with the scores of all classes."""
    for number in range(runs):
        folder = root / f"run{number:02d}"
        _describe(folder, classes)
        rng = np.random.default_rng(number)
        noise = rng.exponential(1.0, (n, classes)).astype(np.float16) + np.float16(3)
        for epoch in range(1, epochs + 1):
            found = labels(rng, n, classes, 0.8 - 0.6 * np.exp(-epoch / (10 + 5 * number)))
            scores = np.roll(noise, epoch, axis=0)
            scores[np.arange(n), found["predicted"]] = rng.exponential(0.3, n)
            _save(folder, epoch, "test", {**found, "nll": scores})
    _tree(root, classes, 10)
    return root


def very_many_classes(root: Path, *, classes: int = 10_000, n: int = 50_000) -> Path:
    """One run of one epoch with top-10 scores."""
    return runs_of_many_classes(root, classes=classes, n=n, runs=1)


def layers_and_maps(root: Path, *, classes: int = 1000, units: int = 1024, n: int = 20_000, maps: int = 10_000) -> Path:
    """A run with responses of a layer, maps of two methods, and the same samples changed in three ways."""
    responded_run(root, samples=n, classes=classes, units=units)
    run = root / "large"
    with np.load(run / "epochs" / "00002" / "test.npz") as stored:
        base = {name: stored[name] for name in stored.files}
    rng = np.random.default_rng(11)
    for number, way in enumerate(("rotate90", "grayscale", "blur")):
        turned = np.where(rng.random(len(base["true"])) < 0.1 * (number + 1), (base["true"] + 7) % classes,
                          base["predicted"])  # fmt: skip
        _save(run, 2, f"test-{way}", {**base, "predicted": turned})
    at = (np.arange(SIDE) + 0.5) / SIDE
    for method in ("Grad-CAM", "occlusion"):
        y, x = rng.random((2, maps, 1, 1))
        hills = np.exp(-((at[:, None] - y) ** 2 + (at - x) ** 2) / 0.05).astype(np.float16)
        place = run / "explanations" / method
        place.mkdir(parents=True)
        np.savez(place / "test.npz", allow_pickle=False, maps=hills / hills.max((1, 2), keepdims=True),
                 sample=np.arange(maps), epoch=np.full(maps, 2), target_kind=np.asarray("class"),
                 target=base["predicted"][:maps])  # fmt: skip
    _tree(root, classes, 100, 10)
    return root


COLLECTIONS = {
    "a": ("1000 classes x 50,000 samples x 30 runs", runs_of_many_classes, {"classes": 100, "n": 2000, "runs": 4}),
    "b": ("100 classes x 10,000 samples x 3 runs x 90 epochs", long_runs, {"n": 1000, "runs": 2, "epochs": 8}),
    "c": ("10,000 classes x 50,000 samples", very_many_classes, {"classes": 1500, "n": 5000}),
    "d": ("1000 classes x 1024 units, 20,000 maps, 3 changed splits", layers_and_maps,
          {"classes": 50, "units": 64, "n": 1000, "maps": 300}),
    "e": ("30 runs x 90 epochs x 3 splits", many_runs, {"runs": 3, "epochs": 5, "n": 300}),
}  # fmt: skip
"""What each collection is, who writes it, and how a small one is asked for."""


def collection(letter: str, folder: Path, *, small: bool = False) -> Path:
    """Where a collection lies, written unless it is there."""
    place = folder / (f"{letter}-small" if small else letter)
    if not (place / "written").exists():
        _, write, little = COLLECTIONS[letter]
        place.mkdir(parents=True, exist_ok=True)
        write(place, **(little if small else {}))  # type: ignore[operator]
        (place / "written").touch()
    return place
