"""`contact sheet`: a picture of the confusions and their samples, drawn in a thread and written to a file."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from clftui.app.dialogs.prompt import Prompt
from clftui.schema import FormatError
from clftui.state.moves import say
from clftui.state.session import Session
from clftui.text import sanitise
from clftui.views.view import Act

if TYPE_CHECKING:
    from clftui.app.main_screen import MainScreen

ENDINGS = (".png", ".jpg", ".jpeg", ".pdf")
HINT = "the chosen cell, the cells in the box, or the most frequent confusions; .png .jpg or .pdf"


def ask(screen: MainScreen) -> None:
    """Ask for a name and write."""

    def check(text: str) -> str | None:
        return None if text.lower().endswith(ENDINGS) else "end the name in .png .jpg or .pdf"

    def write(name: str | None) -> None:
        if name:
            begin(screen, Path(name).expanduser())

    prompt = Prompt("write contact sheet to", value="contact-sheet.png", hint=HINT, check=check)
    screen.app.push_screen(prompt, write)


def begin(screen: MainScreen, path: Path) -> None:
    """Write the sheet behind the screen, which says when it is there."""
    session = screen.now
    screen.act(lambda now: say(now, f"Writing {sanitise(str(path))} …"))

    def work() -> None:
        sentence = write_sheet(session, path)
        # Posting a message is what Textual allows from a thread.
        screen.post_message(Act(lambda now: say(now, sentence)))

    threading.Thread(target=work, name="clftui-sheet", daemon=True).start()


def write_sheet(session: Session, path: Path) -> str:
    """Write the sheet; one sentence that says where, or why not. An existing file is never overwritten."""
    from clftui.report.contact_sheet import SheetError, contact_sheet

    if path.exists():
        return f"{sanitise(str(path))} exists already; choose another name."
    try:
        return contact_sheet(session, path)
    except (SheetError, FormatError) as error:
        return str(error)
    except OSError as error:
        return f"{sanitise(str(path))} cannot be written ({error.strerror}); choose another folder."


EFFECTS: dict[str, Callable[[MainScreen], None]] = {"contact_sheet": ask}
