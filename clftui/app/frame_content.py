"""What the frame says about a session: plain values for the header and the breadcrumb."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from clftui.data.evaluation import Evaluation
from clftui.data.run import Run
from clftui.schema import FormatError
from clftui.state.filter_chips import chips
from clftui.state.live_words import ENDED, PARTIAL, live_mark, pending
from clftui.state.session import Session
from clftui.state.unready import NotYet
from clftui.state.words import Piece, breadcrumb
from clftui.text import count, sanitise
from clftui.widgets.frame import HeaderContent

PINNED = PARTIAL
NO_ALARMS: Mapping[str, int] = MappingProxyType({})


def mark_of(session: Session, run: Run) -> tuple[str, str]:
    """The mark of a run and its word: live, pinned or incomplete, ended, silent or failed."""
    try:
        evaluation = _readable(session, run)
        mark, word = live_mark(run, evaluation)
    except NotYet:
        return live_mark(run)
    except FormatError:
        return PINNED, "unreadable"
    if session.selection.epoch is not None and word in ("live", "ended"):
        return PINNED, "pinned"
    return mark, word


def unsettled(session: Session) -> bool:
    """Whether the header waits for a number that is being read."""
    try:
        evaluation = session.evaluation() if session.run is not None else None
    except FormatError:
        return False
    return evaluation is not None and session.run is not None and pending(session.run, evaluation)


def _readable(session: Session, run: Run) -> Evaluation | None:
    """What the run predicted; FormatError where its file, or the labels in it, are broken."""
    evaluation = session.evaluation(run)
    if evaluation is not None:
        _ = evaluation.confusion  # read with the first look at it
    return evaluation


def header_of(session: Session, alarms: Mapping[str, int] = NO_ALARMS) -> HeaderContent:
    """The header's content; `alarms` counts what got worse in a run, by its key."""
    run = session.run
    marks = tuple((letter, alarms[each.key]) for letter, each in session.lettered if alarms.get(each.key))
    lettered = tuple((letter, each.name, each is run) for letter, each in session.lettered)
    more = len(session.catalog.runs) - len(lettered)
    if run is None:
        return HeaderContent(sanitise(session.catalog.name), lettered, more, "", "", ENDED, "no runs", marks)
    split, epoch = session.selection.split or "", ""
    try:
        evaluation = _readable(session, run)
    except FormatError:
        evaluation = None
    if evaluation is not None:
        split = f"{split} {_samples(session, evaluation)}"
        epochs = run.epochs(evaluation.split)
        if len(epochs) > 1:
            epoch = f"epoch {evaluation.epoch}/{epochs[-1]}"
    mark, word = mark_of(session, run)
    return HeaderContent(sanitise(session.catalog.name), lettered, more, split, epoch, mark, word, marks)


def _samples(session: Session, evaluation: Evaluation) -> str:
    """`10,000`, or `412 of 10,000` under filters."""
    whole = count(evaluation.confusion.total)
    try:
        passing = session.confusion() if session.filters else None
    except NotYet:
        return f"… of {whole}"
    return whole if passing is None else f"{count(passing.total)} of {whole}"


def is_deciding(session: Session) -> bool:
    """Whether supposed answers are on their way: a step that needs them would wait."""
    if session.what_if is None:
        return False
    from clftui.state.what_if import DECIDED  # Nothing is supposed at the start.

    return DECIDED.pending


def supposed_word(session: Session) -> str:
    """A word for the tab bar where answers of the focused run are supposed ones; empty where they are as logged."""
    what_if = session.what_if
    return "what if" if what_if is not None and session.run is not None and session.run.key == what_if.run else ""


def breadcrumb_of(session: Session) -> tuple[tuple[Piece, ...], tuple[str, ...]]:
    """The breadcrumb's pieces and the filter chips."""
    return tuple(breadcrumb(session)), tuple(str(chip) for chip in chips(session))
