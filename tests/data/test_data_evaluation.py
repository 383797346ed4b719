"""One split in one epoch: labels, confusion, and scores from every array that can hold them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from clftui.data.arrays import MemoryArrays
from clftui.data.catalog import open_catalog
from clftui.data.evaluation import Evaluation
from clftui.data.hot import Hot
from tests.builders import CLASSES, write_collection, write_run

Arrays = dict[str, NDArray[Any]]


def labels(n: int, k: int, seed: int = 0) -> Arrays:
    rng = np.random.default_rng(seed)
    return {
        "sample": rng.permutation(n).astype(np.int64),
        "true": rng.integers(-1, k, n),
        "predicted": rng.integers(-1, k, n),
    }


def probabilities(n: int, k: int, seed: int = 0) -> NDArray[np.float64]:
    return np.random.default_rng(seed).dirichlet(np.ones(k) * 0.3, n)


def nll_of(p: NDArray[np.float64]) -> NDArray[np.float16]:
    with np.errstate(divide="ignore", over="ignore"):
        return np.clip(-np.log(p), 0, 65504).astype(np.float16)


def make(arrays: Arrays, k: int) -> Evaluation:
    return Evaluation("test", 1, tuple(f"c{i}" for i in range(k)), [MemoryArrays("x.npz", arrays)])


def brute_rank(scores: NDArray[Any], true: int, predicted: int) -> int:
    """The definition, sample by sample: the predicted class first, then by score, ties to the true class's favour."""
    if true < 0 or np.isnan(scores).any():
        return 0
    if true == predicted:
        return 1
    better = {int(c) for c in np.flatnonzero(scores > scores[true])}
    return 1 + len(better | ({predicted} if predicted >= 0 else set()))


def test_a_run_on_disk(tmp_path: Path) -> None:
    root = write_collection(tmp_path / "runs", runs=1)
    run = open_catalog([root]).runs[0]
    evaluation = run.evaluation("test")
    assert evaluation is not None
    stored = np.load(run.path / "epochs" / "00003" / "test.npz")
    assert np.array_equal(evaluation.sample, stored["sample"])
    assert evaluation.true.dtype == evaluation.predicted.dtype == np.int32
    wrong = evaluation.positions(wrong=True)
    assert np.array_equal(wrong, np.flatnonzero(stored["true"] != stored["predicted"]))
    cell = evaluation.positions(true=1, predicted=2)
    assert len(cell) == evaluation.confusion.cell(1, 2)
    assert (evaluation.epoch, evaluation.split, evaluation.ranks, evaluation.n) == (3, "test", (1, 1), 80)
    assert evaluation.score_kind == "full" and evaluation.notes == () and evaluation.rank_limit is None
    assert np.allclose(evaluation.confidence(), np.exp(-stored["nll"].astype(float)).max(axis=1), atol=1e-6)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["nll", "nll32", "scores", "logits"]),
    st.integers(1, 23),
    st.integers(1, 70),
    st.integers(0, 10_000),
    st.booleans(),
)
def test_full_scores_equal_the_definition(kind: str, k: int, n: int, seed: int, holes: bool) -> None:
    rng = np.random.default_rng(seed)
    p = np.round(probabilities(n, k, seed), 2)  # rounding makes ties
    p /= p.sum(axis=1, keepdims=True)
    choices: Arrays = {
        "nll": nll_of(p),
        "nll32": nll_of(p).astype(np.float32),
        "scores": p.astype(np.float32),
        "logits": np.log(np.maximum(p, 1e-9)).astype(np.float32),
    }
    stored = choices[kind]
    if holes:
        stored[rng.integers(0, n), rng.integers(0, k)] = np.nan
    arrays = labels(n, k, seed) | {kind.removesuffix("32"): stored}
    evaluation = make(arrays, k)
    scores = evaluation.scores(np.arange(n))
    assert scores is not None and scores.dtype == np.float32
    # Ranks are those of what is stored: -log p of distinct tiny p may be one half.
    order = -stored.astype(np.float64) if kind.startswith("nll") else stored
    true, predicted = arrays["true"], arrays["predicted"]
    ranks = [brute_rank(order[i], int(true[i]), int(predicted[i])) for i in range(n)]
    assert evaluation.true_rank().tolist() == ranks
    some = rng.integers(0, n, 5)
    fresh = make(arrays, k)
    assert fresh.true_rank(some).tolist() == [ranks[i] for i in some]
    row = np.arange(n)
    confidence = np.where(predicted >= 0, scores[row, predicted], np.nan)
    assert np.allclose(evaluation.confidence(), confidence, equal_nan=True, atol=1e-6)
    assert np.allclose(
        evaluation.true_score(), np.where(true >= 0, scores[row, true], np.nan), equal_nan=True, atol=1e-6
    )
    assert np.allclose(fresh.confidence(some), confidence[some], equal_nan=True, atol=1e-6)
    assert evaluation.nan_rows == int(np.isnan(stored).any(axis=1).sum())
    assert any("NaN" in note for note in evaluation.notes) == bool(evaluation.nan_rows)
    columns = evaluation.score_columns([k - 1, 0])
    assert columns is not None
    whole = ~np.isnan(stored).any(axis=1)
    assert np.allclose(columns[whole], scores[whole][:, [k - 1, 0]], atol=1e-6)
    one = evaluation.score_column(0)
    assert one is not None and np.allclose(one[whole], columns[whole, 1])


def test_probabilities_come_back_from_nll_and_logits() -> None:
    p = probabilities(50, 7)
    logits = np.log(p) + np.random.default_rng(1).normal(size=(50, 1)) * 30
    base = labels(50, 7)
    from_logits = make(base | {"logits": logits}, 7).scores(np.arange(50))
    from_nll = make(base | {"nll": nll_of(p)}, 7).scores(np.arange(50))
    assert from_logits is not None and np.allclose(from_logits, p, atol=1e-5)
    likely = p > 1e-6
    assert from_nll is not None and np.abs(from_nll / p - 1)[likely].max() < 0.0045  # the format's promise: 0.4 %


def test_negative_bits_of_nan_do_not_rank_first() -> None:
    stored = np.array([[1.0, 2.0, 3.0], [1.0, 2.0, 3.0]], dtype=np.float16)
    stored.view(np.uint16)[1, 2] = 0xFE00  # a NaN whose int16 is negative
    arrays = {
        "sample": np.arange(2), "true": np.array([1, 1]), "predicted": np.array([0, 0]), "nll": stored,
    }  # fmt: skip
    assert make(arrays, 3).true_rank().tolist() == [2, 0]


def test_top_lists_begin_with_the_stored_prediction() -> None:
    p = probabilities(40, 12)
    order = np.argsort(-p, axis=1)[:, :5]
    base = labels(40, 12)
    base["predicted"][:3] = [order[0, 2], order[1, 0], next(c for c in range(12) if c not in order[2])]
    arrays = base | {
        "top_classes": order.astype(np.int16),
        "top_nll": nll_of(np.take_along_axis(p, order, axis=1)),
        "true_nll": nll_of(p[np.arange(40), base["true"]]),
    }
    evaluation = make(arrays, 12)
    assert (evaluation.score_kind, evaluation.rank_limit) == ("top", 5)
    classes, scores = evaluation.top(np.arange(40), 5)
    answered = base["predicted"] >= 0
    assert np.array_equal(classes[answered, 0], base["predicted"][answered])
    assert classes[0].tolist() == [order[0, 2], *[c for c in order[0].tolist() if c != order[0, 2]]]
    assert classes[1].tolist() == order[1].tolist()
    assert classes[2, 1:].tolist() == order[2, :4].tolist() and np.isnan(scores[2, 0])
    assert np.array_equal(classes[~answered], order[~answered])
    for row in range(40):
        assert len(set(classes[row].tolist())) == 5
        known = ~np.isnan(scores[row])
        assert np.allclose(scores[row][known], p[row, classes[row]][known], rtol=0.005)
    ranks = evaluation.true_rank()
    for row in range(40):
        true, predicted = int(base["true"][row]), int(base["predicted"][row])
        expected = brute_rank(p[row], true, predicted)
        assert ranks[row] == min(expected, 6), row
    labelled = base["true"] >= 0
    assert np.allclose(evaluation.true_score()[labelled], p[np.arange(40), base["true"]][labelled], rtol=0.005)
    assert evaluation.scores([0]) is None and evaluation.score_column(0) is None


def test_full_top_list() -> None:
    p = probabilities(30, 9)
    base = labels(30, 9)
    evaluation = make(base | {"scores": p}, 9)
    classes, scores = evaluation.top(np.arange(30), 20)
    assert classes.shape == (30, 20) and (classes[:, 9:] == -1).all() and np.isnan(scores[:, 9:]).all()
    for row in range(30):
        predicted = int(base["predicted"][row])
        rest = [c for c in np.argsort(-p[row], kind="stable").tolist() if c != predicted]
        assert classes[row, :9].tolist() == ([predicted] if predicted >= 0 else []) + rest
    assert np.array_equal(evaluation.top([4, 2], 3)[0], classes[[4, 2], :3])


def test_labels_alone_and_single_scores() -> None:
    base = labels(25, 4)
    bare = make(base, 4)
    assert bare.score_kind == "none" and np.isnan(bare.confidence()).all() and bare.nan_rows == 0
    right = (base["true"] == base["predicted"]) & (base["true"] >= 0)
    assert np.array_equal(bare.true_rank() == 1, right) and set(bare.true_rank().tolist()) <= {0, 1}
    single = make(base | {"predicted_nll": np.full(25, np.log(2), dtype=np.float16)}, 4)
    assert single.score_kind == "predicted"
    assert np.allclose(single.confidence()[base["predicted"] >= 0], 0.5, atol=1e-3)
    assert np.allclose(single.true_score()[right], 0.5, atol=1e-3)
    assert np.isnan(single.true_score()[~right]).all() and single.nan_rows == 0
    assert single.top([0], 2)[0][0].tolist() == [base["predicted"][0], -1]


def test_features_and_losses_by_position() -> None:
    base = labels(20, 4)
    features = np.arange(60, dtype=np.float16).reshape(20, 3)
    evaluation = make(base | {"features": features, "loss": np.arange(20, dtype=np.float64)}, 4)
    found, losses = evaluation.features([7, 3]), evaluation.loss([7, 3])
    assert found is not None and found.tolist() == features[[7, 3]].tolist()
    assert losses is not None and losses.tolist() == [7, 3]
    assert make(base, 4).features([1]) is None and make(base, 4).loss([1]) is None


def test_a_bare_matrix_has_counts_only() -> None:
    matrix = np.array([[5, 1], [2, 7]])
    evaluation = make({"confusion": matrix}, 2)
    assert not evaluation.has_samples and evaluation.n == 15 and evaluation.score_kind == "none"
    assert np.array_equal(evaluation.confusion.dense(), matrix)
    assert len(evaluation.positions(wrong=True)) == 0 and evaluation.top([], 3)[0].shape == (0, 3)
    assert evaluation.confidence().shape == (0,) and evaluation.scores([]) is None


def test_memory_can_be_given_back_and_read_again(tmp_path: Path) -> None:
    run = open_catalog([write_run(tmp_path / "cnn")]).runs[0]
    evaluation = run.evaluation("test")
    assert evaluation is not None and evaluation.nbytes == 0
    before = evaluation.confusion.dense(), evaluation.confidence()
    assert evaluation.nbytes > 0
    evaluation.forget()
    assert evaluation.nbytes == 0
    assert np.array_equal(before[0], evaluation.confusion.dense())
    assert np.array_equal(before[1], evaluation.confidence())


def test_the_evaluations_used_last_keep_their_memory() -> None:
    hot = Hot(budget=10 * 25 * 4)
    made = [make(labels(25, 4, seed), 4) for seed in range(48)]
    for evaluation in made:
        assert evaluation.predicted.nbytes == 100
        hot.touch(evaluation)
    held = [evaluation.nbytes > 0 for evaluation in made]
    assert held == [False] * 32 + [True] * 16  # sixteen are kept whatever they hold
    assert np.array_equal(made[0].predicted, labels(25, 4, 0)["predicted"])


def test_epochs_share_what_is_equal(tmp_path: Path) -> None:
    run = open_catalog([write_run(tmp_path / "cnn", epochs=3)]).runs[0]
    found = [run.evaluation("test", epoch) for epoch in run.epochs("test")]
    first, last = found[0], found[-1]
    assert first is not None and last is not None
    assert last.sample is first.sample and last.true is first.true and last.predicted is not first.predicted


@pytest.mark.parametrize("missing", [("val", None), ("test", 9)])
def test_what_is_not_there_is_none(tmp_path: Path, missing: tuple[str, int | None]) -> None:
    run = open_catalog([write_run(tmp_path / "cnn")]).runs[0]
    assert run.evaluation(*missing) is None
    assert run.epochs("val") == () and run.newest("val") is None and run.classes == CLASSES
