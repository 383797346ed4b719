"""Runs whose scores are kept in other ways than in full, made from a run that keeps them all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from clftui.data.catalog import open_catalog
from clftui.state.session import Session, open_session
from tests.builders import write_collection


def keep_best(run: Path, k: int) -> Path:
    """Only the `k` best scores and the true class's, in every epoch."""
    for path in sorted(run.glob("epochs/*/*.npz")):
        with np.load(path) as old:
            arrays = dict(old)
        nll = arrays.pop("nll")
        best = np.argsort(nll, axis=1, kind="stable")[:, :k]
        arrays["top_classes"] = best.astype(np.int32)
        arrays["top_nll"] = np.take_along_axis(nll, best, axis=1)
        arrays["true_nll"] = nll[np.arange(len(nll)), arrays["true"]]
        np.savez(path, allow_pickle=False, **arrays)
    return run


def keep_own(run: Path) -> Path:
    """Only the scores of the predicted and the true class."""
    for path in sorted(run.glob("epochs/*/*.npz")):
        with np.load(path) as old:
            arrays = dict(old)
        nll, row = arrays.pop("nll"), np.arange(len(arrays["true"]))
        arrays["predicted_nll"] = nll[row, arrays["predicted"]]
        arrays["true_nll"] = nll[row, arrays["true"]]
        np.savez(path, allow_pickle=False, **arrays)
    return run


def session_of(root: Path) -> Session:
    return open_session(open_catalog([root]))


def collection(root: Path, **options: Any) -> Session:
    """The best of some small runs, focused."""
    return session_of(write_collection(root, **options))
