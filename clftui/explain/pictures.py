"""Feeds a model: sample images decoded and preprocessed by a few threads, a batch or two ahead."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from clftui.data.images import Unreadable, read_original
from clftui.data.samples import SampleTable
from clftui.explain.importing import SubjectError, brief
from clftui.explain.subject import Ready

if TYPE_CHECKING:
    import torch

THREADS = min(4, os.cpu_count() or 1)
_AHEAD = 2


@dataclass(frozen=True, eq=False)
class Batch:
    """Some pictures as the model takes them, on its device."""

    rows: NDArray[np.int64]
    """(m,) the sample table's row of each picture."""
    values: torch.Tensor
    """(m, C, H, W)"""
    troubles: tuple[str, ...] = ()
    """One sentence for each sample that would have been here and has no readable image."""


def pictures(ready: Ready, table: SampleTable, rows: Sequence[int], size: int = 32) -> Iterator[Batch]:
    """The samples `rows` of a sample table in batches of at most `size`, in their order.

    A missing or broken image is named in its batch (which may be left without pictures) and never ends the work;
    SubjectError where `preprocess` fails on the first picture, or returns what cannot be stacked.
    """
    with ThreadPoolExecutor(THREADS, thread_name_prefix="clftui-pictures") as pool:
        waiting: deque[tuple[tuple[int, ...], list[Future[Any]]]] = deque()
        coming = (tuple(rows[start : start + size]) for start in range(0, len(rows), size))
        seen = False
        try:
            while True:
                while len(waiting) <= _AHEAD and (some := next(coming, None)):
                    waiting.append((some, [pool.submit(_one, ready, table, row) for row in some]))
                if not waiting:
                    return
                some, futures = waiting.popleft()
                batch = _stacked(ready, some, [future.result() for future in futures], seen)
                seen = seen or bool(batch.rows.size)
                yield batch
        finally:
            for _, futures in waiting:
                for future in futures:
                    future.cancel()


class _Failed(str):
    """What `preprocess` said when it failed."""


def _one(ready: Ready, table: SampleTable, row: int) -> torch.Tensor | str:
    """The preprocessed picture of a row, or a sentence about why there is none."""
    path = table.path_of(row)
    if path is None:
        name = table.ids[row] if row < table.n else str(row)
        return f"The sample table names no image for sample {name}."
    image = read_original(path, ready.mode)
    if isinstance(image, Unreadable):
        return image.sentence
    try:
        tensor: torch.Tensor = ready.preprocess(image)
    except Exception as error:
        return _Failed(f"preprocess failed on {path}: {brief(error)}")
    return tensor


def _stacked(ready: Ready, rows: Sequence[int], found: Sequence[Any], seen: bool) -> Batch:
    """A batch of what was found; `seen` says whether earlier pictures have come through."""
    import torch

    kept: list[int] = []
    tensors: list[torch.Tensor] = []
    for row, value in zip(rows, found, strict=True):
        if isinstance(value, _Failed) and not seen and not kept:
            raise SubjectError(f"{ready.spec}: {value}")
        if isinstance(value, str):
            continue
        if not isinstance(value, torch.Tensor) or value.ndim != 3:
            what = f"shape {tuple(value.shape)}" if isinstance(value, torch.Tensor) else f"type {type(value).__name__}"
            raise SubjectError(f"the preprocess of {ready.spec} returned {what}; return a tensor (C, H, W)")
        kept.append(row)
        tensors.append(value)
    shapes = sorted({tuple(tensor.shape) for tensor in tensors})
    if len(shapes) > 1:
        sizes = " and ".join(" × ".join(map(str, shape)) for shape in shapes[:2])
        raise SubjectError(f"the preprocess of {ready.spec} gives pictures of {sizes}; resize and crop to one size")
    kind = next((each.dtype for each in ready.model.parameters() if each.is_floating_point()), torch.float32)
    values = torch.stack(tensors) if tensors else torch.zeros((0, 1, 1, 1))
    troubles = tuple(str(value) for value in found if isinstance(value, str))
    return Batch(np.array(kept, np.int64), values.to(ready.device, kind), troubles)
