"""What a run may hold beside its answers: explanation maps and class responses of layers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clftui.logger.held import held
from clftui.logger.values import Refusal, row_numbers, to_numpy
from clftui.schema import EPOCHS_FOLDER, EXPLANATIONS_FOLDER, SAMPLE, epoch_folder
from clftui.storage import open_npz, remove_temporaries, write_npz

TARGET_KINDS = ("class", "unit")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]{0,99}\Z")
_KEYS = (SAMPLE, "epoch", "target_kind", "target")


def plain_name(field: str, name: str) -> str:
    """`name` when it can be part of a file name, else a Refusal."""
    if not _PLAIN_NAME.match(name):
        raise Refusal(field, f"is {name!r}, which cannot name a file", "use letters, digits and . _ + -")
    return name


def explanation_file(run: Path, method: str, split: str) -> Path:
    return run / EXPLANATIONS_FOLDER / plain_name("method", method) / f"{split}.npz"


def add_explanations(path: Path, sample: object, maps: object, *, target_kind: str, target: object, epoch: int) -> None:
    """Merge maps into `path`: one per (sample, epoch, target_kind, target), a newer one replacing its older.

    `maps` is (n, h, w) in [0, 1], 1 = most important; `target` one class or unit number, or one for each map.
    """
    values = to_numpy(maps)
    if values.ndim != 3 or values.dtype.kind not in "biuf" or 0 in values.shape[1:]:
        raise Refusal("maps", f"has shape {values.shape}", "pass (n, height, width)")
    if not np.isfinite(values).all() or (values.size and (values.min() < 0 or values.max() > 1)):
        raise Refusal("maps", "has values outside 0 to 1", "scale each map; 1 is the most important place")
    if target_kind not in TARGET_KINDS:
        raise Refusal("target_kind", f"is {target_kind!r}", 'pass "class" or "unit"')
    count = len(values)
    targets = np.broadcast_to(to_numpy(target), (count,)) if np.ndim(to_numpy(target)) == 0 else to_numpy(target)
    if targets.shape != (count,) or targets.dtype.kind not in "iu":
        raise Refusal("target", f"has shape {targets.shape}", "pass one number, or one for each map")
    arrays: dict[str, NDArray[Any]] = {
        SAMPLE: row_numbers(sample, count),
        "epoch": np.full(count, epoch, np.int32),
        "target_kind": np.full(count, target_kind, "U5"),
        "target": targets.astype(np.int32),
        "maps": np.ascontiguousarray(values, np.float16),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    with held(path):
        remove_temporaries(path.parent, lambda name: name == path.name)  # of a killed process: we alone write now
        write_npz(path, _packed(_merge(path, arrays) if path.exists() else _latest(arrays)))


def _merge(path: Path, arrays: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    file = open_npz(path)
    count = file.member("maps").shape[0]
    before = {name: file.read(name) for name in arrays}
    before["target_kind"] = np.broadcast_to(before["target_kind"], (count,))
    file.close()
    if before["maps"].shape[1:] != arrays["maps"].shape[1:]:
        problem = f"are {arrays['maps'].shape[1:]} where {path.name} holds {before['maps'].shape[1:]}"
        raise Refusal("maps", problem, "keep one size, or use another method name")
    return _latest({name: np.concatenate([before[name], arrays[name]]) for name in arrays})


def _packed(arrays: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """The same with one `target_kind` for all maps where it is the same: text takes more room than a small map."""
    kinds = np.unique(arrays["target_kind"])
    return arrays | {"target_kind": kinds.reshape(())} if len(kinds) == 1 else arrays


def _latest(arrays: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """The last row of each key, in the order of sample, epoch and target."""
    order = np.lexsort([arrays[name] for name in reversed(_KEYS)])  # stable: of equal keys the latest comes last
    last = np.ones(len(order), np.bool_)
    sorted_keys = [arrays[name][order] for name in _KEYS]
    last[:-1] = np.logical_or.reduce([key[1:] != key[:-1] for key in sorted_keys])
    return {name: array[order[last]] for name, array in arrays.items()}


def responses_file(run: Path, epoch: int, split: str, layer: str) -> Path:
    name = f"{split}.responses.{plain_name('layer', layer)}.npz"
    return run / EPOCHS_FOLDER / epoch_folder(epoch) / name


def write_responses(
    path: Path, class_mean: object, classes: int, sample: object, values: object, depth: int | None = None
) -> None:
    """Replace a layer's responses: `class_mean` (K, units[, h, w]), NaN rows for classes without samples; optionally
    `values` (n, units) of the samples `sample`. Both are stored as float16, clipped to its range. `depth` is the place
    of the layer in its network, counted from 0.
    """
    arrays: dict[str, NDArray[Any]] = {"class_mean": _half("class_mean", class_mean)}
    mean = arrays["class_mean"]
    if mean.ndim not in (2, 4) or mean.shape[0] != classes:
        raise Refusal("class_mean", f"has shape {mean.shape}", f"pass ({classes}, units) or ({classes}, units, h, w)")
    if (sample is None) != (values is None):
        raise Refusal("values", "and sample belong together", "pass both or neither")
    if values is not None:
        arrays["values"] = _half("values", values)
        if arrays["values"].ndim != 2 or arrays["values"].shape[1] != mean.shape[1]:
            problem = f"has shape {arrays['values'].shape}"
            raise Refusal("values", problem, f"pass one row of {mean.shape[1]} units per sample")
        arrays[SAMPLE] = row_numbers(sample, len(arrays["values"]))
    if depth is not None:
        arrays["depth"] = np.array(depth, np.int32)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_npz(path, arrays)


def _half(field: str, value: object) -> NDArray[np.float16]:
    array = to_numpy(value)
    if array.dtype.kind not in "biuf":
        raise Refusal(field, f"holds {array.dtype}, not numbers", "pass an array of floats")
    largest = float(np.finfo(np.float16).max)
    return np.ascontiguousarray(np.clip(array, -largest, largest), np.float16)
