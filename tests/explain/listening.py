"""Stands in for a model where no torch is: it answers by the mean colours of a picture, so its answers are known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from clftui.data.samples import SampleTable
from clftui.explain.hooks import Heard, Output
from clftui.explain.perturbations import Perturbation

DEPTHS = {"early": 0, "late": 3}


def pixels(path: Path, change: Perturbation | None = None) -> NDArray[np.float32]:
    image = Image.open(path).convert("RGB")
    values: NDArray[np.float32] = np.asarray(image if change is None else change(image), np.float32)
    return values / np.float32(255)


@dataclass
class FakeModel:
    """Both a listener (`clftui respond`) and an answerer (`clftui perturb`)."""

    classes: int
    change: Perturbation | None = None
    layers: tuple[str, ...] = ("early", "late")
    depths: dict[str, int] = field(default_factory=lambda: dict(DEPTHS))
    stop_after: int = 1 << 30
    """Batches after which it is interrupted."""
    heard: int = 0

    def batches(self, table: SampleTable, rows: Sequence[int], size: int) -> Iterator[Any]:
        for start in range(0, len(rows), size):
            some = rows[start : start + size]
            there = [row for row in some if (path := table.path_of(row)) is not None and path.exists()]
            values = [pixels(Path(str(table.path_of(row))), self.change) for row in there]
            troubles = tuple(f"{table.path_of(row)} does not exist." for row in some if row not in there)
            stacked = np.stack(values) if values else np.zeros((0, 1, 1, 3), np.float32)
            yield SimpleNamespace(rows=np.array(there, np.int64), values=stacked, troubles=troubles)

    def logits(self, batch: Any) -> NDArray[np.float32]:
        self.heard += 1
        if self.heard > self.stop_after:
            raise KeyboardInterrupt
        return said(batch.values, self.classes)

    def hear(self, batch: Any) -> Heard:
        answers = self.logits(batch).argmax(axis=1).astype(np.int64)
        means = batch.values.mean(axis=(1, 2))
        outputs = {"early": Output(means, batch.values.transpose(0, 3, 1, 2)), "late": Output(means, None)}
        return Heard(answers, {name: outputs[name] for name in self.layers})


def said(values: NDArray[np.float32], classes: int) -> NDArray[np.float32]:
    """(m, classes) logits of pictures (m, h, w, 3): how bright the left and the right half are, in each colour."""
    half = values.shape[2] // 2
    features = np.concatenate([values[:, :, :half].mean(axis=(1, 2)), values[:, :, half:].mean(axis=(1, 2))], axis=1)
    return np.asarray(9 * features[:, :classes], np.float32)
