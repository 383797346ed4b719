"""The line over each help sheet tells the view as it shows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from clftui.app.summaries import summary
from clftui.data.catalog import open_catalog
from clftui.state.selection import Tab
from clftui.state.session import Session, open_session
from clftui.state.settings import EpochsPane, Pane, RankingRows, RankingVariant
from tests.builders import write_collection


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return open_session(open_catalog([write_collection(tmp_path / "c", runs=1, epochs=2)]))


def test_every_view_has_one_line(session: Session) -> None:
    lines = {tab: summary(replace(session, tab=tab)) for tab in Tab}
    assert all(lines.values()) and len(set(lines.values())) == len(Tab)
    assert max(map(len, lines.values())) <= 90


def test_it_follows_what_stands_there(session: Session) -> None:
    ranking = replace(session, tab=Tab.RANKING)
    drawn = replace(ranking.ranking, variant=RankingVariant.LINES, rows=RankingRows.EPOCHS)
    assert summary(replace(ranking, ranking=drawn)).startswith("an epoch a line")
    grouped = replace(ranking.ranking, level=1)
    assert "the groups are columns" in summary(replace(ranking, ranking=grouped))
    matrix = replace(session, tab=Tab.MATRIX)
    assert "rows are predicted" in summary(replace(matrix, matrix=replace(matrix.matrix, transposed=True)))
    assert "pairs" in summary(replace(matrix, matrix=replace(matrix.matrix, pane=Pane.PAIRS)))
    epochs = replace(session, tab=Tab.EPOCHS)
    assert "flipped" in summary(replace(epochs, epochs=replace(epochs.epochs, pane=EpochsPane.FLIPS)))
