"""The Runs view drawn on a canvas, without an app."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from clftui.data.catalog import open_catalog
from clftui.drawing.canvas import Canvas
from clftui.drawing.palette import Palette, find_themes, load_theme
from clftui.state.later import LATER
from clftui.state.selection import Tab
from clftui.state.session import Session, open_session
from clftui.views.runs import RunsView
from tests.rankings import TRUE, write_labels, wrong_in

DARK = load_theme(find_themes()["dark"])


def drawn(session: Session, width: int = 100, height: int = 20, palette: Palette = DARK) -> Canvas:
    """The view once everything in the background has arrived."""
    view = RunsView()
    view.set_reactive(RunsView.session, session)
    view.draw(Canvas(width, height, palette))
    assert LATER.settle()
    canvas = Canvas(width, height, palette)
    view.draw(canvas)
    return canvas


def lines(session: Session, width: int = 100, height: int = 20, palette: Palette = DARK) -> list[str]:
    return [line.rstrip() for line in drawn(session, width, height, palette).rows_text()]


def many(root: Path, runs: int = 30) -> Session:
    """Runs of falling accuracy on two splits."""
    for number in range(runs):
        for split, more in (("test", 0), ("test-v2", 5)):
            wrong = wrong_in(TRUE, {0: min(number + more, 40)})
            write_labels(root / f"run{number:02d}", [(TRUE, wrong)], split=split, samples=False)
    return replace(open_session(open_catalog([root])), tab=Tab.RUNS)
