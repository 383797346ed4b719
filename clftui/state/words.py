"""Sentences about a session: the breadcrumb and the read-outs, the same on the screen and in reports."""

from __future__ import annotations

from enum import Enum, auto
from typing import NamedTuple

import numpy as np

from clftui.analysis.confusion import Confusion
from clftui.analysis.intervals import wilson
from clftui.schema import FormatError
from clftui.state.class_tree import label_of
from clftui.state.selection import Part, Tab
from clftui.state.session import Session
from clftui.text import count, plural, rate, sanitise, shorten


class Tone(Enum):
    """How loud a piece of a sentence is."""

    PLAIN = auto()
    FAINT = auto()
    STRONG = auto()
    WORSE = auto()


class Piece(NamedTuple):
    """A few words in one tone."""

    text: str
    tone: Tone = Tone.PLAIN


SEPARATOR = Piece(" › ", Tone.FAINT)


def cell_words(confusion: Confusion, true: int, predicted: int) -> tuple[str, str]:
    """`31 of 500, 6.2 %` and its interval `4.1–9.3` of one cell; undefined where the class has no sample."""
    n = int(confusion.support[true])
    k = confusion.cell(true, predicted)
    if n == 0:
        return "no sample of this class", ""
    low, high = wilson(np.asarray([k]), np.asarray([n]))
    shown, interval = rate(k / n, float(low[0]), float(high[0]))
    return f"{count(k)} of {count(n)}, {shown} %", interval


def breadcrumb(session: Session) -> list[Piece]:
    """The selection as a sentence: `cnn › Shirt → T-shirt 110 of 1,000, 11.0 % ±1.9 › epoch 12`."""
    run = session.run
    if run is None:
        return [Piece("no runs")]
    pieces = [Piece(shorten(run.name, 24, middle=True))]
    middle = _scope_pieces(session) if session.tab is Tab.SAMPLES else _cell_pieces(session)
    if session.tab is Tab.RUNS:
        pieces = [Piece(plural(len(session.catalog.runs), "run")), SEPARATOR, *pieces]
        middle = []
    if middle:
        pieces += [SEPARATOR, *middle]
    if session.tab is Tab.SAMPLES:
        from clftui.state.tag_steps import progress_words  # The first frame does without.

        words = progress_words(session)
        pieces += [SEPARATOR, Piece(words)] if words else []
    epoch = session.epoch_of(run)
    if epoch is not None and len(run.epochs(session.selection.split or "")) > 1:
        pieces += [SEPARATOR, Piece(f"epoch {epoch}")]
        if session.selection.epoch is not None:
            pieces.append(Piece(" pinned", Tone.FAINT))
    return pieces


def _cell_pieces(session: Session) -> list[Piece]:
    selection, classes = session.selection, session.classes
    if selection.true not in classes:
        return []
    try:
        confusion = session.confusion()
    except FormatError:
        return []
    if confusion is None:
        return []
    true = classes.index(selection.true)
    of_classes = session.tab in (Tab.RANKING, Tab.MAP, Tab.FEATURES)
    by_class = of_classes or (session.tab is Tab.EPOCHS and not session.epochs.cell)
    one_class = by_class or selection.predicted not in classes
    predicted = true if one_class else classes.index(selection.predicted or "")
    words, interval = cell_words(confusion, true, predicted)
    name, other = (sanitise(label_of(session, each or "")) for each in (selection.true, selection.predicted))
    title = f"{name} right" if one_class or true == predicted else f"{name} → {other}"
    return [Piece(f"{title} "), Piece(words), Piece(f" {interval}", Tone.FAINT)]


_PART_WORDS = {Part.WRONG: "wrong", Part.RIGHT: "right", Part.ALL: "all"}


def scope_words(session: Session) -> str:
    """The samples of the scope: `Shirt → T-shirt`, `all wrong of Shirt`, `everything wrong`."""
    scope = session.selection.scope
    part = _PART_WORDS[scope.part]
    true, predicted = (sanitise(label_of(session, each or "")) for each in (scope.true, scope.predicted))
    if scope.true is not None and scope.predicted is not None:
        return f"{true} right" if scope.true == scope.predicted else f"{true} → {predicted}"
    if scope.true is not None:
        return f"true {true}, {part}"
    if scope.predicted is not None:
        return f"predicted {predicted}, {part}"
    if scope.title:
        return sanitise(scope.title) if scope.part is Part.ALL else f"{sanitise(scope.title)}, {part}"
    return {"wrong": "everything wrong", "right": "everything right", "all": "all samples"}[scope.part.value]


def _scope_pieces(session: Session) -> list[Piece]:
    scope, classes = session.selection.scope, session.classes
    title = scope_words(session)
    if scope.true in classes and scope.predicted in classes:
        try:
            confusion = session.confusion()
        except FormatError:
            confusion = None
        if confusion is not None:
            words, interval = cell_words(confusion, classes.index(scope.true), classes.index(scope.predicted))
            return [Piece(f"{title} "), Piece(words), Piece(f" {interval}", Tone.FAINT)]
    return [Piece(title)]
