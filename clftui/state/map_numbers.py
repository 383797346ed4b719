"""Numbers beside the picture: how far the classes part in truth, and how far the picture can be trusted."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.projection import stratified
from clftui.analysis.separation import by_label
from clftui.state import map_tasks
from clftui.state.map_cloud import SEED, Cloud
from clftui.state.map_layout import Layout

Float64 = NDArray[np.float64]

NEAREST = 10
"""Samples that purity and trustworthiness look at."""
SAMPLED = 2000
"""Samples of whose distances silhouettes are told; of more, a stratified draw."""


@dataclass(frozen=True, eq=False)
class Separation:
    """How far the true classes part among the samples that were drawn, in their own space, not in the picture."""

    purity: Float64
    """(K,) mean share of the nearest samples that have the same class; NaN undefined."""
    silhouette: Float64
    """(K,) mean silhouette."""
    whole_purity: float
    whole_silhouette: float
    n: int
    """Samples that purity is told from."""
    sampled: int
    """Samples that silhouettes are told from."""


def separation(cloud: Cloud, *, wait: bool = False) -> Separation | None:
    """The numbers of a cloud; None until the worker has them."""
    key, parameters = _labelled(cloud), {"k": NEAREST, "sampled": SAMPLED}
    found = map_tasks.result("separation", key, parameters, lambda: _arrays(cloud), wait=wait)
    return None if found is None else _summed(cloud, _Found(found))


def trust(cloud: Cloud, layout: Layout, *, wait: bool = False) -> float | None:
    """The trustworthiness of a layout of a cloud's samples; None until it is known, NaN of fewer than 21 samples."""
    if layout.key is not None:
        return None
    parameters = {"k": NEAREST, "method": layout.method, "perplexity": str(layout.perplexity)}
    found = map_tasks.result("separation", cloud.digest, parameters, lambda: _places(cloud, layout), wait=wait)
    return None if found is None else float(found["trustworthiness"])


def _labels(cloud: Cloud) -> NDArray[np.int64]:
    return np.asarray(cloud.evaluation.true[cloud.positions[cloud.drawn]], dtype=np.int64)


@lru_cache(maxsize=32)
def _labelled(cloud: Cloud) -> str:
    import hashlib

    return hashlib.sha256(cloud.digest.encode() + _labels(cloud).tobytes()).hexdigest()


def _arrays(cloud: Cloud) -> dict[str, NDArray[Any]]:
    labels = _labels(cloud)
    return {"rows": cloud.rows, "labels": labels, "drawn": stratified(labels, SAMPLED, SEED)}


def _places(cloud: Cloud, layout: Layout) -> dict[str, NDArray[Any]]:
    places = layout.places if len(layout.which) == len(cloud.drawn) else layout.places[cloud.drawn]
    return {"rows": cloud.rows, "labels": np.empty(0, np.int64), "places": places}


class _Found:
    """An answer as a key, by identity."""

    def __init__(self, arrays: dict[str, NDArray[Any]]) -> None:
        self.arrays = arrays

    def __hash__(self) -> int:
        return id(self.arrays)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Found) and other.arrays is self.arrays


@lru_cache(maxsize=32)
def _summed(cloud: Cloud, found: _Found) -> Separation:
    labels, classes = _labels(cloud), len(cloud.evaluation.classes)
    purity, silhouette = found.arrays["purity"], found.arrays["silhouette"]
    return Separation(
        by_label(purity, labels, classes), by_label(silhouette, labels, classes), _mean(purity), _mean(silhouette),
        int(np.isfinite(purity).sum()), int(np.isfinite(silhouette).sum()),
    )  # fmt: skip


def _mean(values: Float64) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else float("nan")
