"""Commands that do more than change the session: dialogs, files, the clipboard, the terminal."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from clftui.app import (
    block_effects,
    explained_effects,
    group_effects,
    pair_effects,
    play,
    plot_effects,
    probe_effects,
    sample_effects,
    sheet_effects,
    triage_effects,
    what_if_effects,
    worklist_effects,
)
from clftui.app.commands import key_text
from clftui.app.dialogs.help_sheet import HelpSheet
from clftui.app.dialogs.palette import CommandPalette, Entry
from clftui.app.dialogs.prompt import Prompt
from clftui.app.dialogs.words import Words
from clftui.app.export import export_view, known_format, suggested_name
from clftui.app.preferences import state_folder
from clftui.app.registry import reading
from clftui.app.summaries import summary
from clftui.state.filter_columns import COLUMNS
from clftui.state.filter_steps import add, passing
from clftui.state.filters import Expression
from clftui.state.moves import find_class, focus_run, say, select
from clftui.state.peers import COLUMNS as PEER_COLUMNS
from clftui.state.peers import table_of
from clftui.state.sample_copy import copy_text
from clftui.state.scores_view import find
from clftui.state.selection import Tab
from clftui.state.settings import Pane
from clftui.state.split_clause import written
from clftui.text import plural, sanitise, shorten, to_bytes

if TYPE_CHECKING:
    from clftui.app.main_screen import MainScreen

CLIPBOARD_BYTES = 74_994
"""What fits a sequence of 100,000 bytes in base64; terminals may drop a longer one."""


def _find(screen: MainScreen) -> None:
    if screen.now.tab is Tab.MATRIX and screen.now.matrix.pane is Pane.PAIRS:
        pair_effects.find_pairs(screen)
        return

    def found(text: str | None) -> None:
        if text:
            tab, page = screen.now.tab, screen._page()
            screen.act(lambda session: find(session, text, page) if tab is Tab.SCORES else find_class(session, text))

    screen.app.push_screen(Prompt("find class", hint="a name or a part of it; enter goes to the next match"), found)


def _filter(screen: MainScreen) -> None:
    def count_passing(text: str) -> str:
        """How many samples of the focused run would stay, beside the filters that are on."""
        session = screen.now
        left = passing(session, (*session.filters, Expression(text)))
        return "" if left is None else f"{plural(left, 'sample')} pass"

    def take(text: str | None) -> None:
        if text:
            screen.act(lambda session: add(session, Expression(text)))

    session = screen.now
    samples = table_of(session.run, session.selection.split or "") if session.run is not None else None
    columns = (*COLUMNS, *(samples.group_columns if samples is not None else ()))
    hint = f'e.g. confidence > .9 and true == "cat"   columns: {", ".join(columns)}, {", ".join(PEER_COLUMNS)}'
    splits = session.run.splits if session.run is not None else ()
    changed = next((each for each in splits if each.startswith(f"{session.selection.split}-")), None)
    hint += f", {written('wrong', changed)}" if changed is not None else ""
    words = Words((*columns, *PEER_COLUMNS), session.classes)
    screen.app.push_screen(Prompt("filter samples", hint=hint, live=count_passing, suggester=words), take)


def _copy(screen: MainScreen, whole: bool = False) -> None:
    text, number = copy_text(screen.now, whole=whole)
    if not number:
        screen.act(lambda session: say(session, "Nothing to copy here."))
        return
    data = to_bytes(text)
    clipboard, joined = "not to the clipboard, for which they are too long", "but"
    if len(data) <= CLIPBOARD_BYTES:
        # File names may hold bytes that are no UTF-8: the file gets them as they are, the clipboard cannot.
        screen.app.copy_to_clipboard(data.decode("utf-8", "replace"))
        clipboard, joined = "to the clipboard, where the terminal allows it", "and"
    path = state_folder() / "copied.txt"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data + b"\n")
        where = f"{clipboard}, {joined} to {path}"
    except OSError as error:
        where = f"{clipboard}; {path} cannot be written ({error.strerror})"
    screen.act(lambda session: say(session, f"{plural(number, 'path')} copied {where}"))


def _export(screen: MainScreen) -> None:
    def check(text: str) -> str | None:
        return None if known_format(text) else "end the name in .txt .md .json .csv or .svg"

    def write(name: str | None) -> None:
        if name:
            sentence = export_view(screen, Path(name).expanduser())
            screen.act(lambda session: say(session, sentence))

    hint = "the ending chooses the format: .txt .md .json .csv or .svg"
    screen.app.push_screen(
        Prompt("export this view to", value=suggested_name(screen.now), hint=hint, check=check), write
    )


def _collect(screen: MainScreen) -> None:
    from clftui.report.collect import write_collect

    def write(name: str | None) -> None:
        if name:
            sentence = write_collect(screen.now, Path(name).expanduser())
            screen.act(lambda session: say(session, sentence))

    hint = "what to collect for which class, with the evidence; .md .json or .csv"
    screen.app.push_screen(Prompt("export suggestions to", value="collect.md", hint=hint), write)


def _repeat(screen: MainScreen) -> None:
    if screen.last is None:
        screen.act(lambda session: say(session, "Nothing to repeat yet."))
    else:
        screen.do(screen.last)


def _theme(screen: MainScreen) -> None:
    from clftui.app.app import ClfApp

    assert isinstance(screen.app, ClfApp)
    name = screen.app.next_theme()
    screen.act(lambda session: say(session, f"Theme {name}."))


def _redraw(screen: MainScreen) -> None:
    from clftui.app.app import ClfApp

    assert isinstance(screen.app, ClfApp)
    screen.app.write_whole()
    if screen.app.pictures is not None:
        screen.app.pictures.resend()
    screen.refresh(repaint=True, layout=True)


def _palette(screen: MainScreen) -> None:
    session, registry = screen.now, screen.registry
    commands = [
        Entry(c.id, _place(c.tabs), c.help.rstrip("."), c.help, key_text(c))
        for c in registry.of(session.tab)
        if c.id != "palette" and c.works(session)
    ]
    classes = [Entry(f"#{name}", "class", sanitise(name)) for name in session.classes]
    runs = [
        Entry(f"@{run.key}", session.selection.letter(run.key) or "run", sanitise(run.name))
        for run in session.catalog.runs
    ]

    def chosen(value: str | None) -> None:
        if value is None:
            return
        if value.startswith("#"):
            screen.act(lambda session: select(session, true=value[1:]))
        elif value.startswith("@"):
            screen.act(lambda session: focus_run(session, value[1:]))
        else:
            screen.do(registry.by_id[value])

    screen.app.push_screen(CommandPalette(commands, classes, runs), chosen)


def _place(tabs: frozenset[Tab] | None) -> str:
    return "all" if tabs is None else shorten(", ".join(tab.label for tab in Tab if tab in tabs), 9)


def _help(screen: MainScreen) -> None:
    now = screen.now
    tab = now.tab
    commands = screen.registry.reached(tab, now.alone, now.face)
    screen.app.push_screen(HelpSheet(tab.label, summary(screen.now), commands, reading(tab, now.face)))


def _quit(screen: MainScreen) -> None:
    screen.app.exit()


EFFECTS: dict[str, Callable[[MainScreen], None]] = {
    "number_of_blocks": block_effects.number_of_blocks,
    "find": _find,
    "filter": _filter,
    "what_if": what_if_effects.ask,
    "copy": _copy,
    "copy_all": partial(_copy, whole=True),
    "export": _export,
    "collect": _collect,
    "pairs": pair_effects.next_pane,
    "play": play.toggle,
    "enlarge": plot_effects.enlarge,
    "tag_pair": pair_effects.tag,
    "group_name": group_effects.name_group,
    "group_save": group_effects.save_hierarchy,
    "repeat": _repeat,
    "theme": _theme,
    "redraw": _redraw,
    "palette": _palette,
    "help": _help,
    "quit": _quit,
    **probe_effects.EFFECTS,
    **explained_effects.EFFECTS,
    **sample_effects.EFFECTS,
    **sheet_effects.EFFECTS,
    **triage_effects.EFFECTS,
    **worklist_effects.EFFECTS,
}
