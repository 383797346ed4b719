"""Where the hierarchy has names for classes that are codes, every view calls them so."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from clftui.data.catalog import open_catalog
from clftui.data.evaluation import Evaluation
from clftui.drawing.canvas import Canvas
from clftui.drawing.palette import find_themes, load_theme
from clftui.state.later import LATER, PASTS, SLOW
from clftui.state.map_classes import SPANS
from clftui.state.map_cloud import CLOUDS
from clftui.state.map_colours import names_of
from clftui.state.moves import drill_to_samples, select
from clftui.state.sample_detail_nearest import NEAREST
from clftui.state.sample_list import SampleList, listing
from clftui.state.sample_settings import SampleGrouping
from clftui.state.sample_tags import Tag, give
from clftui.state.scores_settings import ScoresVariant
from clftui.state.selection import Part, Scope, Tab
from clftui.state.session import Session, open_session
from clftui.state.settings import Pane, RankingVariant
from clftui.state.tag_steps import tagged
from clftui.state.unready import impatient
from clftui.state.words import scope_words
from clftui.views.epochs import EpochsView
from clftui.views.map import MapView
from clftui.views.matrix import MatrixView
from clftui.views.ranking import RankingView
from clftui.views.samples import SamplesView
from clftui.views.scores import ScoresView
from clftui.views.view import View
from tests.builders import write_run, write_samples
from tests.views.samples_app import opened, settled, text_of

CODES, NAMES = ("n01", "n02", "n03"), ("viper", "spaniel", "velvet")


@pytest.fixture
def session(tmp_path: Path) -> Session:
    write_run(tmp_path / "runs" / "a", classes=CODES, epochs=3)
    leaves = [{"name": code, "label": name} for code, name in zip(CODES, NAMES, strict=True)]
    file = tmp_path / "tree.json"
    file.write_text(json.dumps({"name": "all", "children": [{"name": "animals", "children": leaves[:2]}, leaves[2]]}))
    return open_session(open_catalog([tmp_path / "runs"], hierarchy=file))


@pytest.fixture
def labelled_images(tmp_path: Path, session: Session) -> Session:
    write_samples(tmp_path / "runs" / "samples" / "test.csv", 80, images=True)
    write_run(tmp_path / "runs" / "b", classes=CODES, epochs=3, samples={"test": "../samples/test.csv"})
    return open_session(open_catalog([tmp_path / "runs"], hierarchy=tmp_path / "tree.json"), run="b")


def the_evaluation(session: Session) -> Evaluation:
    found = session.evaluation()
    assert found is not None
    return found


def drawn(view: View, session: Session) -> str:
    view.set_reactive(type(view).session, session)
    canvas = Canvas(120, 35, load_theme(find_themes()["dark"]))
    for _ in range(4):
        canvas = Canvas(120, 35, canvas.palette)
        with impatient():
            view.draw(canvas)
        assert all(each.settle() for each in (LATER, SLOW, PASTS, NEAREST, CLOUDS, SPANS))
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


def samples_in(session: Session, **settings: object) -> Session:
    everything = drill_to_samples(session, Scope(part=Part.ALL))
    return replace(everything, samples=replace(everything.samples, **settings))  # type: ignore[arg-type]


@pytest.mark.parametrize("grouping", [SampleGrouping.NONE, SampleGrouping.TRUE, SampleGrouping.PREDICTED])
def test_in_lines_of_samples_and_their_groups(session: Session, grouping: SampleGrouping) -> None:
    for folded in (False, True):
        shown = drawn(SamplesView(), samples_in(session, grouping=grouping, folded=folded))
        assert NAMES[0] in shown and "n0" not in shown
    cell = drill_to_samples(session, Scope("n01", "n01"))
    assert "viper predicted right" in drawn(SamplesView(), cell)


async def test_in_thumbnails_and_one_sample_alone(labelled_images: Session) -> None:
    async with opened(select(samples_in(labelled_images), sample="0005")) as (pilot, view):
        grid = text_of(view)
        assert "true viper" in grid and "n0" not in grid
        await pilot.press("enter")
        await settled(pilot, view)
        alone = text_of(view)
        assert all(name in alone for name in NAMES) and "n0" not in alone


def test_in_what_tagging_says(session: Session) -> None:
    everything = samples_in(session)
    shown = listing(everything)
    assert isinstance(shown, SampleList)
    batch = give(session.catalog, "test", [(shown.sample_id(0), Tag.MISLABELLED, "n03")])
    assert "mislabelled, rather velvet;" in tagged(everything, batch, None).notice


def test_in_scores_decisions_and_map(session: Session) -> None:
    stacks = drawn(ScoresView(), replace(session, tab=Tab.SCORES))
    assert all(name in stacks for name in NAMES) and "n0" not in stacks
    names = names_of(session, the_evaluation(session))
    assert names == NAMES
    picture = drawn(MapView(), replace(session, tab=Tab.MAP))
    assert all(name in picture for name in NAMES) and "n0" not in picture
    for variant in (ScoresVariant.CALIBRATION, ScoresVariant.THRESHOLDS):
        decisions = replace(session, tab=Tab.SCORES, scores=replace(session.scores, variant=variant))
        shown = drawn(ScoresView(), decisions)
        assert "velvet" in shown and "n0" not in shown
