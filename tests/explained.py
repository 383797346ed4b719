"""Saved explanations for tests: maps and weighted documents as the format has them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


def write_maps(
    run: Path, method: str, maps: ArrayLike, *, split: str = "test", target: ArrayLike = -1, **more: Any
) -> Path:
    """`explanations/<method>/<split>.npz`; map i is of sample i unless `sample` says otherwise."""
    values = np.asarray(maps)
    arrays: dict[str, NDArray[Any]] = {
        "sample": np.arange(len(values)), "epoch": np.full(len(values), 3), "target_kind": np.asarray("class"),
        "target": np.broadcast_to(np.asarray(target), (len(values),)), "maps": values.astype(np.float16),
    }  # fmt: skip
    arrays.update({name: np.asarray(value) for name, value in more.items()})
    place = run / "explanations" / method
    place.mkdir(parents=True, exist_ok=True)
    np.savez(place / f"{split}.npz", allow_pickle=False, **{k: v for k, v in arrays.items() if v.dtype.kind != "O"})
    return place / f"{split}.npz"


def write_texts(run: Path, method: str, documents: Sequence[Mapping[str, Any]], *, split: str = "test") -> Path:
    """`explanations/<method>/<split>.jsonl`, a line a document."""
    place = run / "explanations" / method
    place.mkdir(parents=True, exist_ok=True)
    path = place / f"{split}.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in documents), encoding="utf-8")
    return path


def blob(y: float, x: float, side: int = 7, width: float = 0.15) -> NDArray[np.float64]:
    """A map with one hill of height 1 at (y, x) in 0..1."""
    at = (np.arange(side) + 0.5) / side
    hill: NDArray[np.float64] = np.exp(-((at[:, None] - y) ** 2 + (at[None] - x) ** 2) / (2 * width**2))
    hill /= hill.max()
    return hill
