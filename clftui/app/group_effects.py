"""Commands about groups that ask for a name or write a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from clftui.app.dialogs.prompt import Prompt
from clftui.schema import HIERARCHY_FILE
from clftui.state.build_steps import named_group, rename, to_save
from clftui.state.group_steps import NO_HIERARCHY
from clftui.state.moves import say
from clftui.state.session import Session
from clftui.storage import atomic_json
from clftui.text import sanitise

if TYPE_CHECKING:
    from clftui.app.main_screen import MainScreen

EDITED = "hierarchy-edited.json"


def name_group(screen: MainScreen) -> None:
    """Ask what the selected group, else the one under the cursor, is called."""
    found = named_group(screen.now)
    if found is None:
        screen.act(lambda session: say(session, "The cursor is in no group."))
        return
    tree, node = found

    def take(name: str | None) -> None:
        if name:
            screen.act(lambda session: rename(session, name))

    hint = "the hierarchy of this session gets the name; “save the hierarchy” in the palette writes a file"
    screen.app.push_screen(Prompt("name the group", value=sanitise(tree.nodes[node].name), hint=hint), take)


def save_hierarchy(screen: MainScreen) -> None:
    """Ask for a file and write the hierarchy into it."""
    if to_save(screen.now) is None:
        screen.act(lambda session: say(session, NO_HIERARCHY))
        return
    root = screen.now.catalog.root
    free = root / HIERARCHY_FILE if not (root / HIERARCHY_FILE).exists() else root / EDITED

    def take(name: str | None) -> None:
        if name:
            screen.act(lambda session: say(session, write_hierarchy(session, Path(name).expanduser())))

    hint = 'nested {"name", "children"}: clftui --hierarchy FILE reads it, and so can others'
    screen.app.push_screen(Prompt("save the hierarchy to", value=str(free), hint=hint), take)


def write_hierarchy(session: Session, path: Path) -> str:
    """Write the hierarchy that shows; one sentence that says where, or why not."""
    tree = to_save(session)
    if tree is None:
        return NO_HIERARCHY
    shown = sanitise(str(path))
    if path.exists():
        return f"{shown} exists already; choose another name."
    try:
        atomic_json(path, tree)
    except OSError as error:
        return f"{shown} cannot be written ({error.strerror}); choose another name."
    return f"Hierarchy saved to {shown}; clftui --hierarchy reads it."
