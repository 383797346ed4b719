"""Ten thousand classes: every zoom level, without an array of classes by classes."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import pytest

from clftui.data.catalog import open_catalog
from clftui.state import matrix_zoom
from clftui.state.selection import Tab
from clftui.state.session import Session, open_session
from clftui.state.settings import Against, Share, Zoom
from tests.benchmarks.make_runs import large_run
from tests.matrices import draw_as
from tests.views.test_matrix_view import drawn

K = 10_000
BYTES = 60e6
"""Less than a byte for every cell of the matrix."""


@pytest.fixture(scope="module")
def vast(tmp_path_factory: pytest.TempPathFactory) -> Session:
    folder = large_run(tmp_path_factory.mktemp("vast"), n=30_000, classes=K, epochs=2)
    return replace(open_session(open_catalog([folder])), tab=Tab.MATRIX)


@pytest.mark.row("B36", "P18")
@pytest.mark.parametrize("zoom", Zoom)
def test_every_zoom_draws_and_moves_in_little_memory(vast: Session, zoom: Zoom) -> None:
    session = draw_as(vast, zoom=zoom, share=Share.ROW, against=Against.EPOCH)
    tracemalloc.start()
    try:
        canvas = drawn(session, 160, 46)
        moved = matrix_zoom.move(session, 3, 5, (80, 80))
        drawn(moved, 160, 46)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < BYTES
    text = canvas.rows_text()
    assert ("10,000 classes, 125 × 125 a pixel, max" if zoom is Zoom.OVERVIEW else "of 10,000") in text[0]
    assert moved.selection.true != session.selection.true
