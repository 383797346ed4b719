"""Our themes as Textual's: the frame and the dialogs take their colours from the same TOML as the views."""

from __future__ import annotations

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
    """A Textual theme of `palette`; each role is also the CSS variable `$clf-<role>`, `$clf-backdrop` what dims."""
    roles = {f"clf-{role.replace('_', '-')}": hexadecimal(getattr(palette, role)) for role in _ROLES}
    # Sixteen colours cannot be dimmed: mixed with the page all of them would become it.
    roles["clf-backdrop"] = f"{hexadecimal(palette.page)} {38 if palette.depth > Depth.ANSI16 else 0}%"
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


class Themes:
    """The themes there are, each read when it is first wanted: the first frame needs one of them."""

    def __init__(self, depth: Depth) -> None:
        self._depth = depth
        self._paths = find_themes(config_folder() / "themes")
        self._read: dict[str, Palette | None] = {}
        self.problems: list[str] = []
        """A sentence for each theme that could not be read."""

    @property
    def names(self) -> list[str]:
        """Names of all themes that are not known to be broken."""
        return [name for name in sorted(self._paths) if self._read.get(name, ...) is not None]

    def get(self, name: str) -> Palette | None:
        """The palette of a theme; None where there is none of this name or its file is broken."""
        if name not in self._read and name in self._paths:
            try:
                self._read[name] = load_theme(self._paths[name], self._depth)
            except FormatError as error:
                self._read[name] = None
                self.problems.append(str(error))
        return self._read.get(name)

    def first(self, *wanted: str) -> Palette:
        """The first of these that can be read, else any; FormatError where no theme can."""
        for name in (*wanted, "dark", *self.names):
            palette = self.get(name)
            if palette is not None:
                return palette
        raise FormatError("themes", "", "holds no theme that can be read", "reinstall clftui")

    def check_all(self) -> list[str]:
        """Read every theme; a sentence for each that is broken."""
        for name in sorted(self._paths):
            self.get(name)
        return self.problems
