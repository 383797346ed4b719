"""What became of each sample in the epochs up to the one that shows, as a few kinds: always wrong, lost again ..."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from clftui.data.evaluation import Evaluation
from clftui.data.run import Run
from clftui.state.filters import FilterError, Mask
from clftui.state.peers import Peers
from clftui.state.sample_past import epochs_until, of_samples, reading
from clftui.state.unready import may_wait, note_missing

if TYPE_CHECKING:
    from clftui.data.samples import SampleTable


class History(StrEnum):
    """The kinds, from the worst to the best; each sample is of one."""

    ALWAYS_WRONG = "always wrong"
    NEWLY_WRONG = "newly wrong"
    LOST = "lost again"
    NEWLY_RIGHT = "newly right"
    RELEARNED = "forgotten and learned again"
    LEARNED = "learned"
    ALWAYS_RIGHT = "always right"
    UNKNOWN = "no label"


KINDS = tuple(History)


def history_words(kind: History, epochs: int) -> str:
    """`wrong in all 12 epochs`"""
    return {
        History.ALWAYS_WRONG: f"wrong in all {epochs} epochs",
        History.NEWLY_WRONG: "newly wrong: right in the epoch before",
        History.LOST: "right before, lost again",
        History.NEWLY_RIGHT: "newly right: wrong in the epoch before",
        History.RELEARNED: "right, forgotten in between",
        History.LEARNED: "learned and kept",
        History.ALWAYS_RIGHT: f"right in all {epochs} epochs",
        History.UNKNOWN: "without a label",
    }[kind]


def has_history(run: Run, evaluation: Evaluation) -> bool:
    """Whether there is an epoch before that of an evaluation."""
    return epochs_until(run, evaluation) > 1


def histories(run: Run, evaluation: Evaluation) -> NDArray[np.int8]:
    """(n,) the index in `KINDS` of each sample's kind. NotYet in a draw, until the epochs have been read."""
    found = of_samples(run, evaluation, wait=may_wait())
    if found is None:
        note_missing()
        raise reading(run)
    right = (evaluation.true == evaluation.predicted) & (evaluation.true >= 0)
    recent = found.last_flip == evaluation.epoch
    codes = np.full(evaluation.n, KINDS.index(History.LEARNED), dtype=np.int8)
    for kind, mask in (
        (History.RELEARNED, right & (found.forgetting > 0)),
        (History.ALWAYS_RIGHT, right & (found.wrong == 0)),
        (History.NEWLY_RIGHT, right & recent),
        (History.LOST, ~right),
        (History.NEWLY_WRONG, ~right & recent),
        (History.ALWAYS_WRONG, ~right & (found.wrong == found.seen)),
        (History.UNKNOWN, evaluation.true < 0),
    ):
        codes[mask] = KINDS.index(kind)
    return codes


@dataclass(frozen=True)
class Became:
    """Only samples of one kind of history, as of the epoch that shows."""

    kind_of: History

    @property
    def kind(self) -> str:
        return "history"

    @property
    def compares(self) -> bool:
        return True

    def describe(self) -> str:
        return self.kind_of.value

    def mask(self, evaluation: Evaluation, samples: SampleTable | None) -> Mask:
        return self.mask_among(None, evaluation, samples)

    def mask_among(self, peers: Peers | None, evaluation: Evaluation, samples: SampleTable | None) -> Mask:
        """Which samples are of the kind, told from the run's epochs."""
        run = peers.run_of(evaluation) if peers is not None else None
        if run is None:
            raise FilterError("earlier epochs are not known here")
        return np.asarray(histories(run, evaluation) == KINDS.index(self.kind_of), dtype=np.bool_)
