"""Latent subclasses: kinds of samples within one class, by how alike a layer responds to them.

Bilal et al., "Do Convolutional Neural Networks Learn Class Hierarchy?" (2018): the Pearson correlations of the samples'
response vectors, in an order that shows blocks. The blocks are cut from a tree (Ward 1963) on the distance
sqrt(2 (1 - r)), the Euclidean one between standardised responses.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clftui.analysis.intervals import stream
from clftui.analysis.leaves import optimal_order
from clftui.analysis.linkage import dense_linkage, groups_of
from clftui.analysis.responses import separation
from clftui.analysis.separation import silhouettes
from clftui.analysis.similarity import Similarity
from clftui.analysis.spectral import embedding

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]

MOST_PARTS = 6
FEWEST = 12
"""Samples below which no split is suggested: two parts of six tell nothing apart from chance."""
SMALLEST, SMALLEST_SHARE = 3, 0.05
"""A part with fewer samples than either is a few outliers, no subclass."""
LEAST = 0.15
"""Mean silhouette below which no split is suggested, however certain it is: of many samples every bump is certain, and
responses with heavy tails, which the blobs have not, part to about .1 by chance."""
NEARLY = 0.02
"""Of mean silhouettes no further apart than this, fewer parts are suggested."""
LEVEL = 0.05
BLOBS = 39
"""Draws of one blob that a split must beat: with 39, `LEVEL` is met by at most one of them."""
TESTED = 200
"""Samples that are tested, a seeded draw of more: a draw costs their square."""


class Split(NamedTuple):
    """The ways to part n samples into 1 to MOST_PARTS parts."""

    labels: Int64
    """(n, MOST_PARTS) the part of each sample, by the number of parts less one; part 0 comes first among the leaves."""
    silhouette: Float64
    """(n, MOST_PARTS) of each sample (Rousseeuw 1987); NaN with one part."""
    mean: Float64
    """(MOST_PARTS,) the mean silhouette; NaN with one part, and where a part is too small."""
    chance: float
    """The share of one-blob draws whose best mean silhouette is as high, (1 + those) / (1 + BLOBS); NaN untested."""
    suggested: int
    """Parts; 1 is no split."""


def standardised(responses: ArrayLike) -> Float64:
    """(n, d) each row less its mean, of length 1, so that a product of two is their Pearson correlation.

    NaN where a row is constant or not finite: it correlates with nothing.
    """
    rows = np.asarray(responses, dtype=np.float64)
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        apart = rows - rows.mean(axis=1, keepdims=True)
        length = np.linalg.norm(apart, axis=1, keepdims=True)
        # Rounding leaves a constant row a little apart from its mean.
        varies = length > 1e-6 * np.sqrt(rows.shape[1]) * np.abs(rows).max(axis=1, initial=0.0, keepdims=True)
        return np.asarray(np.where(varies & np.isfinite(length), apart / length, np.nan))


def correlations(rows: Float64) -> Float64:
    """(n, n) Pearson correlations of `standardised` rows, -1..1."""
    return np.asarray(np.clip(rows @ rows.T, -1.0, 1.0))


def distances(r: Float64) -> Float64:
    """(n, n) sqrt(2 (1 - r)) of correlations: 0 is the same, 2 the opposite."""
    found = np.sqrt(2 * (1 - r))
    np.fill_diagonal(found, 0.0)
    return np.asarray(found)


def tree(apart: Float64) -> Float64:
    """(n - 1, 4) Ward's merges of `distances`, as SciPy writes them. Two or more samples."""
    return dense_linkage(apart[np.triu_indices(len(apart), 1)], "ward")


def parts_of(merges: Float64, leaves: Int64) -> Int64:
    """(n, MOST_PARTS) parts by number of parts, numbered along `leaves`; with fewer samples, as many parts as they."""
    n = len(leaves)
    out = np.zeros((n, MOST_PARTS), dtype=np.int64)
    for parts in range(2, MOST_PARTS + 1):
        group = groups_of(merges, min(parts, n))
        _, first, number = np.unique(group[leaves], return_index=True, return_inverse=True)
        rank = np.argsort(np.argsort(first))
        out[leaves, parts - 1] = rank[number]
    return out


def split(responses: Float64, merges: Float64, leaves: Int64, seed: int = 0) -> Split:
    """All splits of (n, d) responses that correlate with something, and which one the samples suggest.

    It is the one of the (NEARLY) highest mean silhouette, where that is LEAST or more, and where the parts lie further
    apart than those of all but LEVEL of draws of a single Gaussian blob with the same mean and covariance, parted the
    same way (as SigClust asks: Liu et al. 2008). Else, and below FEWEST samples, there is no split.
    """
    labels, rows = parts_of(merges, leaves), standardised(responses)
    each = np.column_stack([silhouettes(rows, labels[:, parts]) for parts in range(MOST_PARTS)])
    mean = _means(each, labels)
    best = float(np.nanmax(mean)) if np.isfinite(mean).any() else float("nan")
    if len(rows) < FEWEST or not best >= LEAST:
        return Split(labels, each, mean, float("nan"), 1)
    chance = chance_of(np.asarray(responses, dtype=np.float64), seed)
    fewest = int(np.argmax(np.nan_to_num(mean, nan=-1.0) >= best - NEARLY)) + 1
    return Split(labels, each, mean, chance, fewest if chance <= LEVEL else 1)


def _means(each: Float64, labels: Int64) -> Float64:
    n, out = len(labels), np.full(MOST_PARTS, np.nan)
    for at in range(1, MOST_PARTS):
        sizes = np.bincount(labels[:, at])
        if len(sizes) == at + 1 and sizes.min() >= max(SMALLEST, SMALLEST_SHARE * n):
            out[at] = each[:, at].mean()
    return out


def chance_of(responses: Float64, seed: int = 0) -> float:
    """How often a single blob splits as well as (n, d) responses do, (1 + blobs that do) / (1 + BLOBS).

    Every unit of a blob keeps to the range it has: a rectified one is 0 for many samples.
    """
    rng = stream(seed, len(responses))
    few = len(responses) <= TESTED
    tested = responses if few else responses[np.sort(rng.choice(len(responses), TESTED, replace=False))]
    n, centre, low, high = len(tested), tested.mean(axis=0), tested.min(axis=0), tested.max(axis=0)
    observed, off = best_silhouette(tested), (tested - centre) / np.sqrt(n - 1)
    # A product of normal numbers and the rows about their mean has their covariance, without a matrix of units.
    blobs = (np.clip(centre + rng.standard_normal((n, n)) @ off, low, high) for _ in range(BLOBS))
    return (1 + sum(best_silhouette(blob) >= observed for blob in blobs)) / (1 + BLOBS)


def best_silhouette(responses: Float64) -> float:
    """The highest mean silhouette, among (n, d) responses as they are, of 2 to MOST_PARTS parts of their tree.

    -1 where a part is always too small. Standardised, a long blob falls into two: what lies on either side of the mean
    response becomes opposite. The parts are those of the standardised rows, but how far they are apart is not.
    """
    rows = standardised(responses)
    fine = np.isfinite(rows).all(axis=1)
    rows = rows[fine]
    if len(rows) < 2:
        return -1.0
    labels = parts_of(tree(distances(correlations(rows))), np.arange(len(rows), dtype=np.int64))
    each = np.column_stack([silhouettes(responses[fine], labels[:, parts]) for parts in range(MOST_PARTS)])
    means = _means(each, labels)
    return float(np.nanmax(means)) if np.isfinite(means).any() else -1.0


def leaf_order(apart: Float64, merges: Float64) -> Int64:
    """(n,) the leaves of a tree turned so that neighbours are near; its parts are runs of it."""
    return optimal_order(merges, apart)


def spectral_order(r: Float64) -> Int64:
    """(n,) the leaves of average linkage in the space of the first eigenvectors of the positive correlations."""
    n = len(r)
    first, second = np.triu_indices(n, 1)
    weight = np.maximum(r[first, second], 0.0)
    kept = weight > 0
    graph = Similarity(n, first[kept], second[kept], weight[kept])
    if n < 4 or not graph.degree.min() > 0:
        return np.arange(n, dtype=np.int64)
    place = embedding(graph, 2 * MOST_PARTS)
    apart = distances(np.clip(place @ place.T, -1.0, 1.0))
    return optimal_order(dense_linkage(apart[first, second]), apart)


def centrality(r: Float64, labels: Int64) -> Float64:
    """(n,) the mean correlation of each sample with its part's others; 1 where it is alone."""
    member = (labels[:, None] == np.unique(labels)).astype(np.float64)
    own = member.argmax(axis=1)
    size = member.sum(axis=0)[own]
    total = (r @ member)[np.arange(len(r)), own] - 1
    return np.asarray(np.where(size > 1, total / np.maximum(size - 1, 1), 1.0))


def part_shares(responses: ArrayLike, labels: ArrayLike, parts: int) -> Float64:
    """(d,) eta squared of each unit of (n, d): the share of its variance that lies between parts, 0..1.

    NaN for a unit that answers the same to all, or with one part.
    """
    ratio = separation(responses, labels, parts)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(np.isinf(ratio), 1.0, ratio / (1 + ratio)))


def adjusted_rand(a: ArrayLike, b: ArrayLike) -> float:
    """How far two partitions of the same samples agree (Hubert and Arabie 1985): 1 is the same, 0 as by chance.

    NaN without two samples, or where both are trivial (all together, or each alone): chance agrees as well.
    """
    _, first = np.unique(np.asarray(a), return_inverse=True)
    _, second = np.unique(np.asarray(b), return_inverse=True)
    if len(first) < 2:
        return float("nan")
    width = int(second.max()) + 1
    cells = np.bincount(first * width + second)
    together, one, two = (float((c * (c - 1.0)).sum()) / 2 for c in (cells, np.bincount(first), np.bincount(second)))
    expected = one * two / (len(first) * (len(first) - 1) / 2)
    most = (one + two) / 2
    return (together - expected) / (most - expected) if most > expected else float("nan")
