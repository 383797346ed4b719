"""Where the hierarchy has names for classes that are codes, every view calls them so."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from clftui.data.catalog import open_catalog
from clftui.drawing.canvas import Canvas
from clftui.drawing.palette import find_themes, load_theme
from clftui.state.later import LATER, SLOW
from clftui.state.moves import drill_to_samples
from clftui.state.selection import Scope, Tab
from clftui.state.session import Session, open_session
from clftui.state.settings import Pane, RankingVariant
from clftui.state.words import scope_words
from clftui.views.epochs import EpochsView
from clftui.views.matrix import MatrixView
from clftui.views.ranking import RankingView
from clftui.views.view import View
from tests.builders import write_run

CODES, NAMES = ("n01", "n02", "n03"), ("viper", "spaniel", "velvet")


@pytest.fixture
def session(tmp_path: Path) -> Session:
    write_run(tmp_path / "runs" / "a", classes=CODES, epochs=3)
    leaves = [{"name": code, "label": name} for code, name in zip(CODES, NAMES, strict=True)]
    file = tmp_path / "tree.json"
    file.write_text(json.dumps({"name": "all", "children": [{"name": "animals", "children": leaves[:2]}, leaves[2]]}))
    return open_session(open_catalog([tmp_path / "runs"], hierarchy=file))


def drawn(view: View, session: Session) -> str:
    view.set_reactive(type(view).session, session)
    canvas = Canvas(120, 35, load_theme(find_themes()["dark"]))
    for _ in range(3):
        canvas = Canvas(120, 35, canvas.palette)
        view.draw(canvas)
        assert LATER.settle() and SLOW.settle()
    return "\n".join(canvas.rows_text())


@pytest.mark.parametrize("tab", [Tab.RANKING, Tab.MATRIX, Tab.EPOCHS])
def test_labels_stand_for_codes(session: Session, tab: Tab) -> None:
    view = {Tab.RANKING: RankingView, Tab.MATRIX: MatrixView, Tab.EPOCHS: EpochsView}[tab]()
    shown = drawn(view, replace(session, tab=tab))
    assert all(name in shown for name in NAMES) and not any(code in shown for code in CODES)


def test_in_ranking_lines_the_list_of_pairs_and_the_breadcrumb_too(session: Session) -> None:
    lines = replace(session, tab=Tab.RANKING, ranking=replace(session.ranking, variant=RankingVariant.LINES))
    shown = drawn(RankingView(), lines)
    assert all(name in shown for name in NAMES) and "n01" not in shown
    shown = drawn(MatrixView(), replace(session, tab=Tab.MATRIX, matrix=replace(session.matrix, pane=Pane.PAIRS)))
    assert "viper → " in shown and "n01" not in shown
    assert scope_words(drill_to_samples(session, Scope("n01", "n03"))) == "viper → velvet"
