"""The matrix and its pairs without a screen."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from clftui.data.catalog import open_catalog
from clftui.report import Options, matrix, pairs, render
from clftui.state.filters import Expression
from clftui.state.moves import select
from clftui.state.selection import Scope
from clftui.state.session import Session, open_session
from clftui.state.settings import PairSort
from clftui.state.triage import Reason, tag_pair
from tests.matrices import COUNTS, draw_as, session_on, write_matrix


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return session_on(tmp_path, {"only": [COUNTS]})


def test_the_data_are_cells_by_name(session: Session) -> None:
    assert matrix.data(session) == {
        "classes": ["cat", "dog", "fox"],
        "cells": [
            ["cat", "cat", 50], ["cat", "dog", 7], ["dog", "cat", 3], ["dog", "dog", 90], ["dog", "fox", 1],
            ["fox", "dog", 2], ["fox", "fox", 40],
        ],
    }  # fmt: skip


def test_dense_adds_the_counts_and_top_keeps_the_largest(session: Session) -> None:
    dense = matrix.data(session, Options(dense=True))
    assert dense["counts"] == [list(row) for row in COUNTS]
    assert matrix.data(session, Options(top=2))["cells"] == [["cat", "cat", 50], ["dog", "dog", 90]]


def test_the_json_envelope_is_stable(session: Session) -> None:
    found = json.loads(render(session, "matrix", "json"))
    assert (found["schema"], found["view"], found["split"], found["epoch"]) == (1, "matrix", "test", 1)
    assert found["data"]["cells"][1] == ["cat", "dog", 7]


@pytest.mark.row("P9")
def test_the_table_has_rows_true_and_both_margins(session: Session) -> None:
    table = matrix.table(session)
    assert table.columns == ("true \\ predicted", "cat", "dog", "fox", "recall")
    assert list(table.rows[0]) == ["cat", 50, 7, 0, pytest.approx(50 / 57)]
    assert list(table.rows[-1]) == ["precision", *(pytest.approx(n) for n in (50 / 53, 90 / 99, 40 / 41)), None]
    text = render(session, "matrix", "text")
    assert "Rows are true classes" in text and "0.8772" in text


def test_a_filter_is_obeyed(session: Session) -> None:
    filtered = replace(session, filters=(Expression("wrong and true == 'cat'"),))
    assert matrix.data(filtered)["cells"] == [["cat", "dog", 7]]
    assert pairs.data(filtered)["pairs"][0]["rate"] == 1.0


def test_samples_without_an_answer_are_told_apart(tmp_path: Path) -> None:
    write_matrix(tmp_path / "run", [COUNTS])
    file = tmp_path / "run" / "epochs" / "00001" / "test.npz"
    predicted = np.asarray([1, -1, 0, -1])
    np.savez(file, sample=np.arange(4), true=np.asarray([0, 0, 1, 2]), predicted=predicted)
    session = open_session(open_catalog([tmp_path]))
    assert matrix.data(session)["unanswered"] == [["cat", 1], ["fox", 1]]
    table = matrix.table(session)
    assert table.columns[-2:] == ("(no answer)", "recall")
    assert [row[4] for row in table.rows] == [1, 0, 1, None]
    assert table.rows[0][-1] == 0.0 and len({len(row) for row in table.rows}) == 1


def test_many_classes_are_summed_unless_all_are_asked_for(tmp_path: Path) -> None:
    k = 40
    counts = np.diag(np.full(k, 9)).astype(int)
    counts[0, 1], counts[5, 7], counts[30, 31] = 4, 3, 1
    session = session_on(tmp_path, {"only": [counts]}, {"only": [f"c{i}" for i in range(k)]})
    few = matrix.table(session, Options(top=4))
    assert few.columns == ("true \\ predicted", "c0", "c1", "c5", "c7", "(other)", "recall")
    body = np.asarray([row[1:6] for row in few.rows[:-1]], dtype=int)
    assert body.sum() == counts.sum() and body[4, 4] == 36 * 9 + 1
    assert few.rows[4][-1] is None and "36 classes" in few.notes[1]
    assert len(matrix.table(session).rows) == 30 + 2
    assert len(matrix.table(session, Options(dense=True)).rows) == k + 1


def test_pairs_come_largest_first_with_their_interval(session: Session) -> None:
    found = pairs.data(session)["pairs"]
    assert [(pair["true"], pair["predicted"], pair["count"]) for pair in found] == [
        ("cat", "dog", 7), ("dog", "cat", 3), ("fox", "dog", 2), ("dog", "fox", 1),
    ]  # fmt: skip
    first = found[0]
    assert first["rate"] == pytest.approx(7 / 57) and first["low"] < first["rate"] < first["high"]
    assert len(pairs.data(session, Options(top=1))["pairs"]) == 1
    assert [pair["count"] for pair in pairs.data(draw_as(session, at_least=3))["pairs"]] == [7, 3]


def test_the_table_of_pairs_says_how_many_it_leaves_out(session: Session) -> None:
    whole = pairs.table(session)
    assert len(whole.rows) == 4 and not any(note.startswith("The first") for note in whole.notes)
    short = pairs.table(session, Options(top=3))
    assert len(short.rows) == 3 and short.notes[-1] == "The first 3 of 4 pairs by count, most frequent first."


@pytest.mark.row("B33")
def test_pairs_tell_the_change_the_way_back_and_the_tag(tmp_path: Path) -> None:
    before = ((50, 4, 0), (3, 90, 1), (0, 2, 40))
    session = session_on(tmp_path, {"only": [before, COUNTS]})
    tag_pair(session.catalog, "dog", "cat", Reason.SUBCLASS)
    found = {(pair["true"], pair["predicted"]): pair for pair in pairs.data(session)["pairs"]}
    assert [found["cat", "dog"][name] for name in ("change", "back", "reason")] == [3, 3, None]
    assert [found["dog", "cat"][name] for name in ("change", "back", "reason")] == [0, 7, "subclass"]
    assert {"change", "back", "reason"} <= set(pairs.table(session).columns)
    sorted_by_change = draw_as(session, pair_sort=PairSort.CHANGE)
    assert pairs.data(sorted_by_change, Options(top=1))["pairs"][0]["true"] == "cat"


@pytest.mark.parametrize("form", ["text", "md", "csv", "json"])
@pytest.mark.parametrize("view", ["matrix", "pairs"])
def test_nothing_to_show_is_said_in_every_format(tmp_path: Path, view: str, form: str) -> None:
    empty = open_session(open_catalog([tmp_path]))
    text = render(empty, view, form)
    assert ("No run is open" in text) == (form in ("text", "md"))


@pytest.mark.row("C3")
def test_a_chosen_cell_comes_with_its_history(tmp_path: Path) -> None:
    epochs = [COUNTS, ((57, 0, 0), (3, 90, 1), (0, 2, 40)), COUNTS]
    session = session_on(tmp_path, {"only": epochs})
    assert "history" not in matrix.data(session)
    cell = select(session, scope=Scope("cat", "dog"))
    assert matrix.data(cell)["history"] == [[1, 7], [2, 0], [3, 7]]
    assert matrix.data(select(cell, span=(2, 3)))["history"] == [[2, 0], [3, 7]]
    filtered = replace(cell, filters=(Expression('predicted == "cat"'),))
    assert matrix.data(filtered)["history"] == [[1, 0], [2, 0], [3, 0]]
