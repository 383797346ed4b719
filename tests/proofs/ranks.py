"""Trainings of several processes on the CPU, with torchrun, Lightning's ddp and transformers; then their runs are read.

torchrun starts 4 ranks, one of which is killed, and goes on with 2. Everywhere 203 samples do not divide evenly, so the
samplers repeat some: each must come out once, with its own label.

Run: python -m tests.proofs.ranks [--only torchrun ...]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.proofs.frameworks import check, prove, the_run

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

LIGHTNING = """
import sys
import lightning.pytorch as pl
import torch
from torch.utils.data import DataLoader, TensorDataset
from clftui.logger.lightning import LightningLogger
from tests.proofs.frameworks import NAMES, problem
class Module(pl.LightningModule):
    def __init__(self):
        super().__init__()
        self.net = torch.nn.Linear(6, 4)
    def forward(self, x):
        return self.net(x)
    def training_step(self, batch, index):
        return torch.nn.functional.cross_entropy(self(batch[0]), batch[1])
    def validation_step(self, batch, index):
        self(batch[0])
    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.1)
x, true = problem()
data = TensorDataset(torch.from_numpy(x), torch.from_numpy(true))
trainer = pl.Trainer(max_epochs=2, accelerator="cpu", devices=2, strategy="ddp", logger=False,
                     enable_checkpointing=False, callbacks=[LightningLogger(sys.argv[1], classes=NAMES)])
trainer.fit(Module(), DataLoader(data, 16, shuffle=True), DataLoader(data, 16))
"""

TRANSFORMERS = """
import sys
import numpy as np
import transformers as hf
from clftui.logger.transformers import TransformersLogger
from tests.proofs.frameworks import NAMES, problem
x, true = problem()
tokens = np.clip((x * 5 + 20).astype(int), 0, 39)
data = [{"input_ids": row, "labels": int(label)} for row, label in zip(tokens, true)]
config = hf.BertConfig(vocab_size=40, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
                       id2label=dict(enumerate(NAMES)))
arguments = hf.TrainingArguments(output_dir=sys.argv[2], num_train_epochs=2, eval_strategy="epoch", use_cpu=True,
                                 per_device_eval_batch_size=16, save_strategy="no", report_to=[], ddp_backend="gloo")
hf.Trainer(model=hf.BertForSequenceClassification(config), args=arguments, train_dataset=data, eval_dataset=data,
           callbacks=[TransformersLogger(sys.argv[1])]).train()
"""


def started(folder: Path, code: str, ranks: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `code` in `ranks` processes of torchrun, or alone for 1."""
    script = folder / "script.py"
    script.write_text(code)
    launcher = ["-m", "torch.distributed.run", "--standalone", f"--nproc_per_node={ranks}"] if ranks > 1 else []
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(Path.cwd()), *sys.path]), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, *launcher, str(script), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)


def torchrun(folder: Path) -> str:
    """203 samples over 4 ranks: one is padded twice. Rank 1 is killed; 2 ranks go on from the epoch before the last."""
    run = folder / "runs" / "ddp"
    for ranks, first, last, die in ((4, 1, 3, 1), (2, 3, 5, 0)):
        done = started(folder, RANK, ranks, str(run), str(first), str(last), str(die))
        assert bool(done.returncode) == bool(die), done.stderr[-2000:]
    line = check(folder / "runs", "test", 5, None)
    files = sorted(path.name for path in (run / "epochs" / "00003").iterdir())
    assert len(files) == 6, files
    evaluation = the_run(folder / "runs").evaluation("test", 2)
    assert evaluation is not None and evaluation.duplicates == 1 and evaluation.ranks == (4, 4)
    later = the_run(folder / "runs").evaluation("test", 3)
    assert later is not None and later.ranks == (2, 2)
    return f"{line}; 4 ranks, one killed, then 2; {evaluation.duplicates} padded sample dropped of 4 ranks"


def of_framework(code: str, ranks: int) -> Callable[[Path], str]:
    """A proof that the ranks of a framework's own training log every sample once."""

    def proof(folder: Path) -> str:
        done = started(folder, code, ranks, str(folder / "runs" / "run"), str(folder / "out"))
        assert not done.returncode, done.stderr[-2000:]
        line = check(folder / "runs", "val", 2, None)
        evaluation = the_run(folder / "runs").evaluation("val", 2)
        assert evaluation is not None and evaluation.ranks == (2, 2) and evaluation.duplicates > 0
        return f"{line}; 2 ranks, {evaluation.duplicates} repeated samples dropped"

    return proof


PROOFS: dict[str, tuple[str, Callable[[Path], str]]] = {
    "torchrun": ("torch", torchrun),
    "lightning": ("lightning", of_framework(LIGHTNING, 1)),
    "transformers": ("transformers", of_framework(TRANSFORMERS, 2)),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=PROOFS, default=list(PROOFS))
    return prove(PROOFS, parser.parse_args().only)


if __name__ == "__main__":
    sys.exit(main())
