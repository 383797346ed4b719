"""The order in which Ranking and Matrix lay out classes."""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.confusion import Confusion
from clftui.analysis.hierarchy import Hierarchy, parse
from clftui.analysis.metrics import Metric, per_class
from clftui.data.catalog import Catalog
from clftui.schema import FormatError
from clftui.state.session import Session
from clftui.state.settings import ClassOrder

Int64 = NDArray[np.int64]

_DIGITS = re.compile(r"(\d+)")


def orders(session: Session) -> tuple[ClassOrder, ...]:
    """The orders that can be chosen: by hierarchy only where the collection has one."""
    if hierarchy_of(session.catalog, session.classes) is None:
        return tuple(order for order in ClassOrder if order is not ClassOrder.HIERARCHY)
    return tuple(ClassOrder)


@lru_cache(maxsize=32)
def class_order(catalog: Catalog, classes: tuple[str, ...], confusion: Confusion, order: ClassOrder) -> Int64:
    """(K,) class indices in `order`; equal classes keep their given order.

    Hardest first is by recall, classes without samples last. A class that the hierarchy does not name follows those it
    names. Without a hierarchy its order is the given one.
    """
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


def hierarchy_of(catalog: Catalog, classes: tuple[str, ...]) -> Hierarchy | None:
    """The collection's class hierarchy over these classes; None without one, or where its tree cannot be used."""
    return _tree(catalog, classes)[0]


def hierarchy_trouble(catalog: Catalog, classes: tuple[str, ...]) -> str | None:
    """Why the collection's hierarchy is not used for these classes, in one sentence; None where it is, or is none."""
    if not classes:
        return catalog.hierarchy_problem
    return catalog.hierarchy_problem or _tree(catalog, classes)[1]


@lru_cache(maxsize=8)
def _tree(catalog: Catalog, classes: tuple[str, ...]) -> tuple[Hierarchy | None, str | None]:
    if catalog.hierarchy is None or catalog.hierarchy_path is None:
        return None, None
    try:
        return parse(catalog.hierarchy, classes), None
    except (ValueError, RecursionError) as error:
        why = str(error) if isinstance(error, ValueError) else "it is too deep"
        remedy = 'write nested {"name", "children"} down to class names'
        return None, str(FormatError(catalog.hierarchy_path, "", f"is no hierarchy of these classes ({why})", remedy))
