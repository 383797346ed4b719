"""Our themes as Textual's: the frame and the dialogs take their colours from the same TOML as the views."""

from __future__ import annotations

from pathlib import Path

from textual.theme import Theme

from clftui.app.preferences import config_folder
from clftui.drawing.encode import Depth
from clftui.drawing.palette import Palette, find_themes, load_theme
from clftui.schema import FormatError

_ROLES = ("page", "surface", "raised", "line", "faint", "muted", "text", "focus", "on_focus", "worse", "better", "live")


def hexadecimal(colour: int) -> str:
    """`#0f1317`."""
    return f"#{colour:06x}"


def textual_theme(palette: Palette) -> Theme:
    """A Textual theme of `palette`; each role is also the CSS variable `$clf-<role>`."""
    roles = {f"clf-{role.replace('_', '-')}": hexadecimal(getattr(palette, role)) for role in _ROLES}
    return Theme(
        name=f"clf-{palette.name}",
        primary=hexadecimal(palette.focus),
        background=hexadecimal(palette.page),
        surface=hexadecimal(palette.surface),
        panel=hexadecimal(palette.raised),
        foreground=hexadecimal(palette.text),
        warning=hexadecimal(palette.worse),
        error=hexadecimal(palette.worse),
        success=hexadecimal(palette.better),
        accent=hexadecimal(palette.focus),
        dark=palette.dark,
        variables=roles,
    )


def load_palettes(depth: Depth) -> tuple[dict[str, Palette], list[str]]:
    """Every theme that can be read, by name, and a sentence for each that cannot."""
    palettes: dict[str, Palette] = {}
    problems: list[str] = []
    extra: Path = config_folder() / "themes"
    for name, path in find_themes(extra).items():
        try:
            palettes[name] = load_theme(path, depth)
        except FormatError as error:
            problems.append(str(error))
    return palettes, problems
