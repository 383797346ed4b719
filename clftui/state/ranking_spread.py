"""How far the ranks of each row of the ranking lie apart: who is steady over the classes, and who is not."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from clftui.state.ranking_table import RankingTable


class Spread(NamedTuple):
    """A row's best and worst rank over the classes where it has one."""

    row: int
    best: int
    worst: int


def spread_of(table: RankingTable, row: int) -> Spread | None:
    """The spread of one row; None where it is ranked in no class."""
    ranked = table.ranks[row][table.ranks[row] > 0]
    return Spread(row, int(ranked.min()), int(ranked.max())) if ranked.size else None


def extremes(table: RankingTable) -> tuple[Spread, Spread] | None:
    """The steadiest row and the least steady one, of equal ones the better overall; None where all spread alike."""
    known = np.flatnonzero(~np.isnan(table.spread))
    if len(known) < 2 or np.ptp(table.spread[known]) == 0:
        return None
    by_overall = table.by_overall[np.isin(table.by_overall, known)]
    steady = int(by_overall[np.argmin(table.spread[by_overall])])
    restless = int(by_overall[np.argmax(table.spread[by_overall])])
    first, last = spread_of(table, steady), spread_of(table, restless)
    return (first, last) if first is not None and last is not None else None
