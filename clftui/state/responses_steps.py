"""Steps on the response map: its cursor, its order, its threshold, its group."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace

import numpy as np

from clftui.analysis.responses import by_relevance
from clftui.schema import FormatError
from clftui.state.class_tree import label_of, tree_of
from clftui.state.group_steps import select_group
from clftui.state.layers import shown_layer
from clftui.state.matrix_model import clamped, readable
from clftui.state.moves import cycle, drill_to_samples, remember, say, select
from clftui.state.responses_model import ResponseMap, response_map, scale_of, sides_of
from clftui.state.responses_settings import SHARES, UnitOrder
from clftui.state.responses_words import number
from clftui.state.selection import Part, Scope
from clftui.state.session import Session
from clftui.state.unit_filter import UnitCall, UnitResponse, recorded, unit_responses
from clftui.state.unready import impatient
from clftui.text import count, plural, sanitise

AMONG = 0.98
"""Where no sample reaches the threshold: this quantile of the unit's own responses above 0."""


def settings(session: Session, **changes: object) -> Session:
    """`session` with some of the map's settings replaced."""
    responses = replace(session.features.responses, **changes)  # type: ignore[arg-type]
    return replace(session, features=replace(session.features, responses=responses), notice="")


def shown_map(session: Session, *, wait: bool = False) -> ResponseMap | None:
    """The map for a step; None where there is none. Without `wait` also while it is still being read."""
    with nullcontext() if wait else impatient():
        try:
            found = response_map(session)
        except FormatError:
            return None
    return found if isinstance(found, ResponseMap) else None


def move(session: Session, rows: int, columns: int, page: tuple[int, int]) -> Session:
    """The cursor some lines down and some units on. The class it leaves is what relevance goes on being about."""
    shown = shown_map(session)
    if shown is None:
        return _move_lines(session, rows)
    line, column = clamped(shown.line + rows, shown.n - 1), clamped(shown.column + columns, shown.columns - 1)
    moved = settings(session, unit=int(shown.units[column]))
    if line == shown.line:
        return moved
    if session.features.responses.of is None and not shown.target.group:
        moved = settings(moved, of=session.selection.true)
    return select(moved, true=session.classes[int(shown.members(line)[0])])


def _move_lines(session: Session, rows: int) -> Session:
    """The cursor some lines down while the layer is still being read."""
    here = readable(session)
    if here is None or not rows or shown_layer(session) is None:
        return session
    line = clamped(int(here.place[here.item(here.true)]) + rows, here.n - 1)
    name = here.classes[int(here.members(int(here.order[line]))[0])]
    of = session.features.responses.of or session.selection.true
    return select(settings(session, of=of), true=name)


def put(session: Session, line: int, column: int) -> Session:
    """The cursor on a line and a place among the units."""
    shown = shown_map(session)
    if shown is None:
        return session
    return move(session, line - shown.line, column - shown.column, (1, 1))


def drill(session: Session) -> Session:
    """The samples that the unit under the cursor answers most to, as a filter that every view obeys."""
    shown = shown_map(session, wait=True)
    if shown is None:
        return session
    if not shown.file.n:
        words = f"Of {sanitise(shown.layer.name)} class means alone were recorded, no single sample's responses."
        return say(session, f"{words} `clftui respond` records them.")
    try:
        values = unit_responses(shown.run, shown.evaluation, UnitCall(shown.layer.name, shown.unit))
    except LookupError as error:
        return say(session, str(error.args[0]))
    values = values[~np.isnan(values)]
    low = scale_of(shown).threshold
    if not (values >= low).any():
        positive = values[values > 0]
        if not positive.size:
            return say(session, f"Unit {shown.unit} answers no sample with more than 0.")
        low = float(np.quantile(positive, AMONG))
    new = UnitResponse(shown.layer.name, shown.unit, _rounded_down(low))
    kept = tuple(each for each in session.filters if getattr(each, "kind", None) != new.kind)
    drilled = drill_to_samples(session, Scope(part=Part.ALL, title=f"samples of unit {shown.unit}"))
    left = shown.evaluation.n - recorded(shown.layer, shown.evaluation)
    missed = f"; {plural(left, 'sample')} that were not recorded do not pass" if left else ""
    passing = int(np.count_nonzero(values >= np.float32(new.low)))
    return say(
        replace(drilled, filters=(*kept, new)), f"{new.describe()}: {plural(passing, 'sample')}{missed}. F drops it."
    )


def _rounded_down(value: float) -> float:
    """`value` in three digits, no greater than it was."""
    if not value:
        return 0.0
    unit = 10.0 ** (int(np.floor(np.log10(abs(value)))) - 2)
    return float(f"{np.floor(value / unit + 1e-9) * unit:.6g}")


def next_order(session: Session) -> Session:
    """The next order of the units; by relevance and mean, to what is selected or the class under the cursor."""
    changed = settings(session, order=cycle(session.features.responses.order))
    shown = shown_map(changed)
    name = shown.target.name if shown is not None else "the class"
    words = {
        UnitOrder.RELEVANCE: f"Units by relevance to {name}: first quartile of its responses over the third of others.",
        UnitOrder.MEAN: f"Units by mean response to {name}.",
        UnitOrder.SENSITIVITY: "Units by how far they part the classes: variation between classes over that within.",
        UnitOrder.GIVEN: "Units in their given order.",
    }
    return say(changed, words[changed.features.responses.order])


def step_threshold(session: Session, by: int) -> Session:
    """A higher or lower threshold, among quantiles of the layer's class means above 0."""
    at = SHARES.index(session.features.responses.share) + by
    if not 0 <= at < len(SHARES):
        return say(session, f"The threshold goes from the {SHARES[0]:.0%} to the {SHARES[-1]:.0%} quantile.")
    changed = settings(session, share=SHARES[at])
    shown = shown_map(changed)
    if shown is None:
        return changed
    words = number(scale_of(shown).threshold)
    return say(changed, f"Threshold {words}: {SHARES[at]:.0%} of the class means above 0 lie below it.")


def toggle_log(session: Session) -> Session:
    """A linear scale of colours, or one that lifts weak responses."""
    return settings(session, log=not session.features.responses.log)


def zoom(session: Session, by: int) -> Session:
    """A column a unit, or columns for its places, as many as were recorded."""
    shown = shown_map(session)
    if shown is None:
        return session
    if shown.file.grid == (1, 1):
        return say(session, f"Units of {sanitise(shown.layer.name)} were recorded as one number each: no places.")
    sides = sides_of(shown.file)
    now = max(at for at, side in enumerate(sides) if side <= max(session.features.responses.side, sides[0]))
    at = min(max(now + by, 0), len(sides) - 1)
    h, w = (min(sides[at], size) for size in shown.file.grid)
    words = "A column a unit: the mean over its places." if sides[at] == 1 else f"A unit takes {h} × {w} columns."
    if at == now:
        words += " There are no finer places." if by > 0 else ""
    return say(settings(session, side=sides[at]), words)


def next_lower(session: Session) -> Session:
    """What stands under the map."""
    lower = cycle(session.features.responses.lower)
    return say(settings(session, lower=lower), f"Under the map: {lower.value}.")


def toggle_coloured(session: Session) -> Session:
    """Groups beside the classes coloured by the unit under the cursor, or by their metric."""
    on = not session.features.responses.coloured
    metric = session.groups.metric.label
    return say(
        settings(session, coloured=on),
        "Groups show their mean response to the unit under the cursor." if on else f"Groups show {metric}.",
    )


def choose(session: Session) -> Session:
    """Select the group around the class under the cursor, then its parent, then none; without groups the class."""
    if tree_of(session) is None:
        return about_class(session)
    chosen = select_group(session)
    changed, group = settings(chosen, of=None), chosen.selection.group
    if group == session.selection.group:
        return say(changed, chosen.notice)
    words = f"Relevance to {sanitise(group[-1])}; space again widens it." if group else "No group is selected."
    return say(changed, words)


def about_class(session: Session) -> Session:
    """Relevance and mean to the class under the cursor, whatever group is selected."""
    name = session.selection.true
    if name not in session.classes:
        return session
    if session.selection.group:
        session = select(remember(session), group=None)
    return say(settings(session, of=name), f"Relevance to {sanitise(label_of(session, name))}.")


def next_relevant(session: Session) -> Session:
    """The next unit by relevance; after the last that favours the target the first again."""
    shown = shown_map(session, wait=True)
    if shown is None or shown.relevance is None:
        return session
    ratio = shown.relevance.ratio
    favouring = [unit for unit in by_relevance(shown.relevance).tolist() if ratio[unit] >= 1]
    if not favouring:
        return say(session, f"No unit favours {shown.target.name}: no relevance of 1 or more.")
    at = (favouring.index(shown.unit) + 1) % len(favouring) if shown.unit in favouring else 0
    words = f"Unit {favouring[at]}, {count(at + 1)} of {count(len(favouring))} that favour {shown.target.name}."
    return say(settings(session, unit=favouring[at]), words)
