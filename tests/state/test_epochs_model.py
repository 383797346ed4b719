"""Strips of the epochs: what is counted, kept, marked, and how range, epoch and cursor move."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from clftui.analysis.history import kept
from clftui.analysis.metrics import Metric, per_class
from clftui.data.catalog import open_catalog
from clftui.state import epochs_list
from clftui.state.alarms import alarm_epochs
from clftui.state.epochs_detail import detail
from clftui.state.epochs_loss import losses, lr_steps
from clftui.state.epochs_sampling import column_of, kept_rows, place_at
from clftui.state.epochs_steps import (
    move_edge,
    next_event,
    next_metric,
    next_mover,
    next_pane,
    next_rate,
    next_versus,
    play_step,
    show_epoch,
    toggle_cell,
)
from clftui.state.epochs_view import epochs_table, levels, marks, move
from clftui.state.filter_chips import chips, drop_chip
from clftui.state.filters import Expression
from clftui.state.moves import select, step_epoch
from clftui.state.selection import Tab
from clftui.state.session import Session, filtered_confusion, open_session
from clftui.state.settings import EpochsPane
from clftui.state.versus import parse_versus
from tests.builders import CLASSES, write_collection, write_epoch, write_run

SERIES = arrays(np.float64, st.tuples(st.integers(1, 4), st.integers(1, 40)), elements=st.integers(0, 5).map(float))


@pytest.fixture
def session(tmp_path: Path) -> Session:
    write_collection(tmp_path / "c", runs=2, epochs=5)
    return replace(open_session(open_catalog([tmp_path / "c"])), tab=Tab.EPOCHS)


def scalars(folder: Path, rows: list[dict[str, object]]) -> None:
    (folder / "scalars.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


@given(SERIES, st.integers(3, 30), st.data())
def test_sampling_rows_keeps_what_sampling_each_alone_keeps(
    values: np.ndarray[tuple[int, int], np.dtype[np.float64]], width: int, data: st.DataObject
) -> None:
    holes = data.draw(arrays(np.bool_, values.shape))
    values = np.where(holes, np.nan, values)
    found = kept_rows(values, width)
    for row, places in zip(values, found, strict=True):
        assert places.tolist() == kept(row, width).tolist()


@given(st.integers(1, 60), st.integers(3, 40))
def test_every_epoch_has_a_column_and_columns_stand_in_order(number: int, width: int) -> None:
    columns = [column_of(at, number, width) for at in range(number)]
    assert columns == sorted(columns) and columns[-1] == min(number, width) - 1 and columns[0] >= 0
    for column in set(columns):
        assert column_of(place_at(column, number, width), number, width) <= column


def test_values_are_those_of_every_epoch_aligned_by_name(tmp_path: Path) -> None:
    write_run(tmp_path / "a", epochs=3, seed=1)
    write_run(tmp_path / "b", epochs=4, seed=2, classes=("owl", "cat", "yak", "fox"))
    session = select(open_session(open_catalog([tmp_path])), run="a", true="cat")
    for metric in (Metric.RECALL, Metric.PRECISION, Metric.F1, Metric.SUPPORT):
        chosen = replace(session, ranking=replace(session.ranking, metric=metric))
        table = epochs_table(chosen, wait=True)
        assert {each.run.key: each.epochs for each in table.runs} == {"a": (1, 2, 3), "b": (1, 2, 3, 4)}
        for each in table.runs:
            for row, epoch in enumerate(each.epochs):
                evaluation = each.run.evaluation("test", epoch)
                assert evaluation is not None
                own = per_class(evaluation.confusion, metric)
                for column, name in enumerate(CLASSES):
                    at = each.run.class_index.get(name)
                    wanted = own[at] if at is not None else np.nan
                    np.testing.assert_allclose(each.values[row, column], wanted, rtol=1e-6)


def test_filters_count_every_epoch_anew(session: Session) -> None:
    filtered = replace(session, filters=(Expression("confidence > 0.6"),))
    table = epochs_table(filtered, wait=True)
    each = table.runs[0]
    for row, epoch in enumerate(each.epochs):
        evaluation = each.run.evaluation("test", epoch)
        assert evaluation is not None
        wanted = per_class(filtered_confusion(each.run, evaluation, filtered.bound_filters), Metric.RECALL)
        np.testing.assert_allclose(each.values[row], wanted, rtol=1e-6)
    assert not np.allclose(each.values, epochs_table(session, wait=True).runs[0].values)


def test_a_growing_run_shows_what_is_known_until_its_new_epoch_is_read(tmp_path: Path) -> None:
    root = write_collection(tmp_path / "c", runs=1, epochs=3)
    session = open_session(open_catalog([root]))
    before = epochs_table(session, wait=True)
    write_epoch(root / "run0", 4, "test", classes=4, n=80, seed=99, skill=0.6)
    grown = replace(session, catalog=open_catalog([root]))
    assert epochs_table(grown).runs[0].epochs == (1, 2, 3)
    after = epochs_table(grown, wait=True)
    assert after.runs[0].epochs == (1, 2, 3, 4)
    np.testing.assert_array_equal(after.runs[0].values[:3], before.runs[0].values)


def test_hardest_first_by_the_end_of_the_range_whatever_epoch_shows(session: Session) -> None:
    table = epochs_table(session, wait=True)
    mean = np.mean([each.values[-1] for each in table.runs], axis=0)[table.order]
    assert (np.diff(mean) >= 0).all()
    pinned = epochs_table(select(session, epoch=1), wait=True)
    assert pinned.order.tolist() == table.order.tolist()


def test_strong_is_low_on_one_scale_or_on_each_class_own(session: Session) -> None:
    table = epochs_table(session, wait=True)
    absolute, relative = levels(table, table.order, False), levels(table, table.order, True)
    values = table.runs[0].values[:, table.order].T
    assert np.all((absolute[0] == 0) == (values >= 1))
    every = np.concatenate([each.values[:, table.order].T for each in table.runs], axis=1)
    strongest = np.concatenate(relative, axis=1)
    for row in range(len(every)):
        assert strongest[row, every[row].argmin()] == 1 and strongest[row, every[row].argmax()] == 0


def test_best_epoch_and_the_values_at_the_epoch_that_shows(session: Session) -> None:
    pinned = select(session, epoch=2)
    table = epochs_table(pinned, wait=True)
    each = table.runs[0]
    found = marks(pinned, table, each, table.order)
    assert found.shown == 1 and found.best.tolist() == each.values[:, table.order].argmax(axis=0).tolist()
    np.testing.assert_allclose(found.now, each.values[1, table.order])
    evaluation = each.run.evaluation("test", 2)
    assert evaluation is not None and found.overall == pytest.approx(
        1 - evaluation.confusion.errors / evaluation.confusion.total
    )


@pytest.mark.row("C1")
def test_the_range_begins_and_ends_at_the_epoch_that_shows_and_a_chip_frees_it(session: Session) -> None:
    narrowed = move_edge(select(session, epoch=2), end=False)
    assert narrowed.selection.span == (2, 5)
    narrowed = move_edge(select(narrowed, epoch=4), end=True)
    assert narrowed.selection.span == (2, 4)
    table = epochs_table(narrowed, wait=True)
    assert all(each.epochs == (2, 3, 4) and len(each.values) == 3 for each in table.runs)
    assert [str(chip) for chip in chips(narrowed)] == ["epochs 2–4"]
    assert drop_chip(narrowed, 0).selection.span is None
    assert move_edge(narrowed, end=True).selection.span == (2, 5)
    one = move_edge(select(narrowed, epoch=1), end=True)
    assert one.selection.span == (1, 1)


def test_playing_goes_through_the_range_and_ends_following_the_newest(session: Session) -> None:
    start = select(session, epoch=3)
    first, more = play_step(start)
    assert (first.selection.epoch, more) == (4, True)
    last, more = play_step(first)
    assert (last.selection.epoch, more) == (None, False)
    again, _ = play_step(last)
    assert again.selection.epoch == 1
    ranged, more = play_step(select(session, epoch=3, span=(2, 4)))
    assert (ranged.selection.epoch, more) == (4, False)


@pytest.mark.row("O2")
def test_left_and_right_step_the_epoch_up_and_down_the_classes(session: Session) -> None:
    table = epochs_table(session, wait=True)
    top = move(session, -100, 0)
    assert top.selection.true == table.classes[int(table.order[0])]
    assert move(top, 2, 0).selection.true == table.classes[int(table.order[2])]
    assert move(top, 0, -1).selection.epoch == step_epoch(top, -1).selection.epoch == 4
    assert show_epoch(top, 5).selection.epoch is None and show_epoch(top, 2).selection.epoch == 2


@pytest.mark.row("C9")
def test_metrics_are_those_of_the_paper_in_turn(session: Session) -> None:
    seen = []
    for _ in range(4):
        seen.append(session.ranking.metric)
        session = next_metric(session)
    assert seen == [Metric.RECALL, Metric.PRECISION, Metric.F1, Metric.SUPPORT]
    ap = replace(session, ranking=replace(session.ranking, metric=Metric.AP))
    assert epochs_table(ap, wait=True).metric is Metric.RECALL


def test_panes_and_rates_go_round(session: Session) -> None:
    panes, rates = [], []
    for _ in range(4):
        panes.append(session.epochs.pane)
        rates.append(session.epochs.rate)
        session = next_rate(next_pane(session))
    assert panes == list(EpochsPane) and sorted(rates) == [1, 2, 4, 8]


def test_learning_rates_that_step_and_those_that_decay() -> None:
    assert lr_steps({1: 0.1, 2: 0.1, 3: 0.01, 4: 0.01, 5: 0.001}) == (3, 5)
    assert lr_steps({epoch: 0.1 * (1 + np.cos(epoch / 20 * np.pi)) for epoch in range(1, 20)}) == ()
    assert lr_steps({1: 0.001, 2: 0.1, 3: 0.1, 4: 0.0}) == (4,)


def test_losses_and_events_of_a_run(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "a", epochs=9)
    held_out = [1.0, 0.7, 0.5, 0.6, 0.8, 1.0, 1.2, 1.4, 1.6]
    rows: list[dict[str, object]] = []
    for epoch, loss in enumerate(held_out, start=1):
        rows.append({"epoch": epoch, "split": "test", "loss": loss, "lr": 0.1 if epoch < 6 else 0.01})
        rows.append({"epoch": epoch, "split": "train", "loss": 1 / epoch})
    scalars(folder, [*rows, {"epoch": "x", "split": "test", "loss": 9}, {"epoch": 10, "split": "test", "loss": True}])
    session = open_session(open_catalog([tmp_path]))
    run = session.run
    assert run is not None
    found = losses(run, "test")
    assert found.lowest == 3 and found.overfit is not None and 3 < found.overfit <= 6 and found.steps == (6,)
    assert found.times == pytest.approx(3.2)
    epochs_table(session, wait=True)
    visited = []
    here = select(session, epoch=1)
    for _ in range(3):
        here = next_event(here)
        visited.append(here.selection.epoch)
    assert visited[0] == 3 and "lowest loss" in next_event(select(session, epoch=1)).notice
    assert 6 in visited


@pytest.mark.row("C10")
def test_the_curves_are_of_the_class_or_cell_on_both_splits_of_every_run(tmp_path: Path) -> None:
    for number in range(2):
        write_run(tmp_path / f"run{number}", epochs=4, seed=number, splits=("test", "train"))
    session = select(open_session(open_catalog([tmp_path])), true="cat", predicted="dog")
    of_class = detail(session, wait=True)
    assert of_class is not None and of_class.title == "cat recall" and of_class.other == "train"
    assert sorted((each.letter, each.split, each.dotted) for each in of_class.curves) == [
        ("A", "test", False), ("A", "train", True), ("B", "test", False), ("B", "train", True),
    ]  # fmt: skip
    of_cell = detail(toggle_cell(session), wait=True)
    assert of_cell is not None and of_cell.title == "cat → dog"
    for curve in of_cell.curves:
        for epoch, value in zip(curve.epochs, curve.values.tolist(), strict=True):
            evaluation = curve.run.evaluation(curve.split, epoch)
            assert evaluation is not None
            assert value == evaluation.confusion.cell(0, 1) / evaluation.confusion.support[0]
    ranged = detail(select(session, span=(2, 3)), wait=True)
    assert ranged is not None and all(curve.epochs == (2, 3) for curve in ranged.curves)


def fell(root: Path, epochs: int = 9) -> Session:
    """Two runs of steady skill of which the first falls in its last epoch."""
    for number in range(2):
        folder = root / f"run{number}"
        write_run(folder, epochs=epochs, n=400, seed=number, scores=False)
        for epoch in range(1, epochs + 1):
            skill = 0.3 if number == 0 and epoch == epochs else 0.9
            write_epoch(folder, epoch, "test", classes=4, n=400, seed=7, skill=skill, scores=False)
    return replace(select(open_session(open_catalog([root])), run="run0"), tab=Tab.EPOCHS)


def test_movers_are_listed_regressions_first_and_classes_before_cells(tmp_path: Path) -> None:
    session = fell(tmp_path)
    found = epochs_list.movers(session, wait=True)
    assert found.title == "Movers since the epoch before" and found.worse == len(found.lines) > 4
    assert {line.run for line in found.lines} == {"run0"}
    kinds = [line.is_cell for line in found.lines]
    assert kinds == sorted(kinds) and " → " in found.lines[-1].name
    assert found.limit >= max(abs(line.mover.change) for line in found.lines)
    better = epochs_list.movers(replace(session, versus=parse_versus("epoch:1")), wait=True)
    assert better.title == "Movers since epoch 1"


def test_a_line_moves_run_class_and_chart_and_leads_to_the_samples_that_flipped(tmp_path: Path) -> None:
    session = select(fell(tmp_path), run="run1")
    found = epochs_list.movers(session, wait=True)
    at = next(i for i, line in enumerate(found.lines) if line.is_cell)
    moved = epochs_list.at(session, at)
    mover = found.lines[at].mover
    assert (moved.selection.run, moved.selection.true, moved.selection.predicted) == (
        "run0", mover.true, mover.predicted,
    )  # fmt: skip
    assert moved.epochs.cell and moved.epochs.listed and moved.epochs.line == at
    assert next_mover(moved).epochs.line == at + 1
    assert next_mover(epochs_list.at(session, 10**6)).epochs.line == 0
    drilled = epochs_list.drill(moved)
    assert drilled.tab is Tab.SAMPLES and len(drilled.filters) == 1


def test_what_is_compared_with_goes_round(tmp_path: Path) -> None:
    session = fell(tmp_path)
    specs = []
    for _ in range(4):
        session = next_versus(session)
        specs.append(session.versus.spec)
    assert specs == ["epoch:best", "run:run1", "epoch:before", "epoch:best"]


def test_an_alarm_is_an_event_that_leads_to_its_class(tmp_path: Path) -> None:
    session = fell(tmp_path)
    epochs_table(session, wait=True)
    alarms = alarm_epochs(session, wait=True)
    assert list(alarms) == [9]
    there = next_event(select(session, epoch=8, true=None))
    assert there.selection.epoch is None and there.notice.startswith("Epoch 9: alarm")
    assert there.selection.true in CLASSES and there.versus.spec == "epoch:8"
