"""One line of input at the foot of the screen: find a class, add a filter, name a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from clftui.text import sanitise


class Prompt(ModalScreen[str | None]):
    """Asks for a line; answers with it, or None when it is given up.

    `check` looks at the line before it is taken: a sentence keeps the prompt open and says what is wrong.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "give_up", "close", show=False)]

    def __init__(
        self,
        title: str,
        *,
        hint: str = "",
        value: str = "",
        check: Callable[[str], str | None] | None = None,
    ) -> None:
        super().__init__()
        self._title, self._hint, self._value, self._check = title, hint, value, check

    def compose(self) -> ComposeResult:
        with Vertical(id="prompt"):
            yield Static(self._title, id="prompt-title", markup=False)
            line = Input(self._value, id="prompt-line", select_on_focus=False)
            line.cursor_blink = False
            yield line
            yield Static(self._hint, id="prompt-hint", markup=False)

    @on(Input.Submitted)
    def take(self, event: Input.Submitted) -> None:
        problem = self._check(event.value) if self._check is not None and event.value.strip() else None
        if problem is None:
            self.dismiss(event.value.strip() or None)
        else:
            hint = self.query_one("#prompt-hint", Static)
            hint.update(sanitise(problem))
            hint.add_class("problem")

    def action_give_up(self) -> None:
        self.dismiss(None)
