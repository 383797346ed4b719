"""Commands of the Matrix view alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from clftui.app.commands import Command
from clftui.state.class_order import orders
from clftui.state.matrix_model import step_threshold
from clftui.state.matrix_words import share_words
from clftui.state.moves import cycle, say
from clftui.state.selection import Tab
from clftui.state.session import Session

ONLY = frozenset({Tab.MATRIX})


def _with(session: Session, notice: str, **changes: object) -> Session:
    return say(replace(session, matrix=replace(session.matrix, **changes)), notice)  # type: ignore[arg-type]


def _share(session: Session) -> Session:
    share = cycle(session.matrix.share)
    return _with(session, f"Numbers are {share_words(share)}.", share=share)


def _order(session: Session) -> Session:
    order = cycle(session.matrix.order, among=orders(session))
    return _with(session, f"Classes ordered: {order.value}.", order=order)


def _diagonal(session: Session) -> Session:
    diagonal = not session.matrix.diagonal
    words = "Right answers are shaded too." if diagonal else "Shades are of mistakes alone."
    return _with(session, words, diagonal=diagonal)


def _transpose(session: Session) -> Session:
    transposed = not session.matrix.transposed
    rows = "predicted" if transposed else "true"
    return _with(session, f"Rows are {rows} classes.", transposed=transposed)


def _threshold(by: int) -> Callable[[Session], Session]:
    return lambda session: step_threshold(session, by)


COMMANDS: tuple[Command, ...] = (
    Command("matrix.order", ("o",), "order", "Order the classes as given, by hierarchy, difficulty, size, name, "
            "or similar ones together.",
            "Order", step=_order, tabs=ONLY, footer=14),
    Command("matrix.share", ("%",), "counts or %", "Counts, or per cent of the true class, the predicted one or all.",
            "Show", step=_share, tabs=ONLY, footer=18),
    Command("matrix.threshold_up", (">",), "threshold", "Leave out cells of fewer samples, or bring them back.",
            "Select", step=_threshold(1), tabs=ONLY, footer=20, shown_keys="< >"),
    Command("matrix.threshold_down", ("<",), "lower threshold", "Show cells of fewer samples again.", "Select",
            step=_threshold(-1), tabs=ONLY, in_help=False),
    Command("matrix.diagonal", ("D",), "diagonal", "Shade right answers too, or mistakes alone.", "Show",
            step=_diagonal, tabs=ONLY, footer=22),
    Command("matrix.transpose", ("T",), "transpose", "Predicted classes as rows, or true ones.", "Show",
            step=_transpose, tabs=ONLY, footer=24),
)  # fmt: skip

READING: tuple[tuple[str, str], ...] = (
    ("true ↓  predicted →", "a row is a true class, a column what its samples were taken for; T swaps them"),
    ("weak … strong", "the stronger a cell, the more samples (or the larger share); the scale is at the top right"),
    ("░ ▒ ▓", "the same where the terminal has 16 colours or none"),
    ("faint diagonal", "right answers: they take no part in the shades unless D asks for it"),
    ("blank", "no sample, or fewer than the threshold of < >"),
    ("–", "undefined: a share of a class without samples, or never predicted"),
    ("97.7 ±0.9", "recall at the right, precision at the bottom, with 95 % intervals (Wilson)"),
    ("strip below the shades", "precision of each column where numbers have no room: the stronger, the lower"),
    ("▐110▌", "the cursor; the line below reads its cell out for the runs A to D"),
)
