"""ConfusionFlow's log folders: one confusion matrix for each run, fold and epoch, and nothing finer."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clftui.data.imports.beside import Options
from clftui.data.imports.classes import ClassList
from clftui.data.imports.made import Made, Part
from clftui.data.imports.names import split_name
from clftui.data.run import Run
from clftui.schema import FormatError
from clftui.storage import read_json

_REMEDY = "write the folder again with ConfusionFlow's logger"
_NOTES = (
    "rows are true classes (ConfusionFlow's logger writes actual classes as rows)",
    "only counts are known: no samples, no scores",
)


def confusionflow_folder(folder: Path, problems: list[tuple[Path, str]]) -> list[Run] | None:
    """The runs of `<logdir>/{runs,foldlogdata,datasets}`; None where `folder` is no such log."""
    if not is_confusionflow(folder):
        return None
    runs = []
    for file in sorted((folder / "runs").glob("*.json")):
        if file.stem == "index":
            continue
        try:
            runs.append(_run(folder, file, _object(file, "foldlogs", list)))
        except FormatError as error:
            problems.append((file, str(error)))
    return runs


def is_confusionflow(folder: Path) -> bool:
    """Whether a folder is laid out as its logger does."""
    return (folder / "runs").is_dir() and (folder / "foldlogdata").is_dir()


def confusionflow_file(path: Path, value: Any, options: Options, explicit: ClassList | None) -> list[Run] | None:
    """The run that `runs/<id>.json` describes, or the one fold of a `foldlogdata/<id>_data.json`."""
    if not isinstance(value, Mapping):
        return None
    if isinstance(value.get("foldlogs"), list) and "runId" in value:
        return [_run(path.parent.parent, path, value)]
    if isinstance(value.get("epochdata"), list) and "foldlogId" in value:
        datasets = _datasets(path.parent.parent)
        name = str(value["foldlogId"])
        known = ((each, fold) for each in datasets for fold in _folds(each) if name.endswith(fold))
        dataset, fold = next(known, (None, name))
        return [_made(path.stem.removesuffix("_data"), path, {_split(fold, dataset): value}, dataset, explicit)]
    return None


def _object(file: Path, field: str, kind: type) -> Mapping[str, Any]:
    value = read_json(file)
    if not isinstance(value, dict) or not isinstance(value.get(field), kind):
        raise FormatError(file, field, "is missing", _REMEDY)
    return value


def _run(logdir: Path, file: Path, about: Mapping[str, Any]) -> Run:
    datasets = _datasets(logdir)
    folds: dict[str, Mapping[str, Any]] = {}
    dataset = None
    for log in about["foldlogs"]:
        if not isinstance(log, dict) or "foldId" not in log:
            raise FormatError(file, "foldlogs", "has one without foldId", _REMEDY)
        fold = str(log["foldId"])
        of = next((each for each in datasets if fold in _folds(each)), None)
        dataset = dataset or of
        stem = log.get("foldlogdataId") or f"{log.get('foldlogId')}_data"
        # An id from a file must not lead out of the folder.
        folds[_split(fold, of)] = _object(logdir / "foldlogdata" / f"{Path(str(stem)).name}.json", "epochdata", list)
    if not folds:
        raise FormatError(file, "foldlogs", "is empty", _REMEDY)
    run = _made(str(about.get("runId") or file.stem), file, folds, dataset, None)
    settings = about.get("hyperparam")
    return replace(run, hyperparameters=settings) if isinstance(settings, dict) else run


def _datasets(logdir: Path) -> list[Mapping[str, Any]]:
    out: list[Mapping[str, Any]] = []
    for file in sorted((logdir / "datasets").glob("*.json")):
        if file.stem == "index":
            continue
        value = read_json(file)
        if isinstance(value, dict) and isinstance(value.get("classes"), list):
            out.append(value)
    return out


def _folds(dataset: Mapping[str, Any]) -> list[str]:
    folds = dataset.get("folds")
    return [str(fold.get("foldId")) for fold in folds if isinstance(fold, dict)] if isinstance(folds, list) else []


def _split(fold: str, dataset: Mapping[str, Any] | None) -> str:
    """`mnist_test` of the data set mnist is the split test."""
    prefix = str(dataset.get("datasetId", "")) if dataset is not None else ""
    bare = fold[len(prefix) :].strip("_-") if prefix and fold.startswith(prefix) else fold
    return split_name(bare or fold)


def _made(
    name: str,
    path: Path,
    folds: Mapping[str, Mapping[str, Any]],
    dataset: Mapping[str, Any] | None,
    explicit: ClassList | None,
) -> Run:
    notes = list(_NOTES)
    matrices = {split: _matrices(path, data) for split, data in folds.items()}
    width = next(len(m) for found in matrices.values() for m in found.values())
    names = [str(each) for each in dataset["classes"]] if dataset is not None else []
    if explicit is not None and len(explicit.names) == width and not names:
        names = list(explicit.names)
    if len(names) != width or len(set(names)) != width:
        names = [str(index) for index in range(width)]
        notes.append("no data set describes the classes: they are numbered from 0")
    if any(min(found) == 0 for found in matrices.values()):
        matrices = {split: {e + 1: m for e, m in found.items()} for split, found in matrices.items()}
        notes.append("epochs count from 0 and were moved to count from 1")
    parts = [Part(s, epoch, {"confusion": m}) for s, found in matrices.items() for epoch, m in sorted(found.items())]
    return Made(name, path, tuple(names), parts, {}, notes).run()


def _matrices(path: Path, data: Mapping[str, Any]) -> dict[int, NDArray[np.int64]]:
    """(K, K) counts by epoch, of row-major lists of K x K numbers."""
    out = {}
    for at, each in enumerate(data["epochdata"]):
        cells = each.get("confmat") if isinstance(each, dict) else None
        try:
            flat = np.array(cells, dtype=np.float64).reshape(-1)
            epoch = int(each.get("epochId", at))
        except (TypeError, ValueError, AttributeError) as error:
            raise FormatError(path, "epochdata", "has an epoch without a confmat of numbers", _REMEDY) from error
        width = math.isqrt(len(flat))
        whole = np.isfinite(flat).all() and (flat >= 0).all() and (flat == np.floor(flat)).all()
        if width < 2 or width * width != len(flat) or not whole or epoch < 0:
            raise FormatError(path, "confmat", f"is no square of counts ({len(flat)} cells)", _REMEDY)
        out[epoch] = flat.astype(np.int64).reshape(width, width)
    if not out or len({len(matrix) for matrix in out.values()}) != 1:
        raise FormatError(path, "epochdata", "is empty, or of changing width", _REMEDY)
    return out
