"""Maps beside those of a model that learned nothing: does a method show anything that was learned?"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from clftui.analysis.explanation_stats import Mean, kept_share, mean_interval
from clftui.analysis.saliency import Measure
from clftui.state.explained_index import held
from clftui.state.explanations import PREDICTED
from clftui.state.later import LATER, weak
from clftui.state.methods_numbers import Maps, Pair, maps_of, pair
from clftui.state.session import Session
from clftui.state.unready import NotYet, may_wait, note_missing
from clftui.text import sanitise

LEAST_CHECKED = 20
"""Samples with two maps that a check needs."""
CHANGED, KEPT = 0.25, 0.5
"""Of the likeness: below the first a method depends on what was learned, above the second it barely changes."""
RANDOM_LABELS = frozenset({"random", "permuted", "shuffled"})
"""Values of the hyperparameter `labels` of a run that was trained on labels that mean nothing."""


class Verdict(Enum):
    """A mark, and what it stands for in words."""

    @property
    def glyph(self) -> str:
        return str(self.value[0])

    @property
    def words(self) -> str:
        return str(self.value[1])


class Trust(Verdict):
    """What the check with random weights or labels says."""

    PASSED = ("✓", "depends on what was learned")
    PART = ("◐", "changes in part")
    FAILED = ("✗", "barely changes: be careful")
    SAME = ("?", "all maps are alike")
    TOO_FEW = ("–", "too few to tell")
    UNKNOWN = ("–", "not checked")


@dataclass(frozen=True, eq=False)
class Check:
    """Maps of the model beside those of one that learned nothing, of the same samples."""

    what: str
    """`random weights` or `random labels`, and of which run."""
    trust: Trust
    kept: Mean
    """The share of the rank correlation that stays, see `kept_share`."""
    same: Mapping[str, Mean]
    """By rank correlation, SSIM and L1: of the same sample."""
    other: Mapping[str, Mean]
    """Of different samples."""
    n: int
    empty: int
    """Samples one of whose maps is empty: they are left out."""


def worst(checks: Sequence[Check]) -> Trust:
    """What several checks say: the worst of them; UNKNOWN without any."""
    order = (Trust.FAILED, Trust.SAME, Trust.PART, Trust.PASSED, Trust.TOO_FEW)
    told = {check.trust for check in checks}
    return next((each for each in order if each in told), Trust.UNKNOWN)


def checks_of(session: Session, maps: Maps) -> tuple[Check, ...] | None:
    """Random weights, then every run with random labels; None in a draw, until they are known. FormatError: broken."""
    others: list[tuple[str, Maps]] = []
    split, aim = maps.evaluation.split, session.explain.aim or PREDICTED
    random = held(maps.run, maps.evaluation, maps.name, aim, random=True)
    if random is not None and random.maps is not None:
        # Whatever is filtered is filtered by the trained model's maps.
        others.append(("random weights", maps_of(None, maps.run, maps.evaluation, random, ())))
    for run in session.catalog.runs:
        if run is maps.run or str(run.hyperparameters.get("labels", "")).casefold() not in RANDOM_LABELS:
            continue
        try:
            evaluation = session.evaluation(run) if run.classes == maps.run.classes else None
        except NotYet:
            return None
        if evaluation is None or not evaluation.has_samples or evaluation.split != split:
            continue
        explained = held(run, evaluation, maps.name, aim)
        if explained is not None and explained.maps is not None:
            others.append((f"random labels ({sanitise(run.name)})", maps_of(None, run, evaluation, explained, ())))
    found = [_check(what, maps, other) for what, other in others]
    return None if any(each is None for each in found) else tuple(each for each in found if each is not None)


def _check(what: str, maps: Maps, other: Maps) -> Check | None:
    ranks, ssim, l1 = (pair(maps, other, measure) for measure in (None, Measure.SSIM, Measure.L1))
    if ranks is None or ssim is None or l1 is None:
        return None
    by = {"rank correlation": ranks, "SSIM": ssim, "L1": l1}
    key = ("check of maps", weak(ranks))
    kept = LATER.get(key, lambda: kept_share(ranks.same, ranks.other), wait=may_wait())
    if kept is None:
        note_missing()
        return None
    return Check(
        what,
        _trust(ranks, kept),
        kept,
        {name: mean_interval(each.same) for name, each in by.items()},
        {name: mean_interval(each.other) for name, each in by.items()},
        int(np.count_nonzero(~np.isnan(ranks.same))),
        ranks.empty,
    )


def _trust(found: Pair, kept: Mean) -> Trust:
    if np.count_nonzero(~np.isnan(found.same)) < LEAST_CHECKED:
        return Trust.TOO_FEW
    if math.isnan(kept.value):
        return Trust.SAME
    if kept.high < CHANGED:
        return Trust.PASSED
    return Trust.FAILED if kept.low > KEPT else Trust.PART
