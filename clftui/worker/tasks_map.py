"""What the worker computes for the map: layouts that take seconds, and numbers that need all distances."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clftui.worker.telling import Arrays, Tell

STEPS = 1000
"""Iterations of t-SNE."""
TOLD_EVERY = 25
EXAGGERATION = 12.0
"""Early exaggeration, for the first quarter of the steps (van der Maaten and Hinton 2008)."""


def tsne(parameters: dict[str, Any], arrays: Arrays, tell: Tell) -> Arrays:
    """`rows` (n, d), or with `precomputed` distances (n, n), from the places `start` (n, 2) -> `places` (n, 2).

    `perplexity` and `seed` are the parameters. What is told on the way are the places so far.
    """
    from sklearn.manifold import TSNE

    rows = np.ascontiguousarray(arrays["rows"])
    model = TSNE(
        perplexity=parameters["perplexity"],
        early_exaggeration=EXAGGERATION,
        max_iter=STEPS,
        metric="precomputed" if parameters.get("precomputed") else "euclidean",
        init=_small(arrays["start"]),
        random_state=parameters["seed"],
        n_jobs=1,
    )
    with _watched(tell, len(rows)):
        return {"places": np.asarray(model.fit_transform(rows), dtype=np.float64)}


def _small(start: NDArray[Any]) -> NDArray[np.float32]:
    """The start as scikit-learn scales its own by principal components: no wider than 0.0001."""
    width = float(np.std(start[:, 0]))
    return np.asarray(start / width * 1e-4 if width > 0 else start, dtype=np.float32)


@contextmanager
def _watched(tell: Tell, n: int) -> Iterator[None]:
    """Within this, t-SNE tells how far it is and where the n points lie.

    scikit-learn offers no callback, so its descent is given an objective that counts; where a future version has no
    such function nothing is told, and the result is the same.
    """
    from sklearn.manifold import _t_sne

    plain: Callable[..., Any] | None = getattr(_t_sne, "_gradient_descent", None)
    if plain is None:
        yield
        return
    done = 0

    def descent(objective: Callable[..., Any], *args: Any, **named: Any) -> Any:
        def counted(points: NDArray[Any], *more: Any, **options: Any) -> Any:
            nonlocal done
            found = objective(points, *more, **options)
            done += 1
            if done % TOLD_EVERY == 0:
                tell(min(done / STEPS, 1.0), {"places": points.reshape(n, 2).astype(np.float32)})
            return found

        return plain(counted, *args, **named)

    _t_sne._gradient_descent = descent
    try:
        yield
    finally:
        _t_sne._gradient_descent = plain


def smacof(parameters: dict[str, Any], arrays: Arrays, tell: Tell) -> Arrays:
    """`rows` of distances (n, n), from the places `start` (n, 2) -> `places` (n, 2) of locally least stress."""
    from clftui.analysis.projection import least_stress

    return {"places": least_stress(arrays["rows"], arrays["start"])}


def separation(parameters: dict[str, Any], arrays: Arrays, tell: Tell) -> Arrays:
    """`rows` (n, d) and `labels` (n,) -> `purity` (n,) of the `k` nearest, `silhouette` (n,) of the rows `drawn`,
    NaN for others, and where there are `places` (n, 2) their `trustworthiness` ()."""
    from clftui.analysis.separation import nearest_rows, purity, silhouettes, trustworthiness

    rows, labels, k = arrays["rows"], arrays["labels"], parameters["k"]
    found: Arrays = {}
    if len(labels):
        drawn = arrays["drawn"]
        silhouette = np.full(len(rows), np.nan)
        silhouette[drawn] = silhouettes(rows[drawn], labels[drawn])
        found = {"purity": purity(nearest_rows(rows, k), labels), "silhouette": silhouette}
        tell(0.5, {})
    if "places" in arrays:
        found["trustworthiness"] = np.asarray(trustworthiness(rows, arrays["places"], k))
    return found


TASKS: dict[str, Callable[[dict[str, Any], Arrays, Tell], Arrays]] = {
    "tsne": tsne, "smacof": smacof, "separation": separation,
}  # fmt: skip
