"""`export tags`: what was tagged, written to a file or folder whose name says what it becomes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from clftui.app.dialogs.prompt import Prompt
from clftui.report.exports import content, kind_of, rows_for
from clftui.report.link_folder import fill
from clftui.schema import FormatError
from clftui.state.moves import say
from clftui.state.session import Session
from clftui.storage import atomic_write
from clftui.text import plural, sanitise

if TYPE_CHECKING:
    from clftui.app.main_screen import MainScreen

HINT = ".csv mislabelled samples and proposed classes; .txt paths; .json; .fiftyone.json; .npy mask; folder/ of links"


def ask(screen: MainScreen) -> None:
    """Ask for a name and write."""

    def check(text: str) -> str | None:
        return None if kind_of(text) is not None else HINT

    def write(name: str | None) -> None:
        if name:
            screen.act(lambda session: say(session, write_tags(session, name)))

    screen.app.push_screen(Prompt("export tags to", value="relabel.csv", hint=HINT, check=check), write)


def write_tags(session: Session, name: str) -> str:
    """Write the tagged samples that pass the filters; one sentence that says where, or why not.

    An existing file is never overwritten; a folder of links is only added to.
    """
    what, path = kind_of(name), Path(name).expanduser()
    if what is None:
        return HINT
    shown, split = sanitise(str(path)), session.selection.split or ""
    try:
        rows = rows_for(session, what, (), (), every=False)
        counted = plural(len(rows), "sample")
        if what.is_folder:
            return f"{counted} in {shown}: {fill(path, rows, copies=False).words}."
        files = {path.with_suffix(ending) if ending else path: data for ending, data in
                 content(session, what, rows, split).items()}  # fmt: skip
        if any(each.exists() for each in files):
            return f"{shown} exists already; choose another name."
        for each, data in files.items():
            atomic_write(each, lambda file, data=data: file.write(data))  # type: ignore[misc]
    except FormatError as error:
        return str(error)
    except OSError as error:
        return f"{shown} cannot be written ({error.strerror}); choose another folder."
    return f"{counted} written to {shown}."
