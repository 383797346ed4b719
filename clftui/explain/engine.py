"""What makes maps: the user's model under torch, behind an interface that needs none."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clftui.analysis.cam import to_peak
from clftui.data.samples import SampleTable
from clftui.explain.importing import SubjectError, brief
from clftui.explain.methods import WITHOUT_LAYER, best_layer, method_named
from clftui.explain.pictures import Batch, pictures
from clftui.explain.subject import Ready
from clftui.logger.values import to_numpy

if TYPE_CHECKING:
    import torch

Int64 = NDArray[np.int64]


class Engine(Protocol):
    """Explains pictures. Classes are numbers of the run."""

    def batches(self, table: SampleTable, rows: Sequence[int], size: int) -> Iterator[Batch]:
        """The pictures of some rows."""

    def answers(self, batch: Batch) -> Int64:
        """(m,) the class the model answers for each picture."""

    def maps(self, method: str, batch: Batch, at: Int64, targets: Int64) -> NDArray[np.float64]:
        """(n, h, w) maps of the pictures `at` of a batch for classes (n,), each scaled to its peak or all zero."""

    def about(self, method: str) -> str:
        """Where a method looked: `layer conv4`; empty for one that needs no layer."""


class TorchEngine:
    """A user's model. `layer` is where class activation maps are taken; None takes the last that knows places."""

    def __init__(self, ready: Ready, classes: Sequence[str], layer: str | None = None) -> None:
        self._ready = ready
        self._classes = classes
        self._layer = layer
        self._outputs: Int64 | None = None
        if layer is not None:
            ready.module(layer)

    def batches(self, table: SampleTable, rows: Sequence[int], size: int) -> Iterator[Batch]:
        return pictures(self._ready, table, rows, size)

    def logits(self, batch: Batch) -> NDArray[np.float32]:
        """(m, K) what the model says, in the run's order of classes."""
        logits: NDArray[np.float32] = self._asked(batch, self._logits)
        if self._outputs is None:
            self._outputs = self._ready.outputs_of(self._classes, logits.shape[1])
        return logits[:, self._outputs]

    def answers(self, batch: Batch) -> Int64:
        return np.asarray(self.logits(batch).argmax(axis=1), np.int64)

    def maps(self, method: str, batch: Batch, at: Int64, targets: Int64) -> NDArray[np.float64]:
        if self._outputs is None:
            self.answers(batch)
        assert self._outputs is not None
        if self._layer is None and method not in WITHOUT_LAYER:
            self._layer = self._asked(batch, lambda values: best_layer(self._ready, values)[0])
        function, layer, outputs = method_named(method), self._layer or "", self._outputs[targets]
        made = self._asked(batch, lambda values: self._halving(function, values[at.tolist()], outputs, layer))
        if made.ndim != 3 or len(made) != len(at) or 0 in made.shape[1:]:
            raise SubjectError(f"the method {method} returned maps of shape {made.shape} for {len(at)} pictures")
        return to_peak(made)

    def about(self, method: str) -> str:
        return f"layer {self._layer}" if self._layer and method not in WITHOUT_LAYER else ""

    def _logits(self, values: torch.Tensor) -> NDArray[np.float32]:
        import torch

        with torch.no_grad():
            logits: NDArray[np.float32] = self._ready.logits(values).float().cpu().numpy()
        return logits

    def _halving(self, function: Callable[..., ArrayLike], values: torch.Tensor, targets: Int64, layer: str) -> Any:
        """What a method makes of some pictures; of half as many at once where the memory does not suffice."""
        import torch

        try:
            return to_numpy(function(self._ready, values, targets, layer))
        except torch.OutOfMemoryError:
            if len(values) == 1:
                raise
        torch.cuda.empty_cache()
        half = len(values) // 2
        parts = (slice(0, half), slice(half, None))
        return np.concatenate([self._halving(function, values[part], targets[part], layer) for part in parts])

    def _asked(self, batch: Batch, ask: Callable[[torch.Tensor], Any]) -> Any:
        """What `ask` finds; whatever the user's model raises becomes a sentence."""
        try:
            return ask(batch.values)
        except SubjectError:
            raise
        except Exception as error:
            shape = " × ".join(str(side) for side in batch.values.shape)
            raise SubjectError(f"the model of {self._ready.spec} failed on a batch {shape}: {brief(error)}") from error


def use_threads(number: int | None) -> None:
    """Let torch work on so many CPU threads; on all that this process may use where none are named."""
    import torch

    if number is None:
        # Darwin knows no affinity.
        number = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    torch.set_num_threads(number)
