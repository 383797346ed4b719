"""Trains tiny models with the real frameworks, on the CPU, and reads what their callbacks logged.

Checked of every run: each epoch holds every sample once, its labels and the scores of the model's own prediction;
classes, parameter counts, hyperparameters and scalars came from the framework. A framework that is not installed is
skipped with its reason. `torchrun` starts 4 ranks, kills the attempt, and continues with 2.

Run: python -m tests.proofs.frameworks [--only lightning ...]
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
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
    module, quiet = Module(), {"logger": False, "enable_checkpointing": False, "enable_progress_bar": False}
    trainer = pl.Trainer(max_epochs=3, callbacks=[LightningLogger(folder / "pl", classes=NAMES)], accelerator="cpu",
                         enable_model_summary=False, **quiet)  # fmt: skip
    trainer.fit(module, DataLoader(data, batch_size=32, shuffle=True), DataLoader(data, batch_size=50))
    with torch.no_grad():
        scores = softmax(module(torch.from_numpy(x)).numpy())
    line = check(folder, "val", 3, scores, classes=tuple(NAMES))
    run = the_run(folder)
    assert run.model["parameters"] == WIDTH * K + K and run.hyperparameters["lr"] == 0.1
    trainer.test(module, DataLoader(data, batch_size=50), verbose=False)
    assert the_run(folder).evaluation("test", 3) is not None
    names = {(row["split"], name) for row in scalars(folder / "pl") for name in row}
    assert {("val", "loss"), ("train", "loss"), ("train", "lr")} <= names, names
    return f"{pl.__version__}: {line}; a test; val and train loss, lr"


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


RANK = """
import os, sys, numpy as np, torch
import torch.distributed as dist
from torch.utils.data import DataLoader, DistributedSampler, TensorDataset
from clftui.logger import RunLogger
from clftui.logger.torch import rows_of
from tests.proofs.frameworks import NAMES, problem
dist.init_process_group("gloo")
x, true = problem()
data = TensorDataset(torch.from_numpy(x), torch.from_numpy(true))
model = torch.nn.parallel.DistributedDataParallel(torch.nn.Linear(x.shape[1], 4))
first, last, die = (int(each) for each in sys.argv[2:5])
loader = DataLoader(data, 16, sampler=DistributedSampler(data, shuffle=False))
rows = rows_of(loader)
run = RunLogger(sys.argv[1], classes=NAMES, samples={"test": {"true": true}}, best="-loss",
                rank=dist.get_rank(), world_size=dist.get_world_size())
for epoch in range(first, last + 1):
    seen = 0
    for inputs, labels in loader:
        with torch.no_grad():
            run.append("test", labels, logits=model(inputs), sample=rows[seen : seen + len(labels)])
        seen += len(labels)
    run.commit(epoch, split="test", loss=1.0 / epoch)
if die:
    run.flush()
    if dist.get_rank() == 1:
        os.kill(os.getpid(), 9)
    dist.barrier()
run.close()
"""


def torchrun(folder: Path) -> str:
    """203 samples over 4 ranks: one is padded twice. Rank 1 is killed; 2 ranks go on from the epoch before the last."""
    script = folder / "rank.py"
    script.write_text(RANK)
    run = folder / "runs" / "ddp"
    for ranks, first, last, die in ((4, 1, 3, 1), (2, 3, 5, 0)):
        command = [sys.executable, "-m", "torch.distributed.run", "--standalone", f"--nproc_per_node={ranks}",
                   str(script), str(run), str(first), str(last), str(die)]  # fmt: skip
        environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(Path.cwd()), *sys.path]), "OMP_NUM_THREADS": "1"}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
        assert bool(done.returncode) == bool(die), done.stderr[-2000:]
    line = check(folder / "runs", "test", 5, None)
    files = sorted(path.name for path in (run / "epochs" / "00003").iterdir())
    assert len(files) == 6, files
    evaluation = the_run(folder / "runs").evaluation("test", 2)
    assert evaluation is not None and evaluation.duplicates == 1 and evaluation.ranks == (4, 4)
    later = the_run(folder / "runs").evaluation("test", 3)
    assert later is not None and later.ranks == (2, 2)
    return f"{line}; 4 ranks, one killed, then 2; {evaluation.duplicates} padded sample dropped of 4 ranks"


PROOFS: dict[str, tuple[str, Callable[[Path], str]]] = {
    "lightning": ("lightning", lightning),
    "transformers": ("transformers", transformers),
    "keras": ("keras", keras),
    "sklearn": ("sklearn", sklearn),
    "torchrun": ("torch", torchrun),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=PROOFS, default=list(PROOFS))
    failed = 0
    for name in parser.parse_args().only:
        package, proof = PROOFS[name]
        if importlib.util.find_spec(package) is None:
            print(f"{name:13} skipped: {package} is not installed")
            continue
        with tempfile.TemporaryDirectory() as folder:
            try:
                print(f"{name:13} {proof(Path(folder))}")
            except Exception as error:
                failed += 1
                print(f"{name:13} FAILED: {type(error).__name__}: {error}")
                if os.environ.get("CLFTUI_TRACE"):
                    raise
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
