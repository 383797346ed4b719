"""The one screen: a session, the frame around it, the view of its tab, and the way from a key to a new session."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Callable
from contextlib import nullcontext
from typing import TYPE_CHECKING

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Container
from textual.reactive import var
from textual.timer import Timer

from clftui.app.asking import Asking
from clftui.app.background import Background, HistoryArrived
from clftui.app.frame_content import breadcrumb_of, header_of, is_deciding, supposed_word, unsettled
from clftui.app.live import CatalogChanged, Live
from clftui.app.tab_views import view_class
from clftui.drawing.canvas import Canvas
from clftui.schema import FormatError
from clftui.state.filter_chips import drop_chip
from clftui.state.filters import FilterError
from clftui.state.moves import cleared, go, say
from clftui.state.selection import Tab
from clftui.state.session import Session
from clftui.state.unready import impatient
from clftui.text import sanitise
from clftui.views.view import Act, Arrived, View
from clftui.widgets.canvas_view import CanvasView
from clftui.widgets.compositor import CanvasScreen
from clftui.widgets.frame import BreadcrumbBar, FooterBar, HeaderBar, TabBar

if TYPE_CHECKING:
    from clftui.app.alarms import Alarms
    from clftui.app.commands import Command
    from clftui.app.registry import Registry
    from clftui.state.sample_tags import Batch

log = logging.getLogger("clftui")

CALM_CHECKS = 20
"""How often in a row nothing may be pending before a screen counts as settled: what arrives is drawn a little later."""
ROOMY_HEIGHT = 28
"""From this height on a blank row parts the breadcrumb from the body; an alarm's strip takes it."""
AGAIN_SECONDS = 0.1
"""How soon to look again for a number of the header that is being read."""
CLOCK_SECONDS = 20.0
"""How often the words about silent runs are made anew: they count minutes."""


class MainScreen(CanvasScreen):
    """Owns the session; everything below draws it or asks for a step."""

    session: var[Session | None] = var(None, init=False)

    def __init__(
        self,
        session: Session,
        load_rest: Callable[[], tuple[Registry, list[str]]],
        live: Callable[[MainScreen], Live] | None = None,
        alarms: Callable[[MainScreen], Alarms] | None = None,
    ) -> None:
        """`load_rest` gives what the first frame does without: the commands, and what is wrong in sentences.

        `alarms` is made after that frame too.
        """
        super().__init__()
        self.set_reactive(MainScreen.session, session)
        self._load_rest = load_rest
        self._registry: Registry | None = None
        self.last: Command | None = None
        self.playing: Timer | None = None
        """Steps the epochs while they play."""
        self.asking = Asking(self)
        self.batches: list[Batch] = []
        """The tags given in this session, which undo takes back from the last on."""
        self._views: dict[Tab, View] = {}
        self._live = live(self) if live is not None else None
        self._background = Background(self)
        self._waiting = False
        self._make_alarms = alarms
        self._alarms: Alarms | None = None

    @property
    def now(self) -> Session:
        """The session; there always is one."""
        assert self.session is not None
        return self.session

    @property
    def registry(self) -> Registry:
        """All commands; loaded after the first frame, since they know every view's model."""
        if self._registry is None:
            self._registry, problems = self._load_rest()
            if problems:
                self.act(lambda session: say(session, problems[0]))
        return self._registry

    def compose(self) -> ComposeResult:
        yield HeaderBar()
        yield TabBar()
        yield BreadcrumbBar()
        # Told here too, so that the first layout is the last one of the start.
        yield Container(id="body", classes="roomy" if self.app.size.height >= ROOMY_HEIGHT else "")
        yield FooterBar()

    def on_mount(self) -> None:
        self._show(self.now)
        # The data come first; the footer and the watcher follow.
        self.call_after_refresh(self._follow_up)

    def _follow_up(self) -> None:
        self.asking.show_keys()
        if self._make_alarms is not None:
            self._alarms = self._make_alarms(self)
            self.frame_again()
        if self._live is not None:
            from clftui.app.tag_watch import TagWatch  # The first frame does without.

            self._live.start(self.now.catalog)
            self.set_interval(CLOCK_SECONDS, self._time_passes)
            TagWatch(self)
        if not gc.isenabled():
            # Switched off by the command line: what start-up has made stays, and is not looked at again and again.
            gc.freeze()
            gc.enable()

    def on_unmount(self) -> None:
        if self._live is not None:
            self._live.stop()
        self._background.stop()

    def watch_session(self, session: Session | None) -> None:
        if session is not None and self.is_mounted:
            self._show(session)

    def _show(self, session: Session) -> None:
        """Hand the session to the frame and to the view of its tab; other views wait until they are looked at."""
        view = self._views.get(session.tab)
        if view is None:
            view = self._views[session.tab] = view_class(session.tab)(id=session.tab.value)
            self.query_one("#body").mount(view)
        for tab, each in self._views.items():
            if each.display != (tab is session.tab):
                each.display = tab is session.tab
        view.session = session
        self._frame(session, view)
        self._background.want(session)

    def _frame(self, session: Session, view: View) -> None:
        marks = {}
        if self._alarms is not None:
            marks = self._alarms.look()
            self._part_body(self.size.height)
        with impatient() as draw:
            header, legend, waits = header_of(session, marks), view.legend, unsettled(session)
            pieces, chips = breadcrumb_of(session)
        self.query_one(HeaderBar).show(header)
        self.query_one(TabBar).show(session.tab, legend, mark=supposed_word(session))
        self.query_one(BreadcrumbBar).show(pieces, chips, session.notice)
        if self._registry is not None:
            self.asking.show_keys()
        if (draw.missing or waits) and not self._waiting:
            self._waiting = True
            self.set_timer(AGAIN_SECONDS, self.frame_again)

    def frame_again(self) -> None:
        """Say anew what the frame says of the session: something it waits for may be there."""
        self._waiting = False
        view = self._views.get(self.now.tab)
        if view is not None:
            self._frame(self.now, view)

    def _time_passes(self) -> None:
        if any(run.status.state == "silent" for run in self.now.catalog.runs):
            self.frame_again()
            self._views[self.now.tab].redraw()

    def on_resize(self, event: events.Resize) -> None:
        self._part_body(event.size.height)

    def _part_body(self, height: int) -> None:
        strip = self._alarms is not None and self._alarms.shows
        self.query_one("#body").set_class(height >= ROOMY_HEIGHT and not strip, "roomy")

    def on_key(self, event: events.Key) -> None:
        typed = event.character if event.is_printable and event.character and event.key != "space" else event.key
        if self.asking.took(typed or ""):
            event.stop()
            return
        command = self.registry.find(typed or "", self.now.tab, self.now.alone, self.now.face)
        if command is not None:
            event.stop()
            self.do(command)

    def do(self, command: Command) -> None:
        """Carry out a command in the session as it is now."""
        log.info("command %s in %s", command.id, self.now.tab.value)
        if not command.works(self.now):
            self.act(lambda session: say(session, f"“{command.label}” has nothing to work on here."))
            return
        if command.id != "repeat":
            self.last = command
        if self.playing is not None and command.effect != "play":
            self.playing.stop()
            self.playing = None
        if command.effect is not None:
            self._effect(command.effect)
        elif command.paged is not None:
            paged, page = command.paged, self._page()
            self.act(lambda session: paged(session, page))
        elif command.step is not None:
            self.act(command.step)

    def _effect(self, name: str) -> None:
        # Dialogs and files are loaded by the first command that needs them, not before the first frame.
        from clftui.app.effects import EFFECTS

        try:
            EFFECTS[name](self)
        except FormatError as error:
            self._tell(error)

    def _page(self) -> tuple[int, int]:
        view = self._views.get(self.now.tab)
        return view.page if view is not None else (1, 1)

    def act(self, step: Callable[[Session], Session]) -> None:
        """Replace the session by what a pure step makes of it."""
        self.asking.drop()
        try:
            with impatient() if is_deciding(self.now) or self.now.tab is Tab.MAP else nullcontext():
                after = step(cleared(self.now))
        except (FilterError, FormatError) as error:
            self._tell(error)
        else:
            self.session = after

    def _tell(self, error: Exception) -> None:
        """A file that is broken, or an expression, costs a sentence and nothing else."""
        log.warning("%s", error)
        self.session = say(self.now, str(error))

    @on(Act)
    def asked(self, message: Act) -> None:
        self.act(message.step)

    @on(TabBar.Chosen)
    def tab_chosen(self, message: TabBar.Chosen) -> None:
        self.act(lambda session: go(session, message.tab))

    @on(BreadcrumbBar.ChipRemoved)
    def chip_removed(self, message: BreadcrumbBar.ChipRemoved) -> None:
        self.act(lambda session: drop_chip(session, message.index))

    def on_alarm_strip_shown(self) -> None:
        """A click on the alarm is its key."""
        self.do(self.registry.by_id["alarm.show"])

    @on(CatalogChanged)
    def catalog_changed(self) -> None:
        newest = self._live.take() if self._live is not None else None
        if newest is not None:
            log.info("catalog %d: %d runs", newest.revision, len(newest.runs))
            for problem in newest.problems:
                log.warning("%s", problem.message)
            from clftui.state.newer import newer  # The first frame does without.

            self.session = newer(self.now, newest)

    @on(Arrived)
    @on(HistoryArrived)
    def history_arrived(self) -> None:
        self.session = self._background.arrived(self.now)

    def picture(self) -> str:
        """What the screen shows, without dialogs over it, as SVG."""
        from clftui.drawing.svg import to_svg

        views = [view for view in self.query(CanvasView) if view.display and view.canvas is not None]
        whole = Canvas(self.size.width, self.size.height, views[0].palette)
        for view in views:
            part = view.printable()
            whole.put(view.region.x, view.region.y, part.code, part.fg, part.bg, part.attrs)
        session = self.now
        return to_svg(whole, f"clftui, {session.tab.label} of {sanitise(session.catalog.name)}")

    async def settled(self) -> None:
        """Wait until nothing in the background will change this screen any more (for pictures and tests)."""
        calm = 0
        while calm < CALM_CHECKS:
            await asyncio.sleep(0.01)
            calm = 0 if self._background.busy or any(view.busy for view in self._views.values()) else calm + 1
