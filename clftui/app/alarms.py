"""Alarms on the screen: the strip under the breadcrumb, the header's marks, and the bell or command asked for."""

from __future__ import annotations

import logging
import os
import shlex
import shutil
import subprocess
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from clftui.state.alarm_strip import Strip, Strips, strips
from clftui.state.alarms_settings import EpochOf
from clftui.text import sanitise, to_bytes
from clftui.widgets.alarm_strip import AlarmStrip

if TYPE_CHECKING:
    from clftui.app.main_screen import MainScreen

log = logging.getLogger("clftui")

AGAIN_SECONDS = 0.1
"""How soon to ask again for an alarm that is being computed."""
REAPED_SECONDS = 3600.0
"""For how long a command's end is waited for, to log how it ended."""


class AlarmError(ValueError):
    """`--alarm` asks for what cannot be done; one sentence."""


@dataclass(frozen=True)
class Notice:
    """What an alarm does besides the strip: nothing, the terminal's bell, or a command."""

    kind: Literal["none", "bell", "tmux", "command"] = "none"
    command: tuple[str, ...] = ()


def parse_notice(text: str) -> Notice:
    """`none`, `bell`, `tmux`, `command:CMD`; AlarmError says what is wrong. CMD is split as a shell would split it."""
    kind, colon, rest = text.partition(":")
    if kind in ("none", "bell", "tmux") and not colon:
        return Notice(kind)  # type: ignore[arg-type]
    if kind != "command":
        raise AlarmError(f"--alarm {sanitise(text)}: write bell, tmux, none or command:CMD")
    try:
        words = tuple(shlex.split(rest))
    except ValueError as error:
        raise AlarmError(f"--alarm {sanitise(text)}: {error}") from error
    if not words:
        raise AlarmError("--alarm command: names no command; write command:CMD")
    if shutil.which(words[0]) is None:
        raise AlarmError(f"--alarm: there is no command {sanitise(words[0])}")
    return Notice("command", words)


def advice(notice: Notice, env: Mapping[str, str]) -> str:
    """What stands in the way of `--alarm tmux`, in a sentence; empty where nothing does.

    tmux flags a window whose pane rings the bell, unless it is told not to watch for it.
    """
    if notice.kind != "tmux":
        return ""
    if "TMUX" not in env:
        return "--alarm tmux: this is no tmux; alarms ring the terminal's bell instead."
    try:
        asked = ["tmux", "show-options", "-gwv", "monitor-bell"]
        said = subprocess.run(asked, capture_output=True, text=True, timeout=2, check=False).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return "--alarm tmux: tmux does not watch for bells; `tmux set -g monitor-bell on`." if said == "off" else ""


def environment(strip: Strip) -> dict[str, str]:
    """What a command learns: the run, the epoch, and what got worse, one name a line.

    Names come from files: they are data in the environment, never a part of a command line.
    """
    names = "\n".join(sanitise(each.name) for each in strip.regressed)
    told = {"CLFTUI_RUN": sanitise(strip.name), "CLFTUI_EPOCH": str(strip.epoch), "CLFTUI_CLASSES": names}
    return {name: to_bytes(text).decode("utf-8", "replace") for name, text in told.items()}


def notify(notice: Notice, strip: Strip, ring: Callable[[], None]) -> None:
    """Ring, or start the command in a session of its own. Never raises: a failed command is logged."""
    if notice.kind in ("bell", "tmux"):
        ring()
    elif notice.kind == "command":
        threading.Thread(
            target=_run, args=(notice.command, environment(strip)), name="clftui-alarm", daemon=True
        ).start()


def _run(command: tuple[str, ...], told: Mapping[str, str]) -> None:
    try:
        with subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **told},
            start_new_session=True,
        ) as process:
            status = process.wait(REAPED_SECONDS)
        if status:
            log.warning("the alarm's command ended with status %d", status)
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        log.warning("the alarm's command: %s", error)


class Alarms:
    """Keeps the strip and the header's marks of a main screen as the session says, and notifies once an epoch."""

    def __init__(self, screen: MainScreen, notice: Notice) -> None:
        self._screen = screen
        self._notice = notice
        self._told: set[EpochOf] = set()
        self._named: dict[tuple[str, str], frozenset[str]] = {}
        """What the last alarm of a run and split named: an alarm that lasts rings once."""
        self._waiting = False
        self._strip: AlarmStrip | None = None

    @property
    def shows(self) -> bool:
        """Whether the strip is on the screen."""
        return self._strip is not None and self._strip.display

    def look(self) -> dict[str, int]:
        """Show the alarms of the session as it is now; look again while some are being worked out.

        How many classes an alarm names, by the key of its run.
        """
        found = strips(self._screen.now)
        self._show(found)
        self._tell(found)
        if found.pending and not self._waiting:
            self._waiting = True
            self._screen.set_timer(AGAIN_SECONDS, self._again)
        return {strip.key: strip.number for strip in found.found}

    def _tell(self, found: Strips) -> None:
        """Notify of epochs that arrived while one looked, where they name something new."""
        by_epoch = {strip.epoch_of: strip for strip in found.found}
        for epoch_of in self._screen.now.alarms.arrived - self._told:
            strip, place = by_epoch.get(epoch_of), epoch_of[:2]
            if strip is not None:
                self._told.add(epoch_of)
                names = frozenset(each.name for each in strip.regressed)
                news = names - self._named.get(place, frozenset())
                self._named[place] = names
                log.info("alarm: %s", strip.title)
                if news:
                    notify(self._notice, strip, self._screen.app.bell)
            elif not found.pending:
                self._named.pop(place, None)

    def _again(self) -> None:
        self._waiting = False
        self._screen.frame_again()

    def _show(self, found: Strips) -> None:
        if found.first is not None and self._strip is None:
            self._strip = AlarmStrip()
            self._screen.mount(self._strip, before="#body")
        if self._strip is None:
            return
        if found.first is not None:
            self._strip.show(found.first, len(found.found) - 1)
        if self._strip.display != (found.first is not None):
            self._strip.display = found.first is not None
