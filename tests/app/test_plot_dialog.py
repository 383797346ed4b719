"""The chart on the whole screen."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual_plotext import PlotextPlot
from textual_plotext.plot import Plot

from clftui.app.app import ClfApp
from clftui.app.dialogs.plot import PlotDialog, draw_curves
from clftui.drawing.palette import Depth, find_themes, load_theme
from clftui.state.epochs_detail import detail
from clftui.state.moves import select
from tests.matrices import session_on

DARK = load_theme(find_themes()["dark"])
EPOCHS = [
    ((10, 10, 0), (0, 20, 0), (0, 0, 20)),
    ((15, 5, 0), (0, 20, 0), (0, 0, 20)),
    ((20, 0, 0), (0, 20, 0), (0, 0, 20)),
]


@pytest.mark.row("C10")
@pytest.mark.parametrize("depth", [Depth.TRUE, Depth.MONO])
def test_every_run_ends_in_its_letter_over_its_epochs(tmp_path: Path, depth: Depth) -> None:
    session = select(session_on(tmp_path, {"a": EPOCHS, "b": EPOCHS[:2]}), true="cat", predicted="dog")
    shown = detail(session, wait=True)
    assert shown is not None
    plot = Plot()
    plot.plot_size(80, 24)
    draw_curves(plot, shown, DARK.at(depth))
    text = plot.uncolorize(plot.build())
    assert "epoch" in text and "100.0" in text and "1.0" not in text.splitlines()[-2]
    assert "A" in text and "B" in text
    # The longer run goes on where the shorter one has ended.
    assert min(line.find("A") for line in text.splitlines() if "A" in line) > min(
        line.find("B") for line in text.splitlines() if "B" in line
    )


async def test_z_opens_it_and_any_key_closes_it(tmp_path: Path) -> None:
    app = ClfApp(session_on(tmp_path, {"a": EPOCHS}), remember=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("4", "z")
        await pilot.pause()
        assert isinstance(app.screen, PlotDialog)
        assert app.screen.query_one(PlotextPlot).size.width == 80
        await pilot.press("j")
        await pilot.pause()
        assert len(app.screen_stack) == 1
