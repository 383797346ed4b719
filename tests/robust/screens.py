"""Drive the app without a terminal and read its screen as text."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from textual import events
from textual.drivers.headless_driver import HeadlessDriver
from textual.geometry import Size
from textual.keys import _character_to_key, key_to_character
from textual.pilot import Pilot
from textual.widget import Widget

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
        """Press keys one by one, each followed by a paint; what the screen then shows.

        The pilot's own `press` waits 40 ms for the processor to be idle; this waits until all messages are handled and
        everything has its place.
        """
        for key in keys:
            typed = key if len(key) == 1 else key_to_character(key)
            name = _character_to_key(key) if len(key) == 1 else key
            self.app.post_message(events.Key(name, typed))
            await self._handled()
            self.check()
        return self.text

    async def click(self, x: int, y: int) -> None:
        """Click a cell of the screen."""
        for kind in (events.MouseMove, events.MouseDown, events.MouseUp):
            self.app.post_message(kind(None, x, y, 0, 0, 1, False, False, False, x, y))
            await self._handled()
        self.check()

    async def resize(self, width: int, height: int) -> None:
        """Give the terminal another size."""
        size = Size(width, height)
        driver = self.app._driver
        assert isinstance(driver, HeadlessDriver)
        driver._size = size
        self.app.post_message(events.Resize(size, size))
        for _ in range(500):
            if self.app._exception is not None or self.app.screen._compositor.size == size:
                break
            await asyncio.sleep(0.002)
        await self._handled()
        self.check()

    async def settle(self) -> str:
        """Wait for what is read and computed in the background; what the screen then shows."""
        await self.app.main.settled()
        await self._handled()
        self.check()
        return self.text

    async def _handled(self) -> None:
        for _ in range(3):
            # A message may send others, a new widget has messages of its own.
            await self.pilot._wait_for_screen()
            for _ in range(250):
                if self.app._exception is not None or not _unplaced(self.app):
                    break
                await asyncio.sleep(0.002)
        if self.app._exception is not None:
            raise self.app._exception

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


def _unplaced(app: ClfApp) -> bool:
    """Whether a layout is still to come; Textual makes it with the next frame."""
    return any(widget._layout_required for widget in app.screen.walk_children(Widget, with_self=True))


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
