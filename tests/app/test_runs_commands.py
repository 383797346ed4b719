"""The keys of the Runs view, through the registry, and once through the whole app."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from clftui.app.app import ClfApp
from clftui.app.registry import Registry
from clftui.state.selection import Tab
from clftui.state.session import Session
from clftui.state.settings import Cost, PaneSize, RunsPane
from clftui.views.runs import RunsView
from tests.curves import curved, seeded

REGISTRY = Registry()


def press(session: Session, *keys: str) -> Session:
    for key in keys:
        command = REGISTRY.find(key, session.tab)
        assert command is not None, key
        if command.step is not None:
            session = command.step(session)
        else:
            assert command.paged is not None, key
            session = command.paged(session, (5, 5))
    return session


def footer(session: Session) -> list[str]:
    return [label for _, label in REGISTRY.footer(session)]


@pytest.mark.row("V1", "V5")
def test_keys_switch_size_measure_and_pin(tmp_path: Path) -> None:
    session = replace(curved(tmp_path), tab=Tab.RUNS)
    assert "lower pane" in footer(session) and "measure" not in footer(session) and "seeds" not in footer(session)
    curves = press(session, "v")
    assert curves.runs.pane is RunsPane.CURVES
    cost = press(curves, "v", "m")
    assert cost.runs.cost is Cost.FLOPS and "measure" in footer(cost)
    assert press(cost, "z").runs.size is PaneSize.LARGE and press(cost, "Z").runs.size is PaneSize.HIDDEN
    pinned = press(session, "P")
    assert pinned.runs.pinned_run == session.selection.run and press(pinned, "P").runs.pinned_run is None
    front = press(cost, "l")
    assert front.selection.run in {"good", "over"}


def test_keys_join_and_part_seeds(tmp_path: Path) -> None:
    session = replace(seeded(tmp_path), tab=Tab.RUNS)
    assert "seeds" in footer(session)
    joined = press(session, "(")
    assert joined.runs.seeds and "5 runs in 2 rows" in joined.notice
    assert not press(joined, ")").runs.seeds and not press(joined, "(").runs.seeds
    down = press(joined, "j")
    assert down.selection.run in {"mlp-s1", "mlp-s2"}


async def test_the_app_shows_the_curves_when_they_have_been_read(tmp_path: Path) -> None:
    app = ClfApp(replace(curved(tmp_path), tab=Tab.RUNS), paths=(), theme="dark", remember=False)
    async with app.run_test(size=(100, 32)) as pilot:
        await app.main.settled()
        await pilot.press("G", "v")
        await app.main.settled()
        await pilot.press("k")
        await app.main.settled()
        canvas = app.main.query_one(RunsView).canvas
        assert canvas is not None
        text = "\n".join(canvas.rows_text())
        assert "Training curves test" in text and "over-fits from 6" in text
