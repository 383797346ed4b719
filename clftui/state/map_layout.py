"""Where the points of the map lie: at once, then by the slower method as soon as the worker has an answer."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.class_distance import ClassDistance
from clftui.analysis.projection import boxed, classical_scaling
from clftui.state import map_tasks
from clftui.state.later import weak
from clftui.state.map_classes import SPANS, ClassSpan
from clftui.state.map_cloud import SEED, Cloud
from clftui.state.map_settings import MapMethod
from clftui.state.map_tasks import NOTHING, Arrays, ById, Way
from clftui.state.unready import NotYet, may_wait, note_missing
from clftui.text import plural

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]

PERPLEXITY = 30.0
LEAST = 4
"""t-SNE of fewer points says nothing."""
SETTLED = 0.1
"""The share of t-SNE's steps from which on its places show: before, points fly about."""
AT_ONCE = 200
"""Up to so many classes are scaled by whoever asks."""


@dataclass(frozen=True, eq=False)
class Layout:
    """Points in the plane; the same object until they lie elsewhere."""

    method: str
    """`PCA`, `t-SNE`, `MDS`, `SMACOF`: what the places are now."""
    places: Float64
    """(m, 2) in the unit square."""
    which: Int64
    """(m,) the numbers of the points: places in a cloud's `positions`, or class indices."""
    key: Hashable = None
    """The task that is still at work on a better one, or has failed at it; None where there is nothing to wait for."""
    perplexity: float = float("nan")


def perplexity_of(n: int) -> float:
    """The perplexity for n points: 30, and a third of few points, which is as far as it goes."""
    return float(min(PERPLEXITY, max((n - 1) // 3, 1)))


def layout_of(cloud: Cloud, method: MapMethod, *, wait: bool = False) -> Layout:
    """The samples of a cloud. Until t-SNE has an answer, without `wait`: the principal components, or how far it is."""
    if method is MapMethod.QUICK or len(cloud.drawn) < LEAST:
        return _quick(cloud, None)
    rows = cloud.rows
    parameters: dict[str, Any] = {"perplexity": perplexity_of(len(rows)), "seed": SEED}
    start = np.zeros((len(rows), 2))
    start[:, : min(2, rows.shape[1])] = rows[:, :2] * ((1, -1)[: rows.shape[1]])
    key = map_tasks.key_of("tsne", cloud.digest, parameters)
    found = map_tasks.result("tsne", cloud.digest, parameters, lambda: {"rows": rows, "start": start}, wait=wait)
    if found is not None:
        return _made(cloud, ById(found), None, parameters["perplexity"])
    way = map_tasks.way(key)
    if way is not None and way.so_far is not NOTHING and way.share >= SETTLED:
        return _made(cloud, ById(way.so_far), key, parameters["perplexity"])
    return _quick(cloud, key)


def class_layout(span: ClassSpan, kind: ClassDistance, method: MapMethod, *, wait: bool = False) -> Layout:
    """The defined classes of a span by a distance; until the worker has an answer, without `wait`, as scaled."""
    n = len(span.defined)
    if method is MapMethod.QUICK or n < LEAST:
        return _scaled(span, kind, None)
    parameters: dict[str, Any] = {"seed": SEED}
    perplexity = perplexity_of(n) if method is MapMethod.TSNE else float("nan")
    if method is MapMethod.TSNE:
        parameters |= {"perplexity": perplexity, "precomputed": True}

    def make() -> Arrays:
        distances = span.by(kind)
        return {"rows": distances, "start": classical_scaling(distances)}

    task, digest = "tsne" if method is MapMethod.TSNE else "smacof", _digest(span, kind)
    found = map_tasks.result(task, digest, parameters, make, wait=wait)
    if found is None:
        return _scaled(span, kind, map_tasks.key_of(task, digest, parameters))
    return _of_classes(span, ById(found), method.value, perplexity)


def way_of(layout: Layout) -> Way | None:
    """How far the better layout is; None where none is on its way."""
    return map_tasks.way(layout.key) if layout.key is not None else None


@lru_cache(maxsize=16)
def _quick(cloud: Cloud, key: Hashable) -> Layout:
    return Layout("PCA", cloud.places, np.arange(cloud.n, dtype=np.int64), key)


@lru_cache(maxsize=16)
def _made(cloud: Cloud, found: ById, key: Hashable, perplexity: float) -> Layout:
    return Layout("t-SNE", boxed(found.arrays["places"]), cloud.drawn, key, perplexity)


def _scaled(span: ClassSpan, kind: ClassDistance, key: Hashable) -> Layout:
    """Classical scaling. NotYet in a draw, until that of many classes is there."""

    def work() -> Float64:
        return boxed(classical_scaling(span.by(kind)))

    wait = may_wait() or len(span.defined) <= AT_ONCE
    places = SPANS.get(("class scaling", weak(span), kind), work, wait=wait)
    if places is None:
        note_missing()
        raise NotYet(f"Laying out {plural(len(span.defined), 'class', 'classes')} …")
    return _quick_classes(span, ById({"places": places}), key)


@lru_cache(maxsize=16)
def _quick_classes(span: ClassSpan, found: ById, key: Hashable) -> Layout:
    return Layout("MDS", found.arrays["places"], span.defined, key)


@lru_cache(maxsize=16)
def _of_classes(span: ClassSpan, found: ById, method: str, perplexity: float) -> Layout:
    return Layout(method, boxed(found.arrays["places"]), span.defined, None, perplexity)


@lru_cache(maxsize=16)
def _digest(span: ClassSpan, kind: ClassDistance) -> str:
    import hashlib

    found = hashlib.sha256(f"{kind} {span.literal.shape}".encode())
    found.update(np.ascontiguousarray(span.literal).tobytes())
    return found.hexdigest()
