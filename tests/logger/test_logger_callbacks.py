"""The frameworks' callbacks, called as each trainer calls them; `tests/proofs/frameworks.py` has the real ones."""

from __future__ import annotations

import subprocess
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from clftui.data.catalog import open_catalog
from clftui.data.run import Run
from clftui.logger.keras import KerasLogger
from clftui.logger.lightning import LightningLogger
from clftui.logger.transformers import TransformersLogger
from clftui.schema import FormatError
from clftui.storage import read_jsonl
from tests.logger.fake_torch import TRUE, DistributedSampler, K, N, RandomSampler, Tensor, loader

LOGITS = np.random.default_rng(0).normal(size=(N, K)).astype(np.float32)


class Module:
    """What a torch module offers its callbacks."""

    training = False
    hparams = {"width": 4, "net": object()}  # noqa: RUF012

    def __init__(self) -> None:
        self.hooks: list[Any] = []
        self.config = SimpleNamespace(id2label={0: "a", 1: "b", 2: "c"})

    def parameters(self) -> list[Any]:
        return [
            SimpleNamespace(numel=lambda: 12, requires_grad=True),
            SimpleNamespace(numel=lambda: 3, requires_grad=False),
        ]

    def children(self) -> list[Any]:
        return []

    def modules(self) -> list[Any]:
        return [self]

    def register_forward_hook(self, hook: Any, with_kwargs: bool = False) -> Any:
        self.hooks.append(hook)
        return SimpleNamespace(remove=lambda: self.hooks.remove(hook))


def batches(size: int = 4) -> Iterator[tuple[NDArray[Any], Any]]:
    for at in range(0, N, size):
        yield TRUE[at : at + size], LOGITS[at : at + size].view(Tensor)


def the_run(folder: Path) -> Run:
    (run,) = open_catalog([folder]).runs
    return run


def is_logged(run: Run, split: str, epoch: int) -> bool:
    evaluation = run.evaluation(split, epoch)
    assert evaluation is not None and sorted(evaluation.sample.tolist()) == list(range(N))
    softmax = np.exp(LOGITS) / np.exp(LOGITS).sum(axis=1, keepdims=True)
    stored = evaluation.scores(np.arange(N))
    assert stored is not None
    return np.array_equal(evaluation.true, TRUE[evaluation.sample]) and np.allclose(
        stored, softmax[evaluation.sample], atol=4e-3
    )


def validate(callback: LightningLogger, trainer: Any, module: Module, kind: str = "validation") -> None:
    """The calls of one of Lightning's evaluation loops; the step returns nothing, its forward is seen."""
    getattr(callback, f"on_{kind}_start")(trainer, module)
    for at, (labels, logits) in enumerate(batches()):
        for hook in module.hooks:
            hook(module, (), logits)
        getattr(callback, f"on_{kind}_batch_end")(trainer, module, None, [None, labels], at)
    getattr(callback, f"on_{kind}_end")(trainer, module)


def pl_trainer(**changed: Any) -> Any:
    told: dict[str, Any] = {"sanity_checking": False, "current_epoch": 0, "max_epochs": 2, "global_rank": 0}
    told |= {
        "world_size": 1,
        "callback_metrics": {"val_loss": np.float32(0.5), "train_loss": 0.7, "train_loss_step": 9},
    }
    told |= {"optimizers": [SimpleNamespace(param_groups=[{"lr": 0.1}])], "val_dataloaders": loader()}
    return SimpleNamespace(**(told | {"test_dataloaders": [loader()]} | changed))


def test_a_test_counts_as_the_epoch_of_its_weights(tmp_path: Path) -> None:
    callback, module = LightningLogger(tmp_path / "pl"), Module()
    for epoch in range(5):  # validated every second epoch alone
        if epoch % 2:
            validate(callback, pl_trainer(current_epoch=epoch), module)
        callback.on_train_epoch_end(pl_trainer(current_epoch=epoch), module)
    later = pl_trainer(current_epoch=5, state=SimpleNamespace(fn="test"))
    validate(callback, later, module, "test")
    loops = {"fit_loop": {"epoch_progress": {"current": {"ready": 2, "completed": 1}}}}
    callback.on_load_checkpoint(later, module, {"epoch": 1, "loops": loops})
    validate(callback, later, module, "test")
    validate(callback, pl_trainer(current_epoch=5, state=SimpleNamespace(fn="validate")), module)
    callback.on_load_checkpoint(later, module, {"epoch": 2})
    validate(callback, later, module, "test")
    callback.teardown(later, module, "test")
    run = the_run(tmp_path)
    assert run.epochs("test") == (2, 3, 5) and run.epochs("val") == (2, 4)


def test_weights_that_nobody_saw_trained_are_the_last_epochs(tmp_path: Path) -> None:
    first, module = LightningLogger(tmp_path / "pl"), Module()
    validate(first, pl_trainer(current_epoch=6), module)
    first.teardown(pl_trainer(), module, "fit")
    testing = {"current_epoch": 0, "state": SimpleNamespace(fn="test")}
    for path, epoch in ((None, 7), ("logs/epoch=3-step=40.ckpt", 4)):
        fresh = LightningLogger(tmp_path / "pl")
        validate(fresh, pl_trainer(ckpt_path=path, **testing), module, "test")
        fresh.teardown(pl_trainer(), module, "test")
        assert epoch in the_run(tmp_path).epochs("test")


def test_lightning_logs_validation_and_test(tmp_path: Path) -> None:
    callback, module = LightningLogger(tmp_path / "pl"), Module()
    validate(callback, pl_trainer(sanity_checking=True), module)
    assert not (tmp_path / "pl").exists()
    for epoch in (0, 1):
        validate(callback, pl_trainer(current_epoch=epoch), module)
        callback.on_train_epoch_end(pl_trainer(current_epoch=epoch), module)
    callback.teardown(pl_trainer(), module, "fit")
    validate(callback, pl_trainer(current_epoch=2), module, "test")
    callback.teardown(pl_trainer(), module, "test")
    assert not module.hooks
    run = the_run(tmp_path)
    assert is_logged(run, "val", 1) and is_logged(run, "val", 2) and is_logged(run, "test", 2)
    assert run.classes == ("a", "b", "c") and run.status.state == "finished"
    assert run.model == {"architecture": "Module", "parameters": 15, "trained_parameters": 12, "layers": 1}
    assert run.hyperparameters == {"width": 4, "max_epochs": 2, "optimizer": "SimpleNamespace"}
    table = run.samples("val")
    assert table is not None and table.n == N
    rows = read_jsonl(tmp_path / "pl" / "scalars.jsonl")[0]
    assert {"epoch": 2, "split": "val", "loss": 0.5} in rows
    assert {"epoch": 1, "split": "train", "loss": 0.7, "lr": 0.1} in rows


def test_lightning_takes_what_steps_return_and_tells_what_it_misses(tmp_path: Path) -> None:
    module = Module()
    callback = LightningLogger(tmp_path / "a", read=lambda outputs, batch: {"true": batch["z"], "sample": batch["id"]})
    trainer = pl_trainer(val_dataloaders=SimpleNamespace(dataset=None))
    callback.on_validation_start(trainer, module)
    given = {"z": TRUE, "id": np.arange(N)}
    callback.on_validation_batch_end(trainer, module, {"logits": LOGITS.view(Tensor), "loss": 1}, given, 0)
    callback.on_validation_end(trainer, module)
    callback.on_exception(trainer, module, KeyboardInterrupt())
    run = the_run(tmp_path)
    assert is_logged(run, "val", 1) and run.status.state == "failed"
    for outputs, batch, says in (
        (None, [None, TRUE], r'scores were not found; return \{"logits": logits\}'),
        (LOGITS.view(Tensor), [None], "true was not found in the batch"),
    ):
        other = LightningLogger(tmp_path / "b")
        other.on_validation_start(trainer, module)
        with pytest.raises(FormatError, match=says):
            other.on_validation_batch_end(trainer, module, outputs, batch, 0)
    shuffled = pl_trainer(val_dataloaders=loader(RandomSampler(N)))
    with pytest.raises(FormatError, match="the loader draws with RandomSampler; use shuffle=False"):
        LightningLogger(tmp_path / "c").on_validation_batch_end(shuffled, module, None, [None, TRUE], 0)


def test_lightning_ranks_log_their_own_rows(tmp_path: Path) -> None:
    mine = np.array([1, 4, 7, 0])  # the last one pads
    trainer = pl_trainer(global_rank=1, world_size=3, val_dataloaders=loader(DistributedSampler()))
    callback, module = LightningLogger(tmp_path / "a"), Module()
    callback.on_validation_start(trainer, module)
    callback.on_validation_batch_end(trainer, module, LOGITS[mine].view(Tensor), [None, TRUE[mine]], 0)
    callback.on_validation_end(trainer, module)
    callback.teardown(trainer, module, "fit")
    with np.load(tmp_path / "a" / "epochs" / "00001" / "val.rank1of3.npz") as stored:
        assert sorted(stored["sample"].tolist()) == [0, 1, 4, 7]


def test_transformers_logs_what_passes_the_model(tmp_path: Path) -> None:
    callback, model = TransformersLogger(tmp_path / "hf"), Module()
    args = SimpleNamespace(process_index=0, world_size=1, learning_rate=0.1, eval_strategy="epoch", optim="adam")
    state, control = SimpleNamespace(epoch=0.0, global_step=0, max_steps=20, eval_steps=None), None
    callback.on_init_end(args, state, control, model=model)
    callback.on_train_begin(args, state, control, model=model)
    assert len(model.hooks) == 1
    for epoch in (1.0, 2.0):
        state.epoch = epoch
        model.training = True
        model.hooks[0](model, (), {"labels": TRUE}, {"logits": LOGITS.view(Tensor)})
        model.training = False
        for prefix in ("eval", "eval_hard"):
            for labels, logits in batches():
                model.hooks[0](model, (), {"labels": labels}, SimpleNamespace(logits=logits))
            metrics = {f"{prefix}_loss": 0.5, f"{prefix}_runtime": 3.0, "epoch": epoch}
            callback.on_evaluate(args, state, control, metrics=metrics, eval_dataloader=loader())
        callback.on_log(args, state, control, logs={"loss": 0.7, "learning_rate": 0.05, "epoch": epoch})
    callback.on_train_end(args, state, control)
    run = the_run(tmp_path)
    assert all(is_logged(run, split, epoch) for split in ("val", "hard") for epoch in (1, 2))
    assert run.hyperparameters == {"learning_rate": 0.1, "optim": "adam"} and run.model["parameters"] == 15
    rows = read_jsonl(tmp_path / "hf" / "scalars.jsonl")[0]
    assert {"epoch": 1, "split": "hard", "loss": 0.5} in rows
    assert {"epoch": 2, "split": "train", "loss": 0.7, "lr": 0.05} in rows


def test_transformers_numbers_evaluations_between_epochs(tmp_path: Path) -> None:
    callback, model = TransformersLogger(tmp_path / "hf"), Module()
    args = SimpleNamespace(process_index=0, world_size=1, eval_strategy="steps", eval_steps=5)
    state = SimpleNamespace(epoch=0.3, global_step=0, max_steps=20, eval_steps=5)
    callback.on_init_end(args, state, None, model=model)
    for state.global_step in (5, 10):
        model.hooks[0](model, (), {"labels": TRUE}, (np.float32(1), LOGITS.view(Tensor)))
        callback.on_evaluate(args, state, None, metrics={"eval_runtime": 1}, eval_dataloader=loader())
    callback.on_train_end(args, state, None)
    assert the_run(tmp_path).epochs("val") == (1, 2)


def test_transformers_says_what_it_cannot_log(tmp_path: Path) -> None:
    callback, model = TransformersLogger(tmp_path / "hf"), Module()
    args = SimpleNamespace(process_index=0, world_size=1, eval_strategy="epoch")
    state = SimpleNamespace(epoch=1.0, global_step=0, max_steps=20, eval_steps=None)
    callback.on_init_end(args, state, None, model=model)
    with pytest.warns(UserWarning, match="nothing of the evaluation of val: no logits were seen"):
        callback.on_evaluate(args, state, None, metrics={"eval_runtime": 1}, eval_dataloader=loader())
    model.hooks[0](model, (), {}, SimpleNamespace(logits=LOGITS.view(Tensor)))
    with pytest.warns(UserWarning, match="its labels never reached the model"):
        callback.on_predict(args, state, None, metrics={"test_runtime": 1}, eval_dataloader=loader())


def test_keras_predicts_its_splits_after_each_epoch(tmp_path: Path) -> None:
    scores = np.exp(LOGITS) / np.exp(LOGITS).sum(axis=1, keepdims=True)
    optimizer = SimpleNamespace(get_config=lambda: {"name": "adam", "learning_rate": 0.1})
    model = SimpleNamespace(
        name="net", layers=[SimpleNamespace(weights=[1])], count_params=lambda: 15, optimizer=optimizer
    )
    model.predict = lambda x, verbose: scores[x]
    model.predict_on_batch = lambda x: scores[x]
    stream = Stream([(np.arange(0, 6), np.eye(3)[TRUE[:6]]), (np.arange(6, N), np.eye(3)[TRUE[6:]])])
    callback = KerasLogger(tmp_path / "k", {"val": (np.arange(N), TRUE), "test": stream}, classes=["a", "b", "c"])
    callback.model = model
    for epoch in (0, 1):
        callback.on_epoch_end(epoch, {"loss": 0.7, "val_loss": 0.5, "learning_rate": 0.1})
    callback.on_train_end()
    run = the_run(tmp_path)
    assert all(is_logged(run, split, epoch) for split in ("val", "test") for epoch in (1, 2))
    assert run.model == {"architecture": "net", "parameters": 15, "layers": 1}
    assert run.hyperparameters == {"optimizer": "adam", "learning_rate": 0.1}
    rows = read_jsonl(tmp_path / "k" / "scalars.jsonl")[0]
    assert {"epoch": 1, "split": "val", "loss": 0.5} in rows
    assert {"epoch": 2, "split": "train", "loss": 0.7, "lr": 0.1} in rows


class Stream(list[Any]):
    """A Keras dataset of a folder."""

    class_names = ("a", "b", "c")
    file_paths = tuple(f"{row}.png" for row in range(N))


def test_callbacks_are_of_the_frameworks_kind_once_it_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Callback:
        def on_anything_else(self) -> str:
            return "nothing"

    framework = types.ModuleType("lightning.pytorch")
    framework.Callback = Callback  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "lightning.pytorch", framework)
    callback: Any = LightningLogger(tmp_path / "a")
    assert isinstance(callback, Callback) and isinstance(callback, LightningLogger)
    assert callback.on_anything_else() == "nothing"


def test_importing_them_loads_no_framework() -> None:
    code = (
        "import sys, clftui.logger.lightning, clftui.logger.transformers, clftui.logger.keras, clftui.logger.sklearn, "
        "clftui.logger.torch\n"
        "heavy = 'torch lightning transformers keras sklearn scipy pandas PIL textual tensorflow'.split()\n"
        "assert not [name for name in heavy if name in sys.modules]"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
