"""Ready-made filters: what a key, a preset of the palette or a selected group adds beside free expressions.

Each says itself in a few words for its chip. Of those that have a `kind`, one of a kind makes sense at a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from clftui.state.filters import Expression, FilterError, Mask
from clftui.state.peers import Peers
from clftui.text import sanitise, short_score

if TYPE_CHECKING:
    from clftui.data.evaluation import Evaluation
    from clftui.data.samples import SampleTable


@dataclass(frozen=True)
class OnlyRight:
    """Only samples that are predicted right, or only those that are not. Unlabelled ones are neither."""

    right: bool

    @property
    def kind(self) -> str:
        return "right or wrong"

    def describe(self) -> str:
        return "right only" if self.right else "wrong only"

    def mask(self, evaluation: Evaluation, samples: SampleTable | None) -> Mask:
        hit = evaluation.true == evaluation.predicted
        return np.asarray((hit == self.right) & (evaluation.true >= 0), dtype=np.bool_)


@dataclass(frozen=True)
class NotInTopK:
    """Only samples whose true class is not among the k best: what stays is the top-k error."""

    k: int

    @property
    def kind(self) -> str:
        return "top k"

    def describe(self) -> str:
        return f"true class not in top {self.k}"

    def mask(self, evaluation: Evaluation, samples: SampleTable | None) -> Mask:
        if self.k <= 1:
            return OnlyRight(False).mask(evaluation, samples)
        _need_scores(evaluation, "ranks")
        limit = evaluation.rank_limit
        if limit is not None and self.k > limit:
            raise FilterError(f"only the {limit} best classes were logged: no rank below {limit} is known")
        return np.asarray(evaluation.true_rank() > self.k, dtype=np.bool_)


@dataclass(frozen=True)
class PredictedScore:
    """Only samples whose predicted class has a score from `low` to `high`, both included."""

    low: float = 0.0
    high: float = 1.0

    @property
    def kind(self) -> str:
        return "predicted score"

    def describe(self) -> str:
        return f"score {_range(self.low, self.high)}"

    def mask(self, evaluation: Evaluation, samples: SampleTable | None) -> Mask:
        _need_scores(evaluation, "scores")
        return _between(evaluation.confidence(), self.low, self.high)


@dataclass(frozen=True)
class TrueScore:
    """Only samples whose true class has a score from `low` to `high`, both included."""

    low: float = 0.0
    high: float = 1.0

    @property
    def kind(self) -> str:
        return "true score"

    def describe(self) -> str:
        return f"true score {_range(self.low, self.high)}"

    def mask(self, evaluation: Evaluation, samples: SampleTable | None) -> Mask:
        _need_scores(evaluation, "scores")
        return _between(evaluation.true_score(), self.low, self.high)


@dataclass(frozen=True)
class InGroup:
    """Only samples that touch a group of classes: truly in it, predicted as one of it, or (both False) either."""

    name: str
    classes: frozenset[str]
    true: bool = True
    predicted: bool = False

    @property
    def kind(self) -> str:
        return "group"

    def describe(self) -> str:
        side = {(True, True): "both in ", (True, False): "true in ", (False, True): "predicted in "}
        return f"{side.get((self.true, self.predicted), 'of ')}{sanitise(self.name)}"

    def mask(self, evaluation: Evaluation, samples: SampleTable | None) -> Mask:
        inside = np.asarray([*(name in self.classes for name in evaluation.classes), False], dtype=np.bool_)
        true, predicted = inside[evaluation.true], inside[evaluation.predicted]
        if self.true and self.predicted:
            return true & predicted
        if self.true or self.predicted:
            return true if self.true else predicted
        return true | predicted


@dataclass(frozen=True)
class WrongInEpochs:
    """Only samples that were wrong in `n` epochs or more, up to the one that shows."""

    n: int

    @property
    def kind(self) -> str:
        return "epochs wrong"

    @property
    def compares(self) -> bool:
        return True

    def describe(self) -> str:
        return f"wrong in ≥ {self.n} epoch{'s' if self.n != 1 else ''}"

    def mask(self, evaluation: Evaluation, samples: SampleTable | None) -> Mask:
        return self.mask_among(None, evaluation, samples)

    def mask_among(self, peers: Peers | None, evaluation: Evaluation, samples: SampleTable | None) -> Mask:
        return Expression(f"epochs_wrong >= {self.n}").mask_among(peers, evaluation, samples)


@dataclass(frozen=True)
class Named:
    """An expression that shows under a name of its own: `likely mislabelled`."""

    words: str
    text: str

    @property
    def compares(self) -> bool:
        return Expression(self.text).compares

    @property
    def reads_tags(self) -> bool:
        return Expression(self.text).reads_tags

    def describe(self) -> str:
        return sanitise(self.words)

    def mask(self, evaluation: Evaluation, samples: SampleTable | None) -> Mask:
        return self.mask_among(None, evaluation, samples)

    def mask_among(self, peers: Peers | None, evaluation: Evaluation, samples: SampleTable | None) -> Mask:
        if "score" in self.text or "confidence" in self.text:
            _need_scores(evaluation, "scores")
        return Expression(self.text).mask_among(peers, evaluation, samples)


def _need_scores(evaluation: Evaluation, what: str) -> None:
    if evaluation.score_kind == "none":
        split = sanitise(evaluation.split)
        raise FilterError(f"this run logged no scores on {split}, so it has no {what} to filter by")


def _between(values: np.ndarray[tuple[int, ...], np.dtype[np.float32]], low: float, high: float) -> Mask:
    # Scores are float32: .9 as a double would leave out a stored .9.
    return np.asarray((values >= np.float32(low)) & (values <= np.float32(high)), dtype=np.bool_)


def _range(low: float, high: float) -> str:
    if high >= 1:
        return f"≥ {short_score(low)}"
    return f"≤ {short_score(high)}" if low <= 0 else f"{short_score(low)}–{short_score(high)}"
