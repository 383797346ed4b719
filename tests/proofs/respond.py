"""Proves `clftui respond` and `clftui perturb` on a real torch model: python -m tests.proofs.respond [folder]

Trains a small network to name bars by direction and colour, so that what each change costs is known beforehand: a
quarter turn swaps the two directions, grey takes the colours away and leaves the direction. Then

- every layer's class means and rows equal those of a plain forward pass;
- `clftui perturb` is killed (SIGKILL) again and again, and goes on from what it had written;
- the sensitivity report says what must be.

Needs torch and Pillow; about half a minute on one core.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import nn

from clftui.data.responses import layers
from clftui.explain import Subject, SubjectError
from clftui.explain.hooks import as_units
from clftui.logger import RunLogger

CLASSES = ("red across", "blue across", "red upright", "blue upright")
TREE = {
    "name": "",
    "children": [
        {"name": "across", "children": [*CLASSES[:2]]},
        {"name": "upright", "children": [*CLASSES[2:]]},
    ],
}
SIDE, EACH = 24, 150
CHANGES = ("rotate90", "rotate180", "grayscale", "noise:0.1", "occlude:0.3")
COLOURS = ((200, 30, 30), (30, 84, 200))
"""Equally bright: grey makes them one."""


class Bars(nn.Module):  # type: ignore[misc]
    """Two convolutions, a ReLU that is used twice and works in place, a dense layer."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 3, padding=1)
        self.relu1 = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(8, 16, 3, stride=2, padding=1)
        self.relu2 = nn.ReLU(inplace=True)
        self.dense = nn.Linear(16 * 144, 32)
        self.relu3 = nn.ReLU()
        self.head = nn.Linear(32, 4)

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        values = self.relu2(self.conv2(self.relu1(self.conv1(values))))
        answers: torch.Tensor = self.head(self.relu3(self.dense(values.flatten(1))))
        return answers


def preprocess(image: Image.Image) -> torch.Tensor:
    return torch.from_numpy(np.array(image)).permute(2, 0, 1) / 255


def load(run: Path) -> Subject:
    """What a user writes: the weights that lie beside the runs."""
    model = Bars()
    model.load_state_dict(torch.load(run.parent / "weights.pt", weights_only=True))
    return Subject(model, preprocess)


def draw(n: int, seed: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """(n, SIDE, SIDE, 3) bars on a noisy ground and (n,) their classes."""
    rng = np.random.default_rng(seed)
    pictures = rng.integers(90, 160, (n, SIDE, SIDE, 3), dtype=np.uint8)
    true = np.arange(n) % 4
    for picture, label in zip(pictures, true.tolist(), strict=True):
        at, start = int(rng.integers(1, SIDE - 4)), int(rng.integers(1, SIDE - 14))
        bar = picture[at : at + 4, start : start + 14] if label < 2 else picture[start : start + 14, at : at + 4]
        bar[:] = COLOURS[label % 2]
    return pictures, true


def make(root: Path) -> tuple[Bars, torch.Tensor]:
    """The run, its pictures and its weights; the model and its input."""
    torch.manual_seed(0)
    torch.set_num_threads(1)
    pictures, true = draw(4 * EACH, 1)
    seen, labels = draw(1800, 2)
    # A third of them grey: the direction can be told without colours, the colour cannot.
    seen[::3] = np.stack([np.array(Image.fromarray(each).convert("L").convert("RGB")) for each in seen[::3]])
    model, inputs = Bars(), torch.from_numpy(seen).permute(0, 3, 1, 2) / 255
    adam = torch.optim.Adam(model.parameters(), 2e-3)
    for _ in range(12):
        for rows in torch.randperm(len(inputs)).split(50):
            adam.zero_grad()
            nn.functional.cross_entropy(model(inputs[rows]), torch.from_numpy(labels)[rows]).backward()
            adam.step()
    images = root / "samples" / "images"
    images.mkdir(parents=True)
    for row, picture in enumerate(pictures):
        Image.fromarray(picture).save(images / f"{row:04}.png")
    table = {"true": true, "path": [str(images / f"{row:04}.png") for row in range(len(true))]}
    asked = torch.stack([preprocess(Image.fromarray(picture)) for picture in pictures])
    torch.save(model.state_dict(), root / "weights.pt")
    model.eval()
    with torch.no_grad(), RunLogger(root / "bars", classes=CLASSES, samples={"test": table}, hierarchy=TREE) as run:
        run.log(1, "test", true, logits=model(asked))
    return model, asked


def clftui(root: Path, *words: str, **options: Any) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "clftui", *words]
    return subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **options)


def finished(process: subprocess.Popen[str]) -> str:
    out, told = process.communicate(timeout=300)
    assert process.returncode == 0, told
    print(told, end="")
    return out


def model_words(root: Path) -> tuple[str, ...]:
    return str(root), "--model", f"{Path(__file__)}:load", "--threads", "1", "--device", "cpu"


def check_respond(root: Path, model: Bars, inputs: torch.Tensor) -> None:
    names = ("conv1", "relu1", "conv2", "relu2", "dense", "relu3", "head")
    finished(clftui(root, "respond", *model_words(root), *(f"--layer={name}" for name in names)))
    found = layers(root / "bars", "test", 1)
    assert tuple(layer.name for layer in found) == names, "in the order of the network"
    true = np.arange(len(inputs)) % 4
    with torch.no_grad():
        now, expected = inputs, {}
        for name in names:
            if name == "dense":
                now = now.flatten(1)
            now = model.get_submodule(name)(now.clone())
            expected[name] = now.clone()
    worst = 0.0
    for layer in found:
        whole = expected[layer.name]
        rows = whole.mean(dim=(2, 3)) if whole.ndim == 4 else whole
        small = (
            nn.functional.adaptive_avg_pool2d(whole, 8).numpy() if whole.ndim == 4 else whole.numpy()[..., None, None]
        )
        means = np.stack([small[true == label].mean(axis=0) for label in range(4)])
        for ours, theirs in ((layer.opened.values(), rows.numpy()), (layer.opened.class_mean, means)):
            worst = max(worst, float(np.abs(ours - theirs).max() / np.abs(theirs).max()))
    assert worst < 1e-3, worst
    print(f"respond: {len(names)} layers, largest difference to a plain forward pass {worst:.1e} of the range")


def check_shapes() -> None:
    """What layers of other networks put out: tokens, a map of one place, tuples are as their first part."""
    tokens = torch.arange(70.0).reshape(2, 5, 7)
    assert np.allclose(as_units("block", tokens, 2, 8).mean, tokens.mean(dim=1))
    one = as_units("pool", torch.ones(2, 5, 1, 1), 2, 8)
    assert one.mean.shape == (2, 5) and one.places is None
    for wrong in (torch.ones(3), torch.ones(4, 5), torch.ones(2, 1, 1, 1, 1), "text"):
        try:
            as_units("odd", wrong, 2, 8)
        except SubjectError as error:
            assert "odd puts out" in str(error)
        else:
            raise AssertionError(wrong)


def check_perturb(root: Path) -> None:
    words = ("perturb", *model_words(root), "--batch", "8", *(f"--change={change}" for change in CHANGES))
    kills, folder = 0, root / "bars" / "epochs" / "00001"
    while True:
        there = {path.name: path.stat().st_mtime_ns for path in folder.glob("test-*.npz")}
        process = clftui(root, *words)
        deadline = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < deadline:
            now = {path.name for path in folder.glob("test-*.npz")}
            if len(now) > len(there) and len(now) < len(CHANGES):
                time.sleep(0.05)
                os.kill(process.pid, signal.SIGKILL)
                kills += 1
                break
            time.sleep(0.002)
        _, told = process.communicate()
        after = {path.name: path.stat().st_mtime_ns for path in folder.glob("test-*.npz")}
        assert all(after[name] == written for name, written in there.items()), "what was written is not done again"
        assert process.returncode in (0, -signal.SIGKILL), told
        if process.returncode == 0:
            break
    assert len(after) == len(CHANGES)
    print(f"perturb: {len(CHANGES)} splits after {kills} kills, none evaluated twice")


def check_sensitivity(root: Path) -> None:
    words = ("report", str(root), "--view", "sensitivity", "--format", "json")
    data = json.loads(finished(clftui(root, *words)))["data"]
    change = {(each["name"], under["split"]): under for each in data["of"] for under in each["under"]}
    assert all(each["paired"] and each["n"] == 4 * EACH for each in data["changes"])
    for group in ("across", "upright"):
        assert change[group, "test-rotate90"]["change"] < -0.9 and change[group, "test-rotate90"]["q"] < 1e-9
        assert abs(change[group, "test-rotate180"]["change"]) < 0.05
        assert change[group, "test-grayscale"]["change"] > -0.1
    greys = [change[name, "test-grayscale"]["change"] for name in CLASSES]
    assert sum(greys) < -1.5, greys
    print(
        f"sensitivity: turning costs the direction, grey the colour; {data['sets']['right_under_all']} right under all"
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(sys.argv[1] if len(sys.argv) > 1 else scratch) / "runs"
        root.mkdir(parents=True)
        model, inputs = make(root)
        check_shapes()
        check_respond(root, model, inputs)
        check_perturb(root)
        check_sensitivity(root)


if __name__ == "__main__":
    main()
