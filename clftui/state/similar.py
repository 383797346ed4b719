"""Orders by confusions: a quick one at once, the slow ones from the worker process when they are ready."""

from __future__ import annotations

import logging
from collections.abc import Hashable, Mapping
from functools import lru_cache, partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.confusion import Confusion
from clftui.schema import FormatError
from clftui.state.later import SLOW, Stopped
from clftui.state.session import Session
from clftui.state.settings import ClassOrder

if TYPE_CHECKING:
    from clftui.analysis.ordering import Method

Int64 = NDArray[np.int64]

log = logging.getLogger("clftui")

SIMILAR: Mapping[ClassOrder, Method] = {
    ClassOrder.QUICK: "mst",
    ClassOrder.BARYCENTRE: "barycentre",
    ClassOrder.LINKAGE: "linkage",
    ClassOrder.SPECTRAL: "spectral",
}
"""The orders that put classes side by side that are taken for each other, and how each is found."""

AT_ONCE = 3000
"""Up to so many classes a barycentre order costs less than a key press may."""


def reference(session: Session) -> Confusion | None:
    """What orders and blocks are made from: the newest epoch of the focused run and its split, without filters.

    So they stay while a person filters or looks at earlier epochs. None where it cannot be read.
    """
    run, split = session.run, session.selection.split
    if run is None or split is None:
        return None
    try:
        newest = run.evaluation(split, run.newest(split))
        return newest.confusion if newest is not None else None
    except FormatError:
        return None


def similar_order(c: Confusion, wanted: ClassOrder, *, wait: bool = False) -> Int64:
    """(K,) class indices in one of the SIMILAR orders. Until a slow one is ready, or without `wait`, the quick one."""
    method = SIMILAR[wanted]
    if method == "mst" or (method == "barycentre" and c.n_classes <= AT_ONCE):
        return _quick(c, method)
    found = SLOW.get(_key(c, method), partial(_computed if wait else _asked, c, method), wait=wait)
    return found if found is not None else _quick(c, "mst")


def waited(c: Confusion, wanted: ClassOrder) -> float | None:
    """For how many seconds a slow order has been on its way; None where it is there, or nobody asked."""
    return SLOW.seconds(_key(c, SIMILAR[wanted])) if wanted in SIMILAR else None


def order_words(session: Session) -> str:
    """`linkage`, or while the quick order stands in for it `linkage … 3 s`."""
    wanted = session.matrix.order
    seconds = pending_seconds(session)
    if seconds is None:
        return wanted.value
    return f"{wanted.value} …" if seconds < 1 else f"{wanted.value} … {seconds:.0f} s"


def pending_seconds(session: Session) -> float | None:
    """For how many seconds the matrix has been waiting for its order; None where it does not."""
    c = reference(session) if session.matrix.order in SIMILAR else None
    return waited(c, session.matrix.order) if c is not None else None


@lru_cache(maxsize=16)
def _quick(c: Confusion, method: Method) -> Int64:
    return _computed(c, method)


def _computed(c: Confusion, method: Method) -> Int64:
    from clftui.analysis.ordering import order

    return order(c, method)


@lru_cache(maxsize=64)
def _digest(c: Confusion) -> str:
    import hashlib

    found = hashlib.sha256(str(c.n_classes).encode())
    for part in (c.true, c.predicted, c.count):
        found.update(np.ascontiguousarray(part).tobytes())
    return found.hexdigest()


def _key(c: Confusion, method: Method) -> Hashable:
    """By content: the same counts read anew have the same order."""
    return ("order", method, _digest(c))


def _asked(c: Confusion, method: Method) -> Int64:
    """The order from the worker process; from this thread where there can be none."""
    from clftui.worker.client import WORKER, Cancelled, WorkerError
    from clftui.worker.tasks import packed

    parameters, arrays = packed(c)
    try:
        return np.asarray(WORKER.call("order", {**parameters, "method": method}, arrays)["order"], dtype=np.int64)
    except Cancelled as error:
        raise Stopped(method) from error
    except WorkerError as error:
        log.warning("no order from the worker process: %s", error)
        return _computed(c, method)


def stop() -> None:
    """Give up the slow order that is on its way."""
    from clftui.worker.client import WORKER

    WORKER.cancel()
