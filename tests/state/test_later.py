"""Results computed in the background."""

from __future__ import annotations

import gc
import threading
from functools import partial
from weakref import ref

import pytest

from clftui.state.later import Later, weak


class Thing:
    """Something a result depends on."""


def test_a_result_is_not_there_at_first_and_then_kept() -> None:
    later = Later()
    assert later.get("key", lambda: 7) is None
    assert later.settle()
    assert later.get("key", lambda: 8) == 7


def test_waiting_computes_at_once() -> None:
    later = Later()
    assert later.get("key", lambda: 7, wait=True) == 7
    assert not later.pending


def test_an_error_is_raised_where_it_is_asked_for() -> None:
    later = Later()

    def fail() -> int:
        raise ValueError("no")

    assert later.get("key", fail) is None
    assert later.settle()
    with pytest.raises(ValueError, match="no"):
        later.get("key", fail)


def test_the_newest_wish_comes_first_and_old_ones_are_dropped() -> None:
    later, gate, started = Later(wishes=2), threading.Event(), threading.Event()
    order: list[str] = []

    def hold() -> bool:
        started.set()
        return gate.wait(10)

    def note(name: str) -> str:
        order.append(name)
        return name

    later.get("gate", hold)
    assert started.wait(10)
    for name in ("a", "b", "c"):
        later.get(name, partial(note, name))
    gate.set()
    assert later.settle()
    assert order == ["c", "b"]


def test_results_of_superseded_values_do_not_keep_them_alive() -> None:
    later, thing = Later(), Thing()
    key = ("result", *weak(thing))
    assert later.get(key, lambda: 1, wait=True) == 1
    assert later.get(("result", *weak(thing)), lambda: 2, wait=True) == 1
    del thing
    gc.collect()
    found = key[1]
    assert isinstance(found, ref) and found() is None


def test_only_so_many_results_are_kept() -> None:
    later = Later(kept=2)
    for number in range(3):
        later.get(number, partial(int, number), wait=True)
    assert later.get(0, lambda: 10, wait=True) == 10
    assert later.get(2, lambda: 10, wait=True) == 2


def test_who_waits_for_what_is_at_work_gets_that_result() -> None:
    later, begun, may_go = Later(), threading.Event(), threading.Event()

    def work() -> int:
        begun.set()
        assert may_go.wait(10)
        return 7

    assert later.get("key", work) is None and begun.wait(10)
    threading.Timer(0.05, may_go.set).start()
    assert later.get("key", lambda: 8, wait=True) == 7
