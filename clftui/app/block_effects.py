"""Commands about blocks that ask for a number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clftui.app.dialogs.prompt import Prompt
from clftui.state.block_steps import to_number
from clftui.state.settings import SUGGESTED

if TYPE_CHECKING:
    from clftui.app.main_screen import MainScreen


def number_of_blocks(screen: MainScreen) -> None:
    """Ask how many blocks the order is cut into."""
    classes = len(screen.now.classes)

    def check(text: str) -> str | None:
        number = text.strip()
        if not number or (number.isdecimal() and 1 <= int(number) <= classes):
            return None
        return f"A number from 1 to {classes} is needed."

    def take(text: str | None) -> None:
        if text is not None:
            number = int(text) if text.strip() else SUGGESTED
            screen.act(lambda session: to_number(session, number))

    hint = "how many blocks; an empty line takes as many as the data suggest"
    screen.app.push_screen(Prompt("number of blocks", hint=hint, check=check, allow_empty=True), take)
