"""The help of one view: its keys by purpose and how to read its glyphs."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from clftui.app.commands import KEY_NAMES, Command, Purpose
from clftui.text import sanitise

PURPOSES: tuple[Purpose, ...] = ("Move", "Show", "Order", "Select", "Act")


class HelpSheet(ModalScreen[None]):
    """Any key but the scrolling ones closes it."""

    def __init__(self, title: str, summary: str, commands: list[Command], reading: tuple[tuple[str, str], ...]) -> None:
        super().__init__()
        self._title, self._summary, self._commands, self._reading = title, summary, commands, reading

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="help"):
            yield Static(self._head(), id="help-head")
            yield Static(self._body(), id="help-body")

    def _head(self) -> Text:
        quiet = self.app.theme_variables.get("clf-muted", "")
        return Text.assemble((self._title, "bold"), ("  " + self._summary, quiet), ("   esc closes", quiet))

    def _body(self) -> Table:
        focus, quiet = (self.app.theme_variables.get(f"clf-{name}", "") for name in ("focus", "muted"))
        columns: list[list[Text]] = [[], []]
        for purpose in PURPOSES:
            commands = [c for c in self._commands if c.purpose == purpose and c.keys]
            if not commands:
                continue
            block = [Text(purpose, f"bold {focus}")]
            for command in commands:
                keys = command.shown_keys or " ".join(KEY_NAMES.get(key, key) for key in command.keys)
                block.append(Text.assemble((f"{keys:<13} ", "bold"), (command.help, quiet)))
            min(columns, key=len).extend([*block, Text("")])
        if self._reading:
            block = [Text("Read the screen", f"bold {focus}")]
            block += [
                Text.assemble((f"{sanitise(glyph):<13} ", "bold"), (words, quiet)) for glyph, words in self._reading
            ]
            min(columns, key=len).extend(block)
        wide = self.app.size.width >= 100
        table = Table.grid(padding=(0, 3, 0, 0), expand=True)
        if wide:
            table.add_column(ratio=1)
            table.add_column(ratio=1)
            table.add_row(*(Text("\n").join(column) for column in columns))
        else:
            table.add_row(Text("\n").join(columns[0] + columns[1]))
        return table

    def on_key(self, event: events.Key) -> None:
        sheet = self.query_one("#help", VerticalScroll)
        event.stop()
        match event.key:
            case "down" | "j":
                sheet.scroll_relative(y=1, animate=False)
            case "up" | "k":
                sheet.scroll_relative(y=-1, animate=False)
            case "pagedown" | "space" | "ctrl+d":
                sheet.scroll_page_down(animate=False)
            case "pageup" | "ctrl+u":
                sheet.scroll_page_up(animate=False)
            case _:
                self.dismiss(None)

    def on_click(self) -> None:
        self.dismiss(None)
