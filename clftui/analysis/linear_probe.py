"""Linear probes: how well one linear map tells the classes from what a layer answers (Alain and Bengio 2017; B31)."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clftui.analysis.confusion import Float64, Int64
from clftui.analysis.projection import stratified

Float32 = NDArray[np.float32]

FOLDS = 5
MANY_CLASSES = 200
"""From so many classes on two folds are enough: each costs as much as all the rest of the app."""
WORK = 2_000_000_000
"""Samples x units x classes that one fit may have, about a second an iteration."""
FEWEST_EACH = 8
"""Samples of each class that a fit has in any case, where there are as many."""
ALL_WORK = 300_000_000_000
"""Samples x units x classes x iterations that one fit may cost, a few minutes."""
LEAST_ITERATIONS, MOST_ITERATIONS = 100, 1000
STRENGTH = 1.0
"""Inverse of the L2 penalty, scikit-learn's C."""
LEAST_SPREAD = 1e-6
"""A unit whose values vary less than this share of the widest one's is constant but for rounding."""


class Probe(NamedTuple):
    """What a probe answers to the samples it is tested on."""

    predicted: Int64
    """(n,) classes; -1 where nothing could be fitted."""
    scores: Float32
    """(n, K) probabilities; classes that the probe never saw have 0."""
    fitted: Int64
    """(fits,) samples that each fit had."""
    converged: NDArray[np.bool_]
    """(fits,) whether it ended before `iterations_for` it."""


def stratified_folds(labels: ArrayLike, folds: int, seed: int) -> Int64:
    """(n,) which of `folds` parts each sample falls in: of every class equally many in each, but for one."""
    given = np.asarray(labels, dtype=np.int64)
    shuffled = np.random.default_rng(seed).permutation(len(given))
    by_class = shuffled[np.argsort(given[shuffled], kind="stable")]
    out = np.empty(len(given), dtype=np.int64)
    # Dealt out in turn over all classes: small ones do not all begin in the first part.
    out[by_class] = np.arange(len(given)) % folds
    return out


def most_samples(units: int, n_classes: int) -> int:
    """Samples that one fit may have, so that it ends."""
    return max(WORK // max(units * n_classes, 1), FEWEST_EACH * n_classes)


def iterations_for(samples: int, units: int, n_classes: int) -> int:
    """Iterations after which a fit is given up and taken as it is."""
    return min(max(ALL_WORK // max(samples * units * n_classes, 1), LEAST_ITERATIONS), MOST_ITERATIONS)


def folds_for(n_classes: int) -> int:
    """Parts of a cross-validation."""
    return FOLDS if n_classes < MANY_CLASSES else 2


def held_out(
    values: ArrayLike, true: ArrayLike, n_classes: int, *, seed: int = 0, tell: Callable[[float], None] | None = None
) -> Probe:
    """Cross-validated answers: no sample is answered by a fit that had it. `values` (n, units), `true` (n,), -1 none.

    Unlabelled samples are answered and never fitted. `tell` hears the share done.
    """
    given, labels = np.asarray(values, dtype=np.float32), np.asarray(true, dtype=np.int64)
    parts = folds_for(n_classes)
    fold = stratified_folds(labels, parts, seed)
    out = _empty(len(given), n_classes)
    fitted, converged = [], []
    for part in range(parts):
        test = np.flatnonzero(fold == part)
        train = np.flatnonzero((fold != part) & (labels >= 0))
        scores, n, done = _fit(given[train], labels[train], given[test], n_classes, seed)
        out[test] = scores
        fitted.append(n)
        converged.append(done)
        if tell is not None:
            tell((part + 1) / parts)
    return _probe(out, fitted, converged)


def trained(train: ArrayLike, train_true: ArrayLike, values: ArrayLike, n_classes: int, *, seed: int = 0) -> Probe:
    """Answers to `values` (n, units) of a probe fitted on other samples: `train` (m, units), `train_true` (m,)."""
    labels = np.asarray(train_true, dtype=np.int64)
    known = labels >= 0
    scores, n, done = _fit(
        np.asarray(train, dtype=np.float32)[known], labels[known], np.asarray(values, dtype=np.float32), n_classes, seed
    )
    return _probe(scores, [n], [done])


def _empty(n: int, n_classes: int) -> Float32:
    return np.zeros((n, n_classes), dtype=np.float32)


def _probe(scores: Float32, fitted: list[int], converged: list[bool]) -> Probe:
    known = scores.any(axis=1) if scores.shape[1] else np.zeros(len(scores), dtype=bool)
    predicted = np.where(known, scores.argmax(axis=1) if scores.shape[1] else 0, -1).astype(np.int64)
    return Probe(predicted, scores, np.asarray(fitted, dtype=np.int64), np.asarray(converged, dtype=bool))


def _fit(train: Float32, labels: Int64, test: Float32, n_classes: int, seed: int) -> tuple[Float32, int, bool]:
    """(m, K) probabilities of `test`, how many samples were fitted, and whether the fit came to its end."""
    chosen = stratified(labels, most_samples(train.shape[1], n_classes), seed)
    train, labels = train[chosen], labels[chosen]
    scores = _empty(len(test), n_classes)
    seen = np.unique(labels)
    if len(seen) < 2:
        scores[:, seen] = 1.0
        return scores, len(chosen), True
    # A unit that says nothing (NaN) about a sample says the mean; a dead one says nothing at all.
    known = np.isfinite(train)
    n = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, train, 0).sum(axis=0, dtype=np.float64) / n
    spread = np.sqrt((np.where(known, train - mean, 0) ** 2).sum(axis=0) / n)
    alive = spread > LEAST_SPREAD * max(float(spread.max(initial=0.0)), 1e-30)
    if not alive.any():
        scores[:, seen] = np.bincount(labels, minlength=n_classes)[seen] / len(labels)
        return scores, len(chosen), True
    scaled = [_scaled(each, mean, spread, alive) for each in (train, test)]
    found, done = _regression(scaled[0], labels, scaled[1])
    scores[:, seen] = found
    return scores, len(chosen), done


def _scaled(values: Float32, mean: Float64, spread: Float64, alive: NDArray[np.bool_]) -> Float64:
    known = values[:, alive]
    return np.asarray(np.where(np.isfinite(known), (known - mean[alive]) / spread[alive], 0.0), dtype=np.float64)


def _regression(train: NDArray[np.floating], labels: Int64, test: NDArray[np.floating]) -> tuple[Float32, bool]:
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    most = iterations_for(len(train), train.shape[1], len(np.unique(labels)))
    model = LogisticRegression(C=STRENGTH, max_iter=most)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # Told as a number instead.
        model.fit(train, labels)
    found = np.asarray(model.predict_proba(test) if len(test) else np.zeros((0, len(model.classes_))), dtype=np.float32)
    return found, bool(model.n_iter_.max() < most)
