"""A slice of the proof that no sequence of keys ends the app; `python -m tests.proofs.random_keys` is the whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from clftui.app.registry import Registry
from clftui.state.moves import focus_run
from clftui.views.matrix import MatrixView
from tests.builders import write_collection
from tests.proofs import random_keys
from tests.robust.screens import Screen, drive, session_of


@pytest.mark.parametrize("number", [3, 4])
def test_random_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """On every kind of file there is, and on every broken run."""
    monkeypatch.chdir(tmp_path)
    figures = random_keys.Figures()
    random_keys.sequence(number, 60, tmp_path / "collection", figures)
    assert figures.failures == []
    assert figures.keys + figures.clicks + figures.resizes == 60 and len(figures.views) > 1


def test_every_command_has_a_key_among_the_choices() -> None:
    keys = random_keys.choices()
    missing = [c.id for c in Registry().commands if c.keys and not set(c.keys) & set(keys)]
    assert missing == ["quit"] and "ctrl+q" not in keys


def test_a_crash_is_told_with_its_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def draw(self: MatrixView, canvas: object) -> None:
        raise KeyError("on purpose")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(MatrixView, "draw", draw)
    figures = random_keys.Figures()
    for number in range(0, 80, 8):
        random_keys.sequence(number, 60, tmp_path / f"collection{number}", figures)
        if figures.failures:
            break
    assert "KeyError: 'on purpose'" in figures.failures[0] and figures.failures[0].startswith("sequence")


def test_clicks_reach_the_views(tmp_path: Path) -> None:
    session = focus_run(session_of(write_collection(tmp_path / "runs", runs=3)), "run0")

    async def script(screen: Screen) -> None:
        await screen.press("1")
        await screen.click(10, 4)
        assert screen.session.selection.run != "run0"

    drive(session, script)
