"""Commands that work in every view."""

from __future__ import annotations

from collections.abc import Callable

from clftui.app.command_table.conditions import has_epochs
from clftui.app.commands import Command, Page
from clftui.state import (
    epochs_view,
    features_view,
    map_view,
    matrix_box,
    matrix_zoom,
    ranking_moves,
    runs_table,
    sample_detail_steps,
    sample_group_steps,
    sample_list,
    scores_view,
)
from clftui.state.moves import back, cycle_split, drop_filter, focus_run, go, say, step_epoch, toggle_letter
from clftui.state.selection import Tab
from clftui.state.session import Session
from clftui.state.unready import impatient

FAR = 1_000_000
"""More than any list is long: views clamp a move at their edge."""

_MOVES: dict[Tab, Callable[[Session, int, int], Session]] = {
    Tab.RUNS: runs_table.move,
    Tab.RANKING: ranking_moves.move,
    Tab.MATRIX: matrix_box.move,
    Tab.EPOCHS: epochs_view.move,
    Tab.MAP: map_view.move,
    Tab.SCORES: scores_view.move,
    Tab.SAMPLES: sample_list.move,
    Tab.FEATURES: features_view.move,
}
_DRILLS: dict[Tab, Callable[[Session], Session]] = {
    Tab.RUNS: runs_table.drill,
    Tab.RANKING: ranking_moves.drill,
    Tab.MATRIX: matrix_box.drill,
    Tab.EPOCHS: epochs_view.drill,
    Tab.MAP: map_view.drill,
    Tab.SCORES: scores_view.drill,
    Tab.SAMPLES: sample_group_steps.enter,
    Tab.FEATURES: features_view.drill,
}


def _move(rows: int, columns: int) -> Callable[[Session, Page], Session]:
    """Move the cursor; steps in a grid of thumbnails or an overview depend on its size, which only the page knows."""

    def step(session: Session, page: Page) -> Session:
        if session.tab is Tab.SAMPLES and session.selection.alone:
            return sample_detail_steps.move(session, rows, columns, page)
        if session.tab is Tab.SAMPLES:
            return sample_list.move(session, rows, columns, page[1])
        if session.tab is Tab.MATRIX:
            return matrix_zoom.move(session, rows, columns, page)
        if session.tab is Tab.SCORES:
            return scores_view.move(session, rows, columns, page)
        if session.tab is Tab.MAP:
            return map_view.move(session, rows, columns, page)
        if session.tab is Tab.FEATURES:
            return features_view.move(session, rows, columns, page)
        return _MOVES[session.tab](session, rows, columns)

    return step


def _page(pages: float) -> Callable[[Session, Page], Session]:
    def step(session: Session, page: Page) -> Session:
        rows = max(1, int(abs(pages) * page[0])) * (1 if pages > 0 else -1)
        if session.tab is Tab.SAMPLES and session.selection.alone:
            return sample_detail_steps.scroll(session, rows, page)
        if session.tab is Tab.SAMPLES:
            return sample_list.move(session, rows, 0, page[1])
        if session.tab is Tab.MATRIX:
            return matrix_zoom.move(session, rows, 0, page)
        if session.tab is Tab.SCORES:
            return scores_view.move(session, rows, 0, page)
        if session.tab is Tab.MAP:
            return map_view.move(session, rows, 0, page)
        if session.tab is Tab.FEATURES:
            return features_view.move(session, rows, 0, page)
        return _MOVES[session.tab](session, rows, 0)

    return step


def _edge(sign: int) -> Callable[[Session], Session]:
    def step(session: Session) -> Session:
        if session.tab is Tab.SAMPLES:
            return sample_list.move(session, 0, sign * FAR)
        if session.tab is Tab.RANKING:
            return ranking_moves.move(session, 0, sign * FAR)
        moved = _MOVES[session.tab](session, sign * FAR, 0)
        return matrix_box.move(moved, 0, sign * FAR) if session.tab is Tab.MATRIX else moved

    return step


_BELOW: dict[Tab, str] = {
    Tab.RUNS: "ranking",
    Tab.RANKING: "matrix",
    Tab.MATRIX: "samples",
    Tab.EPOCHS: "matrix",
    Tab.MAP: "samples",
    Tab.SCORES: "samples",
    Tab.SAMPLES: "detail",
    Tab.FEATURES: "samples",
}
"""Where `enter` leads to."""


def _in_epochs(session: Session) -> str:
    return "samples" if session.epochs.listed else _BELOW[Tab.EPOCHS]


def _in_samples(session: Session) -> str:
    with impatient():
        return "open group" if sample_group_steps.is_folded(session) else _BELOW[Tab.SAMPLES]


_BELOW_NOW: dict[Tab, Callable[[Session], str]] = {
    Tab.EPOCHS: _in_epochs,
    Tab.SAMPLES: _in_samples,
    Tab.FEATURES: features_view.below,
}
_BELOW_WORDS = {
    Tab.EPOCHS: "the matrix; from the list below the samples",
    Tab.SAMPLES: "a sample alone, or the samples of a folded group",
}


def _drill(tab: Tab, label: str) -> Command:
    return Command(
        f"{tab.value}.drill",
        ("enter",),
        label,
        f"Look closer at what the cursor is on: {_BELOW_WORDS.get(tab, label)}.",
        "Move",
        step=_DRILLS[tab],
        tabs=frozenset({tab}),
        footer=1,
        alone=False if tab is Tab.SAMPLES else None,
        label_now=_BELOW_NOW.get(tab),
    )


def _next_lettered(session: Session) -> Session:
    """Focus the next of the runs A to D."""
    keys = [run.key for _, run in session.lettered]
    if not keys:
        return say(session, "No run has a letter; give one with space in Runs.")
    now = keys.index(session.selection.run) if session.selection.run in keys else -1
    if len(keys) == 1 and now == 0:
        return say(session, "One run has a letter; give another with space in Runs.")
    return focus_run(session, keys[(now + 1) % len(keys)])


def _open(tab: Tab) -> Command:
    return Command(
        f"tab.{tab.value}",
        (tab.key,),
        tab.value,
        "The views " + ", ".join(each.label for each in Tab) + "."
        if tab is Tab.RUNS
        else f"Open the {tab.label} view.",
        "Move",
        step=lambda session: go(session, tab),
        in_help=tab is Tab.RUNS,
        shown_keys=f"{tab.key}–{Tab.FEATURES.key}" if tab is Tab.RUNS else tab.key,
    )


def _has_splits(session: Session) -> bool:
    return len({split for run in session.catalog.runs for split in run.splits}) > 1


LETTERING = frozenset({Tab.RUNS, Tab.RANKING})

COMMANDS: tuple[Command, ...] = (
    *(_open(tab) for tab in Tab),
    Command("move.left", ("h", "left"), "move", "Move the cursor; arrows too.", "Move", paged=_move(0, -1),
            shown_keys="h j k l"),
    Command("move.down", ("j", "down"), "down", "One down.", "Move", paged=_move(1, 0), in_help=False),
    Command("move.up", ("k", "up"), "up", "One up.", "Move", paged=_move(-1, 0), in_help=False),
    Command("move.right", ("l", "right"), "right", "One to the right.", "Move", paged=_move(0, 1), in_help=False),
    Command("move.half_down", ("ctrl+d",), "half a page", "Half a page down, up.", "Move", paged=_page(0.5),
            shown_keys="ctrl+d ctrl+u"),
    Command("move.half_up", ("ctrl+u",), "half a page up", "Half a page up.", "Move", paged=_page(-0.5),
            in_help=False),
    Command("move.page_down", ("pagedown",), "page", "A page down, up.", "Move", paged=_page(1),
            shown_keys="pgdn pgup"),
    Command("move.page_up", ("pageup",), "page up", "A page up.", "Move", paged=_page(-1), in_help=False),
    Command("move.first", ("g", "home"), "first", "The first, the last one.", "Move", step=_edge(-1), shown_keys="g G"),
    Command("move.last", ("G", "end"), "last", "The last one.", "Move", step=_edge(1), in_help=False),
    *(_drill(tab, label) for tab, label in _BELOW.items()),
    Command("back", ("backspace",), "back", "One step back.", "Move", step=back, footer=85),
    Command("find", ("/",), "find", "Find a class by a part of its name.", "Move", effect="find", footer=80,
            when=lambda session: session.tab is not Tab.SAMPLES),
    Command("epoch.previous", ("[", "-"), "epoch", "The epoch before, after; - and = too. Past the newest follows.",
            "Select",
            step=lambda session: step_epoch(session, -1), footer=50, when=has_epochs, shown_keys="[ ]"),
    Command("epoch.next", ("]", "="), "next epoch", "The next epoch; after the newest the view follows new ones.",
            "Select", step=lambda session: step_epoch(session, 1), when=has_epochs, in_help=False),
    Command("split.next", ("s",), "split", "The next split.", "Select", step=cycle_split, footer=60, when=_has_splits),
    Command("run.next", ("r",), "runs A–D", "Focus the next of the runs A to D.", "Select", step=_next_lettered,
            footer=40, when=lambda session: len(session.catalog.runs) > 1),
    Command("run.letter", ("space",), "letter", "Give the focused run a letter A to D, or take it away.", "Select",
            step=toggle_letter, tabs=LETTERING, footer=45, when=lambda session: len(session.catalog.runs) > 1),
    Command("filter.add", ("f",), "filter", "Keep only samples that meet a condition, in every view.", "Select",
            effect="filter", footer=70),
    Command("filter.drop", ("F",), "drop filter", "Drop the last filter.", "Select", step=drop_filter,
            when=lambda session: bool(session.filters or session.selection.group or session.what_if)),
    Command("repeat", (".",), "repeat", "Repeat the last command.", "Act", effect="repeat"),
    Command("export", ("e",), "export", "Write this view as text, Markdown, JSON, CSV or SVG.", "Act",
            effect="export", footer=90),
    Command("theme", (), "theme", "The next theme.", "Show", effect="theme"),
    Command("redraw", ("ctrl+l",), "redraw", "Draw the whole screen again.", "Show", effect="redraw"),
    Command("palette", (":", "ctrl+p"), "palette", "All commands, by name.", "Act", effect="palette"),
    Command("help", ("?",), "help", "Keys and glyphs of this view.", "Act", effect="help"),
    Command("quit", ("q",), "quit", "Leave clftui.", "Act", effect="quit"),
)  # fmt: skip
