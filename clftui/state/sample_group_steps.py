"""Steps on the groups of a list of samples: part it, fold and open groups, look into one, at its FN, FP and TP."""

from __future__ import annotations

from dataclasses import replace

from clftui.state.class_tree import label_of
from clftui.state.group_settings import GroupPart
from clftui.state.group_steps import group_samples
from clftui.state.hierarchy_view import selected_group
from clftui.state.moves import cycle, drill_to_samples, say, select
from clftui.state.sample_groups import UNTAGGED, available_groupings, combination_expression
from clftui.state.sample_history import History
from clftui.state.sample_list import Nothing, SampleList, index_of, is_detail, items, listing
from clftui.state.sample_list import drill as open_sample
from clftui.state.sample_settings import SampleGrouping, SampleSort
from clftui.state.selection import Part, Scope
from clftui.state.session import Session
from clftui.state.settings import PairSort
from clftui.state.unready import impatient
from clftui.text import count, plural, sanitise


def groupings(session: Session) -> tuple[SampleGrouping, ...]:
    """The groupings that the focused run has something to part by."""
    run, evaluation = session.run, session.evaluation()
    if run is None or evaluation is None or not evaluation.has_samples:
        return (SampleGrouping.NONE,)
    return available_groupings(run, evaluation, len(session.lettered))


def next_grouping(session: Session) -> Session:
    """Part the list by the next thing, or by none again."""
    return group_by(session, cycle(session.samples.grouping, among=groupings(session)))


def group_by(session: Session, grouping: SampleGrouping) -> Session:
    """Part the list; a group shows one sample until it is opened."""
    changed = replace(session, samples=replace(session.samples, grouping=grouping, turned=frozenset()))
    if grouping is SampleGrouping.NONE:
        return say(changed, "Samples are not grouped.")
    with impatient():
        shown = listing(changed)
    if isinstance(shown, Nothing) or shown.groups is None:
        return changed
    what = plural(shown.groups.n, "group")
    return say(changed, f"By {grouping.value}: {what}; ) shows the samples of one, enter opens it alone.")


def sort_by(session: Session, sort: SampleSort) -> Session:
    """Order the list; the focus stays on its sample."""
    return replace(session, samples=replace(session.samples, sort=sort))


def named_order(session: Session, sort: str | None, group_by: str | None, part: str | None) -> Session:
    """Samples, or confused pairs, in the order of a name such as `epochs-wrong`; samples in groups, and which part."""
    name = (sort or "").upper().replace("-", "_")
    samples = session.samples
    if name in SampleSort.__members__:
        samples = replace(samples, sort=SampleSort[name])
    elif sort in {each.value for each in PairSort}:
        session = replace(session, matrix=replace(session.matrix, pair_sort=PairSort(sort)))
    if group_by:
        samples = replace(samples, grouping=SampleGrouping[group_by.upper()])
    if part:
        session = select(session, scope=Scope(part=Part(part)))
    return replace(session, samples=samples)


def _focused(session: Session) -> tuple[SampleList, int, bool] | None:
    """The list, the focused sample's group, and whether that is folded; None without groups."""
    shown = listing(session)
    if not isinstance(shown, SampleList) or shown.groups is None or not shown.n:
        return None
    seen = items(session, shown)
    item = seen.item_of(index_of(session, shown))
    return shown, seen.group_of(item), seen.is_folded(item)


def fold(session: Session, folded: bool = True) -> Session:
    """Fold the group under the cursor into one sample, or show all of its samples; where it is so, all groups."""
    found = _focused(session)
    if found is None or found[0].groups is None:
        return say(session, "The samples are not grouped; b groups them.")
    shown, group, is_folded = found
    assert shown.groups is not None
    settings = session.samples
    if shown.groups.n == 1:
        return say(session, "There is one group.")
    if is_folded == folded:
        words = "All groups are folded." if folded else "All groups show their samples."
        changed = replace(settings, folded=folded, turned=frozenset())
        return say(_at_head(replace(session, samples=changed)), words)
    changed = replace(settings, turned=settings.turned ^ {shown.groups.keys[group]})
    return _at_head(replace(session, samples=changed))


def _at_head(session: Session) -> Session:
    """The cursor of a folded group is on the sample that stands for it."""
    found = _focused(session)
    if found is None or not found[2] or found[0].groups is None:
        return session
    return select(session, sample=found[0].sample_id(int(found[0].groups.starts[found[1]])))


def enter(session: Session) -> Session:
    """Look closer: a folded group's samples alone, else the focused sample alone."""
    if is_detail(session):
        return session
    found = _focused(session)
    return open_sample(session) if found is None or not found[2] else open_group(session)


def is_folded(session: Session) -> bool:
    """Whether the focused sample stands for its group: `enter` opens that."""
    found = None if is_detail(session) else _focused(session)
    return found is not None and found[2]


def focus(session: Session, name: str) -> Session:
    """Focus a sample by its id; what is focused opens."""
    shown = listing(session)
    if isinstance(shown, SampleList) and shown.n and shown.sample_id(index_of(session, shown)) == name:
        return enter(session)
    return select(session, sample=name)


def open_group(session: Session, group: int | None = None) -> Session:
    """The samples of one group, the focused sample's without a number, as a scope or filter of its own."""
    # The first frame has no ready-made filters.
    from clftui.state.filter_steps import add
    from clftui.state.filter_values import Named
    from clftui.state.sample_history import Became
    from clftui.state.tag_filter import Tagged

    found = _focused(session)
    if found is None or found[0].groups is None:
        return say(session, "The samples are not grouped; b groups them.")
    groups = found[0].groups
    group = found[1] if group is None else group
    key, name, scope = groups.keys[group], groups.names[group], session.selection.scope
    match groups.grouping:
        case SampleGrouping.TRUE | SampleGrouping.PREDICTED if not key:
            return say(session, f"Samples with {name} are no class: ) shows them here.")
        case SampleGrouping.TRUE:
            title = scope.title if scope.predicted_classes else ""
            inner = replace(scope, true=key, true_classes=(), title=title)
        case SampleGrouping.PREDICTED:
            title = scope.title if scope.true_classes else ""
            inner = replace(scope, predicted=key, predicted_classes=(), title=title)
        case SampleGrouping.HISTORY:
            return add(session, Became(History(key)))
        case SampleGrouping.RUNS:
            return add(session, Named(name, combination_expression(key)))
        case _:
            return add(session, Tagged("", without=True) if key == UNTAGGED else Tagged(key))
    opened = drill_to_samples(session, inner)
    words = label_of(session, key)  # The screen calls classes so.
    return say(opened, f"{sanitise(words)}: {count(int(groups.sizes[group]))}; backspace goes back.")


_PARTS = (GroupPart.FN, GroupPart.FP, GroupPart.TP)


def next_group_part(session: Session) -> Session:
    """What the selected group misses, takes in and gets right, in turn; without one, the class in question."""
    steps = _group_steps(session) if selected_group(session) is not None else _class_steps(session)
    if steps is None:
        return say(session, "No group is selected, and no class is in question here.")
    scopes = [each.selection.scope for each in steps]
    now = session.selection.scope
    return steps[(scopes.index(now) + 1) % len(steps)] if now in scopes else steps[0]


def _group_steps(session: Session) -> list[Session]:
    return [group_samples(session, part) for part in _PARTS]


def _class_steps(session: Session) -> list[Session] | None:
    name = _class_in_question(session)
    if name is None:
        return None
    words = sanitise(label_of(session, name))
    return [
        say(drill_to_samples(session, Scope(true=name, part=Part.WRONG)), f"{words} missed (FN)."),
        say(drill_to_samples(session, Scope(predicted=name, part=Part.WRONG)), f"Taken for {words} (FP)."),
        say(drill_to_samples(session, Scope(true=name, predicted=name)), f"{words} right (TP)."),
    ]


def _class_in_question(session: Session) -> str | None:
    """The class of the scope, else the true class of the focused sample."""
    scope = session.selection.scope
    if scope.true is not None or scope.predicted is not None:
        return scope.true if scope.true is not None else scope.predicted
    shown = listing(session)
    if not isinstance(shown, SampleList) or not shown.n:
        return None
    true = int(shown.evaluation.true[shown.positions[index_of(session, shown)]])
    return shown.evaluation.classes[true] if true >= 0 else None
