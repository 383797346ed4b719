"""Plays the epochs of the focused run: a step a beat, until the last epoch or the next command."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from textual.timer import Timer

from clftui.state.epochs_steps import play_step
from clftui.state.moves import say
from clftui.state.session import Session

if TYPE_CHECKING:
    from clftui.app.commands import Command
    from clftui.app.main_screen import MainScreen

_playing: WeakKeyDictionary[MainScreen, Timer] = WeakKeyDictionary()


def toggle(screen: MainScreen) -> None:
    """Begin to play, or stop. Any other command stops it too, and so does the last epoch."""
    if stop(screen):
        screen.act(lambda session: say(session, "Stopped."))
        return
    command = screen.last
    if not _beat(screen):
        return
    words = f"Playing {screen.now.epochs.rate:g} a second; any key stops."
    screen.act(lambda session: say(session, words))
    _playing[screen] = screen.set_interval(1 / screen.now.epochs.rate, lambda: _next(screen, command))


def stop(screen: MainScreen) -> bool:
    """Stop; whether anything was playing."""
    timer = _playing.pop(screen, None)
    if timer is not None:
        timer.stop()
    return timer is not None


def _next(screen: MainScreen, command: Command | None) -> None:
    if screen.last is not command or not _beat(screen):
        stop(screen)


def _beat(screen: MainScreen) -> bool:
    """One step; whether there is one after it."""
    after, more = play_step(screen.now)

    def step(session: Session) -> Session:
        return after

    screen.act(step)
    return more
