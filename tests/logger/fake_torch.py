"""Tensors, samplers and loaders with the parts of torch's that callbacks touch."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np

N, K = 10, 3
TRUE = np.arange(N) % K


class Tensor(np.ndarray[Any, Any]):
    """An array with the methods of a tensor that callbacks use."""

    def detach(self) -> Any:
        return self

    def cpu(self) -> Any:
        return self

    def float(self) -> Any:
        return self

    def numpy(self) -> Any:
        return np.asarray(self)


class SequentialSampler:
    def __init__(self, n: int) -> None:
        self.n = n

    def __iter__(self) -> Iterator[int]:
        return iter(range(self.n))


class RandomSampler(SequentialSampler):
    pass


class DistributedSampler:
    """Rank 1 of 3, padded by the first samples as torch's does."""

    num_replicas = 3

    def __iter__(self) -> Iterator[int]:
        return iter([1, 4, 7, 0])


class BatchSampler:
    def __init__(self, sampler: Any, size: int) -> None:
        self.sampler, self.size = sampler, size

    def __iter__(self) -> Iterator[list[int]]:
        rows = list(self.sampler)
        return iter([rows[at : at + self.size] for at in range(0, len(rows), self.size)])


def loader(sampler: Any = None, size: int = 4) -> Any:
    dataset = SimpleNamespace(classes=["a", "b", "c"], samples=[(f"{row}.png", int(TRUE[row])) for row in range(N)])
    return SimpleNamespace(batch_sampler=BatchSampler(sampler or SequentialSampler(N), size), dataset=dataset)
