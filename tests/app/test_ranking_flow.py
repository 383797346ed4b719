"""The ranking by keys: from the table to its lines, from runs to the epochs of one."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from clftui.app.app import ClfApp
from clftui.data.catalog import open_catalog
from clftui.state.session import open_session
from clftui.state.settings import RankingRows, RankingVariant
from clftui.views.ranking import RankingView
from clftui.widgets.frame import HeaderBar
from tests.builders import write_collection


def body(pilot: Pilot[None]) -> str:
    assert isinstance(pilot.app, ClfApp)
    canvas = pilot.app.main.query_one(RankingView).canvas
    assert canvas is not None
    return "\n".join(canvas.rows_text())


def pinned(app: ClfApp) -> int | None:
    return app.main.now.selection.epoch


@pytest.mark.row("P2", "P6", "P7")
async def test_v_draws_lines_and_e_ranks_epochs(tmp_path: Path) -> None:
    catalog = open_catalog([write_collection(tmp_path / "animals", epochs=4)])
    app = ClfApp(open_session(catalog), theme="dark", remember=False)
    async with app.run_test(size=(110, 34)) as pilot:

        async def press(*keys: str) -> None:
            await pilot.press(*keys)
            await app.main.settled()

        await press("2")
        assert "run2" in body(pilot) and "spread of ranks" not in body(pilot)
        await press("v")
        assert app.main.now.ranking.variant is RankingVariant.LINES
        assert "spread of ranks  A 1" in body(pilot) and "tied with A" in body(pilot)
        await press("j")
        second = app.main.now.lettered[1][1]
        assert app.main.now.run is second and "tied with B" in body(pilot)
        await press("E")
        assert app.main.now.ranking.rows is RankingRows.EPOCHS
        assert all(f"epoch {number}" in body(pilot) for number in range(1, 5))
        await press("v", "k")
        assert pinned(app) == 3
        header = app.main.query_one(HeaderBar).canvas
        assert header is not None and "epoch 3/4" in header.rows_text()[0]
        await press("j")
        assert pinned(app) is None
        await press("E")
        assert app.main.now.run is second and second.name in body(pilot)
