"""Small maps: the same samples in several runs and epochs, laid onto one another."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from clftui.bundled import bundled_folder
from clftui.data.catalog import open_catalog
from clftui.schema import FormatError
from clftui.state.filters import Expression
from clftui.state.map_multiples import SmallModel, small_model, spread
from clftui.state.map_settings import MapColour, MapMethod, MapSettings, MapSource, Multiples
from clftui.state.moves import add_filter, select
from clftui.state.selection import Tab
from clftui.state.session import open_session
from tests.builders import write_run
from tests.mapped import mapped, write_mapped


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_mapped(tmp_path / "runs", epochs=8)


def titles(model: SmallModel) -> list[str]:
    return [each.of.title for each in model.pictures]


def test_runs_side_by_side_show_the_same_samples_laid_onto_the_focused_one(root: Path) -> None:
    model = small_model(mapped(root, run="far", multiples=Multiples.RUNS))
    session = mapped(root, run="far")
    assert titles(model) == [run.name for _, run in session.lettered]
    first = model.pictures[model.first]
    assert first.of.title == "far" and first.left == 0 and model.source is MapSource.FEATURES
    [other] = [each for each in model.pictures if each is not first]
    assert np.array_equal(first.model.picture.points, other.model.picture.points)
    assert 0 < other.left < 0.5
    # Laid onto it, samples lie near themselves.
    apart = np.linalg.norm(first.model.picture.places - other.model.picture.places, axis=1)
    shuffled = np.linalg.norm(first.model.picture.places - other.model.picture.places[::-1], axis=1)
    assert np.median(apart) < 0.3 * np.median(shuffled)


def test_six_epochs_at_most_the_first_the_last_and_the_one_that_shows(root: Path) -> None:
    session = mapped(root, multiples=Multiples.EPOCHS)
    assert titles(small_model(session)) == [f"epoch {epoch}" for epoch in (1, 2, 4, 5, 7, 8)]
    pinned = small_model(select(session, epoch=3))
    assert "epoch 3" in titles(pinned) and len(pinned.pictures) == 6
    assert pinned.pictures[pinned.first].of.title == "epoch 3"
    ranged = small_model(select(session, epoch=3, span=(2, 4)))
    assert titles(ranged) == ["epoch 2", "epoch 3", "epoch 4"]


@pytest.mark.parametrize("keep", range(1, 21))
def test_spread_epochs_are_few_and_hold_both_ends_and_the_kept_one(keep: int) -> None:
    found = spread(list(range(1, 21)), 6, keep)
    assert len(found) == len(set(found)) == 6 and {1, 20, keep} <= set(found) and found == sorted(found)
    assert spread([3, 4], 6, 4) == [3, 4]


def test_filters_and_colours_hold_in_every_map(root: Path) -> None:
    session = add_filter(mapped(root, multiples=Multiples.EPOCHS), Expression('true == "dog"'))
    model = small_model(replace(session, map=replace(session.map, colour=MapColour.RIGHT)))
    assert {len(each.model.picture.points) for each in model.pictures} == {30}
    wrong = [int((each.model.picture.codes == 1).sum()) for each in model.pictures]
    answers = [each.of.cloud.evaluation for each in model.pictures]
    assert wrong == [int(((e.true != e.predicted) & (e.true == 1)).sum()) for e in answers]


def test_runs_that_share_no_samples_say_so(tmp_path: Path) -> None:
    root = tmp_path / "strangers"
    write_run(root / "a", epochs=1)
    write_run(root / "b", epochs=1, seed=1)
    session = mapped(root, run="a", multiples=Multiples.RUNS)
    with pytest.raises(FormatError, match="share no samples; m shows one map"):
        small_model(session)


@pytest.mark.row("P8", "P7")
@pytest.mark.parametrize("multiples", [Multiples.EPOCHS, Multiples.RUNS])
def test_the_papers_case_confused_digits_lie_nearer_and_the_numbers_agree(multiples: Multiples) -> None:
    """VisMlic's figure 4: maps of the epochs of one model, and of several models, of the same instances."""
    session = open_session(open_catalog([bundled_folder("sample_runs") / "digits"]), run="cnn-120")
    settings = MapSettings(multiples=multiples, method=MapMethod.QUICK)
    shown = small_model(replace(session, tab=Tab.MAP, map=settings))
    errors = []
    for each in shown.pictures:
        e = each.of.cloud.evaluation
        errors.append(float((e.true != e.predicted).mean()))
        # In the first epoch nearly all are taken for a few classes: what is confused lies anywhere.
        assert errors[-1] > 0.5 or _confused_share(each.model.picture.places, e.true, e.predicted) < 0.9
    # Logits of a forest's votes, most of them none at all, say little: the numbers of models are those of scores.
    source = MapSource.LOGITS if multiples is Multiples.EPOCHS else MapSource.SCORES
    told = small_model(replace(session, map=replace(settings, source=source)), wait=True)
    purity = [each.numbers.whole_purity for each in told.pictures if each.numbers is not None]
    assert len(purity) == len(errors) > 4 and np.corrcoef(errors, purity)[0, 1] < -0.9


def _confused_share(places: np.ndarray, true: np.ndarray, predicted: np.ndarray) -> float:
    """How far apart confused classes lie, as a share of how far classes lie apart."""
    middle = np.stack([np.median(places[true == cls], axis=0) for cls in range(10)])
    apart = np.linalg.norm(middle[:, None] - middle, axis=2)
    confused = np.zeros((10, 10))
    np.add.at(confused, (true, predicted), 1)
    np.fill_diagonal(confused, 0)
    off = ~np.eye(10, dtype=bool)
    return float((apart * confused).sum() / confused.sum() / apart[off].mean())
