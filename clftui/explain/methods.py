"""The explanation methods: each takes a checked subject, a batch, a class for each picture and a layer, and gives maps.

The formulas are `analysis.cam`'s; here a torch model yields what they need. Where scores are meant they are logits, as
in the papers. The parameters of the model are frozen: slopes go back to the layer and no further.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clftui.analysis import cam
from clftui.explain.importing import SubjectError, brief
from clftui.explain.perturbation_map import meaningful_perturbation
from clftui.explain.subject import Ready
from clftui.text import sanitise

if TYPE_CHECKING:
    import torch

Method = Callable[[Ready, "torch.Tensor", NDArray[np.int64], str], ArrayLike]
"""(subject, batch (n, C, H, W), output of the model for each picture (n,), layer) -> maps (n, h, w), any scale."""

GROUP = "clftui.explainers"
"""The entry points of others."""
NOISY = 8
"""Noisy copies of a picture that Smooth Grad-CAM++ looks at."""
NOISE = 0.15
"""Their noise, as a share of the picture's range: the middle of what SmoothGrad's authors found to serve."""
_MASKED = 64
"""Masked pictures that Score-CAM asks about at once."""


def grad_cam(ready: Ready, batch: torch.Tensor, targets: NDArray[np.int64], layer: str) -> ArrayLike:
    """Selvaraju et al., 2017."""
    return cam.grad_cam(*_slopes(ready, batch, targets, layer))


def grad_cam_pp(ready: Ready, batch: torch.Tensor, targets: NDArray[np.int64], layer: str) -> ArrayLike:
    """Chattopadhay et al., 2018."""
    return cam.grad_cam_pp(*_slopes(ready, batch, targets, layer))


def layer_cam(ready: Ready, batch: torch.Tensor, targets: NDArray[np.int64], layer: str) -> ArrayLike:
    """Jiang et al., 2021."""
    return cam.layer_cam(*_slopes(ready, batch, targets, layer))


def smooth_grad_cam_pp(ready: Ready, batch: torch.Tensor, targets: NDArray[np.int64], layer: str) -> ArrayLike:
    """Omeiza et al., 2019: the same seeded noise for every picture, so that a map depends on its picture alone."""
    import torch

    activations, first = _slopes(ready, batch, targets, layer)
    sums = [np.zeros(first.shape, np.float64) for _ in range(3)]
    random = torch.Generator().manual_seed(0)
    spread = NOISE * (batch.amax(dim=(1, 2, 3), keepdim=True) - batch.amin(dim=(1, 2, 3), keepdim=True))
    for _ in range(NOISY):
        noise = torch.randn(batch.shape[1:], generator=random).to(batch.device)
        slope = _slopes(ready, batch + spread * noise, targets, layer)[1].astype(np.float64)
        for power, total in enumerate(sums, 1):
            total += slope**power
    return cam.smooth_grad_cam_pp(activations, *(total / NOISY for total in sums))


def score_cam(ready: Ready, batch: torch.Tensor, targets: NDArray[np.int64], layer: str) -> ArrayLike:
    """Wang et al., 2020: a forward pass for every channel of the layer."""
    import torch
    from torch.nn import functional

    with torch.no_grad(), _watched(ready, layer) as seen:
        ready.logits(batch)
        places = _as_places(seen["values"], layer)
        low, high = places.amin(dim=(2, 3)), places.amax(dim=(2, 3))
        flat = high <= low
        scores = np.zeros(flat.shape, np.float64)
        for at, picture in enumerate(batch):
            for some in torch.nonzero(~flat[at]).flatten().split(_MASKED):
                masks = (places[at, some] - low[at, some, None, None]) / (high - low)[at, some, None, None]
                large = functional.interpolate(masks[:, None], picture.shape[1:], mode="bilinear", align_corners=False)
                scores[at, some.cpu().numpy()] = ready.logits(picture * large)[:, int(targets[at])].cpu().numpy()
    values = places.float().cpu().numpy()
    return cam.weighed(values, cam.score_cam_weights(scores, flat.cpu().numpy()))


BUILT_IN: dict[str, Method] = {
    "gradcam": grad_cam,
    "gradcam++": grad_cam_pp,
    "smoothgradcam++": smooth_grad_cam_pp,
    "scorecam": score_cam,
    "layercam": layer_cam,
    "meaningful-perturbation": meaningful_perturbation,
}
WITHOUT_LAYER = frozenset({"meaningful-perturbation"})
"""Methods that look at answers alone."""


@lru_cache(maxsize=1)
def plugged() -> dict[str, Any]:
    """The methods of installed packages, by name: entry points of `clftui.explainers`, not loaded yet."""
    from importlib.metadata import entry_points

    return {point.name: point for point in entry_points(group=GROUP) if point.name not in BUILT_IN}


def method_named(name: str) -> Method:
    """The method of that name; SubjectError where there is none, or its package cannot be loaded."""
    if name in BUILT_IN:
        return BUILT_IN[name]
    if name not in plugged():
        raise SubjectError(f"there is no method {sanitise(name)}; there are {', '.join([*BUILT_IN, *plugged()])}")
    try:
        found: Method = plugged()[name].load()
    except Exception as error:
        raise SubjectError(f"the method {sanitise(name)} cannot be loaded: {brief(error)}") from error
    return found


def best_layer(ready: Ready, batch: torch.Tensor) -> tuple[str, tuple[int, int]]:
    """The layer whose maps mean most, and the size of its output: the last that still knows places.

    Of the layers the user named, the last such; else of all that have a name, containers included.
    """
    import torch

    names = ready.layers or tuple(name for name, _ in ready.model.named_modules() if name)
    sizes: dict[str, tuple[int, int]] = {}

    def look(name: str) -> Callable[..., None]:
        def hook(_: Any, __: Any, out: Any) -> None:
            if isinstance(out, torch.Tensor) and out.ndim == 4 and out.shape[2] * out.shape[3] > 1:
                sizes.pop(name, None)
                sizes[name] = (int(out.shape[2]), int(out.shape[3]))

        return hook

    hooks = [ready.module(name).register_forward_hook(look(name)) for name in names]
    try:
        with torch.no_grad():
            ready.logits(batch[:1])
    finally:
        for hook in hooks:
            hook.remove()
    if not sizes:
        raise SubjectError("no layer gives a picture (n, channels, h, w); name one with --layer")
    last = list(sizes)[-1]
    return last, sizes[last]


def _slopes(
    ready: Ready, batch: torch.Tensor, targets: NDArray[np.int64], layer: str
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(n, C, h, w) the activations of `layer` and the slopes of each picture's target score by them."""
    import torch

    with torch.enable_grad(), _watched(ready, layer, cut=True) as seen:
        logits = ready.logits(batch)
        wanted = torch.from_numpy(targets).to(batch.device)
        score = logits.gather(1, wanted[:, None]).sum()
        if not score.requires_grad:
            raise SubjectError(f"the answers do not depend on the layer {layer}; name another with --layer")
        (slope,) = torch.autograd.grad(score, seen["values"])
    values = _as_places(seen["values"].detach(), layer)
    return values.float().cpu().numpy(), _as_places(slope, layer).float().cpu().numpy()


@contextmanager
def _watched(ready: Ready, layer: str, cut: bool = False) -> Iterator[dict[str, torch.Tensor]]:
    """Within it a forward pass leaves the output of `layer` in "values"; with `cut` slopes end there.

    What goes on through the model is a copy: an in-place ReLU that follows changes neither activations nor slopes.
    """
    import torch

    seen: dict[str, torch.Tensor] = {}

    def hook(_: Any, __: Any, out: Any) -> Any:
        if not isinstance(out, torch.Tensor):
            raise SubjectError(f"the layer {layer} gives a {type(out).__name__}, no tensor; name another with --layer")
        seen["values"] = out.detach().requires_grad_() if cut else out.detach().clone()
        return seen["values"].clone() if cut else None

    handle = ready.module(layer).register_forward_hook(hook)
    try:
        yield seen
    finally:
        handle.remove()


def _as_places(values: torch.Tensor, layer: str) -> torch.Tensor:
    """(n, C, h, w) a layer's output; tokens (n, s * s (+ 1), d) of a transformer laid out, the first dropped."""
    if values.ndim == 4:
        return values
    if values.ndim == 3:
        for extra in (0, 1):
            side = round((values.shape[1] - extra) ** 0.5)
            if side > 1 and side * side + extra == values.shape[1]:
                return values[:, extra:].transpose(1, 2).reshape(len(values), -1, side, side)
    shape = " × ".join(str(each) for each in values.shape[1:])
    raise SubjectError(f"the layer {layer} gives {shape} per picture, no places; name another with --layer")
