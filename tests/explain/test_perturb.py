"""`clftui perturb` with a model whose answers are known: splits, what is kept, what stops it, the run as it was."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clftui.data.catalog import open_catalog
from clftui.data.run import Run
from clftui.explain.perturb import Wishes, run_perturb
from clftui.explain.perturbations import Perturbation, parse_perturbation
from clftui.logger import RunLogger, aside
from clftui.state.sensitivity import Sensitivity, sensitivity
from clftui.state.session import open_session
from tests.builders import CLASSES, labels, write_collection, write_run
from tests.explain.listening import FakeModel, pixels, said
from tests.explain.test_respond import K, N, chosen, record


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_collection(tmp_path / "runs", runs=1, images=True)


def perturb(root: Path, *changes: str, limit: int | None = None, stop_after: int = 1 << 30,
            filters: tuple[str, ...] = (), **wishes: Any) -> int:  # fmt: skip
    def load(picked: Any, place: Path) -> Callable[[Perturbation | None], FakeModel]:
        whole = FakeModel(K, stop_after=stop_after)

        def answerer(change: Perturbation | None) -> FakeModel:
            whole.change = change
            return whole

        return answerer

    return run_perturb(chosen(root, filters=filters), Wishes("fake:load", changes, batch=20, **wishes), limit, load)


def run_of(root: Path) -> Run:
    return open_catalog([root]).runs[0]


@pytest.mark.row("B28", "B29")
def test_changed_pictures_become_splits_of_the_same_samples(root: Path) -> None:
    assert perturb(root, "flip", "noise:0.2") == 0
    run = run_of(root)
    assert run.splits == ("test", "test-flip", "test-noise0.2")
    for split, spec in (("test-flip", "flip"), ("test-noise0.2", "noise:0.2")):
        found, change = run.evaluation(split), parse_perturbation(spec)
        assert found is not None and found.epoch == 3 and found.score_kind == "full"
        expected = np.stack([said(pixels(root / "images" / f"{row:04d}.png", change)[None], K)[0] for row in range(N)])
        assert found.predicted[np.argsort(found.sample)].tolist() == expected.argmax(axis=1).tolist()
        assert found.true[np.argsort(found.sample)].tolist() == labels(N, K).tolist()
    session = open_session(open_catalog([root]), split="test")
    changed = sensitivity(session, wait=True)
    assert isinstance(changed, Sensitivity) and all(each.paired and each.n == N for each in changed.changes)


def test_splits_that_are_there_are_kept(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert perturb(root, "flip", limit=40) == 0
    path = root / "run0" / "epochs" / "00003" / "test-flip.npz"
    before = path.stat().st_mtime_ns
    assert perturb(root, "flip", limit=40) == 0
    assert path.stat().st_mtime_ns == before and "there already" in capsys.readouterr().err
    # More samples than are there: all of them anew.
    assert perturb(root, "flip") == 0
    found = run_of(root).evaluation("test-flip")
    assert found is not None and found.n == N


def test_samples_of_another_filter_come_to_those_that_are_there(root: Path) -> None:
    true = labels(N, K)
    for name, classes in (("cat", (0,)), ("dog", (0, 1)), ("cat", (0, 1))):
        assert perturb(root, "flip", filters=(f'true == "{name}"',)) == 0
        found = run_of(root).evaluation("test-flip")
        assert found is not None
        assert set(found.sample.tolist()) == set(np.flatnonzero(np.isin(true, classes)).tolist())


def test_what_is_finished_before_it_is_stopped_stays(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # Four batches to compare with the run, four of the first change, two of the second.
    assert perturb(root, "flip", "grayscale", stop_after=10) == 130
    assert run_of(root).splits == ("test", "test-flip")
    assert "goes on from there" in capsys.readouterr().err
    assert perturb(root, "flip", "grayscale") == 0
    told = capsys.readouterr().err
    assert "test-grayscale" in told and "test-flip:" not in told
    assert run_of(root).splits == ("test", "test-flip", "test-grayscale")


@pytest.mark.parametrize("state", ["finished", "failed", "running"])
def test_the_state_of_the_run_stays(root: Path, state: str) -> None:
    status = root / "run0" / "status.json"
    told = json.loads(status.read_text()) | {"state": state}
    status.write_text(json.dumps(told))
    assert perturb(root, "flip") == 0
    assert json.loads(status.read_text()) == told
    status.unlink()
    assert perturb(root, "rotate180") == 0 and not status.exists()


def test_a_split_is_never_there_without_its_table(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(aside, "add_table", killed)
        assert perturb(root, "flip") == 130
    assert run_of(root).splits == ("test",)
    assert perturb(root, "flip") == 0
    table = run_of(root).samples("test-flip")
    assert table is not None and table.n == N


def test_samples_that_the_run_has_no_answer_to_doubt_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = write_collection(tmp_path / "runs", runs=1, images=True)
    answers = said(np.stack([pixels(root / "images" / f"{row:04d}.png") for row in range(N)]), K).argmax(axis=1)
    with RunLogger(root / "run0", classes=CLASSES[:K], background=False) as log:
        log.log(3, "test", labels(N, K), predicted=np.where(np.arange(N) < 20, -1, answers))
    assert perturb(root, "flip") == 0
    assert "in 60 of 60 samples" in capsys.readouterr().err
    assert record(root)[0] == 0
    assert "in 60 of 60 samples" in capsys.readouterr().err


def test_answers_without_scores_where_the_run_logged_none(tmp_path: Path) -> None:
    root = write_collection(tmp_path / "runs", runs=1, images=True)
    write_run(root / "run0", samples={"test": "../samples/test.csv"}, scores=False)
    assert perturb(root, "flip") == 0
    found = run_of(root).evaluation("test-flip")
    assert found is not None and found.score_kind == "none"


def test_no_such_change_and_no_pictures(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert perturb(root, "rotate45") == 2
    assert "--change rotate45 is no change" in capsys.readouterr().err
    for path in (root / "images").iterdir():
        path.unlink()
    assert perturb(root, "flip") == 2
    assert "--images" in capsys.readouterr().err
    assert run_of(root).splits == ("test",)
