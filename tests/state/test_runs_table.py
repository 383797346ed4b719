"""The table of runs as values: scores, order, past, other splits, models, marks."""

from __future__ import annotations

import json
import math
import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from clftui.data.catalog import open_catalog
from clftui.state import session as session_module
from clftui.state.class_spread import class_spread
from clftui.state.filters import Expression
from clftui.state.later import LATER
from clftui.state.moves import select
from clftui.state.run_past import Past, past
from clftui.state.runs_table import (
    RunsTable,
    drill,
    mark,
    model_words,
    move,
    other_score,
    row_past,
    runs_table,
    short_count,
    short_value,
    with_sort,
)
from clftui.state.selection import Tab
from clftui.state.session import Session, open_session
from clftui.state.settings import RunsSort
from clftui.state.unready import NotYet, impatient
from tests.rankings import TRUE, three_runs, write_labels, wrong_in


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return replace(three_runs(tmp_path), tab=Tab.RUNS)


def names(table: RunsTable) -> list[str]:
    return [row.run.name for row in table.rows]


def test_a_row_has_accuracy_macro_f1_and_the_worst_class(session: Session) -> None:
    table = runs_table(session)
    assert names(table) == ["best", "good", "poor"]
    row = table.rows[0]
    assert row.score.value == pytest.approx(103 / 120) and row.score.n == 120
    assert row.score.low < row.score.value < row.score.high
    assert row.worst_class == "bee" and row.worst_recall == pytest.approx(24 / 40)
    assert 0.84 < row.macro_f1 < 0.87


def test_every_order(session: Session) -> None:
    assert names(runs_table(with_sort(session, RunsSort.NAME))) == ["best", "good", "poor"]
    assert names(runs_table(with_sort(session, RunsSort.WORST))) == ["good", "best", "poor"]
    assert names(runs_table(with_sort(session, RunsSort.MACRO_F1)))[2] == "poor"


def test_sorting_by_change_puts_what_fell_first(tmp_path: Path) -> None:
    right, worse = (TRUE, TRUE), (TRUE, wrong_in(TRUE, {0: 20}))
    write_labels(tmp_path / "fell", [right, worse], samples=False)
    write_labels(tmp_path / "rose", [worse, right], samples=False)
    write_labels(tmp_path / "single", [right], samples=False)
    session = with_sort(open_session(open_catalog([tmp_path])), RunsSort.CHANGE)
    assert names(runs_table(session, wait=True)) == ["fell", "rose", "single"]


def test_the_past_knows_change_and_best_epoch(tmp_path: Path) -> None:
    epochs = [(TRUE, wrong_in(TRUE, {0: wrong})) for wrong in (30, 3, 9)]
    write_labels(tmp_path / "a", epochs, samples=False)
    session = open_session(open_catalog([tmp_path]))
    row = runs_table(session).rows[0]
    assert row_past(row, "test") is None
    assert LATER.settle()
    found = row_past(row, "test")
    assert found is not None and found.epochs == (1, 2, 3)
    assert found.accuracy == pytest.approx((90 / 120, 117 / 120, 111 / 120))
    assert found.best == 2 and found.change(3) == pytest.approx(-6 / 120) and math.isnan(found.change(1))


def test_a_broken_epoch_is_a_gap_and_leaves_the_best_open(tmp_path: Path) -> None:
    write_labels(tmp_path / "a", [(TRUE, TRUE)] * 3, samples=False)
    (tmp_path / "a" / "epochs" / "00002" / "test.npz").write_bytes(b"cut")
    run = open_catalog([tmp_path]).runs[0]
    found = past(run, "test", 3, wait=True)
    assert found is not None and math.isnan(found.accuracy[1]) and found.best is None
    assert Past((1,), (0.5,)).best is None


def test_of_long_runs_only_the_last_epochs_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clftui.state.run_past.READABLE", 0)
    write_labels(tmp_path / "a", [(TRUE, TRUE)] * 4, samples=False)
    rows = [{"epoch": e, "split": "test", "accuracy": e / 10} for e in range(1, 5)]
    rows += [{"epoch": 1, "split": "train", "accuracy": 0.9}, {"epoch": 2, "split": "test", "acc": 97.0}]
    (tmp_path / "a" / "scalars.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    found = past(open_catalog([tmp_path]).runs[0], "test", 4, wait=True)
    # Epochs 3 and 4 come from their labels, the others from what the script logged.
    assert found is not None and found.accuracy == pytest.approx((0.1, 0.2, 1.0, 1.0))


def test_other_splits_come_training_data_last(tmp_path: Path) -> None:
    for split, wrong in (("test", 10), ("train", 0), ("test-v2", 20)):
        write_labels(tmp_path / "a", [(TRUE, wrong_in(TRUE, {0: wrong}))], split=split, samples=False)
    session = open_session(open_catalog([tmp_path]))
    table = runs_table(session)
    assert table.split == "test" and table.others == ("test-v2", "train")
    assert other_score(session, table.rows[0], "test-v2") is None
    found = other_score(session, table.rows[0], "test-v2", wait=True)
    assert found is not None and found.value == pytest.approx(100 / 120)
    filtered = replace(session, filters=(Expression("wrong"),))
    unknown = other_score(filtered, runs_table(filtered).rows[0], "test-v2")
    assert unknown is not None and math.isnan(unknown.value)


def test_broken_and_absent_runs_come_last_and_say_why(session: Session, tmp_path: Path) -> None:
    write_labels(tmp_path / "a-broken", [(TRUE, TRUE)])
    (tmp_path / "a-broken" / "epochs" / "00001" / "test.npz").write_bytes(b"cut")
    write_labels(tmp_path / "a-val", [(TRUE, TRUE)], split="val", samples=False)
    table = runs_table(open_session(open_catalog([tmp_path])))
    assert set(names(table)[3:]) == {"a-broken", "a-val"}
    rows = {row.run.name: row for row in table.rows}
    assert "test.npz" in rows["a-broken"].problem and mark(rows["a-broken"]) == ("✗", "unreadable")
    assert rows["a-val"].problem == "nothing logged on test"


@pytest.mark.row("P15")
def test_the_model_in_words_and_differing_hyperparameters(tmp_path: Path) -> None:
    model = {"architecture": "cnn", "layers": ["conv 16", {"name": "dense 10"}], "parameters": 38282, "flops": 12}
    write_labels(tmp_path / "a", [(TRUE, TRUE)], samples=False, model=model, hyperparameters={"lr": 0.001, "seed": 1})
    write_labels(tmp_path / "b", [(TRUE, TRUE)], samples=False, hyperparameters={"lr": 0.01, "seed": 1})
    table = runs_table(open_session(open_catalog([tmp_path])))
    assert table.hyperparameters == ("lr",)
    first, second = sorted(table.rows, key=lambda row: row.run.name)
    assert model_words(first.run) == "cnn · conv 16 → dense 10 · 38,282 parameters · flops 12 · lr 0.001 · seed 1"
    assert model_words(second.run) == "lr 0.01 · seed 1"


@pytest.mark.parametrize(
    ("value", "words"), [(None, ""), (0, "0"), (650, "650"), (421_000, "421 k"), (1_090_666, "1.1 M"), (7e9, "7.0 B")]
)
def test_numbers_of_parameters_are_short(value: int | None, words: str) -> None:
    assert short_count(int(value) if value is not None else None) == words


def test_hyperparameters_are_short_and_safe() -> None:
    assert [short_value(v) for v in (True, 0.30000001, [3, 3], "a\x1b[31m", None)] == [
        "yes",
        "0.3",
        "3·3",
        "a·[31m",
        "",
    ]


def test_live_silent_failed_and_incomplete_runs_are_told_apart(tmp_path: Path) -> None:
    for name, state, age in (("live", "running", 0), ("silent", "running", 9999), ("failed", "failed", 0)):
        run = write_labels(tmp_path / name, [(TRUE, TRUE)], samples=False)
        status = {"state": state, "heartbeat": time.time() - age, "world_size": 1}
        (run / "status.json").write_text(json.dumps(status), "utf-8")
        for path in run.rglob("*"):
            os.utime(path, (time.time() - age, time.time() - age))
        os.utime(run, (time.time() - age, time.time() - age))
    part = write_labels(tmp_path / "part", [(TRUE, TRUE)], samples=False)
    (part / "epochs" / "00001" / "test.npz").rename(part / "epochs" / "00001" / "test.rank0of2.npz")
    write_labels(tmp_path / "done", [(TRUE, TRUE)], samples=False)
    rows = {row.run.name: mark(row) for row in runs_table(open_session(open_catalog([tmp_path]))).rows}
    assert rows == {
        "live": ("●", "live"), "silent": ("○", "silent for 2 h"), "failed": ("✗", "failed"),
        "part": ("◐", "1 of 2 ranks"), "done": ("○", "ended"),
    }  # fmt: skip


def test_the_cursor_moves_and_stays_on_the_table(session: Session) -> None:
    assert session.selection.run == "best"
    assert move(session, 1, 0).selection.run == "good"
    assert move(session, 99, 0).selection.run == "poor"
    assert move(select(session, run="poor"), -99, 5).selection.run == "best"
    assert drill(session).tab is Tab.RANKING


@pytest.mark.row("V16")
def test_classes_are_listed_by_how_much_the_runs_disagree(session: Session) -> None:
    spread = class_spread(session)
    assert spread is not None and spread.classes == ("cow", "ant", "bee")
    assert (spread.high - spread.low).tolist() == pytest.approx([30 / 40, 19 / 40, 15 / 40])
    assert spread.mean[0] == pytest.approx(84 / 120)


@pytest.mark.row("V16")
def test_of_a_single_run_the_hardest_classes_come_first(tmp_path: Path) -> None:
    write_labels(tmp_path / "a", [(TRUE, wrong_in(TRUE, {1: 9, 2: 3}))], samples=False)
    spread = class_spread(open_session(open_catalog([tmp_path])))
    assert spread is not None and spread.classes == ("bee", "cow", "ant")


def test_an_empty_collection_has_no_rows(tmp_path: Path) -> None:
    session = open_session(open_catalog([tmp_path]))
    assert runs_table(session).rows == () and move(session, 1, 0) is session and drill(session) is session
    assert class_spread(session) is None


def test_a_draw_does_not_wait_for_filters_over_very_many_samples(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_module, "AT_ONCE", 0)
    filtered = replace(session, filters=(Expression("wrong"),))
    with impatient() as draw:
        assert filtered.confusion() is not None
        with pytest.raises(NotYet, match="Filtering the samples of 3 runs"):
            runs_table(filtered)
    assert draw.missing and LATER.settle()
    with impatient():
        found = runs_table(filtered)
    assert [row.score.n for row in found.rows] == [row.score.n for row in runs_table(filtered).rows]
    assert all(row.score.value == 0 for row in found.rows)
