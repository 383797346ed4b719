"""What tests that press keys read off the app: its state, and the text of a bar or view."""

from __future__ import annotations

from textual.pilot import Pilot

from clftui.app.app import ClfApp
from clftui.state.session import Session
from clftui.widgets.canvas_view import CanvasView


def app_of(pilot: Pilot[None]) -> ClfApp:
    """The app under test."""
    assert isinstance(pilot.app, ClfApp)
    return pilot.app


def now(pilot: Pilot[None]) -> Session:
    """What it shows."""
    return app_of(pilot).main.now


def drawn(pilot: Pilot[None], part: type[CanvasView]) -> str:
    """The lines of a bar or view of the main screen."""
    canvas = app_of(pilot).main.query_one(part).canvas
    assert canvas is not None
    return "\n".join(canvas.rows_text())
