"""The type of a command. One table of commands feeds key bindings, footer, palette and help."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from clftui.schema import FormatError
from clftui.state.selection import Tab
from clftui.state.session import Session

Page = tuple[int, int]
"""Rows and columns of items (classes, runs, thumbnails) that the visible view shows at once."""

Purpose = Literal["Move", "Show", "Order", "Select", "Act"]


@dataclass(frozen=True)
class Command:
    """One thing a person can ask for.

    Exactly one of `step` (session in, session out), `paged` (the same, but knowing how much the view shows) and
    `effect` (the name of a method `effect_<name>` of the main screen: dialogs, files, the terminal) does the work.
    """

    id: str
    """Stable and dotted (`matrix.transpose`): user keymaps name it."""
    keys: tuple[str, ...]
    """The character a key types (`[`, `T`) or Textual's name of it (`enter`, `ctrl+d`, `space`), the first is shown.

    Empty for commands of the palette alone.
    """
    label: str
    """One or two words for the footer and the key list."""
    help: str
    """A sentence for the palette and the help sheet."""
    purpose: Purpose
    step: Callable[[Session], Session] | None = None
    paged: Callable[[Session, Page], Session] | None = None
    effect: str | None = None
    tabs: frozenset[Tab] | None = None
    """The views it works in; None is everywhere."""
    footer: int = 0
    """Place in the footer, 1 first; 0 keeps it out."""
    when: Callable[[Session], bool] | None = None
    """Whether it can work now; those that cannot are left out of the footer."""
    in_help: bool = True
    """Whether the help sheet lists it; one line stands for several commands that differ in direction alone."""
    shown_keys: str = ""
    """How footer and help write the keys, where the names would be long: `[ ]`, `h j k l`."""
    alone: bool | None = None
    """Whether it works on one sample alone, or (False) on a list; None is both. A key may mean one thing in each.

    Likewise on how far to trust scores, or (False) on the scores: see `Session.alone`.
    """
    faces: frozenset[str] | None = None
    """The variants of Features that it works in (`Session.face`); None is all. A key may mean one thing in each."""
    label_now: Callable[[Session], str] | None = None
    """What the footer calls it where that depends on what shows; None is `label`."""

    def __post_init__(self) -> None:
        if sum(way is not None for way in (self.step, self.paged, self.effect)) != 1:
            raise ValueError(f"{self.id} needs exactly one of step, paged and effect")

    def is_of(self, alone: bool, face: str) -> bool:
        """Whether the command belongs to what a tab shows: its list or one sample alone, a variant of Features."""
        return self.alone in (None, alone) and (self.faces is None or not face or face in self.faces)

    def works(self, session: Session) -> bool:
        """Whether the command can do something in `session`."""
        try:
            if not self.is_of(session.alone, session.face):
                return False
            return (self.tabs is None or session.tab in self.tabs) and (self.when is None or self.when(session))
        except FormatError:  # The footer asks at every step: a broken file is told where it shows.
            return False

    def label_in(self, session: Session) -> str:
        """What the footer calls the command in `session`."""
        try:
            return self.label if self.label_now is None else self.label_now(session)
        except FormatError:
            return self.label


KEY_NAMES = {"escape": "esc", "left": "←", "right": "→", "up": "↑", "down": "↓", "pagedown": "pgdn", "pageup": "pgup"}


def key_text(command: Command) -> str:
    """How the screen writes the command's first key."""
    if command.shown_keys:
        return command.shown_keys
    return KEY_NAMES.get(command.keys[0], command.keys[0]) if command.keys else ""
