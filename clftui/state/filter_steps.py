"""Steps that add and change filters; `filter_chips` says what is on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from clftui.schema import FormatError
from clftui.state.class_tree import tree_of
from clftui.state.filter_values import InGroup, Named, WrongInEpochs
from clftui.state.filters import Filter, FilterError, apply_filters
from clftui.state.moves import drop_filter, remember, say, select
from clftui.state.session import Session
from clftui.text import count, plural


def passing(session: Session, filters: tuple[Filter, ...]) -> int | None:
    """How many labelled samples of the focused run pass `filters`, alone; None where there is nothing to count.

    FilterError where the run cannot answer one of them, FormatError where a file is broken.
    """
    run, evaluation = session.run, session.evaluation()
    if run is None or evaluation is None or not evaluation.has_samples:
        return None
    bound = replace(session, filters=filters).bound_filters
    mask = apply_filters(bound, evaluation, run.samples(evaluation.split))
    labelled = evaluation.true >= 0
    return int(np.count_nonzero(labelled if mask is None else mask & labelled))


def add(session: Session, new: Filter) -> Session:
    """One more filter; of a kind of which one makes sense, in the place of the old one.

    FilterError, which says why, where the focused run cannot answer it.
    """
    if new in session.filters:
        return say(session, f"“{new.describe()}” is on already; F drops the last filter.")
    evaluation = session.evaluation()
    if evaluation is not None and not evaluation.has_samples:
        raise FilterError("this run is a bare matrix: it has no samples to filter")
    left, every = passing(session, (new,)), ""
    kind = getattr(new, "kind", None)
    kept = tuple(each for each in session.filters if kind is None or getattr(each, "kind", None) != kind)
    changed = select(replace(remember(session), filters=(*kept, new)), sample=None)
    if left is None or evaluation is None:
        return changed
    if kept:
        left, every = passing(changed, changed.filters) or 0, " all filters"
    return say(changed, f"{new.describe()}: {count(left)} of {plural(evaluation.n, 'sample')} pass{every}.")


def nothing_passes(session: Session) -> str:
    """What each filter alone lets through, where all of them together leave nothing."""
    parts = []
    for each in session.filters:
        try:
            alone = passing(session, (each,))
            parts.append(f"{each.describe()} {count(alone) if alone is not None else '–'}")
        except (FilterError, FormatError) as error:
            parts.append(f"{each.describe()} ({error})")
    if len(parts) == 1:
        return f"No sample passes the filter: {parts[0]}. F drops it."
    both = "both filters" if len(parts) == 2 else f"all {len(parts)} filters"
    return f"No sample passes {both}; alone: {', '.join(parts)}. F drops the last one."


def step_epochs_wrong(session: Session, by: int) -> Session:
    """Wrong in one epoch more, or fewer; below one the filter goes."""
    now = next((each for each in session.filters if isinstance(each, WrongInEpochs)), None)
    n = (now.n if now is not None else 0) + by
    if n < 1:
        if now is None:
            return say(session, "No filter on epochs wrong; w adds one.")
        return _marked(drop_filter(session, session.filters.index(now)), None)
    run, split = session.run, session.selection.split
    epochs = run.epochs(split) if run is not None and split is not None else ()
    if n > len(epochs):
        return say(session, f"The run has {plural(len(epochs), 'epoch')}: no sample can be wrong in more.")
    # Of those that stay, the ones are marked that the next step would keep.
    return _marked(add(session, WrongInEpochs(n)), n)


def _marked(session: Session, often: int | None) -> Session:
    return replace(session, samples=replace(session.samples, often=often))


def only_group(session: Session) -> Session:
    """Only samples that truly belong to the smallest group around the class under the cursor."""
    tree, index = tree_of(session), session.selection.true
    if tree is None or index not in session.classes:
        return say(session, "There is no class hierarchy here, so no group.")
    groups = [node for node in tree.path(session.classes.index(index)) if tree.nodes[node].class_index < 0]
    if len(groups) < 2:
        return say(session, "The class is in no group but the whole.")
    inside = frozenset(session.classes[each] for each in tree.classes(groups[-1]).tolist())
    return add(session, InGroup(tree.nodes[groups[-1]].name, inside))


def only_class(session: Session) -> Session:
    """Only samples of the true class under the cursor."""
    name = session.selection.true
    return say(session, "No class is under the cursor.") if name is None else add(session, _class(name))


def _class(name: str) -> InGroup:
    return InGroup(name, frozenset({name}))


SURE_MISTAKES = Named("sure mistakes", "wrong and confidence > .9")
MISLABELLED = Named("likely mislabelled", "wrong and confidence > .9 and true_score < .05")
"""High score of a wrong class, the true one's near nothing: the label is to blame as likely as the model."""


def compared(session: Session, right: str, wrong: str) -> Session:
    """Right in one lettered run, wrong in another."""
    return add(session, Named(f"{right} right, {wrong} wrong", f"right_{right} and wrong_{wrong}"))


def all_wrong(session: Session) -> Session:
    """Only samples that every run of the collection gets wrong."""
    runs = len([run for run in session.catalog.runs if session.evaluation(run) is not None])
    return add(session, Named(f"wrong in all {count(runs)} runs", f"wrong_count >= {runs}"))


def some_wrong(session: Session) -> Session:
    """Only samples on which runs differ: some right, some wrong."""
    return add(session, Named("runs differ", "wrong_count > 0 and right_count > 0"))
