"""The arrays of one split: which labels belong to them, and which epoch each is of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clftui.data.imports.made import best_class
from clftui.data.imports.npy import Named
from clftui.schema import FormatError

Array = NDArray[Any]
WITHOUT_LABELS = "has no true labels"
"""How the refusal begins that a file of labels would help."""


class SplitArrays:
    """Labels `true` (n,), what was answered in each of `epochs` by role, and `extra` arrays of n rows.

    `soft` (n, K) are soft labels, None without.
    """

    def __init__(
        self, path: Path, name: str, answers: Sequence[Named], context: Sequence[Named], notes: list[str]
    ) -> None:
        """`notes` receives what is assumed. FormatError where no labels have the answers' length."""
        self.name = name
        self.true, self.soft = _labels(path, name, _lengths(answers), context, notes)
        self.n = len(self.true)
        found: dict[int, dict[str, Array]] = {}
        # Stacked epochs first: an array of one epoch then finds the epoch that it belongs to.
        for answer in sorted(answers, key=_single_epoch):
            self._add(found, answer, notes)
        self.epochs = dict(sorted(found.items()))
        self.extra = {
            role: match.values
            for role in ("features", "loss", "path", "id", "sample")
            if (match := _fitting(role, name, {self.n}, context)) is not None
        }

    def _add(self, epochs: dict[int, dict[str, Array]], answer: Named, notes: list[str]) -> None:
        kind = answer.about.role or ""
        for epoch, values in _by_epoch(answer, self.n, notes):
            # transformers calls the logits that Trainer.predict returns predictions.
            role = "scores" if kind == "predicted" and values.ndim == 2 else kind
            number = epoch
            if number is None:
                number = _epoch_of(epochs, answer, values, notes) if len(epochs) > 1 else next(iter(epochs), 1)
            epochs.setdefault(number, {})[role] = values


def _single_epoch(answer: Named) -> bool:
    stacked = answer.values.ndim == 3 or (answer.values.ndim == 2 and answer.about.role == "predicted")
    return answer.about.epoch is None and not stacked


def _epoch_of(epochs: dict[int, dict[str, Array]], answer: Named, values: Array, notes: list[str]) -> int:
    """The epoch that scores without one belong to: where their best class is most often the predicted one."""
    best = best_class(values, answer.about.role or "scores") if values.ndim == 2 else values
    agree = {e: float(np.mean(best == found["predicted"])) for e, found in epochs.items() if "predicted" in found}
    epoch = max(agree, key=lambda e: (agree[e], e), default=max(epochs))
    notes.append(f"{answer.label} names no epoch and was taken as epoch {epoch}, which it agrees with best")
    return epoch


def _by_epoch(answer: Named, n: int, notes: list[str]) -> Iterable[tuple[int | None, Array]]:
    """(epoch or None = unsaid, the values of that epoch)."""
    values, epoch = answer.values, answer.about.epoch
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim == 3:
        return list(enumerate(values, 1))
    if answer.about.role == "predicted" and values.ndim == 2 and values.shape[1] == n and _whole(values):
        notes.append(f"{answer.label} of shape {values.shape} was taken as epochs x samples")
        return list(enumerate(_as_integers(values), 1))
    if answer.about.role == "predicted" and values.ndim == 1 and _whole(values):
        values = _as_integers(values)
    return [(None if epoch is None else max(epoch, 1), values)]


def _whole(values: Array) -> bool:
    return values.dtype.kind in "iub" or (values.dtype.kind == "f" and bool((values == np.floor(values)).all()))


def _as_integers(values: Array) -> Array:
    return values if values.dtype.kind in "iu" else values.astype(np.int64)


def _lengths(answers: Sequence[Named]) -> set[int]:
    """The numbers of samples that the shapes of all answers allow."""
    possible: set[int] | None = None
    for answer in answers:
        shape = answer.values.shape
        if len(shape) == 3:
            mine = {shape[1]}
        elif len(shape) == 2 and answer.about.role == "predicted":
            mine = set(shape)
        else:
            mine = set(shape[:1])
        possible = mine if possible is None else possible & mine
    return possible or set()


def _fitting(role: str, split: str, lengths: set[int], arrays: Sequence[Named]) -> Named | None:
    """The array of a role that has one of the lengths: of the split itself first, then one that names no split."""
    for wanted in (split, None):
        for a in arrays:
            if a.about.role == role and a.about.split == wanted and a.values.ndim >= 1 and len(a.values) in lengths:
                return a
    return None


def _labels(
    path: Path, split: str, lengths: set[int], context: Sequence[Named], notes: list[str]
) -> tuple[Array, Array | None]:
    """The true class of each sample, and soft labels where they are told beside it, or are all that is told."""
    found, told = (_fitting(role, split, lengths, context) for role in ("true", "soft"))
    soft = told.values if told is not None and told.values.ndim == 2 else None
    picked = None if found is not None else _picked(split, lengths, context)
    if picked is not None:
        return picked, soft
    if found is None and soft is not None and told is not None:
        found = told
    if found is None:
        there = [a for a in context if a.about.role == "true" and a.values.ndim]
        given = ", ".join(f"{a.path.name} has {len(a.values)}" for a in there[:3])
        rows = " or ".join(str(length) for length in sorted(lengths)) or "their"
        problem = f"{WITHOUT_LABELS} of {rows} rows" + (f" ({given})" if given else "")
        raise FormatError(path, "", problem, "put labels.npy beside it")
    values = found.values
    if values.ndim == 2 and values.shape[1] > 1:
        hot = bool(((values != 0).sum(axis=1) <= 1).all())
        kept = "" if hot else ", and all of them as soft labels"
        notes.append(f"{found.label} has one column for each class: its largest was taken as the true one{kept}")
        soft = values if soft is None and not hot else soft
        known = np.isfinite(values).all(axis=1) & (values > 0).any(axis=1)
        values = np.where(known, np.nan_to_num(values).argmax(axis=1), -1)
    values = values.reshape(len(values))
    return _as_integers(values) if _whole(values) else values, soft


def _picked(split: str, lengths: set[int], context: Sequence[Named]) -> Array | None:
    """Labels of a whole data set, picked by the split's own row numbers (`labels.npy` and `test_indices.npy`)."""
    rows = _fitting("sample", split, lengths, context)
    whole = next((a for a in context if a.about.role == "true" and a.about.split is None and a.values.ndim == 1), None)
    if rows is None or whole is None or rows.about.split != split or rows.values.dtype.kind not in "iu":
        return None
    numbers = rows.values
    if numbers.ndim != 1 or not numbers.size or numbers.min() < 0 or numbers.max() >= len(whole.values):
        return None
    values: Array = whole.values[numbers]
    return _as_integers(values) if _whole(values) else values
