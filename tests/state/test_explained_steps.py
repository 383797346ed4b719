"""Keys of the table of explained samples: searching, the cursor, the way to a sample and back, methods."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from clftui.data import explanations
from clftui.state import explained_view as steps
from clftui.state.explained_facts import facts_of
from clftui.state.explained_order import shown_rows
from clftui.state.explained_settings import Column, Of, Task
from clftui.state.moves import back, select
from clftui.state.sample_list import Nothing
from clftui.state.selection import Part, Tab
from tests.builders import CLASSES
from tests.explained import write_maps
from tests.explained_runs import EMPTY, answers, ids, maps, opened, table, write_explained


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Explanations written a moment ago are seen."""
    monkeypatch.setattr(explanations, "RECHECK_SECONDS", 0.0)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_explained(tmp_path / "runs")


@pytest.mark.row("V15")
def test_a_search_leaves_rows_that_hold_the_text_or_its_letters(root: Path) -> None:
    session = opened(root)
    true, predicted = answers(root, "run0")
    cat = CLASSES.index("cat")
    found = steps.search(session, "CAT")
    assert table(found).n == int(((true == cat) | (predicted == cat)).sum())
    assert found.notice == f"{table(found).n} rows with “CAT”."
    assert ids(steps.search(session, "0012")) == ["0012"]
    assert table(steps.search(session, "ct")).n == table(found).n, "letters in this order, where no name holds them"
    assert isinstance(shown_rows(steps.search(session, "nothing here")), Nothing)
    assert table(steps.search(found, "")).n == 80


def test_the_cursor_is_the_shared_sample_or_the_shared_run(root: Path) -> None:
    session = opened(root, sort=Column.NAME)
    down = steps.move(session, 3, 0, (5, 1))
    assert down.selection.sample == "0003" and table(down).cursor == 3
    models = steps.with_task(down, Task.MODELS)
    assert models.selection.sample == "0003" and models.notice == "Many models, one sample."
    other = steps.move(models, 1, 0, (5, 1))
    assert other.selection.run != "run0" and other.selection.sample == "0003"
    after = steps.move(models, 0, 1, (5, 1))
    assert after.selection.sample == "0004", "sideways to the next sample"
    of_class = select(steps.settings(session, of=Of.CLASS), true=CLASSES[0])
    assert steps.move(of_class, 0, 1, (5, 1)).selection.true == CLASSES[1]
    assert steps.move(session, -9, 0, (5, 1)).selection.sample == "0000"


def test_enter_opens_the_sample_alone_and_backspace_returns(root: Path) -> None:
    session = select(opened(root, task=Task.MODELS, sort=Column.NAME), sample="0007")
    there = steps.drill(steps.move(session, 1, 0, (5, 1)))
    assert there.tab is Tab.SAMPLES and there.selection.alone and there.selection.sample == "0007"
    assert there.selection.run == "run1" and there.selection.scope.part is Part.ALL
    assert there.explain == session.explain, "method and threshold are one setting"
    returned = back(there)
    assert returned.tab is Tab.FEATURES and returned.face == "explanations"
    assert table(returned).cursor == 1


def test_method_and_aim_are_those_of_a_sample_alone(root: Path) -> None:
    true, predicted = answers(root, "run0")
    both = np.concatenate([maps(80, 0.2), maps(80, 0.9)])
    write_maps(root / "run0", "LayerCAM", both, sample=np.r_[np.arange(80), np.arange(80)],
               epoch=np.full(160, 3), target=np.r_[predicted, true])  # fmt: skip
    session = steps.next_method(opened(root, sort=Column.NAME))
    assert session.explain.method == "LayerCAM" and session.notice == "LayerCAM."
    wrong = int(np.flatnonzero((true != predicted) & (np.arange(80) != EMPTY))[0])
    aimed = steps.toggle_aim(session)
    assert aimed.explain.aim == "true"
    for each, x in ((session, 0.2), (aimed, 0.9)):
        shown = table(each)
        values = facts_of(each, shown, [wrong])[0].values
        assert values is not None
        np.testing.assert_allclose(values, both[wrong if x == 0.2 else 80 + wrong], atol=1e-3)
