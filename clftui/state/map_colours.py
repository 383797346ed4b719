"""What the colour of a point tells: a code for each sample or class, with names and letters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from string import ascii_lowercase

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.hierarchy import Hierarchy
from clftui.data.catalog import Catalog
from clftui.data.evaluation import Evaluation
from clftui.state.class_tree import class_words, tree_of
from clftui.state.map_cloud import Cloud
from clftui.state.map_settings import MapColour
from clftui.state.peers import table_of
from clftui.state.sample_ids import class_tags
from clftui.state.sample_tags import TAGS, TagsNow, tag_codes, tags_now
from clftui.state.sample_votes import can_vote, crowd_of, votes
from clftui.state.scores_columns import ready_summary
from clftui.state.session import Session
from clftui.text import sanitise, text_width

Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]

HUES = 10
"""Classes that can be told by hue at a time; further ones are grey."""
LOSS_STEPS = (0.05, 0.2, 0.7, 2.0)
"""Nats; 0.7 is about a true score of one half."""
SHARE_STEPS = (0.0, 0.25, 0.5, 0.9999)
"""Of the runs that are wrong."""


@dataclass(frozen=True, eq=False)
class Codes:
    """What each sample of a cloud is coloured by; the same object until that changes."""

    by: MapColour
    codes: Int64
    """(n,) by the cloud's positions; -1 unknown, or nothing to tell."""
    names: tuple[str, ...]
    ordered: bool = False
    """Whether a higher code is more trouble, and so wins a cell; else the commonest does."""


@dataclass(frozen=True)
class Key:
    """How the codes show: which of them have a hue, and their letters."""

    letters: tuple[str, ...]
    """Unique among those that have one; empty without."""
    hues: tuple[int, ...]
    """A number of a class hue or, of ordered codes, a step 0 to 4; -1 grey."""


def colours(session: Session, cloud: Cloud) -> tuple[MapColour, ...]:
    """What the samples can be coloured by."""
    found = [MapColour.TRUE, MapColour.PREDICTED]
    if grouping(session) is not None:
        found.append(MapColour.GROUP)
    found.append(MapColour.RIGHT)
    if can_vote(cloud.run, cloud.evaluation, crowd_of(session)):
        found.append(MapColour.AGREEMENT)
    found.append(MapColour.TAG)
    if cloud.evaluation.score_kind != "none" or cloud.evaluation.loss(np.empty(0, np.int64)) is not None:
        found.append(MapColour.LOSS)
    return tuple(found)


def codes_of(session: Session, cloud: Cloud, by: MapColour) -> Codes:
    """What the samples are coloured by. NotYet in a draw, until what it takes has been read."""
    at, e = cloud.positions, cloud.evaluation
    if by is MapColour.GROUP and (groups := grouping(session)) is not None:
        return _grouped(cloud, groups)
    if by is MapColour.AGREEMENT:
        cast = votes(cloud.run, e, crowd_of(session))
        return _shares(cloud, _ByIdentity(cast.answered), _ByIdentity(cast.wrong))
    if by is MapColour.TAG:
        return _tagged(session.catalog, cloud, tags_now(session.catalog))
    if by is MapColour.LOSS:
        if e.loss(at[:0]) is None:
            ready_summary(e)
        return _losses(cloud)
    return _plain(cloud, by, names_of(session, e))


def names_of(session: Session, evaluation: Evaluation) -> tuple[str, ...]:
    """(K,) what the classes are called on the screen."""
    return _clean(class_words(session, evaluation.classes))


@lru_cache(maxsize=8)
def _clean(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sanitise(name) for name in names)


@lru_cache(maxsize=16)
def _plain(cloud: Cloud, by: MapColour, names: tuple[str, ...]) -> Codes:
    at, e = cloud.positions, cloud.evaluation
    if by is MapColour.PREDICTED:
        return Codes(by, e.predicted[at].astype(np.int64), names)
    if by is MapColour.RIGHT:
        wrong = np.where(e.true[at] >= 0, (e.true[at] != e.predicted[at]).astype(np.int64), -1)
        return Codes(by, wrong, ("right", "wrong"), ordered=True)
    return Codes(MapColour.TRUE, e.true[at].astype(np.int64), names)


@dataclass(frozen=True, eq=False)
class Grouping:
    """The groups that classes are coloured by."""

    of: Int64
    """(K,) the number of each class's group; -1 in none."""
    names: tuple[str, ...]


def grouping(session: Session) -> Grouping | None:
    """The outermost groups of the hierarchy that part the classes; None without a hierarchy."""
    tree = tree_of(session)
    return _grouping(tree) if tree is not None and tree.groups else None


@lru_cache(maxsize=8)
def _grouping(tree: Hierarchy) -> Grouping:
    at = 0
    # A root that holds one group alone parts nothing.
    while len(tree.nodes[at].children) == 1 and tree.nodes[tree.nodes[at].children[0]].class_index < 0:
        at = tree.nodes[at].children[0]
    groups = [child for child in tree.nodes[at].children if tree.nodes[child].class_index < 0]
    of = np.full(len(tree.order), -1, dtype=np.int64)
    for number, node in enumerate(groups):
        of[tree.classes(node)] = number
    return Grouping(of, tuple(sanitise(tree.nodes[node].name) for node in groups))


@lru_cache(maxsize=8)
def _grouped(cloud: Cloud, groups: Grouping) -> Codes:
    table = np.r_[groups.of, -1]
    return Codes(MapColour.GROUP, table[cloud.evaluation.true[cloud.positions]], groups.names)


class _ByIdentity:
    """An array as a key."""

    def __init__(self, array: NDArray[np.uint16]) -> None:
        self.array = array

    def __hash__(self) -> int:
        return id(self.array)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByIdentity) and other.array is self.array


@lru_cache(maxsize=8)
def _shares(cloud: Cloud, answered: _ByIdentity, wrong: _ByIdentity) -> Codes:
    all_, bad = answered.array[cloud.positions], wrong.array[cloud.positions]
    share = np.divide(bad, all_, out=np.full(len(bad), np.nan), where=all_ > 0)
    names = ("all runs right", "up to a quarter wrong", "up to half wrong", "most runs wrong", "all runs wrong")
    labelled = cloud.evaluation.true[cloud.positions] >= 0
    return Codes(MapColour.AGREEMENT, np.where(labelled, _steps(share, SHARE_STEPS), -1), names, ordered=True)


@lru_cache(maxsize=8)
def _tagged(catalog: Catalog, cloud: Cloud, tags: TagsNow) -> Codes:
    found = tag_codes(catalog, cloud.evaluation, table_of(cloud.run, cloud.evaluation.split))[cloud.positions]
    return Codes(MapColour.TAG, found.astype(np.int64) - 1, tuple(tag.value for tag in TAGS))


@lru_cache(maxsize=8)
def _losses(cloud: Cloud) -> Codes:
    at, e = cloud.positions, cloud.evaluation
    logged = e.loss(at)
    with np.errstate(divide="ignore"):
        loss = np.asarray(logged, dtype=np.float64) if logged is not None else -np.log(e.true_score()[at])
    bounds = [f"{step:g}" for step in LOSS_STEPS]
    names = (f"loss to {bounds[0]}", *(f"to {bound}" for bound in bounds[1:]), f"above {bounds[-1]}")
    return Codes(MapColour.LOSS, _steps(loss, LOSS_STEPS), names, ordered=True)


def _steps(values: Float64, bounds: tuple[float, ...]) -> Int64:
    """The step 0 to 4 of each value, its upper bound included; -1 undefined."""
    found = np.searchsorted(np.asarray(bounds), np.nan_to_num(values, nan=0.0), side="left")
    return np.where(np.isnan(values), -1, found).astype(np.int64)


def key_of(codes: Codes, shown: tuple[int, ...]) -> Key:
    """Hues and letters for the codes on the screen: `shown` are those that matter most, first ones first."""
    return _key(codes.by, codes.names, codes.ordered, shown)


@lru_cache(maxsize=64)
def _key(by: MapColour, names: tuple[str, ...], ordered: bool, shown: tuple[int, ...]) -> Key:
    if by is MapColour.TAG:
        return Key(tuple(tag.letter for tag in TAGS), tuple(range(len(names))))
    if by is MapColour.RIGHT:
        return Key((".", "x"), (0, 4))
    if ordered:
        return Key(tuple("01234"), tuple(range(5)))
    hues = [-1] * len(names)
    for place, code in enumerate(range(len(names)) if len(names) <= HUES else shown[:HUES]):
        hues[code] = place
    return Key(_letters(names, shown), tuple(hues))


def _letters(names: tuple[str, ...], shown: tuple[int, ...]) -> tuple[str, ...]:
    """The letters that classes have in all views; of many with long names, only those on the screen have one."""
    tags = class_tags(names)
    if len(set(tags)) == len(tags) and all(text_width(tag) == 1 for tag in tags):
        return tags
    letters = [""] * len(names)
    # Names with few letters choose first.
    for code in sorted(shown, key=lambda each: len(_own(names[each]))):
        letters[code] = next((char for char in (*_own(names[code]), *ascii_lowercase) if char not in letters), "")
    return tuple(letters)


def _own(name: str) -> list[str]:
    return [char for char in name.casefold() if char in ascii_lowercase]
