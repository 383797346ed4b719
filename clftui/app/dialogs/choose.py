"""A question with a few answers, each a single key: at the foot of the screen, gone with the next key press."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from clftui.text import sanitise

Choice = tuple[str, str, str]
"""Key, word, what it means."""


class Choose(ModalScreen[str | None]):
    """Answers with the key of the choice; any other key gives up."""

    DEFAULT_CSS = """
    Choose { align: left bottom; background: $clf-backdrop; }
    #choose { height: auto; width: 1fr; background: $surface; padding: 0 1; margin: 0 0 1 0; }
    #choose-title { color: $clf-focus; text-style: bold; height: 1; }
    """

    def __init__(self, title: str, choices: Sequence[Choice]) -> None:
        super().__init__()
        self._title, self._choices = title, tuple(choices)

    def compose(self) -> ComposeResult:
        quiet = self.app.theme_variables.get("clf-muted", "")
        with Vertical(id="choose"):
            yield Static(sanitise(self._title), id="choose-title", markup=False)
            for key, word, meaning in self._choices:
                yield Static(Text.assemble((key, "bold"), f" {word:<10} ", (meaning, quiet)), classes="choose-line")

    def on_key(self, event: events.Key) -> None:
        event.stop()
        typed = event.character or event.key
        self.dismiss(typed if any(typed == key for key, _, _ in self._choices) else None)

    def on_click(self) -> None:
        self.dismiss(None)
