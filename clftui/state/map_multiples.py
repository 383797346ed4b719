"""The same samples in several runs or epochs: small maps, each turned onto the first so that they compare."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.projection import boxed, components, procrustes, stratified
from clftui.data.evaluation import Evaluation
from clftui.data.run import Run
from clftui.schema import FormatError
from clftui.state.later import Later, weak
from clftui.state.map_cloud import KEPT, SEED, Cloud, NoRows, sources, values_of
from clftui.state.map_colours import Codes, codes_of
from clftui.state.map_layout import Layout, layout_of
from clftui.state.map_model import MapModel, Picture, colour_of, model_of, subject
from clftui.state.map_numbers import Separation, separation, trust
from clftui.state.map_settings import MapSource, Multiples
from clftui.state.peers import aligned
from clftui.state.session import Session, passed
from clftui.state.unready import NotYet, may_wait, note_missing
from clftui.text import sanitise

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]

SMALL = Later(kept=8, wishes=4)
"""Six clouds of at most MOST samples each."""
MOST = 2000
"""Samples of a small map; of more, a stratified, seeded draw."""
MAPS = 6


@dataclass(frozen=True, eq=False)
class SmallMap:
    """One of several maps."""

    title: str
    run: Run
    cloud: Cloud
    """The samples that all maps have, in the same order in each."""


@dataclass(frozen=True, eq=False)
class SmallPicture:
    """A small map as it shows now."""

    of: SmallMap
    model: MapModel
    """As if it were the only one, its points those of the first map's samples."""
    left: float
    """What Procrustes could not lay onto the first map, 0 to 1; 0 of the first one."""
    numbers: Separation | None
    trusted: float | None


@dataclass(frozen=True, eq=False)
class SmallModel:
    """All of them."""

    first: int
    """The one that the others are laid onto: the focused run, the epoch that shows."""
    pictures: tuple[SmallPicture, ...]
    source: MapSource
    n: int
    """Samples in each."""
    whole: int


def small_model(session: Session, *, wait: bool = False) -> SmallModel:
    """Up to six maps of the same samples. FormatError, in one sentence, where they cannot be had."""
    run, evaluation = subject(session)
    parts = _parts(session, run, evaluation)
    source = _common(parts, session.map.source)
    key = ("small maps", weak(*(each[1] for each in parts)), weak(*(each[2] for each in parts)), source)
    first = next((at for at, each in enumerate(parts) if each[2] is evaluation), 0)
    maps = SMALL.get(key, lambda: _maps(parts, first, source), wait=may_wait())
    if maps is None:
        note_missing()
        raise NotYet(f"Reading {len(parts)} maps of the same samples …")
    layouts = [layout_of(each.cloud, session.map.method, wait=wait) for each in maps]
    base = maps[first].cloud
    by = colour_of(session, base)
    mask = passed(run, evaluation, session.bound_filters)
    shown = _Shown(np.arange(base.n) if mask is None else np.flatnonzero(mask[base.positions]))
    focus, pictures = run.class_index.get(session.selection.true or "", -1), []
    for each, layout in zip(maps, layouts, strict=True):
        picture, left = _turned(layouts[first], layout, codes_of(session, each.cloud, by), base, shown)
        model = model_of(session, base, picture, focus)
        numbers, trusted = separation(each.cloud, wait=wait), trust(each.cloud, layout, wait=wait)
        pictures.append(SmallPicture(each, model, left, numbers, trusted))
    return SmallModel(first, tuple(pictures), source, base.n, evaluation.n)


_Part = tuple[str, Run, Evaluation]
"""Title, run, evaluation."""


def _parts(session: Session, run: Run, evaluation: Evaluation) -> list[_Part]:
    if session.map.multiples is Multiples.EPOCHS:
        return _epochs(session, run, evaluation)
    letters = [each for _, each in session.lettered]
    found: list[_Part] = []
    for each in dict.fromkeys([run, *letters, *session.catalog.runs]):
        try:
            other = session.evaluation(each)
            if other is not None and sources(other):
                found.append((sanitise(each.name), each, other))
        except FormatError:  # A broken run is told where it shows.
            continue
    # Those on the screen in the order of the letters; the focused run is among them wherever it stands.
    kept = found[:MAPS]
    order = {each: at for at, each in enumerate(dict.fromkeys([*letters, *session.catalog.runs]))}
    return sorted(kept, key=lambda part: order.get(part[1], len(order)))


def _epochs(session: Session, run: Run, evaluation: Evaluation) -> list[_Part]:
    span, every = session.selection.span, run.epochs(evaluation.split)
    epochs = [each for each in every if span is None or span[0] <= each <= span[1] or each == evaluation.epoch]
    found: list[_Part] = []
    for epoch in spread(epochs, MAPS, evaluation.epoch):
        other = evaluation if epoch == evaluation.epoch else run.evaluation(evaluation.split, epoch)
        if other is not None and sources(other):
            found.append((f"epoch {epoch}", run, other))
    return found


def spread(epochs: list[int], most: int, keep: int) -> list[int]:
    """At most `most` epochs, the first and the last among them, evenly between, and `keep` in place of its nearest."""
    if len(epochs) <= most:
        return epochs
    chosen = [epochs[round(at * (len(epochs) - 1) / (most - 1))] for at in range(most)]
    if keep in epochs and keep not in chosen:
        inner = range(1, most - 1)
        chosen[min(inner, key=lambda at: abs(chosen[at] - keep))] = keep
    return sorted(chosen)


def _common(parts: list[_Part], wanted: MapSource | None) -> MapSource:
    if not parts:
        raise NoRows("No run here logged features or scores on this split; v shows the classes.")
    there = [source for source in sources(parts[0][2]) if all(source in sources(each[2]) for each in parts)]
    if not there:
        raise NoRows("These runs logged nothing in common to lay samples out by; m shows one map.")
    return wanted if wanted in there else there[0]


def _maps(parts: list[_Part], first: int, source: MapSource) -> tuple[SmallMap, ...]:
    """The samples that all of them have."""
    _, run, evaluation = parts[first]
    at = [aligned(each, other, run, evaluation) for _, each, other in parts]
    shared = np.flatnonzero(np.all([each >= 0 for each in at], axis=0))
    for places, (_, _, other) in zip(at, parts, strict=True):
        shared = shared[_has_values(other, source, places[shared])]
    if len(shared) < 2:
        raise NoRows("These runs share no samples; m shows one map.")
    drawn = shared[stratified(evaluation.true[shared], MOST, SEED)]
    return tuple(
        SmallMap(title, each, _cloud(each, other, source, places[drawn]))
        for places, (title, each, other) in zip(at, parts, strict=True)
    )


def _has_values(evaluation: Evaluation, source: MapSource, at: Int64) -> NDArray[np.bool_]:
    if evaluation.score_kind == "none" or source is MapSource.FEATURES:
        return np.ones(len(at), dtype=np.bool_)
    return np.asarray(np.isfinite(evaluation.confidence(at)), dtype=np.bool_)


def _cloud(run: Run, evaluation: Evaluation, source: MapSource, positions: Int64) -> Cloud:
    import hashlib

    values = np.nan_to_num(values_of(evaluation, source, positions))
    fitted = components(values, KEPT)
    rows = fitted.of(values).astype(np.float32)
    flat = np.zeros((len(rows), 2))
    flat[:, : min(rows.shape[1], 2)] = rows[:, :2]
    digest = hashlib.sha256(f"small {rows.shape}".encode() + np.ascontiguousarray(rows).tobytes()).hexdigest()
    every = np.arange(len(positions), dtype=np.int64)
    words = f"{values.shape[1]} {source.value}" if source is MapSource.FEATURES else source.value
    share = float(fitted.share[:2].sum())
    return Cloud(run, evaluation, source, words, positions, boxed(flat * (1, -1)), share, every, rows, digest, 0)


class _Shown:
    """Which samples pass the filters, as a key by content."""

    def __init__(self, at: Int64) -> None:
        self.at, self._bytes = at, at.tobytes()

    def __hash__(self) -> int:
        return hash(self._bytes)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Shown) and other._bytes == self._bytes


@lru_cache(maxsize=24)
def _turned(first: Layout, layout: Layout, coded: Codes, base: Cloud, shown: _Shown) -> tuple[Picture, float]:
    """A layout laid onto the first one, and what is left over."""
    whole, left, at = layout, 0.0, shown.at
    if layout is not first:
        places, left = procrustes(first.places, layout.places)
        whole = replace(layout, places=boxed(places))
    return Picture(whole, whole.places[at], coded.codes[at], base.positions[at], coded, coded.ordered), left
