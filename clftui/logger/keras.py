"""Keras: `model.fit(..., callbacks=[KerasLogger("runs/cnn", {"val": (x, y)})])` logs after every epoch."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from clftui.logger.evaluations import Evaluations
from clftui.logger.models import based_on, find_labels, model_facts, numbers, plain
from clftui.logger.values import to_numpy


class KerasLogger:
    """A callback of Keras 2 and 3, with any backend. Keras shows callbacks no predictions, so `splits` are predicted:
    {name: (x, y)} or {name: a dataset of batches in a fixed order}. y is class numbers or one-hot.

    `classes` default to the dataset's `class_names`; further options go to `RunLogger`.
    """

    model: Any

    def __new__(cls, *given: object, **options: object) -> KerasLogger:
        made: KerasLogger = based_on(cls, ("keras.callbacks", "Callback"), ("tensorflow.keras.callbacks", "Callback"))
        return made

    def __init__(
        self,
        folder: str | os.PathLike[str],
        splits: Mapping[str, Any],
        *,
        classes: Sequence[object] | None = None,
        **options: Any,
    ) -> None:
        super().__init__()
        self._log = Evaluations(folder, classes, options)
        self._data = dict(splits)

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        told = numbers(logs or {})
        # Keras calls the rate learning_rate; every other logger and the screens say lr.
        told = {"lr" if name in ("learning_rate", "lr") else name: value for name, value in told.items()}
        self._log.describe(model=model_facts(self.model), hyperparameters=self._hyperparameters())
        for split, data in self._data.items():
            self._evaluate(epoch + 1, split, data, told)
        train = {name: value for name, value in told.items() if not name.startswith("val_")}
        self._log.log_scalars(epoch + 1, "train", train)

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:
        self._log.close()

    def _evaluate(self, epoch: int, split: str, data: Any, told: Mapping[str, float]) -> None:
        whole = isinstance(data, tuple)
        self._log.begin(split, dataset=None if whole else data)
        for x, y, *_ in [data] if whole else data:
            scores = self.model.predict(x, verbose=0) if whole else self.model.predict_on_batch(x)
            self._log.batch(find_labels((x, y)), to_numpy(scores))
        prefix = f"{split}_"
        own: dict[str, object] = {name[len(prefix) :]: told[name] for name in told if name.startswith(prefix)}
        self._log.commit(epoch, own)

    def _hyperparameters(self) -> dict[str, object]:
        optimizer: Any = getattr(self.model, "optimizer", None)
        config = optimizer.get_config() if hasattr(optimizer, "get_config") else {}
        told = {"optimizer" if name == "name" else name: value for name, value in dict(config).items()}
        params = getattr(self, "params", None) or {}
        return plain(told) | plain({name: params[name] for name in ("epochs", "batch_size") if name in params})
