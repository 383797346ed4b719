"""Drive the app without a terminal and read its screen as text."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from textual.pilot import Pilot

from clftui.app.app import ClfApp
from clftui.data.catalog import open_catalog
from clftui.drawing.encode import Depth
from clftui.state.session import Session, open_session
from clftui.text import text_width

SMALL = (80, 24)


class Screen:
    """The app on a session, being driven."""

    def __init__(self, app: ClfApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def session(self) -> Session:
        return self.app.main.now

    async def press(self, *keys: str) -> str:
        """Press keys one by one; what the screen then shows."""
        for key in keys:
            await self.pilot.press(key)
        await self.app.main.settled()
        return self.text

    @property
    def lines(self) -> list[str]:
        """The rows of the screen that shows, dialogs included, as the compositor would send them."""
        size = self.app.size
        strips = self.app.screen._compositor.render_strips(size)
        return ["".join(segment.text for segment in strip) for strip in strips]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def words(self) -> str:
        """The screen's text with all white space as single blanks: sentences that were wrapped read as one."""
        return " ".join(self.text.split())

    def check(self) -> None:
        """As many rows as the terminal has, none wider than it, and nothing a terminal would obey."""
        width, height = self.app.size
        lines = self.lines
        assert len(lines) == height, f"{len(lines)} rows on a screen of {height}"
        for number, line in enumerate(lines):
            assert line.replace("\u200d", "").isprintable(), f"row {number} holds {line!r}"
            assert text_width(line) <= width, f"row {number} is {text_width(line)} wide on {width}: {line!r}"


def session_of(*paths: Path) -> Session:
    return open_session(open_catalog(list(paths)))


def drive(
    session: Session,
    script: Callable[[Screen], object],
    *,
    size: tuple[int, int] = SMALL,
    follow: Sequence[Path] = (),
    depth: Depth = Depth.TRUE,
) -> None:
    """Run `script`, a coroutine function, on the app; an exception anywhere in the app is raised here."""

    async def run() -> None:
        app = ClfApp(session, paths=follow, depth=depth, remember=False)
        async with app.run_test(size=size) as pilot:
            await app.main.settled()
            await script(Screen(app, pilot))  # type: ignore[misc]

    asyncio.run(run())
