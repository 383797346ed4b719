"""Commands of the Scores view alone."""

from __future__ import annotations

from functools import partial

from clftui.app.command_table.conditions import has_scores
from clftui.app.command_table.samples import _has_past
from clftui.app.commands import Command
from clftui.state import scores_axis_steps as along
from clftui.state import scores_steps as steps
from clftui.state.class_tree import tree_of
from clftui.state.sample_past import step_mark
from clftui.state.selection import Tab
from clftui.state.session import Session

ONLY = frozenset({Tab.SCORES})


def _on_axes(session: Session) -> bool:
    return session.scores.on_axes and has_scores(session)


def _order(session: Session) -> Session:
    return along.next_axes(session) if session.scores.on_axes else steps.next_order(session)


COMMANDS: tuple[Command, ...] = (
    Command("scores.axes", ("tab",), "axes", "Keys move along the axes, or in the stacks.", "Move",
            step=along.toggle_axes, tabs=ONLY, footer=10, when=has_scores, shown_keys="⇥"),
    Command("scores.brush", ("B",), "brush", "Brush the axis under the cursor: j k move its lower bound; again: the "
            "upper one; again: no brush.", "Select", paged=along.brush, tabs=ONLY, footer=12, when=has_scores),
    Command("scores.box", ("V",), "score box", "Begin a range of scores in the column, or end it.", "Select",
            step=steps.toggle_box, tabs=ONLY, footer=14, when=has_scores),
    Command("scores.next_wrong", ("N",), "next wrong", "The next wrong sample, surest first.", "Move",
            step=steps.next_wrong, tabs=ONLY, footer=16, when=has_scores),
    Command("scores.surer", ("J",), "single sample", "One sample surer, less sure.", "Move",
            step=partial(steps.step_sample, by=-1), tabs=ONLY, when=has_scores, shown_keys="J K"),
    Command("scores.less_sure", ("K",), "less sure", "One sample less sure.", "Move",
            step=partial(steps.step_sample, by=1), tabs=ONLY, when=has_scores, in_help=False),
    Command("scores.subject", ("i",), "whose scores", "The axes show the cell, the wrong ones of the column, all of "
            "it, or what is selected.", "Select", step=steps.next_subject, tabs=ONLY, footer=20, when=has_scores),
    Command("scores.mark_up", (">",), "mark", "Underline samples wrong in one epoch more, or fewer.", "Select",
            step=lambda session: step_mark(session, 1), tabs=ONLY, when=_has_past, shown_keys="< >", footer=24),
    Command("scores.mark_down", ("<",), "lower mark", "Underline samples wrong in one epoch fewer.", "Select",
            step=lambda session: step_mark(session, -1), tabs=ONLY, when=_has_past, in_help=False),
    Command("scores.choose", ("space",), "select", "Select the sample, or all of the box; again: leave it out.",
            "Select", step=steps.choose, tabs=ONLY, footer=22, when=has_scores),
    Command("scores.choose_none", (), "select none", "Select no sample.", "Select", step=steps.choose_none, tabs=ONLY,
            when=lambda session: bool(session.selection.chosen)),
    Command("scores.variant", ("v",), "variant", "Stacks of letters, a dense grid of two samples a cell, "
            "calibration, thresholds.", "Show", step=steps.next_variant, tabs=ONLY, footer=26,
            when=lambda session: session.alone or has_scores(session)),
    Command("scores.group", ("S",), "select group", "Only the columns of the group around the class, in all views; "
            "again: of its parent.", "Select", step=steps.select_group, tabs=ONLY,
            when=lambda session: has_scores(session) and tree_of(session) is not None),
    Command("scores.room", ("z",), "room", "Stacks and axes, or the one alone that keys move in.", "Show",
            step=steps.next_room, tabs=ONLY, footer=28, when=has_scores),
    Command("scores.logit", ("n",), "scale", "Linear axes, or log-odds, which part .99 from .999.", "Show",
            step=along.toggle_logit, tabs=ONLY, footer=30, when=has_scores),
    Command("scores.colour", ("c",), "line colour", "Lines in the colour of their true class, or of right and wrong.",
            "Show", step=steps.next_colour, tabs=ONLY, when=has_scores),
    Command("scores.order", ("o",), "order", "Order the columns; on the axes: choose the axes anew, in the order of "
            "the columns or by mean score.", "Order", step=_order, tabs=ONLY, footer=32, when=has_scores),
    Command("scores.add_axis", ("+",), "add axis", "Add an axis, with _ remove one; / adds that of a class.", "Show",
            paged=along.add_axis, tabs=ONLY, when=_on_axes, shown_keys="+ _"),
    Command("scores.remove_axis", ("_",), "remove axis", "Remove the axis under the cursor.", "Show",
            paged=along.remove_axis, tabs=ONLY, when=_on_axes, in_help=False),
    Command("scores.axis_left", ("H",), "carry axis", "Carry the axis under the cursor to the left, the right.",
            "Order", paged=partial(along.carry_axis, by=-1), tabs=ONLY, when=_on_axes, shown_keys="H ;"),
    Command("scores.axis_right", (";",), "axis to the right", "Carry the axis to the right.", "Order",
            paged=partial(along.carry_axis, by=1), tabs=ONLY, when=_on_axes, in_help=False),
    Command("scores.invert", ("I",), "invert axis", "Turn the axis under the cursor upside down.", "Show",
            paged=along.invert_axis, tabs=ONLY, when=_on_axes),
)  # fmt: skip

READING: tuple[tuple[str, str], ...] = (
    ("column", "the samples predicted as one class, the surest at the bottom; narrow terminals: rows, at the left"),
    ("dark … bright blue", "right answers: the less sure the brighter; the scale stands over the axes"),
    (
        "h on orange",
        "a wrong answer: letter and hue of its true class, the surer the brighter; underlined: wrong in "
        "more epochs than the mark of < >",
    ),
    ("· ░ ▒ ▓  h", "the same where the terminal has 16 colours or none: bold letters are sure"),
    ("▌  green", "selected with space"),
    ("┃ ┃", "the box of V: a range of scores; its samples are those on the axes"),
    ("1 wrong or up to 8 right", "what a cell stands for where samples outnumber cells: no wrong one is hidden"),
    ("lines", "a sample each, by true class or by right and wrong; many are a median and a band of 5 to 95 %"),
    ("white line", "the sample under the cursor, or the surest one inside the brushes"),
    ("bars on an axis", "how many samples lie where (logarithm)"),
    ("┏┳┓ ≥ .80: 25 of 110", "a brush: a filter like any other, but here what it leaves out stays, faint"),
    ("▾", "an axis upside down"),
    ("< top 10", "a score below those that were logged: not 0, but unknown"),
)
