"""What the filters' chips say, each with the samples that it hides."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from clftui.schema import FormatError
from clftui.state.moves import drop_filter, select
from clftui.state.session import Session, passed
from clftui.text import MINUS, UNDEFINED, count, sanitise


class Chip(NamedTuple):
    """One filter on the screen: `wrong only −9,022`."""

    words: str
    hidden: int | None = None
    """What the filter hides of what those before it let through; None where that is not known."""
    of: str = ""
    """What is hidden where it is not samples."""

    def __str__(self) -> str:
        if self.hidden is None:
            return self.words
        return f"{self.words} {MINUS}{count(self.hidden)}{f' {self.of}' if self.of else ''}"


def chips(session: Session) -> tuple[Chip, ...]:
    """Filters in the order they were added, the matrix' threshold, epochs, what is supposed, the selected group."""
    group = session.selection.group
    chosen = (Chip(f"group {sanitise(group[-1])}"),) if group else ()
    return (*_filter_chips(session), *_cell_chips(session), *_span_chips(session), *_what_if_chips(session), *chosen)


def _filter_chips(session: Session) -> list[Chip]:
    words = [each.describe() for each in session.filters]
    try:
        run, evaluation = session.run, session.evaluation()
        if run is None or evaluation is None or not evaluation.has_samples:
            return [Chip(each) for each in words]
        bound, labelled = session.bound_filters, evaluation.true >= 0
        left = [int(np.count_nonzero(labelled))]
        for end in range(1, len(bound) + 1):
            mask = passed(run, evaluation, bound[:end])
            left.append(int(np.count_nonzero(labelled if mask is None else mask & labelled)))
    except FormatError:
        return [Chip(each) for each in words]
    return [Chip(each, before - after) for each, before, after in zip(words, left[:-1], left[1:], strict=True)]


def _cell_chips(session: Session) -> list[Chip]:
    at_least = session.matrix.at_least
    if at_least <= 1:
        return []
    try:
        confusion = session.confusion()
    except FormatError:
        confusion = None
    hidden = int(np.count_nonzero(confusion.count < at_least)) if confusion is not None else None
    return [Chip(f"cell ≥ {count(at_least)}", hidden, "cells")]


def _span_chips(session: Session) -> list[Chip]:
    span = session.selection.span
    return [Chip(f"epochs {span[0]}{UNDEFINED}{span[1]}")] if span is not None else []


def _what_if_chips(session: Session) -> list[Chip]:
    what_if = session.what_if
    if what_if is None:
        return []
    run = session.catalog.run(what_if.run)
    of = "" if run is None or run is session.run else f" {sanitise(run.name)}"
    return [Chip(f"what if{of}: {what_if.describe()}")]


def drop_chip(session: Session, index: int) -> Session:
    """Without the filter whose chip is the `index`-th, or without what else has one."""
    if index < len(session.filters):
        return drop_filter(session, index)
    index -= len(session.filters)
    if index < len(_cell_chips(session)):
        return replace(session, matrix=replace(session.matrix, at_least=1))
    if index < len(_cell_chips(session)) + len(_span_chips(session)):
        return select(session, span=None)
    index -= len(_cell_chips(session)) + len(_span_chips(session))
    if index < len(_what_if_chips(session)):
        return replace(session, what_if=None)
    return select(session, group=None)
