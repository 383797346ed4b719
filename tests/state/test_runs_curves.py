"""Training curves from what was logged and what was evaluated."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clftui.data.catalog import open_catalog
from clftui.state.moves import select
from clftui.state.runs_curves import RunCurves, curves, validation_split
from clftui.state.session import Session, open_session
from tests.builders import write_run
from tests.curves import curved, write_scalars
from tests.rankings import TRUE, write_labels, wrong_in


def of(session: Session, name: str) -> RunCurves:
    run = session.catalog.run(name)
    assert run is not None
    found = curves(session, run, wait=True)
    assert found is not None
    return found


@pytest.mark.row("O1")
def test_curves_join_losses_logged_and_accuracy_evaluated(tmp_path: Path) -> None:
    found = of(curved(tmp_path), "good")
    assert set(found.splits) == {"train", "test"} and (found.train, found.validation) == ("train", "test")
    test = found.splits["test"]
    assert test.epochs == (1, 2, 3, 4, 5, 6)
    assert test.accuracy[0] == pytest.approx(1 - 21 / 120) and test.loss[-1] == pytest.approx(0.4)
    assert np.isnan(found.splits["train"].accuracy).all() and found.splits["train"].loss[0] == 1.0
    assert (found.best_epoch, found.least_loss_epoch, found.overfit_from) == (6, 6, None)


@pytest.mark.row("O13")
def test_the_epoch_to_stop_at_and_since_when_it_over_fits(tmp_path: Path) -> None:
    found = of(curved(tmp_path), "over")
    assert (found.best_epoch, found.least_loss_epoch, found.overfit_from) == (5, 3, 6)
    assert found.overfit is not None and found.overfit.rise == pytest.approx(0.8)


def test_one_epoch_has_no_best_and_a_run_of_bare_labels_no_loss(tmp_path: Path) -> None:
    found = of(curved(tmp_path), "once")
    assert (found.best_epoch, found.least_loss_epoch, found.overfit, found.learnt) == (None, None, None, None)
    assert np.isnan(found.splits["test"].loss).all()


def test_without_a_log_the_loss_is_the_cross_entropy_of_the_scores(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "a", epochs=2)
    found = of(open_session(open_catalog([tmp_path])), "a")
    with np.load(folder / "epochs" / "00002" / "test.npz") as arrays:
        expected = arrays["nll"][np.arange(80), arrays["true"]].astype(float).mean()
    assert found.splits["test"].loss[1] == pytest.approx(expected, rel=2e-3)


def test_logs_as_keras_writes_them_and_what_is_no_value(tmp_path: Path) -> None:
    write_labels(tmp_path / "k", [(TRUE, wrong_in(TRUE, {0: 9}))], split="val", samples=False)
    rows: list[dict[str, Any]] = [
        {"epoch": 1, "loss": 0.9, "accuracy": 0.5, "val_loss": 0.8, "val_accuracy": 0.6, "lr": 0.1},
        {"epoch": 2, "loss": 0.7, "accuracy": 61.0, "val_loss": float("nan"), "val_acc": True},
        {"epoch": 2.5, "loss": 3}, {"epoch": True, "loss": 3}, {"loss": 3},
        {"epoch": 1, "loss": 0.95},
    ]  # fmt: skip
    write_scalars(tmp_path / "k", rows)
    found = of(open_session(open_catalog([tmp_path])), "k")
    assert found.splits["train"].epochs == (1, 2) and found.splits["train"].loss.tolist() == [0.95, 0.7]
    assert np.isnan(found.splits["train"].accuracy[1]), "a percentage is no share"
    # What the labels say wins over what was logged.
    assert found.splits["val"].epochs == (1,) and found.splits["val"].accuracy[0] == pytest.approx(1 - 9 / 120)


def test_training_is_compared_with_a_held_out_split(tmp_path: Path) -> None:
    write_labels(tmp_path / "a", [(TRUE, TRUE)], split="train", samples=False)
    write_labels(tmp_path / "a", [(TRUE, TRUE)], split="val", samples=False)
    session = open_session(open_catalog([tmp_path]))
    assert validation_split(session) == "val"
    assert validation_split(select(session, split="train")) == "val"


def test_a_torn_log_leaves_what_was_evaluated(tmp_path: Path) -> None:
    write_labels(tmp_path / "a", [(TRUE, TRUE)] * 2, samples=False)
    (tmp_path / "a" / "scalars.jsonl").write_text(json.dumps({"epoch": 1, "split": "test", "loss": 1}) + '\n{"epo')
    found = of(open_session(open_catalog([tmp_path])), "a")
    assert found.splits["test"].accuracy.tolist() == [1, 1] and found.splits["test"].loss[0] == 1
