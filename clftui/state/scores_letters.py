"""A letter and a hue for each class that is on the screen: of thousands of classes a few show at a time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from string import ascii_lowercase

from clftui.state.sample_ids import class_tags
from clftui.text import sanitise, text_width

HUES = 10
"""As many hues as there are in a palette before they repeat."""
OTHER = "*"
"""Stands for a class that got no letter of its own."""


@dataclass(frozen=True)
class Letters:
    """What all classes are called, and the letters and hue numbers of some, by class index."""

    names: tuple[str, ...]

    letter: dict[int, str]
    hue: dict[int, int]

    def of(self, cls: int) -> str:
        """`?` for a sample without a label."""
        return self.letter.get(cls, OTHER) if cls >= 0 else "?"

    def hue_of(self, cls: int) -> int | None:
        return self.hue.get(cls)


def letters(classes: tuple[str, ...], shown: Iterable[int]) -> Letters:
    """Letters for the classes `shown`, the most important first, as far as the alphabet goes.

    Up to 26 classes always have the same letters; of more, each screen its own.
    """
    return _letters(classes, tuple(dict.fromkeys(int(each) for each in shown if each >= 0)))


@lru_cache(maxsize=16)
def _letters(classes: tuple[str, ...], shown: tuple[int, ...]) -> Letters:
    if len(classes) <= HUES:
        hue = {each: each for each in range(len(classes))}
    else:
        hue = {each: at % HUES for at, each in enumerate(shown)}
    tags = class_tags(classes)
    if all(text_width(tag) == 1 for tag in tags):
        return Letters(classes, dict(enumerate(tags)), hue)
    letter: dict[int, str] = {}
    for each in shown:
        own = (char for char in sanitise(classes[each]).casefold() if char.isascii() and char.isalpha())
        free = next((char for char in (*own, *ascii_lowercase) if char not in letter.values()), None)
        if free is None:
            break
        letter[each] = free
    return Letters(classes, letter, hue)
