"""The pictures of the glyph runs as arrays: which are drawn, which are logged, which are kept as files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sample_runs.glyph_classes import CLASSES, kind
from sample_runs.glyph_images import blurred, draw_glyph, palette_image

TRAIN_PER_CLASS = 240
TEST_PER_CLASS = 16
LOGGED_TRAIN_PER_CLASS = 5
KEPT = {"test": 520, "test-blur": 280}
"""Pictures kept as files: 800 in all."""

_SEED = 62
_STREAM = {"train": 0, "test": 1}

Pixels = NDArray[np.uint8]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Pictures:
    """A split: pixels (n, 48, 48, 3), true (n,) and each picture's font."""

    pixels: Pixels
    true: Ints
    fonts: list[str]

    @property
    def channels_first(self) -> Pixels:
        """Pixels as (n, 3, 48, 48)."""
        return np.ascontiguousarray(self.pixels.transpose(0, 3, 1, 2))

    def rows(self, rows: Ints) -> Pictures:
        """The same with `rows` alone."""
        return Pictures(self.pixels[rows], self.true[rows], [self.fonts[row] for row in rows])


def draw_split(split: str, per_class: int) -> Pictures:
    """`per_class` pictures of each class, ordered by class; picture i is the same however many are drawn."""
    glyphs = [
        draw_glyph(name, (_SEED, _STREAM[split], label, copy))
        for label, name in enumerate(CLASSES)
        for copy in range(per_class)
    ]
    pixels = np.stack([glyph.pixels for glyph in glyphs])
    return Pictures(pixels, np.repeat(np.arange(len(CLASSES)), per_class), [glyph.font for glyph in glyphs])


def draw_all() -> tuple[Pictures, dict[str, Pictures]]:
    """The training pictures, and the logged splits: some of the training pictures, test, and test out of focus."""
    train = draw_split("train", TRAIN_PER_CLASS)
    test = draw_split("test", TEST_PER_CLASS)
    blur = Pictures(np.stack([blurred(picture) for picture in test.pixels]), test.true, test.fonts)
    first = np.flatnonzero(np.arange(len(train.true)) % TRAIN_PER_CLASS < LOGGED_TRAIN_PER_CLASS)
    return train, {"train": train.rows(first), "test": test, "test-blur": blur}


def rows_to_keep(true: Ints, answers: Sequence[Ints], count: int) -> Ints:
    """`count` rows, ascending: those that most runs get wrong first, taking one of each class in turn."""
    wrong = np.sum([predicted != true for predicted in answers], axis=0)
    turn = np.zeros(len(true), dtype=np.int64)
    for label in np.unique(true):
        for times in np.unique(wrong):
            same = np.flatnonzero((true == label) & (wrong == times))
            turn[same] = np.arange(len(same))
    return np.sort(np.lexsort((true, turn, -wrong))[:count])


def sample_table(split: str, pictures: Pictures, kept: Ints) -> dict[str, list[str]]:
    """Columns of the split's sample table; `path` is empty where no picture is kept. test-blur has test's ids."""
    prefix = "train" if split == "train" else "glyph"
    ids = [f"{prefix}-{row:04d}" for row in range(len(pictures.true))]
    names = [CLASSES[label] for label in pictures.true]
    table = {"id": ids, "true": names, "kind": [kind(name) for name in names], "font": pictures.fonts}
    if split in KEPT:
        here = set(kept.tolist())
        table["path"] = [f"images/{split}/{ids[row]}.png" if row in here else "" for row in range(len(ids))]
    return table


def write_images(samples: Path, table: dict[str, list[str]], pictures: Pictures) -> None:
    """The pictures that `table` names, as palette PNG under the folder `samples`."""
    for path, pixels in zip(table.get("path", []), pictures.pixels, strict=False):
        if path:
            (samples / path).parent.mkdir(parents=True, exist_ok=True)
            palette_image(pixels).save(samples / path, optimize=True)
