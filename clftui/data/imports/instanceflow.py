"""InstanceFlow's data sets: the predicted class of each instance in each epoch, in one JSON object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clftui.data.imports.beside import Options
from clftui.data.imports.classes import ClassList
from clftui.data.imports.made import Made, Part
from clftui.data.imports.table import strings
from clftui.data.run import Run
from clftui.data.samples import SampleTable
from clftui.schema import FormatError

_REMEDY = "write it as InstanceFlow does: labels, instances, epochs with one classification for each instance"


def instanceflow_runs(path: Path, value: Any, options: Options, explicit: ClassList | None) -> list[Run] | None:
    """{"name", "labels", "instances": [{"id", "actual", "image"}], "epochs": [{"id", "classifications"}]}."""
    if not (isinstance(value, Mapping) and {"labels", "instances", "epochs"} <= value.keys()):
        return None
    labels, instances, epochs = (value[key] for key in ("labels", "instances", "epochs"))
    if not all(isinstance(part, list) and part for part in (labels, instances, epochs)):
        raise FormatError(path, "", "has no labels, no instances or no epochs", _REMEDY)
    classes = tuple(str(name) for name in labels)
    true = _classes(path, "actual", [_field(path, each, "actual") for each in instances], classes)
    columns = {
        "id": strings(str(_field(path, each, "id")) for each in instances),
        "true": strings(classes[index] if index >= 0 else "" for index in true.tolist()),
    }
    if any("image" in each for each in instances):
        columns["path"] = strings(str(each.get("image") or "") for each in instances)
    table = SampleTable(path, columns, images_root=options.images_root)
    notes = ["class order as InstanceFlow lists it", "predicted classes alone are known, no scores"]
    parts = [
        Part("test", epoch, {"sample": np.arange(len(true), dtype=np.int64), "true": true, "predicted": answers})
        for epoch, answers in _epochs(path, epochs, classes, len(true), notes)
    ]
    return [Made(str(value.get("name") or path.stem), path, classes, parts, {"test": table}, notes).run()]


def _field(path: Path, each: Any, name: str) -> Any:
    if not isinstance(each, Mapping) or name not in each:
        raise FormatError(path, "instances", f"has one without {name}", _REMEDY)
    return each[name]


def _classes(path: Path, field: str, values: Sequence[Any], classes: tuple[str, ...]) -> NDArray[np.int32]:
    """(n,) class indices, -1 for null."""
    wrong = next((v for v in values if v is not None and (type(v) is not int or not -1 <= v < len(classes))), None)
    if wrong is not None:
        raise FormatError(path, field, f"holds {wrong!r}, which is no index of its {len(classes)} labels", _REMEDY)
    return np.array([-1 if v is None else v for v in values], dtype=np.int32)


def _epochs(
    path: Path, epochs: Sequence[Any], classes: tuple[str, ...], n: int, notes: list[str]
) -> list[tuple[int, NDArray[np.int32]]]:
    """(epoch, (n,) predicted classes); numbered by their ids, or by their places where ids are no numbers."""
    found = []
    for each in epochs:
        answers = each.get("classifications") if isinstance(each, Mapping) else None
        if not isinstance(answers, list) or len(answers) != n:
            has = len(answers) if isinstance(answers, list) else "no"
            raise FormatError(path, "epochs", f"has one with {has} classifications for {n} instances", _REMEDY)
        found.append((str(each.get("id", "")), _classes(path, "classifications", answers, classes)))
    numbers = [int(name) if name.isascii() and name.isdigit() else -1 for name, _ in found]
    if len(set(numbers)) < len(numbers) or min(numbers) < 0:
        numbers = list(range(1, len(found) + 1))
        notes.append("epochs have no numbers and were counted as they come")
    elif min(numbers) == 0:
        numbers = [number + 1 for number in numbers]
        notes.append("epochs count from 0 and were moved to count from 1")
    return [(number, answers) for number, (_, answers) in zip(numbers, found, strict=True)]
