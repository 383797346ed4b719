"""The strip's words from real alarms: a class that falls in a run that lives, and rules that it breaks."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from clftui.analysis.changes import Part
from clftui.data.catalog import open_catalog
from clftui.state.alarm_strip import dismiss, show, strips
from clftui.state.later import LATER
from clftui.state.moves import select
from clftui.state.newer import newer
from clftui.state.rules import Rule
from clftui.state.selection import Tab
from clftui.state.session import Session, open_session
from tests.builders import CLASSES, write_run

N = 2000


def write_answers(run: Path, epoch: int, *, fallen: float = 0.0, seed: int = 0) -> None:
    """An epoch whose classes are 80 % right, each epoch on slightly other samples; a share of owls becomes cats."""
    rng = np.random.default_rng(100 + epoch + seed)
    true = np.sort(np.arange(N) % len(CLASSES))
    hard = np.random.default_rng(1).random(N)
    right = hard + rng.normal(0, 0.03, N) < 0.8
    predicted = np.where(right, true, (true + 1) % len(CLASSES))
    predicted[(true == 3) & (rng.random(N) < fallen)] = 0
    place = run / "epochs" / f"{epoch:05d}"
    place.mkdir(parents=True, exist_ok=True)
    np.savez(place / "test.npz", sample=np.arange(N), true=true, predicted=predicted)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    folder = write_run(tmp_path / "runs" / "cnn", epochs=0)
    (folder / "status.json").write_text(json.dumps({"state": "running", "heartbeat": time.time()}), encoding="utf-8")
    for epoch in range(1, 9):
        write_answers(folder, epoch)
    return folder


def opened(run: Path) -> Session:
    return open_session(open_catalog([run.parent]))


def known(session: Session) -> Session:
    """`session` once what its strip asks for is there."""
    while strips(session).pending:
        assert LATER.settle()
    return session


def test_ordinary_churn_shows_nothing(run: Path) -> None:
    assert strips(known(opened(run))).found == ()


def test_a_class_that_falls_is_named_with_what_the_mean_did(run: Path) -> None:
    write_answers(run, 9, fallen=0.2)
    strip = strips(known(opened(run))).first
    assert strip is not None and strip.title == "epoch 9 of A cnn: 1 class regressed"
    owl = strip.leading[0]
    assert (owl.kind, owl.name, owl.since) == (Part.CLASS, "owl", None)
    assert -0.25 < owl.change < -0.1 and 0 < owl.half < 0.06
    assert strip.mean == pytest.approx(owl.change / 4, abs=0.02)
    assert [each.name for each in strip.regressed if each.kind is Part.CELL] == ["owl → cat"]


def test_a_fall_that_lasts_says_since_when(run: Path) -> None:
    for epoch in (9, 10):
        write_answers(run, epoch, fallen=0.2)
    strip = strips(known(opened(run))).first
    assert strip is not None and strip.epoch == 10
    owl = strip.leading[0]
    assert owl.since == 8 and owl.said[1].endswith("since 8")


def test_a_run_that_has_ended_is_quiet_unless_its_last_epoch_came_while_one_looked(run: Path) -> None:
    session = opened(run)
    write_answers(run, 9, fallen=0.2)
    (run / "status.json").write_text(json.dumps({"state": "finished"}), encoding="utf-8")
    assert not strips(known(opened(run))).found
    after = known(newer(session, open_catalog([run.parent], previous=session.catalog)))
    assert strips(after).first is not None


def test_filters_and_a_pinned_epoch_do_not_hide_it(run: Path) -> None:
    write_answers(run, 9, fallen=0.2)
    session = select(opened(run), epoch=2)
    assert strips(known(session)).first is not None


def test_dismissing_is_for_that_epoch_and_showing_pins_it(run: Path) -> None:
    write_answers(run, 9, fallen=0.2)
    session = known(opened(run))
    there = show(session)
    assert there.tab is Tab.EPOCHS and (there.selection.epoch, there.selection.true) == (9, "owl")
    gone = dismiss(session)
    assert not strips(gone).found and gone.tab is session.tab
    assert dismiss(gone).notice  # nothing to go back to
    write_answers(run, 10, fallen=0.2)
    assert strips(known(newer(gone, open_catalog([run.parent], previous=gone.catalog)))).first is not None


def test_rules_raise_alarms_of_their_own_and_join_others(run: Path) -> None:
    rules = (Rule("owl", value=0.7, epochs=1), Rule("cat", value=0.99, epochs=2), Rule(cell="owl->cat", sigmas=3.0))
    quiet = known(replace(opened(run), rules=rules))
    strip = strips(quiet).first
    assert strip is not None and [each.name for each in strip.regressed] == ["cat"]
    assert strip.regressed[0].said[0].startswith("cat recall < 99 % for 2 epochs: ")
    write_answers(run, 9, fallen=0.2)
    loud = strips(known(replace(opened(run), rules=rules))).first
    assert loud is not None and [each.name for each in loud.regressed] == ["owl", "cat", "owl → cat"]
    assert "recall < 70 %" in loud.regressed[0].said[1] and "3 sigmas up" in loud.regressed[2].words


def test_a_broken_epoch_is_no_alarm(run: Path) -> None:
    (run / "epochs" / "00009").mkdir()
    (run / "epochs" / "00009" / "test.npz").write_bytes(b"PK\x03\x04 torn")
    assert strips(known(opened(run))).found == ()
