"""Layers of Features: what probes of recorded layers get right, steps, and probes written as runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from clftui.data.catalog import open_catalog
from clftui.logger import RunLogger
from clftui.report import Options
from clftui.report import layers as report
from clftui.schema import FormatError
from clftui.state import features_view, map_tasks
from clftui.state.filter_steps import add
from clftui.state.filters import Expression
from clftui.state.later import Later
from clftui.state.layers_model import layers_trouble, power
from clftui.state.layers_settings import LayersOrder
from clftui.state.layers_tasks import tasks_of
from clftui.state.layers_view import line_of, next_gained, next_order, point, stop
from clftui.state.layers_write import write_probes
from clftui.state.listed_filter import RightAtLayer
from clftui.state.selection import Part, Tab
from clftui.state.session import Session
from clftui.worker.client import WORKER
from tests.builders import labels
from tests.layered import NAMES, N, at_once, layer_values, layered, write_layers


@pytest.fixture(autouse=True)
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr(map_tasks, "SLOW", Later())
    return at_once(monkeypatch)


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return layered(tmp_path / "runs")


@pytest.mark.row("B31")
def test_an_early_layer_tells_groups_apart_and_a_late_one_classes(session: Session) -> None:
    found = power(session, wait=True)
    assert found is not None
    assert [row.name for row in found.rows] == ["early", "late", "output"]
    assert [level.names for level in found.levels] == [("fur", "wings"), NAMES]
    (early_groups, early), (late_groups, late), (_, output) = found.counted.levels
    assert early_groups.share == late_groups.share == 1.0
    assert early.share < 0.7 and late.share > 0.98
    assert (output.right, output.n) == (N - 20, N)
    assert found.rows[0].words == "5-fold cross-validated on test; 128 samples a fit"
    assert [found.names[cls] for cls in found.beaten] == ["cat"]
    assert found.counted.compared[found.against(0)] == 1 and found.counted.gains.won[1, 0] == 20
    assert found.counted.first.tolist()[0] == 1  # half the cats are right at random in the early layer


def test_the_report_says_the_same(session: Session) -> None:
    told = report.data(session)
    assert [each["layer"] for each in told["layers"]] == ["early", "late", "output"]
    assert [level["groups"] for level in told["layers"][0]["levels"]] == [2, 4]
    cat = told["classes"][0]
    assert (cat["class"], cat["layer"], cat["gain"], cat["won"], cat["lost"]) == ("cat", "late", 0.5, 20, 0)
    table = report.table(session, Options(top=1))
    assert table.columns[-1] == "in 2 groups" and table.rows[-1][2] == (N - 20) / N
    assert (
        table.notes[-1].startswith("cat: late 100.0, output 50.0 %, +50.0 ±")
        and "separable from late" in table.notes[-1]
    )
    assert any(note.startswith("No sample is answered by") for note in table.notes)


def test_filters_leave_fewer_samples_and_probes_as_they_are(session: Session, asked: list[str]) -> None:
    power(session, wait=True)
    few = power(add(session, Expression('true == "cat"')), wait=True)
    assert few is not None and few.counted.levels[2][1] == (20, 40)
    none = report.data(add(session, Expression("confidence > 2")))["classes"][0]
    assert {none[name] for name in ("layer", "gain", "low", "high", "won", "lost", "q")} == {None}
    assert asked == ["probe", "probe"]


def test_a_train_split_fits_the_probes(tmp_path: Path) -> None:
    found = power(layered(tmp_path / "runs", splits=("test", "train")), wait=True)
    assert found is not None
    assert found.rows[0].words == "fitted on 160 samples of the train split; 160 samples a fit"
    other = power(replace(layered(tmp_path / "runs", splits=("test", "train")), selection=replace(
        layered(tmp_path / "runs", splits=("test", "train")).selection, split="train")), wait=True)  # fmt: skip
    assert other is not None and other.rows[0].words.startswith("5-fold cross-validated on train")


def test_layers_that_recorded_few_samples_or_none(tmp_path: Path) -> None:
    part = power(layered(tmp_path / "part", recorded=90), wait=True)
    assert part is not None and part.counted.levels[2][1].n == part.counted.levels[0][1].n == 90
    assert np.isnan(part.counted.recall[0, 3])
    means = layered(tmp_path / "means", values=False)
    assert power(means, wait=True) is None
    assert "class means alone" in layers_trouble(means) and "clftui respond" in layers_trouble(means)
    with pytest.raises(FormatError, match="class means alone"):
        report.table(means)


def test_a_layer_that_cannot_be_read_leaves_the_others(session: Session) -> None:
    assert session.run is not None
    (session.run.path / "epochs" / "00001" / "test.responses.early.npz").write_bytes(b"no archive")
    fresh = replace(session, catalog=open_catalog([session.run.path.parent]))
    found = power(fresh, wait=True)
    assert found is not None
    broken = next(row for row in found.rows if row.name == "early")
    assert broken.predicted is None and "early" in broken.words
    assert len(found.counted.compared) == 1


@pytest.mark.row("B31")
def test_the_cursor_opens_samples_that_the_probe_has_right(session: Session) -> None:
    found = power(session, wait=True)
    assert found is not None
    cat = point(session, len(found.rows) + found.order.tolist().index(0))
    assert cat.selection.true == "cat" and line_of(cat, found) == 3
    assert features_view.below(cat) == "samples" and features_view.below(session) == "matrix"
    deeper = features_view.drill(cat)
    assert deeper.tab is Tab.SAMPLES and deeper.selection.scope.part is Part.WRONG
    assert deeper.filters[-1].describe() == "20 samples right at late, wrong in the output"
    assert isinstance(deeper.filters[-1], RightAtLayer)
    confusion = deeper.confusion()
    assert confusion is not None and (confusion.total, confusion.cell(0, 1)) == (20, 20)
    dog = features_view.drill(point(session, 4))
    assert dog.tab is Tab.FEATURES and dog.notice.startswith("No dog is right at")


def test_moving_ordering_and_choosing_a_layer(session: Session) -> None:
    assert power(session, wait=True) is not None
    down = features_view.move(session, 1, 0)
    assert down.features.layer == "late" and down.features.layers.cursor == 1
    assert features_view.move(session, 1_000_000, 0).selection.true == "owl"
    early = features_view.move(session, 0, 1)
    assert early.features.layers.column == "early" and early.notice == "Classes in early."
    shown = power(early)
    assert shown is not None and shown.column == 0 and shown.counted.compared[shown.against(3)] == 0
    assert features_view.move(early, 0, -5).features.layers.column is None
    gained = next_order(early)
    assert gained.features.layers.order is LayersOrder.GAIN
    found = power(gained)
    assert found is not None
    difference = found.counted.gains.difference[0][found.order]
    assert (np.diff(difference) <= 0).all()
    depth = power(next_order(gained))
    assert depth is not None and (np.diff(depth.counted.first[depth.order]) >= 0).all()


@pytest.mark.row("B31")
def test_probes_are_written_as_runs_once(session: Session, asked: list[str]) -> None:
    assert session.run is not None
    tasks, left = tasks_of(session)
    assert [task.layer.name for task in tasks] == ["early", "late"] and not left
    written = write_probes(tasks)
    assert [(each.name, each.fresh) for each in written] == [("net@early", True), ("net@late", True)]
    root = session.run.path.parent
    before = {path: path.stat().st_mtime_ns for path in root.rglob("net@*/**/*") if path.is_file()}
    again = write_probes(tasks)
    assert not any(each.fresh for each in again) and again[1].accuracy == written[1].accuracy
    assert before == {path: path.stat().st_mtime_ns for path in before}
    assert asked == ["probe", "probe"]

    catalog = open_catalog([root])
    assert sorted(run.name for run in catalog.runs) == ["net", "net@early", "net@late"] and not catalog.problems
    probe, found = catalog.run("net@late"), power(session, wait=True)
    assert probe is not None and found is not None
    evaluation = probe.evaluation("test", 1)
    assert evaluation is not None and evaluation.score_kind == "full"
    assert evaluation.predicted.tolist() == found.rows[1].predicted.tolist()  # type: ignore[union-attr]
    assert probe.samples("test").ids[3] == "test-3"  # type: ignore[union-attr]

    opened = features_view.drill(point(replace(session, catalog=catalog), 1))
    assert opened.tab is Tab.MATRIX and opened.selection.run == "net@late"
    unwritten = features_view.drill(point(session, 1))
    assert unwritten.tab is Tab.FEATURES and unwritten.notice.startswith("Y writes the probes as runs")


def test_new_responses_are_probed_anew_and_a_killed_one_is_done_again(session: Session) -> None:
    assert session.run is not None
    root = session.run.path.parent
    write_probes(tasks_of(session)[0])
    values = layer_values(labels(N, 4), seed=5)["late"]
    with RunLogger(session.run.path, classes=NAMES, background=False) as log:
        log.log_responses(1, "test", "late", np.zeros((4, 4)), sample=np.arange(N), values=values, depth=1)
    fresh = layered_again(session)
    assert [each.fresh for each in write_probes(tasks_of(fresh)[0])] == [False, True]
    (root / "net@late" / "epochs" / "00001" / "test.npz").unlink()
    assert [each.fresh for each in write_probes(tasks_of(fresh)[0])] == [False, True]
    (root / "net@late").rename(root / "other")
    write_layers(root, name="net@late")
    with pytest.raises(FormatError, match="is no probe of net"):
        write_probes(tasks_of(fresh)[0])


def layered_again(session: Session) -> Session:
    """The same session a moment later: what lies in the folder is looked up again."""
    from clftui.data import responses

    responses._known._listed.clear()
    assert session.run is not None
    return replace(session, catalog=open_catalog([session.run.path.parent]))


def test_what_was_stopped_is_not_fitted_until_asked_for(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[bool] = []
    monkeypatch.setattr(WORKER, "cancel", lambda: ended.append(True))
    stopped = stop(session)
    found = power(stopped)
    assert ended and found is not None and not found.waiting
    assert [row.predicted is None for row in found.rows] == [True, True, False]
    assert "esc goes on" in found.rows[0].words and "esc goes on" in stopped.notice
    assert features_view.drill(point(stopped, 0)).notice.startswith("early: no probe was fitted")
    assert power(session, wait=True) is not None
    ready = power(stopped)
    assert ready is not None and all(row.predicted is not None for row in ready.rows)
    assert not stop(stopped).features.layers.paused


def test_n_goes_to_what_a_layer_gains(session: Session) -> None:
    assert power(session, wait=True) is not None
    session = next_gained(session)
    assert session.selection.true == "cat" and session.notice == "1 of 1 class better in a layer."
    assert next_gained(session).selection.true == "cat"
