"""Meaningful perturbation (BBMP): the smallest smooth mask whose blurring takes the score away.

R. Fong and A. Vedaldi, "Interpretable explanations of black boxes by meaningful perturbation", ICCV 2017.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clftui.explain.subject import Ready

if TYPE_CHECKING:
    import torch

STEPS = 100
RATE = 0.1
AREA, SMOOTHNESS, BETA = 1e-2, 0.2, 3.0
"""The paper's weights of how much is taken away and of the mask's total variation, and its exponent."""
BLUR = 10 / 224
"""The paper's blur, as a share of the picture's side."""
MASK_SIDE = 28
LEAST = 0.05
"""A mask that takes away less than this anywhere explains nothing: scaled to its peak it would show noise."""


def meaningful_perturbation(
    ready: Ready, batch: torch.Tensor, targets: NDArray[np.int64], layer: str = ""
) -> ArrayLike:
    """(n, side, side) how much of each place has to be blurred for the softmax score of the target to fall."""
    import torch
    from torch.nn import functional

    count, _, height, width = batch.shape
    rows, columns = mask_side(height), mask_side(width)
    blurred = _blurred(batch)
    wanted = torch.from_numpy(targets).to(batch.device)[:, None]
    with torch.enable_grad():
        keep = torch.ones((count, 1, rows, columns), device=batch.device, requires_grad=True)
        optimizer = torch.optim.Adam([keep], lr=RATE)
        for _ in range(STEPS):
            large = functional.interpolate(keep, (height, width), mode="bilinear", align_corners=False)
            score = ready.logits(batch * large + blurred * (1 - large)).softmax(dim=1).gather(1, wanted)
            # Sums over pictures: each mask has its own slopes, whatever else is in the batch.
            loss = score.sum() + AREA * (1 - keep).mean(dim=(1, 2, 3)).sum() + SMOOTHNESS * _variation(keep)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            with torch.no_grad():
                keep.clamp_(0, 1)
    taken: NDArray[np.float32] = (1 - keep.detach()[:, 0]).cpu().numpy()
    return np.where(taken.max(axis=(1, 2), keepdims=True) >= LEAST, taken, 0)


def mask_side(side: int) -> int:
    """Cells of a mask along a side of so many pixels: a quarter, up to the paper's 28, no fewer than 8."""
    return min(MASK_SIDE, max(8, side // 4))


def _variation(keep: torch.Tensor) -> torch.Tensor:
    """How steep the masks are, as measured on the paper's grid: a coarser one has steeper steps of the same slope."""
    rows, columns = keep.shape[2] / MASK_SIDE, keep.shape[3] / MASK_SIDE
    down, across = (keep.diff(dim=2) * rows).abs().pow(BETA), (keep.diff(dim=3) * columns).abs().pow(BETA)
    total: torch.Tensor = (down.mean(dim=(1, 2, 3)) + across.mean(dim=(1, 2, 3))).sum()
    return total


def _blurred(batch: torch.Tensor) -> torch.Tensor:
    """The pictures under a Gaussian blur; edges go on as they are."""
    import torch
    from torch.nn import functional

    channels = batch.shape[1]
    out = batch
    for axis in (2, 3):
        sigma = max(BLUR * batch.shape[axis], 1.0)
        reach = min(round(3 * sigma), batch.shape[axis] - 1)
        at = torch.arange(-reach, reach + 1, device=batch.device, dtype=batch.dtype)
        bell = torch.exp(-(at**2) / (2 * sigma**2))
        shape = (channels, 1, -1, 1) if axis == 2 else (channels, 1, 1, -1)
        kernel = (bell / bell.sum()).expand(channels, 1, -1).reshape(shape)
        edge = (0, 0, reach, reach) if axis == 2 else (reach, reach, 0, 0)
        out = functional.conv2d(functional.pad(out, edge, mode="replicate"), kernel, groups=channels)
    return out
