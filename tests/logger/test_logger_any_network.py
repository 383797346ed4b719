"""Models of any kind are logged and shown the same way: an ensemble of trees, a text model, a convolution."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from clftui.data.catalog import open_catalog
from clftui.logger import RunLogger
from clftui.logger.sklearn import SklearnLogger
from clftui.report import Options, render
from clftui.state.matrix_model import matrix
from clftui.state.session import open_session

CLASSES = ("down", "left", "right")
N = 90
TRUE = np.arange(N) % 3
Scores = NDArray[np.float64]


def pictures() -> NDArray[np.float64]:
    """(n, 8, 8) a bright bar on noise: at the bottom, the left or the right."""
    found = np.random.default_rng(3).random((N, 8, 8))
    for number, cls in enumerate(TRUE.tolist()):
        place = (slice(5, 7), slice(None)) if cls == 0 else (slice(None), slice(1, 3) if cls == 1 else slice(5, 7))
        found[number][place] += 0.6
    return found


def forest(folder: Path) -> Scores:
    """A random forest of scikit-learn: no layers, no epochs."""
    from sklearn.ensemble import RandomForestClassifier

    x, names = pictures().reshape(N, -1), np.array(CLASSES)[TRUE]
    model = RandomForestClassifier(n_estimators=5, max_depth=2, random_state=0).fit(x[:60], names[:60])
    with SklearnLogger(folder, {"test": (x, names)}) as log:
        log.log(model)
    return np.asarray(model.predict_proba(x))


def words(folder: Path) -> Scores:
    """A bag of words with a log-linear layer, explained by the weight of each word."""
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.naive_bayes import MultinomialNB

    rng = np.random.default_rng(1)
    texts = [f"go {CLASSES[cls if rng.random() < 0.8 else (cls + 1) % 3]} now please" for cls in TRUE.tolist()]
    counter = CountVectorizer()
    model = MultinomialNB().fit(counter.fit_transform(texts), TRUE)
    scores = np.asarray(model.predict_proba(counter.transform(texts)))
    table = {"id": [f"t{at}" for at in range(N)], "true": [CLASSES[cls] for cls in TRUE], "text": texts}
    with RunLogger(folder, classes=CLASSES, model="naive Bayes", samples={"test": table}) as log:
        log.log(1, "test", TRUE, scores=scores)
        explained = [[(word, 0.9 if word in CLASSES else 0.1) for word in text.split()] for text in texts[:6]]
        log.log_text("weight", "test", np.arange(6), explained, target=scores[:6].argmax(axis=1), epoch=1)
    return scores


def convolution(folder: Path) -> Scores:
    """Two filters, their mean over the picture and a linear layer, in plain numpy, with its layer's responses."""
    x = pictures()
    kernels = np.array([[[1.0, 1], [-1, -1]], [[1, -1], [1, -1]]])
    windows = np.lib.stride_tricks.sliding_window_view(x, (2, 2), axis=(1, 2))
    answered = np.maximum(np.einsum("nhwij,kij->nkhw", windows, kernels), 0)
    pooled = np.concatenate([answered[:, :, :, :3].mean((2, 3)), answered[:, :, :, 3:].mean((2, 3))], axis=1)
    with_one = np.concatenate([pooled, np.ones((N, 1))], axis=1)
    weights = np.linalg.lstsq(with_one, np.eye(3)[TRUE], rcond=None)[0]
    logits = 8 * with_one @ weights
    scores = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    means = np.stack([answered[cls == TRUE].mean(axis=0) for cls in range(3)])
    with RunLogger(folder, classes=CLASSES, model={"architecture": "convolution", "parameters": 23}) as log:
        log.log(1, "test", TRUE, logits=logits)
        log.log_responses(1, "test", "conv", means, sample=np.arange(N), values=answered.mean((2, 3)))
    return np.asarray(scores)


@pytest.mark.row("O14")
def test_a_forest_a_text_model_and_a_convolution_are_logged_and_shown_the_same_way(tmp_path: Path) -> None:
    scores = {make.__name__: make(tmp_path / make.__name__ / make.__name__) for make in (forest, words, convolution)}
    catalog = open_catalog(sorted(tmp_path.iterdir()))  # Three folders, for they hold other samples.
    session = open_session(catalog)
    assert len(catalog.runs) == 3 and not catalog.problems
    for run in catalog.runs:
        evaluation = run.evaluation("test")
        assert evaluation is not None and run.classes == CLASSES
        told = scores[run.path.name][evaluation.sample].argmax(axis=1)
        counts = np.zeros((3, 3), dtype=np.int64)
        np.add.at(counts, (TRUE[evaluation.sample], told), 1)
        assert np.array_equal(evaluation.confusion.dense(), counts) and np.trace(counts) > N // 2
        here = replace(session, selection=replace(session.selection, run=run.key))
        shown = matrix(here)
        assert shown is not None and shown.confusion.total == N
        for view in ("ranking", "scores", "samples", "calibration", "issues"):
            assert render(here, view, "text", Options())
    ranking = render(session, "ranking", "csv", Options())
    assert all(name in ranking for name in scores)
