"""The Textual app: palettes, remembered choices, and the main screen."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import App
from textual.binding import Binding, BindingType

from clftui.app.crash import report_crash
from clftui.app.live import Live
from clftui.app.main_screen import MainScreen
from clftui.app.preferences import Preferences, config_folder, load_preferences, save_preferences
from clftui.app.themes import Themes, textual_theme
from clftui.depth import Graphics, use_graphics
from clftui.drawing.encode import Depth
from clftui.drawing.palette import Palette
from clftui.state.moves import say
from clftui.state.session import Session
from clftui.widgets.unsent import Unsent

if TYPE_CHECKING:
    from rich.console import RenderableType
    from textual.screen import Screen

    from clftui.app.alarms import Alarms
    from clftui.app.graphics import TerminalPictures
    from clftui.app.recorder import Recorder
    from clftui.app.registry import Registry


LAST_SECONDS = 5.0
"""How long leaving may take once the process was told to end: without a terminal, threads may wait for one for ever."""


class ClfApp(App[None]):
    """clftui on one session. `paths` are followed on disk unless they are empty."""

    CSS_PATH = "app.tcss"
    TITLE = "clftui"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "quit", show=False, priority=True),
        Binding("ctrl+z", "suspend_process", show=False, priority=True),
    ]

    def __init__(
        self,
        session: Session,
        *,
        paths: Sequence[Path] = (),
        images_root: Path | None = None,
        depth: Depth = Depth.TRUE,
        theme: str | None = None,
        remember: bool = True,
        alarm: str = "none",
        record: Path | None = None,
        graphics: Graphics | None = None,
    ) -> None:
        """`alarm` is `--alarm`: what a regression does besides its strip; `record` where the script of this session
        goes instead of the state folder; `graphics` how this terminal shows images, characters otherwise.
        """
        super().__init__()
        self.animation_level = "none"
        self._unsent = Unsent()
        self.crash = ""
        """What to tell the user, once the terminal is theirs again, where an unexpected error ended the app."""
        self._session = session
        self._paths, self._images_root = tuple(paths), images_root
        self._remember = remember
        self._alarm = alarm
        self._record = record
        self.pictures: TerminalPictures | None = None
        """Sends what the terminal shows as pixels; None where images are characters."""
        use_graphics(graphics or Graphics())
        if graphics is not None and graphics.pixels:
            from clftui.app.graphics import TerminalPictures

            self.pictures = TerminalPictures(self)
        self.recorder: Recorder | None = None
        """Keeps the script of this session, from the first change on; None where nothing is remembered."""
        self.preferences = load_preferences() if remember else Preferences()
        self.themes = Themes(depth)
        if theme is not None and theme not in self.themes.names:
            self._session = say(session, f"There is no theme {theme}; there are {', '.join(self.themes.names)}.")
        self._wear(self.themes.first(theme or self.preferences.theme))

    def _wear(self, palette: Palette) -> None:
        """Draw in the colours of `palette` from now on."""
        self.palette = palette
        self.register_theme(textual_theme(palette))
        self.theme = f"clf-{palette.name}"

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return textual_theme(self.palette).variables if hasattr(self, "palette") else {}

    def get_default_screen(self) -> MainScreen:
        # As the default screen it is mounted and laid out once; a pushed one would wait for an empty one before it.
        live = None
        if self._paths:
            paths, root = self._paths, self._images_root
            live = lambda screen: Live(paths, root, screen)  # noqa: E731
        self.main = MainScreen(self._session, self._load_rest, live, self._alarms)
        return self.main

    def _alarms(self, screen: MainScreen) -> Alarms:
        from clftui.app.alarms import Alarms, parse_notice

        return Alarms(screen, parse_notice(self._alarm))

    def on_mount(self) -> None:
        if not self.is_headless:
            self._listen_for_the_end()
        self.app_resume_signal.subscribe(self, self._resumed)
        if self._remember or self._record is not None:
            self.watch(self.main, "session", self._note, init=False)

    def _listen_for_the_end(self) -> None:
        """Leave as `q` does where the process is told to end, or the connection drops: the terminal is put back."""
        loop = asyncio.get_running_loop()

        def leave(number: int, _: object) -> None:
            # A hang-up is followed by SIGCONT, upon which Textual would take the terminal again; and what it writes to
            # one that is gone fills a queue which nobody empties. So the end does not depend on this thread.
            signal.signal(signal.SIGCONT, signal.SIG_DFL)
            last = threading.Timer(LAST_SECONDS, os._exit, (128 + number,))
            last.daemon = True
            last.start()
            if not loop.is_closed():
                loop.call_soon_threadsafe(partial(self.exit, return_code=128 + number))

        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, leave)

    def action_help_quit(self) -> None:
        """ctrl+c ends many programs, and copies in others: here it says which key leaves."""
        self.main.act(lambda session: say(session, "q leaves clftui."))

    def _resumed(self, _: object) -> None:
        self.write_whole()
        self.screen.refresh(layout=True)
        if self.pictures is not None:
            self.pictures.resend()

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        # Textual's one way to the terminal: what a frame shows has to be there before it, or lies over it.
        if self.pictures is None:
            super()._display(screen, self._unsent.part_of(renderable))
            return
        # Pixels lie over cells unseen by these: a frame is written whole.
        self.pictures.before()
        super()._display(screen, renderable)
        self.pictures.after(renderable)

    def write_whole(self) -> None:
        """Write every cell of the next frame: something else may have written to the terminal."""
        self._unsent.forget()

    def on_resize(self) -> None:
        self.write_whole()
        if self.pictures is not None:
            self.pictures.resized()

    async def on_app_focus(self) -> None:
        if self.pictures is not None:
            await self.pictures.focused()

    def _note(self, session: Session) -> None:
        self._script(session).saw(session)

    def _script(self, session: Session) -> Recorder:
        if self.recorder is None:
            from clftui.app.recorder import Recorder, new_script

            self.recorder = Recorder(self._record or new_script(session), self._session)
        return self.recorder

    def note_lines(self, lines: Iterable[str]) -> None:
        """Add lines about something done rather than reached, such as a tag, to the script of this session."""
        if self._remember or self._record is not None:
            self._script(self.main.now).add(*lines)

    def _load_rest(self) -> tuple[Registry, list[str]]:
        """The commands under the user's keymap, and a sentence for each thing wrong: the first frame needs neither."""
        from clftui.app.registry import Registry, load_keymap
        from clftui.state.troubles import collection_troubles

        registry, in_keymap = load_keymap(config_folder() / "keymap.toml", Registry())
        # A broken theme is told at the start and not when it is chosen.
        problems = [*self.themes.check_all(), *in_keymap]
        if not problems and not self._session.notice and (troubles := collection_troubles(self._session)):
            more = f" (and {len(troubles) - 1} more, see Runs)" if len(troubles) > 1 else ""
            problems.append(troubles[0] + more)
        return registry, problems

    def next_theme(self) -> str:
        """Switch to the next palette; its name."""
        names = self.themes.names
        at = names.index(self.palette.name) if self.palette.name in names else -1
        name = names[(at + 1) % len(names)]
        self._wear(self.themes.first(name))
        self.preferences = replace(self.preferences, theme=name)
        return name

    def _handle_exception(self, error: Exception) -> None:
        # Textual would print a page of traceback with the values of local variables, class names and paths included.
        self._return_code = 70
        if self._exception is None:
            self.crash = report_crash(error)
            self._exception = error
            self._exception_event.set()
        self._close_messages_no_wait()

    def exit(self, *arguments: Any, **options: Any) -> None:
        """Leave; what the terminal holds for us is freed while it still listens."""
        if self.pictures is not None:
            self.pictures.close()
            self.pictures = None
        super().exit(*arguments, **options)

    def on_unmount(self) -> None:
        if self.recorder is not None:
            self.recorder.close()
        if self._remember and hasattr(self, "main"):
            now = self.main.now
            save_preferences(replace(self.preferences, view=now.tab.value, features=now.features.variant.value))
