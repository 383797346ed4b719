"""A long list is sorted behind the screen's back: keys answer at once, and what showed stays until it is there."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from clftui.state import sample_list, sample_order
from clftui.state.sample_list import SORTED, SampleList, listing
from clftui.state.sample_settings import SampleSort
from clftui.state.selection import Part, Scope
from clftui.state.unready import impatient
from tests.builders import write_collection
from tests.views.samples_app import now, opened, samples_of, settled, text_of


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sample_list, "AT_ONCE", 10)
    return write_collection(tmp_path / "runs", images=True)


async def test_the_old_order_stays_until_the_new_one_is_there(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go, real = threading.Event(), sample_order.order

    def slow(*given: Any) -> Any:
        assert go.wait(20)
        return real(*given)

    session = samples_of(root, Scope(part=Part.ALL))
    first = listing(session)
    assert isinstance(first, SampleList)
    async with opened(session) as (pilot, view):
        assert SORTED.settle()
        await settled(pilot, view)
        before = text_of(view).splitlines()
        assert "surest first" in before[0]
        monkeypatch.setattr(sample_list, "order", slow)
        await pilot.press("o")
        assert now(view).samples.sort is SampleSort.TRUE_SCORE
        waiting = text_of(view).splitlines()
        assert waiting[0].rstrip().endswith("Sorting 80 samples …") and waiting[2:9] == before[2:9]
        assert view.legend == "Sorting 80 samples …" and view.busy
        go.set()
        assert SORTED.settle()
        view.redraw()
        await settled(pilot, view)
        assert "lowest true score first" in text_of(view) and "Sorting" not in text_of(view)
        shown = listing(now(view))
        assert isinstance(shown, SampleList) and shown.positions.tolist() != first.positions.tolist()
        assert "thumbnails" in view.legend


def test_a_report_waits_and_a_draw_of_other_samples_shows_no_old_ones(root: Path) -> None:
    session = samples_of(root, Scope(part=Part.ALL))
    with impatient() as draw:
        found = listing(session)
    assert isinstance(found, sample_list.Nothing) and found.waiting and draw.missing
    assert found.sentence == "Sorting 80 samples …"
    assert isinstance(listing(session), SampleList), "who may wait gets the list at once"
    assert SORTED.settle()
    with impatient() as draw:
        assert listing(session) is listing(session) and not draw.missing
    assert sample_list.is_of(listing(session), session)  # type: ignore[arg-type]
    assert not sample_list.is_of(listing(session), samples_of(root, Scope(part=Part.WRONG)))  # type: ignore[arg-type]
