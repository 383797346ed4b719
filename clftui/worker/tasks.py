"""What the worker process can be asked: arrays in, arrays out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from clftui.analysis.confusion import Confusion
from clftui.worker import tasks_map, tasks_probe, tasks_subclasses
from clftui.worker.telling import Arrays, Tell

__all__ = ["TASKS", "Arrays", "Tell", "packed", "unpacked"]


def packed(c: Confusion) -> tuple[dict[str, Any], Arrays]:
    """A confusion as parameters and arrays of a request."""
    return {"n_classes": c.n_classes}, {
        "true": c.true, "predicted": c.predicted, "count": c.count, "unanswered": c.unanswered,
    }  # fmt: skip


def unpacked(parameters: dict[str, Any], arrays: Arrays) -> Confusion:
    """The confusion that `packed` wrote."""
    return Confusion(
        parameters["n_classes"], arrays["true"], arrays["predicted"], arrays["count"], arrays["unanswered"]
    )


def _order(parameters: dict[str, Any], arrays: Arrays, tell: Tell) -> Arrays:
    """`method` of analysis.ordering -> `order` (K,)."""
    from clftui.analysis.ordering import order

    return {"order": order(unpacked(parameters, arrays), parameters["method"])}


def _echo(parameters: dict[str, Any], arrays: Arrays, tell: Tell) -> Arrays:
    """The arrays as they came, after `seconds` and `told` messages: to try the way there and back."""
    import time

    for number in range(parameters.get("told", 0)):
        tell(number / parameters["told"], arrays)

    time.sleep(parameters.get("seconds", 0))
    if "error" in parameters:
        raise ValueError(parameters["error"])
    return {name: np.asarray(array) for name, array in arrays.items()}


TASKS: dict[str, Callable[[dict[str, Any], Arrays, Tell], Arrays]] = {
    "order": _order,
    "echo": _echo,
    **tasks_map.TASKS,
    **tasks_subclasses.TASKS,
    **tasks_probe.TASKS,
}
