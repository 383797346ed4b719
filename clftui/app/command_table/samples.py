"""Commands of the Samples view alone."""

from __future__ import annotations

from functools import partial

from clftui.app.commands import Command
from clftui.state.moves import say
from clftui.state.sample_group_steps import (
    fold,
    group_by,
    groupings,
    next_group_part,
    next_grouping,
    open_group,
    sort_by,
)
from clftui.state.sample_list import (
    Nothing,
    as_rows,
    is_detail,
    listing,
    next_part,
    next_sort,
    resize,
    sorts,
    toggle_rows,
)
from clftui.state.sample_order import sort_words
from clftui.state.sample_past import epochs_until, step_mark
from clftui.state.sample_settings import SampleGrouping, SampleSort
from clftui.state.selection import Tab
from clftui.state.session import Session
from clftui.state.unready import impatient

ONLY = frozenset({Tab.SAMPLES})


def _sort(session: Session) -> Session:
    sorted_now = next_sort(session)
    with impatient():
        shown = listing(sorted_now)
    if sorted_now.notice or isinstance(shown, Nothing):
        return sorted_now
    return say(sorted_now, f"Samples: {sort_words(shown.sort)}.")


def _rows(session: Session) -> Session:
    changed = toggle_rows(session)
    shown = listing(changed)
    if not isinstance(shown, Nothing) and as_rows(changed, shown) and not changed.samples.rows:
        return say(changed, "These samples have no images: lines of text are all there is.")
    return changed


def _has_groups(session: Session) -> bool:
    return session.samples.grouping is not SampleGrouping.NONE and _is_list(session)


def _grouped(grouping: SampleGrouping) -> Command:
    words = "Group samples by nothing" if grouping is SampleGrouping.NONE else f"Group samples by {grouping.value}"
    return Command(f"samples.group_{grouping.name.lower()}", (), f"by {grouping.value}", f"{words}.", "Order",
                   step=partial(group_by, grouping=grouping), tabs=ONLY,
                   when=lambda session: _is_list(session) and grouping in groupings(session), alone=False)  # fmt: skip


def _sorted(sort: SampleSort) -> Command:
    return Command(f"samples.sort_{sort.name.lower()}", (), sort.value, f"Samples: {sort_words(sort)}.", "Order",
                   step=lambda session: say(sort_by(session, sort), f"Samples: {sort_words(sort)}."), tabs=ONLY,
                   when=lambda session: sort in sorts(session), alone=False)  # fmt: skip


def _is_list(session: Session) -> bool:
    return not is_detail(session)


def _has_part(session: Session) -> bool:
    return _is_list(session) and not session.selection.scope.is_cell


def _has_thumbnails(session: Session) -> bool:
    shown = listing(session)
    if isinstance(shown, Nothing):
        return shown.waiting and _is_list(session) and not session.samples.rows
    return _is_list(session) and not as_rows(session, shown)


def _has_past(session: Session) -> bool:
    run, evaluation = session.run, session.evaluation()
    return run is not None and evaluation is not None and epochs_until(run, evaluation) > 1


COMMANDS: tuple[Command, ...] = (
    Command("samples.sort", ("o",), "sort", "The next order: confidence, loss, margin, entropy, epochs wrong, "
            "disagreement of runs … file order; O lists them.", "Order",
            step=_sort, tabs=ONLY, footer=10, alone=False, shown_keys="o O"),
    Command("samples.sorts", ("O",), "choose order", "Choose what orders or groups the samples from a list.", "Order",
            effect="choose_order", tabs=ONLY, in_help=False, alone=False),
    Command("samples.group", ("b",), "group", "Group by true class, predicted class, history, which runs are right, "
            "or tag; or not at all.", "Order",
            step=next_grouping, tabs=ONLY, footer=18, alone=False),
    Command("samples.fold", ("(",), "fold", "Fold the group into one sample, or show its samples; again for all "
            "groups.", "Show",
            step=fold, tabs=ONLY, footer=19, when=_has_groups, shown_keys="( )", alone=False),
    Command("samples.unfold", (")",), "unfold", "Show the samples of the group under the cursor.", "Show",
            step=partial(fold, folded=False), tabs=ONLY, when=_has_groups, in_help=False, alone=False),
    Command("samples.open_group", (), "only group", "The samples of the group under the cursor alone.", "Select",
            step=open_group, tabs=ONLY, when=_has_groups, alone=False),
    Command("samples.group_part", ("S",), "FN FP TP", "What the selected group (else the class) misses, takes in, gets "
            "right.", "Select",
            step=next_group_part, tabs=ONLY, footer=32, alone=False),
    *(_grouped(grouping) for grouping in SampleGrouping),
    *(_sorted(sort) for sort in SampleSort),
    Command("samples.rows", ("v",), "lines", "Thumbnails or lines of text.", "Show", step=_rows, tabs=ONLY,
            footer=20, alone=False),
    Command("samples.part", ("i",), "wrong/right", "Include the wrong samples, the right ones, or all.", "Select",
            step=next_part, tabs=ONLY, footer=30, when=_has_part),
    Command("samples.bigger", ("z",), "size", "Bigger thumbnails.", "Show", step=lambda session: resize(session, 1),
            tabs=ONLY, footer=35, when=_has_thumbnails, shown_keys="z Z",
            alone=False),
    Command("samples.smaller", ("Z",), "smaller", "Smaller thumbnails.", "Show",
            step=lambda session: resize(session, -1), tabs=ONLY, when=_has_thumbnails, alone=False),
    Command("samples.mark_up", (">",), "mark ▲", "Mark samples wrong in one epoch more, or fewer.", "Select",
            step=lambda session: step_mark(session, 1), tabs=ONLY, when=_has_past, shown_keys="< >",
            alone=False),
    Command("samples.mark_down", ("<",), "lower mark", "Mark samples wrong in one epoch fewer.", "Select",
            step=lambda session: step_mark(session, -1), tabs=ONLY, when=_has_past, in_help=False,
            alone=False),
    Command("samples.copy", ("y",), "copy path", "Copy the focused sample's path, or its id where it has none.", "Act",
            effect="copy", tabs=ONLY, footer=15),
    Command("samples.copy_all", ("Y",), "copy all", "Copy the paths of the whole list, one a line.", "Act",
            effect="copy_all", tabs=ONLY, footer=16, when=_is_list),
)  # fmt: skip

READING: tuple[tuple[str, str], ...] = (
    ("◐ .998 h .00", "verdict, confidence, a letter of the true class, the true class's score"),
    ("◐ x  .79", "lists of several cells: the predicted class and its score over the true class and its score"),
    ("✓ ◐ ✗", "right; wrong with the true class among the five best; wrong with it lower or not ranked"),
    ("▕", "the same at an image's left edge: a right or a badly wrong answer"),
    ("▸ cat  90", "a group by its first sample; ( ) fold and unfold groups, enter opens one alone"),
    ("soft cat .62 dog .38", "what share of people say so, where a file of soft labels lies beside the sample table"),
    ("▁▁▄▁ 3", "epochs of a sample: right ones stand up; the number says in how many it was wrong"),
    ("◐▲", "wrong in more epochs than the mark, up to the one that shows: < > move it, w and W filter by it"),
    ("…  missing", "an image being decoded; one that cannot be, and why (enter shows the sentence)"),
    ("–", "unknown: the run logged no such score, or has no such sample"),
)
