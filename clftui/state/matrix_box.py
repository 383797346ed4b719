"""A box of cells in the matrix: from the anchor to the cursor, its samples in one list; rows and columns as well."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from clftui.state import matrix_model
from clftui.state.matrix_model import Matrix, matrix
from clftui.state.matrix_words import Sentence
from clftui.state.moves import drill_to_samples, remember, say, select
from clftui.state.selection import Part, Scope
from clftui.state.session import Session
from clftui.state.settings import Pane
from clftui.text import count, plural, sanitise

LISTED = (Pane.PAIRS, Pane.READOUT)
"""Panes in which the cursor goes through the confused pairs instead of over the grid."""


class Box(NamedTuple):
    """Rows and columns on the screen, by position, and the classes and samples they stand for."""

    rows: slice
    columns: slice
    true_classes: tuple[str, ...]
    predicted_classes: tuple[str, ...]
    samples: int
    right: int

    @property
    def title(self) -> str:
        """`3 × 4 cells`."""
        return f"{count(len(self.true_classes))} × {count(len(self.predicted_classes))} cells"


def box(session: Session, shown: Matrix) -> Box | None:
    """The box between anchor and cursor; None without one, or where the run lacks the anchor's classes."""
    anchor = session.selection.anchor
    if anchor is None or anchor[0] not in session.classes or anchor[1] not in session.classes:
        return None
    other = matrix(select(session, true=anchor[0], predicted=anchor[1]))
    confusion = session.confusion()
    if other is None or confusion is None:
        return None
    rows, columns = (_between(a, b) for a, b in zip(shown.cursor, other.cursor, strict=True))
    true, predicted = (columns, rows) if shown.settings.transposed else (rows, columns)
    trues, predicteds = _members(shown, true), _members(shown, predicted)
    n = len(session.classes)
    in_true, in_predicted = np.zeros(n, dtype=np.bool_), np.zeros(n, dtype=np.bool_)
    in_true[trues], in_predicted[predicteds] = True, True
    inside = in_true[confusion.true] & in_predicted[confusion.predicted]
    right = inside & (confusion.true == confusion.predicted)
    names = session.classes
    return Box(
        rows, columns, tuple(names[i] for i in trues), tuple(names[i] for i in predicteds),
        int(confusion.count[inside].sum()), int(confusion.count[right].sum()),
    )  # fmt: skip


def _between(a: int, b: int) -> slice:
    return slice(min(a, b), max(a, b) + 1)


def _members(shown: Matrix, positions: slice) -> list[int]:
    """Class indices of a range of rows or columns."""
    return [index for item in shown.order[positions].tolist() for index in shown.members(item).tolist()]


def box_sentence(found: Box) -> Sentence:
    """`3 × 4 cells: 212 samples, 180 of them wrong; cat … dog as fox … owl`."""
    wrong = found.samples - found.right
    words = f"{plural(found.samples, 'sample')}, {count(wrong)} of them wrong"
    spans = f"{_span(found.true_classes)} as {_span(found.predicted_classes)}"
    return Sentence(found.title, f"{words}; {spans}; enter opens them, V ends the box", words)


def _span(names: tuple[str, ...]) -> str:
    return sanitise(names[0]) if len(names) == 1 else f"{sanitise(names[0])} … {sanitise(names[-1])}"


def toggle(session: Session) -> Session:
    """Begin a box at the cursor, or end the one there is."""
    selection = session.selection
    if selection.anchor is not None:
        return say(select(session, anchor=None), "No box.")
    if selection.true is None or selection.predicted is None or session.matrix.pane in LISTED:
        return say(session, "A box needs the grid; p shows it.")
    begun = select(remember(session), anchor=(selection.true, selection.predicted))
    return say(begun, "Box: move to its other corner; enter opens its samples, V ends it.")


def move(session: Session, rows: int, columns: int) -> Session:
    """The cursor over the grid, or through the list that stands in its place."""
    if session.matrix.pane in LISTED:
        from clftui.state import pairs

        return pairs.move(session, rows) if rows else session
    return matrix_model.move(session, rows, columns)


def drill(session: Session) -> Session:
    """The samples of the box, else those of the cell."""
    if session.matrix.pane in LISTED:
        from clftui.state import pairs

        return pairs.drill(session)
    shown = matrix(session) if session.selection.anchor is not None else None
    found = box(session, shown) if shown is not None else None
    if found is None:
        return matrix_model.drill(session)
    trouble = _no_samples(session)
    if trouble:
        return say(session, trouble)
    if not found.samples:
        return say(session, "No sample is in the box.")
    scope = Scope(None, None, Part.ALL, found.true_classes, found.predicted_classes, found.title)
    return drill_to_samples(session, scope)


def drill_row(session: Session) -> Session:
    """All wrong samples of the true class under the cursor."""
    return _drill_class(session, Scope(true=session.selection.true))


def drill_column(session: Session) -> Session:
    """All samples wrongly taken for the predicted class under the cursor."""
    return _drill_class(session, Scope(predicted=session.selection.predicted))


def _drill_class(session: Session, scope: Scope) -> Session:
    trouble = _no_samples(session)
    if trouble or (scope.true is None and scope.predicted is None):
        return say(session, trouble or "No class is under the cursor.")
    return drill_to_samples(session, replace(scope, part=Part.WRONG))


def _no_samples(session: Session) -> str:
    evaluation = session.evaluation()
    if evaluation is not None and not evaluation.has_samples:
        return "This run is a bare matrix: it has counts, no samples to show."
    return ""
