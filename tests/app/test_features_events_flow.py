"""From an alarm in Epochs to what a layer answered there: the class, the epoch, and what a unit did."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from clftui.data.catalog import open_catalog
from clftui.report import Options
from clftui.report.responses import profile_table, profiles
from clftui.state.moves import select
from clftui.state.responses_events import class_events, event_marks, profile_words
from clftui.state.responses_model import ResponseMap, response_map
from clftui.state.responses_steps import settings
from clftui.state.responses_unit import past
from clftui.state.selection import Tab
from clftui.state.session import Session, open_session
from tests.app.piloted import now
from tests.app.test_features_responses_flow import running, seen
from tests.builders import write_run
from tests.responded import write_layer
from tests.state.test_alarm_strip import write_answers

MEANS = np.array([[1, 9, 1], [1, 1, 9], [9, 1, 1], [1, 12, 1]], dtype=np.float32)
"""Class means of three units; what unit 1 answers to owls falls from 12 to 3 in epoch 8."""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = write_run(tmp_path / "runs" / "cnn", epochs=0)
    (folder / "status.json").write_text(json.dumps({"state": "running", "heartbeat": time.time()}), encoding="utf-8")
    for epoch in range(1, 9):
        write_answers(folder, epoch, fallen=0.5 if epoch == 8 else 0.0)
    for epoch in (2, 7, 8):
        means = MEANS.copy()
        means[3, 1] = 3 if epoch == 8 else 12
        write_layer(folder, "late", means, epoch=epoch)
    return tmp_path / "runs"


def map_of(session: Session) -> ResponseMap:
    found = response_map(session)
    assert isinstance(found, ResponseMap)
    return found


@pytest.mark.row("C15")
async def test_an_alarm_leads_to_the_responses_of_its_class_at_its_epoch(root: Path) -> None:
    async with running(root) as pilot:
        await pilot.press("a")
        assert now(pilot).tab is Tab.EPOCHS and now(pilot).selection.true == "owl"
        await pilot.press("8")
        await seen(pilot, "alarm, owl", "p shows the unit by epoch")
        shown = map_of(now(pilot))
        assert shown.epoch == shown.evaluation.epoch == 8 and shown.name(shown.line) == "owl"
        await pilot.press("p")
        drawn = await seen(pilot, "changed", "▼ epoch 8: alarm, owl")
        assert "unit" in drawn and "recorded in epoch 8 alone" not in drawn


@pytest.mark.row("C15")
def test_what_a_unit_did_at_an_event_is_marked_and_said(root: Path) -> None:
    session = open_session(open_catalog([root]))
    session = settings(select(replace(session, tab=Tab.FEATURES), true="owl"), unit=1)
    shown = map_of(session)
    told = past(shown)
    events = class_events(session, shown, told.epochs)
    assert [(each.epoch, each.alarm, each.worse) for each in events] == [(8, True, True)]
    assert event_marks(events, told.epochs) == ["", "", "▼"]
    words = profile_words(session, shown, told, events)
    assert words.startswith("▼ epoch 8: alarm, owl ") and words.endswith("; unit 1 fell from 12.0 to 3.00")
    fox = map_of(select(session, true="fox"))
    assert profile_words(session, fox, told, class_events(session, fox, told.epochs)) == ""
    # What happened between recorded epochs is marked at the next one, and told with both.
    early = events[0]._replace(epoch=5, alarm=False)
    assert event_marks([early], told.epochs) == ["", "▾", ""]
    assert "between epochs 2 and 7" in profile_words(session, shown, told, [early])


@pytest.mark.row("C15")
def test_the_report_on_profiles_tells_the_events(root: Path) -> None:
    session = settings(select(open_session(open_catalog([root])), true="owl"), unit=1)
    told = profiles(session, Options())["unit"]["events"]
    assert [(each["epoch"], each["alarm"]) for each in told] == [(8, True)] and told[0]["after"] < told[0]["before"]
    assert any("unit 1 fell from 12.0 to 3.00." in note for note in profile_table(session, Options()).notes)
