"""Trains tiny models with the real frameworks, on the CPU, and reads what their callbacks logged.

Checked of every run: each epoch holds every sample once, its labels and the scores of the model's own prediction;
classes, parameter counts, hyperparameters and scalars came from the framework. A framework that is not installed is
skipped with its reason. `ranks.py` does the same with several processes.

Run: python -m tests.proofs.frameworks [--only lightning ...]
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clftui.data.catalog import open_catalog
from clftui.data.run import Run

N, WIDTH, K = 203, 6, 4
NAMES = ["ash", "beech", "elm", "oak"]


def problem() -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Inputs (n, 6) and classes (n,) of blobs that a linear model separates in part."""
    rng = np.random.default_rng(5)
    true = rng.integers(0, K, N)
    return (rng.normal(size=(N, WIDTH)) + np.eye(K, WIDTH)[true] * 1.5).astype(np.float32), true


def the_run(folder: Path) -> Run:
    (run,) = open_catalog([folder]).runs
    return run


def check(folder: Path, split: str, epochs: int, scores: NDArray[Any] | None, **wanted: object) -> str:
    """Compare a run with the data and with the model's own last scores; a line of figures, or AssertionError."""
    run = the_run(folder)
    assert list(run.epochs(split)) == list(range(1, epochs + 1)), run.epochs(split)
    _, true = problem()
    for epoch in run.epochs(split):
        evaluation = run.evaluation(split, epoch)
        assert evaluation is not None and sorted(evaluation.sample.tolist()) == list(range(N))
        assert np.array_equal(evaluation.true, true[evaluation.sample])
    assert evaluation is not None and not evaluation.conflicts
    if scores is not None:
        stored = evaluation.scores(np.arange(N))
        assert stored is not None and np.abs(stored - scores[evaluation.sample]).max() < 4e-3
    for name, value in wanted.items():
        told = getattr(run, name) if hasattr(run, name) else None
        assert told == value, (name, told, value)
    accuracy = float(np.mean(evaluation.true == evaluation.predicted))
    return f"{epochs} epochs, {N} samples each once, accuracy {accuracy:.3f}"


def softmax(logits: NDArray[Any]) -> NDArray[Any]:
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(exponentials / exponentials.sum(axis=1, keepdims=True))


def lightning(folder: Path) -> str:
    import lightning.pytorch as pl
    import torch
    from torch.utils.data import DataLoader, TensorDataset

    from clftui.logger.lightning import LightningLogger

    class Module(pl.LightningModule):  # type: ignore[misc]
        def __init__(self, lr: float = 0.1) -> None:
            super().__init__()
            self.save_hyperparameters()
            self.net = torch.nn.Linear(WIDTH, K)

        def forward(self, x: Any) -> Any:
            return self.net(x)

        def training_step(self, batch: Any, index: int) -> Any:
            loss = torch.nn.functional.cross_entropy(self(batch[0]), batch[1])
            self.log("train_loss", loss, on_epoch=True)
            return loss

        def validation_step(self, batch: Any, index: int) -> None:
            self.log("val_loss", torch.nn.functional.cross_entropy(self(batch[0]), batch[1]))

        def test_step(self, batch: Any, index: int) -> Any:
            return {"logits": self(batch[0])}

        def configure_optimizers(self) -> Any:
            return torch.optim.SGD(self.parameters(), lr=0.1)

    x, true = problem()
    data = TensorDataset(torch.from_numpy(x), torch.from_numpy(true))
    aside = folder / ".lightning"
    module, quiet = Module(), {"logger": False, "enable_progress_bar": False, "default_root_dir": aside}
    kept = aside / "kept"
    keep = pl.callbacks.ModelCheckpoint(kept, save_top_k=-1)
    trainer = pl.Trainer(max_epochs=3, callbacks=[LightningLogger(folder / "pl", classes=NAMES), keep],
                         accelerator="cpu", enable_model_summary=False, **quiet)  # fmt: skip
    trainer.fit(module, DataLoader(data, batch_size=32, shuffle=True), DataLoader(data, batch_size=50))
    with torch.no_grad():
        scores = softmax(module(torch.from_numpy(x)).numpy())
    line = check(folder, "val", 3, scores, classes=tuple(NAMES))
    run = the_run(folder)
    assert run.model["parameters"] == WIDTH * K + K and run.hyperparameters["lr"] == 0.1
    trainer.test(module, DataLoader(data, batch_size=50), verbose=False)
    assert the_run(folder).epochs("test") == (3,)
    trainer.save_checkpoint(aside / "after.ckpt")
    trainer.test(module, DataLoader(data, batch_size=50), ckpt_path=aside / "after.ckpt", verbose=False)
    assert the_run(folder).epochs("test") == (3,)
    for name in sorted(kept.glob("*.ckpt")):
        trainer.test(module, DataLoader(data, batch_size=50), ckpt_path=name, verbose=False)
    trainer.validate(module, DataLoader(data, batch_size=50), verbose=False)
    assert (the_run(folder).epochs("test"), the_run(folder).epochs("val")) == ((1, 2, 3), (1, 2, 3))
    names = {(row["split"], name) for row in scalars(folder / "pl") for name in row}
    assert {("val", "loss"), ("train", "loss"), ("train", "lr")} <= names, names
    return f"{pl.__version__}: {line}; tests of 4 checkpoints; val and train loss, lr"


def scalars(run: Path) -> list[dict[str, Any]]:
    from clftui.storage import read_jsonl

    return [{"split": None} | row for row in read_jsonl(run / "scalars.jsonl")[0]]


def transformers(folder: Path) -> str:
    import torch
    import transformers as hf

    from clftui.logger.transformers import TransformersLogger

    x, true = problem()
    config = hf.BertConfig(vocab_size=40, hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
                           intermediate_size=16, id2label=dict(enumerate(NAMES)))  # fmt: skip
    model = hf.BertForSequenceClassification(config)
    tokens = np.clip((x * 5 + 20).astype(int), 0, 39)
    data = [{"input_ids": row, "labels": int(label)} for row, label in zip(tokens, true, strict=True)]
    arguments = hf.TrainingArguments(output_dir=str(folder / "hf-out"), num_train_epochs=2, eval_strategy="epoch",
                                     per_device_eval_batch_size=32, save_strategy="no", report_to=[],
                                     use_cpu=True, disable_tqdm=True, logging_strategy="epoch")  # fmt: skip
    trainer = hf.Trainer(model=model, args=arguments, train_dataset=data, eval_dataset=data,
                         callbacks=[TransformersLogger(folder / "hf")])  # fmt: skip
    trainer.train()
    model.eval()
    with torch.no_grad():
        scores = softmax(model(torch.from_numpy(tokens)).logits.numpy())
    line = check(folder, "val", 2, scores, classes=tuple(NAMES))
    run = the_run(folder)
    assert run.model["parameters"] == model.num_parameters() and "learning_rate" in run.hyperparameters
    names = {(row["split"], name) for row in scalars(folder / "hf") for name in row}
    assert {("val", "loss"), ("train", "loss"), ("train", "lr")} <= names, names
    return f"{hf.__version__}: {line}; val and train loss, lr; classes of id2label"


def keras(folder: Path) -> str:
    os.environ.setdefault("KERAS_BACKEND", "torch")
    import keras as k

    from clftui.logger.keras import KerasLogger

    x, true = problem()
    model = k.Sequential([k.layers.Input((WIDTH,)), k.layers.Dense(K, activation="softmax")])
    model.compile(k.optimizers.SGD(0.1), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x, true, validation_data=(x, true), epochs=3, verbose=0,
              callbacks=[KerasLogger(folder / "k", {"val": (x, true)}, classes=NAMES)])  # fmt: skip
    line = check(folder, "val", 3, np.asarray(model.predict(x, verbose=0)), classes=tuple(NAMES))
    run = the_run(folder)
    assert (
        run.model["parameters"] == WIDTH * K + K and abs(float(str(run.hyperparameters["learning_rate"])) - 0.1) < 1e-6
    )
    names = {(row["split"], name) for row in scalars(folder / "k") for name in row}
    assert {("val", "loss"), ("train", "accuracy")} <= names, names
    return f"{k.__version__} ({k.backend.backend()}): {line}; val and train scalars"


def sklearn(folder: Path) -> str:
    import sklearn as sk
    from sklearn.ensemble import GradientBoostingClassifier
    from sklearn.neural_network import MLPClassifier

    from clftui.logger.sklearn import SklearnLogger

    x, true = problem()
    named = np.array(NAMES)[true]
    net = MLPClassifier((5,), random_state=0)
    with SklearnLogger(folder / "mlp", {"test": (x, named)}) as log:
        for _ in range(3):
            net.partial_fit(x, named, classes=NAMES)
            log.log(net, loss=net.loss_)
    line = check(folder / "mlp", "test", 3, net.predict_proba(x), classes=tuple(NAMES))
    assert the_run(folder / "mlp").model["parameters"] == (WIDTH + 1) * 5 + 6 * K
    boosted = GradientBoostingClassifier(n_estimators=4).fit(x, named)
    with SklearnLogger(folder / "gb", {"test": (x, named)}) as log:
        log.log_stages(boosted)
    return f"{sk.__version__}: {line}; boosting: {check(folder / 'gb', 'test', 4, boosted.predict_proba(x))}"


PROOFS: dict[str, tuple[str, Callable[[Path], str]]] = {
    "lightning": ("lightning", lightning),
    "transformers": ("transformers", transformers),
    "keras": ("keras", keras),
    "sklearn": ("sklearn", sklearn),
}


def prove(proofs: dict[str, tuple[str, Callable[[Path], str]]], names: Sequence[str]) -> int:
    """Print a line for each of `names`; 1 when one failed."""
    failed = 0
    for name in names:
        package, proof = proofs[name]
        if importlib.util.find_spec(package) is None:
            print(f"{name:13} skipped: {package} is not installed")
            continue
        with tempfile.TemporaryDirectory() as folder:
            try:
                print(f"{name:13} {proof(Path(folder))}")
            except Exception as error:
                failed += 1
                print(f"{name:13} FAILED: {type(error).__name__}: {error}")
    return int(failed > 0)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=PROOFS, default=list(PROOFS))
    return prove(PROOFS, parser.parse_args().only)


if __name__ == "__main__":
    sys.exit(main())
