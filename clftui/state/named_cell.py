"""A cell as people write it, `cat->dog`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from clftui.state.filters import FilterError
from clftui.state.selection import Part, Scope
from clftui.state.session import Session
from clftui.text import sanitise

_ARROW = re.compile(r"->|→")


def is_cell(text: str) -> bool:
    """Whether a text may be meant as a cell."""
    return _ARROW.search(text) is not None


def named_cell(text: str, classes: Sequence[str]) -> tuple[str, str]:
    """The true and the predicted class that `text` names; FilterError where it is no cell or a class is not known.

    Class names may hold arrows themselves: the one is meant that leaves two known names.
    """
    pairs = [(text[: match.start()].strip(), text[match.end() :].strip()) for match in _ARROW.finditer(text)]
    if not pairs:
        raise FilterError(f"{sanitise(text)}: write true->predicted, e.g. 'cat->dog'")
    known = [pair for pair in pairs if pair[0] in classes and pair[1] in classes]
    if not known:
        wrong = next(name for name in pairs[0] if name not in classes)
        shown = ", ".join(sanitise(name) for name in classes[:12]) + (" …" if len(classes) > 12 else "")
        raise FilterError(f"there is no class {sanitise(wrong)}; there are {shown}")
    return known[0]


def at_cell(session: Session, text: str) -> Session:
    """`session` with the cursor on a cell and its samples in the Samples view."""
    true, predicted = named_cell(text, session.classes)
    scope = Scope(true, predicted, Part.RIGHT if true == predicted else Part.WRONG)
    selection = replace(session.selection, true=true, predicted=predicted, scope=scope)
    return replace(session, selection=selection)
