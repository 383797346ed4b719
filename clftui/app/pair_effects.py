"""Commands about confused pairs that ask a question, write a file or depend on the size of the screen."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from clftui.app.dialogs.choose import Choice, Choose
from clftui.app.dialogs.prompt import Prompt
from clftui.state import pairs
from clftui.state.moves import say
from clftui.state.script_tags import pair_line
from clftui.state.session import Session
from clftui.state.triage import Reason, journals, pair_reasons, tag_pair
from clftui.text import sanitise
from clftui.widgets.pair_list import BESIDE_FROM

if TYPE_CHECKING:
    from clftui.app.main_screen import MainScreen

_KEYS = {
    "r": Reason.REDUNDANT,
    "s": Reason.SUBCLASS,
    "p": Reason.PART_OF,
    "a": Reason.AMBIGUOUS,
    "b": Reason.ABSTRACT,
}
_TAKE_BACK = "u"


def next_pane(screen: MainScreen) -> None:
    """The matrix, both, the pairs alone; where both have no room, one of them."""
    wide = screen.size.width >= BESIDE_FROM
    screen.act(lambda session: pairs.next_pane(session, wide))


def find_pairs(screen: MainScreen) -> None:
    """List only pairs of a class."""

    def found(text: str | None) -> None:
        if text is not None:
            screen.act(lambda session: pairs.find(session, text))

    value = screen.now.matrix.pair_text
    hint = "a part of a class name; an empty line lists all pairs"
    screen.app.push_screen(Prompt("pairs with a class", hint=hint, value=value, allow_empty=True), found)


def tag(screen: MainScreen) -> None:
    """Ask for one of five reasons and append it to the journal."""
    session = screen.now
    true, predicted = session.selection.true, session.selection.predicted
    if true is None or predicted is None or true == predicted:
        screen.act(lambda session: say(session, "A tag belongs to a confused pair; this cell holds right answers."))
        return
    had = pair_reasons(session.catalog).get((true, predicted))
    choices: list[Choice] = [(key, reason.value, reason.meaning) for key, reason in _KEYS.items()]
    if had is not None:
        choices.append((_TAKE_BACK, "take back", f"it is tagged {had.value}"))

    def chosen(key: str | None) -> None:
        if key is not None:
            screen.act(lambda session: _tagged(session, true, predicted, _KEYS.get(key)))
            note_pair(screen, true, predicted)

    screen.app.push_screen(Choose(f"why is {true} taken for {predicted}?", choices), chosen)


def note_pair(screen: MainScreen, true: str, predicted: str) -> None:
    """Write what the pair is tagged now into the script of this session."""
    from clftui.app.app import ClfApp

    assert isinstance(screen.app, ClfApp)
    screen.app.note_lines([pair_line(true, predicted, pair_reasons(screen.now.catalog).get((true, predicted)))])


def _tagged(session: Session, true: str, predicted: str, reason: Reason | None) -> Session:
    pair = f"{sanitise(true)} as {sanitise(predicted)}"
    try:
        path = tag_pair(session.catalog, true, predicted, reason)
    except OSError as error:
        return say(session, f"The tag cannot be written ({error.strerror}); check the folder's permissions.")
    words = f"{pair} is tagged {reason.value}" if reason is not None else f"The tag of {pair} is taken back"
    where = "" if path == journals(session.catalog)[0] else f"; the runs' folder is not to be written, so in {path}"
    # The journal is no part of the session: a new revision makes the views look at it again.
    return say(replace(session, revision=session.revision + 1), f"{words}{where}.")
