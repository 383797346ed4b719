"""Tables of published results, one row a model: timm's results-*.csv, benchmark-*.csv and validate.py's output."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from clftui.data.imports.names import column_roles, normal
from clftui.data.imports.scalar_names import ACCURACY, split_and_metric
from clftui.data.imports.scalar_run import scalar_run
from clftui.data.imports.table import Table
from clftui.data.run import WITHOUT_PREDICTIONS, Run
from clftui.schema import FormatError
from clftui.text import plural

MILLIONS = frozenset(("param_count",))
"""Columns of timm that count parameters in millions."""

_PARAMETERS = ("param_count", "parameters", "params", "num_params", "n_params", "n_parameters")
_GMACS = ("infer_gmacs", "gmacs", "infer_macs", "train_gmacs")
_GFLOPS = ("gflops", "flops_g", "flops_b")
_FLOPS = ("flops",)
_PLACE = ("epoch", "split")
"""What a row of scores has without any number."""
_SETTINGS = frozenset(("img_size", "crop_pct", "interpolation", "pretrain", "seed", "lr", "batch_size"))
_IGNORED = frozenset(("top1_err", "top5_err", "top1_diff", "top5_diff", "rank_diff"))


@dataclass
class Results:
    """What is known of one model: scores by split, model and settings."""

    name: str
    path: Path
    rows: list[dict[str, object]] = field(default_factory=list)
    model: dict[str, object] = field(default_factory=dict)
    settings: dict[str, object] = field(default_factory=dict)


Found = dict[tuple[str, object], Results]
"""By model and image size: the same weights are listed at several sizes."""


def is_results(table: Table) -> bool:
    """Whether a table has a row for each of many models: a column of models, and an accuracy or a cost; no samples."""
    names = {normal(name) for name in table.columns}
    roles = column_roles(list(table.columns))
    if "run" not in roles or roles.keys() & {"true", "predicted", "path", "text"} or "epoch" in names:
        return False
    return bool(names & {*ACCURACY, *_PARAMETERS, *_GMACS, *_GFLOPS})


def is_about_models(table: Table) -> bool:
    """Whether a table has nothing but settings of models, such as what they were trained on."""
    roles = column_roles(list(table.columns))
    return "run" in roles and {normal(name) for name in table.columns if name != roles["run"]} <= _SETTINGS


def has_scores(table: Table) -> bool:
    """Whether a table of models has an accuracy: one without only adds to another."""
    return any(normal(name) in ACCURACY for name in table.columns)


def results_runs(tables: Sequence[tuple[Path, Table]]) -> list[Run]:
    """A run for each model of the tables, best known first; several test sets of one model are its splits."""
    found: Found = {}
    extra: dict[str, Mapping[str, object]] = {}
    for path, table in tables:
        (_scores if has_scores(table) else _costs)(path, table, found, extra)
    notes = [
        f"results of {plural(len(found), 'model')}; without the number of samples there are no intervals",
        WITHOUT_PREDICTIONS,
    ]
    if any("flops" in cost for cost in extra.values()):
        notes.append("FLOPs are multiply-adds, as such tables count them")
    sizes = Counter(name for name, _ in found)
    order = _main_first({str(row["split"]) for results in found.values() for row in results.rows})
    runs = []
    for (name, size), results in found.items():
        # Costs are listed without the weights' tag and for one image size.
        cost = {**extra.get(name.split(".", 1)[0], {}), **extra.get(name, {})}
        fits = cost.get("img_size") in (None, size)
        known = {each: value for each, value in cost.items() if each == "parameters" or (each == "flops" and fits)}
        shown = f"{name} {size}" if sizes[name] > 1 and size is not None else name
        model = {**known, **results.model}
        told = cost.get("settings")
        settings = {**told, **results.settings} if isinstance(told, dict) else results.settings
        rows = sorted(results.rows, key=lambda row: order[str(row["split"])])
        if not model and all(len(row) == len(_PLACE) for row in rows):
            continue
        runs.append(scalar_run(shown, results.path, rows, notes, model, settings))
    if not runs:
        raise FormatError(tables[0][0], "", "has no model with a number", "write a row for each model: model,top1")
    return runs


def _main_first(splits: set[str]) -> dict[str, int]:
    """The place of each test set: first those that most others are named after, imagenet before imagenet-a."""
    after = {split: sum(other.startswith(split) for other in splits) for split in splits}
    return {split: at for at, split in enumerate(sorted(splits, key=lambda split: (-after[split], split)))}


def split_of(path: Path) -> str:
    """What a table of results is about: `results-imagenet-real.csv` is of imagenet-real."""
    rest = re.sub(r"\A(?:results?|validate|val|eval|scores)[-_]+", "", path.stem, flags=re.I)
    rest = re.sub(r"[^A-Za-z0-9_+-]+", "-", rest).strip("-")
    return rest if rest and rest.casefold() not in ("results", "result", "summary", "val") else "test"


def _scores(path: Path, table: Table, found: Found, extra: dict[str, Mapping[str, object]]) -> None:
    split = split_of(path)
    top = next(name for name in table.columns if normal(name) in ACCURACY)
    values = [number for cell in table.columns[top].tolist() if (number := _number(cell)) is not None]
    scale = 100 if max(values, default=0) > 1 else 1
    sized = next((name for name in table.columns if normal(name) == "img_size"), None)
    for name, cells in _models(table):
        number = _number(cells[sized]) if sized is not None else None
        key = (name, None if number is None else _short(number))
        results = found.setdefault(key, Results(name, path))
        row: dict[str, object] = {"epoch": 1, "split": split}
        for column, cell in cells.items():
            plain = normal(column)
            if plain in _IGNORED:
                continue
            number = _number(cell)
            if plain in ACCURACY or plain == "top5":
                if number is not None:
                    row["accuracy" if plain in ACCURACY else "top5"] = number / scale
            elif plain in _SETTINGS:
                results.settings.setdefault(plain, cell if number is None else _short(number))
            elif (cost := _cost(plain, number)) is not None:
                results.model.setdefault(*cost)
            elif number is not None:
                row[split_and_metric(column)[1]] = number
        results.rows.append(row)


def _costs(path: Path, table: Table, found: Found, extra: dict[str, Mapping[str, object]]) -> None:
    for name, cells in _models(table):
        known: dict[str, object] = dict(extra.get(name, {}))
        for column, cell in cells.items():
            number = _number(cell)
            plain = normal(column)
            if (cost := _cost(plain, number)) is not None:
                known.setdefault(*cost)
            elif plain in ("infer_img_size", "img_size") and number is not None:
                known.setdefault("img_size", _short(number))
            elif plain in _SETTINGS and isinstance(said := known.setdefault("settings", {}), dict):
                said[plain] = cell
        extra[name] = known


def _models(table: Table) -> list[tuple[str, dict[str, str]]]:
    """Each model's name and its other cells."""
    column = column_roles(list(table.columns))["run"]
    names = table.columns[column].tolist()
    others = [name for name in table.columns if name != column]
    rows = [dict(zip(others, cells, strict=True)) for cells in zip(*(table.columns[n] for n in others), strict=True)]
    return [(name.strip(), row) for name, row in zip(names, rows, strict=True) if name.strip()]


def _cost(plain: str, number: float | None) -> tuple[str, object] | None:
    if number is None or number <= 0:
        return None
    if plain in _PARAMETERS:
        return "parameters", round(number * 1e6) if plain in MILLIONS and number < 100_000 else round(number)
    if plain in _GMACS or plain in _GFLOPS:
        return "flops", round(number * 1e9)
    return ("flops", round(number)) if plain in _FLOPS else None


def _short(number: float) -> object:
    return int(number) if number.is_integer() else number


def _number(cell: str) -> float | None:
    try:
        value = float(cell.replace(",", ""))  # `1,014.45` million parameters.
    except ValueError:
        return None
    return value if value == value and abs(value) != float("inf") else None
