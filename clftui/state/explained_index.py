"""Where a method's file explains the samples of an evaluation, all at once: what a table of thousands needs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from clftui.data.evaluation import Evaluation
from clftui.data.explanations import MapFile, Method, methods, random_methods
from clftui.data.run import Run
from clftui.data.weighted_text import Document, TextIndex
from clftui.schema import FormatError
from clftui.state.explanations import PREDICTED, TRUE, document_at, map_at, text_index
from clftui.state.peers import places_of

Int64 = NDArray[np.int64]
_BEHIND = 1 << 40
"""Epochs after the one that shows come behind all that lie before it."""


@dataclass(frozen=True, eq=False)
class Held:
    """What one method saved of one evaluation."""

    method: Method
    at: Int64
    """(n,) the place in the file that explains the sample at each position; -1 none."""
    index: TextIndex | None = None

    @property
    def maps(self) -> MapFile | None:
        return self.method.maps

    def map_of(self, position: int) -> NDArray[np.float32] | None:
        """(h, w) the map of a sample; None where there is none."""
        at = int(self.at[position])
        return map_at(self.method.maps, at) if self.method.maps is not None and at >= 0 else None

    def maps_of(self, positions: Int64) -> NDArray[np.float32]:
        """(m, h, w) the maps of samples that have one. FormatError where one is broken."""
        assert self.method.maps is not None
        return self.method.maps.maps(self.at[positions])

    def document_of(self, position: int) -> Document | None:
        """The weighted text of a sample; None where there is none."""
        at = int(self.at[position])
        if self.method.text is None or self.index is None or at < 0:
            return None
        return document_at(self.method.text, self.index, at)


def method_names(run: Run, split: str) -> tuple[str, ...]:
    """The methods that explain a split of a run."""
    return tuple(each.name for each in methods(run.path, split))


def held(run: Run, evaluation: Evaluation, name: str, aim: str, *, random: bool = False) -> Held | None:
    """What the method `name` saved, of the class `aim` where it explains several; with `random` of random weights.

    None where the run has no such method, or, in a draw, until the text file has been read. FormatError where the file
    cannot be read.
    """
    listed = random_methods if random else methods
    method = next((each for each in listed(run.path, evaluation.split) if each.name == name), None)
    if method is None:
        return None
    if method.trouble:
        raise FormatError("", "", method.trouble, "save it anew")
    if method.maps is not None:
        return _of_maps(run, evaluation, method, aim)
    assert method.text is not None
    index = text_index(method.text)
    return _of_text(run, evaluation, method, index, aim) if index is not None else None


@lru_cache(maxsize=64)
def _of_maps(run: Run, evaluation: Evaluation, method: Method, aim: str) -> Held:
    file = method.maps
    assert file is not None
    return Held(method, places(evaluation, file.sample, file.epoch, file.target, file.of_unit, aim))


@lru_cache(maxsize=64)
def _of_text(run: Run, evaluation: Evaluation, method: Method, index: TextIndex, aim: str) -> Held:
    n = len(index.sample)
    nothing = np.zeros(n, dtype=np.int64)
    return Held(method, places(evaluation, index.sample, nothing, index.target, nothing.astype(np.bool_), aim), index)


def places(
    evaluation: Evaluation, sample: Int64, epoch: Int64, target: Int64, of_unit: NDArray[np.bool_], aim: str
) -> Int64:
    """(n,) which explanation of the file shows for each sample of the evaluation; -1 none.

    `sample`, `epoch`, `target` and `of_unit` (m,) are the file's. The newest epoch up to the evaluation's own counts,
    or the first after it; of that the one that explains the class `aim`, or the first in the file.
    """
    position = places_of(evaluation.sample, sample)
    known = np.flatnonzero(position >= 0)
    where, when = position[known], epoch[known]
    age = np.where(when <= evaluation.epoch, evaluation.epoch - when, _BEHIND + when)
    other = np.zeros(len(known), dtype=np.bool_)
    if aim in (PREDICTED, TRUE):
        wanted = (evaluation.predicted if aim == PREDICTED else evaluation.true)[where]
        other = of_unit[known] | (target[known] != wanted)
    elif aim in evaluation.classes:
        other = of_unit[known] | (target[known] != evaluation.classes.index(aim))
    elif aim.startswith("unit ") and aim[5:].isdigit():
        other = ~of_unit[known] | (target[known] != int(aim[5:]))
    order = np.lexsort((known, other, age, where))
    which, first = np.unique(where[order], return_index=True)
    found = np.full(len(evaluation.sample), -1, dtype=np.int64)
    found[which] = known[order][first]
    return found
