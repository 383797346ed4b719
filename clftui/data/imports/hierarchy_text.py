"""The lines of a hierarchy's text file: which column is the class, which its parent, or whether it is paths."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from clftui.analysis.taxonomy import PATH_MARKS, Edge

WORDS_FILE = "words.txt"
"""Beside WordNet's pairs: a code, a tab, its synonyms."""

_CHILD = frozenset({"class", "child", "name", "node", "label", "leaf", "category", "fine", "subclass", "target", "id"})
_PARENT = frozenset({"parent", "group", "superclass", "supercategory", "coarse", "source", "path"})
_CODE = re.compile(r"[nvar]\d{8}")


@dataclass(frozen=True)
class Lines:
    """Either `edges` (parent, child), or `paths` (class, its groups from the top down)."""

    edges: tuple[Edge, ...] = ()
    paths: tuple[tuple[str, tuple[str, ...]], ...] = ()
    assumed: str = ""
    """One sentence where the columns did not say which is which."""


def read_lines(text: str) -> Lines:
    """The lines of a table with two columns, of pairs, or of one path each. ValueError for anything else."""
    rows = _rows(text)
    widths = {len(row) for row in rows}
    if widths == {1}:
        return Lines(paths=_whole_paths([row[0] for row in rows]))
    if min(widths) < 2:
        at = next(number for number, row in enumerate(rows, 1) if len(row) < 2)
        raise ValueError(f"row {at} has one column; each has a class and its parent")
    child, parent, rows, assumed = _columns(rows)
    if not rows:
        raise ValueError("it has a header and no rows")
    pairs = [(row[parent], row[child]) for row in rows if row[child]]
    mark = _path_mark([above for above, _ in pairs if above])
    if mark:
        return Lines(paths=tuple((name, _groups(above, mark, name)) for above, name in pairs))
    # A root is a row without a parent.
    return Lines(edges=tuple(pair for pair in pairs if pair[0]), assumed=assumed)


def _rows(text: str) -> list[list[str]]:
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    if not lines:
        raise ValueError("it has no rows")
    for mark in ("\t", ",", ";"):
        if mark in lines[0]:
            return [[cell.strip() for cell in row] for row in csv.reader(lines, delimiter=mark)]
    pairs = [line.split() for line in lines]
    if all(len(pair) == 2 for pair in pairs) and all(_CODE.fullmatch(name) for name in pairs[0]):
        return pairs
    return [[line.strip()] for line in lines]


def _columns(rows: Sequence[list[str]]) -> tuple[int, int, list[list[str]], str]:
    """(column of the class, of its parent, the rows without a header, what was assumed)."""
    head = [cell.casefold() for cell in rows[0]]
    child = next((at for at, cell in enumerate(head) if cell in _CHILD), None)
    parent = next((at for at, cell in enumerate(head) if cell in _PARENT), None)
    if parent is not None:
        child = child if child is not None else (1 if parent == 0 else 0)
        return child, parent, list(rows[1:]), ""
    if all(_CODE.fullmatch(cell) for cell in rows[0][:2]):
        return 1, 0, list(rows), "WordNet's pairs are read as parent, child."
    first, second = ([row[at] for row in rows] for at in (0, 1))
    # Each class has one row; parents repeat.
    if len(set(first)) < len(first) and len(set(second)) == len(second):
        return 1, 0, list(rows), "The second column is read as the class, the first, which repeats, as its parent."
    return 0, 1, list(rows), "The first column is read as the class, the second as its parent."


def _path_mark(values: Sequence[str]) -> str:
    """The mark that parts most values into groups; empty where they are plain names."""
    for mark in PATH_MARKS:
        if sum(mark in value.strip(mark) for value in values) * 2 > len(values):
            return mark
    return ""


def _groups(above: str, mark: str, name: str) -> tuple[str, ...]:
    parts = [part.strip() for part in above.split(mark) if part.strip()]
    # A path may or may not end in the class itself.
    return tuple(parts[:-1] if parts and parts[-1] == name else parts)


def _whole_paths(values: Sequence[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Lines like `animal/pet/dog`: the last part is the class; so is the whole line (a class may be called so)."""
    mark = _path_mark(values)
    if not mark:
        raise ValueError("it has one column and no paths such as animal/dog")
    out = []
    for value in values:
        parts = [part.strip() for part in value.split(mark) if part.strip()]
        if parts:
            out.append((parts[-1], tuple(parts[:-1])))
    return tuple(out)


def words_beside(path: Path, edges: Sequence[Edge]) -> dict[str, str]:
    """Words for WordNet's codes from words.txt in the same folder, the first synonym of each; empty without one."""
    names = {name for edge in edges for name in edge if _CODE.fullmatch(name)}
    if not names:
        return {}
    try:
        lines = (path.parent / WORDS_FILE).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return {}
    parts = (line.split("\t", 1) for line in lines if "\t" in line)
    return {code: words.split(",")[0].strip() for code, words in parts if code in names}
