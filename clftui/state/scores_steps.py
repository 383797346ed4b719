"""Steps among the stacks of the Scores view: the cursor, the box, what is selected, what shows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.stacking import glyphs, owners
from clftui.data.evaluation import Evaluation
from clftui.data.run import Run
from clftui.state import group_steps
from clftui.state.class_keywords import has_keywords
from clftui.state.class_order import orders
from clftui.state.moves import cycle, drill_to_samples, say, select
from clftui.state.peers import table_of
from clftui.state.sample_ids import id_of, row_of
from clftui.state.sample_list import Nothing
from clftui.state.scores_layout import ScoresLayout, arrange
from clftui.state.scores_settings import ScoreBox
from clftui.state.scores_stacks import Stacks, cursor, stacks
from clftui.state.scores_subject import Samples, brushes, kinds, subject
from clftui.state.session import Session
from clftui.text import count, plural

Page = tuple[int, int]
CHOSEN_MOST = 5000
"""Samples that can be selected at once."""


def settings(session: Session, **changes: object) -> Session:
    """`session` with parts of the view's settings replaced."""
    return replace(session, scores=replace(session.scores, **changes))  # type: ignore[arg-type]


def layout_of(session: Session, shown: Stacks, page: Page) -> ScoresLayout:
    """The layout on a body of `page` (rows, columns) cells."""
    words = has_keywords(shown.run, shown.evaluation)
    return arrange(session.scores, shown.n, shown.most, page[1], page[0], words)


def move(session: Session, rows: int, columns: int, page: Page) -> Session:
    """The cursor `rows` down and `columns` on: one is the class, the other a glyph's breadth of score."""
    shown = stacks(session)
    if isinstance(shown, Nothing) or not shown.n:
        return session
    layout = layout_of(session, shown, page)
    classes, glyphs_on = (columns, -rows) if layout.upright else (rows, columns)
    column, _ = cursor(session, shown)
    if classes:
        session = _to_column(session, shown, min(max(column + classes, 0), shown.n - 1), layout)
    return _along(session, shown, glyphs_on * layout.across, layout) if glyphs_on else session


def _to_column(session: Session, shown: Stacks, column: int, layout: ScoresLayout) -> Session:
    """The cursor as high in another column, or at its end."""
    packed = shown.packing(layout.capacity)
    now, index = cursor(session, shown)
    part = shown.column(now)
    at = int(owners(shown.wrong[part], packed)[index - part.start]) if index >= 0 else 0
    there = shown.column(column)
    starts = glyphs(shown.wrong[there], packed).start
    session = select(session, predicted=shown.name(column), sample=None)
    if not len(starts):
        return session
    return select(session, sample=shown.id_of(there.start + int(starts[min(at, len(starts) - 1)])))


def _along(session: Session, shown: Stacks, by: int, layout: ScoresLayout) -> Session:
    """The cursor `by` glyphs less sure."""
    column, index = cursor(session, shown)
    if index < 0:
        return session
    packed, part = shown.packing(layout.capacity), shown.column(column)
    starts = glyphs(shown.wrong[part], packed).start
    at = int(owners(shown.wrong[part], packed)[index - part.start])
    return _on(session, shown, column, part.start + int(starts[min(max(at + by, 0), len(starts) - 1)]))


def _on(session: Session, shown: Stacks, column: int, index: int) -> Session:
    """The cursor on a sample; a box that is being drawn follows."""
    moved = select(session, predicted=shown.name(column), sample=shown.id_of(index))
    box, score = session.scores.box, float(shown.score[index])
    if box is None or not np.isfinite(score):
        return moved
    return settings(moved, box=replace(box, end=score))


def step_sample(session: Session, by: int) -> Session:
    """The next sample of the column, `by` less sure; on the axes the next line."""
    shown = stacks(session)
    if isinstance(shown, Nothing):
        return session
    column, index = cursor(session, shown)
    if index < 0:
        return session
    part = shown.column(column)
    return _on(session, shown, column, min(max(index + by, part.start), part.stop - 1))


def next_wrong(session: Session) -> Session:
    """The next wrong sample, surest first in each column, then in the next column."""
    shown = stacks(session)
    if isinstance(shown, Nothing):
        return session
    places = np.flatnonzero(shown.wrong)
    if not len(places):
        return say(session, "No sample is wrong here.")
    column, index = cursor(session, shown)
    here = index if session.selection.sample is not None else index - 1
    if index < 0:
        here = int(shown.starts[column]) - 1
    after = places[places > here]
    at = int(after[0] if len(after) else places[0])
    moved = settings(session, box=None) if not shown.column(column).start <= at < shown.column(column).stop else session
    return _on(moved, shown, int(np.searchsorted(shown.starts, at, side="right")) - 1, at)


def toggle_box(session: Session) -> Session:
    """Begin a range of scores at the cursor, or end the one there is."""
    if session.scores.box is not None:
        return say(settings(session, box=None), "No box.")
    shown = stacks(session)
    if isinstance(shown, Nothing):
        return session
    column, index = cursor(session, shown)
    if index < 0 or not np.isfinite(shown.score[index]):
        return say(session, "A box begins at a sample with a score.")
    score = float(shown.score[index])
    begun = settings(_on(session, shown, column, index), box=ScoreBox(score, score), on_axes=False)
    return say(begun, "Box: move to its other end; B brushes its scores, enter opens its samples, V ends it.")


def next_subject(session: Session) -> Session:
    """The axes show the cell, the wrong ones of the column, all of it, what is selected by hand.

    The cell is that of the sample under the cursor, where it is wrong.
    """
    found = current(session)
    if isinstance(found, Nothing):
        return session
    shown, now = found
    if session.scores.box is not None:
        return say(session, "The box decides whose scores show; V ends it.")
    wanted = session.scores.subject or now.kind
    changed = settings(session, subject=cycle(wanted, among=kinds(session)))
    _, index = cursor(session, shown)
    if index >= 0 and shown.wrong[index]:
        changed = select(changed, true=shown.evaluation.classes[int(shown.true[index])])
    after = current(changed)
    return changed if isinstance(after, Nothing) else say(changed, f"Scores of {after[1].title}.")


def current(session: Session) -> tuple[Stacks, Samples] | Nothing:
    """The stacks, and the samples whose scores show."""
    shown = stacks(session)
    if isinstance(shown, Nothing):
        return shown
    if not shown.n:
        return Nothing("No class is in the selected group; F drops it.")
    column, _ = cursor(session, shown)
    return shown, subject(session, shown.run, shown.evaluation, shown.name(column))


def drill(session: Session) -> Session:
    """Exactly the samples whose scores show, inside the brushes where there are any."""
    found = current(session)
    if isinstance(found, Nothing):
        return say(session, found.sentence)
    _, samples = found
    lit = _inside(session, samples)
    if not len(lit):
        return say(session, "No sample is inside the brushes." if samples.n else "There is no sample to open.")
    if samples.scope.predicted is None and not samples.filters:
        return say(session, f"{plural(samples.n, 'sample')} are too many to open by name; tag them, or filter by tag.")
    deeper = drill_to_samples(session, samples.scope)
    same = tuple(getattr(each, "kind", each) for each in samples.filters)
    kept = tuple(each for each in deeper.filters if getattr(each, "kind", each) not in same)
    deeper = replace(deeper, filters=(*kept, *samples.filters))
    return _focused(session, deeper, samples.evaluation, lit)


def _inside(session: Session, samples: Samples) -> NDArray[np.int64]:
    lit = np.ones(samples.n, dtype=np.bool_)
    for each in brushes(session):
        lit &= each.mask(samples.evaluation, None)[samples.positions]
    return samples.positions[lit]


def _focused(before: Session, session: Session, evaluation: Evaluation, at: NDArray[np.int64]) -> Session:
    """The sample under the cursor stays under it where it is among those at `at`."""
    run, name = session.run, before.selection.sample
    if run is None or name is None:
        return session
    inside = row_of(table_of(run, evaluation.split), name) in evaluation.sample[at]
    return select(session, sample=name if inside else None)


def choose(session: Session) -> Session:
    """Select the sample under the cursor, or leave it out again; with a box, all of its samples."""
    found = current(session)
    if isinstance(found, Nothing):
        return session
    shown, samples = found
    split, chosen = shown.evaluation.split, session.selection.chosen
    _, index = cursor(session, shown)
    if session.scores.box is None:
        if index < 0:
            return session
        one = (split, shown.id_of(index))
        now = chosen ^ {one}
        return say(select(session, chosen=now), f"{plural(len(now), 'sample')} selected.")
    if samples.n > CHOSEN_MOST:
        return say(session, f"{count(samples.n)} are too many to select; make the box smaller.")
    names = {(split, name) for name in _names(shown.run, samples)}
    now = chosen - names if names <= chosen else chosen | names
    return say(select(session, chosen=now), f"{plural(len(now), 'sample')} selected.")


def _names(run: Run, samples: Samples) -> list[str]:
    table = table_of(run, samples.evaluation.split)
    return [id_of(table, row) for row in samples.evaluation.sample[samples.positions].tolist()]


def chosen_rows(session: Session, shown: Stacks) -> NDArray[np.bool_]:
    """(m,) which samples of the stacks are selected by hand."""
    split = shown.evaluation.split
    table = table_of(shown.run, split)
    rows = [row_of(table, name) for where, name in session.selection.chosen if where == split]
    if not rows:
        return np.zeros(len(shown.positions), dtype=np.bool_)
    return np.isin(shown.evaluation.sample[shown.positions], rows)


def put_on(session: Session, index: int) -> Session:
    """The cursor on the sample at an index of the stacks; keys move there."""
    shown = stacks(session)
    if isinstance(shown, Nothing) or not 0 <= index < len(shown.positions):
        return session
    column = int(np.searchsorted(shown.starts, index, side="right")) - 1
    return _on(settings(session, on_axes=False), shown, column, index)


def choose_none(session: Session) -> Session:
    return say(select(session, chosen=frozenset()), "No sample is selected.")


def find_column(session: Session, name: str) -> Session:
    """The column of a class."""
    return select(settings(session, box=None), predicted=name, sample=None)


def select_group(session: Session) -> Session:
    """Only the columns of the group around the class under the cursor, in all views; again: of its parent."""
    around = group_steps.select_group(select(session, true=session.selection.predicted))
    return settings(select(around, true=session.selection.true), box=None)


def next_variant(session: Session, by: int = 1) -> Session:
    """Stacks of letters, a dense grid, calibration, thresholds."""
    return settings(session, variant=cycle(session.scores.variant, by))


def next_room(session: Session) -> Session:
    """Stacks and axes, or the one alone that keys move in."""
    return settings(session, room=cycle(session.scores.room))


def next_order(session: Session) -> Session:
    """The next order of the columns."""
    order = cycle(session.scores.order, among=orders(session))
    return say(settings(session, order=order), f"Classes ordered: {order.value}.")


def next_colour(session: Session) -> Session:
    """Lines in the colour of their true class, or of right and wrong."""
    colour = cycle(session.scores.colour)
    return say(settings(session, colour=colour), f"Lines by {colour.value}.")
