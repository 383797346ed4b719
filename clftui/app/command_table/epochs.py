"""Commands of the Epochs view alone."""

from __future__ import annotations

from functools import partial

from clftui.app.command_table.conditions import has_epochs
from clftui.app.commands import Command
from clftui.state import epochs_steps as steps
from clftui.state.ranking_steps import next_order
from clftui.state.selection import Tab
from clftui.state.session import Session
from clftui.state.settings import EpochsPane

ONLY = frozenset({Tab.EPOCHS})


def _has_cell(session: Session) -> bool:
    return session.selection.true != session.selection.predicted and session.selection.predicted in session.classes


def _has_list(session: Session) -> bool:
    return session.epochs.pane is not EpochsPane.CHART


def _list_words(session: Session) -> str:
    return "classes" if session.epochs.listed else "list"


def _next_words(session: Session) -> str:
    return "next mover" if session.epochs.pane is EpochsPane.MOVERS else "next line"


COMMANDS: tuple[Command, ...] = (
    Command("epochs.first", ("{",), "range", "The range begins, or with } ends, at this epoch; again: at the edge.",
            "Select", step=partial(steps.move_edge, end=False), tabs=ONLY, footer=52, shown_keys="{ }",
            when=has_epochs),
    Command("epochs.last", ("}",), "range end", "The epoch range ends at this epoch, or at the newest again.",
            "Select", step=partial(steps.move_edge, end=True), tabs=ONLY, in_help=False, when=has_epochs),
    Command("epochs.play", ("P",), "play", "Play the epochs of the range; any key stops.", "Act", effect="play",
            tabs=ONLY, footer=54, when=has_epochs),
    Command("epochs.rate", (",",), "rate", "Play 1, 2, 4 or 8 epochs a second.", "Act", step=steps.next_rate,
            tabs=ONLY),
    Command("epochs.metric", ("m",), "metric", "Strips of recall, precision, F1 or size.", "Show",
            step=steps.next_metric, tabs=ONLY, footer=20),
    Command("epochs.relative", ("n",), "abs/relative", "One scale, or each class from its least to its greatest value.",
            "Show", step=steps.toggle_relative, tabs=ONLY, footer=30),
    Command("epochs.pane", ("v",), "detail", "Movers, flips, learning dynamics or the large chart below the strips.",
            "Show", step=steps.next_pane, tabs=ONLY, footer=12),
    Command("epochs.against", ("d",), "compare with", "Movers and flips since the epoch before or the best, or against "
            "another run or split.", "Show", step=steps.next_versus, tabs=ONLY, footer=18),
    Command("epochs.cell", ("c",), "cell curve", "The chart shows the cell last looked at, or its true class.", "Show",
            step=steps.toggle_cell, tabs=ONLY, when=_has_cell),
    Command("epochs.enlarge", ("z",), "enlarge", "The chart on the whole screen, with axes.", "Show",
            effect="enlarge", tabs=ONLY),
    Command("epochs.order", ("o",), "order", "Order the classes as Ranking does.", "Order", step=next_order, tabs=ONLY),
    Command("epochs.listed", ("tab",), "list", "Move in the list below the strips, or among the classes.", "Move",
            step=steps.toggle_listed, tabs=ONLY, footer=16, shown_keys="⇥", when=_has_list, label_now=_list_words),
    Command("epochs.next", ("N",), "next mover", "The next line of the list; enter opens its samples.", "Move",
            step=steps.next_mover, tabs=ONLY, footer=14, when=_has_list, label_now=_next_words),
    Command("epochs.event", ("E",), "next event", "The next epoch at which something happened to the focused run.",
            "Move", step=steps.next_event, tabs=ONLY),
)  # fmt: skip

READING: tuple[tuple[str, str], ...] = (
    ("weak … strong", "a class a row, an epoch a column: the stronger, the lower the metric; the scale is below"),
    ("· ░ ▒ ▓ █", "the same where the terminal has 16 colours or none"),
    ("▁▂▃▄▅▆▇█", "accuracy by epoch, one scale for all runs; bright is the epoch that shows"),
    ("▾", "best epoch: of accuracy above the columns, of each class in its strip"),
    ("↓", "past its best beyond chance: best epoch chosen on half of the samples, tested on the other half"),
    ("└ lowest loss", "epoch of the lowest logged loss on this split"),
    ("└ over-fit: loss ×1.8 since", "loss on the split rose above its lowest, beyond noise, while that on train fell"),
    ("lr  ▼", "the learning rate took a step down; an alarm"),
    ("min and max kept", "more epochs than columns: of each stretch its least and greatest value, and the last epoch"),
    ("▼ ──●──", "a change beyond chance with its 95 % interval; worse is left, better right"),
    ("✓→✗ ✗→✓ ✗→✗", "flips: samples newly wrong, newly right, wrong both times but as another class"),
    ("A✓ B✗", "samples that some of the runs A to D get right and the others wrong; enter lists them"),
    ("solid, dotted", "in the chart: the split that shows, and the training data"),
    ("–", "undefined: no samples, or not logged"),
)
