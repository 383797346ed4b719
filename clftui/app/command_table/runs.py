"""Commands of the Runs view alone."""

from __future__ import annotations

from clftui.app.commands import Command
from clftui.state.moves import cycle, say
from clftui.state.runs_pane import (
    has_seeds,
    measures,
    next_pane,
    pin,
    pinned,
    resize,
    step_level,
    step_measure,
    toggle_seeds,
    unpin,
)
from clftui.state.runs_table import with_sort
from clftui.state.selection import Tab
from clftui.state.session import Session
from clftui.state.settings import RunsPane

ONLY = frozenset({Tab.RUNS})


def _sort(session: Session) -> Session:
    sort = cycle(session.runs.sort)
    return say(with_sort(session, sort), f"Runs sorted by {sort.value}.")


def _has_runs(session: Session) -> bool:
    return bool(session.catalog.runs)


def _on_groups(session: Session) -> bool:
    return session.runs.pane is RunsPane.GROUPS


COMMANDS: tuple[Command, ...] = (
    Command("runs.pane", ("v",), "lower pane", "Below the runs: recall by class, training curves, complexity, groups, "
            "leaf classes, or range and average.", "Show", step=next_pane, tabs=ONLY, footer=15, when=_has_runs),
    Command("runs.pane_back", (), "pane before", "The lower pane before, round the other way.", "Show",
            step=lambda session: next_pane(session, -1), tabs=ONLY, when=_has_runs),
    Command("runs.pane_larger", ("z",), "pane size", "A larger lower pane; Z smaller, until the runs stand alone.",
            "Show", step=lambda session: resize(session, 1), tabs=ONLY, when=_has_runs, shown_keys="z Z"),
    Command("runs.pane_smaller", ("Z",), "smaller pane", "A smaller lower pane, until the runs stand alone.", "Show",
            step=lambda session: resize(session, -1), tabs=ONLY, when=_has_runs, in_help=False),
    Command("runs.sort", ("o",), "sort", "Sort the runs by score, macro-F1, worst class, change or name.", "Order",
            step=_sort, tabs=ONLY, footer=20, when=lambda session: len(session.catalog.runs) > 1),
    Command("runs.measure", ("m",), "measure", "Complexity by parameters or FLOPs; groups by a sample's own class or "
            "any of its group.", "Show", step=step_measure, tabs=ONLY, footer=25, when=measures),
    Command("runs.pin", ("P",), "pin", "Pin the focused run, or the group under the pane's cursor: leaf classes show "
            "it while the focus moves.", "Select", step=pin, tabs=ONLY, footer=30, when=_has_runs),
    Command("runs.unpin", (), "unpin", "Let go of the pinned run and group.", "Select", step=unpin, tabs=ONLY,
            when=pinned),
    Command("runs.seeds", ("(",), "seeds", "One row, mean and standard deviation, for runs that differ in their seed "
            "alone; ) a row each.", "Show", step=toggle_seeds, tabs=ONLY, footer=35, when=has_seeds,
            shown_keys="( )"),
    Command("runs.seeds_apart", (")",), "seeds apart", "A row for every run again.", "Show",
            step=lambda session: toggle_seeds(session, False), tabs=ONLY, when=has_seeds, in_help=False),
    Command("runs.deeper", ("i",), "deeper groups", "Compare groups of a deeper level of the hierarchy, or outer ones.",
            "Show", step=lambda session: step_level(session, 1), tabs=ONLY, footer=28, when=_on_groups,
            shown_keys="i I"),
    Command("runs.outer", ("I",), "outer groups", "Compare groups of an outer level.", "Show",
            step=lambda session: step_level(session, -1), tabs=ONLY, when=_on_groups, in_help=False),
)  # fmt: skip

READING: tuple[tuple[str, str], ...] = (
    ("97.1 ±0.3", "accuracy and its 95 % Wilson interval; digits follow the interval"),
    ("97.1 sd 0.3", "mean and standard deviation over ×n seeds"),
    ("──●──  ──○──", "the same as a picture: ● the selected split, ○ the next one, ‹ off the scale"),
    ("▾", "the column that sorts the runs; in curves the best epoch"),
    ("● ◐ ○ ✗", "live, some ranks missing, ended or silent, failed"),
    ("A · • ●", "recall of lettered runs, of one, two or more others in one place; h l move through the pane"),
    ("▸", "the pinned run"),
    ("┊", "over-fits from here: validation loss over 5 % above its lowest for 3 epochs or more, risen beyond chance"),
    ("◆", "a run on the Pareto front: none is as cheap and as good, and better in one of the two"),
    ("–", "undefined: no samples, or not logged"),
)
