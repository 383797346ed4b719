"""Proves `clftui explain` on real torch models: its methods, and what a kill costs.

Each method is checked against a closed form or an implementation of another kind: CAM of a network where it is defined,
torchcam where that is installed and right, derivatives of exp(score) taken one by one, a mask's planted patch. Then
processes that explain, two at a time into one file, are ended with SIGKILL at random instants and begun again.

Run in an environment with torch: python -m tests.proofs.explain --kills 40
"""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import os
import random
import signal
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
from clftui.data.explanations import MapFile
from clftui.data.samples import read_samples
from clftui.explain import SubjectError, command, map_store
from clftui.explain.command import Wishes, run_explain
from clftui.explain.methods import BUILT_IN, NOISE, NOISY
from clftui.explain.pictures import pictures
from clftui.explain.subject import Ready, Subject
from tests.builders import write_collection

Maps = NDArray[np.float64]
CLASSES = 4
fork = multiprocessing.get_context("fork")


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


def slow_subject() -> Subject:
    torch.manual_seed(1)
    return Subject(Net(pause=0.02), to_tensor)


redone = fork.Value("q", 0)
"""Maps that were made though they had been committed when their process began."""


class Watched(map_store.MapStore):
    """Counts what is made twice."""

    def kept(self) -> set[tuple[int, int]]:
        self.there = super().kept()
        return self.there

    def add(self, rows: NDArray[np.int64], targets: NDArray[np.int64], maps: Maps) -> None:
        redone.value += sum(pair in self.there for pair in zip(rows.tolist(), targets.tolist(), strict=True))
        super().add(rows, targets, maps)


def work(root: Path, wishes: Wishes, filters: tuple[str, ...]) -> int:
    """One call of the command in this process, its words thrown away."""
    torch.set_num_threads(1)
    map_store.EVERY_SECONDS = 0.05
    setattr(command, "MapStore", Watched)  # noqa: B010
    chosen = {"paths": (root,), "run": "run0", "split": None, "epoch": None, "filters": filters, "images": None}
    with Path(os.devnull).open("w") as void, contextlib.redirect_stderr(void):
        return run_explain(chosen, wishes, cell=None, wrong=False, limit=None, sample=None)


def content(path: Path) -> dict[tuple[int, int], bytes]:
    """What a reader finds, map by map; any error is a failure."""
    if not path.exists():
        return {}
    file = MapFile(path)
    values = file.maps(np.arange(file.n))
    keys = zip(file.sample.tolist(), file.target.tolist(), strict=True)
    return {key: value.tobytes() for key, value in zip(keys, values, strict=True)}


def check_kills(kills: int) -> None:
    """Two processes at a time explain the two halves of a run; both are killed and begun again until all is there."""
    with tempfile.TemporaryDirectory() as place:
        root = write_collection(Path(place) / "runs", runs=1, images=True)
        wishes = Wishes(f"{__name__}:slow_subject", targets=("top-4",), batch=2, threads=1, device="cpu")
        halves = ('true == "cat" or true == "dog"', 'true == "fox" or true == "owl"')
        path = root / "run0" / "explanations" / "gradcam" / "test.npz"
        chance, done, lost, rounds = random.Random(0), 0, 0, 0
        before: dict[tuple[int, int], bytes] = {}
        while done < kills or rounds == 0:
            rounds += 1
            path.unlink(missing_ok=True)
            before = {}
            for _ in range(8):
                begun = [fork.Process(target=work, args=(root, wishes, (half,))) for half in halves]
                for process in begun:
                    process.start()
                time.sleep(chance.uniform(0.1, 0.9))
                for process in begun:
                    if process.is_alive() and process.pid is not None:
                        os.kill(process.pid, signal.SIGKILL)
                        done += 1
                    process.join()
                now = content(path)
                lost += sum(now.get(key) != value for key, value in before.items())
                before = now
        status = [work(root, wishes, (half,)) for half in halves]
        whole = content(path)
        lost += sum(whole.get(key) != value for key, value in before.items())
        left = [each.name for each in path.parent.iterdir() if each != path]
        print(f"kills: {done} in {rounds} rounds of two processes at once")
        print(f"  committed maps lost or changed: {lost}, made again: {redone.value}, files left over: {left}")
        assert status == [0, 0] and len(whole) == 320 and not lost and not redone.value and not left


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=40)
    given = parser.parse_args()
    check_kills(given.kills)
    check_methods()
    check_pictures()


if __name__ == "__main__":
    main()
