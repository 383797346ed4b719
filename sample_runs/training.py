"""A small torch trainer that the sample runs share: networks by stages, a seeded loop, maps, responses of layers.

Everything runs on one CPU thread with fixed seeds, so the same torch build gives the same weights.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from clftui.logger import RunLogger

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Stage:
    """One named step of a network; a residual stage adds its input to its output before the last ReLU."""

    name: str
    module: Any
    residual: bool = False

    def run(self, values: Any) -> Any:
        """Activations (n, channels, h, w) after the stage."""
        out = self.module(values)
        return functional.relu(out + values) if self.residual else out


@dataclass(frozen=True)
class Network:
    """Stages, then an embedding to `features` (n, d), then a linear head to logits (n, K)."""

    architecture: str
    stages: tuple[Stage, ...]
    embed: Any
    head: Any

    @property
    def modules(self) -> Any:
        """All parts, for the optimizer and for train/eval mode."""
        return nn.ModuleList([*(stage.module for stage in self.stages), self.embed, self.head])

    def run(self, pictures: Any) -> tuple[Any, Any, dict[str, Any]]:
        """Logits, features and each stage's activations."""
        seen: dict[str, Any] = {}
        values = pictures
        for stage in self.stages:
            values = seen[stage.name] = stage.run(values)
        features = self.embed(values)
        return self.head(features), features, seen

    def facts(self, shape: tuple[int, ...]) -> dict[str, Any]:
        """The run's `model` entry: architecture, layers, parameters, and multiply-adds of one picture of `shape`."""
        parameters = sum(int(part.numel()) for part in self.modules.parameters())
        names = [stage.name for stage in self.stages]
        return {
            "architecture": self.architecture,
            "layers": [*names, "features", "logits"],
            "parameters": parameters,
            "flops": 2 * _multiply_adds(self, shape),
        }


@dataclass(frozen=True)
class Recipe:
    """How a network is trained: Adam on cross-entropy; the learning rate is `constant` or falls as a `cosine`."""

    epochs: int
    lr: float
    batch_size: int = 64
    weight_decay: float = 0.0
    augment: str = "none"
    schedule: str = "cosine"
    seed: int = 0

    def hyperparameters(self) -> dict[str, Any]:
        """The run's `hyperparameters` entry."""
        return {
            "optimizer": "adam",
            "schedule": self.schedule,
            "lr": self.lr,
            "batch_size": self.batch_size,
            "weight_decay": self.weight_decay,
            "augment": self.augment,
            "seed": self.seed,
        }


@dataclass(frozen=True)
class Answers:
    """What a network says about n pictures: logits (n, K), features (n, d)."""

    logits: Floats
    features: Floats

    def loss(self, true: Ints) -> float:
        """Mean cross-entropy, nats."""
        return float(functional.cross_entropy(torch.from_numpy(self.logits), torch.from_numpy(true)))

    def accuracy(self, true: Ints) -> float:
        """Share of right answers."""
        return float(np.mean(self.logits.argmax(axis=1) == true))


def be_repeatable(seed: int) -> None:
    """One thread, fixed seeds, deterministic kernels."""
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    torch.use_deterministic_algorithms(True)


def train(network: Network, pictures: Any, true: Ints, recipe: Recipe) -> Iterator[tuple[int, float]]:
    """Train on pictures (n, channels, h, w); after each epoch give its number, from 1, and its mean learning rate."""
    random = torch.Generator().manual_seed(recipe.seed)
    labels = torch.from_numpy(true)
    parts = network.modules
    optimizer = torch.optim.Adam(parts.parameters(), lr=recipe.lr, weight_decay=recipe.weight_decay)
    steps = recipe.epochs * -(-len(true) // recipe.batch_size)
    schedule: Any = torch.optim.lr_scheduler.ConstantLR(optimizer, factor=1.0)
    if recipe.schedule == "cosine":
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, recipe.lr, total_steps=steps + 1, pct_start=0.15)
    for epoch in range(1, recipe.epochs + 1):
        parts.train()
        rates = []
        for rows in torch.randperm(len(true), generator=random).split(recipe.batch_size):
            batch = _augmented(as_input(pictures[rows]), recipe.augment, random)
            loss = functional.cross_entropy(network.run(batch)[0], labels[rows])
            optimizer.zero_grad()
            loss.backward()
            rates.append(float(schedule.get_last_lr()[0]))
            optimizer.step()
            schedule.step()
        parts.eval()
        yield epoch, sum(rates) / len(rates)


def answer(network: Network, pictures: Any) -> Answers:
    """The network's answers about pictures (n, channels, h, w), in batches."""
    logits, features = [], []
    with torch.no_grad():
        for batch in pictures.split(256):
            out, hidden, _ = network.run(as_input(batch))
            logits.append(out)
            features.append(hidden)
    return Answers(torch.cat(logits).numpy(), torch.cat(features).numpy())


def _grad_cam(slope: Any, last: Any) -> Any:
    """Selvaraju et al., "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization", 2017."""
    return functional.relu((slope.mean(dim=(2, 3), keepdim=True) * last).sum(dim=1, keepdim=True))


def _layer_cam(slope: Any, last: Any) -> Any:
    """Jiang et al., "LayerCAM: Exploring Hierarchical Class Activation Maps for Localization", 2021."""
    return (functional.relu(slope) * last).sum(dim=1, keepdim=True)


CAMS = {"gradcam": _grad_cam, "layercam": _layer_cam}


def activation_maps(network: Network, method: str, pictures: Any, target: Ints, side: int) -> NDArray[np.float16]:
    """A map of `CAMS` at the last stage for class `target` (n,): (n, side, side) in [0, 1], zoomed bilinearly.

    A map without any positive evidence is all zero.
    """
    maps = []
    for batch, classes in zip(pictures.split(128), torch.from_numpy(target).split(128), strict=True):
        logits, _, seen = network.run(as_input(batch))
        last = seen[network.stages[-1].name]
        (slope,) = torch.autograd.grad(logits.gather(1, classes[:, None]).sum(), last)
        cam = CAMS[method](slope, last).detach()
        cam = functional.interpolate(cam, size=(side, side), mode="bilinear", align_corners=False)[:, 0]
        peak = cam.amax(dim=(1, 2), keepdim=True)
        maps.append(torch.where(peak > 0, cam / peak.clamp(min=1e-12), torch.zeros_like(cam)))
    return np.asarray(torch.cat(maps).numpy(), dtype=np.float16)


def with_random_weights(network: Network, seed: int) -> Network:
    """The same network as if it had never been trained: what its maps show, no training has taught.

    Adebayo et al., "Sanity Checks for Saliency Maps", 2018. Batch norm keeps its statistics, so that activations stay
    in their range.
    """
    untrained = copy.deepcopy(network)
    random = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for weights in untrained.modules.parameters():
            if weights.dim() > 1:
                nn.init.kaiming_uniform_(weights, a=5**0.5, generator=random)
    return untrained


def responses(network: Network, pictures: Any) -> dict[str, Floats]:
    """What each stage answers to each picture: the mean activation of its channels, (n, channels)."""
    found: dict[str, list[Any]] = {}
    with torch.no_grad():
        for batch in pictures.split(256):
            for name, values in network.run(as_input(batch))[2].items():
                found.setdefault(name, []).append(values.mean(dim=(2, 3)))
    return {name: np.asarray(torch.cat(parts).numpy(), dtype=np.float32) for name, parts in found.items()}


def log_responses(
    run: RunLogger, epoch: int, split: str, values: Mapping[str, Floats], true: Ints, rows: Ints | None
) -> None:
    """Log class means of each layer of `values`; those of every sample too where `rows` names them."""
    for depth, (layer, answers) in enumerate(values.items()):
        means = np.full((len(run.classes), answers.shape[1]), np.nan, dtype=np.float32)
        for label in np.unique(true):
            means[label] = answers[true == label].mean(axis=0)
        single = {} if rows is None else {"sample": rows, "values": answers}
        run.log_responses(epoch, split, layer, means, depth=depth, **single)


def as_input(pictures: Any) -> Any:
    """Bytes (n, channels, h, w) as floats from -1 to 1."""
    return pictures.float() / 127.5 - 1


def convolution(inputs: int, outputs: int, kernel: int = 3, stride: int = 1, last: bool = True) -> Any:
    """Convolution, batch norm and, unless a residual sum follows, ReLU."""
    parts = [nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(outputs)]
    return nn.Sequential(*parts, *([nn.ReLU()] if last else []))


def _augmented(batch: Any, augment: str, random: Any) -> Any:
    """`shift`: each batch moved by up to two pixels; `shift+colour`: its colour channels also shuffled or inverted."""
    if augment == "none":
        return batch
    down, right = (int(torch.randint(-2, 3, (1,), generator=random)) for _ in range(2))
    moved = torch.roll(batch, (down, right), dims=(2, 3))
    if augment == "shift":
        return moved
    order = torch.randperm(batch.shape[1], generator=random)
    sign = 1 - 2 * torch.randint(0, 2, (batch.shape[0], 1, 1, 1), generator=random)
    return moved[:, order] * sign


def _multiply_adds(network: Network, shape: tuple[int, ...]) -> int:
    """Multiply-adds of convolutions and linear layers for one picture of `shape` (channels, h, w)."""
    total = 0

    def count(module: Any, _: Any, out: Any) -> None:
        nonlocal total
        total += int(module.weight.numel()) * (int(out.shape[2] * out.shape[3]) if out.dim() == 4 else 1)

    parts = [part for part in network.modules.modules() if isinstance(part, nn.Conv2d | nn.Linear)]
    hooks = [part.register_forward_hook(count) for part in parts]
    network.modules.eval()
    with torch.no_grad():
        network.run(torch.zeros((1, *shape)))
    for hook in hooks:
        hook.remove()
    return total
