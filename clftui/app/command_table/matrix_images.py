"""Commands of the Matrix view for the images of its cells, and for a sheet of them on paper."""

from __future__ import annotations

from clftui.app.commands import Command
from clftui.state.matrix_encoding import why_not
from clftui.state.matrix_epochs_steps import to_images
from clftui.state.selection import Tab
from clftui.state.session import Session
from clftui.state.settings import CellEncoding

MATRIX = frozenset({Tab.MATRIX})
SHEET = frozenset({Tab.MATRIX, Tab.SAMPLES})


def _has_images(session: Session) -> bool:
    return bool(session.classes) and not why_not(session, CellEncoding.IMAGE)


COMMANDS: tuple[Command, ...] = (
    Command("matrix.images", (), "images", "Cells with the image of their surest sample.", "Show", step=to_images,
            tabs=MATRIX, when=_has_images),
    Command("matrix.contact_sheet", (), "contact sheet", "Write a contact sheet: a picture of the most frequent "
            "confusions, each with its surest samples.", "Act", effect="contact_sheet", tabs=SHEET, when=_has_images),
)  # fmt: skip

READING: tuple[tuple[str, str], ...] = (
    ("image in a cell", "of its samples the one of highest confidence in the predicted class; equals, and runs without "
                        "scores, by a choice that stays the same; enter goes to it"),
    ("number under it", "how many samples the cell has, or their share: the stronger its shade, the more"),
)  # fmt: skip
