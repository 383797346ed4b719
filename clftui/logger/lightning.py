"""Lightning: `Trainer(callbacks=[LightningLogger("runs/cnn")])` logs every validation and test."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from clftui.logger.evaluations import Evaluations
from clftui.logger.models import based_on, find_labels, find_rows, find_scores, model_facts, numbers, plain

_BASES = (("lightning.pytorch", "Callback"), ("pytorch_lightning", "Callback"))


class LightningLogger:
    """A callback of Lightning's Trainer. What a step returns, or its module's forward, gives the scores.

    - `classes` default to the dataset's; `splits` name the validation loaders ("val", then "val-2" ...).
    - `read(outputs, batch)` may return {"true", "logits" or "scores", "sample"} where the usual names do not fit.
    - `Trainer.test` and `Trainer.validate` count as the epoch whose weights they use: of the checkpoint, or the last.
    - Further options go to `RunLogger`. Every rank logs its own shard; nothing is gathered.
    """

    def __new__(cls, *given: object, **options: object) -> LightningLogger:
        made: LightningLogger = based_on(cls, *_BASES)
        return made

    def __init__(
        self,
        folder: str | os.PathLike[str],
        *,
        classes: Sequence[object] | None = None,
        splits: Sequence[str] = ("val",),
        read: Callable[[Any, Any], Mapping[str, Any]] | None = None,
        **options: Any,
    ) -> None:
        super().__init__()
        self._log = Evaluations(folder, classes, options)
        self._splits, self._read = tuple(splits), read
        self._loader = -1
        self._split = ""
        self._seen: Any = None
        self._hooks: list[Any] = []
        self._weights = 0

    def on_load_checkpoint(self, trainer: Any, pl_module: Any, checkpoint: Any) -> None:
        self._weights = _epoch_of(checkpoint) or self._weights

    def on_validation_start(self, trainer: Any, pl_module: Any) -> None:
        self._start(trainer, pl_module)

    def on_test_start(self, trainer: Any, pl_module: Any) -> None:
        self._start(trainer, pl_module)

    def on_validation_batch_end(
        self, trainer: Any, pl_module: Any, outputs: Any, batch: Any, batch_idx: int, dataloader_idx: int = 0
    ) -> None:
        if not trainer.sanity_checking:
            split = self._splits[dataloader_idx] if dataloader_idx < len(self._splits) else f"val-{dataloader_idx + 1}"
            self._batch(trainer, split, trainer.val_dataloaders, outputs, batch, dataloader_idx)

    def on_test_batch_end(
        self, trainer: Any, pl_module: Any, outputs: Any, batch: Any, batch_idx: int, dataloader_idx: int = 0
    ) -> None:
        split = "test" if dataloader_idx == 0 else f"test-{dataloader_idx + 1}"
        self._batch(trainer, split, trainer.test_dataloaders, outputs, batch, dataloader_idx)

    def on_validation_end(self, trainer: Any, pl_module: Any) -> None:
        if not trainer.sanity_checking:
            self._commit(trainer)
        self._unhook()

    def on_test_end(self, trainer: Any, pl_module: Any) -> None:
        self._commit(trainer)
        self._unhook()

    def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:
        self._weights = trainer.current_epoch + 1
        train = _of_split(numbers(trainer.callback_metrics), "train")
        if trainer.optimizers:
            train["lr"] = trainer.optimizers[0].param_groups[0].get("lr")
        self._log.log_scalars(trainer.current_epoch + 1, "train", train)

    def on_exception(self, trainer: Any, pl_module: Any, exception: BaseException) -> None:
        self._log.close(exception)

    def teardown(self, trainer: Any, pl_module: Any, stage: str) -> None:
        self._log.close()

    def _start(self, trainer: Any, pl_module: Any) -> None:
        about = dict(getattr(pl_module, "hparams", None) or {}) | {"max_epochs": trainer.max_epochs}
        if trainer.optimizers:
            about["optimizer"] = type(trainer.optimizers[0]).__name__
        self._log.describe(
            model=model_facts(pl_module),
            hyperparameters=plain(about),
            rank=trainer.global_rank,
            world_size=trainer.world_size,
        )
        self._loader, self._split, self._seen = -1, "", None
        for module in (pl_module, *pl_module.children()):
            self._hooks.append(module.register_forward_hook(self._watch))

    def _watch(self, module: Any, given: Any, output: Any) -> None:
        found = find_scores(output)
        if found is not None:
            self._seen = found

    def _batch(self, trainer: Any, split: str, loaders: Any, outputs: Any, batch: Any, at: int) -> None:
        if at != self._loader:
            if self._split:
                self._commit(trainer)
            self._loader, self._split = at, split
            self._log.begin(split, loaders[at] if isinstance(loaders, (list, tuple)) else loaders)
        told = dict(self._read(outputs, batch)) if self._read is not None else {}
        # What forward gave counts only where the step says nothing: it may have been called for something else last.
        scores = told.get("logits", told.get("scores", find_scores(outputs)))
        self._log.batch(
            told.get("true", find_labels(batch)),
            self._seen if scores is None else scores,
            told.get("sample", find_rows(batch)),
        )
        self._seen = None

    def _commit(self, trainer: Any) -> None:
        prefix = "test" if self._split.startswith("test") else "val"
        self._log.commit(self._epoch(trainer), _of_split(numbers(trainer.callback_metrics), prefix))

    def _epoch(self, trainer: Any) -> int:
        """The epoch whose weights are evaluated: the running one, else the one that was trained or loaded last.

        Weights that Lightning has not seen trained or loaded count as the last epoch of the run's folder.
        """
        fitting = getattr(getattr(trainer, "state", None), "fn", "fit") == "fit"
        if fitting and not self._split.startswith("test"):
            self._weights = trainer.current_epoch + 1
        named = re.search(r"epoch=(\d+)", str(getattr(trainer, "ckpt_path", None) or "")) if not self._weights else None
        return self._weights or (int(named[1]) + 1 if named else 0) or self._log.last_epoch() or 1

    def _unhook(self) -> None:
        for hook in self._hooks:
            hook.remove()
        self._hooks = []


def _epoch_of(checkpoint: Any) -> int:
    """The epoch, from 1, whose weights a checkpoint holds; 0 where it does not say.

    `epoch` counts finished epochs while training and one more after its end; the loop's own counter does not.
    """
    told = checkpoint
    for key in ("loops", "fit_loop", "epoch_progress", "current", "ready"):
        told = told.get(key) if isinstance(told, Mapping) else None
    if isinstance(told, int) and told > 0:
        return told
    epoch = checkpoint.get("epoch") if isinstance(checkpoint, Mapping) else None
    return epoch + 1 if isinstance(epoch, int) else 0


def _of_split(metrics: Mapping[str, float], split: str) -> dict[str, object]:
    """`val_loss` and `val/loss` as `loss`."""
    found: dict[str, object] = {}
    for name, value in metrics.items():
        if name.startswith((f"{split}_", f"{split}/")) and not name.endswith("_step"):
            found[name[len(split) + 1 :].removesuffix("_epoch")] = value
    return found
