"""Steps in the pane under the table of runs: which one, how large, what is pinned, where its cursor is."""

from __future__ import annotations

from dataclasses import replace

from clftui.analysis.hierarchy_arrange import find
from clftui.state.class_spread import class_spread
from clftui.state.class_tree import tree_of
from clftui.state.moves import cycle, focus_run, say, select
from clftui.state.session import Session
from clftui.state.settings import PaneSize, RunsPane
from clftui.text import plural, sanitise

_SIZES = (PaneSize.HIDDEN, PaneSize.SHOWN, PaneSize.LARGE)

COST_WORDS = 'run.json says it as "model": {"parameters": 421642, "flops": 12000000}.'


def _set(session: Session, **changes: object) -> Session:
    return replace(session, runs=replace(session.runs, **changes))  # type: ignore[arg-type]


def available(session: Session) -> tuple[RunsPane, ...]:
    """The panes in the order of `v`; groups only where there is a hierarchy."""
    tree = tree_of(session)
    grouped = tree is not None and bool(tree.groups)
    return tuple(pane for pane in RunsPane if grouped or pane is not RunsPane.GROUPS)


def next_pane(session: Session, by: int = 1) -> Session:
    """The next pane; a hidden one shows again."""
    pane = cycle(session.runs.pane, by, among=available(session))
    return say(_set(session, pane=pane, size=_shown(session.runs.size)), f"Below the runs: {pane.value}.")


def _shown(size: PaneSize) -> PaneSize:
    return size if size is PaneSize.LARGE else PaneSize.SHOWN


def resize(session: Session, by: int) -> Session:
    """Make the pane larger, or smaller until it is gone."""
    now = session.runs.size
    at = _SIZES.index(PaneSize.SHOWN if now is PaneSize.FITTED else now) + by
    if not 0 <= at < len(_SIZES):
        return say(session, "The pane is as large as it gets." if by > 0 else "The pane is hidden; v shows one.")
    words = {
        PaneSize.HIDDEN: "Runs alone; v shows a pane below them.",
        PaneSize.LARGE: "The pane takes most of the screen; Z gives it back.",
    }
    return say(_set(session, size=_SIZES[at]), words.get(_SIZES[at], ""))


def step_measure(session: Session) -> Session:
    """What the pane measures: parameters or FLOPs, a sample's own class or any of its group."""
    if session.runs.pane is RunsPane.GROUPS:
        inside = not session.runs.inside
        rule = "any class of the group is right" if inside else "a sample's own class alone is right"
        return say(_set(session, inside=inside), f"Accuracy on groups: {rule}.")
    from clftui.state.runs_pareto import costs, shown_cost

    said, cost = costs(session), cycle(shown_cost(session))
    if not said:
        return say(session, f"No run says what its model costs; {COST_WORDS}")
    if cost not in said:
        return say(session, f"No run gives its {cost.label}.")
    return say(_set(session, cost=cost), f"Complexity in {cost.label}.")


def measures(session: Session) -> bool:
    """Whether `step_measure` does anything in the pane that shows."""
    return session.runs.pane in (RunsPane.COMPLEXITY, RunsPane.GROUPS) and session.runs.size is not PaneSize.HIDDEN


def step_level(session: Session, by: int) -> Session:
    """Groups of a deeper level, or of one further out."""
    tree = tree_of(session)
    deepest = max((tree.nodes[node].depth for node in tree.groups), default=0) if tree is not None else 0
    level = min(max(session.runs.level + by, 1), deepest)
    if not deepest or level == session.runs.level:
        return say(session, f"The hierarchy has {plural(deepest, 'level')} of groups.")
    return say(_set(session, level=level, group=None), f"Groups of level {level} of {deepest}.")


def pin(session: Session) -> Session:
    """Pin the group under the cursor where groups show, else the focused run; pinning again lets go."""
    if session.runs.pane is RunsPane.GROUPS:
        return pin_group(session)
    run = session.run
    if run is None:
        return session
    if session.runs.pinned_run == run.key:
        return say(_set(session, pinned_run=None), "No run is pinned: leaf classes follow the focused run.")
    words = f"{sanitise(run.name)} is pinned: its leaf classes stay while the focus moves."
    return say(_set(session, pinned_run=run.key), words)


def pin_group(session: Session) -> Session:
    """Pin the group under the cursor: the leaf classes are its own."""
    from clftui.state.runs_groups import group_spread

    shown = group_spread(session)
    if shown is None or not shown.paths:
        return say(session, "There is no group to pin.")
    path = shown.paths[shown.column(session.runs.group) or 0]
    if session.runs.pinned_group == path:
        return say(_set(session, pinned_group=None), "No group is pinned: all leaf classes are listed.")
    across = "" if session.runs.pinned_run else " across runs"
    words = f"{sanitise(path[-1])} is pinned: v lists its leaf classes{across}."
    return say(_set(session, pinned_group=path, group=path), words)


def unpin(session: Session) -> Session:
    """Let go of the pinned run and group."""
    return say(_set(session, pinned_run=None, pinned_group=None), "Nothing is pinned.")


def pinned(session: Session) -> bool:
    """Whether a run or a group is pinned."""
    return session.runs.pinned_run is not None or session.runs.pinned_group is not None


def pinned_words(session: Session) -> str:
    """`pinned: cnn, tops`; empty where nothing is."""
    run = session.catalog.run(session.runs.pinned_run) if session.runs.pinned_run is not None else None
    path = session.runs.pinned_group
    names = [sanitise(run.name)] if run is not None else []
    names += [sanitise(path[-1])] if path else []
    return f"pinned: {', '.join(names)}" if names else ""


def toggle_seeds(session: Session, collapsed: bool | None = None) -> Session:
    """One row for all runs that differ in their seed alone, or a row each."""
    from clftui.state.runs_seeds import seed_groups

    groups = seed_groups(session.catalog.runs)
    if not groups:
        return say(session, "No two runs differ in their seed alone.")
    seeds = not session.runs.seeds if collapsed is None else collapsed
    runs = sum(len(group.keys) for group in groups)
    words = f"{plural(runs, 'run')} in {plural(len(groups), 'row')}: mean and standard deviation over seeds."
    return say(_set(session, seeds=seeds), words if seeds else "A row for every run.")


def has_seeds(session: Session) -> bool:
    """Whether some runs differ in their seed alone."""
    from clftui.state.runs_seeds import seed_groups

    return bool(seed_groups(session.catalog.runs))


def items(session: Session) -> tuple[str, ...]:
    """The classes that the pane's cursor moves through, in the order of the screen."""
    if session.runs.pane is RunsPane.LEAVES:
        from clftui.state.runs_leaves import leaf_bars

        bars = leaf_bars(session)
        return bars.classes if bars is not None else ()
    spread = class_spread(session)
    return spread.classes if spread is not None else ()


def step_item(session: Session, by: int) -> Session:
    """Move the pane's cursor: to another class, another group, or another run of the Pareto front."""
    if session.runs.size is PaneSize.HIDDEN or session.runs.pane is RunsPane.CURVES:
        return session
    if session.runs.pane is RunsPane.GROUPS:
        return _step_group(session, by)
    if session.runs.pane is RunsPane.COMPLEXITY:
        return _step_front(session, by)
    names = items(session)
    if not names:
        return session
    true = session.selection.true
    now = names.index(true) if true in names else -by
    return select(session, true=names[min(max(now + by, 0), len(names) - 1)])


def _step_group(session: Session, by: int) -> Session:
    from clftui.state.runs_groups import group_spread

    shown = group_spread(session)
    if shown is None or not shown.paths:
        return session
    now = shown.column(session.runs.group)
    at = 0 if now is None else min(max(now + by, 0), len(shown.paths) - 1)
    return _set(session, group=shown.paths[at])


def _step_front(session: Session, by: int) -> Session:
    from clftui.state.runs_pareto import tradeoff

    shown = tradeoff(session)
    ladder = shown.ladder
    if not ladder:
        return session
    own = shown.place(session.selection.run)
    if own in ladder:
        at = min(max(ladder.index(own) + by, 0), len(ladder) - 1)
    else:
        # From a run beside the front to the nearest on it in the direction of the step.
        cost = shown.cost[own] if own is not None else 0.0
        dearer = next((place for place, each in enumerate(ladder) if shown.cost[each] >= cost), len(ladder))
        at = min(max(dearer if by > 0 else dearer - 1, 0), len(ladder) - 1)
    return focus_run(session, shown.runs[ladder[at]].key)


def enter_group(session: Session) -> Session:
    """Select the group under the pane's cursor in all views."""
    tree, path = tree_of(session), session.runs.group
    return select(session, group=path) if tree is not None and path and find(tree, path) else session
