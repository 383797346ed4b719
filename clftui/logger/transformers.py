"""Hugging Face: `Trainer(..., callbacks=[TransformersLogger("runs/bert")])` logs every evaluation and prediction."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from clftui.logger.evaluations import Evaluations
from clftui.logger.models import based_on, find_labels, find_scores, model_facts, numbers, plain

_HYPERPARAMETERS = (
    "learning_rate",
    "num_train_epochs",
    "max_steps",
    "per_device_train_batch_size",
    "gradient_accumulation_steps",
    "weight_decay",
    "warmup_steps",
    "warmup_ratio",
    "optim",
    "lr_scheduler_type",
    "label_smoothing_factor",
    "seed",
    "fp16",
    "bf16",
)
_TIMING = ("runtime", "samples_per_second", "steps_per_second", "model_preparation_time")


class TransformersLogger:
    """A callback of transformers' Trainer; the logits and labels are seen where they pass the model.

    `classes` default to the model's `id2label`. Evaluations every so many steps are numbered, else the training's
    epochs count. `eval_dataset={"a": ..., "b": ...}` gives the splits a and b, `trainer.predict` the split test.
    Further options go to `RunLogger`. Every rank logs its own shard; nothing is gathered.
    """

    def __new__(cls, *given: object, **options: object) -> TransformersLogger:
        made: TransformersLogger = based_on(cls, ("transformers.trainer_callback", "TrainerCallback"))
        return made

    def __init__(
        self, folder: str | os.PathLike[str], *, classes: Sequence[object] | None = None, **options: Any
    ) -> None:
        super().__init__()
        self._log = Evaluations(folder, classes, options)
        self._classes = classes
        self._hook: Any = None
        self._hooked: Any = None
        self._batches: list[tuple[Any, Any]] = []

    def on_init_end(self, args: Any, state: Any, control: Any, model: Any = None, **told: Any) -> None:
        self._listen(args, model)

    def on_train_begin(self, args: Any, state: Any, control: Any, model: Any = None, **told: Any) -> None:
        self._listen(args, model)

    def on_evaluate(
        self,
        args: Any,
        state: Any,
        control: Any,
        metrics: Mapping[str, Any] | None = None,
        eval_dataloader: Any = None,
        **told: Any,
    ) -> None:
        self._commit(args, state, metrics or {}, eval_dataloader, "eval", "val")

    def on_predict(
        self,
        args: Any,
        state: Any,
        control: Any,
        metrics: Mapping[str, Any] | None = None,
        eval_dataloader: Any = None,
        **told: Any,
    ) -> None:
        self._commit(args, state, metrics or {}, eval_dataloader, "test", "test")

    def on_log(self, args: Any, state: Any, control: Any, logs: Mapping[str, Any] | None = None, **told: Any) -> None:
        found = numbers(logs or {})
        names = {"loss": "loss", "learning_rate": "lr", "grad_norm": "grad_norm"}
        train = {ours: found[name] for name, ours in names.items() if name in found}
        self._log.log_scalars(_epoch(args, state), "train", train)

    def on_train_end(self, args: Any, state: Any, control: Any, **told: Any) -> None:
        self._log.close()

    def _listen(self, args: Any, model: Any) -> None:
        if model is None or model is self._hooked:
            return
        if self._hook is not None:
            self._hook.remove()
        self._hooked = model
        self._hook = model.register_forward_hook(self._watch, with_kwargs=True)
        given = {name: getattr(args, name) for name in _HYPERPARAMETERS if hasattr(args, name)}
        named = {name: getattr(value, "value", value) for name, value in given.items()}
        self._log.describe(
            model=model_facts(model),
            hyperparameters=plain(named),
            rank=int(args.process_index),
            world_size=int(args.world_size),
        )
        labels = getattr(getattr(model, "config", None), "id2label", None)
        if self._classes is None and isinstance(labels, Mapping) and labels:
            self._log.name_classes([str(labels[number]) for number in sorted(labels)])

    def _watch(self, module: Any, given: Any, named: Mapping[str, Any], output: Any) -> None:
        if module.training:
            return
        scores = find_scores(output)
        if scores is not None:
            labels = find_labels(named)
            self._batches.append((labels, scores.detach().float().cpu()))

    def _commit(self, args: Any, state: Any, metrics: Mapping[str, Any], loader: Any, prefix: str, split: str) -> None:
        batches, self._batches = self._batches, []
        # A dictionary of evaluation sets is told apart by the names of its metrics alone.
        timed = next((name for name in metrics if name.endswith("_runtime")), f"{prefix}_runtime")
        prefix = timed.removesuffix("_runtime")
        split = split if prefix in ("eval", "test") else prefix.removeprefix("eval_")
        if not batches or any(labels is None for labels, _ in batches):
            # The training goes on: a prediction without labels is no mistake, but nobody shall look for it in vain.
            why = "its labels never reached the model" if batches else "no logits were seen"
            warnings.warn(f"clftui logged nothing of the evaluation of {split}: {why}", stacklevel=2)
            return
        self._log.begin(split, loader)
        for labels, scores in batches:
            self._log.batch(labels, scores)
        own = {name.removeprefix(f"{prefix}_"): value for name, value in numbers(metrics).items() if prefix in name}
        scalars: dict[str, object] = {name: value for name, value in own.items() if name not in _TIMING}
        self._log.commit(_epoch(args, state), scalars)
        if state.global_step >= state.max_steps > 0:
            self._log.flush()


def _epoch(args: Any, state: Any) -> int:
    strategy = getattr(args, "eval_strategy", "no")
    every = getattr(state, "eval_steps", None) or getattr(args, "eval_steps", None)
    if getattr(strategy, "value", strategy) == "steps" and every and every >= 1:
        return max(1, -(-int(state.global_step) // int(every)))
    return max(1, -int(-(state.epoch or 0) // 1))
