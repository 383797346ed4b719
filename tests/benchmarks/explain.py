"""`python -m tests.benchmarks explain [--rounds N] [--json]`: maps a second of each method of `clftui explain`.

An untrained ResNet-18 at 224 x 224 where torchvision is installed, and a small network of four convolutions at 64 x 64,
on all processors; the last layer that knows places. Needs torch.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from clftui.explain.engine import TorchEngine, use_threads
from clftui.explain.map_store import MapStore
from clftui.explain.methods import BUILT_IN
from clftui.explain.pictures import Batch
from clftui.explain.subject import Ready
from tests.benchmarks.__main__ import Figure

SLOW = {"scorecam": 1, "meaningful-perturbation": 4}
"""Pictures at once for methods that ask the model hundreds of times; 32 otherwise."""
STORED = 50_000


def small() -> Any:
    """Four convolutions, average pooling, ten classes."""
    sizes = ((3, 24, 2), (24, 48, 2), (48, 64, 1), (64, 96, 2))
    blocks = [nn.Sequential(nn.Conv2d(i, o, 3, s, 1), nn.BatchNorm2d(o), nn.ReLU()) for i, o, s in sizes]
    return nn.Sequential(*blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(96, 10))


def networks() -> dict[str, tuple[Callable[[], Any], int]]:
    """How to make each network, and the side of its pictures."""
    found: dict[str, tuple[Callable[[], Any], int]] = {"small CNN, 64 x 64": (small, 64)}
    try:
        from torchvision.models import resnet18
    except ImportError:
        return found
    found["ResNet-18, 224 x 224"] = (lambda: resnet18(weights=None, num_classes=10), 224)
    return found


def speed(make: Callable[[], Any], side: int, method: str, rounds: int) -> float:
    """Maps a second."""
    torch.manual_seed(0)
    model = make().eval().requires_grad_(False)
    ready = Ready("benchmark", model, torch.tensor, (), None, "RGB", torch.device("cpu"))
    engine = TorchEngine(ready, [str(each) for each in range(10)])
    n = SLOW.get(method, 32)
    batch = Batch(np.arange(n), torch.rand(n, 3, side, side))
    engine.answers(batch)
    seconds = []
    for _ in range(rounds):
        begun = time.perf_counter()
        engine.maps(method, batch, np.arange(n), np.zeros(n, np.int64))
        seconds.append(time.perf_counter() - begun)
    return n / statistics.median(seconds)


def commit_seconds() -> float:
    """What a commit costs that adds a batch to a file of 50,000 maps of 14 x 14."""
    with tempfile.TemporaryDirectory() as folder:
        store = MapStore(Path(folder) / "maps" / "test.npz", 1)
        store.add(np.arange(STORED), np.zeros(STORED, np.int64), np.random.default_rng(0).random((STORED, 14, 14)))
        store.commit()
        store.add(np.arange(32) + STORED, np.zeros(32, np.int64), np.zeros((32, 14, 14)))
        begun = time.perf_counter()
        store.commit()
        return time.perf_counter() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    use_threads(None)
    figures = []
    for words, (make, side) in networks().items():
        for method in BUILT_IN:
            value = f"{speed(make, side, method, chosen.rounds):.3g} maps/s"
            figures.append(Figure("V9", f"{method}, {words}, {torch.get_num_threads()} threads", value))
    figures.append(Figure("V19", f"commit into {STORED:,} maps of 14 x 14", f"{1e3 * commit_seconds():.0f} ms"))
    if chosen.json:
        print(json.dumps([figure.__dict__ for figure in figures], indent=1))
        return
    for figure in figures:
        print(f"{figure.goal:4} {figure.what:56} {figure.value:24} {figure.target}".rstrip())


if __name__ == "__main__":
    main()
