"""The filter for samples whose answer moved into a cell or group, or out of it, since what is compared with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from clftui.data.run import Run
from clftui.state.filters import Mask
from clftui.state.flip_filter import both_sides
from clftui.state.peers import Peers
from clftui.state.versus import Versus, against_words
from clftui.text import sanitise

if TYPE_CHECKING:
    from clftui.data.evaluation import Evaluation
    from clftui.data.samples import SampleTable


@dataclass(frozen=True)
class Moved:
    """Only samples that are answered with one of `classes` now and were not then, or (not `into`) the other way."""

    into: bool
    name: str
    """What the classes are called."""
    classes: frozenset[str]
    versus: Versus

    @property
    def kind(self) -> str:
        return "flip"

    @property
    def compares(self) -> bool:
        return True

    def describe(self) -> str:
        way = "newly taken for" if self.into else "no longer taken for"
        return f"{way} {sanitise(self.name)} {against_words(self.versus)}"

    def mask(self, evaluation: Evaluation, samples: SampleTable | None) -> Mask:
        return self.mask_among(None, evaluation, samples)

    def mask_among(self, peers: Peers | None, evaluation: Evaluation, samples: SampleTable | None) -> Mask:
        sides = both_sides(peers, evaluation, self.versus)
        if sides is None:
            return np.zeros(evaluation.n, dtype=np.bool_)
        run, before, found, _, place = sides
        now = self._inside(run, evaluation)
        then = self._inside(before, found)[place]
        here, there = (now, then) if self.into else (then, now)
        return np.asarray(here & ~there & (place >= 0) & (evaluation.true >= 0), dtype=np.bool_)

    def _inside(self, run: Run, evaluation: Evaluation) -> Mask:
        """(n,) whether each sample is answered with one of the classes; no answer is in the last place."""
        known = np.asarray([*(name in self.classes for name in run.classes), False], dtype=np.bool_)
        return np.asarray(known[evaluation.predicted], dtype=np.bool_)
