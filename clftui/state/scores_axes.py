"""The parallel coordinates of some samples' scores, as values. No drawing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from clftui.data.evaluation import Evaluation
from clftui.state.later import PASTS, weak
from clftui.state.peers import table_of
from clftui.state.sample_ids import row_of
from clftui.state.score_filter import ScoreOf
from clftui.state.scores_columns import is_quick, mean_scores, reading, scores_at
from clftui.state.scores_subject import Samples, brushes
from clftui.state.session import Session
from clftui.state.unready import note_missing

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
F = TypeVar("F", bound=np.floating[Any])
Int64 = NDArray[np.int64]
Bool = NDArray[np.bool_]

EMPTY = 0.005
"""A class with a lower mean score gets no axis of its own accord."""
MANY = 300
"""More lines than this are drawn as a median and a band."""


@dataclass(frozen=True, eq=False)
class Axes:
    """The scores of `samples` for the classes `index` (a,), from left to right."""

    samples: Samples
    index: Int64
    names: tuple[str, ...]
    means: Float64
    """(a,) mean scores of the samples."""
    values: Float32
    """(m, a); NaN not logged."""
    brushes: tuple[ScoreOf | None, ...]
    """(a,) the range that is kept of each axis."""
    lit: Bool
    """(m,) samples inside all brushes."""
    limit: int | None
    """How many classes a sample ranks where only the best were logged: others lie below the axes."""

    @property
    def a(self) -> int:
        return len(self.names)

    @property
    def brushed(self) -> bool:
        return any(each is not None for each in self.brushes)

    @property
    def true(self) -> NDArray[np.int32]:
        """(m,) true classes."""
        return self.samples.evaluation.true[self.samples.positions]

    @property
    def right(self) -> Bool:
        """(m,) whether predicted right."""
        evaluation, at = self.samples.evaluation, self.samples.positions
        return np.asarray(evaluation.true[at] == evaluation.predicted[at], dtype=np.bool_)


def axes(session: Session, samples: Samples, order: Int64, fit: int) -> Axes:
    """The axes of `samples`, at most `fit` unless more were asked for; `order` (C,) are the classes of the columns.

    NotYet in a draw, while scores are being read.
    """
    evaluation = samples.evaluation
    means = _means(samples)
    on = {each.name: each for each in brushes(session)}
    classes = samples.run.class_index
    if session.scores.axes is not None:
        names = [name for name in session.scores.axes if name in classes]
    else:
        names = [evaluation.classes[each] for each in chosen(samples, means, order, fit, session.scores.by_mean)]
    names += [name for name in on if name in classes and name not in names]
    index = np.asarray([classes[name] for name in names], dtype=np.int64)
    return Axes(
        samples, index, tuple(names), means[index], _values(samples, tuple(index.tolist())),
        tuple(on.get(name) for name in names), _lit(samples, tuple(on.values())), evaluation.rank_limit,
    )  # fmt: skip


def chosen(samples: Samples, means: Float64, order: Int64, fit: int, by_mean: bool) -> list[int]:
    """The classes whose axes tell most about `samples`: their true and predicted ones, and the highest mean scores.

    Classes that get next to no score are left out. In the order of the columns, classes without one last, or by mean.
    """
    evaluation = samples.evaluation
    wanted = [samples.run.class_index[name] for name in (samples.scope.predicted, samples.scope.true) if name]
    labels = evaluation.true[samples.positions]
    known = np.bincount(labels[labels >= 0], minlength=len(means)) if len(labels) else np.zeros(len(means), np.int64)
    if known.any():
        wanted.append(int(known.argmax()))
    ranked = np.argsort(-means, kind="stable")
    wanted += ranked[means[ranked] >= EMPTY].tolist()
    kept = list(dict.fromkeys(wanted))[:fit]
    if len(kept) < 2:
        kept = list(dict.fromkeys([*kept, *ranked[:2].tolist()]))[:2]
    if by_mean:
        return sorted(kept, key=lambda each: -means[each])
    place = {each: at for at, each in enumerate(order.tolist())}
    return sorted(kept, key=lambda each: place.get(each, len(place)))


def next_class(samples: Samples, names: tuple[str, ...]) -> str | None:
    """The class of highest mean score without an axis; None where all have one."""
    evaluation, means = samples.evaluation, _means(samples)
    left = (each for each in np.argsort(-means, kind="stable").tolist() if evaluation.classes[each] not in names)
    found = next(left, None)
    return evaluation.classes[found] if found is not None else None


def _means(samples: Samples) -> Float64:
    evaluation, at = samples.evaluation, samples.positions
    return _ready(
        samples, PASTS.get(("mean scores", weak(samples)), lambda: mean_scores(evaluation, at), wait=_quick(samples))
    )


def _values(samples: Samples, index: tuple[int, ...]) -> Float32:
    evaluation, at = samples.evaluation, samples.positions
    wanted = np.asarray(index, dtype=np.int64)
    key = ("axis scores", weak(samples), index)
    return _ready(samples, PASTS.get(key, lambda: scores_at(evaluation, at, wanted), wait=_quick(samples)))


def _quick(samples: Samples) -> bool:
    return is_quick(samples.evaluation, samples.n)


def _ready(samples: Samples, found: NDArray[F] | None) -> NDArray[F]:
    if found is None:
        note_missing()
        raise reading(samples.evaluation, samples.n)
    return found


def _lit(samples: Samples, on: tuple[ScoreOf, ...]) -> Bool:
    """(m,) which samples pass the brushes; none where the run cannot answer one of them."""
    out = np.ones(samples.n, dtype=np.bool_)
    for each in on:
        out &= _passing(samples.evaluation, each)[samples.positions]
    return out


def _passing(evaluation: Evaluation, brush: ScoreOf) -> Bool:
    if brush.name not in evaluation.classes:
        return np.zeros(evaluation.n, dtype=np.bool_)
    return brush.mask(evaluation, None)


def axis_at(session: Session, shown: Axes) -> int:
    """The number of the axis under the cursor: where none was chosen the second guess, that is not the column's."""
    name = session.scores.axis
    if name in shown.names:
        return shown.names.index(name)
    own = session.selection.predicted
    others = [at for at in range(shown.a) if shown.names[at] != own]
    return max(others, key=lambda at: shown.means[at]) if others else 0


def line_at(session: Session, shown: Axes) -> int:
    """The sample under the cursor; where it is none of these the surest one inside the brushes, -1 without any."""
    evaluation, name = shown.samples.evaluation, session.selection.sample
    if name is not None:
        row = row_of(table_of(shown.samples.run, evaluation.split), name)
        here = np.flatnonzero(evaluation.sample[shown.samples.positions] == row)
        if here.size:
            return int(here[0])
    lit = np.flatnonzero(shown.lit)
    return int(lit[0]) if lit.size else -1


def only_own(evaluation: Evaluation) -> bool:
    """Whether no other scores were logged than those of the predicted and the true class."""
    return evaluation.score_kind == "predicted"
