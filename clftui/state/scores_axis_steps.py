"""Steps along the parallel coordinates: axes, brushes, lines."""

from __future__ import annotations

from dataclasses import replace

from clftui.analysis.brushes import step
from clftui.state.moves import remember, say, select
from clftui.state.sample_list import Nothing
from clftui.state.score_filter import ScoreOf
from clftui.state.scores_axes import Axes, axes, axis_at, line_at, next_class, only_own
from clftui.state.scores_layout import axes_fit
from clftui.state.scores_steps import Page, current, settings
from clftui.state.session import Session
from clftui.text import sanitise

BEGUN = 0.3
"""Where the lower bound of a new brush lies."""
MOST = 24
"""More axes than this no screen tells apart."""


def shown_axes(session: Session, page: Page) -> Axes | Nothing:
    """The axes on a body of `page` (rows, columns) cells."""
    found = current(session)
    if isinstance(found, Nothing):
        return found
    stacks, samples = found
    if only_own(samples.evaluation):
        name = sanitise(samples.run.name)
        return Nothing(f"{name} logged the scores of predicted and true classes alone: there are no other axes.")
    return axes(session, samples, stacks.order, axes_fit(page[1]))


def toggle_axes(session: Session) -> Session:
    """Keys move along the axes, or in the stacks."""
    return settings(session, on_axes=not session.scores.on_axes)


def move(session: Session, rows: int, columns: int, page: Page) -> Session:
    """The cursor `columns` axes on; `rows` down: the bound of the brush there, else the next line."""
    shown = shown_axes(session, page)
    if isinstance(shown, Nothing) or not shown.a:
        return session
    at = axis_at(session, shown)
    if columns:
        at = min(max(at + columns, 0), shown.a - 1)
        return settings(session, axis=shown.names[at], upper=False)
    brush = shown.brushes[at]
    if brush is not None:
        return move_bound(settings(session, axis=shown.names[at]), brush, -rows)
    line = line_at(session, shown)
    if line < 0:
        return session
    samples = shown.samples
    to = min(max(line + rows, 0), samples.n - 1)
    row = int(samples.evaluation.sample[samples.positions[to]])
    return select(session, sample=_name(session, row))


def _name(session: Session, row: int) -> str:
    from clftui.state.peers import table_of
    from clftui.state.sample_ids import id_of

    run = session.run
    return id_of(table_of(run, session.selection.split or "") if run is not None else None, row)


def move_bound(session: Session, brush: ScoreOf, by: int) -> Session:
    """The bound that keys move, `by` steps higher; bounds do not pass each other."""
    logit, upper = session.scores.logit, session.scores.upper
    if upper:
        moved = replace(brush, high=max(step(brush.high, by, logit), brush.low))
    else:
        moved = replace(brush, low=min(step(brush.low, by, logit), brush.high))
    return replace(session, filters=tuple(moved if each == brush else each for each in session.filters))


def brush(session: Session, page: Page) -> Session:
    """Brush the axis under the cursor; a brush that is there: move its upper bound, then drop it."""
    shown = shown_axes(session, page)
    if isinstance(shown, Nothing):
        return say(session, shown.sentence)
    if not shown.a:
        return say(session, "There is no axis to brush.")
    at = axis_at(session, shown)
    name, there = shown.names[at], shown.brushes[at]
    here = settings(session, on_axes=True, axis=name)
    if there is None:
        begun = replace(remember(here), filters=(*here.filters, ScoreOf(name, BEGUN, 1.0)))
        words = "Brush: j k move its lower bound; B the upper one, then drops it; enter opens what is inside."
        return say(settings(begun, upper=False), words)
    if not session.scores.upper:
        return say(settings(here, upper=True), f"j k move the upper bound of {there.describe()}; B drops it.")
    kept = tuple(each for each in here.filters if each != there)
    return say(settings(replace(remember(here), filters=kept), upper=False), f"No brush on {sanitise(name)}.")


def add_axis(session: Session, page: Page) -> Session:
    """An axis for the class of highest mean score that has none."""
    shown = shown_axes(session, page)
    if isinstance(shown, Nothing):
        return say(session, shown.sentence)
    name = next_class(shown.samples, shown.names)
    if name is None or shown.a >= MOST:
        words = "Every class has an axis." if name is None else f"{MOST} axes are all a screen can tell apart."
        return say(session, words)
    return add_class(session, page, name)


def add_class(session: Session, page: Page, name: str) -> Session:
    """An axis for a class, after the one under the cursor; one that is there gets the cursor."""
    shown = shown_axes(session, page)
    if isinstance(shown, Nothing) or name in shown.names:
        return settings(session, axis=name)
    after = axis_at(session, shown) + 1 if shown.a else 0
    names = (*shown.names[:after], name, *shown.names[after:])
    return say(settings(session, axes=names, axis=name), f"An axis for {sanitise(name)}; o chooses the axes anew.")


def remove_axis(session: Session, page: Page) -> Session:
    """Without the axis under the cursor; its brush goes, too."""
    shown = shown_axes(session, page)
    if isinstance(shown, Nothing):
        return say(session, shown.sentence)
    if shown.a <= 2:
        return say(session, "Two axes are the least.")
    at = axis_at(session, shown)
    left = tuple(name for number, name in enumerate(shown.names) if number != at)
    filters = tuple(each for each in session.filters if each != shown.brushes[at])
    return settings(replace(session, filters=filters), axes=left, axis=left[min(at, len(left) - 1)], upper=False)


def carry_axis(session: Session, page: Page, by: int) -> Session:
    """The axis under the cursor `by` places to the right."""
    shown = shown_axes(session, page)
    if isinstance(shown, Nothing) or not shown.a:
        return session
    at = axis_at(session, shown)
    to = min(max(at + by, 0), shown.a - 1)
    names = list(shown.names)
    names.insert(to, names.pop(at))
    return settings(session, axes=tuple(names), axis=names[to])


def invert_axis(session: Session, page: Page) -> Session:
    """The axis under the cursor upside down, or upright again."""
    shown = shown_axes(session, page)
    if isinstance(shown, Nothing) or not shown.a:
        return session
    name = shown.names[axis_at(session, shown)]
    return settings(session, inverted=session.scores.inverted ^ {name}, axis=name)


def next_axes(session: Session) -> Session:
    """Axes chosen for the samples in the order of the columns, or from the highest mean score on."""
    by_mean = not session.scores.by_mean if session.scores.axes is None else session.scores.by_mean
    words = "from the highest mean score on" if by_mean else "in the order of the columns"
    return say(settings(session, axes=None, by_mean=by_mean), f"Axes chosen for these samples, {words}.")


def toggle_logit(session: Session) -> Session:
    """Axes of log-odds, or linear ones."""
    logit = not session.scores.logit
    return say(settings(session, logit=logit), "Axes of log-odds." if logit else "Linear axes.")
