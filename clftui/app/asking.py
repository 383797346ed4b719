"""A question with one key as its answer, asked in the frame: words in the breadcrumb, keys in the footer.

Nothing lies over the view while it waits: what is asked about stays in sight.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from clftui.state.moves import say
from clftui.state.unready import impatient
from clftui.widgets.frame import FooterBar

if TYPE_CHECKING:
    from clftui.app.main_screen import MainScreen


@dataclass(frozen=True)
class Question:
    """What is asked, and what is done with the key that answers it."""

    words: str
    keys: tuple[tuple[str, str], ...]
    """(key, label) of the answers, for the footer."""
    answer: Callable[[str], None]
    """Is given the character typed, or Textual's name of the key; anything that is no answer gives up."""


class Asking:
    """The question that the next key answers; whatever else is done gives it up."""

    def __init__(self, screen: MainScreen) -> None:
        self._screen = screen
        self.question: Question | None = None

    def ask(self, question: Question) -> None:
        """Ask; the sentence stays until the answer."""
        self._screen.act(lambda session: say(session, question.words))
        self.question = question
        self.show_keys()

    def took(self, key: str) -> bool:
        """Whether `key` answered a question."""
        question = self.question
        if question is None:
            return False
        self._screen.act(lambda session: session)
        question.answer(key)
        return True

    def drop(self) -> None:
        """Give the question up."""
        self.question = None

    def show_keys(self) -> None:
        """The footer's keys: those of the question, else those that work now."""
        screen = self._screen
        if self.question is not None:
            screen.query_one(FooterBar).show(self.question.keys, asking=True)
        else:
            # Which keys work is no reason to wait: what is on its way counts as there.
            with impatient():
                screen.query_one(FooterBar).show(tuple(screen.registry.footer(screen.now)))
