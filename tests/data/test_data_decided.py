"""An evaluation decided anew: its labels, summary, best classes and columns, and what of it is still the file's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from clftui.analysis.decisions import Rule
from clftui.analysis.temperature import tempered
from clftui.data.catalog import open_catalog
from clftui.data.decided import Decided, score_blocks
from clftui.data.evaluation import Evaluation
from tests.builders import write_run

NONE = float("nan")


@pytest.fixture
def real(tmp_path: Path) -> Evaluation:
    return evaluation_in(write_run(tmp_path / "cnn", epochs=1))


def evaluation_in(folder: Path) -> Evaluation:
    found = open_catalog([folder]).runs[0].evaluation("test")
    assert found is not None
    return found


def keep_best(folder: Path, k: int) -> None:
    """Leave the k best classes of the only epoch alone."""
    path = folder / "epochs" / "00001" / "test.npz"
    with np.load(path) as stored:
        arrays = dict(stored)
    costs = arrays.pop("nll")
    best = np.argsort(costs, axis=1, kind="stable")[:, :k]
    arrays |= {"top_classes": best.astype(np.int32), "top_nll": np.take_along_axis(costs, best, axis=1)}
    np.savez(path, allow_pickle=False, **arrays)


def test_a_rule_without_effect_gives_what_was_logged(real: Evaluation) -> None:
    found = Decided(real, Rule(weight=np.ones(4)))
    assert (found.predicted == real.predicted).all()
    for mine, theirs in zip(found.summary, real.summary, strict=True):
        assert np.allclose(mine, theirs)
    at = np.arange(10)
    for mine, theirs in zip(found.top(at, 3), real.top(at, 3), strict=True):
        assert np.allclose(mine, theirs)
    assert found.confusion.dense().tolist() == real.confusion.dense().tolist()
    assert found.real is real and real.real is real and found.path == real.path
    assert (found.true is real.true) and (found.sample is real.sample)


def test_a_weight_moves_answers_and_their_scores_follow(real: Evaluation) -> None:
    found = Decided(real, Rule(weight=np.array([50.0, 1, 1, 1])))
    assert found.confusion.predicted_count[0] > real.confusion.predicted_count[0]
    moved = np.flatnonzero(found.predicted != real.predicted)
    assert moved.size and (found.predicted[moved] == 0).all()
    scores = found.scores(moved)
    assert scores is not None
    assert np.allclose(found.confidence(moved), scores[:, 0])
    classes, values = found.top(moved, 6)
    assert (classes[:, 0] == 0).all() and (classes[:, 4:] == -1).all() and np.isnan(values[:, 4:]).all()
    assert (np.sort(classes[:, :4], axis=1) == np.arange(4)).all()


def test_a_temperature_reaches_scores_columns_and_confidence(real: Evaluation) -> None:
    found = Decided(real, Rule(temperature=3.0))
    at = np.arange(real.n)
    raw, scores, columns = real.scores(at), found.scores(at), found.score_columns([2, 0])
    assert raw is not None and scores is not None and columns is not None
    assert np.allclose(scores, tempered(raw, 3.0))
    assert np.allclose(columns, scores[:, [2, 0]])
    assert (found.predicted == real.predicted).all()
    assert np.allclose(found.confidence(), scores[at, found.predicted], atol=1e-6)
    found.forget()
    assert np.allclose(found.true_score(), scores[at, real.true], atol=1e-6)


def test_of_the_best_classes_alone_sets_can_be_merged_and_nothing_else(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "cnn", epochs=1)
    keep_best(folder, 2)
    real = evaluation_in(folder)
    found = Decided(real, Rule(group=np.array([0, 0, 1, 2])))
    inside = (real.predicted != real.true) & (real.predicted < 2) & (real.true < 2)
    assert inside.any()
    assert (found.predicted == np.where(inside, real.true, real.predicted)).all()
    assert np.isnan(found.confidence()[inside]).all() and not np.isnan(found.confidence()[~inside]).any()
    at = np.flatnonzero(inside)
    classes, values = found.top(at, 2)
    assert (classes[:, 0] == real.true[at]).all()
    had, scores = real.top(at, 2)
    swapped = had[:, 1] == real.true[at]
    assert swapped.any() and (classes[swapped] == had[swapped][:, ::-1]).all()
    assert np.allclose(values[swapped], scores[swapped][:, ::-1])
    assert np.isnan(values[~swapped, 0]).all() and (classes[~swapped, 1] == had[~swapped, 0]).all()
    assert found.score_columns([0]) is None and list(score_blocks(real)) == []
    with pytest.raises(ValueError, match="all classes"):
        Decided(real, Rule(temperature=2.0))
    assert (Decided(real, Rule()).predicted == real.predicted).all()
