"""Sessions over matrices that a test writes down: every sample of a matrix in a run folder, numpy alone."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from clftui.data.catalog import open_catalog
from clftui.state import history
from clftui.state.selection import Tab
from clftui.state.session import Session, open_session

ANIMALS = ("cat", "dog", "fox")
COUNTS = ((50, 7, 0), (3, 90, 1), (0, 2, 40))
"""The matrix most tests look at: rows = true."""


def write_matrix(folder: Path, epochs: Sequence[ArrayLike], classes: Sequence[str] = ANIMALS, **more: Any) -> None:
    """A run whose epoch i has exactly the confusion `epochs[i]`, one sample a count."""
    folder.mkdir(parents=True, exist_ok=True)
    run = {"format": "clftui-run", "version": 1, "name": folder.name, "classes": list(classes), **more}
    (folder / "run.json").write_text(json.dumps(run), encoding="utf-8")
    for number, counts in enumerate(epochs, 1):
        matrix = np.asarray(counts)
        cells = np.repeat(np.arange(matrix.size), matrix.ravel())
        place = folder / "epochs" / f"{number:05d}"
        place.mkdir(parents=True)
        true, predicted = np.divmod(cells, matrix.shape[1])
        np.savez(place / "test.npz", sample=np.arange(len(cells)), true=true, predicted=predicted)


def session_on(
    root: Path,
    runs: Mapping[str, Sequence[ArrayLike]],
    classes: Mapping[str, Sequence[str]] | None = None,
    hierarchy: Mapping[str, Any] | None = None,
    **focus: Any,
) -> Session:
    """The Matrix view on runs given as matrices per epoch; every epoch has been read."""
    root.mkdir(parents=True, exist_ok=True)
    if hierarchy is not None:
        (root / "hierarchy.json").write_text(json.dumps(hierarchy), encoding="utf-8")
    for name, epochs in runs.items():
        write_matrix(root / name, epochs, (classes or {}).get(name, ANIMALS))
    session = open_session(open_catalog([root]), **focus)
    for run in session.catalog.runs:
        history.load(run, "test")
    return replace(session, tab=Tab.MATRIX)


def at(session: Session, true: str, predicted: str) -> Session:
    """`session` with the cursor on a cell."""
    return replace(session, selection=replace(session.selection, true=true, predicted=predicted))


def draw_as(session: Session, **settings: Any) -> Session:
    """`session` with settings of the matrix replaced."""
    return replace(session, matrix=replace(session.matrix, **settings))
