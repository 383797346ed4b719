"""Makes `glyphs/`: three networks that read 62 drawn characters, logged through clftui's own logger.

Run it in an environment with clftui and torch, on Debian with the fonts that README.md names:
python -m sample_runs.make_glyphs [--out FOLDER]
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from clftui.logger import RunLogger
from clftui.schema import RANDOM_WEIGHTS
from sample_runs.collection import clean, finish
from sample_runs.glyph_classes import CLASSES, hierarchy
from sample_runs.glyph_data import KEPT, Ints, Pictures, draw_all, rows_to_keep, sample_table, write_images
from sample_runs.glyph_images import DEBIAN_PACKAGES, SIDE, missing_fonts
from sample_runs.glyph_models import RECIPES
from sample_runs.training import (
    CAMS,
    Answers,
    Floats,
    Network,
    Recipe,
    activation_maps,
    answer,
    be_repeatable,
    log_responses,
    responses,
    train,
    with_random_weights,
)

MAP_SIDE = 6
RECORDED = (1, 3, 12)
"""Epochs whose responses are logged class by class."""
SINGLE = "plain"
"""The run with responses of each sample and with maps of random weights: those of all would take too much room."""


@dataclass(frozen=True)
class Trained:
    """A network, and what it said about every logged split in every epoch."""

    network: Network
    recipe: Recipe
    epochs: tuple[Mapping[str, Answers], ...]
    rates: tuple[float, ...]
    responses: Mapping[int, Mapping[str, Floats]]
    """Of the test split, by epoch and layer."""

    def predicted(self, split: str) -> Ints:
        """The last epoch's answers, (n,)."""
        return np.asarray(self.epochs[-1][split].logits.argmax(axis=1), dtype=np.int64)


def trained(name: str, pictures: Pictures, splits: Mapping[str, Pictures]) -> Trained:
    """Train the network `name` from scratch and ask it about `splits` after each epoch."""
    make, recipe = RECIPES[name]
    be_repeatable(recipe.seed)
    network = make(len(CLASSES))
    inputs = {split: torch.from_numpy(part.channels_first) for split, part in splits.items()}
    epochs, rates, recorded = [], [], {}
    for epoch, lr in train(network, torch.from_numpy(pictures.channels_first), pictures.true, recipe):
        epochs.append({split: answer(network, part) for split, part in inputs.items()})
        rates.append(lr)
        if epoch in RECORDED:
            recorded[epoch] = responses(network, inputs["test"])
        shares = [f"{split} {epochs[-1][split].accuracy(part.true):.3f}" for split, part in splits.items()]
        print(f"{name} epoch {epoch}: {', '.join(shares)}", flush=True)
    return Trained(network, recipe, tuple(epochs), tuple(rates), recorded)


def log(out: Path, name: str, result: Trained, splits: Mapping[str, Pictures], tables: Any) -> None:
    """Log a trained network's epochs: full scores for the best and the last one, the ten best scores otherwise."""
    with RunLogger(
        out / name,
        classes=CLASSES,
        model=result.network.facts((3, SIDE, SIDE)),
        hyperparameters=result.recipe.hyperparameters(),
        samples=tables,
        hierarchy=hierarchy(),
        full_scores=False,
    ) as run:
        for epoch, (answers, lr) in enumerate(zip(result.epochs, result.rates, strict=True), start=1):
            for split, part in splits.items():
                said = answers[split]
                run.log(
                    epoch,
                    split,
                    part.true,
                    logits=said.logits,
                    features=said.features if epoch == len(result.epochs) else None,
                    loss=round(said.loss(part.true), 6),
                    accuracy=round(said.accuracy(part.true), 6),
                    lr=round(lr, 9),
                )
        explain(run, result, splits, tables)


def explain(run: RunLogger, result: Trained, splits: Mapping[str, Pictures], tables: Any) -> None:
    """Maps of the kept pictures for the predicted class, also as of an untrained network; what layers answer."""
    last = len(result.epochs)
    for split in KEPT:
        rows = np.array([row for row, path in enumerate(tables[split]["path"]) if path], dtype=np.int64)
        pictures = torch.from_numpy(splits[split].rows(rows).channels_first)
        target = result.predicted(split)[rows]
        for method in CAMS:
            maps = activation_maps(result.network, method, pictures, target, MAP_SIDE)
            run.log_maps(method, split, rows, maps, target_kind="class", target=target, epoch=last)
            if split == "test" and run.path.name == SINGLE:
                untrained = with_random_weights(result.network, result.recipe.seed)
                maps = activation_maps(untrained, method, pictures, target, MAP_SIDE)
                run.log_maps(f"{method}{RANDOM_WEIGHTS}", split, rows, maps, target=target, epoch=last)
    test = splits["test"]
    for epoch, values in result.responses.items():
        single = np.arange(len(test.true)) if epoch == last and run.path.name == SINGLE else None
        log_responses(run, epoch, "test", values, test.true, single)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "glyphs", help="the collection's folder")
    out = parser.parse_args().out
    if absent := missing_fonts():
        raise SystemExit(f"{len(absent)} fonts are missing ({absent[0]} ...): apt-get install {DEBIAN_PACKAGES}")
    clean(out)
    pictures, splits = draw_all()
    results = {name: trained(name, pictures, splits) for name in RECIPES}
    tables = {}
    for split, part in splits.items():
        answers = [result.predicted(split) for result in results.values()]
        tables[split] = sample_table(split, part, rows_to_keep(part.true, answers, KEPT.get(split, 0)))
        write_images(out / "samples", tables[split], part)
    for name, result in results.items():
        log(out, name, result, splits, tables)
    finish(out)


if __name__ == "__main__":
    main()
