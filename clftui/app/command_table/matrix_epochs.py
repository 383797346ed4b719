"""Commands of the Matrix view for what its cells hold: numbers, shades, or their history."""

from __future__ import annotations

from clftui.app.commands import Command
from clftui.state.matrix_encoding import HISTORY, encoding
from clftui.state.matrix_epochs_steps import next_cell, next_tracks, rotate, toggle_spark
from clftui.state.matrix_zoom import toggle_pool
from clftui.state.selection import Tab
from clftui.state.session import Session
from clftui.state.settings import Zoom

ONLY = frozenset({Tab.MATRIX})


def _has_history(session: Session) -> bool:
    return bool(session.classes) and encoding(session) in HISTORY


def _in_overview(session: Session) -> bool:
    return bool(session.classes) and session.matrix.zoom_of(len(session.classes)) is Zoom.OVERVIEW


def _variant(session: Session) -> Session:
    return toggle_spark(session) if _has_history(session) else toggle_pool(session)


COMMANDS: tuple[Command, ...] = (
    Command("matrix.encoding", ("c",), "cell", "Cells with numbers, their epochs as heat strips or sparklines, the "
            "image of a sample, or shades alone: many more classes at once.",
            "Show", step=next_cell, tabs=ONLY, footer=10),
    Command("matrix.pool", ("v",), "variant", "Epochs as sparklines or heat strips; a pixel of the overview as its "
            "largest cell or their sum.",
            "Show", step=_variant, tabs=ONLY, footer=11, when=lambda session: _in_overview(session)
            or _has_history(session)),
    Command("matrix.tracks", ("C",), "strips", "What the strips of a cell are: the runs A to D, the focused one, its "
            "splits.",
            "Show", step=next_tracks, tabs=ONLY, footer=11, when=_has_history),
    Command("matrix.rotate", ("O",), "rotate", "Epochs from top to bottom, to compare along a row; or to the right.",
            "Show", step=rotate, tabs=ONLY, footer=11, when=_has_history),
)  # fmt: skip

READING: tuple[tuple[str, str], ...] = (
    ("▌▌▌ in a cell", "its epochs from the left, two a character, a strip for each run A to D: c, v, C and O"),
    ("▁▃▇ in a cell", "the same as heights, an epoch a character; a faint base line is an epoch without a sample"),
    ("blank in a strip", "the run has no such epoch; all cells share one axis, so the same place is the same epoch"),
    ("epochs 1–90 as 12", "more epochs than room: of each stretch the least and the greatest, and the last, are kept"),
    ("· in a cell", "samples in some epoch, but never as many as the threshold"),
    ("now  best  since", "recall now, the epoch it was best in, the loss since; coloured where beyond chance"),
    ("A 38→110 (epoch 12)", "samples in the cell in the first epoch of the range, and in the one that shows"),
)
