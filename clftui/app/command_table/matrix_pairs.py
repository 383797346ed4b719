"""Commands of the Matrix view that list pairs, read cells out, select boxes and tag."""

from __future__ import annotations

from dataclasses import replace

from clftui.app.commands import Command, Page
from clftui.state import matrix_box, pairs
from clftui.state.hierarchy_view import folds_rare
from clftui.state.moves import say
from clftui.state.rare import OTHER
from clftui.state.selection import Tab
from clftui.state.session import Session
from clftui.state.settings import Pane, Zoom
from clftui.text import count

ONLY = frozenset({Tab.MATRIX})
LEAST_KEPT, MOST_KEPT = 5, 40
"""How many classes folding keeps, however small or large the grid is."""


def _is_listed(session: Session) -> bool:
    return session.matrix.pane is not Pane.GRID


def _is_grid(session: Session) -> bool:
    return session.matrix.pane not in matrix_box.LISTED


def _has_cell(session: Session) -> bool:
    return session.selection.true is not None and session.selection.predicted is not None


def _readout(session: Session) -> Session:
    pane = Pane.GRID if session.matrix.pane is Pane.READOUT else Pane.READOUT
    words = "One cell in sentences; j and k read the next confusions." if pane is Pane.READOUT else "The matrix."
    return say(replace(session, matrix=replace(session.matrix, pane=pane)), words)


def on_grid(command: Command) -> Command:
    """`command`, where it only changes how the grid looks, out of work while a list stands in the grid's place."""
    if command.purpose not in ("Show", "Order"):
        return command
    given = command.when

    def when(session: Session) -> bool:
        return _is_grid(session) and (given is None or given(session))

    return replace(command, when=when)


def _fold_rare(session: Session, page: Page) -> Session:
    """As many classes as the grid has rows now, at least a handful; again, all of them."""
    kept = 0 if session.matrix.kept else max(min(*page, MOST_KEPT) - 1, LEAST_KEPT)
    folded = replace(session, matrix=replace(session.matrix, kept=kept, zoom=Zoom.NUMBER if kept else None))
    if not kept:
        return say(folded, "Every class has a row again.")
    if not folds_rare(folded):
        return say(session, "In the order of the hierarchy groups fold, with (; o takes another order.")
    rest = len(session.classes) - kept
    if rest < 2:
        return say(session, f"All {count(len(session.classes))} classes have room.")
    return say(folded, f"The {count(kept)} most confused classes; {count(rest)} others are one row, {OTHER}.")


COMMANDS: tuple[Command, ...] = (
    Command("matrix.pairs", ("p",), "pairs", "List the confused pairs beside the matrix, then alone.", "Show",
            effect="pairs", tabs=ONLY, footer=17),
    Command("matrix.pairs_sort", ("P",), "sort pairs", "Sort the pairs by count, rate, surprise, change or reason.",
            "Order", step=pairs.next_sort, tabs=ONLY, when=_is_listed, footer=19),
    Command("matrix.readout", ("A",), "read out", "Read one cell out in sentences, for ears and tiny screens.", "Show",
            step=_readout, tabs=ONLY),
    Command("matrix.box", ("V",), "box", "Begin a box of cells, or end it; enter opens its samples.", "Select",
            step=matrix_box.toggle, tabs=ONLY, footer=26, when=_is_grid),
    Command("matrix.row_samples", (), "row's samples", "All wrong samples of the true class under the cursor.",
            "Select", step=matrix_box.drill_row, tabs=ONLY, when=_has_cell),
    Command("matrix.column_samples", (), "column's samples", "All samples wrongly taken for the predicted class.",
            "Select", step=matrix_box.drill_column, tabs=ONLY, when=_has_cell),
    Command("matrix.fold_rare", (), "fold rare", "Fold rarely confused classes into one row and column, (other).",
            "Show", paged=_fold_rare, tabs=ONLY),
    Command("matrix.tag", ("t",), "tag pair", "Tag the pair: redundant, subclass, part of, ambiguous, abstract.",
            "Act", effect="tag_pair", tabs=ONLY, footer=28, when=_has_cell),
)  # fmt: skip

READING: tuple[tuple[str, str], ...] = (
    ("▲43  ▼3", "in the list of pairs: that many more, or fewer, than an epoch before"),
    ("×153", "times the count that chance would give, were errors spread by how often classes are wrong"),
    ("(other)", "all classes that are rarely confused, as one row and column; confusions among them count as right"),
    ("of 5", "instead of a rate where the true class has fewer than ten samples"),
)
