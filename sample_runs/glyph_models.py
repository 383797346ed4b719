"""The three networks of the glyph runs: they differ in depth, width and in what they may remember about place."""

from __future__ import annotations

from torch import nn

from sample_runs.training import Network, Recipe, Stage, convolution

FEATURES = 64


def tiny(classes: int) -> Network:
    """Three strided convolutions and a dense layer: about 65 thousand parameters."""
    stages = (
        Stage("conv1", convolution(3, 8, kernel=5, stride=2)),
        Stage("conv2", convolution(8, 16, stride=2)),
        Stage("conv3", convolution(16, 24, stride=2)),
    )
    embed = nn.Sequential(nn.Flatten(), nn.Linear(24 * 36, FEATURES), nn.BatchNorm1d(FEATURES), nn.ReLU())
    return Network("tiny CNN, 3 strided convolutions", stages, embed, nn.Linear(FEATURES, classes))


def plain(classes: int) -> Network:
    """Four convolutions with pooling and a dense layer: about 130 thousand parameters."""
    stages = (
        Stage("conv1", convolution(3, 16, kernel=5, stride=2)),
        Stage("conv2", nn.Sequential(convolution(16, 32), nn.MaxPool2d(2))),
        Stage("conv3", nn.Sequential(convolution(32, 48), nn.MaxPool2d(2))),
        Stage("conv4", convolution(48, 48)),
    )
    embed = nn.Sequential(nn.Flatten(), nn.Linear(48 * 36, FEATURES), nn.BatchNorm1d(FEATURES), nn.ReLU())
    return Network("plain CNN, 4 convolutions, dense", stages, embed, nn.Linear(FEATURES, classes))


def residual(classes: int) -> Network:
    """A small residual network: about 300 thousand parameters."""
    stages = (
        Stage("conv1", convolution(3, 24, kernel=5, stride=2)),
        Stage("conv2", convolution(24, 48, stride=2)),
        Stage("block2", nn.Sequential(convolution(48, 48), convolution(48, 48, last=False)), residual=True),
        Stage("conv3", convolution(48, 72, stride=2)),
        Stage("block3", nn.Sequential(convolution(72, 72), convolution(72, 72, last=False)), residual=True),
    )
    embed = nn.Sequential(
        nn.Flatten(), nn.Dropout(0.3), nn.Linear(72 * 36, FEATURES), nn.BatchNorm1d(FEATURES), nn.ReLU()
    )
    return Network("residual CNN, 2 blocks, dense", stages, embed, nn.Linear(FEATURES, classes))


RECIPES = {
    "tiny": (tiny, Recipe(epochs=12, lr=4e-3, seed=1)),
    "plain": (plain, Recipe(epochs=12, lr=3e-3, weight_decay=1e-4, augment="shift", seed=2)),
    "residual": (residual, Recipe(epochs=12, lr=2e-3, weight_decay=1e-4, augment="shift+colour", seed=3)),
}
"""Run name -> how to build and train it; seeds differ so that no two runs share their batches."""
