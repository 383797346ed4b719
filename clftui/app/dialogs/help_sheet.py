"""The help of one view: its keys by purpose and how to read its glyphs."""

from __future__ import annotations

from rich.console import Group
from rich.table import Table
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from clftui.app.commands import KEY_NAMES, Command, Purpose
from clftui.text import sanitise

Line = tuple[Text, Text]
"""Keys and what they do."""

PURPOSES: tuple[Purpose, ...] = ("Move", "Show", "Order", "Select", "Act")


class HelpSheet(ModalScreen[None]):
    """Any key but the scrolling ones closes it."""

    DEFAULT_CSS = """
    HelpSheet { align: center middle; background: $clf-backdrop; }
    #help { width: 112; max-width: 96%; height: auto; max-height: 90%; background: $surface; }
    #help { padding: 1 3; scrollbar-size: 1 1; scrollbar-gutter: stable; }
    #help-head { height: 1; margin: 0 0 1 0; }
    #help-body { height: auto; }
    """

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

    def _body(self) -> Group:
        wide = self.app.size.width >= 96
        columns: list[list[Line]] = [[], []] if wide else [[]]
        for block in self._blocks():
            min(columns, key=len).extend([*block, (Text(""), Text(""))])
        sheet = Table.grid(padding=(0, 3, 0, 0), expand=True)
        for _ in columns:
            sheet.add_column(ratio=1)
        sheet.add_row(*(_grid(column, 13) for column in columns))
        if not self._reading:
            return Group(sheet)
        focus, quiet = self._colours()
        reading = [(Text(sanitise(glyph), "bold"), Text(words, quiet)) for glyph, words in self._reading]
        return Group(sheet, Text("Read the screen", f"bold {focus}"), _grid(reading, 20))

    def _colours(self) -> tuple[str, str]:
        variables = self.app.theme_variables
        return variables.get("clf-focus", ""), variables.get("clf-muted", "")

    def _blocks(self) -> list[list[Line]]:
        focus, quiet = self._colours()
        blocks = []
        for purpose in PURPOSES:
            commands = [c for c in self._commands if c.purpose == purpose and c.keys and c.in_help]
            if commands:
                lines = [(Text(_keys(c), "bold"), Text(c.help.rstrip("."), quiet)) for c in commands]
                blocks.append([(Text(purpose, f"bold {focus}"), Text("")), *lines])
        return blocks

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


def _keys(command: Command) -> str:
    return command.shown_keys or " ".join(KEY_NAMES.get(key, key) for key in command.keys)


def _grid(lines: list[Line], width: int) -> Table:
    """Keys beside words; long words wrap under themselves."""
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(no_wrap=True, width=width)
    grid.add_column(ratio=1)
    for keys, words in lines:
        grid.add_row(keys, words)
    return grid
