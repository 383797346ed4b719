"""Makes `digits/`: five classifiers of scikit-learn's handwritten digits, logged through clftui's own logger.

Run it in an environment with clftui and torch:  python -m sample_runs.make_digits [--out FOLDER]
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from clftui.logger import RunLogger
from sample_runs.collection import clean, finish

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CLASSES = tuple("0123456789")
SEED = 0
TEST = 700
LOGGED_TRAIN = 300
FEW = 120
MAP_SIDE = 4
RECORDED = (1, 5)
"""Epochs whose responses are logged class by class, beside the last one."""

HIERARCHY: dict[str, Any] = {
    "name": "digits",
    "children": [
        {"name": "closed loops", "children": [{"name": name} for name in "0689"]},
        {"name": "straight strokes", "children": [{"name": name} for name in "147"]},
        {"name": "open curves", "children": [{"name": name} for name in "235"]},
    ],
}
"""By shape; written before any model was trained."""


@dataclass(frozen=True)
class Digits:
    """scikit-learn's 1,797 digits, split by class shares: pixels (n, 64) from 0 to 16, true (n,).

    `logged` are the training rows that the runs log, `few` (among them) the 120 that the over-fitting run trains on.
    """

    train: Floats
    train_true: Ints
    test: Floats
    test_true: Ints
    test_ids: list[str]
    train_ids: list[str]
    logged: Ints
    few: Ints


@dataclass(frozen=True)
class Logged:
    """One epoch of a run: scores by split (n, K), features by split (n, d) or none, learning rate or none."""

    epoch: int
    scores: Mapping[str, Floats]
    features: Mapping[str, Floats]
    lr: float | None = None
    responses: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """By split and layer (n, units)."""
    maps: Mapping[str, Any] = field(default_factory=dict)
    """Of the test split by method, (n, h, w) for the predicted class."""


def load() -> Digits:
    """The data and its fixed split."""
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    pixels, true = load_digits(return_X_y=True)
    rows = np.arange(len(true))
    train, test = train_test_split(rows, test_size=TEST, stratify=true, random_state=SEED)
    train, test = np.sort(train), np.sort(test)
    logged = _stratified(true[train], LOGGED_TRAIN)
    few = logged[_stratified(true[train][logged], FEW)]
    ids = [f"digit-{row:04d}" for row in rows]
    return Digits(
        pixels[train],
        true[train].astype(np.int64),
        pixels[test],
        true[test].astype(np.int64),
        [ids[row] for row in test],
        [ids[row] for row in train],
        logged,
        few,
    )


def _stratified(true: Ints, count: int) -> Ints:
    from sklearn.model_selection import train_test_split

    rows = np.arange(len(true))
    return np.sort(train_test_split(rows, train_size=count, stratify=true, random_state=SEED)[0])


def logistic_regression(data: Digits) -> tuple[dict[str, Any], dict[str, Any], Iterator[Logged]]:
    """Model facts, hyperparameters and the single epoch of a multinomial logistic regression."""
    from sklearn.linear_model import LogisticRegression

    settings = {"C": 0.03, "max_iter": 300}
    model = LogisticRegression(**settings).fit(data.train / 16, data.train_true)
    parameters = int(model.coef_.size + model.intercept_.size)
    facts = {"architecture": "logistic regression", "layers": [], "parameters": parameters, "flops": 2 * 640}
    return facts, settings, iter([Logged(1, _both(model.predict_proba, data), {})])


def random_forest(data: Digits) -> tuple[dict[str, Any], dict[str, Any], Iterator[Logged]]:
    """The same of 60 trees; parameters = nodes, operations = comparisons along the mean path."""
    from sklearn.ensemble import RandomForestClassifier

    settings = {"n_estimators": 60, "max_depth": 9, "seed": SEED}
    model = RandomForestClassifier(60, max_depth=9, random_state=SEED).fit(data.train / 16, data.train_true)
    nodes = sum(tree.tree_.node_count for tree in model.estimators_)
    facts = {"architecture": "random forest", "layers": [], "parameters": nodes, "flops": 60 * 9}
    return facts, settings, iter([Logged(1, _both(model.predict_proba, data), {})])


def perceptron(data: Digits) -> tuple[dict[str, Any], dict[str, Any], Iterator[Logged]]:
    """A perceptron with one hidden layer of 32, 20 epochs of SGD."""
    from sklearn.neural_network import MLPClassifier

    settings = {"hidden": 32, "optimizer": "sgd", "lr": 0.02, "momentum": 0.9, "batch_size": 64, "seed": SEED}
    model = MLPClassifier(
        32, solver="sgd", learning_rate_init=0.02, batch_size=64, random_state=SEED, alpha=1e-4, momentum=0.9
    )
    facts = {
        "architecture": "perceptron, 1 hidden layer",
        "layers": ["hidden", "logits"],
        "parameters": 64 * 32 + 32 + 32 * 10 + 10,
        "flops": 2 * (64 * 32 + 32 * 10),
    }

    def epochs() -> Iterator[Logged]:
        for epoch in range(1, 21):
            model.partial_fit(data.train / 16, data.train_true, classes=np.arange(10))
            hidden = (
                {} if epoch < 20 else _both(lambda x: np.maximum(x @ model.coefs_[0] + model.intercepts_[0], 0), data)
            )
            yield Logged(epoch, _both(model.predict_proba, data), hidden, 0.02)

    return facts, settings, epochs()


def convolutional(data: Digits, few: bool) -> tuple[dict[str, Any], dict[str, Any], Iterator[Logged]]:
    """A small CNN: 15 epochs on all training rows, or 25 on `few` rows, which it learns by heart."""
    import torch
    from torch import nn

    from sample_runs.training import (
        CAMS,
        Network,
        Recipe,
        Stage,
        activation_maps,
        answer,
        be_repeatable,
        responses,
        train,
    )

    recipe = Recipe(15, lr=2e-3, batch_size=32, seed=SEED)
    if few:
        recipe = Recipe(25, lr=3e-3, batch_size=8, schedule="constant", seed=SEED)
    be_repeatable(recipe.seed)
    stages = (
        Stage("conv1", nn.Sequential(nn.Conv2d(1, 16, 3, padding=1), nn.ReLU())),
        Stage("conv2", nn.Sequential(nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))),
    )
    embed = nn.Sequential(nn.Flatten(), nn.Linear(32 * 16, 64), nn.ReLU())
    network = Network("CNN, 2 convolutions, dense", stages, embed, nn.Linear(64, 10))

    def pictures(pixels: Floats) -> Any:
        return torch.from_numpy((pixels * 15).astype(np.uint8).reshape(-1, 1, 8, 8))

    used = data.few if few else np.arange(len(data.train_true))

    def run() -> Iterator[Logged]:
        for epoch, lr in train(network, pictures(data.train[used]), data.train_true[used], recipe):
            answers = {split: answer(network, pictures(pixels)) for split, pixels in _pixels(data).items()}
            scores = {split: _softmax(given.logits) for split, given in answers.items()}
            last = {split: given.features.astype(np.float64) for split, given in answers.items()}
            kept = dict(_pixels(data)) if epoch == recipe.epochs else {"test": data.test}
            seen = {split: responses(network, pictures(pixels)) for split, pixels in kept.items()}
            if epoch < recipe.epochs:
                yield Logged(epoch, scores, {}, lr, seen if epoch in RECORDED else {})
                continue
            predicted = scores["test"].argmax(axis=1)
            maps = {
                method: activation_maps(network, method, pictures(data.test), predicted, MAP_SIDE) for method in CAMS
            }
            yield Logged(epoch, scores, last, lr, seen, maps)

    settings = recipe.hyperparameters() | {"train_samples": len(used)}
    return network.facts((1, 8, 8)), settings, run()


def _pixels(data: Digits) -> dict[str, Floats]:
    return {"train": data.train[data.logged], "test": data.test}


def _both(function: Any, data: Digits) -> dict[str, Floats]:
    return {split: np.asarray(function(pixels / 16)) for split, pixels in _pixels(data).items()}


def _softmax(logits: NDArray[np.float32]) -> Floats:
    exact = logits.astype(np.float64)
    powers = np.exp(exact - exact.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def tables(out: Path, data: Digits) -> dict[str, dict[str, list[str]]]:
    """The sample tables; writes the pictures of the test split, 8 x 8 grey PNG."""
    folder = out / "samples" / "images"
    folder.mkdir(parents=True)
    for name, pixels in zip(data.test_ids, data.test, strict=True):
        picture = Image.fromarray((pixels * 15).astype(np.uint8).reshape(8, 8))
        picture.save(folder / f"{name}.png", optimize=True)
    return {
        "train": {
            "id": [data.train_ids[row] for row in data.logged],
            "true": [CLASSES[label] for label in data.train_true[data.logged]],
        },
        "test": {
            "id": data.test_ids,
            "true": [CLASSES[label] for label in data.test_true],
            "path": [f"images/{name}.png" for name in data.test_ids],
        },
    }


def log(out: Path, name: str, data: Digits, samples: Any, made: Any, rows: Ints | None = None) -> None:
    """One run: every epoch of `made`; of the train split the rows `rows` of the training set (None = all logged)."""
    facts, settings, epochs = made
    keep = np.arange(len(data.logged)) if rows is None else np.flatnonzero(np.isin(data.logged, rows))
    rows_of = {"train": keep, "test": np.arange(len(data.test_true))}
    true_of = {"train": data.train_true[data.logged], "test": data.test_true}
    with RunLogger(
        out / name, classes=CLASSES, model=facts, hyperparameters=settings, samples=samples, hierarchy=HIERARCHY
    ) as run:
        for logged in epochs:
            accuracies = []
            for split, kept in rows_of.items():
                true, scores = true_of[split][kept], logged.scores[split][kept]
                of_true = np.clip(scores[np.arange(len(true)), true], 1e-12, 1)
                accuracy = float(np.mean(scores.argmax(axis=1) == true))
                scalars = {"loss": round(float(-np.log(of_true).mean()), 6), "accuracy": round(accuracy, 6)}
                if logged.lr is not None:
                    scalars["lr"] = round(logged.lr, 9)
                features = logged.features[split][kept] if logged.features else None
                run.log(logged.epoch, split, true, scores=scores, sample=kept, features=features, **scalars)
                accuracies.append(f"{split} {accuracy:.3f}")
            explain(run, logged, rows_of, true_of)
            print(f"{name} epoch {logged.epoch}: {', '.join(accuracies)}", flush=True)


def explain(run: RunLogger, logged: Logged, rows_of: Mapping[str, Ints], true_of: Mapping[str, Ints]) -> None:
    """What layers answer, sample by sample where maps are there too, and those maps."""
    if not logged.responses:
        return
    from sample_runs.training import log_responses

    for split, values in logged.responses.items():
        kept = rows_of[split]
        layers = {layer: answers[kept] for layer, answers in values.items()}
        log_responses(run, logged.epoch, split, layers, true_of[split][kept], kept if logged.maps else None)
    predicted = logged.scores["test"].argmax(axis=1)
    for method, maps in logged.maps.items():
        run.log_maps(method, "test", rows_of["test"], maps, target=predicted, epoch=logged.epoch)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "digits", help="the collection's folder")
    out = parser.parse_args().out
    clean(out)
    data = load()
    samples = tables(out, data)
    log(out, "logreg", data, samples, logistic_regression(data))
    log(out, "forest", data, samples, random_forest(data))
    log(out, "mlp", data, samples, perceptron(data))
    log(out, "cnn", data, samples, convolutional(data, few=False))
    log(out, "cnn-120", data, samples, convolutional(data, few=True), data.few)
    finish(out)


if __name__ == "__main__":
    main()
