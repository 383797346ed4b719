"""Steps of the sensitivity variant of Features: classes and groups by changes, then the sets of what is right where."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from clftui.schema import FormatError
from clftui.state.features_steps import Steps
from clftui.state.filter_values import InGroup, Named
from clftui.state.group_settings import GROUP_METRICS
from clftui.state.moves import cycle, drill_to_samples, say, select
from clftui.state.sample_list import Nothing
from clftui.state.selection import Part, Scope
from clftui.state.sensitivity import ALL, Sensitivity, metric_of, sensitivity
from clftui.state.session import Session
from clftui.state.split_clause import written
from clftui.text import plural, sanitise

NOT_MATCHED = "holds other samples: nothing says which of them is which."


class SetLine(NamedTuple):
    """Samples that are right in some splits and wrong in others."""

    words: str
    right: tuple[str, ...]
    """Splits."""
    wrong: tuple[str, ...]
    n: int


@dataclass(frozen=True)
class Shown:
    """What the variant shows; `sentence` says why there is nothing, or that it is being worked out."""

    found: Sensitivity | None = None
    nodes: tuple[int, ...] = ()
    cursor: int = 0
    column: int = 0
    sets: tuple[SetLine, ...] = ()
    """Of the node under the cursor: right in all, in none, unchanged alone, then every other pattern."""
    line: int = 0
    samples: int = 0
    """That the sets part."""
    sentence: str = ""

    @property
    def node(self) -> int:
        return self.nodes[self.cursor]

    @property
    def in_sets(self) -> bool:
        """Whether the cursor is in the list of sets."""
        return self.found is not None and self.column >= len(self.found.changes)


def shown(session: Session, *, wait: bool = False) -> Shown:
    """What shows, the cursor inside it. FormatError where a file is broken."""
    found = sensitivity(session, wait=wait)
    if found is None:
        return Shown(sentence="Counting what the changes cost …")
    if isinstance(found, Nothing):
        return Shown(sentence=found.sentence)
    settings = session.features.sensitivity
    nodes = found.nodes(settings.worst_first, settings.level)
    cursor = min(max(settings.cursor, 0), len(nodes) - 1)
    sets = found.sets(nodes[cursor])
    lines = tuple(_lines(found, nodes[cursor]))
    last = len(found.changes) if lines else len(found.changes) - 1
    return Shown(found, nodes, cursor, min(max(settings.column, 0), last), lines,
                 min(max(settings.line, 0), max(len(lines) - 1, 0)), sets.n)  # fmt: skip


def siblings(now: Shown) -> tuple[int, tuple[int, ...]]:
    """The group under the cursor, or the one that its class is of, and the nodes that it holds: most lost first."""
    found = now.found
    assert found is not None
    node = now.node if found.kind_of(now.node) != "class" else found.tree.nodes[now.node].parent
    change = found.change[:, min(now.column, len(found.changes) - 1)]
    below = found.tree.nodes[node].children
    return node, tuple(sorted(below, key=lambda each: (bool(np.isnan(change[each])), float(change[each]))))


def _lines(found: Sensitivity, node: int) -> list[SetLine]:
    sets, changed = found.sets(node), tuple(each.split for each in found.matched)
    if not sets.n or not changed:
        return []
    every = (found.base, *changed)
    return [
        SetLine("right in all", every, (), sets.every),
        SetLine("right in none", (), every, sets.none),
        SetLine("right unchanged alone", (found.base,), changed, sets.only_original),
        *(
            SetLine("", good, bad, number)
            for good, bad, number in sets.patterns
            if good and bad and good != (found.base,)
        ),
    ]


def _shown(session: Session) -> Shown:
    try:
        return shown(session)
    except FormatError as error:
        return Shown(sentence=str(error))


def is_measured(session: Session) -> bool:
    """Whether anything shows, or is on its way."""
    try:
        return not isinstance(sensitivity(session), Nothing)
    except FormatError:
        return False


def _set(session: Session, **changes: object) -> Session:
    features = session.features
    settings = replace(features.sensitivity, **changes)  # type: ignore[arg-type]
    return replace(session, features=replace(features, sensitivity=settings))


def point(session: Session, cursor: int, column: int | None = None, line: int | None = None) -> Session:
    """The cursor on a line, and on a change or a set."""
    now = _shown(session)
    if now.found is None:
        return session
    cursor = min(max(cursor, 0), len(now.nodes) - 1)
    session = _set(session, cursor=cursor, column=now.column if column is None else column,
                   line=now.line if line is None else line)  # fmt: skip
    node = now.nodes[cursor]
    index = now.found.tree.nodes[node].class_index
    return select(session, true=now.found.classes[index]) if index >= 0 else session


def _move(session: Session, rows: int, columns: int, page: tuple[int, int]) -> Session:
    now = _shown(session)
    if now.found is None:
        return session
    last = len(now.found.changes) if now.sets else len(now.found.changes) - 1
    column = min(max(now.column + columns, 0), last)
    if now.in_sets:
        return _set(session, column=column, line=min(max(now.line + rows, 0), max(len(now.sets) - 1, 0)))
    return point(session, now.cursor + rows, column)


def next_metric(session: Session) -> Session:
    """Recall, precision or F1."""
    metric = cycle(metric_of(session), among=GROUP_METRICS)
    words = f"What changes cost in {metric.label}; all classes together: accuracy."
    return say(replace(session, ranking=replace(session.ranking, metric=metric)), words)


def next_order(session: Session) -> Session:
    """Groups and classes as the hierarchy has them, or what loses most first among its siblings."""
    worst = not session.features.sensitivity.worst_first
    return say(_set(session, worst_first=worst, cursor=0), "Most lost first." if worst else "As in the hierarchy.")


def next_lost(session: Session) -> Session:
    """The greatest loss beyond chance of a group or class, then the next one."""
    now = _shown(session)
    if now.found is None:
        return session
    lost = [
        (float(now.found.change[node, at]), line, at)
        for line, node in enumerate(now.nodes)
        for at in range(len(now.found.changes))
        if node != ALL and now.found.significant(node, at) and now.found.change[node, at] < 0
    ]
    if not lost:
        return say(session, "Nothing is lost beyond chance.")
    places = [(line, at) for _, line, at in sorted(lost)]
    here = (now.cursor, now.column)
    number = (places.index(here) + 1) % len(places) if here in places else 0
    words = f"{number + 1} of {plural(len(places), 'loss', 'losses')} beyond chance."
    return say(point(session, *places[number]), words)


def step_level(session: Session, by: int) -> Session:
    """Fewer or more levels of the hierarchy."""
    now = _shown(session)
    if now.found is None or not now.found.tree.groups:
        return say(session, "There is no class hierarchy to fold by.")
    deepest = max(node.depth for node in now.found.tree.nodes)
    level = min(max(((now.found and session.features.sensitivity.level) or deepest) + by, 1), deepest)
    words = "Down to the classes." if level == deepest else f"Groups down to level {level}."
    return say(_set(session, level=0 if level == deepest else level, cursor=0), words)


def _drill(session: Session) -> Session:
    now = _shown(session)
    if now.found is None:
        return session
    if now.in_sets:
        chosen = now.sets[now.line]
        words = chosen.words or pattern_words(now.found, chosen)
        return _to_samples(session, now.found, now.node, words, chosen.right, chosen.wrong)
    change = now.found.changes[now.column]
    if not change.paired:
        return say(session, f"{sanitise(change.split)} {NOT_MATCHED}")
    base = now.found.base
    # Samples are right by their class, a group by any answer inside it.
    right = "right class" if now.found.kind_of(now.node) == "group" else "right"
    words = f"{right}, but not under {sanitise(change.name)}"
    return _to_samples(session, now.found, now.node, words, (base,), (change.split,))


def pattern_words(found: Sensitivity, line: SetLine) -> str:
    """`right: unchanged, blur2; wrong: rotate90`"""
    names = {found.base: "unchanged", **{each.split: each.name for each in found.changes}}
    sides = ((line.right, "right"), (line.wrong, "wrong"))
    return "; ".join(f"{how}: {', '.join(names[each] for each in splits)}" for splits, how in sides if splits)


def _to_samples(
    session: Session, found: Sensitivity, node: int, words: str, right: tuple[str, ...], wrong: tuple[str, ...]
) -> Session:
    """The samples of a node that are right in some splits and wrong in others, as the base has them."""
    text = " and ".join([*(written("right", each) for each in right), *(written("wrong", each) for each in wrong)])
    kind, members = found.kind_of(node), found.members(node)
    deeper = drill_to_samples(session, Scope(true=members[0] if kind == "class" else None, part=Part.ALL))
    inside = (InGroup(found.name_of(node), frozenset(members)),) if kind == "group" else ()
    kept = tuple(each for each in deeper.filters if getattr(each, "versus", None) is None)
    deeper = select(replace(deeper, filters=(*kept, *inside, Named(words, text))), split=found.base)
    return say(deeper, f"{plural(len(right) + len(wrong), 'split')} compared; backspace goes back.")


STEPS = Steps(_move, _drill, lambda session: "samples", "what changing the pictures costs, by class and group")
