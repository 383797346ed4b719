"""Words that tell the documents of one class from those of the others."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from math import log

import numpy as np
from numpy.typing import NDArray

_WORD = re.compile(r"[^\W\d_][\w'’-]+")
MOST_CHARACTERS = 2000
"""Of a document; keywords of long ones show in their beginning."""


def class_keywords(
    texts: Sequence[str],
    labels: NDArray[np.integer],
    classes: int,
    top: int = 5,
) -> tuple[tuple[str, ...], ...]:
    """For each class its `top` words by tf-idf, the weightiest first; none for a class without documents.

    A word counts once a document: the share of the class's documents that have it, times log(N + 1 / those of all N
    documents that have it + 1). Labels of -1 count as documents of no class.
    """
    everywhere: Counter[str] = Counter()
    inside: list[Counter[str]] = [Counter() for _ in range(classes)]
    sizes = [0] * classes
    for text, label in zip(texts, labels.tolist(), strict=True):
        words = set(_WORD.findall(text[:MOST_CHARACTERS].casefold()))
        everywhere.update(words)
        if 0 <= label < classes:
            inside[label].update(words)
            sizes[label] += 1
    n = len(texts)
    found = []
    for own, size in zip(inside, sizes, strict=True):
        weight = {word: share / size * log((n + 1) / (everywhere[word] + 1)) for word, share in own.items()}
        ranked = sorted((word for word in weight if weight[word] > 0), key=lambda word: (-weight[word], word))
        found.append(tuple(ranked[:top]))
    return tuple(found)
