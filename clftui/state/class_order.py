"""The order in which Ranking and Matrix lay out classes."""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.confusion import Confusion
from clftui.analysis.metrics import Metric, per_class
from clftui.data.catalog import Catalog
from clftui.state.class_tree import hierarchy_of, hierarchy_order, tree_of
from clftui.state.session import Session
from clftui.state.settings import ClassOrder
from clftui.state.similar import SIMILAR, reference, similar_order

Int64 = NDArray[np.int64]

_DIGITS = re.compile(r"(\d+)")


def orders(session: Session) -> tuple[ClassOrder, ...]:
    """The orders that can be chosen: by hierarchy only where the collection has one."""
    if tree_of(session) is None:
        return tuple(order for order in ClassOrder if order is not ClassOrder.HIERARCHY)
    return tuple(ClassOrder)


def matrix_order(session: Session, classes: tuple[str, ...], confusion: Confusion) -> Int64:
    """(K,) class indices in the order of the matrix, whose `confusion` shows."""
    wanted = session.matrix.order
    if wanted in SIMILAR:
        return similar_order(reference(session) or confusion, wanted)
    grown = hierarchy_order(session) if wanted is ClassOrder.HIERARCHY else None
    return class_order(session.catalog, classes, confusion, wanted) if grown is None else grown


def class_order(catalog: Catalog, classes: tuple[str, ...], confusion: Confusion, order: ClassOrder) -> Int64:
    """(K,) class indices in `order`; equal classes keep their given order.

    Hardest first is by recall, classes without samples last. A class that the hierarchy does not name follows those it
    names. Without a hierarchy its order is the given one. An order by similarity that takes long is the quick one
    until it is ready.
    """
    return similar_order(confusion, order) if order in SIMILAR else _fixed(catalog, classes, confusion, order)


@lru_cache(maxsize=32)
def _fixed(catalog: Catalog, classes: tuple[str, ...], confusion: Confusion, order: ClassOrder) -> Int64:
    given = np.arange(len(classes), dtype=np.int64)
    match order:
        case ClassOrder.HIERARCHY:
            tree = hierarchy_of(catalog, classes)
            return tree.order if tree is not None else given
        case ClassOrder.HARDEST:
            return np.argsort(np.nan_to_num(per_class(confusion, Metric.RECALL), nan=2.0), kind="stable")
        case ClassOrder.SIZE:
            return np.argsort(-confusion.support, kind="stable")
        case ClassOrder.NAME:
            return np.asarray(sorted(given.tolist(), key=lambda index: name_key(classes[index])), dtype=np.int64)
        case _:
            return given


def name_key(name: str) -> list[tuple[int, int, str]]:
    """Sorts names as people do: without regard to case, `class 2` before `class 10`."""
    parts = _DIGITS.split(name.casefold())
    # isdecimal, not isdigit: `²` is a digit that int() refuses.
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts if part]
