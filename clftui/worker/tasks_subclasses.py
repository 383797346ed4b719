"""What the worker computes for latent subclasses: how alike samples are, their orders, and the ways to part them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from clftui.worker.telling import Arrays, Tell

SHADES = 127
"""Correlations are sent as whole numbers, -SHADES to SHADES: a thousand samples have a million of them."""


def subclasses(parameters: dict[str, Any], arrays: Arrays, tell: Tell) -> Arrays:
    """`rows` (n, d) responses that correlate with something, two or more -> `r` (n, n) int8, in SHADES;
    `alike` and `spectral` (n,) orders; `labels` and `silhouette` (n, parts), `mean` (parts,), `chance` () and
    `suggested` () of analysis.subclasses.Split; `central` (n, parts) mean correlations with the part's others.

    `seed` is the parameter; `least` alone tells results of another rule apart.
    """
    from clftui.analysis import subclasses as told

    rows = told.standardised(arrays["rows"])
    r = told.correlations(rows)
    apart = told.distances(r)
    merges = told.tree(apart)
    alike = told.leaf_order(apart, merges)
    tell(0.15, {})
    spectral = told.spectral_order(r)
    tell(0.3, {})
    found = told.split(arrays["rows"], merges, alike, parameters["seed"])
    central = np.column_stack([told.centrality(r, found.labels[:, at]) for at in range(told.MOST_PARTS)])
    return {
        "r": np.rint(r * SHADES).astype(np.int8), "alike": alike, "spectral": spectral,
        "labels": found.labels.astype(np.int8), "silhouette": found.silhouette.astype(np.float32), "mean": found.mean,
        "chance": np.asarray(found.chance), "suggested": np.asarray(found.suggested),
        "central": central.astype(np.float32),
    }  # fmt: skip


TASKS: dict[str, Callable[[dict[str, Any], Arrays, Tell], Arrays]] = {"subclasses": subclasses}
