"""Steps of the explained variant of Features."""

from __future__ import annotations

from clftui.state.features_steps import Steps
from clftui.state.session import Session


def _move(session: Session, rows: int, columns: int, page: tuple[int, int]) -> Session:
    return session


def _drill(session: Session) -> Session:
    return session


STEPS = Steps(_move, _drill, lambda session: "samples", "where models looked, a sample a row")
