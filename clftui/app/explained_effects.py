"""What the table of explained samples asks for: the text that its rows hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from clftui.app.dialogs.prompt import Prompt
from clftui.state import explained_view

if TYPE_CHECKING:
    from clftui.app.main_screen import MainScreen


def search(screen: MainScreen) -> None:
    """List only rows that hold a text."""

    def found(text: str | None) -> None:
        if text is not None:
            screen.act(lambda session: explained_view.search(session, text))

    now = screen.now.features.explained.search
    hint = "a part of a sample's id, a run's name or a class; an empty line lists all rows"
    screen.app.push_screen(Prompt("find rows", value=now, hint=hint, allow_empty=True), found)


EFFECTS: dict[str, Callable[[MainScreen], None]] = {"explained_search": search}
