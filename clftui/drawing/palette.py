"""The colours of a theme, and how they come from a TOML file.

A colour is an int 0xRRGGBB throughout `drawing`; roles keep the names of the theme files.
"""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cached_property
from pathlib import Path
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from clftui.bundled import bundled_folder
from clftui.drawing import ramp
from clftui.drawing.ramp import Ints
from clftui.drawing.snapped import snapped, steps16
from clftui.schema import FormatError

ROLES = (
    "page",
    "surface",
    "raised",
    "line",
    "faint",
    "muted",
    "text",
    "focus",
    "on_focus",
    "worse",
    "better",
    "live",
)
RAMPS = ("ember", "ice", "worse_arm", "better_arm")
RUNS = 4
STOPS = 5

_HEX = re.compile(r"#[0-9a-fA-F]{6}")
_SHADES = " ░▒▓█"

# SGR numbers of the sixteen colours; 39 and 49 are the terminal's own text and page.
_DARK_FG16 = {"page": 30, "surface": 30, "raised": 90, "line": 90, "faint": 90, "muted": 37, "text": 39, "focus": 93}
_DARK_FG16 |= {"on_focus": 30, "worse": 91, "better": 96, "live": 92}
_DARK_BG16 = {"page": 49, "surface": 49, "raised": 100, "line": 100, "focus": 103, "text": 107}
_LIGHT_FG16 = {"page": 97, "surface": 97, "raised": 37, "line": 37, "faint": 90, "muted": 90, "text": 39, "focus": 34}
_LIGHT_FG16 |= {"on_focus": 97, "worse": 31, "better": 36, "live": 32}
_LIGHT_BG16 = {"page": 49, "surface": 49, "raised": 47, "line": 47, "focus": 44, "text": 40}
_RUNS16 = {True: (96, 33, 95, 92), False: (36, 33, 35, 32)}


class Depth(IntEnum):
    """How many bits of colour the terminal shows; MONO has attributes alone."""

    MONO = 0
    ANSI16 = 4
    ANSI256 = 8
    TRUE = 24


@dataclass(frozen=True, eq=False, repr=False)
class Palette:
    """One theme at one colour depth. Roles are packed colours; each ramp is a (256,) int32 array, weak to strong."""

    name: str
    dark: bool
    page: int
    surface: int
    raised: int
    line: int
    faint: int
    muted: int
    text: int
    focus: int
    on_focus: int
    worse: int
    better: int
    live: int
    runs: tuple[int, ...]
    classes: tuple[int, ...]
    ember: Ints
    ice: Ints
    worse_arm: Ints
    better_arm: Ints
    depth: Depth = Depth.TRUE
    ascii_marks: bool = False
    """Whether marks and lines of ambiguous width are replaced by ASCII ones when they are sent."""

    def __repr__(self) -> str:
        return f"Palette({self.name!r}, {self.depth.name})"

    def at(self, depth: Depth) -> Palette:
        """This theme at another colour depth. Ramps made for 16 or 256 colours stay as coarse as they are then."""
        if depth is self.depth:
            return self
        if depth is Depth.ANSI16:
            return replace(self, depth=depth, **{name: steps16(name, self.dark) for name in RAMPS})  # type: ignore[arg-type]
        if depth is not Depth.ANSI256:
            return replace(self, depth=depth)
        return replace(
            self,
            depth=depth,
            ember=snapped(self.ember),
            ice=snapped(self.ice),
            worse_arm=snapped(self.worse_arm),
            better_arm=snapped(self.better_arm),
        )

    @property
    def colourful(self) -> bool:
        """Whether a ramp can be told by colour alone; else shade glyphs carry the level (`shade_glyph`)."""
        return self.depth >= Depth.ANSI256

    def mix(self, first: int, second: int, share: float) -> int:
        """`first` moved by `share` (0..1) towards `second`; `ramp.blend` does it for arrays."""
        return int(ramp.blend(first, second, share))

    @overload
    def ink(self, paper: int) -> int: ...
    @overload
    def ink(self, paper: NDArray[Any]) -> Ints: ...
    def ink(self, paper: int | NDArray[Any]) -> int | Ints:
        """The text colour that reads best on `paper`, dark or light."""
        found = ramp.inks(paper)
        return int(found) if found.ndim == 0 else found

    @overload
    def faded(self, paper: int, level: float) -> int: ...
    @overload
    def faded(self, paper: NDArray[Any], level: NDArray[Any]) -> Ints: ...
    def faded(self, paper: Any, level: Any) -> int | Ints:
        """The ink of a number on a ramp cell of `level` 0..1: full on strong cells, faded towards the page on weak."""
        share = 0.45 * (1 - np.clip(np.asarray(level, dtype=float) / 0.5, 0, 1))
        found = ramp.blend(ramp.inks(paper), self.page, share)
        return int(found) if found.ndim == 0 else found

    def shade_glyph(self, level: float) -> str:
        """One of ` ░▒▓█` for a level 0..1 (NaN is blank): what replaces a ramp where colour cannot tell it."""
        if not level > 0:
            return _SHADES[0]
        return _SHADES[min(4, 1 + int(level * 4))]

    def class_colour(self, number: int) -> int:
        """The hue of class `number` on the map; hues repeat, letters tell the classes apart."""
        return self.classes[number % len(self.classes)]

    @cached_property
    def foreground16(self) -> dict[int, int]:
        """Packed role colour -> SGR number where only sixteen foreground colours exist."""
        table = _DARK_FG16 if self.dark else _LIGHT_FG16
        found = dict(zip(self.runs, _RUNS16[self.dark], strict=True))
        return found | {getattr(self, role): number for role, number in reversed(table.items())}

    @cached_property
    def background16(self) -> dict[int, int]:
        """Packed role colour -> SGR number where only sixteen background colours exist; the page is the terminal's."""
        table = _DARK_BG16 if self.dark else _LIGHT_BG16
        found = {run: number + 10 for run, number in zip(self.runs, _RUNS16[self.dark], strict=True)}
        return found | {getattr(self, role): number for role, number in reversed(table.items())}


def find_themes(extra_folder: str | os.PathLike[str] | None = None) -> dict[str, Path]:
    """Theme name (the file's stem) -> path: bundled ones, the user's own, then `extra_folder`; later ones win."""
    config = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    folders = [bundled_folder("themes"), Path(config) / "clftui" / "themes"]
    if extra_folder is not None:
        folders.append(Path(extra_folder))
    return {path.stem: path for folder in folders if folder.is_dir() for path in sorted(folder.glob("*.toml"))}


def load_theme(path: str | os.PathLike[str], depth: Depth = Depth.TRUE) -> Palette:
    """The palette in the TOML file at `path`, named after the file.

    Raises FormatError naming file, key and cause where the file is unreadable, a key is missing or a colour is wrong:
    a theme that would fail in the middle of a frame fails here.
    """
    where = os.fspath(path)
    try:
        table = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise FormatError(where, "", f"cannot be read: {error.strerror or error}", "choose another theme") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FormatError(where, "", f"is not TOML: {error}", "correct the line or choose another theme") from error
    colors = _table(where, table, "colors")
    roles: dict[str, Any] = {role: _colour(where, f"colors.{role}", colors.get(role)) for role in ROLES}
    runs = _colours(where, "colors.runs", colors.get("runs"), RUNS)
    classes = _colours(where, "colors.classes", colors.get("classes"), None)
    ramps = _table(where, table, "ramp")
    stops = {
        name: _colours(where, f"ramp.{name}.stops", _table(where, ramps, name, "ramp.").get("stops"), STOPS)
        for name in RAMPS
    }
    dark = table.get("dark")
    if not isinstance(dark, bool):
        raise FormatError(where, "dark", "is not true or false", "say whether the page is dark")
    arrays: dict[str, Any] = {name: ramp.interpolate(found) for name, found in stops.items()}
    return Palette(name=Path(path).stem, dark=dark, runs=runs, classes=classes, **roles, **arrays).at(depth)


def _table(where: str, parent: dict[str, Any], key: str, above: str = "") -> dict[str, Any]:
    found = parent.get(key)
    if not isinstance(found, dict):
        raise FormatError(where, f"[{above}{key}]", "is missing", "copy that table from a bundled theme")
    return found


def _colour(where: str, key: str, value: object) -> int:
    if value is None:
        raise FormatError(where, key, "is missing", "add a colour like #1a2b3c")
    if not isinstance(value, str) or not _HEX.fullmatch(value):
        raise FormatError(where, key, f"is {value!r}, not a colour", "write it like #1a2b3c")
    return int(value[1:], 16)


def _colours(where: str, key: str, value: object, number: int | None) -> tuple[int, ...]:
    if not isinstance(value, list) or not value or (number is not None and len(value) != number):
        wanted = "a list of colours" if number is None else f"a list of {number} colours"
        raise FormatError(where, key, f"is not {wanted}", 'write them like ["#1a2b3c", ...]')
    return tuple(_colour(where, f"{key}[{index}]", item) for index, item in enumerate(value))
