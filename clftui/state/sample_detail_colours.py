"""Which colours lie inside a sample's contour, beside the mean of its class: VAC-CNN's colour-intensity histograms.

Images are read small, 64 pixels a side at most, behind the screen's back.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.saliency import histogram_distance, kept_histogram, mean_histogram
from clftui.data.evaluation import Evaluation
from clftui.data.explanations import MapFile, methods
from clftui.data.images import Picture, read_image
from clftui.data.run import Run
from clftui.data.samples import SampleTable
from clftui.schema import FormatError
from clftui.state.explained_index import places
from clftui.state.explanations import Explained
from clftui.state.later import Later, weak
from clftui.state.peers import table_of
from clftui.state.unready import may_wait, note_missing

COLOURS = Later(kept=24, wishes=4)
"""Small images of classes: a few hundred kilobytes each, so few are kept."""

HISTOGRAMS = Later(kept=256)
"""What their contours keep."""

SAMPLES = 64
"""Samples of the class that its mean is of, at most."""
SIDE = 64

Pair = tuple[NDArray[np.uint8], NDArray[np.float32]]
"""An image (h, w, 3) and its map."""


@dataclass(frozen=True, eq=False)
class Colours:
    """Colour-intensity histograms, (3, bins) red, green, blue; (1, bins) of grey images."""

    own: NDArray[np.float64]
    """NaN where nothing is kept."""
    mean: NDArray[np.float64] | None
    """Of the class; None where no other sample of it has a map and an image."""
    n: int
    """Samples behind the mean."""
    distance: float
    """0 alike, 1 black against white; NaN undefined."""

    @property
    def grey(self) -> bool:
        return len(self.own) == 1


def colours(explained: Explained, table: SampleTable | None, threshold: float) -> Colours | None:
    """The histograms of a sample and of its true class at a threshold; None in a draw, until they are there."""
    item, values = explained.item, explained.values
    if item.evaluation is None or item.position is None or item.answer is None or values is None or table is None:
        return None
    evaluation, run, position = item.evaluation, item.run, item.position
    file = next(
        (each.maps for each in methods(run.path, evaluation.split) if each.name == explained.choice.method), None
    )
    if file is None:
        return None
    key = ("colours", weak(run, file), weak(evaluation), position, explained.choice, threshold)
    aim = explained.choice.aim
    found = COLOURS.get(key, lambda: measured(run, evaluation, position, file, aim, values, threshold), wait=may_wait())
    if found is None:
        note_missing()
    return found


def measured(
    run: Run, evaluation: Evaluation, position: int, file: MapFile, aim: str, values: NDArray[np.float32],
    threshold: float,
) -> Colours:  # fmt: skip
    """The histograms of the sample at `position` under its map `values`; reads images, so no draw may call it.

    The others of its class are under the maps of `file` that show for the same `aim`.
    """
    table = table_of(run, evaluation.split)
    row, label = int(evaluation.sample[position]), int(evaluation.true[position])
    image = _small(table, row)
    if image is None:
        return Colours(np.full((3, 1), np.nan), None, 0, float("nan"))
    others = _class_kept(run, evaluation, file, aim, label, threshold)
    kept = [each for number, each in others.kept if number != row]
    own, mean = kept_histogram(image, values, threshold), mean_histogram(kept)
    if _is_grey(image) and others.grey:
        own, mean = own[:1], mean[:1] if mean is not None else None
    far = histogram_distance(own, mean) if mean is not None else float("nan")
    return Colours(own, mean, sum(not np.isnan(each).any() for each in kept), far)


@dataclass(frozen=True, eq=False)
class _Kept:
    """The histograms (3, bins) of a seeded few samples of a class, by row; whether all of them are grey."""

    kept: tuple[tuple[int, NDArray[np.float64]], ...]
    grey: bool


def _class_kept(run: Run, evaluation: Evaluation, file: MapFile, aim: str, label: int, threshold: float) -> _Kept:
    def work() -> _Kept:
        pairs = _class_pairs(run, evaluation, file, aim, label)
        kept = tuple((number, kept_histogram(rgb, each, threshold)) for number, rgb, each in pairs)
        return _Kept(kept, all(_is_grey(rgb) for _, rgb, _ in pairs))

    found = HISTOGRAMS.get(("kept", weak(run, file), weak(evaluation), aim, label, threshold), work, wait=True)
    assert found is not None
    return found


def _class_pairs(
    run: Run, evaluation: Evaluation, file: MapFile, aim: str, label: int
) -> tuple[tuple[int, NDArray[np.uint8], NDArray[np.float32]], ...]:
    """(row, image, map) of a seeded few samples of a class."""

    def work() -> tuple[tuple[int, NDArray[np.uint8], NDArray[np.float32]], ...]:
        table = table_of(run, evaluation.split)
        shown = places(evaluation, file.sample, file.epoch, file.target, file.of_unit, aim)
        mine = np.flatnonzero(evaluation.true == label) if label >= 0 else np.empty(0, dtype=np.int64)
        drawn = np.random.default_rng(0).permutation(mine)
        found = []
        for position in drawn[shown[drawn] >= 0][: SAMPLES + 1].tolist():
            row = int(evaluation.sample[position])
            image = _small(table, row)
            if image is None:
                continue
            try:
                found.append((row, image, file.map(int(shown[position]))))
            except FormatError:
                continue
        return tuple(found)

    return COLOURS.get(("class pairs", weak(run, file), weak(evaluation), aim, label), work, wait=True) or ()


def _small(table: SampleTable | None, row: int) -> NDArray[np.uint8] | None:
    path: Path | None = table.path_of(row) if table is not None else None
    found = read_image(path, _shrunk) if path is not None else None
    return found.pixels if isinstance(found, Picture) else None


def _shrunk(width: int, height: int) -> tuple[int, int]:
    scale = min(1.0, SIDE / max(width, height, 1))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _is_grey(rgb: NDArray[np.uint8]) -> bool:
    return bool((rgb[..., 0] == rgb[..., 1]).all() and (rgb[..., 0] == rgb[..., 2]).all())
