"""Steps on groups: collapse and expand, select, look at their samples, choose how they show."""

from __future__ import annotations

from dataclasses import replace

from clftui.analysis.hierarchy import Hierarchy
from clftui.analysis.hierarchy_arrange import groups_above, path_of
from clftui.state.class_tree import by_hierarchy, tree_of
from clftui.state.group_filters import Examples
from clftui.state.group_settings import GROUP_METRICS, GroupPart, GroupPath, GroupSort
from clftui.state.hierarchy_view import collapsed_nodes, group_at, in_order, selected_group
from clftui.state.moves import cycle, drill_to_samples, remember, say, select
from clftui.state.selection import Part, Scope
from clftui.state.session import Session
from clftui.text import count, plural, sanitise

NO_HIERARCHY = (
    "There is no class hierarchy: --hierarchy FILE reads one, and “build a hierarchy” in the palette makes one."
)


def _set(session: Session, **changes: object) -> Session:
    return replace(session, groups=replace(session.groups, **changes))  # type: ignore[arg-type]


def collapse(session: Session) -> Session:
    """Make the smallest open group around the true class one row and column; from a collapsed one its parent."""
    ordered = by_hierarchy(session)
    tree = in_order(ordered) if ordered is not None else None
    if ordered is None or tree is None:
        return say(session, NO_HIERARCHY)
    true = session.selection.true
    above = groups_above(tree, session.classes.index(true)) if true in session.classes else ()
    shut = set(collapsed_nodes(ordered, tree))
    outer = next((at for at, node in enumerate(above) if node in shut), len(above))
    if not outer:
        return say(ordered, "There is no larger group to collapse." if above else "This class is in no group.")
    node = above[outer - 1]
    groups = ordered.groups.collapsed | {path_of(tree, node)}
    words = f"{sanitise(tree.nodes[node].name)} is one row and column; ) opens it."
    return say(_set(ordered, collapsed=groups), words)


def expand(session: Session) -> Session:
    """Open the collapsed group under the cursor, of the true class before that of the predicted one."""
    tree = in_order(session)
    shut = collapsed_nodes(session, tree) if tree is not None else ()
    if tree is None or not shut:
        return say(session, "No group is collapsed; ( collapses the one under the cursor.")
    for name in (session.selection.true, session.selection.predicted):
        if name not in session.classes:
            continue
        above = groups_above(tree, session.classes.index(name))
        node = next((each for each in above if each in shut), None)
        if node is not None:
            left = session.groups.collapsed - {path_of(tree, node)}
            return say(_set(session, collapsed=left), f"{sanitise(tree.nodes[node].name)} is open.")
    return say(session, f"The cursor is on no collapsed group; {plural(len(shut), 'group')} elsewhere.")


def expand_all(session: Session) -> Session:
    """Every class a row and a column again."""
    return say(_set(session, collapsed=frozenset()), "All groups are open.")


def collapse_level(session: Session, depth: int) -> Session:
    """Collapse every group of a level, 1 the outermost."""
    ordered = by_hierarchy(session)
    tree = tree_of(session)
    if ordered is None or tree is None:
        return say(session, NO_HIERARCHY)
    chosen = [node for node in tree.groups if tree.nodes[node].depth == depth]
    if not chosen:
        deepest = max(tree.nodes[node].depth for node in tree.groups)
        return say(session, f"The hierarchy has {plural(deepest, 'level')} of groups.")
    paths = frozenset(path_of(tree, node) for node in chosen)
    return say(
        _set(ordered, collapsed=paths), f"{plural(len(chosen), 'group')} of level {depth} collapsed; ) opens one."
    )


def step_metric(session: Session) -> Session:
    """Colour the groups by the next metric."""
    among = GROUP_METRICS
    now = session.groups.metric
    metric = among[(among.index(now) + 1) % len(among)] if now in among else among[0]
    return say(_set(session, metric=metric), f"Groups show {metric.label}: right is any prediction inside the group.")


def step_sort(session: Session) -> Session:
    """Sort the children of each group the next way."""
    sort: GroupSort = cycle(session.groups.sort)
    ordered = by_hierarchy(session)
    if ordered is None:
        return say(session, NO_HIERARCHY)
    return say(_set(ordered, sort=sort), f"Groups and their classes: {sort.value}.")


def step_level(session: Session, by: int) -> Session:
    """Show deeper levels of the hierarchy, or those further out, where not all have room."""
    tree = tree_of(session)
    if tree is None or not tree.groups:
        return say(session, NO_HIERARCHY)
    deepest = max(tree.nodes[node].depth for node in tree.groups)
    level = min(max(session.groups.level + by, 0), deepest - 1)
    if level == session.groups.level:
        return say(session, f"Levels 1 to {deepest} are all there are.")
    return say(_set(session, level=level), f"Groups from level {level + 1} of {deepest} on.")


def toggle_icicle(session: Session) -> Session:
    """Show or hide the groups at the left of the matrix."""
    ordered = by_hierarchy(session)
    if ordered is None:
        return say(session, NO_HIERARCHY)
    shown = not session.groups.icicle or in_order(session) is None
    return say(_set(ordered, icicle=shown), "Groups stand left of the matrix." if shown else "Groups are hidden.")


def select_group(session: Session) -> Session:
    """Select the group under the cursor in all views; a selected one gives way to its parent, the last to none."""
    found = group_at(session)
    if found is None:
        return say(session, NO_HIERARCHY if tree_of(session) is None else "This class is in no group.")
    tree, node = found
    chosen = session.selection.group
    path = path_of(tree, node)
    if chosen and path[: len(chosen)] == chosen:
        path = chosen[:-1]
    return choose_group(session, tree, path)


def choose_group(session: Session, tree: Hierarchy, path: GroupPath) -> Session:
    """Select the group at a path; () selects none."""
    deeper = remember(session)
    if not path:
        return say(select(deeper, group=None), "No group is selected.")
    return say(select(deeper, group=path), f"Group {sanitise(path[-1])} selected in all views; S again widens it.")


def _chosen(session: Session) -> tuple[Hierarchy, int] | None:
    return selected_group(session) or group_at(session)


def group_samples(session: Session, part: GroupPart) -> Session:
    """The samples of the selected group (else the one under the cursor): TP, FN or FP."""
    found = _chosen(session)
    if found is None:
        return say(session, NO_HIERARCHY if tree_of(session) is None else "This class is in no group.")
    evaluation = session.evaluation()
    if evaluation is not None and not evaluation.has_samples:
        return say(session, "This run is a bare matrix: it has counts, no samples to show.")
    tree, node = found
    classes, name = session.classes, tree.nodes[node].name
    inside = tuple(classes[index] for index in tree.classes(node).tolist())
    outside = tuple(each for each in classes if each not in set(inside))
    if part is not GroupPart.TP and not outside:
        return say(session, f"{sanitise(name)} owns all classes: nothing lies outside it.")
    true, predicted, title = {
        GroupPart.TP: (inside, inside, f"{name} taken for {name}"),
        GroupPart.FN: (inside, outside, f"{name} taken for others"),
        GroupPart.FP: (outside, inside, f"others taken for {name}"),
    }[part]
    return drill_to_samples(session, Scope(part=Part.ALL, true_classes=true, predicted_classes=predicted, title=title))


def group_examples(session: Session) -> Session:
    """A few samples of each class of the group: what its classes look like."""
    found = _chosen(session)
    if found is None:
        return say(session, NO_HIERARCHY if tree_of(session) is None else "This class is in no group.")
    tree, node = found
    name, inside = tree.nodes[node].name, tuple(session.classes[index] for index in tree.classes(node).tolist())
    drilled = drill_to_samples(session, Scope(part=Part.ALL, true_classes=inside, title=f"classes of {name}"))
    return replace(drilled, filters=(*session.filters, Examples(name, frozenset(inside))))


def only_group(session: Session) -> Session:
    """Keep only the samples that truly belong to the group, or were taken for one of its classes."""
    # The first frame has no ready-made filters.
    from clftui.state.filter_steps import add
    from clftui.state.filter_values import InGroup

    found = _chosen(session)
    if found is None:
        return say(session, NO_HIERARCHY if tree_of(session) is None else "This class is in no group.")
    tree, node = found
    inside = frozenset(session.classes[index] for index in tree.classes(node).tolist())
    return add(session, InGroup(tree.nodes[node].name, inside, true=False, predicted=False))


def about_hierarchy(session: Session) -> Session:
    """Say where the hierarchy is from, what it holds and what was assumed when it was read."""
    tree = tree_of(session)
    if tree is None:
        return say(session, session.catalog.hierarchy_problem or NO_HIERARCHY)
    built = session.arrangement is not None
    path = session.catalog.hierarchy_path
    source = "Built here" if built else sanitise(path.name) if path is not None else "From the class names"
    depth = max((tree.nodes[node].depth for node in tree.groups), default=0)
    words = [f"{source}: {plural(len(tree.groups), 'group')} on {plural(depth, 'level')}."]
    if tree.unknown:
        words.append(
            f"{count(len(tree.unknown))} of its leaves are no class here, {sanitise(tree.unknown[0])} the first."
        )
    if not built:
        words += session.catalog.hierarchy_notes
    return say(session, " ".join(words))
