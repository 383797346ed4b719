"""Which classes to make one: what merging a pair, a group of the hierarchy or a block would gain and lose."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.advice import (
    Step,
    confused_pairs_together,
    greedy_path,
    label_entropy,
    merges,
    mutual_information,
)
from clftui.analysis.confusion import Confusion
from clftui.analysis.hierarchy_arrange import path_of
from clftui.analysis.metrics import accuracy
from clftui.state.blocks import blocks
from clftui.state.class_tree import class_words, tree_of
from clftui.state.matrix_model import matrix
from clftui.state.session import Session
from clftui.text import plural, sanitise, shorten

Int64 = NDArray[np.int64]

PAIRS = 30
STEPS = 10
MOST_GROUPS = 400
NAMED = 4
"""Classes that a merge names; of more it counts the rest."""


@dataclass(frozen=True, eq=False)
class Merge:
    """One possible merge."""

    kind: str
    """`cell`, `pair`, `group` or `block`."""
    title: str
    members: Int64
    within: int
    gain: float
    low: float
    high: float
    loss: float
    entropy: float
    per_bit: float


@dataclass(frozen=True, eq=False)
class Advice:
    """What could be merged, best for each bit first, and one merge after another."""

    classes: tuple[str, ...]
    n: int
    accuracy: float
    information: float
    """Bits that the answer tells about the true class."""
    entropy: float
    """Bits of the true classes."""
    merges: tuple[Merge, ...]
    path: tuple[Step, ...]
    names: tuple[str, ...]
    """(K,) what classes are called."""


def advice(session: Session, *, top: int | None = None, wait: bool = True) -> Advice | None:
    """The merges of what shows; None where there is no matrix. FormatError where a file is broken."""
    run, c = session.run, session.confusion()
    if run is None or c is None or not run.classes:
        return None
    names = class_words(session, run.classes)
    wanted = _candidates(session, c, names, wait)
    found = merges(c, [members for _, _, members in wanted])
    listed = [
        Merge(kind, title, members, *_figures)
        for (kind, title, members), *_figures in zip(
            wanted, found.within.tolist(), found.gain.tolist(), found.low.tolist(), found.high.tolist(),
            found.loss.tolist(), found.entropy.tolist(), found.per_bit.tolist(), strict=True,
        )
    ]  # fmt: skip
    # Merges that gain nothing are no advice; the cell that was asked for is told in any case, and first.
    kept = [each for each in listed if each.within or each.kind == "cell"]
    kept.sort(key=lambda each: (each.kind != "cell", -each.per_bit, -each.gain, len(each.members)))
    path = tuple(greedy_path(c, STEPS))
    return Advice(
        run.classes, c.total, accuracy(c), mutual_information(c), label_entropy(c), tuple(kept[:top]), path, names
    )


def _candidates(session: Session, c: Confusion, names: tuple[str, ...], wait: bool) -> list[tuple[str, str, Int64]]:
    """(kind, title, class indices) of what may be merged: each set once, whatever names it."""
    out: list[tuple[str, str, Int64]] = []
    scope, index = session.selection.scope, session.run.class_index if session.run is not None else {}
    if scope.is_cell and scope.true != scope.predicted and {scope.true, scope.predicted} <= set(index):
        pair = np.sort([index[str(scope.true)], index[str(scope.predicted)]])
        out.append(("cell", words(names, pair), pair))
    tree = tree_of(session)
    for node in (tree.groups if tree is not None else ())[:MOST_GROUPS]:
        assert tree is not None
        members = np.sort(tree.classes(node))
        out.append(("group", " › ".join(path_of(tree, node)[-2:]), members))
    shown = matrix(session)
    cut = blocks(session, shown, wait=wait) if shown is not None else None
    for block in range(min(cut.n, MOST_GROUPS) if cut is not None else 0):
        assert cut is not None
        members = np.sort(cut.classes(block))
        out.append(("block", f"block {block + 1}: {words(names, members)}", members))
    out += [("pair", words(names, pair), pair) for pair in confused_pairs_together(c, PAIRS)]
    seen: set[bytes] = set()
    once = []
    for kind, title, members in out:
        told = members.astype(np.int64).tobytes()
        if 1 < len(members) < c.n_classes and told not in seen:
            seen.add(told)
            once.append((kind, title, members))
    return once


def words(names: tuple[str, ...], members: Int64) -> str:
    """`cat = dog = fox`, of many `cat = dog = fox = cow and 8 more`."""
    shown = " = ".join(shorten(sanitise(names[cls]), 30) for cls in members[:NAMED].tolist())
    return shown if len(members) <= NAMED else f"{shown} and {plural(len(members) - NAMED, 'more', 'more')}"


def spec(classes: tuple[str, ...], members: Int64) -> str:
    """As `--what-if` and `--merged` write it."""
    return " = ".join(classes[cls] for cls in members.tolist())
