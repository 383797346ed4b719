"""Steps between the encodings of the matrix's cells, and what their strips are."""

from __future__ import annotations

from dataclasses import replace

from clftui.state.matrix_epochs import NEAR, encoding, tracks, why_not
from clftui.state.moves import cycle, say
from clftui.state.session import Session
from clftui.state.settings import CellEncoding, Tracks, Zoom

CYCLE = (CellEncoding.NUMBER, CellEncoding.STRIP, CellEncoding.SPARK)


def next_cell(session: Session) -> Session:
    """Numbers, then histories as heat strips, then as sparklines, then shades alone; from far away, numbers."""
    settings = session.matrix
    level = settings.zoom_of(len(session.classes))
    if level not in NEAR:
        return _shown(session, "Cells show a number.", zoom=Zoom.NUMBER, cell=CellEncoding.NUMBER)
    now = encoding(session)
    if now is CellEncoding.SPARK:
        return _shown(session, "Cells show a shade.", zoom=Zoom.SHADE, cell=CellEncoding.NUMBER)
    to = cycle(now, among=CYCLE)
    ready = _with_history(replace(session, matrix=replace(settings, cell=to)))
    reason = why_not(ready)
    if reason:
        return _shown(session, f"{reason}. Cells show a shade.", zoom=Zoom.SHADE, cell=CellEncoding.NUMBER)
    return _described(ready)


def _with_history(session: Session) -> Session:
    """The splits as tracks where epochs make no history but splits do."""
    splits = replace(session, matrix=replace(session.matrix, tracks=Tracks.SPLITS))
    return splits if why_not(session) and not why_not(splits) else session


def toggle_spark(session: Session) -> Session:
    """Sparklines instead of heat strips, or heat strips again."""
    spark = encoding(session) is not CellEncoding.SPARK
    cell = CellEncoding.SPARK if spark else CellEncoding.STRIP
    return _described(replace(session, matrix=replace(session.matrix, cell=cell)))


def next_tracks(session: Session) -> Session:
    """As many runs as fit, all of A to D, the focused run alone, its splits: those that there are."""
    found = [each for each in Tracks if _differs(session, each)]
    if len(found) < 2:
        return say(session, "There is one run and one split to draw.")
    to = cycle(session.matrix.tracks, among=found)
    return _described(replace(session, matrix=replace(session.matrix, tracks=to)))


def _differs(session: Session, kind: Tracks) -> bool:
    """Whether a choice of tracks shows anything, and more than the choice that is simpler."""
    of = tracks(replace(session, matrix=replace(session.matrix, tracks=kind)))
    return kind is Tracks.FOCUSED or len(of) > 1


def rotate(session: Session) -> Session:
    """Epochs from top to bottom, so that cells of one column compare side by side; or to the right again."""
    rotated = not session.matrix.rotated
    words = "down: compare cells along a row" if rotated else "to the right: compare cells along a column"
    return _shown(session, f"Epochs run {words}.", rotated=rotated)


def _described(session: Session) -> Session:
    labels = " ".join(track.label for track in tracks(session))
    name = "a sparkline" if session.matrix.cell is CellEncoding.SPARK else "a heat strip"
    return say(session, f"Cells show their epochs, {name} for each of {labels}.")


def _shown(session: Session, notice: str, **changes: object) -> Session:
    return say(replace(session, matrix=replace(session.matrix, **changes)), notice)  # type: ignore[arg-type]
