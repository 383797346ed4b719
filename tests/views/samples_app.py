"""The Samples tab in a real app, for tests."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from textual.pilot import Pilot

from clftui.app.app import ClfApp
from clftui.data.catalog import open_catalog
from clftui.drawing.palette import Depth
from clftui.state.moves import drill_to_samples
from clftui.state.sample_list import SampleList, index_of, listing
from clftui.state.selection import Scope, Tab
from clftui.state.session import Session, open_session
from clftui.views.samples import SamplesView

WIDE, SMALL = (120, 40), (80, 24)


def samples_of(root: Path, scope: Scope | None = None, run: str = "run0") -> Session:
    session = open_session(open_catalog([root]), run=run)
    selection = session.selection
    return drill_to_samples(session, scope or Scope(selection.true, selection.predicted))


@asynccontextmanager
async def opened(
    session: Session, size: tuple[int, int] = WIDE, depth: Depth = Depth.TRUE
) -> AsyncIterator[tuple[Pilot[None], SamplesView]]:
    app = ClfApp(replace(session, tab=Tab.SAMPLES), remember=False, depth=depth)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        view = app.screen.query_one(SamplesView)
        await settled(pilot, view)
        yield pilot, view


async def settled(pilot: Pilot[None], view: SamplesView) -> None:
    """Decode the images that the screen shows and draw them."""
    await pilot.pause()
    assert view.thumbnails.store.settle()
    view.redraw()
    await pilot.pause()


def text_of(view: SamplesView) -> str:
    canvas = view.canvas
    assert canvas is not None
    return "\n".join(canvas.rows_text())


def words_of(view: SamplesView) -> str:
    """The text with all white space as single blanks: a sentence that was wrapped reads as one."""
    return " ".join(text_of(view).split())


def now(view: SamplesView) -> Session:
    assert view.session is not None
    return view.session


def focused(view: SamplesView) -> int:
    shown = listing(now(view))
    assert isinstance(shown, SampleList)
    return index_of(now(view), shown)


def quadrants(text: str) -> int:
    return len(re.findall("[▘▝▖▗▚▞▌▐▀▄▙▛▜▟]", text))
