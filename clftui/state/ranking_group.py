"""Ranking's columns where the class hierarchy orders them or a group is selected."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from clftui.analysis.hierarchy import Hierarchy
from clftui.state.class_tree import tree_of
from clftui.state.hierarchy_view import selected_group
from clftui.state.session import Session
from clftui.state.settings import ClassOrder

if TYPE_CHECKING:
    from clftui.state.ranking_table import RankingTable


def of_groups(table: RankingTable, session: Session) -> RankingTable:
    """`table` with the columns of the selected group alone, and in the order of the hierarchy where that is chosen."""
    tree, chosen = tree_of(session), selected_group(session)
    if tree is None or table.given != session.classes:
        return table
    ordered = session.ranking.order is ClassOrder.HIERARCHY
    return _of_groups(table, tree, chosen[1] if chosen is not None else 0, ordered)


@lru_cache(maxsize=8)
def _of_groups(table: RankingTable, tree: Hierarchy, node: int, ordered: bool) -> RankingTable:
    kept = np.arange(len(table.columns))
    if ordered:
        kept = np.argsort(tree.position[table.columns], kind="stable")
    if node:
        kept = kept[np.isin(table.columns[kept], tree.classes(node))]
    if len(kept) == len(table.columns) and (np.diff(kept) == 1).all():
        return table
    classes = tuple(table.classes[column] for column in kept.tolist())
    return replace(table, classes=classes, columns=table.columns[kept], values=table.values[:, kept])
