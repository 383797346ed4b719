"""The groups of the class hierarchy with their metrics: right is any prediction inside the sample's own group."""

from __future__ import annotations

from typing import Any

import numpy as np

from clftui.analysis.hierarchy import GroupMetrics, Hierarchy
from clftui.analysis.hierarchy_arrange import Path, path_of
from clftui.report import Options
from clftui.report.render import Table, Value
from clftui.state.class_tree import metrics_of, tree_of
from clftui.state.group_steps import NO_HIERARCHY
from clftui.state.matrix_model import missing
from clftui.state.session import Session

COLUMNS = ("group", "classes", "samples", "precision", "recall", "F1")
LEVELS = 3
"""Names of a path that a row shows."""
RULE = "Right is any prediction inside the sample's own group; – is undefined."


def grown(session: Session) -> tuple[Hierarchy, GroupMetrics] | None:
    """The hierarchy of the focused run and the metrics of its nodes; None without one, or without samples."""
    tree, confusion = tree_of(session), session.confusion()
    return (tree, metrics_of(confusion, tree)) if tree is not None and confusion is not None else None


def data(session: Session, options: Options | None = None) -> dict[str, Any]:
    """`{"groups": [{"name", "classes", "precision", "recall", "f1"}]}`, outer groups before what they hold.

    `options.top` keeps the groups of lowest F1.
    """
    found = grown(session)
    if found is None:
        return {"groups": []}
    tree, shares = found
    return {
        "groups": [
            {
                "name": tree.nodes[node].name,
                "classes": [session.classes[index] for index in tree.classes(node).tolist()],
                "precision": shares.precision[node],
                "recall": shares.recall[node],
                "f1": shares.f1[node],
            }
            for node in _kept(tree, shares, options)
        ]
    }


def _kept(tree: Hierarchy, shares: GroupMetrics, options: Options | None) -> list[int]:
    top = options.top if options is not None else None
    nodes = list(tree.groups)
    if top is None:
        return nodes
    f1 = np.where(np.isnan(shares.f1), np.inf, shares.f1)
    return sorted(nodes, key=lambda node: float(f1[node]))[:top]


def table(session: Session, options: Options | None = None) -> Table:
    """The groups as rows, named by their paths."""
    found = grown(session)
    title = title_of(session, "Groups of classes")
    if found is None:
        return Table(title, COLUMNS, (), (missing(session) or NO_HIERARCHY,))
    tree, shares = found
    rows = [(_words(path_of(tree, node)), *values(tree, shares, node)) for node in _kept(tree, shares, options)]
    return Table(title, COLUMNS, tuple(rows), (RULE, *notes(session)))


def _words(path: Path) -> str:
    """The path of a group; of a long one the end."""
    return " › ".join(path if len(path) <= LEVELS else ("…", *path[-LEVELS + 1 :]))


def title_of(session: Session, what: str) -> str:
    """`Groups of classes of cnn, test`."""
    run, split = session.run, session.selection.split
    if run is None:
        return what
    return f"{what} of {run.name}" + (f", {split}" if split is not None else "")


def values(tree: Hierarchy, shares: GroupMetrics, node: int) -> tuple[Value, ...]:
    """Classes, samples, precision, recall and F1 of a node."""
    counts = tree.nodes[node].size, int(shares.support[node])
    return (*counts, float(shares.precision[node]), float(shares.recall[node]), float(shares.f1[node]))


def notes(session: Session) -> tuple[str, ...]:
    """What was assumed when the hierarchy was read."""
    return session.catalog.hierarchy_notes if session.arrangement is None else ()
