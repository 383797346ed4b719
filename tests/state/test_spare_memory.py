"""Memory that is handed back."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import numpy as np
import pytest

from clftui.state.later import Later
from clftui.state.spare_memory import give_back

STATM = Path("/proc/self/statm")
PAGES = 4000
"""Of what is allocated and freed again below."""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc" or not STATM.exists(), reason="glibc alone gives memory back")
def test_what_was_freed_between_things_that_stay_goes_back() -> None:
    page = os.sysconf("SC_PAGE_SIZE")
    # Freed one by one between pages that stay: the heap cannot shrink at its end.
    blocks = [np.ones(page, dtype=np.uint8) for _ in range(2 * PAGES)]
    kept = blocks[::8]
    blocks.clear()
    before = int(STATM.read_text().split()[1])
    assert give_back()
    assert int(STATM.read_text().split()[1]) < before - PAGES // 2
    assert len(kept) == PAGES // 4


def test_the_thread_of_later_gives_memory_back_when_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[bool] = []
    monkeypatch.setattr("clftui.state.later.IDLE_SECONDS", 0.01)
    monkeypatch.setattr("clftui.state.later.give_back", lambda: given.append(True))
    later = Later()
    assert later.get("key", lambda: 1) is None and later.settle()
    thread = later._thread
    if thread is not None:
        thread.join(10)
    assert later._thread is None and later.get("key", lambda: 2) == 1
    assert given == [True]
