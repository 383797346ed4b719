"""Which samples of an evaluation a scope means."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from clftui.data.evaluation import Evaluation
from clftui.data.run import Run
from clftui.state.selection import Part, Scope

Positions = NDArray[np.int64]


def positions_of(run: Run, evaluation: Evaluation, scope: Scope) -> Positions:
    """(m,) the samples of a scope, as the file has them; KeyError for a class that the run does not know."""
    index = run.class_index
    true = index[scope.true] if scope.true is not None else None
    predicted = index[scope.predicted] if scope.predicted is not None else None
    wrong = None if scope.is_cell or scope.part is Part.ALL else scope.part is Part.WRONG
    found = np.asarray(evaluation.positions(true, predicted, wrong), dtype=np.int64)
    for names, labels in ((scope.true_classes, evaluation.true), (scope.predicted_classes, evaluation.predicted)):
        if names:
            found = found[_among(run, names)[labels[found]]]
    return found


def _among(run: Run, names: tuple[str, ...]) -> NDArray[np.bool_]:
    """(K + 1,) whether a class is one of `names`; the last, which an index of -1 finds, is not."""
    inside = np.zeros(len(run.classes) + 1, dtype=np.bool_)
    inside[[run.class_index[name] for name in names if name in run.class_index]] = True
    return inside


def whole_of(run: Run, evaluation: Evaluation, scope: Scope) -> int:
    """How many samples a scope is a part of: those of its true class, say."""
    confusion, index = evaluation.confusion, run.class_index
    if scope.true is not None:
        return int(confusion.support[index[scope.true]])
    if scope.predicted is not None:
        return int(confusion.predicted_count[index[scope.predicted]])
    if scope.true_classes:
        return int(confusion.support[_among(run, scope.true_classes)[:-1]].sum())
    if scope.predicted_classes:
        return int(confusion.predicted_count[_among(run, scope.predicted_classes)[:-1]].sum())
    return evaluation.n if scope.part is Part.ALL else int(confusion.total)
