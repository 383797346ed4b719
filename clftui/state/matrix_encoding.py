"""What the cells of the matrix hold now: a number, their epochs, or the image of a sample."""

from __future__ import annotations

from clftui.state import matrix_epochs, matrix_images
from clftui.state.session import Session
from clftui.state.settings import NEAR, CellEncoding

HISTORY = frozenset({CellEncoding.STRIP, CellEncoding.SPARK})
"""The encodings that show a cell's epochs."""


def encoding(session: Session) -> CellEncoding:
    """What cells hold: numbers where there is nothing else to show, or no room for it."""
    cell, near = session.matrix.cell, session.matrix.zoom_of(len(session.classes)) in NEAR
    return cell if near and not why_not(session, cell) else CellEncoding.NUMBER


def why_not(session: Session, cell: CellEncoding) -> str:
    """Why cells cannot be encoded so, without its full stop; empty where they can."""
    if cell in HISTORY:
        return matrix_epochs.why_not(session)
    return matrix_images.why_not(session) if cell is CellEncoding.IMAGE else ""


def words(session: Session) -> str:
    """`heat strip · runs as fit`, for the legend; empty where cells hold numbers."""
    now = encoding(session)
    if now in HISTORY:
        return matrix_epochs.words(session)
    return matrix_images.words(session) if now is CellEncoding.IMAGE else ""
