"""The samples of one evaluation as rows of numbers, and their picture by principal components."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.projection import boxed, components, random_directions, stratified
from clftui.data.evaluation import Evaluation
from clftui.data.run import Run
from clftui.schema import NothingToShow
from clftui.state.later import Later, weak
from clftui.state.map_settings import MapSource
from clftui.state.unready import NotYet, may_wait, note_missing
from clftui.text import count, plural, sanitise

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]

CLOUDS = Later(kept=24, wishes=8)
"""A few megabytes each."""

MOST = 10_000
"""Samples that t-SNE lays out; of more, a stratified, seeded draw."""
SEED = 0
KEPT = 50
"""Components that t-SNE and the numbers beside the picture look at."""
AT_ONCE = 1 << 18
"""Up to so many values are read and laid out by whoever asks: a few milliseconds."""
_BLOCK = 1 << 22
WIDE = 2500
"""Of more numbers a sample, random directions of them are looked at: a matrix of all does not fit."""
DIRECTIONS = 256
_FAINTEST = 1e-6
"""Scores below this count as this where their logarithm is taken: a forest gives nothing at all to most classes."""


@dataclass(frozen=True, eq=False)
class Cloud:
    """The samples of an evaluation that have values, as a picture and as rows."""

    run: Run
    evaluation: Evaluation
    source: MapSource
    words: str
    """`64 features`, `logits of 10 classes`, `top 10 of 62 scores`."""
    positions: Int64
    """(n,) positions in the evaluation."""
    places: Float64
    """(n, 2) the first two principal components, boxed."""
    share: float
    """Of the variance, in those two."""
    drawn: Int64
    """(m,) ascending places in `positions` of the samples that t-SNE and the numbers are made of."""
    rows: Float32
    """(m, up to KEPT) their principal components."""
    digest: str
    """Of `rows`, and of the way they were drawn."""
    without: int
    """Samples that have no values."""

    @property
    def n(self) -> int:
        return int(self.positions.size)

    @property
    def is_drawn(self) -> bool:
        """Whether t-SNE shows a part of the samples."""
        return self.drawn.size < self.n


def sources(evaluation: Evaluation) -> tuple[MapSource, ...]:
    """What the samples of an evaluation can be laid out by, the best first."""
    if not evaluation.has_samples:
        return ()
    found = [MapSource.FEATURES] if evaluation.features(np.empty(0, np.int64)) is not None else []
    if evaluation.score_kind == "full":
        found.append(MapSource.LOGITS)
    if evaluation.score_kind in ("full", "top"):
        found.append(MapSource.SCORES)
    return tuple(found)


def source_of(evaluation: Evaluation, wanted: MapSource | None) -> MapSource:
    """`wanted` where the evaluation has it, else the best there is. FormatError without any, in one sentence."""
    there = sources(evaluation)
    if not there:
        what = "neither features nor scores of its samples" if evaluation.has_samples else "a bare matrix"
        raise NoRows(f"This run logged {what} on {sanitise(evaluation.split)}; v shows the classes, s another split.")
    return wanted if wanted in there else there[0]


class NoRows(NothingToShow):
    """There is nothing to lay samples out by, in one sentence that says which key helps."""


def cloud_of(run: Run, evaluation: Evaluation, source: MapSource) -> Cloud:
    """The samples by one of `sources`. NotYet in a draw, until they have been read."""
    wait = may_wait() or evaluation.n * _width(evaluation, source) <= AT_ONCE
    key = ("map cloud", weak(run), weak(evaluation), source)
    found = CLOUDS.get(key, lambda: _cloud(run, evaluation, source), wait=wait)
    if found is None:
        note_missing()
        raise NotYet(f"Reading the {source.value} of {count(evaluation.n)} samples …")
    return found


def _width(evaluation: Evaluation, source: MapSource) -> int:
    if source is MapSource.FEATURES:
        none = evaluation.features(np.empty(0, np.int64))
        return int(np.prod(none.shape[1:])) if none is not None else 0
    return len(evaluation.classes)


def values_of(evaluation: Evaluation, source: MapSource, at: Int64) -> Float64:
    """(m, d) what samples are laid out by; NaN where a sample has no values.

    Logits are known up to a constant for each sample: what is taken is the logarithm of the scores about its mean.
    Of scores the best of which alone were logged, the rest of 1 is spread evenly over the other classes.
    More than WIDE numbers are taken in DIRECTIONS random directions, the same ones for every sample.
    """
    width = _width(evaluation, source)
    if width <= WIDE:
        return _whole(evaluation, source, at)
    directions = _directions(width)
    if evaluation.score_kind == "top" and source is not MapSource.FEATURES:
        return _directed_few(evaluation, at, directions)
    step = max(1, _BLOCK // width)
    parts = [_whole(evaluation, source, at[start : start + step]) @ directions for start in range(0, len(at), step)]
    return np.concatenate(parts) if parts else np.empty((0, DIRECTIONS))


def _whole(evaluation: Evaluation, source: MapSource, at: Int64) -> Float64:
    if source is MapSource.FEATURES:
        found = evaluation.features(at)
        return np.asarray(found, dtype=np.float64).reshape(len(at), -1)
    scores = evaluation.scores(at)
    values = np.asarray(scores, dtype=np.float64) if scores is not None else _spread(evaluation, at)
    if source is MapSource.LOGITS:
        logs = np.log(np.maximum(values, _FAINTEST))
        values = np.where(np.isnan(values), np.nan, logs - logs.mean(axis=1, keepdims=True))
    return values


def _kept(evaluation: Evaluation, at: Int64) -> tuple[Int64, Float64, Float64]:
    """(m, k) classes whose scores were logged (-1 none), their scores (0 there), (m,) what each other class gets."""
    classes, values = evaluation.top(at, (evaluation.rank_limit or 1) + 1)
    kept = (classes >= 0) & ~np.isnan(values)
    scores = np.where(kept, values, 0).astype(np.float64)
    others = np.maximum(len(evaluation.classes) - kept.sum(axis=1), 1)
    rest = np.where(kept.any(axis=1), np.clip(1 - scores.sum(axis=1), 0, 1) / others, np.nan)
    return np.where(kept, classes, -1).astype(np.int64), scores, rest


def _spread(evaluation: Evaluation, at: Int64) -> Float64:
    classes, scores, rest = _kept(evaluation, at)
    out = np.repeat(rest[:, None], len(evaluation.classes), axis=1)
    row, column = np.nonzero(classes >= 0)
    out[row, classes[row, column]] = scores[row, column]
    return out


def _directed_few(evaluation: Evaluation, at: Int64, directions: Float32) -> Float64:
    """(m, DIRECTIONS) what `_spread` times the directions comes to, without its zeros and equals."""
    classes, scores, rest = _kept(evaluation, at)
    out: Float64 = rest[:, None] * directions.sum(axis=0, dtype=np.float64)
    for column in range(classes.shape[1]):
        more = np.where(classes[:, column] >= 0, scores[:, column] - rest, 0.0)
        out += more[:, None] * directions[classes[:, column]]
    return out


@lru_cache(maxsize=1)
def _directions(width: int) -> Float32:
    return random_directions(width, DIRECTIONS, SEED)


def _cloud(run: Run, evaluation: Evaluation, source: MapSource) -> Cloud:
    every = np.arange(evaluation.n, dtype=np.int64)
    width = max(_width(evaluation, source), 1)
    drawn = every if evaluation.n <= MOST else stratified(evaluation.true, MOST, SEED)
    fit_rows = values_of(evaluation, source, drawn)
    fine = np.isfinite(fit_rows).all(axis=1)
    drawn, fit_rows = drawn[fine], fit_rows[fine]
    if len(drawn) < 2:
        what = "features" if source is MapSource.FEATURES else "scores"  # Logits are drawn from scores, too.
        raise NoRows(f"Fewer than two samples of {sanitise(evaluation.split)} have {what}.")
    fitted = components(fit_rows, KEPT)
    rows = fitted.of(fit_rows)
    first = np.full((evaluation.n, 2), np.nan)
    first[drawn, : rows[:, :2].shape[1]] = rows[:, :2]
    if len(every) > len(drawn):
        step = max(1, _BLOCK // min(width, WIDE))
        for start in range(0, evaluation.n, step):
            part = fitted.of(values_of(evaluation, source, every[start : start + step]))[:, :2]
            first[start : start + step, : part.shape[1]] = part
    first[np.isfinite(first[:, 0]) & np.isnan(first[:, 1]), 1] = 0.0
    positions = np.flatnonzero(np.isfinite(first).all(axis=1)).astype(np.int64)
    kept = rows.astype(np.float32)
    share = float(fitted.share[:2].sum())
    return Cloud(
        run, evaluation, source, _words(evaluation, source, width), positions, boxed(first[positions] * (1, -1)), share,
        np.searchsorted(positions, drawn), kept, _digest(kept), evaluation.n - len(positions),
    )  # fmt: skip


def _words(evaluation: Evaluation, source: MapSource, width: int) -> str:
    directed = f" in {DIRECTIONS} random directions" if width > WIDE else ""
    if source is MapSource.FEATURES:
        return plural(width, "feature") + directed
    if evaluation.score_kind == "top":
        return f"top {evaluation.rank_limit} of {count(width)} scores{directed}"
    return f"{source.value} of {plural(width, 'class', 'classes')}{directed}"


def _digest(rows: Float32) -> str:
    import hashlib

    found = hashlib.sha256(f"{rows.shape} {SEED}".encode())
    found.update(np.ascontiguousarray(rows).tobytes())
    return found.hexdigest()
