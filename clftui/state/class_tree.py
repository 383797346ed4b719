"""The class hierarchy in use: built in the app, the collection's, or what the class names spell out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.confusion import Confusion
from clftui.analysis.hierarchy import GroupMetrics, Hierarchy, group_metrics, parse
from clftui.analysis.hierarchy_arrange import size_keys, sort_children
from clftui.analysis.metrics import Metric
from clftui.analysis.taxonomy import from_class_names
from clftui.data.catalog import Catalog
from clftui.schema import FormatError
from clftui.state.group_settings import Arrangement, GroupSort
from clftui.state.session import Session
from clftui.state.settings import ClassOrder

Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]


def hierarchy_of(catalog: Catalog, classes: tuple[str, ...]) -> Hierarchy | None:
    """The collection's class hierarchy over these classes; None without one, or where its tree cannot be used.

    Without a file, class names that are paths (`animal/dog`) are one.
    """
    return _tree(catalog, classes)[0]


def hierarchy_trouble(catalog: Catalog, classes: tuple[str, ...]) -> str | None:
    """Why the collection's hierarchy is not used for these classes, in one sentence; None where it is, or is none."""
    if not classes:
        return catalog.hierarchy_problem
    return catalog.hierarchy_problem or _tree(catalog, classes)[1]


@lru_cache(maxsize=8)
def _tree(catalog: Catalog, classes: tuple[str, ...]) -> tuple[Hierarchy | None, str | None]:
    if catalog.hierarchy is None or catalog.hierarchy_path is None:
        return _spelt(classes), None
    try:
        return parse(catalog.hierarchy, classes), None
    except (ValueError, RecursionError) as error:
        why = str(error) if isinstance(error, ValueError) else "it is too deep"
        remedy = 'write nested {"name", "children"} down to class names'
        return None, str(FormatError(catalog.hierarchy_path, "", f"is no hierarchy of these classes ({why})", remedy))


def _spelt(classes: tuple[str, ...]) -> Hierarchy | None:
    try:
        spelt = from_class_names(classes)
        return parse(spelt, classes) if spelt is not None else None
    except ValueError:  # Names with a hundred parts are no paths that anybody meant.
        return None


def tree_of(session: Session) -> Hierarchy | None:
    """The hierarchy of the focused run's classes, its children sorted as the settings say; None without one."""
    classes = session.classes
    tree = _arranged(session.arrangement, classes) if session.arrangement is not None else None
    tree = tree if tree is not None else hierarchy_of(session.catalog, classes)
    if tree is None or session.groups.sort is GroupSort.GIVEN:
        return tree
    if session.groups.sort is GroupSort.SIZE:
        return _by_size(tree)
    confusion = _confusion(session)
    return tree if confusion is None else _worst_first(tree, confusion, session.groups.metric)


def _confusion(session: Session) -> Confusion | None:
    try:
        return session.confusion()
    except FormatError:
        return None


@lru_cache(maxsize=8)
def _arranged(arrangement: Arrangement, classes: tuple[str, ...]) -> Hierarchy | None:
    try:
        return parse(arrangement.tree, classes)
    except ValueError:  # A run with other classes: the collection's own hierarchy serves it.
        return None


@lru_cache(maxsize=8)
def _by_size(tree: Hierarchy) -> Hierarchy:
    return sort_children(tree, size_keys(tree))


@lru_cache(maxsize=16)
def _worst_first(tree: Hierarchy, confusion: Confusion, metric: Metric) -> Hierarchy:
    return sort_children(tree, value_of(metrics_of(confusion, tree), metric))


@lru_cache(maxsize=32)
def metrics_of(confusion: Confusion, tree: Hierarchy) -> GroupMetrics:
    """Precision, recall and F1 of each node (equation 1), NaN undefined."""
    return group_metrics(confusion, tree)


def value_of(metrics: GroupMetrics, metric: Metric) -> Float64:
    """(nodes,) the values of one of GROUP_METRICS."""
    return {Metric.PRECISION: metrics.precision, Metric.RECALL: metrics.recall}.get(metric, metrics.f1)


def by_hierarchy(session: Session) -> Session | None:
    """`session` with the matrix in the order of its hierarchy; None without one that has groups."""
    tree = tree_of(session)
    if tree is None or not tree.groups:
        return None
    return replace(session, matrix=replace(session.matrix, order=ClassOrder.HIERARCHY))


def hierarchy_order(session: Session) -> Int64 | None:
    """(K,) the class indices in the order of the hierarchy; None without one."""
    tree = tree_of(session)
    return tree.order if tree is not None else None


@lru_cache(maxsize=8)
def class_labels(tree: Hierarchy, classes: tuple[str, ...]) -> tuple[str, ...]:
    """(K,) what the hierarchy calls each class, where class names are codes; a label that two share keeps the code."""
    labels = list(classes)
    for node in tree.nodes:
        if node.class_index >= 0:
            labels[node.class_index] = node.name
    shared = {label for label, number in Counter(labels).items() if number > 1}
    named = (f"{label} ({name})" if label in shared else label for label, name in zip(labels, classes, strict=True))
    return tuple(named)


@lru_cache(maxsize=8)
def _labels(tree: Hierarchy, classes: tuple[str, ...]) -> Mapping[str, str]:
    return dict(zip(classes, class_labels(tree, classes), strict=True))


def labels_of(session: Session) -> Mapping[str, str]:
    """What the hierarchy calls each class of the focused run; empty without one."""
    tree = tree_of(session)
    return _labels(tree, session.classes) if tree is not None else {}


def class_words(session: Session, classes: tuple[str, ...]) -> tuple[str, ...]:
    """(K,) what the hierarchy calls the classes of a run, of the focused one or of another that has classes of its."""
    labels = labels_of(session)
    return tuple(labels.get(name, name) for name in classes) if labels else classes


def label_of(session: Session, name: str) -> str:
    """What the hierarchy calls a class of the focused run; its name without one."""
    return labels_of(session).get(name, name)
