"""Sends pictures to the terminal around Textual's frames: kitty's before the cells that show them, sixels after.

Everything goes through Textual's driver, whose thread keeps what is sent in order.
"""

from __future__ import annotations

import asyncio
import logging
import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from textual.geometry import Region
from textual.timer import Timer

from clftui.depth import Protocol, cell_size, draws_sextants, places_images, use_graphics
from clftui.drawing.sixel import placed
from clftui.widgets.canvas_view import CanvasView
from clftui.widgets.dialog_background import keep_pictures
from clftui.widgets.picture_layer import AT_ONCE, PictureLayer, layer

if TYPE_CHECKING:
    from clftui.app.app import ClfApp

log = logging.getLogger("clftui")

DRAIN_SECONDS = 0.02
"""How soon to look whether what was sent has left."""
CALM_SECONDS = 0.06
"""How long sixels wait after a change: while a key repeats, every frame would send them again."""
POLL_SECONDS = 3.0
"""How often tmux is asked whether another terminal shows this window."""

_TMUX_FORM = (
    "#{window_active}#{window_zoomed_flag}#{pane_active}#{session_attached} #{client_tty} #{client_created} "
    "#{client_termtype}"
)

Placed = tuple[int, int, int, int, bytes]
"""A sixel picture: column, row, columns, rows, sequence."""


class TerminalPictures:
    """The pictures of one app in one terminal."""

    def __init__(self, app: ClfApp) -> None:
        self._app = app
        if self.layer.graphics.protocol == "kitty":
            keep_pictures()
        self._on_screen: set[Placed] = set()
        """Sixels that nothing has been written over."""
        self._timer: Timer | None = None
        self._poll: Timer | None = None
        self._terminal = ""
        """What tmux last said of the terminal that shows this window."""
        self._shown = True
        """Whether it showed this window then: tmux drops what a hidden window sends."""

    @property
    def layer(self) -> PictureLayer:
        """What draws the pictures."""
        return layer()

    def before(self) -> None:
        """Send what the frame that follows shows."""
        out, self.layer.outbox = self.layer.outbox, []
        if out:
            self._write("".join(out))
            if self.layer.graphics.tmux and self._poll is None:
                self._poll = self._app.set_interval(POLL_SECONDS, self.look_at_terminal)
                self._app.call_later(self.look_at_terminal)
        if (out or self.layer.waiting) and self._timer is None:
            self._timer = self._app.set_timer(DRAIN_SECONDS, self._drain)

    def after(self, update: Any) -> None:
        """Sixels: note which of them the frame has written over, and send those once the screen is calm."""
        if self.layer.graphics.protocol != "sixel":
            return
        wanted = set(self._placements())
        spans = getattr(update, "spans", None)
        kept = wanted & self._on_screen
        kept = set() if spans is None else {each for each in kept if not any(_meet(each, *span) for span in spans)}
        self._on_screen = kept
        if wanted - kept:
            if self._timer is not None:
                self._timer.stop()
            self._timer = self._app.set_timer(CALM_SECONDS, self._paint)

    def resend(self) -> None:
        """The terminal has lost its pictures: draw and send everything that shows."""
        self.layer.lost()
        self._on_screen.clear()
        self._redraw()

    def resized(self) -> None:
        """The window has another size, and perhaps another font."""
        found = cell_size()
        graphics = self.layer.graphics
        if found is not None and found != graphics.cell:
            self.layer.recell(found)
            self._redraw()

    async def focused(self) -> None:
        """The terminal has come to the front; it may be another one."""
        if self._poll is not None:
            await self.look_at_terminal()

    def close(self) -> None:
        """Free what the terminal holds; the driver has to run still."""
        for timer in (self._timer, self._poll):
            if timer is not None:
                timer.stop()
        if farewell := self.layer.farewell():
            self._write(farewell)
        self.layer.stop()

    async def look_at_terminal(self) -> None:
        """Under tmux another terminal may show this window by now, or one that was not shown pictures."""
        state, _, terminal = (await _ask_tmux()).partition(" ")
        program = terminal.split(" ", 2)[2] if terminal.count(" ") >= 2 else ""
        shown_before, self._shown = self._shown, _is_shown(state)
        if not self._shown or not program:
            return
        if self._terminal not in ("", terminal):
            log.info("another terminal, %s: pictures are sent again", program)
            self._face(program)
            self.resend()
        elif not shown_before and self.layer.sent:
            self.layer.lost(recent=True)
            self._redraw()
        self._terminal = terminal
        self.layer.sent = []

    def _face(self, program: str) -> None:
        """Draw as the terminal that shows this window from now on can."""
        now = self.layer.graphics
        protocol: Protocol = "kitty" if places_images(program) else "blocks"
        if protocol != now.protocol:
            self.layer.lost()
            use_graphics(replace(now, protocol=protocol, blocks="sextant" if draws_sextants(program) else "quadrant"))

    def _write(self, text: str) -> None:
        driver = self._app._driver
        if driver is not None and not self._app.is_headless:
            driver.write(text)

    def _idle(self) -> bool:
        """Whether the driver's thread has taken everything; true where there is no such thread."""
        thread = getattr(self._app._driver, "_writer_thread", None)
        return thread is None or thread._queue.empty()

    def _drain(self) -> None:
        self._timer = None
        if self._idle():
            self.layer.drained()
        elif self.layer.waiting:
            self._timer = self._app.set_timer(DRAIN_SECONDS, self._drain)

    def _paint(self) -> None:
        """Send the sixels that are not on the screen, as many as may be under way."""
        self._timer = None
        missing = [each for each in self._placements() if each not in self._on_screen]
        if not missing:
            return
        sent = 0
        if self._idle():
            out = []
            for each in missing:
                if sent and sent + len(each[4]) > AT_ONCE:
                    break
                out.append(placed(each[4].decode("ascii"), each[0], each[1]))
                self._on_screen.add(each)
                sent += len(each[4])
            self._write("".join(out))
        if len(missing) > 1 or not sent:
            self._timer = self._app.set_timer(DRAIN_SECONDS, self._paint)

    def _placements(self) -> list[Placed]:
        """The sixels that should show now, from the top; none under a dialog, none in the terminal's last row."""
        main, stack = self._app.main, self._app.screen_stack
        if main not in stack:
            return []
        over = [widget.region for screen in stack[stack.index(main) + 1 :] for widget in screen.children]
        found = []
        for view in main.query(CanvasView):
            canvas = view.canvas
            if canvas is None or not canvas.pictures or not view.display:
                continue
            left, top, _, _ = view.region
            for x, y, columns, rows, data in canvas.pictures:
                place = Region(left + x, top + y, columns, rows)
                inside = view.region.contains_region(place) and place.bottom < main.size.height
                if inside and not any(place.overlaps(each) for each in over):
                    found.append((*place, data))
        return sorted(found, key=lambda each: (each[1], each[0]))

    def _redraw(self) -> None:
        for view in self._app.main.query(CanvasView):
            if view.canvas is not None and view.display:
                view.redraw(full=True)


def _is_shown(state: str) -> bool:
    """Whether a client is attached and its window is this one, with this pane not behind a zoomed one."""
    active, zoomed, front = (each == "1" for each in (state + "000")[:3])
    return state[3:] not in ("", "0") and active and (front or not zoomed)


def _meet(picture: Placed, row: int, start: int, stop: int) -> bool:
    x, y, columns, rows, _ = picture
    return y <= row < y + rows and start < x + columns and stop > x


async def _ask_tmux() -> str:
    pane = os.environ.get("TMUX_PANE", "")
    words = ("tmux", "display-message", "-p", *(("-t", pane) if pane else ()), _TMUX_FORM)
    try:
        asked = await asyncio.create_subprocess_exec(
            *words, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
        )
        out, _ = await asyncio.wait_for(asked.communicate(), 2)
    except (TimeoutError, OSError):
        return ""
    return out.decode("utf-8", "replace").strip()
