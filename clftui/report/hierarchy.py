"""The class hierarchy as a tree with metrics, and which group each class belongs to on each level."""

from __future__ import annotations

from typing import Any

from clftui.analysis.hierarchy import GroupMetrics, Hierarchy
from clftui.analysis.hierarchy_arrange import groups_above, path_of
from clftui.report import Options
from clftui.report.groups import COLUMNS, RULE, grown, notes, title_of, values
from clftui.report.render import Table
from clftui.state.group_steps import NO_HIERARCHY
from clftui.state.matrix_model import missing
from clftui.state.session import Session


def data(session: Session, options: Options | None = None) -> dict[str, Any]:
    """`{"hierarchy": {"name", "children", "precision", "recall", "f1"}, "levels": [{class: [group, ...]}]}`.

    "hierarchy" is a hierarchy.json: nested, classes are leaves. "levels" has for each level, the outermost first, the
    path of every class's group, the smallest where the tree ends above: labels for an auxiliary loss. Null and []
    without a hierarchy.
    """
    found = grown(session)
    if found is None:
        return {"hierarchy": None, "levels": []}
    tree, shares = found
    return {"hierarchy": _node(tree, shares, session.classes, 0), "levels": _levels(tree, session.classes)}


def _node(tree: Hierarchy, shares: GroupMetrics, classes: tuple[str, ...], at: int) -> dict[str, Any]:
    node = tree.nodes[at]
    out: dict[str, Any] = {"name": classes[node.class_index] if node.class_index >= 0 else node.name}
    if node.class_index >= 0 and node.name != out["name"]:
        out["label"] = node.name
    out |= {"precision": shares.precision[at], "recall": shares.recall[at], "f1": shares.f1[at]}
    if node.children:
        out["children"] = [_node(tree, shares, classes, child) for child in node.children]
    return out


def _levels(tree: Hierarchy, classes: tuple[str, ...]) -> list[dict[str, list[str]]]:
    depth = max((tree.nodes[node].depth for node in tree.groups), default=0)
    above = {name: groups_above(tree, index) for index, name in enumerate(classes)}

    def label(groups: tuple[int, ...], level: int) -> list[str]:
        return list(path_of(tree, groups[min(level, len(groups)) - 1])) if groups else []

    return [{name: label(groups, level) for name, groups in above.items()} for level in range(1, depth + 1)]


def table(session: Session, options: Options | None = None) -> Table:
    """The tree, indented; classes are its leaves. `options.top` keeps so many levels."""
    found = grown(session)
    title = title_of(session, "Class hierarchy")
    if found is None:
        return Table(title, COLUMNS, (), (missing(session) or NO_HIERARCHY,))
    tree, shares = found
    deepest = options.top if options is not None and options.top is not None else len(tree.nodes)
    rows = []
    for at, node in enumerate(tree.nodes):
        if not 0 < node.depth <= deepest:
            continue
        name = session.classes[node.class_index] if node.class_index >= 0 else node.name
        words = name if name == node.name else f"{name} {node.name}"
        rows.append((f"{'  ' * (node.depth - 1)}{words}", *values(tree, shares, at)))
    return Table(title, COLUMNS, tuple(rows), (RULE, *notes(session)))
