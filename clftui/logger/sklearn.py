"""scikit-learn: `SklearnLogger("runs/forest", {"test": (X, y)}).log(estimator)`, once or after every partial_fit."""

from __future__ import annotations

import os
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import numpy as np

from clftui.logger.models import plain
from clftui.logger.run import RunLogger


class SklearnLogger:
    """Logs what a fitted classifier says about `splits`, {name: (X, y)} with y as the estimator's own class labels.

    Classes, hyperparameters and sizes are the estimator's. Its surest interface gives the scores: `predict_proba`, else
    `decision_function`, else `predict` alone. Options go to `RunLogger`.
    """

    def __init__(self, folder: str | os.PathLike[str], splits: Mapping[str, tuple[Any, Any]], **options: Any) -> None:
        self._folder, self._options = folder, options
        self._splits = dict(splits)
        self._run: RunLogger | None = None
        self._epoch = 0

    def log(self, estimator: Any, epoch: int | None = None, **scalars: object) -> None:
        """Commit every split as `epoch`, by default one more than the last."""
        number = self._epoch + 1 if epoch is None else epoch
        for split, (rows, true) in self._splits.items():
            self._commit(estimator, number, split, true, _answers(estimator, rows), scalars)

    def log_stages(self, estimator: Any) -> None:
        """Commit every stage of a boosted estimator (`staged_predict_proba`) as an epoch."""
        for split, (rows, true) in self._splits.items():
            for number, scores in enumerate(estimator.staged_predict_proba(rows), start=1):
                self._commit(estimator, number, split, true, {"scores": scores}, {})

    def close(self) -> None:
        if self._run is not None:
            self._run.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._run is not None:
            self._run.__exit__(kind, error, trace)

    def _commit(
        self, estimator: Any, epoch: int, split: str, true: Any, answers: dict[str, Any], scalars: Mapping[str, object]
    ) -> None:
        labels = [_name(label) for label in estimator.classes_]
        if self._run is None:
            told: dict[str, Any] = {
                "classes": labels,
                "model": _facts(estimator),
                "hyperparameters": _hyperparameters(estimator),
                "samples": {name: {"true": [_name(each) for each in y]} for name, (_, y) in self._splits.items()},
            }
            self._run = RunLogger(self._folder, **(told | self._options))
        known = set(labels)
        # A class the estimator never saw has no column: its samples are unlabelled to it.
        number = {label: at for at, label in enumerate(labels)}
        index = np.array([number[name] if (name := _name(each)) in known else -1 for each in true])
        self._run.log(epoch, split, index, **answers, **scalars)
        self._epoch = max(self._epoch, epoch)


def _answers(estimator: Any, rows: Any) -> dict[str, Any]:
    number = {label: at for at, label in enumerate(np.asarray(estimator.classes_).tolist())}
    predicted = np.array([number[label] for label in np.asarray(estimator.predict(rows)).tolist()])
    # Some estimators (SVC, NearestCentroid) predict another class than that of the greatest probability.
    if hasattr(estimator, "predict_proba"):
        return {"scores": estimator.predict_proba(rows), "predicted": predicted}
    if not hasattr(estimator, "decision_function"):
        return {"predicted": predicted}
    decided = np.asarray(estimator.decision_function(rows))
    if decided.ndim == 2 and decided.shape[1] != len(number):  # one against one
        return {"predicted": predicted}
    return {"logits": decided, "predicted": predicted}


def _name(label: Any) -> str:
    return str(label.item() if isinstance(label, np.generic) else label)


def _last(estimator: Any) -> Any:
    """The final step of a pipeline."""
    steps = getattr(estimator, "steps", None)
    return steps[-1][1] if steps else estimator


def _hyperparameters(estimator: Any) -> dict[str, object]:
    return plain(_last(estimator).get_params(deep=False))


def _facts(estimator: Any) -> dict[str, object]:
    """Coefficients of linear models and networks, nodes of trees."""
    last = _last(estimator)
    facts: dict[str, object] = {"architecture": type(last).__name__}
    arrays = [getattr(last, name, None) for name in ("coef_", "intercept_", "coefs_", "intercepts_")]
    flat = [each for array in arrays if array is not None for each in (array if isinstance(array, list) else [array])]
    trees = [getattr(tree, "tree_", None) for tree in np.ravel(np.asarray(getattr(last, "estimators_", []), object))]
    nodes = sum(int(tree.node_count) for tree in [*trees, getattr(last, "tree_", None)] if tree is not None)
    size = sum(int(np.size(each)) for each in flat) + nodes
    if size:
        facts["parameters"] = size
    if isinstance(getattr(last, "coefs_", None), list):
        facts["layers"] = len(last.coefs_)
    return facts
