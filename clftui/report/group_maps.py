"""Groups of classes as label maps for training with a hierarchy: class index -> group index, level by level."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.advice import merged_map
from clftui.analysis.level_maps import Level, level_maps
from clftui.report.render import json_safe
from clftui.schema import FormatError
from clftui.state.class_tree import tree_of
from clftui.state.session import Session
from clftui.text import sanitise

Int64 = NDArray[np.int64]
FORMATS = ("json", "csv")
MERGED = "merged"


def maps_of(
    session: Session, merged: Sequence[Sequence[str]] = ()
) -> tuple[tuple[str, ...], list[Level], Level | None]:
    """The classes, the hierarchy's levels (the classes alone without one), and the map of merged classes, if any.

    FormatError where there are neither groups nor merged classes.
    """
    run = session.run
    classes = session.classes
    if run is None or not classes:
        raise FormatError("", "", "There is no run with classes", "name a run")
    tree = tree_of(session)
    if (tree is None or not tree.groups) and not merged:
        remedy = "give one with --hierarchy, build one in the Matrix (G), or name classes to merge with --merged"
        raise FormatError(run.path, "hierarchy", "is missing", remedy)
    levels = list(level_maps(tree)) if tree is not None else []
    if not levels or len(levels[-1].names) < len(classes):
        levels.append(Level(classes, np.arange(len(classes), dtype=np.int64)))
    # The last level are the classes by their own numbers, so that it is the label itself.
    levels[-1] = Level(classes, np.arange(len(classes), dtype=np.int64))
    return classes, levels, _merged(classes, merged) if merged else None


def _merged(classes: tuple[str, ...], merged: Sequence[Sequence[str]]) -> Level:
    index = {name: at for at, name in enumerate(classes)}
    number = merged_map(len(classes), [[index[name] for name in names] for names in merged])
    together: list[list[str]] = [[] for _ in range(int(number.max(initial=-1)) + 1)]
    for name, at in zip(classes, number.tolist(), strict=True):
        together[at].append(name)
    return Level(tuple(" = ".join(names) for names in together), number)


def as_json(session: Session, merged: Sequence[Sequence[str]] = ()) -> str:
    """`{"classes", "levels": [{"groups": [names], "label": [group of each class]}], "merged": {"groups", "label"}}`."""
    classes, levels, joined = maps_of(session, merged)
    out: dict[str, Any] = {"classes": list(classes), "levels": [_level(each) for each in levels]}
    if joined is not None:
        out[MERGED] = _level(joined)
    return json_safe(json.dumps(out, ensure_ascii=False, indent=1)) + "\n"


def _level(level: Level) -> dict[str, Any]:
    return {"groups": list(level.names), "label": level.group.tolist()}


def as_csv(session: Session, merged: Sequence[Sequence[str]] = ()) -> str:
    """A row a class: its index and name, then for each level the group's index and name, then the merged class's."""
    classes, levels, joined = maps_of(session, merged)
    columns = [(f"level_{number}", level) for number, level in enumerate(levels[:-1], 1)]
    columns += [(MERGED, joined)] if joined is not None else []
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["index", "class", *(head for name, _ in columns for head in (name, f"{name}_name"))])
    for at, name in enumerate(classes):
        cells = [each for _, level in columns for each in (int(level.group[at]), level.names[int(level.group[at])])]
        writer.writerow([at, name, *cells])
    return out.getvalue()


def counted(session: Session, merged: Sequence[Sequence[str]] = ()) -> str:
    """`10 classes in 3, 6, 10 groups`"""
    classes, levels, joined = maps_of(session, merged)
    sizes = ", ".join(str(len(level.names)) for level in levels)
    more = f", merged to {len(joined.names)}" if joined is not None else ""
    return sanitise(f"{len(classes)} classes in {sizes} groups{more}")
