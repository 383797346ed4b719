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
from clftui.state.wishes import WISHES

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

AT_ONCE = 15_000
"""Up to so many cells with samples a barycentre order takes less than 50 ms."""


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
    """(K,) class indices in one of the SIMILAR orders.

    Until a slow one is ready, and where it failed, the quick one. With `wait` it is computed here, and errors are
    raised.
    """
    method = SIMILAR[wanted]
    if method == "mst" or (method == "barycentre" and len(c.count) <= AT_ONCE):
        return _quick(c, method)
    key = _key(c, method)
    if not wait and key in _failed:
        return _quick(c, "mst")
    work = partial(_computed, c, method) if wait else partial(_asked, c, method, key, WISHES.now)
    found = SLOW.get(key, work, wait=wait)
    return found if found is not None else _quick(c, "mst")


def waited(c: Confusion, wanted: ClassOrder) -> float | None:
    """For how many seconds a slow order has been on its way; None where it is there, or nobody asked."""
    return SLOW.seconds(_key(c, SIMILAR[wanted])) if wanted in SIMILAR else None


def order_words(session: Session) -> str:
    """`linkage`, while the quick order stands in for it `linkage … 3 s`, for good `quick, linkage failed`."""
    wanted = session.matrix.order
    if trouble(session):
        return f"{ClassOrder.QUICK.value}, {wanted.value} failed"
    seconds = pending_seconds(session)
    if seconds is None:
        return wanted.value
    return f"{wanted.value} …" if seconds < 1 else f"{wanted.value} … {seconds:.0f} s"


def pending_seconds(session: Session) -> float | None:
    """For how many seconds the matrix has been waiting for its order; None where it does not."""
    c = reference(session) if session.matrix.order in SIMILAR else None
    return waited(c, session.matrix.order) if c is not None else None


def trouble(session: Session) -> str:
    """Why the order that was asked for is not there, as a sentence; empty where nothing is wrong."""
    wanted = session.matrix.order
    c = reference(session) if wanted in SIMILAR else None
    why = _failed.get(_key(c, SIMILAR[wanted])) if c is not None else None
    return f"The {wanted.value} order cannot be had: {why}; the quick order stays." if why else ""


def retry(session: Session) -> None:
    """Forget that the order the matrix asks for failed: the next paint asks again."""
    wanted = session.matrix.order
    c = reference(session) if wanted in SIMILAR else None
    if c is not None:
        _failed.pop(_key(c, SIMILAR[wanted]), None)


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


def _asked(c: Confusion, method: Method, key: Hashable, wish: int) -> Int64:
    """The order from the worker process. Stopped where it was given up since wish number `wish`, or failed."""
    from clftui.worker.client import WORKER, Cancelled, WorkerError
    from clftui.worker.tasks import packed

    if wish != WISHES.now:
        raise Stopped(method)
    parameters, arrays = packed(c)
    try:
        return np.asarray(WORKER.call("order", {**parameters, "method": method}, arrays)["order"], dtype=np.int64)
    except Cancelled as error:
        raise Stopped(method) from error
    except WorkerError as error:
        log.warning("no %s order from the worker process: %s", method, error)
        _failed[key] = str(error)
        raise Stopped(method) from error


_failed: dict[Hashable, str] = {}
"""Why an order failed, by its key: it is not asked for again at every paint."""
