"""Steps between the encodings of the matrix's cells, and what their strips are."""

from __future__ import annotations

from dataclasses import replace

from clftui.state.matrix_encoding import HISTORY, encoding, why_not
from clftui.state.matrix_epochs import tracks
from clftui.state.matrix_images import has_scores
from clftui.state.moves import cycle, say
from clftui.state.session import Session
from clftui.state.settings import NEAR, CellEncoding, Tracks, Zoom

CYCLE = tuple(CellEncoding)


def next_cell(session: Session) -> Session:
    """Numbers, histories as heat strips and as sparklines, images, then shades alone; from far away, numbers.

    What the run or its samples lack is left out, and the notice says so.
    """
    if session.matrix.zoom_of(len(session.classes)) not in NEAR:
        return _shown(session, "Cells show a number.", zoom=Zoom.NUMBER, cell=CellEncoding.NUMBER)
    reasons: dict[str, None] = {}
    for cell in CYCLE[CYCLE.index(encoding(session)) + 1 :]:
        ready = _with_cell(session, cell)
        reason = why_not(ready, cell)
        if not reason:
            described = _described(ready)
            return say(described, _sentences(*reasons, described.notice))
        reasons[reason] = None
    words = _sentences(*reasons, "Cells show a shade.")
    return _shown(session, words, zoom=Zoom.SHADE, cell=CellEncoding.NUMBER)


def to_images(session: Session) -> Session:
    """The image of the sample that stands for each cell; from far away too."""
    reason = why_not(session, CellEncoding.IMAGE)
    if reason:
        return say(session, f"{reason}.")
    zoom = session.matrix.zoom_of(len(session.classes))
    near = replace(session, matrix=replace(session.matrix, zoom=zoom if zoom in NEAR else Zoom.NUMBER))
    return _described(_with_cell(near, CellEncoding.IMAGE))


def _sentences(*parts: str) -> str:
    return ". ".join(parts)


def _with_cell(session: Session, cell: CellEncoding) -> Session:
    ready = replace(session, matrix=replace(session.matrix, cell=cell))
    return _with_history(ready) if cell in HISTORY else ready


def _with_history(session: Session) -> Session:
    """The splits as tracks where epochs make no history but splits do."""
    splits = replace(session, matrix=replace(session.matrix, tracks=Tracks.SPLITS))
    cell = session.matrix.cell
    return splits if why_not(session, cell) and not why_not(splits, cell) else session


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
    if session.matrix.cell is CellEncoding.IMAGE:
        which = "the surest of their samples" if has_scores(session) else "one of their samples, always the same"
        return say(session, f"Cells show an image: {which}.")
    labels = " ".join(track.label for track in tracks(session))
    name = "a sparkline" if session.matrix.cell is CellEncoding.SPARK else "a heat strip"
    return say(session, f"Cells show their epochs, {name} for each of {labels}.")


def _shown(session: Session, notice: str, **changes: object) -> Session:
    return say(replace(session, matrix=replace(session.matrix, **changes)), notice)  # type: ignore[arg-type]
