"""A run whose layers were recorded sample by sample: one class is of two kinds in its last layer, others of one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from clftui.data.catalog import open_catalog
from clftui.state.features_settings import FeaturesVariant
from clftui.state.features_view import open_variant
from clftui.state.session import Session, open_session
from clftui.worker.client import WORKER
from clftui.worker.tasks import TASKS
from tests.builders import CLASSES, labels, write_run, write_samples

UNITS = 12
N = 160


def kinds_of(n: int = N) -> NDArray[np.int64]:
    """(n,) 1 for every third cat, else 0."""
    true = labels(n, len(CLASSES))
    return np.asarray((true == 0) & (np.arange(n) % 3 == 0), dtype=np.int64)


def write_parted(root: Path, *, values: bool = True, layers: tuple[str, ...] = ("early", "deep"), n: int = N) -> Path:
    """Run `net`; the layer `deep` tells the kinds of cats apart by its units 3 and 5, `early` does not."""
    write_samples(root / "samples" / "test.csv", n)
    folder = write_run(root / "net", epochs=1, n=n, samples={"test": "../samples/test.csv"})
    true = labels(n, len(CLASSES))
    for depth, name in enumerate(layers):
        rng = np.random.default_rng(depth)
        rows = rng.standard_normal((n, UNITS)) + 4 * np.eye(UNITS)[true]
        if name == "deep":
            rows[:, 3] += 9 * kinds_of(n)
            rows[:, 5] -= 9 * kinds_of(n)
        rows[7] = 1.0 if name == "deep" else rows[7]
        arrays: dict[str, Any] = {
            "class_mean": np.stack([rows[true == each].mean(axis=0) for each in range(len(CLASSES))]),
            "depth": np.array(depth),
        }
        if values:
            arrays |= {"values": rows.astype(np.float32), "sample": np.arange(n)}
        np.savez(folder / "epochs" / "00001" / f"test.responses.{name}.npz", allow_pickle=False, **arrays)
    return root


def parted(root: Path, **written: Any) -> Session:
    """The run as it opens in the variant of its subclasses."""
    session = open_session(open_catalog([write_parted(root, **written)]))
    return open_variant(session, FeaturesVariant.SUBCLASSES)


def work_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker's tasks in this process."""

    def call(task: str, parameters: dict[str, Any], arrays: Any, tell: Any = None) -> Any:
        return TASKS[task](parameters, arrays, tell or (lambda share, so_far: None))

    monkeypatch.setattr(WORKER, "call", call)
