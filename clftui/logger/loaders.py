"""What datasets and loaders tell of themselves: class names, sample tables, and which samples come in which order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clftui.logger.values import Refusal, to_numpy

_INNER = ("batch_sampler", "_batch_sampler", "sampler", "_sampler")


def class_names(dataset: Any) -> list[str] | None:
    """The classes of an ImageFolder, a timm or Keras dataset, a Hugging Face dataset, or what a Subset is of."""
    for holder in (dataset, getattr(dataset, "reader", None)):
        for name in ("classes", "class_names"):
            names = getattr(holder, name, None)
            if isinstance(names, (list, tuple)) and names:
                return [str(each) for each in names]
        numbers = getattr(holder, "class_to_idx", None)
        if isinstance(numbers, Mapping) and sorted(numbers.values()) == list(range(len(numbers))) and numbers:
            return [str(each) for each in sorted(numbers, key=numbers.__getitem__)]
    features = getattr(dataset, "features", None)
    for name in ("label", "labels"):
        names = getattr(features.get(name), "names", None) if isinstance(features, Mapping) else None
        if names:
            return [str(each) for each in names]
    inner = getattr(dataset, "dataset", None)
    return None if inner is None else class_names(inner)


def sample_table(dataset: Any) -> dict[str, list[Any]]:
    """`true` (class numbers) and `path` or `text` of all samples, in the dataset's order, as far as it tells them."""
    inner, indices = getattr(dataset, "dataset", None), getattr(dataset, "indices", None)
    if inner is not None and indices is not None:
        rows = to_numpy(indices).tolist()
        return {name: [column[row] for row in rows] for name, column in sample_table(inner).items()}
    joined = getattr(dataset, "datasets", None)
    if isinstance(joined, (list, tuple)) and joined:
        tables = [sample_table(each) for each in joined]
        return {name: [cell for table in tables for cell in table[name]] for name in _common(tables)}
    table: dict[str, list[Any]] = {"true": _true(dataset), "path": _paths(dataset), "text": _texts(dataset)}
    given = {name: column for name, column in table.items() if column}
    return given if len({len(column) for column in given.values()}) <= 1 else {}


def _common(tables: Sequence[Mapping[str, Any]]) -> list[str]:
    return [name for name in tables[0] if all(name in table for table in tables)]


def _pairs(dataset: Any) -> list[tuple[Any, ...]]:
    """(path, class) of folder datasets, torchvision's and timm's."""
    for holder in (dataset, getattr(dataset, "reader", None)):
        for name in ("samples", "imgs"):
            pairs = getattr(holder, name, None)
            if isinstance(pairs, (list, tuple)) and pairs and isinstance(pairs[0], tuple) and len(pairs[0]) == 2:
                return list(pairs)
    return []


def _paths(dataset: Any) -> list[str]:
    paths = getattr(dataset, "file_paths", None)
    found = list(paths) if isinstance(paths, (list, tuple)) else [path for path, _ in _pairs(dataset)]
    return (
        [str(path) for path in found] if all(isinstance(path, str) or hasattr(path, "parts") for path in found) else []
    )


def _true(dataset: Any) -> list[int]:
    found: Any = None
    for name in ("targets", "labels"):
        found = getattr(dataset, name, None) if found is None else found
    if found is None:
        found = [label for _, label in _pairs(dataset)] or None
    tensors = getattr(dataset, "tensors", None)
    if found is None and isinstance(tensors, (list, tuple)) and len(tensors) > 1:
        found = tensors[-1]
    if found is None or callable(found):
        return []
    array = to_numpy(found)
    plain: list[int] = array.tolist() if array.ndim == 1 and array.dtype.kind in "iu" else []
    return plain


def _texts(dataset: Any) -> list[str]:
    columns = getattr(dataset, "column_names", None)
    if not isinstance(columns, list) or "text" not in columns:
        return []
    return [str(text).replace("\n", " ") for text in dataset["text"]]


def rows_of(loader: Any) -> NDArray[np.int64] | None:
    """The dataset's rows in the order this process' loader brings them; None where nobody knows (a stream).

    A sampler that draws anew each time is refused: asking it would not tell what it drew.
    """
    sampler = getattr(loader, "batch_sampler", None)
    if sampler is None:
        sampler = getattr(loader, "sampler", None)
    if sampler is None:
        return None
    base = _innermost(sampler)
    if "Infinite" in type(base).__name__:
        return None
    if type(base).__name__ != "SequentialSampler" and not hasattr(base, "num_replicas"):
        remedy = "use shuffle=False for evaluation, or return the row numbers as the batch's third part"
        raise Refusal("sample", f"is not known: the loader draws with {type(base).__name__}", remedy)
    rows = [row for batch in sampler for row in (batch if isinstance(batch, (list, tuple)) else [batch])]
    return np.array(rows, np.int64)


def _innermost(sampler: Any) -> Any:
    for name in _INNER:
        inner = getattr(sampler, name, None)
        if inner is not None and not hasattr(sampler, "num_replicas"):
            return _innermost(inner)
    return sampler
