"""The list of learning dynamics as lines under a cursor: all classes, each class, then the samples most forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from clftui.schema import FormatError
from clftui.state.dynamics import ClassRow, Dynamics, dynamics
from clftui.state.flip_filter import Flip
from clftui.state.flips import drill
from clftui.state.moves import drill_to_samples, say, select
from clftui.state.peers import table_of
from clftui.state.sample_ids import id_of
from clftui.state.sample_list import Nothing
from clftui.state.selection import Part, Scope
from clftui.state.session import Session
from clftui.state.versus import Kind, Versus
from clftui.text import sanitise

LISTED = 100
"""Samples at the end of the list."""


class ForgottenRow(NamedTuple):
    """One sample that was learned and lost again."""

    id: str
    true: str
    predicted: str | None
    """None: no answer."""
    forgetting: int
    wrong: int
    seen: int


@dataclass(frozen=True)
class DynamicsLines:
    """What the list shows; `sentence` says why there is nothing, or that it is being read."""

    found: Dynamics | None = None
    samples: tuple[ForgottenRow, ...] = ()
    sentence: str = ""

    @property
    def lines(self) -> tuple[ClassRow | ForgottenRow, ...]:
        if self.found is None:
            return ()
        return (self.found.total, *self.found.rows, *self.samples)

    @property
    def title(self) -> str:
        """`Learning dynamics of deep_overfit`"""
        if self.found is None:
            return "Learning dynamics"
        return f"Learning dynamics of {sanitise(self.found.run_name)}"


def dynamics_lines(session: Session, *, wait: bool = False) -> DynamicsLines:
    """The list of the focused run."""
    try:
        found = dynamics(session, wait=wait)
        if found is None:
            return DynamicsLines(sentence="reading the epochs …")
        if isinstance(found, Nothing):
            return DynamicsLines(sentence=found.sentence)
        return DynamicsLines(found, _forgotten(session, found))
    except FormatError as error:
        return DynamicsLines(sentence=str(error))


def _forgotten(session: Session, found: Dynamics) -> tuple[ForgottenRow, ...]:
    run, evaluation = session.run, session.evaluation()
    if run is None or evaluation is None:
        return ()
    table, names, facts = table_of(run, evaluation.split), (*run.classes, None), found.samples
    return tuple(
        ForgottenRow(
            id_of(table, int(evaluation.sample[at])), run.classes[evaluation.true[at]],
            names[evaluation.predicted[at]], int(facts.forgetting[at]), int(facts.wrong[at]), int(facts.seen[at]),
        )
        for at in _most(found) if facts.forgetting[at]
    )  # fmt: skip


@lru_cache(maxsize=4)
def _most(found: Dynamics) -> tuple[int, ...]:
    return tuple(found.most_forgotten(LISTED).tolist())


def look_at(session: Session, line: int) -> Session:
    """The class cursor on the class of a line."""
    row = _line(session, line)
    name = row.name if isinstance(row, ClassRow) else row.true if row is not None else ""
    return select(session, true=name) if name else session


def drill_line(session: Session, line: int) -> Session:
    """The samples of a class that were right in its best epoch and are wrong now; or one sample alone."""
    row = _line(session, line)
    if row is None:
        return say(session, "The list is empty.")
    if isinstance(row, ForgottenRow):
        deeper = drill_to_samples(session, Scope(true=row.true, part=Part.ALL))
        return select(deeper, sample=row.id, detail=True)
    found = dynamics_lines(session).found
    if not row.best_epoch or found is None or row.best_epoch == found.epoch:
        return say(session, f"{row.name or 'The run'}: this is the best epoch.")
    return drill(session, Flip.NEWLY_WRONG, row.name or None, Versus(Kind.EPOCH, epoch=row.best_epoch))


def _line(session: Session, line: int) -> ClassRow | ForgottenRow | None:
    lines = dynamics_lines(session).lines
    return lines[line] if 0 <= line < len(lines) else None
