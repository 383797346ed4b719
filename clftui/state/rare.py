"""Many classes on few rows: the most confused ones stay, the others together are one row and column, "(other)"."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.confusion import Confusion
from clftui.analysis.folding import Items, merged

Int64 = NDArray[np.int64]

OTHER = "(other)"


def most_confused(c: Confusion, most: int) -> NDArray[np.bool_]:
    """(K,) whether a class is among the `most` that take part in the most mistakes, as true or as predicted class."""
    mistakes = c.support - c.correct + c.predicted_count - c.correct
    chosen = np.zeros(c.n_classes, dtype=np.bool_)
    chosen[np.argsort(-mistakes, kind="stable")[:most]] = True
    return chosen


def fold_rare(c: Confusion, order: Int64, classes: tuple[str, ...], most: int) -> tuple[Items, tuple[str, ...]] | None:
    """The `most` most confused classes as items, in their order, then all others as one, and the items' names.

    None where there are no more classes than that. The same confusion, order and `most` give the same object.
    """
    if len(classes) <= most + 1:
        return None
    return _folded(c, order.tobytes(), classes, most)


@lru_cache(maxsize=8)
def _folded(c: Confusion, order: bytes, classes: tuple[str, ...], most: int) -> tuple[Items, tuple[str, ...]]:
    given = np.frombuffer(order, dtype=np.int64)
    chosen = most_confused(c, most)[given]
    rare_last = np.concatenate([given[chosen], given[~chosen]])
    items = merged(rare_last, [(most, len(given))])
    return items, (*(classes[index] for index in rare_last[:most].tolist()), OTHER)
