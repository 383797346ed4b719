"""Dialects of prediction tables that need more than other names: lists in cells, k best classes, labels elsewhere."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clftui.data.imports.beside import Options
from clftui.data.imports.classes import ClassList
from clftui.data.imports.image_folder import true_classes
from clftui.data.imports.labels_beside import labels_beside
from clftui.data.imports.names import MISSING, Block, column_roles, normal
from clftui.data.imports.table import Strings, Table, Top, strings
from clftui.schema import FormatError

Float32 = NDArray[np.float32]

_LABEL = re.compile(
    r"(?:(?P<kind>pred|predicted|prediction|label|class|index|idx)_?(?P<at>\d+)"
    r"|top_?(?P<top>\d+)(?:_(?P<what>class|label|pred|prediction|name|index|idx))?)\Z"
)
_SCORE = re.compile(
    r"(?:(?:prob|probability|score|conf|confidence|p)_?(?P<at>\d+)"
    r"|top_?(?P<top>\d+)_(?:prob|probability|score|conf|confidence|p))\Z"
)
_INTEGER = re.compile(r"\d{1,9}(?:\.0)?\Z")
_BEST = ("label", "class", "name", "pred", "prediction", "predicted", "", "index", "idx")
"""Names are worth more than numbers where both are there."""
_TIMM = frozenset(("filename", "index", "label", "prob"))


class Prepared(NamedTuple):
    """A plain table of predictions, and the classes where something told them."""

    table: Table
    classes: ClassList | None


def prepared(path: Path, table: Table, options: Options, explicit: ClassList | None) -> Prepared | None:
    """The plain table that a dialect stands for; None where nothing about it is special.

    FormatError where a dialect is recognised and something in it is wrong.
    """
    before = table
    table = _unlisted(path, table)
    table = _best_of_k(path, table)
    table = _inference(table)
    roles = column_roles(list(table.columns))
    if "predicted" not in roles and table.block is None:
        return None
    if "true" not in roles:
        table, explicit = _with_true(path, table, roles, options, explicit)
    table = _same_language(table, explicit)
    return None if table is before else Prepared(table, explicit)


def _noted(table: Table, note: str, columns: Mapping[str, Strings] | None = None) -> Table:
    return replace(table, columns=table.columns if columns is None else columns, notes=(*table.notes, note))


def _unlisted(path: Path, table: Table) -> Table:
    """Cells such as `[0.1 0.2\\n 0.3]` as scores: numpy's or JSON's way of writing a list."""
    lists = [name for name, cells in table.columns.items() if len(cells) and _is_list(cells[0])]
    if not lists:
        return table
    columns = {name: cells for name, cells in table.columns.items() if name not in lists}
    labels = [name for name in lists if not _numeric(table.columns[name][0]) or normal(name) in ("index", "indices")]
    wide = next((name for name in lists if name not in labels), None)
    block, scores = table.block, table.scores
    if wide is not None and block is None:
        scores = _rows(path, wide, table.columns[wide])
        kind = "logits" if "logit" in wide.casefold() or normal(wide) in ("output", "outputs") else "scores"
        names = tuple(str(at) for at in range(scores.shape[1]))
        block = Block(kind, tuple(f"{wide}[{name}]" for name in names), names)
    if labels and scores is not None:
        chosen = min(labels, key=lambda name: normal(name).startswith("ind"))
        words = [_words(cell) for cell in table.columns[chosen].tolist()]
        if all(len(each) == scores.shape[1] for each in words):
            return _with_top(Table(columns, None, None, table.notes), words, scores)
    return Table(columns, block, scores, table.notes)


def _is_list(cell: str) -> bool:
    return cell.lstrip().startswith("[") and cell.rstrip().endswith("]")


def _numeric(cell: str) -> bool:
    return re.fullmatch(r"[\[\]\s,.0-9eE+\-nainf]*", cell) is not None


def _words(cell: str) -> list[str]:
    quoted = re.findall(r"'([^']*)'|\"([^\"]*)\"", cell)
    return [a or b for a, b in quoted] if quoted else cell.strip("[] \n").replace(",", " ").split()


def _rows(path: Path, name: str, cells: Strings) -> Float32:
    try:
        rows = [np.array(cell.strip("[] \n").replace(",", " ").split(), dtype=np.float32) for cell in cells.tolist()]
        return np.array(rows, dtype=np.float32).reshape(len(rows), -1)
    except ValueError as error:
        problem, remedy = "holds lists of different lengths, or shortened by ...", "write a column for each class"
        raise FormatError(path, name, problem, remedy) from error


def _best_of_k(path: Path, table: Table) -> Table:
    """`label_0,prob_0,label_1,prob_1 ...`, `top1,top2 ...`, `pred_1,pred_2 ...`: the k best classes of each sample."""
    groups: dict[str, dict[int, str]] = {}
    scores: dict[int, str] = {}
    everything = [*table.columns, *(table.block.columns if table.block is not None else ())]
    for column in everything:
        plain = normal(column)
        if match := _SCORE.match(plain):
            scores[int(match["at"] or match["top"])] = column
        elif match := _LABEL.match(plain):
            groups.setdefault(match["kind"] or match["what"] or "", {})[int(match["at"] or match["top"])] = column
    groups = {kind: found for kind, found in groups.items() if _counts(found)}
    if not groups:
        return table
    kind = min(groups, key=_BEST.index)
    found = groups[kind]
    places = sorted(found)
    used = {column for each in groups.values() for column in each.values()} | set(scores.values())
    words = [list(row) for row in zip(*(table.columns[found[at]].tolist() for at in places), strict=True)]
    left = {name: cells for name, cells in table.columns.items() if name not in used}
    paired = set(places) <= set(scores)
    plain_table = Table(left, None if paired else table.block, None if paired else table.scores, table.notes)
    if not paired:
        first = {"predicted": strings(row[0] for row in words)}
        if "predicted" in column_roles(list(left)):
            return table
        return _noted(plain_table, "of the best classes only the first was used: they have no scores", left | first)
    return _with_top(plain_table, words, _columns(path, table, [scores[at] for at in places]))


def _counts(found: Mapping[int, str]) -> bool:
    places = sorted(found)
    return len(places) > 1 and places[0] in (0, 1) and places == list(range(places[0], places[0] + len(places)))


def _columns(path: Path, table: Table, names: Sequence[str]) -> Float32:
    out = []
    for name in names:
        if table.block is not None and table.scores is not None and name in table.block.columns:
            out.append(table.scores[:, table.block.columns.index(name)])
            continue
        try:
            out.append(np.array([cell or "nan" for cell in table.columns[name].tolist()], dtype=np.float32))
        except ValueError as error:
            raise FormatError(path, name, "holds something that is no number", "write numbers") from error
    return np.stack(out, axis=1)


def _with_top(table: Table, words: list[list[str]], scores: Float32) -> Table:
    """`table` with the k best classes, best first, and the first of them as its prediction where it has none."""
    order = np.argsort(-np.nan_to_num(scores, nan=-np.inf), axis=1, kind="stable")
    sorted_words = [[row[at] for at in places] for row, places in zip(words, order.tolist(), strict=True)]
    best = np.take_along_axis(scores, order, axis=1)
    columns = dict(table.columns)
    roles = column_roles(list(columns))
    if "predicted" not in roles:
        columns["predicted"] = strings(row[0] for row in sorted_words)
    if "confidence" not in roles:
        columns["confidence"] = strings(str(value) for value in best[:, 0].tolist())
    note = f"of each sample the {scores.shape[1]} best classes are known"
    return replace(table, columns=columns, top=Top(sorted_words, best), notes=(*table.notes, note))


def _inference(table: Table) -> Table:
    """timm's inference.py: `filename,label,prob`, where `label` (or `index`) is what the model said."""
    names = {normal(name): name for name in table.columns}
    if not (names.keys() <= _TIMM and {"filename", "prob"} <= names.keys() and names.keys() & {"index", "label"}):
        return table
    said = names.get("label") or names["index"]
    columns = {("predicted" if name == said else name): cells for name, cells in table.columns.items()}
    columns.pop(names["index"] if said != names.get("index") and "index" in names else "", None)
    return _noted(table, f"{said} was taken as the predicted class, as timm's inference.py writes it", columns)


def _with_true(
    path: Path, table: Table, roles: Mapping[str, str], options: Options, explicit: ClassList | None
) -> tuple[Table, ClassList | None]:
    """The true classes from a file of labels beside, else from the folders of images."""
    key = roles.get("path") or roles.get("id")
    names = table.columns[key].tolist() if key is not None else None
    beside = labels_beside(path, names, table.n)
    if beside is not None:
        return _noted(table, beside.note, {**table.columns, "true": strings(beside.true)}), explicit
    found = true_classes(path, names, options.images_root) if names is not None else None
    if found is None or key is None:
        return table, explicit
    columns = {**table.columns, "true": strings(found.true)}
    repeats = names is not None and len(set(names)) < len(names)
    if found.paths is not None and ("path" in roles or repeats):
        columns[key] = strings(found.paths)
    said = {label.strip() for label in _predicted(table) if label.strip().casefold() not in MISSING}
    known = found.classes
    fits = known is not None and (said <= set(known.names) or all(map(_INTEGER.match, said)))
    return _noted(table, found.note, columns), explicit or (known if fits else None)


def _predicted(table: Table) -> list[str]:
    roles = column_roles(list(table.columns))
    return [str(label) for label in table.columns[roles["predicted"]].tolist()] if "predicted" in roles else []


def _same_language(table: Table, explicit: ClassList | None) -> Table:
    """Where one of true and predicted is written as numbers and the other as names, numbers count in sorted order."""
    roles = column_roles(list(table.columns))
    if not {"true", "predicted"} <= roles.keys():
        return table
    cells = {role: table.columns[roles[role]].tolist() for role in ("true", "predicted")}
    values = {
        role: {c.strip() for c in set(each) if c.strip().casefold() not in MISSING} for role, each in cells.items()
    }
    numbered = {role: bool(each) and all(map(_INTEGER.match, each)) for role, each in values.items()}
    if numbered["true"] == numbered["predicted"]:
        return table
    coded = "true" if numbered["true"] else "predicted"
    other = "predicted" if coded == "true" else "true"
    names = explicit.names if explicit is not None else tuple(sorted(values[other]))
    if not values[other] <= set(names) or any(int(float(value)) >= len(names) for value in values[coded]):
        return table
    words = strings(names[int(float(c))] if _INTEGER.match(c.strip()) else c for c in cells[coded])
    note = f"{coded} classes are numbers: they were taken in the order of the {'given' if explicit else 'sorted'} names"
    columns = {**table.columns, roles[coded]: words}
    top = table.top
    if top is not None and coded == "predicted":
        top = Top([[names[int(float(c))] if _INTEGER.match(c) else c for c in row] for row in top.labels], top.scores)
    return replace(_noted(table, note, columns), top=top)
