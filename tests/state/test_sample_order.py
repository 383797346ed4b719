"""The order of samples, and the one that stands for a cell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clftui.data.arrays import MemoryArrays
from clftui.data.catalog import open_catalog
from clftui.data.evaluation import Evaluation
from clftui.state.moves import drill_to_samples
from clftui.state.sample_list import (
    SampleList,
    listing,
)
from clftui.state.sample_order import available_sorts, order, representative
from clftui.state.sample_settings import SampleSort
from clftui.state.selection import Scope
from clftui.state.session import Session, open_session
from tests.builders import write_run


def evaluation(true: list[int], predicted: list[int], **arrays: Any) -> Evaluation:
    """An evaluation of 4 classes; sample numbers run backwards, so that file order is not position order."""
    n = len(true)
    held = {
        "sample": np.arange(n, dtype=np.int64)[::-1].copy(),
        "true": np.asarray(true, dtype=np.int32),
        "predicted": np.asarray(predicted, dtype=np.int32),
        **arrays,
    }
    return Evaluation("test", 1, ("cat", "dog", "fox", "owl"), [MemoryArrays("memory", held)])


def scores(rows: list[list[float]]) -> dict[str, Any]:
    return {"scores": np.asarray(rows, dtype=np.float32)}


def shown_in(session: Session) -> SampleList:
    shown = listing(session)
    assert isinstance(shown, SampleList), shown
    return shown


@given(st.lists(st.one_of(st.floats(0, 1, width=32), st.just(float("nan"))), min_size=1, max_size=30))
def test_orders_are_those_of_a_plain_sort(confidence: list[float]) -> None:
    n = len(confidence)
    nll = -np.log(np.maximum(np.asarray(confidence, dtype=np.float32), 1e-30))
    own = np.linspace(1, 2, n, dtype=np.float32)
    loss = np.linspace(5, 3, n, dtype=np.float32)
    e = evaluation([0] * n, [1] * n, predicted_nll=nll, true_nll=own, loss=loss)
    everything = np.arange(n, dtype=np.int64)
    known, true_score = e.confidence(), e.true_score()
    keys: dict[SampleSort, Any] = {
        SampleSort.CONFIDENCE: [-c for c in known.tolist()],
        SampleSort.TRUE_SCORE: true_score.tolist(),
        SampleSort.LOSS: [-each for each in loss.tolist()],
        SampleSort.MARGIN: [float(t) - float(c) for c, t in zip(known.tolist(), true_score.tolist(), strict=True)],
        SampleSort.ROW: e.sample.tolist(),
    }
    for sort in keys:
        positions, _, used = order(e, everything, sort)
        assert used is sort
        key = keys[sort]
        expected = sorted(range(n), key=lambda i: (np.isnan(key[i]), key[i] if key[i] == key[i] else 0, e.sample[i]))
        if sort is SampleSort.MARGIN:  # The difference is rounded once more in float32: compare keys, not positions.
            got = np.asarray(key)[positions]
            assert np.allclose(got, np.asarray(key)[expected], atol=1e-6, equal_nan=True)
        else:
            assert positions.tolist() == expected


def test_loss_falls_back_to_the_cross_entropy_of_the_scores() -> None:
    e = evaluation([0, 0, 0], [1, 1, 1], **scores([[0.1, 0.9, 0, 0], [0.05, 0.95, 0, 0], [0.3, 0.7, 0, 0]]))
    positions, _, used = order(e, np.arange(3), SampleSort.LOSS)
    assert used is SampleSort.LOSS
    assert positions.tolist() == [1, 0, 2]


def test_without_scores_there_is_file_order() -> None:
    e = evaluation([0, 0, 0], [1, 1, 1])
    assert available_sorts(e) == (SampleSort.ROW,)
    positions, _, used = order(e, np.arange(3), SampleSort.CONFIDENCE)
    assert used is SampleSort.ROW
    assert e.sample[positions].tolist() == [0, 1, 2]


@pytest.mark.row("P10")
def test_the_representative_is_the_surest_of_its_cell() -> None:
    e = evaluation([0, 0, 0, 1], [1, 1, 2, 1], **scores([[0.1, 0.6, 0, 0], [0, 0.9, 0, 0], [0, 0, 1, 0], [0, 1, 0, 0]]))
    assert representative(e, 0, 1) == 1
    assert representative(e, 0, 2) == 2
    assert representative(e, 3, 0) is None


@pytest.mark.row("P10")
def test_ties_and_missing_scores_are_settled_by_a_seeded_choice() -> None:
    rows = [[0.1, 0.9, 0, 0]] * 20
    for e in (evaluation([0] * 20, [1] * 20, **scores(rows)), evaluation([0] * 20, [1] * 20)):
        chosen = {seed: representative(e, 0, 1, seed) for seed in range(30)}
        assert chosen == {seed: representative(e, 0, 1, seed) for seed in range(30)}
        assert len(set(chosen.values())) > 5
    turned = evaluation([0] * 20, [1] * 20, sample=np.arange(20, dtype=np.int64))
    first, second = representative(e, 0, 1), representative(turned, 0, 1)
    assert first is not None and second is not None
    assert e.sample[first] == turned.sample[second], "the choice depends on the samples, not on the file's layout"


@pytest.mark.row("P10")
def test_the_representative_leads_its_cell(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "runs" / "a", epochs=1, n=40)
    path = folder / "epochs" / "00001" / "test.npz"
    held = dict(np.load(path))
    held["predicted"][held["true"] == 0] = 1
    held["nll"][:] = np.float16(1.0)
    np.savez(path, **held)
    shown = shown_in(drill_to_samples(open_session(open_catalog([tmp_path / "runs"])), Scope("cat", "dog")))
    assert shown.positions[0] == representative(shown.evaluation, 0, 1)
    assert sorted(shown.positions.tolist()) == shown.evaluation.positions(0, 1).tolist()
