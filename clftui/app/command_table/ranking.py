"""Commands of the Ranking view alone."""

from __future__ import annotations

from dataclasses import replace

from clftui.analysis.metrics import Metric
from clftui.app.command_table.conditions import has_epochs
from clftui.app.commands import Command
from clftui.state.moves import cycle, say
from clftui.state.ranking_fold import depth_of, step_level
from clftui.state.ranking_steps import next_order, next_weak_spot
from clftui.state.ranking_table import metrics, with_metric
from clftui.state.selection import Tab
from clftui.state.session import Session
from clftui.state.settings import RankingRows, RankingVariant
from clftui.text import sanitise

ONLY = frozenset({Tab.RANKING})


def _metric(session: Session) -> Session:
    chosen = cycle(session.ranking.metric, among=metrics(session))
    notice = f"Ranked by {chosen.label}."
    if chosen is Metric.SPECIFICITY and Metric.AP not in metrics(session):
        notice += " AP is left out: no run keeps the scores of all classes on this split."
    return say(with_metric(session, chosen), notice)


def _relative(session: Session) -> Session:
    relative = not session.ranking.relative
    word = "the run's rank in the class" if relative else "the metric itself"
    return say(replace(session, ranking=replace(session.ranking, relative=relative)), f"Brightness shows {word}.")


def _variant(session: Session) -> Session:
    variant = cycle(session.ranking.variant)
    lines = variant is RankingVariant.LINES
    notice = "A line for each, through its ranks in the classes." if lines else "A row for each, with its values."
    return say(replace(session, ranking=replace(session.ranking, variant=variant)), notice)


def _rows(session: Session) -> Session:
    rows = cycle(session.ranking.rows)
    name = sanitise(session.run.name) if session.run is not None else "the run"
    notice = f"Ranked: the epochs of {name}." if rows is RankingRows.EPOCHS else "Ranked: the runs."
    return say(replace(session, ranking=replace(session.ranking, rows=rows)), notice)


def _can_rank_epochs(session: Session) -> bool:
    return session.ranking.rows is RankingRows.EPOCHS or has_epochs(session)


COMMANDS: tuple[Command, ...] = (
    Command("ranking.variant", ("v",), "table/lines", "A table with values, or ranking lines through the classes.",
            "Show", step=_variant, tabs=ONLY, footer=8),
    Command("ranking.rows", ("E",), "runs/epochs", "Rank the runs, or the epochs of the focused run.", "Show",
            step=_rows, tabs=ONLY, footer=15, when=_can_rank_epochs),
    Command("ranking.metric", ("m",), "metric", "Rank by the next metric.", "Show", step=_metric, tabs=ONLY, footer=10),
    Command("ranking.relative", ("n",), "abs/relative", "Brightness by value or by rank.", "Show",
            step=_relative, tabs=ONLY, footer=30),
    Command("ranking.order", ("o",), "order", "Order the classes by difficulty, as given, by name, size or hierarchy.",
            "Order", step=next_order, tabs=ONLY, footer=20),
    Command("ranking.outer", ("I",), "groups", "Columns are groups of the hierarchy, one level further out.", "Show",
            step=lambda session: step_level(session, -1), tabs=ONLY, footer=35, shown_keys="I i",
            when=lambda session: depth_of(session) > 0),
    Command("ranking.deeper", ("i",), "deeper groups", "Columns are groups one level deeper, then classes.", "Show",
            step=lambda session: step_level(session, 1), tabs=ONLY, in_help=False,
            when=lambda session: depth_of(session) > 0),
    Command("ranking.weak_spot", ("N",), "weak spot", "Jump to the best run's next weak spot.", "Move",
            step=next_weak_spot, tabs=ONLY, footer=40),
    Command("ranking.collect", (), "collect", "Export what to collect for which class, with the evidence.", "Act",
            effect="collect", tabs=ONLY),
)  # fmt: skip

READING: tuple[tuple[str, str], ...] = (
    ("⠶ ⠰⣿⠆ ⣿⣿⣿", "the bigger and brighter a disc, the higher the metric; the foot has the scale"),
    ("· • ●", "the same where rows are one line high"),
    ("bold", "the best run of the class; plain: not separable from it; dim: worse beyond chance"),
    ("tied with best", "runs that a test at 5 % cannot tell from the class's best run"),
    ("weak spot", "a class where the best run overall is not among the best two, more than chance explains"),
    ("A  B  •", "lines (v): where a row ranks in a class; the focused one is thick, its value on a chip"),
    ("•  underlined", "tied with the focused one: a paired test at 5 % on that class cannot tell them apart"),
    ("·  :  7+", "one row, or several of equal value; epochs by number; lines shaded by overall value"),
    ("+1", "right of a name: one more in the overall order on the same line"),
    ("▾", "the best epoch overall, where epochs are rows (E)"),
    ("group acc.", "columns are groups (I): right is whatever of a group is taken for a class of the same group"),
    ("–", "undefined: no samples of the class, never predicted, or unknown to the run"),
    ("…", "still being computed"),
)
