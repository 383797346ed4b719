"""Estimators of scikit-learn, and what datasets and loaders tell without being asked twice."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from clftui.data.catalog import open_catalog
from clftui.data.run import Run
from clftui.logger.sklearn import SklearnLogger
from clftui.logger.torch import class_names, ranks, rows_of, sample_table
from clftui.logger.values import Refusal
from tests.logger.fake_torch import N, RandomSampler, loader


def the_run(folder: Path) -> Run:
    (run,) = open_catalog([folder]).runs
    return run


def test_sklearn_estimators_are_logged_whatever_they_can_tell(tmp_path: Path) -> None:
    from sklearn.ensemble import GradientBoostingClassifier
    from sklearn.linear_model import Perceptron, SGDClassifier
    from sklearn.neighbors import NearestCentroid

    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(30, 2)), np.array(["a", "b", "c"])[np.arange(30) % 3]
    with SklearnLogger(tmp_path / "sgd", {"test": (x, y)}) as log:
        sgd = SGDClassifier(loss="log_loss", alpha=0.5, random_state=0)
        for _ in range(2):
            sgd.partial_fit(x, y, classes=["a", "b", "c"])
            log.log(sgd, loss=0.5)
    run = the_run(tmp_path / "sgd")
    evaluation = run.evaluation("test", 2)
    assert evaluation is not None and run.classes == ("a", "b", "c") and run.hyperparameters["alpha"] == 0.5
    assert run.model == {"architecture": "SGDClassifier", "parameters": 9}
    stored = evaluation.scores(np.arange(30))
    assert stored is not None and np.allclose(stored, sgd.predict_proba(x)[evaluation.sample], atol=4e-3)
    for number, estimator in enumerate((Perceptron(), NearestCentroid())):
        with SklearnLogger(tmp_path / str(number), {"test": (x, y)}) as log:
            log.log(estimator.fit(x, y))
        answered = the_run(tmp_path / str(number)).evaluation("test", 1)
        assert answered is not None
        names = np.array(["a", "b", "c"])[answered.predicted]
        assert np.array_equal(names, estimator.predict(x)[answered.sample])
    with SklearnLogger(tmp_path / "gb", {"test": (x, y)}) as log:
        log.log_stages(GradientBoostingClassifier(n_estimators=3, max_depth=1).fit(x, y))
    assert the_run(tmp_path / "gb").epochs("test") == (1, 2, 3)


def test_loaders_tell_their_order_and_datasets_their_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    order = rows_of(loader())
    assert order is not None and order.tolist() == list(range(N))
    assert rows_of(SimpleNamespace(dataset=())) is None
    with pytest.raises(Refusal, match="RandomSampler"):
        rows_of(loader(RandomSampler(3)))
    folder = loader().dataset
    subset = SimpleNamespace(dataset=folder, indices=np.array([7, 2]))
    assert sample_table(subset) == {"true": [1, 2], "path": ["7.png", "2.png"]}
    assert class_names(subset) == ["a", "b", "c"]
    both = SimpleNamespace(datasets=[subset, SimpleNamespace(targets=[1])])
    assert sample_table(both) == {"true": [1, 2, 1]}
    timm = SimpleNamespace(reader=SimpleNamespace(samples=[("x/1.png", 0)], class_to_idx={"cat": 0}))
    assert sample_table(timm) == {"true": [0], "path": ["x/1.png"]} and class_names(timm) == ["cat"]
    assert sample_table(SimpleNamespace(tensors=[np.zeros((2, 5)), np.array([0, 1])])) == {"true": [0, 1]}
    assert sample_table(object()) == {} and class_names(object()) is None
    monkeypatch.setenv("RANK", "2")
    monkeypatch.setenv("WORLD_SIZE", "4")
    assert ranks() == {"rank": 2, "world_size": 4}
