"""The cursor over classes, changes and sets, and where it leads."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from clftui.state.features_settings import FeaturesSettings, FeaturesVariant
from clftui.state.features_view import drill, move
from clftui.state.later import LATER
from clftui.state.selection import Tab
from clftui.state.sensitivity_view import next_lost, next_metric, next_order, shown, step_level
from clftui.state.session import Session, passed
from tests.builders import labels
from tests.changed_splits import answers, write_changed
from tests.state.test_sensitivity_model import session_of


def opened(root: Path, *, apart: bool = False) -> Session:
    features = FeaturesSettings(variant=FeaturesVariant.SENSITIVITY)
    session = session_of(write_changed(root, apart=apart), tab=Tab.FEATURES, features=features)
    shown(session)
    assert LATER.settle()
    return session


def rows_of(session: Session) -> list[int]:
    """The samples that the list holds."""
    run, evaluation = session.run, session.evaluation()
    assert run is not None and evaluation is not None
    mask = passed(run, evaluation, session.bound_filters)
    keep = np.ones(evaluation.n, dtype=bool) if mask is None else mask.copy()
    if session.selection.scope.true is not None:
        keep &= evaluation.true == run.class_index[session.selection.scope.true]
    return np.flatnonzero(keep).tolist()


def test_the_cursor_stays_inside(tmp_path: Path) -> None:
    session = opened(tmp_path)
    far = move(session, 1000, -1000)
    assert shown(far).cursor == 6 and shown(far).column == 0 and far.selection.true == "owl"
    beside = move(far, 0, 1000)
    assert shown(beside).in_sets
    lower = move(beside, 1000, 0)
    assert shown(lower).line == len(shown(lower).sets) - 1 and shown(lower).cursor == 6
    assert not shown(move(lower, 0, -1)).in_sets


@pytest.mark.row("B29")
def test_a_cell_leads_to_what_its_change_costs(tmp_path: Path) -> None:
    session = move(opened(tmp_path), 2, 1)
    there = drill(session)
    assert there.tab is Tab.SAMPLES and rows_of(there) == list(range(2, 18))
    assert [each.describe() for each in there.filters] == ["right, but not under rotate90"]
    group = drill(move(opened(tmp_path / "again"), 4, 0))
    assert rows_of(group) == list(range(60, 66))
    assert group.filters[-1].describe() == "right class, but not under grayscale"


@pytest.mark.row("B28")
def test_every_set_leads_to_as_many_samples_as_it_counts(tmp_path: Path) -> None:
    session, right = opened(tmp_path), np.array([each == labels(80, 4) for each in answers().values()])
    sets = move(session, 0, 1000)
    for line, each in enumerate(shown(sets).sets):
        there = drill(move(sets, line, 0))
        assert len(rows_of(there)) == each.n, each
    only = shown(sets).sets[2]
    assert only.n == (right[0] & ~right[1:].any(axis=0)).sum()


def test_from_a_changed_split_one_comes_to_the_base(tmp_path: Path) -> None:
    session = opened(tmp_path)
    turned = replace(session, selection=replace(session.selection, split="test-rotate90"))
    there = drill(move(turned, 2, 1))
    assert there.selection.split == "test" and len(rows_of(there)) == 16


def test_other_samples_lead_nowhere(tmp_path: Path) -> None:
    session = opened(tmp_path, apart=True)
    there = drill(move(session, 2, 2))
    assert there.tab is Tab.FEATURES and "test-v2 holds other samples" in there.notice


def test_levels_order_and_metric(tmp_path: Path) -> None:
    session = step_level(opened(tmp_path), -1)
    found = shown(session).found
    assert found is not None and [found.name_of(node) for node in shown(session).nodes] == [
        "all classes",
        "pets",
        "wild",
    ]
    assert len(shown(step_level(session, 1)).nodes) == 7
    worst = next_order(opened(tmp_path / "again"))
    assert [found.name_of(node) for node in shown(worst).nodes][-2:] == ["owl", "fox"]
    assert next_metric(session).ranking.metric is not session.ranking.metric


def test_n_goes_from_loss_to_loss_beyond_chance(tmp_path: Path) -> None:
    session = next_lost(opened(tmp_path))
    now = shown(session)
    assert now.found is not None and now.found.name_of(now.node) == "cat"
    assert now.found.changes[now.column].name == "rotate90"
    words = session.notice
    assert words.startswith("1 of ") and words.endswith("beyond chance.")
    number = int(words.split()[2])
    again = session
    for _ in range(number):
        again = next_lost(again)
    assert (shown(again).cursor, shown(again).column) == (now.cursor, now.column)
