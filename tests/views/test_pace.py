"""What waits while a key is held."""

from __future__ import annotations

import pytest

from clftui.views.pace import REST_SECONDS, Pace


def test_the_first_key_and_the_last_are_followed_and_those_between_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("clftui.views.pace.time.monotonic", lambda: now)
    pace = Pace()
    assert not pace.hurries("cat")
    now += 1
    assert not pace.hurries("dog")
    for name in ("fox", "owl", "yak"):
        now += REST_SECONDS / 2
        assert pace.hurries(name)
    # Asked again for the same, until the keys have rested.
    now += REST_SECONDS / 2
    assert pace.hurries("yak")
    now += REST_SECONDS / 2
    assert not pace.hurries("yak")
    now += REST_SECONDS / 2
    assert not pace.hurries("yak")
