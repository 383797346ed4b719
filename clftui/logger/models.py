"""What models and their outputs tell: parameter counts, the scores in what a step returned, the labels of a batch."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from clftui.logger.values import to_numpy

SCORES = ("logits", "scores", "probs", "probabilities", "preds", "predictions", "y_hat", "y_pred", "output", "outputs")
LABELS = ("labels", "label", "targets", "target", "y", "true", "label_ids")
ROWS = ("sample", "index", "indices", "idx", "sample_id", "row")
_SUM_TOLERANCE = 0.02


def based_on(cls: type[Any], *bases: tuple[str, str]) -> Any:
    """A new, empty instance of `cls` that also is the frameworks' own kind of callback, where they are loaded.

    `bases` are (module, class); nothing is imported: whoever passes a callback to a trainer has loaded its framework.
    """
    loaded = [getattr(sys.modules[module], name, None) for module, name in bases if module in sys.modules]
    found = tuple(dict.fromkeys(base for base in loaded if isinstance(base, type)))
    if not found or issubclass(cls, found):
        return object.__new__(cls)
    derived = type(cls.__name__, (cls, *found), {"__module__": cls.__module__, "__doc__": cls.__doc__})
    return object.__new__(derived)


def model_facts(model: Any) -> dict[str, object]:
    """Architecture, parameters, those trained, and layers that have any, of a torch module or a Keras model."""
    facts: dict[str, object] = {"architecture": type(model).__name__}
    if callable(getattr(model, "count_params", None)):
        facts = {"architecture": str(getattr(model, "name", type(model).__name__)), "parameters": model.count_params()}
        return facts | {"layers": sum(bool(layer.weights) for layer in getattr(model, "layers", ()))}
    if callable(getattr(model, "parameters", None)):
        sizes = [(int(each.numel()), bool(each.requires_grad)) for each in model.parameters()]
        facts["parameters"] = sum(size for size, _ in sizes)
        if not all(trained for _, trained in sizes):
            facts["trained_parameters"] = sum(size for size, trained in sizes if trained)
    if callable(getattr(model, "modules", None)):
        leaves = [each for each in model.modules() if not list(each.children()) and list(each.parameters())]
        facts["layers"] = len(leaves)
    return facts


def find_scores(output: Any) -> Any | None:
    """The first (n, K) array of real numbers in what a model or a step returned, by the usual names first."""
    for value in _parts(output, SCORES):
        shape = getattr(value, "shape", None)
        if shape is not None and len(shape) == 2 and int(shape[1]) > 1 and _is_real(value):
            return value
    return None


def find_labels(batch: Any) -> Any | None:
    """The labels of a batch: under their usual names, or its second part; one-hot rows as class numbers."""
    value = _named_or_at(batch, LABELS, 1)
    if value is None:
        return None
    array = to_numpy(value)
    if array.ndim == 2 and array.shape[1] > 1:
        return array.argmax(axis=1)
    return array if array.ndim <= 2 else None


def find_rows(batch: Any) -> Any | None:
    """The row numbers a batch brings under their usual names, or as its third part."""
    value = _named_or_at(batch, ROWS, 2)
    if value is None:
        return None
    try:
        array = to_numpy(value)
    except (TypeError, ValueError):
        return None
    return array if array.ndim == 1 and array.dtype.kind in "iu" else None


def as_argument(scores: Any) -> dict[str, Any]:
    """`scores=` where the rows are probabilities (0..1, adding up to 1), else `logits=`."""
    array = to_numpy(scores)
    with np.errstate(invalid="ignore"):
        fits = bool(array.size) and bool((array >= 0).all())
        probable = fits and bool((np.abs(array.sum(axis=1, dtype=np.float64) - 1) <= _SUM_TOLERANCE).all())
    return {"scores" if probable else "logits": array}


def numbers(metrics: Mapping[str, Any]) -> dict[str, float]:
    """The entries that are one finite number, tensors too."""
    found = {}
    for name, value in metrics.items():
        if isinstance(value, (str, bytes, type(None))) or getattr(value, "ndim", 0) not in (0, 1):
            continue
        try:
            number = float(value)
        except (TypeError, ValueError, RuntimeError):
            continue
        if math.isfinite(number):
            found[str(name)] = number
    return found


def plain(values: Mapping[str, Any]) -> dict[str, object]:
    """The entries JSON can hold: numbers, text, true or false."""
    return {str(name): value for name, value in values.items() if isinstance(value, (str, bool, int, float))}


def _is_real(value: Any) -> bool:
    kind = str(getattr(value, "dtype", ""))
    return "float" in kind


def _parts(output: Any, names: Sequence[str]) -> Iterator[Any]:
    if isinstance(output, Mapping):
        yield from (output[name] for name in names if name in output)
        yield from output.values()
    elif isinstance(output, (tuple, list)):
        yield from output
    elif hasattr(output, "logits"):
        yield output.logits
    else:
        yield output


def _named_or_at(batch: Any, names: Sequence[str], at: int) -> Any | None:
    if isinstance(batch, Mapping):
        return next((batch[name] for name in names if name in batch), None)
    if isinstance(batch, (tuple, list)):
        return batch[at] if len(batch) > at else None
    return None
