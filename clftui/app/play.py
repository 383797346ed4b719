"""Plays the epochs of the focused run: a step a beat, until the last epoch or the next command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clftui.state.epochs_steps import play_step
from clftui.state.moves import say
from clftui.state.selection import Tab

if TYPE_CHECKING:
    from clftui.app.main_screen import MainScreen


def toggle(screen: MainScreen) -> None:
    """Begin to play, or stop. The main screen stops it at any other command."""
    if stop(screen):
        screen.act(lambda session: say(session, "Stopped."))
    elif _beat(screen):
        rate = screen.now.epochs.rate
        screen.act(lambda session: say(session, f"Playing {rate:g} a second; any key stops."))
        screen.playing = screen.set_interval(1 / rate, lambda: _next(screen))


def stop(screen: MainScreen) -> bool:
    """Stop; whether anything was playing."""
    timer, screen.playing = screen.playing, None
    if timer is not None:
        timer.stop()
    return timer is not None


def _next(screen: MainScreen) -> None:
    # A click on a tab is no command.
    if screen.now.tab is not Tab.EPOCHS or not _beat(screen):
        stop(screen)


def _beat(screen: MainScreen) -> bool:
    """One step; whether there is one after it."""
    after, more = play_step(screen.now)
    screen.act(lambda session: after)
    return more
