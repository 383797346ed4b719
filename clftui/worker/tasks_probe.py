"""What the worker computes of recorded layers: a linear probe."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from clftui.worker.telling import Arrays, Tell

MOST_SCORES = 20_000_000
"""Probabilities, samples x classes, up to which they are handed back."""


def probe(parameters: dict[str, Any], arrays: Arrays, tell: Tell) -> Arrays:
    """`values` (n, units) and `true` (n,) -> `predicted` (n,), `fitted` and `converged` (fits,), and where they are not
    too many `scores` (n, K) float16.

    With `train` (m, units) and `train_true` (m,) fitted on those, else cross-validated. `n_classes` and `seed` are the
    parameters.
    """
    from clftui.analysis.linear_probe import held_out, trained

    n_classes, seed = int(parameters["n_classes"]), int(parameters["seed"])
    if "train" in arrays:
        found = trained(arrays["train"], arrays["train_true"], arrays["values"], n_classes, seed=seed)
    else:
        found = held_out(
            arrays["values"], arrays["true"], n_classes, seed=seed, tell=lambda share: tell(min(share, 0.99), {})
        )
    out: Arrays = {"predicted": found.predicted, "fitted": found.fitted, "converged": found.converged}
    if found.scores.size <= MOST_SCORES:
        out["scores"] = found.scores.astype(np.float16)
    return out


TASKS: dict[str, Callable[[dict[str, Any], Arrays, Tell], Arrays]] = {"probe": probe}
