"""What a model's layers put out for a batch: forward hooks, and the engine that turns them into arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from clftui.data.samples import SampleTable
from clftui.explain.engine import TorchEngine
from clftui.explain.importing import SubjectError
from clftui.explain.pictures import Batch, pictures
from clftui.explain.subject import Ready
from clftui.text import sanitise

if TYPE_CHECKING:
    import torch

T = TypeVar("T")
Float32 = NDArray[np.float32]
GRID = 8
"""Rows and columns of places that a feature map is averaged down to at most."""


class Output(NamedTuple):
    """What one layer put out for m pictures."""

    mean: Float32
    """(m, units), over all places."""
    places: Float32 | None
    """(m, units, h, w), averaged down; None where a unit is one number."""


class Heard(NamedTuple):
    """What the model said to a batch of m pictures."""

    answers: NDArray[np.int64]
    """(m,) classes of the run."""
    layers: dict[str, Output]
    """By the name of each layer asked for."""


class Listener(Protocol):
    """Hears what layers put out."""

    layers: tuple[str, ...]
    """Those it listens to; fewer may be wanted than it was made for."""

    @property
    def depths(self) -> dict[str, int]:
        """The place of each layer in the order in which the model computes, once a batch was heard."""

    def batches(self, table: SampleTable, rows: Sequence[int], size: int) -> Iterator[Batch]:
        """The pictures of some rows."""

    def hear(self, batch: Batch) -> Heard:
        """The model's answers and what its layers put out."""


class TorchListener:
    """A user's model and the layers to listen to; without any, its outermost modules that put out units."""

    def __init__(self, ready: Ready, classes: Sequence[str], layers: Sequence[str] = (), grid: int = GRID) -> None:
        self._ready = ready
        self._engine = TorchEngine(ready, classes)
        self._grid = grid
        self._chosen = bool(layers)
        self.layers: tuple[str, ...] = tuple(layers) or tuple(name for name, _ in ready.model.named_children())
        self.depths: dict[str, int] = {}
        for name in self.layers:
            ready.module(name)
        if not self.layers:
            raise SubjectError(f"the model of {ready.spec} has no parts; name layers with --layer")

    def batches(self, table: SampleTable, rows: Sequence[int], size: int) -> Iterator[Batch]:
        return pictures(self._ready, table, rows, size)

    def hear(self, batch: Batch) -> Heard:
        if not self.depths:
            self._find_order(batch)

        def keep(name: str, output: Any) -> Output:
            return as_units(name, output, len(batch.rows), self._grid)

        with listening(self._ready, self.layers, keep) as heard:
            answers = self._engine.answers(batch)
        unused = next((name for name in self.layers if name not in heard), None)
        if unused is not None:
            raise SubjectError(f"the model of {self._ready.spec} does not use its layer {sanitise(unused)}")
        return Heard(answers, heard)

    def _find_order(self, batch: Batch) -> None:
        """Which module ends its work when, so that layers recorded in several goes still stand in one order."""
        names = [name for name, _ in self._ready.model.named_modules() if name]
        with listening(self._ready, names, lambda _, output: _has_units(output)) as heard:
            self._engine.answers(Batch(batch.rows[:1], batch.values[:1]))
        self.depths = {name: place for place, name in enumerate(heard)}
        if not self._chosen:
            self.layers = tuple(name for name in self.layers if heard.get(name))
            if not self.layers:
                raise SubjectError(
                    f"no part of the model of {self._ready.spec} puts out units; name layers with --layer"
                )


@contextmanager
def listening(ready: Ready, names: Sequence[str], keep: Callable[[str, Any], T]) -> Iterator[dict[str, T]]:
    """Within it what `keep` makes of the last output of each layer, by name in the order of their first call."""
    heard: dict[str, T] = {}

    def listen(name: str) -> Any:
        def hook(_: object, __: object, output: Any) -> None:
            # At once: a layer that follows may work in place.
            heard[name] = keep(name, output[0] if isinstance(output, (tuple, list)) and output else output)

        return ready.module(name).register_forward_hook(hook)

    handles = [listen(name) for name in dict.fromkeys(names)]
    try:
        yield heard
    finally:
        for handle in handles:
            handle.remove()


def _has_units(output: Any) -> bool:
    return hasattr(output, "ndim") and output.ndim in (2, 3, 4)


def as_units(name: str, output: Any, pictures_: int, grid: int) -> Output:
    """A layer's output as numbers of units, feature maps with at most `grid` by `grid` places.

    Of tokens (m, tokens, units) the mean over all of them is taken.
    """
    import torch

    if not _has_units(output) or output.shape[0] != pictures_:
        shape = f"shape {tuple(output.shape)}" if hasattr(output, "shape") else f"type {type(output).__name__}"
        raise SubjectError(f"the layer {sanitise(name)} puts out {shape}; choose one with (pictures, units[, h, w])")
    values: torch.Tensor = output.detach().float()
    if values.ndim < 4:
        return Output(_array(values if values.ndim == 2 else values.mean(dim=1)), None)
    height, width = values.shape[2:]
    # Of the map itself: windows of an uneven division overlap.
    mean = _array(values.mean(dim=(2, 3)))
    if height == width == 1:
        return Output(mean, None)
    small = torch.nn.functional.adaptive_avg_pool2d(values, (min(height, grid), min(width, grid)))
    return Output(mean, _array(small))


def _array(values: torch.Tensor) -> Float32:
    return np.asarray(values.cpu().numpy(), np.float32)
