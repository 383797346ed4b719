"""VisMlic's results: the JSON that its programs exchange, and the table of its paper (names, labels, file names)."""

from __future__ import annotations

import ast
import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from clftui.data.imports.beside import Options
from clftui.data.imports.classes import ClassList
from clftui.data.imports.made import Made, Part, as_scores
from clftui.data.imports.names import column_roles
from clftui.data.imports.predictions import predictions
from clftui.data.imports.table import Strings, Table, from_columns, strings
from clftui.data.run import Run
from clftui.data.samples import SampleTable
from clftui.schema import FormatError

_TURNED = "VisMlic draws predicted classes as rows; here rows are true"
_REMEDY = 'write {"model_name", "predict": [{"real", "pred", "prob"}]}'
_NAME = re.compile(r"(?P<label>.+)\((?P<number>\d+)\)\.\w+\Z")


def vismlic_runs(path: Path, value: Any, options: Options, explicit: ClassList | None) -> list[Run] | None:
    """{"model_name", "predict": [{"real", "pred", "prob"}]}, or a JSON string that holds it as Python writes it."""
    if isinstance(value, str) and "'predict'" in value:
        value = _literal(path, value)
    if not isinstance(value, Mapping):
        return None
    rows = value.get("predict")
    if not (isinstance(rows, list) and rows and isinstance(rows[0], Mapping) and {"real", "pred"} <= rows[0].keys()):
        return None
    try:
        true, predicted = (np.array([int(row[key]) for row in rows], dtype=np.int32) for key in ("real", "pred"))
        scores = np.array([row["prob"] for row in rows], dtype=np.float32) if "prob" in rows[0] else None
    except (KeyError, TypeError, ValueError) as error:
        raise FormatError(path, "predict", "has rows without numbers for real, pred or prob", _REMEDY) from error
    width = scores.shape[1] if scores is not None and scores.ndim == 2 else int(max(true.max(), predicted.max())) + 1
    if min(true.min(), predicted.min()) < 0 or max(true.max(), predicted.max()) >= width:
        raise FormatError(path, "predict", f"has a class beyond the {width} that prob has", _REMEDY)
    named = explicit is not None and len(explicit.names) == width
    classes = explicit.names if explicit is not None and named else tuple(str(index) for index in range(width))
    notes = [_TURNED, f"class names from {explicit.path.name}" if explicit and named else "classes are numbered from 0"]
    arrays: dict[str, Any] = {"sample": np.arange(len(true), dtype=np.int64), "true": true, "predicted": predicted}
    if scores is not None:
        kind, scores = as_scores(scores, "scores", notes)
        arrays[kind] = scores
    table = _samples(path, true.tolist(), classes, options, notes)
    name = str(value.get("short_name") or value.get("model_name") or path.stem)
    run = Made(name, path, classes, [Part("test", 1, arrays)], {"test": table}, notes).run()
    about = {"architecture": value.get("model_name"), "description": value.get("description")}
    return [replace(run, model={key: text for key, text in about.items() if text})]


def _literal(path: Path, text: str) -> Any:
    try:
        # Python's quotes are JSON's but for apostrophes in the texts; JSON is read much faster.
        return json.loads(text.replace("'", '"'))
    except ValueError:
        pass
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError) as error:
        raise FormatError(path, "", "holds a text that is no Python literal", _REMEDY) from error


def _samples(
    path: Path, true: Sequence[int], classes: tuple[str, ...], options: Options, notes: list[str]
) -> SampleTable:
    """The k-th image of class c, in order of appearance, is images/c/c_k.png; k counts from 1."""
    places = [place for place in ("images", "../images") if (path.parent / place).is_dir()]
    place = places[0] if places else "images"
    seen: dict[int, int] = defaultdict(int)
    paths = []
    for label in true:
        seen[label] += 1
        paths.append(f"{place}/{label}/{label}_{seen[label]}.png")
    notes.append(f"the k-th sample of class c was taken as {place}/c/c_k.png, as VisMlic has it")
    columns = {
        "id": strings(Path(name).name for name in paths),
        "true": strings(classes[label] for label in true),
        "path": strings(paths),
    }
    return SampleTable(path, columns, images_root=options.images_root)


def listed_runs(path: Path, value: Any, options: Options, explicit: ClassList | None) -> list[Run] | None:
    """One object, or a list of them, one for each model: its labels and file names as lists."""
    items = [value] if isinstance(value, Mapping) else value
    if not (isinstance(items, list) and items and all(isinstance(item, Mapping) for item in items)):
        return None
    # Lists of 50,000 predictions come by here too: the first object tells.
    if not any(isinstance(content, list) for content in items[0].values()):
        return None
    roles = [column_roles([str(key) for key in item]) for item in items]
    if not all(_lists(item, role) for item, role in zip(items, roles, strict=True)):
        return None
    if len(items) == 1 and "true" in roles[0]:
        # One object of lists is read with all other JSON; only VisMlic's file names make it his.
        names = items[0].get(roles[0].get("path", ""), [])
        if not any(_NAME.match(str(name)) for name in names[:1]):
            return None
    runs: list[Run] = []
    for item, role in zip(items, roles, strict=True):
        notes = [_TURNED] if "path" in role and all(_NAME.match(str(name)) for name in item[role["path"]]) else []
        item = {str(key): content for key, content in item.items()}
        if "true" not in role:
            item["true"] = [_NAME.sub(r"\g<label>", str(name)) for name in item[role["path"]]]
            notes.append("true classes were taken from the file names n(m)")
        found = predictions(path, from_columns(path, item), explicit, options.images_root)
        runs.extend(replace(run, notes=(*notes, *run.notes)) for run in found)
    return runs


def _lists(item: Mapping[str, Any], roles: Mapping[str, str]) -> bool:
    if not isinstance(item.get(roles.get("predicted", "")), list):
        return False
    names = item.get(roles.get("path", ""))
    if "true" in roles:
        return isinstance(item[roles["true"]], list)
    return isinstance(names, list) and bool(names) and all(_NAME.match(str(name)) for name in names)


def vismlic_table(path: Path, table: Table, options: Options, explicit: ClassList | None) -> list[Run] | None:
    """A CSV with a line for each model, whose cells are lists; or with a line for each file `n(m).jpg`."""
    roles = column_roles(list(table.columns))
    if "predicted" not in roles or table.n == 0:
        return None
    cells = table.columns[roles["predicted"]].tolist()
    if all(cell.strip().startswith("[") and cell.strip().endswith("]") for cell in cells):
        items = [
            {name: _cell(path, values[row]) for name, values in table.columns.items()} for row in range(len(cells))
        ]
        return listed_runs(path, items, options, explicit)
    names = table.columns[roles["path"]].tolist() if "path" in roles else []
    if "true" in roles or not names or not all(_NAME.match(name) for name in names):
        return None
    true: Strings = strings(_NAME.sub(r"\g<label>", name) for name in names)
    notes = (*table.notes, _TURNED, "true classes were taken from the file names n(m)")
    return predictions(
        path, Table({**table.columns, "true": true}, table.block, table.scores, notes), explicit, options.images_root
    )


def _cell(path: Path, cell: str) -> Any:
    text = cell.strip()
    if not text.startswith("["):
        return cell
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        pass
    # numpy prints lists without commas.
    return re.split(r"[\s,]+", text.strip("[] \n"))
