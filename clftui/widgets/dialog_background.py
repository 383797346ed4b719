"""What lies under a dialog is tinted, but not kitty's pictures: a tint would change the ink, which is their number."""

from __future__ import annotations

from collections.abc import Iterable

import textual.screen
from rich.segment import Segment
from textual.color import Color
from textual.renderables.background_screen import BackgroundScreen

from clftui.drawing.kitty import PLACEHOLDER


class PicturesBackground(BackgroundScreen):
    """Textual's tinted screen under a dialog, with pictures as they are."""

    @classmethod
    def process_segments(cls, segments: Iterable[Segment], color: Color) -> Iterable[Segment]:
        """The segments tinted by `color`."""
        for segment in segments:
            if segment.text.startswith(PLACEHOLDER) and not segment.control:
                yield segment
            else:
                yield from super().process_segments((segment,), color)


def keep_pictures() -> None:
    """Let every dialog from now on leave the pictures under it as they are."""
    textual.screen.BackgroundScreen = PicturesBackground  # type: ignore[attr-defined]
