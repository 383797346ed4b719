"""Orders by similarity in the app: the quick one at once, a slow one when it is there, and what may go wrong."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clftui.analysis.ordering import order
from clftui.state import similar
from clftui.state.block_steps import opened, stop, to_order
from clftui.state.later import Later
from clftui.state.matrix_model import matrix
from clftui.state.session import Session
from clftui.state.settings import SUGGESTED, ClassOrder
from clftui.state.similar import order_words, pending_seconds, reference, similar_order, trouble
from clftui.worker.client import WORKER, Cancelled, WorkerError
from tests.idle_worker import give_up_slow
from tests.matrices import draw_as
from tests.planted import planted, planted_session

SLOW_ORDERS = (ClassOrder.LINKAGE, ClassOrder.SPECTRAL)


class Asked:
    """In the place of the worker: remembers what it was asked, and answers when `answer` lets it."""

    def __init__(self) -> None:
        self.methods: list[str] = []
        self.gate = threading.Event()
        self.error: Exception | None = None
        self.later = Later()

    def call(self, task: str, parameters: dict[str, Any], arrays: dict[str, Any]) -> dict[str, Any]:
        self.methods.append(parameters["method"])
        assert self.gate.wait(10) and task == "order"
        if self.error is not None:
            raise self.error
        return {"order": np.arange(parameters["n_classes"])[::-1]}

    def cancel(self) -> None:
        self.error = Cancelled("stopped")
        self.gate.set()


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Iterator[Asked]:
    give_up_slow()
    asked = Asked()
    monkeypatch.setattr(WORKER, "call", asked.call)
    monkeypatch.setattr(WORKER, "cancel", asked.cancel)
    monkeypatch.setattr(similar, "SLOW", asked.later)
    monkeypatch.setattr(similar, "_failed", {})
    yield asked
    asked.gate.set()
    assert asked.later.settle()


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return draw_as(planted_session(tmp_path, planted(3, 4)), order=ClassOrder.LINKAGE)


def shown_order(session: Session) -> list[int]:
    shown = matrix(session)
    assert shown is not None
    return [int(index) for index in shown.items.order]


def quick(session: Session) -> list[int]:
    c = reference(session)
    assert c is not None
    return [int(index) for index in order(c, "mst")]


def reached(true: Callable[[], bool]) -> None:
    for _ in range(1000):
        if true():
            return
        threading.Event().wait(0.01)
    raise AssertionError("never")


@pytest.mark.row("B8")
@pytest.mark.parametrize("wanted", SLOW_ORDERS)
def test_the_quick_order_shows_until_the_better_one_is_there(
    session: Session, worker: Asked, wanted: ClassOrder
) -> None:
    session = draw_as(session, order=wanted)
    assert pending_seconds(session) is None
    assert shown_order(session) == quick(session)
    assert pending_seconds(session) is not None and order_words(session) == f"{wanted.value} …"
    worker.gate.set()
    assert worker.later.settle()
    assert shown_order(session) == list(range(11, -1, -1))
    assert pending_seconds(session) is None and order_words(session) == wanted.value


def test_the_seconds_it_takes_are_counted(session: Session, worker: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    shown_order(session)
    monkeypatch.setattr(worker.later, "seconds", lambda key: 3.4)
    assert order_words(session) == "linkage … 3 s"
    assert order_words(draw_as(session, order=ClassOrder.SIZE)) == ClassOrder.SIZE.value


def test_an_order_is_asked_for_once_whatever_object_holds_the_counts(
    session: Session, worker: Asked, tmp_path: Path
) -> None:
    worker.gate.set()
    shown_order(session)
    assert worker.later.settle()
    again = draw_as(planted_session(tmp_path / "again", planted(3, 4)), order=ClassOrder.LINKAGE)
    for _ in range(3):
        assert shown_order(session) == shown_order(again) == list(range(11, -1, -1))
    assert worker.methods == ["linkage"]


@pytest.mark.parametrize("wanted", [ClassOrder.QUICK, ClassOrder.BARYCENTRE])
def test_orders_that_take_no_time_ask_nobody(session: Session, worker: Asked, wanted: ClassOrder) -> None:
    c = reference(session)
    assert c is not None
    assert shown_order(draw_as(session, order=wanted)) == order(c, similar.SIMILAR[wanted]).tolist()
    assert worker.methods == [] and not worker.later.pending


def test_barycentre_of_very_many_cells_is_asked_for(
    session: Session, worker: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(similar, "AT_ONCE", 5)
    assert shown_order(draw_as(session, order=ClassOrder.BARYCENTRE)) == quick(session)
    worker.gate.set()
    assert worker.later.settle() and worker.methods == ["barycentre"]


def test_waiting_computes_here(session: Session, worker: Asked) -> None:
    c = reference(session)
    assert c is not None
    assert similar_order(c, ClassOrder.LINKAGE, wait=True).tolist() == order(c, "linkage").tolist()
    assert worker.methods == [] and shown_order(session) == order(c, "linkage").tolist()


def test_stopping_keeps_the_quick_order(session: Session, worker: Asked) -> None:
    shown_order(session)
    reached(lambda: worker.methods == ["linkage"])
    stopped = stop(session)
    assert stopped.notice == "Stopped; the quick order stays." and stopped.matrix.order is ClassOrder.QUICK
    assert worker.later.settle()
    assert shown_order(stopped) == quick(session) and trouble(session) == ""
    # It is no failure: whoever still wants it asks again.
    worker.error, worker.gate = None, threading.Event()
    assert shown_order(session) == quick(session)
    worker.gate.set()
    assert worker.later.settle() and shown_order(session) == list(range(11, -1, -1))


def test_what_was_stopped_before_its_turn_is_not_begun(session: Session, worker: Asked) -> None:
    shown_order(session)
    reached(lambda: worker.methods == ["linkage"])
    shown_order(draw_as(session, order=ClassOrder.SPECTRAL))
    stop(session)
    assert worker.later.settle() and worker.methods == ["linkage"]


def test_there_may_be_nothing_to_stop(session: Session, worker: Asked) -> None:
    assert stop(draw_as(session, order=ClassOrder.SIZE)).notice == "Nothing is being computed."


def test_a_worker_that_fails_leaves_the_quick_order_and_a_sentence(session: Session, worker: Asked) -> None:
    worker.error = WorkerError("the worker process ended before it answered")
    worker.gate.set()
    shown_order(session)
    assert worker.later.settle()
    for _ in range(3):
        assert shown_order(session) == quick(session)
    sentence = "The linkage order cannot be had: the worker process ended before it answered; the quick order stays."
    assert trouble(session) == sentence and stop(session).notice == sentence
    assert order_words(session) == f"{ClassOrder.QUICK.value}, linkage failed" and pending_seconds(session) is None
    assert worker.methods == ["linkage"]
    # Asked for again, it is tried again.
    worker.error = None
    session = to_order(ClassOrder.LINKAGE)(session)
    shown_order(session)
    assert worker.later.settle() and trouble(session) == ""
    assert shown_order(session) == list(range(11, -1, -1)) and worker.methods == ["linkage", "linkage"]


def test_the_order_stays_while_a_threshold_hides_cells(session: Session, worker: Asked) -> None:
    worker.gate.set()
    shown_order(session)
    assert worker.later.settle()
    assert shown_order(draw_as(session, at_least=3)) == list(range(11, -1, -1)) and worker.methods == ["linkage"]


def test_many_classes_open_in_a_similar_order_with_blocks(tmp_path: Path) -> None:
    few = planted_session(tmp_path / "few", planted(3, 4))
    assert opened(few) is few
    many = opened(planted_session(tmp_path / "many", planted(32, 5)))
    assert many.matrix.order is ClassOrder.SPECTRAL and many.matrix.blocks == SUGGESTED
    chosen = opened(draw_as(many, order=ClassOrder.HIERARCHY, blocks=None))
    assert chosen.matrix.order is ClassOrder.HIERARCHY
