"""One line of input at the foot of the screen: find a class, add a filter, name a file."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.suggester import Suggester
from textual.widgets import Input, Static

from clftui.schema import FormatError
from clftui.state.filters import FilterError
from clftui.text import sanitise


class Prompt(ModalScreen[str | None]):
    """Asks for a line; answers with it, or None when it is given up (or empty, unless an empty line means something).

    `check` looks at the line before it is taken: a sentence keeps the prompt open and says what is wrong. `live` says
    what the line would do while it is being typed; a FilterError or FormatError it raises keeps the prompt open too.
    """

    DEFAULT_CSS = """
    Prompt { align: left bottom; background: $clf-backdrop; }
    #prompt { height: auto; width: 1fr; background: $surface; padding: 0 1; margin: 0 0 1 0; }
    #prompt-title { color: $clf-focus; text-style: bold; height: 1; }
    #prompt-line { border: none; height: 1; background: $clf-raised; color: $foreground; padding: 0; }
    #prompt-hint { color: $clf-muted; height: auto; max-height: 3; }
    #prompt-hint.problem { color: $clf-worse; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "give_up", "close", show=False),
        Binding("tab", "complete", "complete", show=False, priority=True),
    ]

    def __init__(
        self,
        title: str,
        *,
        hint: str = "",
        value: str = "",
        check: Callable[[str], str | None] | None = None,
        live: Callable[[str], str] | None = None,
        suggester: Suggester | None = None,
        allow_empty: bool = False,
    ) -> None:
        super().__init__()
        self._title, self._hint, self._value, self._check = title, hint, value, check
        self._live, self._suggester, self._allow_empty = live, suggester, allow_empty

    def compose(self) -> ComposeResult:
        with Vertical(id="prompt"):
            yield Static(self._title, id="prompt-title", markup=False)
            line = Input(self._value, id="prompt-line", select_on_focus=False, suggester=self._suggester)
            line.cursor_blink = False
            yield line
            yield Static(self._hint, id="prompt-hint", markup=False)

    @on(Input.Changed)
    def say_live(self, event: Input.Changed) -> None:
        """What the line would do; a line that cannot be read yet is no mistake yet."""
        if self._live is None:
            return
        words = ""
        with suppress(FilterError, FormatError):
            words = self._live(event.value) if event.value.strip() else ""
        self._tell(words or self._hint)

    @on(Input.Submitted)
    def take(self, event: Input.Submitted) -> None:
        problem = self._problem(event.value) if event.value.strip() else None
        if problem is None:
            self.dismiss(event.value.strip() or ("" if self._allow_empty else None))
        else:
            self._tell(problem, problem=True)

    def _problem(self, text: str) -> str | None:
        try:
            if self._live is not None:
                self._live(text)
        except (FilterError, FormatError) as error:
            return str(error)
        return self._check(text) if self._check is not None else None

    def _tell(self, words: str, *, problem: bool = False) -> None:
        hint = self.query_one("#prompt-hint", Static)
        hint.update(sanitise(words))
        hint.set_class(problem, "problem")

    def action_complete(self) -> None:
        """Take the word that is offered."""
        self.query_one("#prompt-line", Input).action_cursor_right()

    def action_give_up(self) -> None:
        self.dismiss(None)
