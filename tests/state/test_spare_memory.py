"""Memory that is handed back."""

from __future__ import annotations

import os
import platform
import threading
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
    given = threading.Event()
    monkeypatch.setattr("clftui.state.later.IDLE_SECONDS", 0.01)
    monkeypatch.setattr("clftui.state.later.give_back", given.set)
    later = Later()
    assert later.get("key", lambda: 1) is None and later.settle()
    # Threads of other tests may hand back, too: given alone does not say that this one has ended.
    while thread := later._thread:
        thread.join(10)
    assert given.wait(10)
    assert later.get("key", lambda: 2) == 1
