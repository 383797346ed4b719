"""Runs the logger's README as it is written: its code blocks, on real torch and timm, on the CPU.

Run: python -m tests.proofs.recipes [--only torch ...]
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import textwrap
from collections.abc import Callable
from contextlib import chdir
from pathlib import Path
from typing import Any

import numpy as np

from clftui.data.catalog import open_catalog
from clftui.data.run import Run
from tests.proofs.frameworks import prove

README = Path(__file__).parents[2] / "clftui" / "logger" / "README.md"
CLASSES, EACH, SIDE = ("ash", "beech", "elm"), 7, 32


def blocks() -> list[str]:
    """The indented and fenced blocks of code in the README, with what follows an import in the next paragraph."""
    text = README.read_text(encoding="utf-8")
    fenced = re.findall(r"```python\n(.*?)```", text, flags=re.S)
    indented = re.findall(r"(?:^(?: {4}.*)?\n)+", re.sub(r"```python\n.*?```", "", text, flags=re.S), flags=re.M)
    return [*fenced, *(textwrap.dedent(block) for block in indented if block.strip())]


def block(*words: str) -> str:
    """The one block that holds all of `words`."""
    (found,) = [each for each in blocks() if all(word in each for word in words)]
    return found


def run_in(folder: Path, code: str, given: dict[str, Any]) -> Run:
    """Run a block in a folder; the one run that lies there then."""
    with chdir(folder):
        exec(compile(code, str(README), "exec"), given)
    (run,) = open_catalog([folder / "runs"]).runs
    return run


def pictures(folder: Path) -> Path:
    """An ImageFolder whose bare file names repeat in every class."""
    from PIL import Image

    rng = np.random.default_rng(2)
    for at, name in enumerate(CLASSES):
        (folder / name).mkdir(parents=True)
        for number in range(EACH):
            pixels = (rng.random((SIDE, SIDE, 3)) * 60 + 80 * at).astype(np.uint8)
            Image.fromarray(pixels).save(folder / name / f"{number}.png")
    return folder


def checked(run: Run, epochs: int, total: int, paths: bool) -> str:
    """What every run of the recipe must hold."""
    assert run.epochs("val") == tuple(range(1, epochs + 1)), run.epochs("val")
    evaluation = run.evaluation("val", epochs)
    assert evaluation is not None and sorted(evaluation.sample.tolist()) == list(range(total))
    assert evaluation.scores(np.arange(total)) is not None and run.status.state in ("finished", "running")
    table = run.samples("val")
    assert not paths or (table is not None and table.paths is not None and table.path_of(total - 1).is_file())  # type: ignore[union-attr]
    return f"{epochs} epochs of {total} samples, {len(run.classes)} classes, {run.model.get('parameters'):,} parameters"


def torch(folder: Path) -> str:
    import torch as framework
    from torchvision.datasets import ImageFolder
    from torchvision.transforms import ToTensor

    data = ImageFolder(pictures(folder / ".data"), ToTensor())
    loader = framework.utils.data.DataLoader(data, batch_size=4)
    model = framework.nn.Sequential(framework.nn.Flatten(), framework.nn.Linear(3 * SIDE * SIDE, len(CLASSES)))
    optimizer = framework.optim.SGD(model.parameters(), lr=0.1)
    given = {"loader": loader, "model": model, "optimizer": optimizer, "torch": framework, "epochs": 2, "train": int}
    run = run_in(folder, block("class_names, model_facts, sample_table"), given)
    assert run.classes == CLASSES and any(row.get("lr") == 0.1 for row in run.scalars())
    return f"{framework.__version__}: {checked(run, 2, len(data), True)}"


def timm(folder: Path) -> str:
    import timm as framework
    import torch
    from timm.data import create_dataset, create_loader

    data = create_dataset("", root=str(pictures(folder / ".data")))
    loader = create_loader(data, (3, SIDE, SIDE), 4, use_prefetcher=False, num_workers=0, device=torch.device("cpu"))
    model = framework.create_model("resnet10t", num_classes=len(CLASSES)).eval()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    given = {"loader": loader, "model": model, "optimizer": optimizer, "torch": torch, "epochs": 1, "train": int}
    run = run_in(folder, block("class_names, model_facts, sample_table"), given)
    assert run.classes == CLASSES, run.classes
    return f"{framework.__version__}: {checked(run, 1, len(data), True)}"


def processes(folder: Path) -> str:
    """The block for several processes, in one: `ranks.py` runs the same calls under torchrun."""
    import torch as framework

    data = framework.utils.data.TensorDataset(framework.rand(23, 4), framework.arange(23) % 3)
    sampler = framework.utils.data.DistributedSampler(data, num_replicas=1, rank=0, shuffle=False)
    loader = framework.utils.data.DataLoader(data, batch_size=4, sampler=sampler)
    model = framework.nn.Linear(4, 3)
    code = block("**ranks()")
    given = {"loader": loader, "model": model, "names": list(CLASSES), "epoch": 1, "mean_loss": 0.5,
             "table": [{"id": str(number)} for number in range(23)]}  # fmt: skip
    run = run_in(folder, f"from clftui.logger import RunLogger\n{code}\nrun.close()", given)
    evaluation = run.evaluation("val", 1)
    assert evaluation is not None and evaluation.n == 23 and run.classes == CLASSES
    return f"{framework.__version__}: {evaluation.n} samples"


def by_hand(folder: Path) -> str:
    run = run_in(folder, block("clftui-run"), {})
    assert run.epochs("test") == (1, 2, 3, 4, 5) and run.samples("test") is not None
    return f"numpy {np.__version__}: 5 epochs without the library"


PROOFS: dict[str, tuple[str, Callable[[Path], str]]] = {
    "torch": ("torchvision", torch),
    "timm": ("timm", timm),
    "processes": ("torch", processes),
    "by hand": ("numpy", by_hand),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=PROOFS, default=list(PROOFS))
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    return prove(PROOFS, parser.parse_args().only)


if __name__ == "__main__":
    sys.exit(main())
