"""A run whose samples were changed in several ways, written as `clftui perturb` would, with numpy alone."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.builders import labels, write_run, write_samples

N = 80
TREE = {
    "name": "",
    "children": [{"name": "pets", "children": ["cat", "dog"]}, {"name": "wild", "children": ["fox", "owl"]}],
}


def answers() -> dict[str, NDArray[np.int64]]:
    """What the run answers in each split: 20 samples of each class, in order."""
    true = labels(N, 4).astype(np.int64)
    base = true.copy()
    base[[0, 1, 20, 40]] = [1, 2, 0, 3]
    turned = base.copy()
    turned[2:18] = 1  # Sixteen cats more are dogs.
    turned[0] = 0  # One is right when it is turned.
    grey = base.copy()
    grey[60:66] = 2
    return {"test": base, "test-grayscale": grey, "test-rotate90": turned}


def write_changed(root: Path, *, tree: bool = True, apart: bool = False) -> Path:
    """A collection of one run; `apart` adds test-v2, of other samples."""
    write_samples(root / "samples" / "test.csv", N)
    found = answers()
    if apart:
        write_samples(root / "samples" / "other.csv", N)
        text = (root / "samples" / "other.csv").read_text().replace("\n0", "\nv0")
        (root / "samples" / "other.csv").write_text(text)
        found["test-v2"] = np.roll(found["test"], 5)
    tables = {split: f"../samples/{'other' if split == 'test-v2' else 'test'}.csv" for split in found}
    run = write_run(root / "cnn", epochs=0, samples=tables)
    place = run / "epochs" / "00003"
    place.mkdir(parents=True)
    for split, predicted in found.items():
        np.savez(place / f"{split}.npz", sample=np.arange(N), true=labels(N, 4), predicted=predicted)
    if tree:
        (root / "hierarchy.json").write_text(json.dumps(TREE))
    return root
