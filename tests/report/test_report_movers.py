"""Movers without a screen: the documented data, in the documented order."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from clftui.data.catalog import open_catalog
from clftui.report import Options, render
from clftui.report import movers as report
from clftui.state.filters import FilterError
from clftui.state.session import Session, open_session
from clftui.state.versus import parse_versus
from tests.answers import write_answers

N = 200
TRUE = "a" * N + "b" * N + "c" * N


def answers(a_for_b: int, c_for_b: int) -> str:
    shown = np.asarray(list(TRUE))
    shown[:a_for_b] = "b"
    shown[2 * N : 2 * N + c_for_b] = "b"
    return "".join(shown)


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    root = tmp_path_factory.mktemp("movers")
    write_answers(root / "net", TRUE, [answers(10, 90), answers(5, 80), answers(40, 20)], table=None)
    write_answers(root / "net", TRUE, [answers(10, 90)] * 3, split="val", table=None)
    return open_session(open_catalog((root,)))


def data(session: Session, against: str = "epoch:before") -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(render(replace(session, versus=parse_versus(against)), "movers", "json"))
    return found["data"]  # type: ignore[no-any-return]


@pytest.mark.row("C15")
def test_movers_as_data(session: Session) -> None:
    found = data(session)
    assert (found["from"], found["to"], found["q_level"], found["paired"]) == ("epoch 2", "epoch 3", 0.05, True)
    listed = [(each["kind"], each["name"], each["direction"]) for each in found["movers"]]
    assert listed == [
        ("class", "a", "worse"), ("cell", "a->b", "worse"), ("class", "c", "better"), ("cell", "c->b", "better")
    ]  # fmt: skip
    cell = found["movers"][1]
    assert cell["before"] == 5 / N and cell["after"] == 40 / N and cell["n"] == N and cell["alarm"] is False
    assert cell["p"] == pytest.approx(2 * 0.5**35) and cell["p"] <= cell["q"] <= 0.05
    assert cell["low"] < 35 / N < cell["high"]
    assert found["top_cell"]["name"] == "c->b"


def test_each_comparison(session: Session) -> None:
    assert [each["name"] for each in data(session, "epoch:1")["movers"]] == ["a", "a->b", "c", "c->b"]
    assert data(session, "epoch:best")["from"] == "epoch 2"
    assert data(session, "epoch:best")["to"] == "epoch 3"
    split = data(session, "split:val")
    assert (split["from"], split["to"], split["paired"]) == ("val", "test", False)
    assert [each["name"] for each in split["movers"] if each["direction"] == "worse"] == ["a", "a->b"]
    with pytest.raises(FilterError, match="no epoch 9"):
        data(session, "epoch:9")


def test_without_an_epoch_before_there_is_nothing_but_a_sentence(session: Session) -> None:
    first = replace(session, selection=replace(session.selection, epoch=1))
    found = data(first)
    assert (found["from"], found["to"], found["movers"]) == (None, None, [])
    assert "no earlier epoch" in render(first, "movers", "text")
    own = replace(session, versus=parse_versus("run:net"))
    assert "names what shows itself" in render(own, "movers", "text")


def test_the_table_says_which_tests_it_rests_on(session: Session) -> None:
    text = render(session, "movers", "text")
    assert text.startswith("Movers of net, test: epoch 3 against epoch 2")
    assert "2 regressions, 2 better; tested 3 classes, 0 groups, 2 cells on 600 samples: exact McNemar" in text
    assert "two proportions" in render(replace(session, versus=parse_versus("split:val")), "movers", "text")
    assert "The first 1 of 4 movers." in render(session, "movers", "md", Options(top=1))
    rows = list(csv.DictReader(io.StringIO(render(session, "movers", "csv"))))
    assert [row["name"] for row in rows] == ["a", "a->b", "c", "c->b"]
    assert len(report.data(session, Options(top=2))["movers"]) == 2
