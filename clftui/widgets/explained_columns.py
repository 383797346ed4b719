"""The columns of the table of explained samples: which have room, and how wide they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from clftui.state.explained_settings import Column

GAP = 1
LEFT = 2
"""Cells at the left for the cursor."""
NARROW_BINS, WIDE_BINS = 8, 16
RIGHT = frozenset({"accuracy", "class", "confidence", "area", "similarity"})
"""The columns of numbers."""
TITLES = {"name": "id", "accuracy": "acc.", "class": "class", "confidence": "conf.", "true": "true",
          "predicted": "predicted", "image": "contour", "map": "heat", "area": "area", "colours": "colours",
          "similarity": "alike", "words": "weightiest words"}  # fmt: skip
_LEAST_NAME = 5
BOTH = "predicted, true"
"""The title of the column that holds both classes, one under the other."""
LEAST_BOTH = len("predicted↓")


@dataclass(frozen=True)
class Needs:
    """What the rows on the screen take: widths of their words, lines of a row, and what they have."""

    name: int
    true: int
    predicted: int
    lines: int
    pictures: bool
    of_text: bool
    sort: Column
    constant: bool
    """Whether all rows are of one run, whose accuracy the head tells."""
    several: bool
    """Whether maps of several runs can be compared."""


def columns_of(width: int, needs: Needs) -> dict[str, int]:
    """Name -> width, from left to right. Classes and names get what they need where it fits, at least a fifth."""
    fixed = {"class": 6, "confidence": 6}
    if needs.pictures and not needs.of_text:
        # A cell is twice as high as wide.
        fixed |= {"image": 2 * needs.lines, "map": 2 * needs.lines}
    if not needs.of_text:
        fixed["area"] = 5
    if needs.sort is Column.COLOURS:
        fixed["colours"] = _colours(needs, False)
    if needs.sort is Column.ACCURACY:
        fixed["accuracy"] = 5
    if needs.sort is Column.SIMILARITY and needs.several:
        fixed["similarity"] = 6
    # Where rows have several lines the true class stands under the predicted one.
    classes = {"true": needs.true, "predicted": needs.predicted}
    if needs.lines > 1:
        classes = {"predicted": max(needs.predicted, needs.true + 2, LEAST_BOTH)}
    words = {"name": min(needs.name, 10), **{name: min(size, 16) for name, size in classes.items()}}
    least = 20 if needs.of_text else 0
    while _taken(fixed, words) + least > width and any(size > _LEAST_NAME for size in words.values()):
        widest = max(words, key=lambda name: words[name])
        words[widest] -= 1
    for name, size in _optional(needs):
        if name not in fixed and _taken(fixed, words) + least + size + GAP <= width:
            fixed[name] = size
    if "colours" in fixed and needs.pictures:
        more = _colours(needs, True) - fixed["colours"]
        fixed["colours"] += more if _taken(fixed, words) + more <= width else 0
    wanted = {"name": min(needs.name, 24), **{name: min(size, 26) for name, size in classes.items()}}
    for name in reversed(wanted):
        spare = width - _taken(fixed, words) - (2 * least)
        words[name] += max(0, min(spare, wanted[name] - words[name]))
    if needs.of_text:
        fixed["words"] = max(width - _taken(fixed, words) - GAP, 0)
    found = fixed | words
    return {name: found[name] for name in TITLES if found.get(name)}


def _optional(needs: Needs) -> Sequence[tuple[str, int]]:
    found = [] if needs.of_text else [("colours", _colours(needs, False))]
    alike = [("similarity", 6)] if needs.several and not needs.of_text else []
    overall = [("accuracy", 5)]
    return [*overall, *found, *alike] if not needs.constant else [*found, *alike, *overall]


def _colours(needs: Needs, wide: bool) -> int:
    if not needs.pictures:
        return 7
    return WIDE_BINS if wide else NARROW_BINS


def _taken(*columns: dict[str, int]) -> int:
    return LEFT + sum(sum(each.values()) + GAP * len(each) for each in columns)


def placed(columns: dict[str, int]) -> list[tuple[int, int, str]]:
    """(x, width, name) of each column."""
    found, x = [], LEFT
    for name, width in columns.items():
        found.append((x, width, name))
        x += width + GAP
    return found
