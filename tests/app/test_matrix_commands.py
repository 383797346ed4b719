"""The keys of the Matrix view change its settings and say so."""

from __future__ import annotations

from pathlib import Path

import pytest

from clftui.app.command_table import matrix
from clftui.state.session import Session
from clftui.state.settings import ClassOrder, MatrixSettings, Share
from tests.matrices import COUNTS, session_on


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return session_on(tmp_path, {"only": [COUNTS]})


def press(session: Session, *keys: str) -> Session:
    for key in keys:
        command = next(command for command in matrix.COMMANDS if key in command.keys)
        assert command.works(session) and command.step is not None
        session = command.step(session)
        assert session.notice.endswith(".")
    return session


@pytest.mark.row("B10", "B11", "C8")
@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("%", MatrixSettings(share=Share.ROW)),
        ("%%", MatrixSettings(share=Share.COLUMN)),
        ("%%%", MatrixSettings(share=Share.TOTAL)),
        ("D", MatrixSettings(diagonal=True)),
        ("T", MatrixSettings(transposed=True)),
        ("o", MatrixSettings(order=ClassOrder.HARDEST)),
        (">>", MatrixSettings(at_least=3)),
        (">><", MatrixSettings(at_least=2)),
    ],
)
def test_keys(session: Session, keys: str, expected: MatrixSettings) -> None:
    pressed = press(session, *keys)
    assert pressed.matrix == expected
    assert pressed.selection == session.selection


@pytest.mark.parametrize("key", ["%", "D", "T", "o"])
def test_every_toggle_comes_round(session: Session, key: str) -> None:
    seen = [session.matrix]
    while len(seen) == 1 or seen[-1] != seen[0]:
        session = press(session, key)
        assert session.matrix not in seen[1:]
        seen.append(session.matrix)
    assert len(seen) > 2


def test_help_reads_every_glyph() -> None:
    assert all(sample and meaning for sample, meaning in matrix.READING)
