"""Every kind of bad input on the screen: no key ends the app, the sentence stands there, the good run still shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from clftui.state.moves import focus_run
from tests.builders import CLASSES
from tests.robust.broken import CASES, write
from tests.robust.screens import Screen, drive, session_of

TOUR = ("2", "N", "3", "o", "c", "enter", "7", "o", "enter", "backspace", "s", "bracketleft", "bracketright", "i", "y")


@pytest.mark.parametrize("name", CASES)
def test_every_screen_bears_it(tmp_path: Path, name: str) -> None:
    case = CASES[name]
    root = write(tmp_path / "runs", case)
    key = "bad" if case.listed else "good"

    async def script(screen: Screen) -> None:
        assert "good" in await screen.press("1")
        screen.app.main.act(lambda session: focus_run(session, key))
        await screen.press("1")
        await screen.settle()
        if case.says and not case.whole:
            assert all(part in _unbroken(screen.text) for part in case.says[1:] or case.says), screen.text
        await screen.press(*TOUR)
        await screen.settle()
        screen.app.main.act(lambda session: focus_run(session, "good"))
        text = await screen.press("3")
        assert all(cls in text for cls in CLASSES[:3]), text

    drive(session_of(root), script)


def _unbroken(text: str) -> str:
    return " ".join(text.split())
