"""The yardstick: the smallest Textual app."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Static


class Hello(App[None]):
    """One line of text."""

    def compose(self) -> ComposeResult:
        yield Static("HELLOMARK")


if __name__ == "__main__":
    Hello().run()
