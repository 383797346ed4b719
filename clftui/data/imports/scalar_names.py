"""What training logs call their values: split and metric of names such as `val_acc`, `metrics/accuracy_top1`."""

from __future__ import annotations

import re

from clftui.data.imports.names import SPLITS, normal

ACCURACY = frozenset((
    "accuracy", "acc", "top1", "acc1", "top_1", "acc_1", "accuracy_top1", "top1_acc", "top1_accuracy", "acc_top1",
    "top_1_accuracy", "accuracy_top_1", "categorical_accuracy", "sparse_categorical_accuracy", "binary_accuracy",
    "multiclassaccuracy", "multiclass_accuracy", "accuracy_score", "prec1", "prec_1",
))  # fmt: skip
LOSS = frozenset(("loss", "nll", "cross_entropy", "ce", "crossentropy", "cross_entropy_loss", "ce_loss", "nll_loss"))

STEP = ("step", "_step", "global_step", "trainer/global_step", "iteration", "iter")
CLOCK = frozenset((
    "epoch", *STEP, "_timestamp", "_runtime", "wall_time", "time", "timestamp", "elapsed", "seconds", "created_at",
    "hp_metric",
))  # fmt: skip
"""Columns that say when, not what."""

_TRAILING = re.compile(r"(?:/dataloader_idx_\d+|_epoch|_step)\Z")
_PREFIX = re.compile(r"(?:epoch|metrics?|scalars?|perf|performance)[/.:_\- ]+", re.I)


def split_and_metric(name: str) -> tuple[str | None, str]:
    """The split that a name begins (or ends) with, None where it names none, and the metric as clftui calls it."""
    rest = _TRAILING.sub("", _PREFIX.sub("", name.strip(), count=1))
    split: str | None = None
    head = re.match(r"([A-Za-z]+)[/_.:\- ]+(.+)\Z", rest)
    tail = re.match(r"(.+)[/_.:\- ]+([A-Za-z]+)\Z", rest)
    if head is not None and head[1].casefold() in SPLITS:
        split, rest = SPLITS[head[1].casefold()], head[2]
    elif tail is not None and tail[2].casefold() in SPLITS:
        split, rest = SPLITS[tail[2].casefold()], tail[1]
    plain = normal(_PREFIX.sub("", rest, count=1).replace("/", "_").replace("@", "_"))
    if plain in ACCURACY:
        return split, "accuracy"
    return split, "loss" if plain in LOSS else plain


def tells_training(names: list[str]) -> bool:
    """Whether columns or keys are those of a training log: a loss or an accuracy is among them."""
    return any(split_and_metric(name)[1] in ("accuracy", "loss") for name in names if normal(name) not in CLOCK)
