"""What a training loop hands over - lists, numpy arrays, tensors - as checked numpy arrays."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


class Refusal(Exception):
    """A value that cannot be logged; `RunLogger` turns it into a FormatError that names the file."""

    def __init__(self, field: str, problem: str, remedy: str) -> None:
        self.field = field
        self.problem = problem
        self.remedy = remedy
        super().__init__(f"{field} {problem}; {remedy}")


def to_numpy(value: object) -> NDArray[Any]:
    """`value` as an array; tensors are detached and brought to the CPU by their own methods, torch is not imported."""
    if isinstance(value, np.ndarray):
        return value
    if hasattr(value, "detach"):
        tensor: Any = value
        tensor = tensor.detach().cpu()
        try:
            return np.asarray(tensor.numpy())
        except TypeError:  # bfloat16 has no numpy type
            return np.asarray(tensor.float().numpy())
    return np.asarray(value)


def labels(field: str, value: object, classes: Mapping[str, int]) -> NDArray[np.int64]:
    """One class number per sample, -1 = none; class names are looked up in `classes`."""
    array = to_numpy(value)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1:
        raise Refusal(field, f"has shape {array.shape}", "pass one class number per sample")
    if array.dtype.kind in "US" or (array.dtype.kind == "O" and all(isinstance(item, str) for item in array)):
        return _named(field, array, classes)
    numbers = _integers(field, array)
    if numbers.size and (numbers.min() < -1 or numbers.max() >= len(classes)):
        wrong = numbers.min() if numbers.min() < -1 else numbers.max()
        remedy = f"classes are 0 to {len(classes) - 1}, and -1 means none"
        raise Refusal(field, f"has the label {wrong}, which is no class of the run", remedy)
    return numbers


def _named(field: str, array: NDArray[Any], classes: Mapping[str, int]) -> NDArray[np.int64]:
    names = array.astype(str)
    unknown = sorted(set(names.tolist()) - classes.keys())
    if unknown:
        raise Refusal(field, f"has the label {unknown[0]!r}, which is no class of the run", "check the list of classes")
    return np.array([classes[name] for name in names.tolist()], np.int64)


def row_numbers(value: object, count: int) -> NDArray[np.int64]:
    """Row numbers of the sample table, one per sample."""
    array = to_numpy(value)
    if array.shape != (count,):
        raise Refusal("sample", f"has shape {array.shape} where true has {count:,} rows", "pass one row number each")
    numbers = _integers("sample", array)
    if numbers.size and numbers.min() < 0:
        raise Refusal("sample", "has a negative row number", "rows of the sample table count from 0")
    return numbers


def _integers(field: str, array: NDArray[Any]) -> NDArray[np.int64]:
    if array.dtype.kind not in "biuf":
        raise Refusal(field, f"holds {array.dtype}, not whole numbers", "pass integers")
    with np.errstate(invalid="ignore"):
        numbers = array.astype(np.int64)
    if array.dtype.kind == "f" and not np.array_equal(numbers, array):
        raise Refusal(field, "holds numbers that are not whole", "pass integers")
    return numbers


def measurements(field: str, value: object, count: int, dimensions: int, dtype: type[np.floating[Any]]) -> NDArray[Any]:
    """A float array of `count` rows, never the caller's own; float16 is clipped to what it can hold."""
    array = to_numpy(value)
    if array.ndim != dimensions or array.shape[0] != count or array.dtype.kind not in "biuf":
        what = "one number" if dimensions == 1 else "one vector"
        raise Refusal(field, f"has shape {array.shape} where true has {count:,} rows", f"pass {what} per sample")
    if dtype is np.float16:
        largest = float(np.finfo(np.float16).max)
        array = np.clip(array, -largest, largest)
    return np.array(array, dtype, order="C")


def scalar(field: str, value: object) -> object:
    """A number (0-d arrays and tensors too), text, true/false or None as JSON can hold it."""
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    array = to_numpy(value)
    if array.size != 1 or array.dtype.kind not in "biuf":
        raise Refusal(field, f"is not a single number (its shape is {array.shape})", "log one number under each name")
    plain: object = array.reshape(()).item()
    return plain


def epoch_number(value: object) -> int:
    """An epoch from 1 on."""
    try:
        epoch = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        raise Refusal("epoch", f"is {value!r}, not a whole number", "pass 1, 2, 3 ...") from None
    if isinstance(value, bool) or epoch < 1:
        raise Refusal("epoch", f"is {value!r}", "epochs count from 1; pass epoch + 1 if your loop counts from 0")
    return epoch


def class_list(values: Sequence[object]) -> tuple[str, ...]:
    """Distinct class names as text, at least one."""
    names = tuple(str(value) for value in values)
    if isinstance(values, str) or not names:
        raise Refusal("classes", "is not a list of names", "pass every class once, in the order of the scores' columns")
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise Refusal("classes", f"has {twice!r} twice", "give every class its own name")
    return names
