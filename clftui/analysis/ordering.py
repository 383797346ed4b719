"""Orders of the classes that put those side by side that are taken for each other.

Two classes are the more similar the more samples of either are predicted as the other. Classes that are never
confused keep their given order and come last. Every order is deterministic.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np

from clftui.analysis.confusion import Confusion, Float64, Int64
from clftui.analysis.linkage import leaf_order
from clftui.analysis.similarity import Similarity, similarity
from clftui.analysis.spanning import tree_order
from clftui.analysis.spectral import spectral_order

Method = Literal["barycentre", "mst", "linkage", "spectral"]

_SWEEPS = 20
_HAIR = 1e-9


def order(c: Confusion, method: Method) -> Int64:
    """(K,) the class indices in the order of a method. "linkage" and "spectral" import SciPy and may take seconds.

    - "mst": depth first along the maximum spanning tree, heaviest edge first; milliseconds.
    - "barycentre": every class moves to the middle of those it is confused with, the mean of their places at first
      (Mäkinen and Siirtola 2005), then the median.
    - "linkage": average linkage on the distance 1 / (1 + confusions), its branches turned by optimal leaf ordering
      (Bar-Joseph et al. 2001) up to 3000 classes.
    - "spectral": average linkage of a diffusion map: the rows of the normalised adjacency's first eigenvectors.
    """
    return _confused_first(similarity(c), METHODS[method])


def order_within(c: Confusion, members: Int64, method: Method) -> Int64:
    """The class indices `members` in an order by their confusions with each other alone (recursive refinement)."""
    members = np.asarray(members, dtype=np.int64)
    return members[_confused_first(similarity(c).among(members), METHODS[method])]


def _confused_first(s: Similarity, method: Callable[[Similarity], Int64]) -> Int64:
    """(n,) the classes that are confused at all in the order of a method, then the others as given."""
    members = np.flatnonzero(s.degree > 0)
    others = np.flatnonzero(s.degree <= 0)
    if len(members) > 2:
        members = members[method(s.among(members) if len(others) else s)]
    return np.concatenate([members, others])


def barycentre_order(s: Similarity) -> Int64:
    """(n,) the barycentre heuristic, from the walk along the spanning tree on; the best of its sweeps.

    The mean brings what belongs together near, but every stray confusion draws it to the middle of all; the median
    (Eades and Wormald 1994) takes blocks apart again.
    """
    best = tree_order(s)
    least = spread(s, best)
    for middle in (means, medians):
        now = best
        for _ in range(_SWEEPS):
            place = np.empty(s.n)
            place[now] = np.arange(s.n)
            # Half of its own place holds every class back, or the halves of a pair would swap for ever.
            now = np.argsort((middle(s, place) + place) / 2, kind="stable")
            apart = spread(s, now)
            if apart < least:
                best, least = now, apart
    return best


def means(s: Similarity, place: Float64) -> Float64:
    """(n,) the mean place of those that each class is confused with, by confusions."""
    pull = np.bincount(s.first, weights=s.weight * place[s.second], minlength=s.n)
    pull += np.bincount(s.second, weights=s.weight * place[s.first], minlength=s.n)
    return np.asarray(pull / s.degree, dtype=np.float64)


def medians(s: Similarity, place: Float64) -> Float64:
    """(n,) the lower median of the places of those that each class is confused with, by confusions."""
    indptr, there, weight = s.neighbours
    here = np.repeat(np.arange(s.n), np.diff(indptr))
    by_place = np.lexsort((place[there], here))
    so_far = np.cumsum(weight[by_place])
    half = so_far[indptr[1:] - 1] - s.degree / 2
    return np.asarray(place[there[by_place[np.searchsorted(so_far, half - _HAIR)]]], dtype=np.float64)


def spread(s: Similarity, classes: Int64) -> float:
    """How far apart confused classes stand in an order, summed over confusions."""
    place = np.empty(s.n)
    place[classes] = np.arange(s.n)
    return float((s.weight * np.abs(place[s.first] - place[s.second])).sum())


METHODS: dict[Method, Callable[[Similarity], Int64]] = {
    "barycentre": barycentre_order,
    "mst": tree_order,
    "linkage": leaf_order,
    "spectral": spectral_order,
}
