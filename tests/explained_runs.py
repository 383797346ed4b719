"""A collection whose samples two of three runs explain, for tests of tables of explanations."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clftui.data.catalog import open_catalog
from clftui.state import explained_view as steps
from clftui.state.explained_order import Shown, shown_rows
from clftui.state.explained_settings import Of
from clftui.state.features_settings import FeaturesVariant
from clftui.state.selection import Tab
from clftui.state.session import Session, open_session
from tests.builders import write_collection
from tests.explained import blob, write_maps

EMPTY = 9
"""The sample whose maps are zero throughout."""


def answers(root: Path, run: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(true, predicted) of a run in its last epoch."""
    with np.load(root / run / "epochs" / "00003" / "test.npz") as held:
        return held["true"], held["predicted"]


def maps(n: int, x: float) -> NDArray[np.float64]:
    """(n, 7, 7) hills at `x`, each wider than the one before."""
    found = np.stack([blob(0.5, x, width=0.08 + 0.004 * row) for row in range(n)])
    found[EMPTY] = 0
    return found


def write_explained(root: Path) -> Path:
    """run0 explains all 80 samples, run1 the first 60, run2 none."""
    folder = write_collection(root, images=True)
    for run, n, x in (("run0", 80, 0.3), ("run1", 60, 0.6)):
        write_maps(folder / run, "Grad-CAM", maps(n, x), target=answers(folder, run)[1][:n])
    return folder


def opened(root: Path, **changes: object) -> Session:
    """The table of all samples of run0 in Features, with other settings of it."""
    session = open_session(open_catalog([root]), run="run0")
    session = replace(session, tab=Tab.FEATURES)
    session = replace(session, features=replace(session.features, variant=FeaturesVariant.EXPLAINED))
    return steps.settings(session, **{"of": Of.ALL, **changes})


def table(session: Session) -> Shown:
    """The table as it shows, all of it known."""
    shown = shown_rows(session)
    assert isinstance(shown, Shown), shown.sentence
    return shown


def ids(session: Session) -> list[str]:
    """The samples of its rows, from the top."""
    shown = table(session)
    return [shown.rows.sample_id(row) for row in shown.order.tolist()]
