"""Training curves of a run: accuracy and loss of every split by epoch, its best epochs, and since when it over-fits."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.curves import Overfit, best_index, overfitting
from clftui.data.run import Run
from clftui.schema import FormatError
from clftui.state.later import LATER, weak
from clftui.state.run_past import READABLE, past
from clftui.state.session import Session, default_split

Float64 = NDArray[np.float64]
Logged = dict[str, dict[int, dict[str, float]]]
"""Split, then epoch, then `accuracy` and `loss`."""

_NAMES = {
    "accuracy": "accuracy", "acc": "accuracy", "top1": "accuracy", "acc1": "accuracy",
    "loss": "loss", "nll": "loss", "cross_entropy": "loss", "ce": "loss",
}  # fmt: skip
_PREFIXES = ("train", "validation", "valid", "val", "test", "dev", "eval")
_LEAST_SCORE = 1e-30


@dataclass(frozen=True, eq=False)
class SplitCurve:
    """`accuracy` and `loss` (E,) of `epochs`, ascending; NaN where an epoch has none."""

    split: str
    epochs: tuple[int, ...]
    accuracy: Float64
    loss: Float64


@dataclass(frozen=True, eq=False)
class RunCurves:
    """A run's curves by split. `train` and `validation` name those that are compared; empty where there is none."""

    splits: Mapping[str, SplitCurve]
    train: str
    validation: str

    @property
    def learnt(self) -> SplitCurve | None:
        """The training split's."""
        return self.splits.get(self.train)

    @property
    def held_out(self) -> SplitCurve | None:
        """The validation split's."""
        return self.splits.get(self.validation)

    @cached_property
    def best_epoch(self) -> int | None:
        """The first epoch of the highest validation accuracy; None with fewer than two."""
        return _best(self.held_out, "accuracy", highest=True)

    @cached_property
    def least_loss_epoch(self) -> int | None:
        """The first epoch of the lowest validation loss; None with fewer than two."""
        return _best(self.held_out, "loss", highest=False)

    @cached_property
    def overfit(self) -> Overfit | None:
        """Since when the run over-fits: places in the epochs of the validation split."""
        held_out, learnt = self.held_out, self.learnt
        if held_out is None or learnt is None:
            return None
        of_train = dict(zip(learnt.epochs, learnt.loss.tolist(), strict=True))
        return overfitting([of_train.get(epoch, math.nan) for epoch in held_out.epochs], held_out.loss)

    @property
    def overfit_from(self) -> int | None:
        """The epoch since which it over-fits; None where it does not."""
        held_out, found = self.held_out, self.overfit
        return held_out.epochs[found.start] if held_out is not None and found is not None else None


def _best(curve: SplitCurve | None, name: str, *, highest: bool) -> int | None:
    if curve is None:
        return None
    values: Float64 = getattr(curve, name)
    if np.isfinite(values).sum() < 2:
        return None
    at = best_index(values, highest=highest)
    return None if at is None else curve.epochs[at]


def validation_split(session: Session) -> str:
    """What training is compared with: the selected split, or where that is training itself a held-out one."""
    split = session.selection.split or ""
    if split and not is_training(split):
        return split
    usual = default_split(session.catalog) or ""
    return usual if not is_training(usual) else ""


def is_training(split: str) -> bool:
    """Whether a split holds training data, by its name."""
    return split.startswith("train")


def curves(session: Session, run: Run, *, wait: bool = False) -> RunCurves | None:
    """The curves of a run; None while they are being read."""
    validation = validation_split(session)
    return LATER.get(("curves", validation, *weak(run)), partial(_read, run, validation), wait=wait)


def _read(run: Run, validation: str) -> RunCurves:
    logged = _scalars(run)
    for split in run.splits:
        _add_evaluations(run, split, logged.setdefault(split, {}))
    splits = {split: _curve(split, epochs) for split, epochs in logged.items() if epochs}
    train = next((split for split in splits if is_training(split)), "")
    if validation not in splits:
        validation = next((split for split in splits if not is_training(split)), "")
    return RunCurves(splits, train, validation)


def _curve(split: str, epochs: Mapping[int, Mapping[str, float]]) -> SplitCurve:
    ordered = tuple(sorted(epochs))
    accuracy, loss = (
        np.array([epochs[epoch].get(name, math.nan) for epoch in ordered], dtype=np.float64)
        for name in ("accuracy", "loss")
    )
    return SplitCurve(split, ordered, accuracy, loss)


def _add_evaluations(run: Run, split: str, epochs: dict[int, dict[str, float]]) -> None:
    """Accuracy as the labels have it, and where the script logged no loss that of the scores."""
    known, newest = run.epochs(split), run.newest(split)
    if newest is None:
        return
    found = past(run, split, newest, wait=True)
    for epoch, value in zip(known, found.accuracy if found is not None else (), strict=False):
        if not math.isnan(value):
            epochs.setdefault(epoch, {})["accuracy"] = value
    missing = [epoch for epoch in known if "loss" not in epochs.get(epoch, {})]
    if missing and len(missing) * _size(run, split, missing[-1]) <= READABLE:
        for epoch in missing:
            epochs.setdefault(epoch, {})["loss"] = _mean_loss(run, split, epoch)


def _size(run: Run, split: str, epoch: int) -> int:
    try:
        evaluation = run.evaluation(split, epoch)
        return evaluation.n if evaluation is not None and evaluation.has_samples else 0
    except FormatError:
        return 0


def _mean_loss(run: Run, split: str, epoch: int) -> float:
    """The mean loss of the labelled samples: as stored, else the cross-entropy of the scores; NaN without either."""
    try:
        evaluation = run.evaluation(split, epoch)
        if evaluation is None or not evaluation.has_samples:
            return math.nan
        at = np.flatnonzero(evaluation.true >= 0)
        losses = evaluation.loss(at)
        if losses is None:
            if evaluation.score_kind == "none":
                return math.nan
            losses = -np.log(np.maximum(evaluation.true_score(at), _LEAST_SCORE))
        known = losses[np.isfinite(losses)]
        return float(known.mean(dtype=np.float64)) if known.size else math.nan
    except FormatError:
        return math.nan


def _scalars(run: Run) -> Logged:
    """What the training script logged itself; a later row of the same epoch wins."""
    found: Logged = {}
    try:
        rows = run.scalars()
    except FormatError:
        return found
    for row in rows:
        epoch = row.get("epoch")
        if not isinstance(epoch, int) or isinstance(epoch, bool):
            continue
        for split, name, value in _values(row):
            found.setdefault(split, {}).setdefault(epoch, {})[name] = value
    return found


def _values(row: Mapping[str, object]) -> Iterable[tuple[str, str, float]]:
    """(split, accuracy or loss, value) of a row: of its own split, or as Keras writes it (`loss`, `val_loss`)."""
    own = row.get("split")
    for key, value in row.items():
        if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
            continue
        split, name = own if isinstance(own, str) else "train", key.lower()
        prefix = next((each for each in _PREFIXES if name.startswith((each + "_", each + "/"))), None)
        if prefix is not None:
            split, name = prefix, name[len(prefix) + 1 :]
        meant = _NAMES.get(name)
        if meant == "loss" or (meant == "accuracy" and 0 <= value <= 1):
            yield split, meant, float(value)
