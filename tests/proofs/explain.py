"""Proves the methods of `clftui explain` on real torch models, and how pictures come to them.

Each method is checked against a closed form or an implementation of another kind: CAM of a network where it is defined,
torchcam where that is installed and right, derivatives of exp(score) taken one by one, a mask's planted patch.

Run in an environment with torch: python -m tests.proofs.explain
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import nn
from torch.nn import functional

from clftui.analysis.cam import to_peak
from clftui.data.samples import read_samples
from clftui.explain import SubjectError
from clftui.explain.methods import BUILT_IN, NOISE, NOISY
from clftui.explain.pictures import pictures
from clftui.explain.subject import Ready
from tests.builders import write_collection

Maps = NDArray[np.float64]
CLASSES = 4


class Net(nn.Module):  # type: ignore[misc]
    """Two convolutions; then average pooling and a linear layer, or with `deep` a hidden layer over all places."""

    def __init__(self, deep: bool = False, inplace: bool = False, pause: float = 0.0) -> None:
        super().__init__()
        self.pause = pause
        self.first = nn.Conv2d(3, 6, 3, 1, 1)
        self.second = nn.Conv2d(6, 8, 3, 1, 1)
        self.relu = nn.ReLU(inplace=inplace)
        hidden = nn.Sequential(nn.Flatten(), nn.Linear(8 * 64, 16), nn.ReLU(), nn.Linear(16, CLASSES))
        self.head = hidden if deep else nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, CLASSES))

    def forward(self, pictures: Any) -> Any:
        time.sleep(self.pause)
        return self.head(self.relu(self.second(functional.relu(self.first(pictures)))))


def ready(model: Any) -> Ready:
    return Ready("proof", model.eval().requires_grad_(False), to_tensor, (), None, "RGB", torch.device("cpu"))


def to_tensor(image: Any) -> Any:
    return torch.from_numpy(np.asarray(image, np.float32) / 255).permute(2, 0, 1)


def maps(method: str, model: Any, batch: Any, targets: NDArray[np.int64], layer: str = "relu") -> Maps:
    return to_peak(BUILT_IN[method](ready(model), batch, targets, layer))


def same(what: str, a: Maps, b: Maps, tolerance: float = 1e-5) -> None:
    """Print how far two sets of maps are apart; AssertionError where that is too far."""
    far = float(np.abs(a - b).max())
    print(f"  {what}: {far:.1e} apart at most, {len(a)} maps, {int((~a.any(axis=(1, 2))).sum())} empty")
    assert a.shape == b.shape and far <= tolerance, what


def plain_slopes(model: Any, batch: Any, targets: NDArray[np.int64]) -> tuple[Any, Any]:
    """Activations behind `relu` and slopes, by running the rest of the model on a leaf."""
    leaf = functional.relu(model.second(functional.relu(model.first(batch)))).detach().requires_grad_()
    score = model.head(leaf).gather(1, torch.from_numpy(targets)[:, None]).sum()
    return leaf, torch.autograd.grad(score, leaf)[0]


def check_methods() -> None:
    """Every method against something that is not itself."""
    torch.manual_seed(0)
    batch, targets = torch.randn(24, 3, 8, 8), np.arange(24, dtype=np.int64) % CLASSES
    flat, deep = Net().eval(), Net(deep=True).eval()
    places, _ = plain_slopes(flat, batch, targets)
    weights = flat.head[2].weight[targets].detach()
    cam = functional.relu((weights[:, :, None, None] * places).sum(1)).detach().numpy()
    print("methods")
    same("gradcam = CAM where that is defined", maps("gradcam", flat, batch, targets), to_peak(cam))
    for name in ("gradcam", "gradcam++", "layercam", "smoothgradcam++", "scorecam"):
        model = Net(deep=True, inplace=True).eval()
        model.load_state_dict(deep.state_dict())
        once = maps(name, deep, batch, targets, "second")
        same(f"{name} before an in-place ReLU", maps(name, model, batch, targets, "second"), once)
        alone = [maps(name, deep, batch[at : at + 1], targets[at : at + 1], "second")[0] for at in range(4)]
        same(f"{name} picture by picture", np.stack(alone), once[:4], 1e-4)
    double = Net(deep=True).double().eval()
    few, wanted = batch[:3].double(), targets[:3]
    expected = by_derivatives(double, few, wanted)
    same("gradcam++ = derivatives of exp(score)", maps("gradcam++", double, few, wanted), expected)
    expected = by_noise(deep, batch, targets)
    same("smoothgradcam++ = its means", maps("smoothgradcam++", deep, batch, targets), expected, 1e-4)
    check_torchcam(deep, batch, targets)
    check_perturbation()


def by_derivatives(model: Any, batch: Any, targets: NDArray[np.int64]) -> Maps:
    """Grad-CAM++ by equation 10's own second and third derivatives of Y = exp(score), one place at a time."""
    places, _ = plain_slopes(model, batch, targets)
    out = []
    for at, target in enumerate(targets.tolist()):
        flat = places[at].detach().flatten()

        def score(one: Any, k: int, target: int = target, at: int = at, flat: Any = flat) -> Any:
            moved = torch.cat([flat[:k], one[None], flat[k + 1 :]]).reshape(places[at].shape)
            return model.head(moved[None])[0, target].exp()

        derivatives = []
        for k in range(len(flat)):
            value = flat[k].clone().requires_grad_()
            found, chain = score(value, k), []
            for _ in range(3):
                (found,) = torch.autograd.grad(found, value, create_graph=True)
                chain.append(float(found.detach()))
            derivatives.append(chain)
        one, two, three = torch.tensor(derivatives, dtype=torch.float64).T.reshape(3, *places.shape[1:])
        below = 2 * two + places[at].sum((1, 2), keepdim=True) * three
        alpha = torch.where(below != 0, two / below, 0)
        weights = (alpha * functional.relu(one)).sum((1, 2))
        out.append(functional.relu((weights[:, None, None] * places[at]).sum(0)).detach().numpy())
    return to_peak(np.stack(out))


def by_noise(model: Any, batch: Any, targets: NDArray[np.int64]) -> Maps:
    """Smooth Grad-CAM++ with the same noise, in torch and without hooks."""
    places, _ = plain_slopes(model, batch, targets)
    generator = torch.Generator().manual_seed(0)
    spread = NOISE * (batch.flatten(1).amax(1) - batch.flatten(1).amin(1))[:, None, None, None]
    noisy = [batch + spread * torch.randn(batch.shape[1:], generator=generator) for _ in range(NOISY)]
    slopes = torch.stack([plain_slopes(model, each, targets)[1] for each in noisy]).double()
    one, two, three = (slopes.pow(power).mean(0) for power in (1, 2, 3))
    below = 2 * two + places.double().sum((2, 3), keepdim=True) * three
    weights = (torch.where(below != 0, two / below, 0) * functional.relu(one)).sum((2, 3))
    return to_peak(functional.relu((weights[:, :, None, None] * places).sum(1)).detach().numpy())


def check_torchcam(model: Any, batch: Any, targets: NDArray[np.int64]) -> None:
    """Grad-CAM, Layer-CAM and Score-CAM as torchcam has them (its Grad-CAM++ leaves alpha undivided)."""
    try:
        from torchcam.methods import GradCAM, LayerCAM, ScoreCAM
    except ImportError:
        print("  torchcam is not installed")
        return
    for name, kind in (("gradcam", GradCAM), ("layercam", LayerCAM), ("scorecam", ScoreCAM)):
        with kind(model, "relu") as extractor:
            scores = model(batch.clone().requires_grad_())
            theirs = extractor(targets.tolist(), scores, normalized=False)[0]
        same(f"{name} = torchcam's", maps(name, model, batch, targets), to_peak(theirs.detach().numpy()), 1e-4)


class Patch(nn.Module):  # type: ignore[misc]
    """Sees one patch alone: class 1 where it holds fine stripes; `blind` sees nothing."""

    def __init__(self, blind: bool = False) -> None:
        super().__init__()
        self.gain = 0.0 if blind else 8.0

    def forward(self, pictures: Any) -> Any:
        contrast = (pictures[:, :, 8:20, 24:40:2] - pictures[:, :, 8:20, 25:40:2]).mean((1, 2, 3))
        score = self.gain * (contrast - 0.5)
        return torch.stack([-score, score], 1)


def check_perturbation() -> None:
    """The mask lies on the patch that is read, and there is none where nothing is."""
    stripes = torch.zeros(3, 1, 48, 48)
    stripes[:, :, :, ::2] = 1
    targets = np.ones(3, np.int64)
    found = maps("meaningful-perturbation", Patch(), stripes, targets)
    large = functional.interpolate(torch.from_numpy(found)[:, None], (48, 48))[:, 0]
    inside = float(large[:, 8:20, 24:40].sum() / large.sum())
    covered = float(large[:, 8:20, 24:40].mean())
    chance = 12 * 16 / 48**2
    print(f"  meaningful-perturbation: {100 * inside:.0f} % of its mask on the patch ({100 * chance:.0f} % by chance), "
          f"{100 * covered:.0f} % of the patch taken away")  # fmt: skip
    assert inside > 4 * chance and covered > 0.8
    assert not maps("meaningful-perturbation", Patch(blind=True), stripes, targets).any()
    print("  meaningful-perturbation: empty where the model is blind")


def check_pictures() -> None:
    """Every readable image comes through in order; missing and damaged ones are named; sizes have to agree."""
    with tempfile.TemporaryDirectory() as place:
        root = write_collection(Path(place) / "runs", runs=1, images=True)
        table = read_samples(root / "samples" / "test.csv")
        broken, gone = table.path_of(3), table.path_of(40)
        assert broken is not None and gone is not None
        broken.write_bytes(broken.read_bytes()[:60])
        gone.unlink()
        batches = list(pictures(ready(Net()), table, list(range(79, -1, -1)), 7))
        rows = np.concatenate([batch.rows for batch in batches])
        assert rows.tolist() == [row for row in range(79, -1, -1) if row not in (3, 40)]
        for batch in batches:
            for row, values in zip(batch.rows.tolist(), batch.values, strict=True):
                with Image.open(str(table.path_of(row))) as image:
                    assert torch.equal(values, to_tensor(image))
        troubles = [trouble for batch in batches for trouble in batch.troubles]
        assert len(troubles) == 2 and "does not exist" in troubles[0] and "damaged" in troubles[1]
        odd = table.path_of(9)
        assert odd is not None
        Image.new("RGB", (9, 8)).save(odd)
        try:
            list(pictures(ready(Net()), table, list(range(20)), 7))
        except SubjectError as error:
            assert "3 × 8 × 8 and 3 × 8 × 9; resize and crop to one size" in str(error)
        else:
            raise AssertionError("pictures of two sizes were stacked")
        print(f"pictures: 78 of 80 in their order, {len(troubles)} named; two sizes refused")


def main() -> None:
    check_methods()
    check_pictures()


if __name__ == "__main__":
    main()
