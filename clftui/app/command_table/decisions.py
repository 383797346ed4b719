"""Commands of calibration and thresholds, variants of the Scores view, and of what is supposed anywhere."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from clftui.app.commands import Command
from clftui.state import calibration_steps as steps
from clftui.state import what_if_steps
from clftui.state.calibration_steps import is_calibration
from clftui.state.merge_steps import merge_advised
from clftui.state.moves import go
from clftui.state.scores_settings import ScoresVariant
from clftui.state.scores_steps import next_variant, settings
from clftui.state.selection import Tab
from clftui.state.session import Session

ONLY = frozenset({Tab.SCORES})
CELLS = frozenset({Tab.MATRIX, Tab.EPOCHS, Tab.SCORES})


def on_scores(command: Command) -> Command:
    """`command` of the stacks and axes, out of work while calibration or thresholds stand in their place."""
    return command if command.id == "scores.variant" else replace(command, alone=False)


def _thresholds(session: Session) -> bool:
    return not is_calibration(session)


def _open(session: Session, variant: ScoresVariant) -> Session:
    return go(settings(session, variant=variant), Tab.SCORES)


def _next(session: Session) -> Session:
    return steps.next_class(session) if is_calibration(session) else steps.next_threshold(session)


def _has_cell(session: Session) -> bool:
    selection = session.selection
    return selection.true is not None and selection.predicted not in (None, selection.true)


COMMANDS: tuple[Command, ...] = (
    Command("calibration.next", ("N",), "next", "The next class of the list; of thresholds the cheapest, that of the "
            "best F1, .5.", "Move", step=_next, tabs=ONLY, footer=12, alone=True),
    Command("calibration.suppose", ("S",), "what if", "Suppose the fitted temperature, or the threshold of the class; "
            "every view follows; again: take it back.", "Select", step=what_if_steps.suppose, tabs=ONLY, footer=14,
            alone=True),
    Command("calibration.forget", ("U",), "as logged", "Take back all that is supposed.", "Select",
            step=what_if_steps.forget, footer=16, when=lambda session: session.what_if is not None),
    Command("calibration.higher", (">",), "threshold", "A higher threshold, a lower one; h and l too.", "Select",
            step=partial(steps.step_threshold, by=1), tabs=ONLY, footer=10, alone=True, when=_thresholds,
            shown_keys="< >"),
    Command("calibration.lower", ("<",), "lower", "A lower threshold.", "Select",
            step=partial(steps.step_threshold, by=-1), tabs=ONLY, alone=True, when=_thresholds, in_help=False),
    Command("calibration.more", (")",), "less, more", "A miss costs more against a false alarm, or less; over the "
            "diagram: suppose a higher temperature, a lower one.", "Select", step=partial(steps.step_amount, by=1),
            tabs=ONLY, footer=18, alone=True, shown_keys="( )"),
    Command("calibration.less", ("(",), "less", "A miss costs less; a lower temperature.", "Select",
            step=partial(steps.step_amount, by=-1), tabs=ONLY, alone=True, in_help=False),
    Command("calibration.cost", ("C",), "suppose cost", "Suppose that missing the class costs that much; again: take "
            "it back.", "Select", step=what_if_steps.suppose_cost, tabs=ONLY, alone=True, when=_thresholds),
    Command("calibration.misses", ("i",), "inside", "The samples of the class below the threshold; over the diagram: "
            "all answers, or the class under the cursor alone.", "Select", step=steps.inside, tabs=ONLY, footer=20,
            alone=True),
    Command("calibration.binning", ("n",), "bins", "Bins of equal width, or with equally many samples.", "Show",
            step=steps.next_binning, tabs=ONLY, footer=22, alone=True, when=is_calibration),
    Command("calibration.finer", ("z",), "finer", "More bins, fewer.", "Show", step=partial(steps.step_bins, by=1),
            tabs=ONLY, alone=True, when=is_calibration, shown_keys="z Z"),
    Command("calibration.coarser", ("Z",), "coarser", "Fewer bins.", "Show", step=partial(steps.step_bins, by=-1),
            tabs=ONLY, alone=True, when=is_calibration, in_help=False),
    Command("calibration.order", ("o",), "order", "Sort the classes by their error as predicted ones, by that of their "
            "own score, by overconfidence, or as given.", "Order", step=steps.next_sort, tabs=ONLY, footer=24,
            alone=True, when=is_calibration),
    Command("calibration.open", (), "calibration", "How far the scores can be trusted: the reliability diagram.",
            "Show", step=partial(_open, variant=ScoresVariant.CALIBRATION)),
    Command("thresholds.open", (), "thresholds", "One class against the rest: precision, recall and cost by threshold.",
            "Show", step=partial(_open, variant=ScoresVariant.THRESHOLDS)),
    Command("calibration.merge", ("M",), "merge", "Suppose that the two classes of the cell are one; again: take it "
            "back.", "Select", step=what_if_steps.merge, tabs=CELLS, when=_has_cell),
    Command("calibration.merge_advised", (), "merge advised", "Merge advice: suppose the merge that gains most "
            "accuracy for each bit of information it loses; again: the next one.", "Select", step=merge_advised,
            tabs=CELLS),
    Command("calibration.ask", (), "what if …", "Suppose thresholds, costs, merged classes or a temperature in words.",
            "Select", effect="what_if"),
    Command("scores.variant_back", (), "variant before", "The variant of the Scores view before.", "Show",
            step=lambda session: next_variant(session, -1), tabs=ONLY),
)  # fmt: skip

READING: tuple[tuple[str, str], ...] = (
    (
        "●  ○",
        "calibration: how often a bin's samples are right, with its 95 % interval; ● beyond chance off the "
        "dotted line, where confidence is accuracy; below it: too sure",
    ),
    ("unbiased", "ECE without what chance adds to it; sure and right: mean confidence and accuracy"),
    ("ECE  own", "of the answers that name a class; of its score on all samples"),
    ("◆  ○", "thresholds: where the threshold is, where the answers are now"),
    ("what if", "supposed, not logged: U, or a click on the chip, takes it back"),
)
