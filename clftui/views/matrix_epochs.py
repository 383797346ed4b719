"""The grid of the Matrix view where cells hold their history: what the strips are of, and everything beside them."""

from __future__ import annotations

from collections.abc import Sequence

from clftui.analysis.history import downsample_all
from clftui.drawing.canvas import Canvas
from clftui.state import matrix_epochs as model
from clftui.state.matrix_cells import peak as largest_now
from clftui.state.matrix_encoding import HISTORY, encoding
from clftui.state.matrix_epochs import Axis
from clftui.state.matrix_model import Matrix
from clftui.state.matrix_words import RunCell
from clftui.state.session import Session
from clftui.state.settings import CellEncoding, Tracks
from clftui.text import text_width
from clftui.widgets import matrix_frame as frame
from clftui.widgets.matrix_epochs import (
    Look,
    draw_histories,
    draw_margins,
    draw_track_letters,
    looks,
)
from clftui.widgets.matrix_epochs_layout import StripContent, StripPlan
from clftui.widgets.matrix_grid import level_of
from clftui.widgets.matrix_layout import Layout

BESIDE_HINT, SCALE = 15, 21
"""Columns that the hint leaves to the axes, and those that the scale needs."""


def content_of(session: Session, canvas: Canvas, shown: Matrix) -> StripContent | None:
    """What the strips need room for; None where cells hold no history."""
    now = encoding(session)
    if now not in HISTORY:
        return None
    every = model.tracks(session)
    epochs = model.axis(session, shown, every).epochs
    fitting = session.matrix.tracks is Tracks.FITTING
    spark = now is CellEncoding.SPARK
    width = max(text_width(track.label) for track in every)
    each = spark or not canvas.palette.colourful
    return StripContent(len(every), fitting, max(len(epochs), 1), spark, each, session.matrix.rotated, width)


def draw_epochs_part(
    canvas: Canvas, layout: Layout, session: Session, shown: Matrix, window: tuple[slice, slice]
) -> None:
    """The cells at positions `window` as strips, with the margin over the epochs at the right."""
    plan, (rows, columns) = layout.strips, window
    if plan is None:
        return
    tracks = model.fitting(session, plan.tracks)
    axis = model.axis(session, shown, tracks)
    look = looks(canvas.palette, [track.label for track in tracks], [track.letter for track in tracks])
    peak = model.top(axis, shown)
    if peak is None:
        peak = largest_now(shown)
    _draw_cells(canvas, layout, plan, shown, axis, (rows, columns), peak, look)
    draw_track_letters(canvas, layout, plan, look, columns.stop - columns.start)
    margins = model.margins(session, axis, shown, tracks, rows)
    draw_margins(canvas, layout, plan, margins, look, (shown.row_metric.label, axis.words))
    ramp = look[0].ramp if look else canvas.palette.ember
    hint = _hint(canvas.width - layout.x - BESIDE_HINT, plan, axis, frame.part_words(shown.n, rows, columns))
    frame.draw_axes(canvas, layout, shown, hint, peak, ramp)


def _draw_cells(
    canvas: Canvas,
    layout: Layout,
    plan: StripPlan,
    shown: Matrix,
    axis: Axis,
    window: tuple[slice, slice],
    peak: float,
    look: Sequence[Look],
) -> None:
    values = model.cell_values(axis, shown, *window).transpose(0, 2, 3, 1)
    level = level_of(shown, downsample_all(values, plan.slots), peak).transpose(0, 3, 1, 2)
    most = model.largest_counts(axis, shown, *window)
    off = shown.order[window[0]][:, None] != shown.order[window[1]][None, :]
    part = off | shown.settings.diagonal
    enough = most >= max(shown.settings.at_least, 1)
    draw_histories(canvas, layout, plan, level, part & enough, part & (most > 0) & ~enough, look)


def _hint(room: int, plan: StripPlan, axis: Axis, part: str) -> str:
    """`epochs 1–90 as 12: least, greatest, last kept   rows 1–8 of 1,000`, or as much of it as fits `room`."""
    if not len(axis.epochs):
        return "no epoch is read yet"
    words = [f"epochs {axis.words}"]
    if len(axis.epochs) > plan.slots:
        short = f"{words[0]} as {plan.slots}"
        words = [f"{short}: least, greatest, last kept", short]
    located = [f"{each}   {part}" for each in words] if part else []
    # Where the window lies is worth more than the scale, and that epochs are left out more than either.
    choices = [
        *((each, SCALE) for each in located),
        *((each, 0) for each in located[-1:]),
        *((w, SCALE) for w in words),
    ]
    return next((each for each, beside in choices if text_width(each) <= room - beside), words[-1])


def cell_words(session: Session, plan: StripPlan, shown: Matrix) -> tuple[RunCell, ...]:
    """The cell under the cursor by track."""
    tracks = model.fitting(session, plan.tracks)
    return model.cell_words(session, model.axis(session, shown, tracks), shown, tracks)


def is_waiting(session: Session, plan: StripPlan, shown: Matrix) -> bool:
    """Whether epochs of another split, or the scale, are still on their way."""
    return model.is_waiting(session, shown, model.fitting(session, plan.tracks))
