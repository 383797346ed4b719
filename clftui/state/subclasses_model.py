"""The latent subclasses of a class at a layer as values: its samples in order, its parts, what each part is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.intervals import wilson
from clftui.analysis.subclasses import LEAST, MOST_PARTS, part_shares
from clftui.schema import FormatError
from clftui.state import map_tasks
from clftui.state.later import LATER, weak
from clftui.state.map_tasks import ById, Way
from clftui.state.peers import table_of
from clftui.state.sample_ids import id_of, row_of
from clftui.state.sample_list import Nothing
from clftui.state.session import Session
from clftui.state.subclasses_members import (
    SEED,
    About,
    Members,
    Source,
    about,
    members,
    shown_source,
    sources,
    why_none,
)
from clftui.state.subclasses_settings import Arranged, Which
from clftui.state.unready import may_wait, note_missing
from clftui.text import count

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]

TASK = "subclasses"


@dataclass(frozen=True, eq=False)
class Kinds:
    """How alike a layer finds samples, and the ways to part them: see `worker.tasks_subclasses`."""

    members: Members
    r: NDArray[np.int8]
    """(n, n) correlations in 127ths."""
    orders: dict[Arranged, Int64]
    labels: NDArray[np.int8]
    """(n, MOST_PARTS) part of each sample, by the number of parts less one."""
    silhouette: NDArray[np.float32]
    mean: Float64
    """(MOST_PARTS,) mean silhouette; NaN with one part, and where one is too small."""
    chance: float
    suggested: int
    central: NDArray[np.float32]
    """(n, MOST_PARTS) mean correlation of each sample with its part's others."""

    @property
    def n(self) -> int:
        return self.members.n

    @property
    def best(self) -> float:
        """The mean silhouette of the suggested split; NaN of none."""
        return float(self.mean[self.suggested - 1])


class Pending(NamedTuple):
    """The worker is at it."""

    words: str
    way: Way | None


class PartFacts(NamedTuple):
    """One part of the samples."""

    number: int
    """From 1, top to bottom."""
    start: int
    end: int
    """Its places in the order shown."""
    silhouette: float
    right: int
    """Samples whose prediction is their true class."""
    share: float
    low: float
    high: float
    """Share of right ones with its 95 % Wilson interval."""
    other: int
    """The class most often predicted instead (among samples of a predicted class, the true one); -1 without any."""
    others: int
    """How often."""
    faces: Int64
    """Samples (places in the members) that stand for it: the most central one, then those farthest from other parts."""

    @property
    def n(self) -> int:
        return self.end - self.start


@dataclass(frozen=True, eq=False)
class Shown:
    """The samples as they show."""

    kinds: Kinds
    parts: int
    arranged: Arranged
    order: Int64
    """(n,) the member at each place."""
    label: Int64
    """(n,) the part of each member, from 0."""
    facts: tuple[PartFacts, ...]

    @property
    def edges(self) -> tuple[int, ...]:
        """(parts + 1,) where each part begins, and the end."""
        return (0, *(each.end for each in self.facts))

    def part_at(self, place: int) -> PartFacts:
        """The part of a place in the order."""
        return next(each for each in self.facts if place < each.end)

    def correlations(self) -> NDArray[np.int8]:
        """(n, n) in 127ths, as it shows."""
        return self.kinds.r[np.ix_(self.order, self.order)]


class LayerLine(NamedTuple):
    """One layer in the strip of layers."""

    source: Source
    kinds: Kinds | None
    """None while it is being compared, or where the layer has too few samples."""
    agrees: float
    """Adjusted Rand index with the layer before, in as many parts as show (two where one does); NaN unknown."""


def kinds(session: Session, source: Source, subject: About, *, wait: bool = False) -> Kinds | Pending | Nothing:
    """The comparison of a class's samples at a layer."""
    found = members(session, source, subject)
    if isinstance(found, Nothing):
        return found
    parameters = {"seed": SEED, "least": LEAST}
    answer = map_tasks.result(TASK, found.digest, parameters, lambda: {"rows": found.values}, wait=wait)
    if answer is not None:
        return _kinds(found, ById(answer))
    key = map_tasks.key_of(TASK, found.digest, parameters)
    trouble = map_tasks.trouble(key)
    if trouble:
        return Nothing(f"The samples could not be compared: {trouble}.")
    return Pending(f"Comparing {count(found.n)} samples of {subject.words} at {source.name}", map_tasks.way(key))


@lru_cache(maxsize=48)
def _kinds(found: Members, answer: ById) -> Kinds:
    got = answer.arrays
    orders = {Arranged.ALIKE: got["alike"], Arranged.SPECTRAL: got["spectral"]}
    return Kinds(found, got["r"], orders, got["labels"], got["silhouette"], got["mean"], float(got["chance"]),
                 int(got["suggested"]), got["central"])  # fmt: skip


def shown(session: Session, *, wait: bool = False) -> Shown | Pending | Nothing:
    """What the view shows."""
    among = sources(session)
    source, subject = shown_source(session, among), about(session)
    if source is None or subject is None:
        return Nothing(why_none(session))
    found = kinds(session, source, subject, wait=wait)
    if not isinstance(found, Kinds):
        return found
    settings = session.features.subclasses
    parts = min(settings.parts or found.suggested, MOST_PARTS, found.n)
    return arranged(found, parts, settings.order)


def ready(session: Session, *, wait: bool = False) -> Shown | None:
    """The same for a step; None where there is nothing."""
    try:
        found = shown(session, wait=wait)
    except FormatError:
        return None
    return found if isinstance(found, Shown) else None


@lru_cache(maxsize=48)
def arranged(found: Kinds, parts: int, order: Arranged) -> Shown:
    """A comparison in so many parts. The parts keep together in every order, those first that come first in it."""
    given, label = found.orders[order], found.labels[:, parts - 1].astype(np.int64)
    place = np.empty(found.n, dtype=np.int64)
    place[given] = np.arange(found.n)
    middle = np.bincount(label, weights=place, minlength=parts) / np.maximum(np.bincount(label, minlength=parts), 1)
    rank = np.argsort(np.argsort(middle, kind="stable"), kind="stable")
    label = rank[label]
    where = np.lexsort((place, label))
    edges = [0, *np.cumsum(np.bincount(label, minlength=parts)).tolist()]
    facts = tuple(_facts(found, parts, number, where, edges) for number in range(parts))
    return Shown(found, parts, order, where, label, facts)


def _facts(found: Kinds, parts: int, number: int, where: Int64, edges: list[int]) -> PartFacts:
    own = where[edges[number] : edges[number + 1]]
    evaluation, about_ = found.members.evaluation, found.members.about
    at = found.members.positions[own]
    true, predicted = evaluation.true[at], evaluation.predicted[at]
    known = true >= 0
    wrong = known & (true != predicted)
    instead = (true if about_.which is Which.PREDICTED else predicted)[wrong]
    counts = np.bincount(instead[instead >= 0]) if np.any(instead >= 0) else np.empty(0, dtype=np.int64)
    other = int(counts.argmax()) if counts.size else -1
    total, right = int(known.sum()), int((known & ~wrong).sum())
    low, high = wilson(right, total)
    silhouette = float(found.silhouette[own, parts - 1].mean()) if parts > 1 else float("nan")
    return PartFacts(
        number + 1, edges[number], edges[number + 1], silhouette, right, right / total if total else float("nan"),
        float(low), float(high), other, int(counts[other]) if other >= 0 else 0, _faces(found, parts, own),
    )  # fmt: skip


def _faces(found: Kinds, parts: int, own: Int64) -> Int64:
    by_centre = own[np.argsort(-found.central[own, parts - 1], kind="stable")]
    strength = found.silhouette[own, parts - 1] if parts > 1 else found.central[own, parts - 1]
    strongest = own[np.argsort(-strength, kind="stable")]
    return np.concatenate([by_centre[:1], strongest[strongest != by_centre[0]]])[:60]


def cursor(session: Session, found: Shown) -> int:
    """The place of the selected sample; 0 where it is none of these."""
    name, own = session.selection.sample, found.kinds.members
    if name is None:
        return 0
    row = row_of(table_of(own.run, own.evaluation.split), name)
    at = np.flatnonzero(own.evaluation.sample[own.positions[found.order]] == row)
    return int(at[0]) if len(at) else 0


def id_at(found: Shown, member: int) -> str:
    """The id of a member's sample."""
    own = found.kinds.members
    return id_of(table_of(own.run, own.evaluation.split), row_at(found, member))


def row_at(found: Shown, member: int) -> int:
    """The sample table's row of a member."""
    own = found.kinds.members
    return int(own.evaluation.sample[own.positions[member]])


def units(found: Shown) -> Float64 | None:
    """(units,) the share of each unit's variance between the parts; None while it is computed."""
    own, label, parts = found.kinds.members, found.label, found.parts
    key = ("subclass units", weak(found.kinds), parts)
    told = LATER.get(key, lambda: part_shares(own.values, label, parts), wait=may_wait())
    if told is None:
        note_missing()
    return told
