"""The command palette: every command of the registry by name, and the classes and runs one can jump to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.fuzzy import Matcher
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from clftui.text import sanitise, text_width

SHOWN = 200
PALETTE_WIDTH = 80
"""Columns of the sheet, as its style has it; 4 of them are its edges, 3 the list's and its scroll bar's."""


@dataclass(frozen=True)
class Entry:
    """One line of the palette."""

    value: str
    """What the palette answers with."""
    place: str
    """The view it belongs to, or what kind of thing it is."""
    title: str
    help: str = ""
    key: str = ""


class CommandPalette(ModalScreen[str | None]):
    """Type to narrow, enter to run. `#` finds a class, `@` a run; answers with the entry's value."""

    DEFAULT_CSS = """
    CommandPalette { align: center top; background: $clf-backdrop; }
    #palette { width: 80; max-width: 100%; height: auto; max-height: 90%; background: $surface; }
    #palette { padding: 1 2; margin: 2 0 0 0; }
    #palette-line { border: none; height: 1; background: $surface; color: $foreground; padding: 0; margin: 0 0 1 0; }
    #palette-list { border: none; height: auto; max-height: 14; background: $surface; padding: 0; scrollbar-size: 1 1; }
    #palette-list > .option-list--option-highlighted { background: $clf-raised; color: $foreground; text-style: none; }
    #palette-help { color: $clf-muted; height: auto; min-height: 2; margin: 1 0 0 0; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "give_up", "close", show=False),
        Binding("down", "step(1)", show=False),
        Binding("up", "step(-1)", show=False),
        Binding("pagedown", "step(8)", show=False),
        Binding("pageup", "step(-8)", show=False),
    ]

    def __init__(
        self,
        commands: list[Entry],
        classes: list[Entry],
        runs: list[Entry],
        hint: str = "a command; # a class, @ a run",
    ) -> None:
        super().__init__()
        self._hint = hint
        self._sources = {"#": classes, "@": runs, "": commands}
        self._found: list[Entry] = []

    def compose(self) -> ComposeResult:
        with Vertical(id="palette"):
            line = Input(placeholder=self._hint, id="palette-line")
            line.cursor_blink = False
            yield line
            yield OptionList(id="palette-list")
            yield Static("", id="palette-help", markup=False)

    def on_mount(self) -> None:
        self.query_one(OptionList).can_focus = False
        self._narrow("")

    @on(Input.Changed)
    def narrow(self, event: Input.Changed) -> None:
        self._narrow(event.value)

    def _narrow(self, typed: str) -> None:
        kind = typed[:1] if typed[:1] in ("#", "@") else ""
        wanted = typed[len(kind) :].strip()
        entries = self._sources[kind]
        lines = self.query_one(OptionList)
        lines.clear_options()
        if wanted:
            matcher = Matcher(wanted)
            scored = [(matcher.match(entry.title), entry) for entry in entries]
            scored = sorted((pair for pair in scored if pair[0] > 0), key=lambda pair: -pair[0])
            self._found = [entry for _, entry in scored[:SHOWN]]
            titles = [matcher.highlight(entry.title) for entry in self._found]
            texts = [Text(title.plain, spans=[]) for title in titles]
            for text, title in zip(texts, titles, strict=True):
                for span in title.spans:
                    text.stylize(self._hit_style, span.start, span.end)
        else:
            self._found = entries[:SHOWN]
            texts = [Text(entry.title) for entry in self._found]
        width = max(20, min(PALETTE_WIDTH, self.app.size.width) - 7)
        lines.add_options(
            Option(_line(entry, text, width, self._quiet_style)) for entry, text in zip(self._found, texts, strict=True)
        )
        if self._found:
            lines.highlighted = 0
        else:
            self.query_one("#palette-help", Static).update("Nothing is called that.")

    @property
    def _hit_style(self) -> str:
        return f"bold {self.app.theme_variables.get('clf-focus', '#ffe066')}"

    @property
    def _quiet_style(self) -> str:
        return self.app.theme_variables.get("clf-muted", "#909ca7")

    @on(OptionList.OptionHighlighted)
    def explain(self, event: OptionList.OptionHighlighted) -> None:
        if event.option_index < len(self._found):
            self.query_one("#palette-help", Static).update(self._found[event.option_index].help)

    @on(OptionList.OptionSelected)
    def chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._found[event.option_index].value)

    @on(Input.Submitted)
    def take(self) -> None:
        index = self.query_one(OptionList).highlighted
        self.dismiss(self._found[index].value if index is not None and index < len(self._found) else None)

    def action_step(self, by: int) -> None:
        lines = self.query_one(OptionList)
        if self._found:
            lines.highlighted = max(0, min(len(self._found) - 1, (lines.highlighted or 0) + by))

    def action_give_up(self) -> None:
        self.dismiss(None)

    def on_click(self, event: events.Click) -> None:
        if event.widget is self:
            self.dismiss(None)


def _line(entry: Entry, title: Text, width: int, quiet: str) -> Text:
    line = Text(f"{sanitise(entry.place):<9} ", style=quiet, no_wrap=True, overflow="ellipsis")
    line.append_text(Text(title.plain, style="", spans=title.spans))
    room = width - 10 - text_width(entry.key) - 1
    if text_width(line.plain) > 10 + room:
        line.truncate(10 + room, overflow="ellipsis")
    line.append(" " * (width - text_width(line.plain) - text_width(entry.key)))
    line.append(entry.key, style="bold")
    return line
