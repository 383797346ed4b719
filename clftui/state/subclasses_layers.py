"""The same samples at successive layers, and the classes that fall into parts."""

from __future__ import annotations

from collections import OrderedDict
from typing import NamedTuple

import numpy as np

from clftui.analysis.subclasses import MOST_PARTS, adjusted_rand
from clftui.schema import FormatError
from clftui.state.class_order import matrix_order
from clftui.state.later import weak
from clftui.state.sample_list import Nothing
from clftui.state.session import Session
from clftui.state.subclasses_members import Source, about, shown_source, sources
from clftui.state.subclasses_model import Kinds, LayerLine, Pending, Shown, kinds
from clftui.state.subclasses_settings import Which
from clftui.state.unready import NotYet

MOST_LAYERS = 8
"""Layers that are compared with each other: those around the one that shows."""
LOOKED_AT = 64
"""Classes that are looked through for parts without being asked for."""


class ClassLine(NamedTuple):
    """What is known of one class at the layer that shows."""

    name: str
    suggested: int
    silhouette: float
    """Of the suggested split; NaN of none."""


_known: OrderedDict[tuple[object, ...], dict[str, ClassLine | None]] = OrderedDict()
"""By evaluation, layer, filters and whose samples: what is known of each class, None where it has too few samples."""
KEPT = 16


def near(among: tuple[Source, ...], shown: Source) -> tuple[Source, ...]:
    """At most MOST_LAYERS of the layers, around the one that shows."""
    at = next((number for number, each in enumerate(among) if each.name == shown.name), 0)
    start = max(0, min(at - MOST_LAYERS // 2, len(among) - MOST_LAYERS))
    return among[start : start + MOST_LAYERS]


def layer_lines(session: Session, found: Shown, *, wait: bool = False) -> tuple[LayerLine, ...]:
    """The layers in their order, each with how far its parts agree with those of the layer before."""
    own = found.kinds.members
    lines: list[LayerLine] = []
    for source in near(sources(session), own.source):
        got: Kinds | None = found.kinds if source.name == own.source.name else None
        if got is None:
            try:
                other = kinds(session, source, own.about, wait=wait)
            except NotYet:
                other = None
            got = other if isinstance(other, Kinds) else None
        before = lines[-1].kinds if lines else None
        lines.append(LayerLine(source, got, agreement(before, got, compared(found))))
    return tuple(lines)


def compared(found: Shown) -> int:
    """In how many parts layers are compared: as many as show, two where one does."""
    return max(found.parts, 2)


def agreement(one: Kinds | None, other: Kinds | None, parts: int) -> float:
    """The adjusted Rand index of two layers' splits into so many parts, over the samples both have; NaN unknown."""
    if one is None or other is None or parts < 2 or parts > min(one.n, other.n, MOST_PARTS):
        return float("nan")
    _, mine, theirs = np.intersect1d(
        one.members.positions, other.members.positions, assume_unique=True, return_indices=True
    )
    return adjusted_rand(one.labels[mine, parts - 1], other.labels[theirs, parts - 1])


def pending(lines: tuple[LayerLine, ...]) -> int:
    """Layers that are still being compared."""
    return sum(each.kinds is None for each in lines)


def class_names(session: Session) -> tuple[str, ...]:
    """The classes in the order of the matrix."""
    confusion = session.confusion()
    if confusion is None:
        return session.classes
    return tuple(session.classes[at] for at in matrix_order(session, session.classes, confusion).tolist())


def look_through(session: Session, *, most: int = LOOKED_AT, wait: bool = False) -> bool:
    """Learn of the next class that nothing is known of; True while there is one. Of a cell nothing is learnt."""
    source = shown_source(session, sources(session))
    if source is None or session.features.subclasses.which is Which.CELL:
        return False
    known = _known_of(session, source)
    for name in class_names(session)[:most]:
        if name not in known:
            subject = about(session, name)
            assert subject is not None
            try:
                found = kinds(session, source, subject, wait=wait)
            except NotYet:
                return True
            except FormatError:
                found = Nothing("")
            if isinstance(found, Pending):
                return True
            learn(session, source, name, found)
    return False


def learn(session: Session, source: Source, name: str, found: Kinds | Nothing) -> None:
    """Remember what is known of a class."""
    line = ClassLine(name, found.suggested, found.best) if isinstance(found, Kinds) else None
    _known_of(session, source)[name] = line


def _known_of(session: Session, source: Source) -> dict[str, ClassLine | None]:
    of = weak(source.file) if source.file is not None else ()
    evaluation = session.evaluation()
    assert evaluation is not None
    key = (weak(evaluation), of, session.features.subclasses.which, session.bound_filters)
    known = _known.setdefault(key, {})
    _known.move_to_end(key)
    while len(_known) > KEPT:
        _known.popitem(last=False)
    return known


def ranked(session: Session) -> tuple[tuple[ClassLine, ...], int]:
    """The classes known to fall into parts, clearest first, and of how many classes something is known."""
    source = shown_source(session, sources(session))
    if source is None or session.features.subclasses.which is Which.CELL or session.evaluation() is None:
        return (), 0
    known = _known_of(session, source)
    parted = [line for line in known.values() if line is not None and line.suggested > 1]
    return tuple(sorted(parted, key=lambda line: -line.silhouette)), len(known)
