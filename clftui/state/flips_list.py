"""The list of flips as lines under a cursor: all classes, each class, then which runs are right together."""

from __future__ import annotations

from dataclasses import dataclass

from clftui.schema import FormatError
from clftui.state.filters import FilterError
from clftui.state.flip_filter import Flip
from clftui.state.flips import FlipRow, Flips, Pattern, RunSets, drill, drill_pattern, flips, run_sets
from clftui.state.moves import say, select
from clftui.state.sample_list import Nothing
from clftui.state.session import Session
from clftui.state.versus import Kind
from clftui.text import sanitise


@dataclass(frozen=True)
class FlipLines:
    """What the list shows; `sentence` says why there is nothing, or that it is being counted."""

    found: Flips | None = None
    sets: RunSets | None = None
    sentence: str = ""

    @property
    def lines(self) -> tuple[FlipRow | Pattern, ...]:
        """All classes together, each class, then patterns of runs."""
        rows: tuple[FlipRow | Pattern, ...] = (self.found.total, *self.found.rows) if self.found is not None else ()
        return (*rows, *(self.sets.patterns if self.sets is not None else ()))

    @property
    def title(self) -> str:
        """`Flips of cnn, epoch 12 against epoch 11`"""
        if self.found is None:
            return "Flips"
        of = "" if self.found.versus.kind is Kind.RUN else f"{sanitise(self.found.run_name)}, "
        return f"Flips of {of}{self.found.title}"


def flip_lines(session: Session, *, wait: bool = False) -> FlipLines:
    """The list of the focused run against what the session compares with."""
    try:
        found, sets = flips(session, wait=wait), run_sets(session, wait=wait)
    except (FormatError, FilterError) as error:
        return FlipLines(sentence=str(error))
    if found is None:
        return FlipLines(None, None, "counting flips …")
    return FlipLines(None, sets, found.sentence) if isinstance(found, Nothing) else FlipLines(found, sets)


def look_at(session: Session, line: int) -> Session:
    """The class cursor on the class of a line."""
    row = _line(session, line)
    return select(session, true=row.name) if isinstance(row, FlipRow) and row.name else session


def drill_line(session: Session, line: int, flip: Flip = Flip.NEWLY_WRONG) -> Session:
    """The samples of a line: those of a pattern, or of a class those that flipped so."""
    row = _line(session, line)
    if row is None:
        return say(session, "The list is empty.")
    if isinstance(row, Pattern):
        return drill_pattern(session, row)
    if not row.of(flip):
        # A line of wins alone would lead nowhere.
        flip = next((each for each in Flip if row.of(each)), flip)
    if not row.of(flip):
        return say(session, f"{row.name or 'No class'}: no sample flipped.")
    return drill(session, flip, row.name or None)


def _line(session: Session, line: int) -> FlipRow | Pattern | None:
    lines = flip_lines(session).lines
    return lines[line] if 0 <= line < len(lines) else None
