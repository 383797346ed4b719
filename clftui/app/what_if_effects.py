"""Asks in words what to suppose of the focused run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clftui.app.dialogs.prompt import Prompt
from clftui.state.filters import FilterError
from clftui.state.what_if import parse_what_if
from clftui.state.what_if_steps import with_what_if

if TYPE_CHECKING:
    from clftui.app.main_screen import MainScreen

HINT = "e.g. cat >= .7; fox * 2; dog = wolf; T = 1.5   a score needed, times a miss costs, merged, temperature"


def ask(screen: MainScreen) -> None:
    """What is typed replaces what was supposed of the run."""
    session = screen.now
    run = session.run
    if run is None:
        return

    def live(text: str) -> str:
        found = parse_what_if(text, run)
        return found.describe()

    def take(text: str | None) -> None:
        if text:
            try:
                found = parse_what_if(text, run)
            except FilterError:  # The dialog has said so.
                return
            screen.act(lambda now: with_what_if(now, found))

    now = session.what_if.spec if session.what_if is not None and session.what_if.run == run.key else ""
    screen.app.push_screen(Prompt("what if", value=now, hint=HINT, live=live), take)
