"""A unit of a layer over the epochs in which it was recorded, and the layers side by side."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from clftui.analysis import responses as analysis
from clftui.data import responses as reader
from clftui.data.catalog import open_catalog
from clftui.state import responses_steps as steps
from clftui.state.moves import select
from clftui.state.responses_model import ResponseMap, response_map
from clftui.state.responses_unit import UnitPast, layer_lines, past
from clftui.state.selection import Tab
from clftui.state.session import Session, open_session
from tests.builders import labels
from tests.responded import N, means_of, write_layer, write_responded
from tests.responded import answers as recorded


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_responded(tmp_path / "animals")


def opened(root: Path) -> Session:
    return select(replace(open_session(open_catalog([root])), tab=Tab.FEATURES), true="dog")


def shown(session: Session) -> ResponseMap:
    found = response_map(steps.settings(session, unit=1))
    assert isinstance(found, ResponseMap)
    return found


def told(root: Path) -> UnitPast:
    """As the files are now."""
    reader._known._listed.clear()
    reader._known._epochs.clear()
    return past(shown(opened(root)))


@pytest.mark.row("B37")
def test_a_unit_over_epochs_and_the_layers_side_by_side(root: Path) -> None:
    session = opened(root)
    found, line = shown(session), told(root)
    assert line.epochs == (1, 2, 3)
    assert np.allclose(line.means[:, 1], recorded()[labels(N, 4) == 1, 1].mean() * np.array([1, 2, 3]), rtol=1e-4)
    assert np.allclose(line.separation, analysis.separation(recorded()[:, 1:2], labels(N, 4), 4)[0], rtol=1e-4)
    early, late = layer_lines(session, found)
    assert (early.name, early.units, late.units, late.silent) == ("early", 3, 6, 1)
    assert late.favouring == int((found.relevance.ratio >= 1).sum()) if found.relevance is not None else False
    assert np.isclose(late.best, np.nanmax(found.figures.separation))


def test_sample_numbers_may_be_of_any_size(root: Path) -> None:
    before = told(root)
    for path in root.glob("run0/epochs/*/test*.npz"):
        with np.load(path) as stored:
            arrays = dict(stored)
        if "sample" in arrays:
            arrays["sample"] = np.where(arrays["sample"] == N - 1, 10**12, arrays["sample"].astype(np.int64))
            np.savez(path, allow_pickle=False, **arrays)
    np.testing.assert_allclose(told(root).separation, before.separation)


def test_class_means_alone_are_no_point_of_a_line_of_samples(root: Path) -> None:
    write_layer(root / "run0", "late", means_of(recorded()).astype(np.float32), epoch=2, depth=1)
    line = told(root)
    assert np.isnan(line.separation).tolist() == [False, True, False] and not np.isnan(line.means).any()
    for epoch in (1, 3):
        write_layer(root / "run0", "late", means_of(recorded()).astype(np.float32), epoch=epoch, depth=1)
    for path in root.glob("run0/epochs/*/test.responses.late.npz"):
        path.rename(path.with_name("test.responses.bare.npz"))
    bare = told(root)
    assert np.allclose(bare.separation, analysis.spread(means_of(recorded())[:, 1:2])[0], rtol=1e-4)
