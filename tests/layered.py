"""Runs with recorded layers: an early one that tells groups apart, a late one that tells classes apart."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from clftui.data.catalog import open_catalog
from clftui.logger import RunLogger
from clftui.state.class_tree import by_hierarchy
from clftui.state.features_settings import FeaturesVariant
from clftui.state.features_view import open_variant
from clftui.state.session import Session, open_session
from clftui.worker.client import WORKER
from clftui.worker.tasks import TASKS
from clftui.worker.telling import Arrays, Tell
from tests.builders import labels

NAMES = ("cat", "dog", "crow", "owl")
GROUPS = {"name": "", "children": [{"name": "fur", "children": ["cat", "dog"]},
                                   {"name": "wings", "children": ["crow", "owl"]}]}  # fmt: skip
N = 160


def layer_values(true: NDArray[np.int64], seed: int = 0) -> dict[str, NDArray[np.float64]]:
    """`early` knows the group alone, `late` the class."""
    rng = np.random.default_rng(seed)
    group = np.eye(2)[true // 2] * 6
    return {
        "early": group + rng.normal(size=(len(true), 2)),
        "late": np.eye(4)[true] * 6 + rng.normal(size=(len(true), 4)),
    }


def write_layers(
    root: Path, *, splits: Sequence[str] = ("test",), values: bool = True, recorded: int = N, name: str = "net"
) -> Path:
    """A collection with one run of one epoch: the network is wrong about half of the cats, which it takes for dogs."""
    (root / "samples").mkdir(parents=True, exist_ok=True)
    (root / "hierarchy.json").write_text(json.dumps(GROUPS), encoding="utf-8")
    true = labels(N, len(NAMES))
    predicted = true.copy()
    predicted[np.flatnonzero(true == 0)[::2]] = 1
    scores = np.eye(4)[predicted] * 0.9 + 0.025
    table = {"id": [f"s{row:03}" for row in range(N)], "true": true}
    tables: dict[str, Any] = {split: {**table, "id": [f"{split}-{row}" for row in range(N)]} for split in splits}
    with RunLogger(root / name, classes=NAMES, samples=tables, background=False) as log:
        for number, split in enumerate(splits):
            log.log(1, split, true, scores=scores)
            for depth, (layer, found) in enumerate(layer_values(true, number).items()):
                means = np.stack([found[true == cls].mean(axis=0) for cls in range(4)])
                given = {"sample": np.arange(recorded), "values": found[:recorded]} if values else {}
                log.log_responses(1, split, layer, means, depth=depth, **given)
    return root


def layered(root: Path, **options: Any) -> Session:
    """Features, layers, of such a run."""
    session = open_session(open_catalog([write_layers(root, **options)]), split="test")
    return open_variant(by_hierarchy(session) or session, FeaturesVariant.LAYERS)


def at_once(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The worker's tasks are done here, without a process; the list of what was asked."""
    asked: list[str] = []

    def call(task: str, parameters: dict[str, Any], arrays: Arrays, tell: Tell | None = None) -> Arrays:
        asked.append(task)
        return TASKS[task](parameters, arrays, tell or (lambda share, so_far: None))

    monkeypatch.setattr(WORKER, "call", call)
    return asked
