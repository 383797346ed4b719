"""The numbers of a recorded layer, computed behind the screen: class means, separation, dead units, relevance."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clftui.analysis import responses as analysis
from clftui.analysis.responses import Relevance
from clftui.data.evaluation import Evaluation
from clftui.data.responses import Layer, ResponseFile
from clftui.data.run import Run
from clftui.state.class_tree import label_of
from clftui.state.hierarchy_view import selected_group
from clftui.state.later import LATER, Later, weak
from clftui.state.peers import places_of
from clftui.state.responses_settings import SHARES
from clftui.state.session import Session, passed
from clftui.state.unready import NotYet, may_wait, note_missing
from clftui.text import sanitise

Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]

FIGURES = Later(kept=16)
"""Figures of a large layer take ten megabytes: few are kept."""
TOP = 0.99
"""The quantile of class means above 0 where the scale of colours ends."""


class Figures(NamedTuple):
    """What one layer answers, over the samples that pass the filters where single ones were recorded."""

    means: Float64
    """(K, units) of each class, the mean over all places; NaN without samples."""
    labels: Int64
    """(n,) true class of each recorded sample; -1 where it has none, does not pass or is not of the epoch."""
    separation: Float64
    """(units,) between classes over within them; of class means alone their spread."""
    dead: NDArray[np.bool_]
    """(units,) that answer 0 to everything."""
    used: int
    """Single samples that count; 0 where class means alone were recorded."""
    filtered: bool
    """Whether filters left something out."""
    low: float
    """The lowest class mean, 0 at most."""
    quantiles: tuple[float, ...]
    """The class means above 0 at each of SHARES and at TOP; NaN without any."""


class Target(NamedTuple):
    """What relevance and means are about."""

    name: str
    classes: tuple[int, ...]
    group: bool


def mean_of(rows: NDArray[np.floating]) -> Float64:
    """The mean along the first axis over what is known; NaN where nothing is."""
    known = ~np.isnan(rows)
    n = known.sum(axis=0)
    return np.asarray(np.where(n > 0, np.where(known, rows, 0).sum(axis=0) / np.maximum(n, 1), np.nan))


def group_means(figures: Figures, target: Target) -> Float64:
    """(units,) the mean of the target's class means."""
    return mean_of(figures.means[list(target.classes)])


def figures_of(session: Session, run: Run, evaluation: Evaluation, layer: Layer) -> Figures:
    """The numbers of a layer; in a draw NotYet until they are there."""
    file, filters = layer.opened, session.bound_filters
    key = ("responses", weak(layer), weak(evaluation), filters)
    mask = passed(run, evaluation, filters) if evaluation.has_samples else None
    found = FIGURES.get(key, lambda: _figures(file, evaluation, mask), wait=may_wait())
    if found is None:
        note_missing()
        raise NotYet(f"Reading what {sanitise(layer.name)} answers …")
    return found


def _figures(file: ResponseFile, evaluation: Evaluation, mask: NDArray[np.bool_] | None) -> Figures:
    means = file.class_mean.reshape(file.classes, file.units, -1).astype(np.float64).mean(axis=2)
    known = bool(file.n) and evaluation.has_samples
    labels = np.full(file.n, -1, dtype=np.int64)
    if known:
        at = places_of(evaluation.sample, file.sample)
        counts = at >= 0 if mask is None else (at >= 0) & mask[at]
        labels = np.where(counts, evaluation.true[at], -1).astype(np.int64)
    used = int(np.count_nonzero(labels >= 0))
    filtered = mask is not None and not mask.all()
    if not used:
        if known and filtered:
            means = np.full_like(means, np.nan)
        separation, gone, filtered = analysis.spread(means), analysis.dead(file.class_mean), filtered and known
    else:
        values = file.values()
        if filtered:
            means = analysis.class_means(values, labels, file.classes)
        separation, gone = analysis.separation(values, labels, file.classes), analysis.dead(file.class_mean, values)
    answered = means[~np.isnan(means)]
    low = min(0.0, float(answered.min())) if answered.size else 0.0
    quantiles = tuple(analysis.threshold(means, share) for share in (*SHARES, TOP))
    return Figures(means, labels, separation, gone, used, filtered, low, quantiles)


def target_of(session: Session) -> Target:
    """What relevance is about: the selected group, else the chosen class, else that under the cursor."""
    chosen = selected_group(session)
    if chosen is not None:
        tree, node = chosen
        return Target(sanitise(tree.nodes[node].name), tuple(tree.classes(node).tolist()), True)
    classes = session.classes
    name = next((each for each in (session.features.responses.of, session.selection.true) if each in classes), "")
    name = name or (classes[0] if classes else "")
    return Target(sanitise(label_of(session, name)), (classes.index(name),) if name else (), False)


def relevance_of(
    session: Session, evaluation: Evaluation, layer: Layer, figures: Figures, target: Target
) -> Relevance | None:
    """How relevant each unit is to the target; None in a draw while it is computed."""
    key = ("relevance", weak(layer), weak(evaluation), session.bound_filters, target.classes)
    found = LATER.get(key, lambda: _relevance(figures, layer.opened, target), wait=may_wait())
    if found is None:
        note_missing()
    return found


def _relevance(figures: Figures, file: ResponseFile, target: Target) -> Relevance:
    if not figures.used:
        inside = np.isin(np.arange(len(figures.means)), target.classes)
        return analysis.relevance(figures.means, inside)
    rows = figures.labels >= 0
    values = file.values()
    if not rows.all():
        values = values[rows]
    return analysis.relevance(values, np.isin(figures.labels[rows], target.classes))
