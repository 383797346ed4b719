"""When the class under the cursor got worse or better, and what a unit's response to it did there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from clftui.analysis.changes import Part
from clftui.data.responses import epochs_with_responses
from clftui.schema import FormatError
from clftui.state.alarms import alarm_epochs
from clftui.state.class_tree import label_of
from clftui.state.filters import FilterError
from clftui.state.movers import movers
from clftui.state.responses_model import ResponseMap
from clftui.state.responses_settings import LowerPane
from clftui.state.responses_unit import UnitPast
from clftui.state.responses_words import number
from clftui.state.session import Session
from clftui.state.unready import may_wait, note_missing
from clftui.state.versus import Versus
from clftui.text import percent, sanitise


class ClassEvent(NamedTuple):
    """A change of a class's recall beyond chance at an epoch, both as shares."""

    epoch: int
    alarm: bool
    """Whether it exceeds what the class does from epoch to epoch by itself; else it is a mover."""
    before: float
    after: float

    @property
    def worse(self) -> bool:
        return self.after < self.before

    @property
    def mark(self) -> str:
        """▼ an alarm, ▾ a fall, ▴ a rise."""
        return "▼" if self.alarm else "▾" if self.worse else "▴"


def class_events(session: Session, shown: ResponseMap, epochs: Sequence[int]) -> tuple[ClassEvent, ...]:
    """Alarms of the class under the cursor in any epoch, and its moves in `epochs`, ascending; known ones in a draw."""
    name, wait = class_of(shown), may_wait()
    found: dict[int, ClassEvent] = {}
    for epoch in dict.fromkeys((*epochs, shown.evaluation.epoch)):
        here = replace(session, versus=Versus(), selection=replace(session.selection, epoch=epoch))
        try:
            view = movers(here, wait=wait)
        except (FormatError, FilterError):
            continue
        if view is None:
            note_missing()
            continue
        for each in view.movers:
            if each.kind is Part.CLASS and each.true == name:
                found[epoch] = ClassEvent(epoch, each.alarm, each.before, each.after)
    for epoch, alarms in alarm_epochs(session, shown.run, wait=wait).items():
        for alarm in alarms:
            if alarm.named.kind is Part.CLASS and alarm.named.true == name:
                found[epoch] = ClassEvent(epoch, True, alarm.before, alarm.after)
    return tuple(found[epoch] for epoch in sorted(found))


def class_of(shown: ResponseMap) -> str:
    """The class under the cursor; the first of a group that shows as one line."""
    return shown.run.classes[int(shown.members(shown.line)[0])]


def event_marks(events: Sequence[ClassEvent], epochs: Sequence[int]) -> list[str]:
    """What to write under each of the recorded epochs: the gravest that happened since the one before; "" nothing."""
    marks = [""] * len(epochs)
    for event in events:
        at = int(np.searchsorted(epochs, event.epoch))
        if at < len(marks) and (event.alarm or marks[at] != "▼"):
            marks[at] = event.mark
    return marks


def profile_words(session: Session, shown: ResponseMap, past: UnitPast, events: Sequence[ClassEvent]) -> str:
    """`▼ epoch 9: alarm, Shirt 81.3 → 76.0 %; unit 6 fell from 11.6 to 7.2`, of the newest event up to what shows."""
    event = next((each for each in reversed(events) if each.epoch <= shown.evaluation.epoch), None)
    return f"{_event_words(session, shown, event)}; {_unit_words(shown, past, event)}" if event is not None else ""


def here_words(session: Session, shown: ResponseMap) -> str:
    """`▼ epoch 9: alarm, Shirt 81.3 → 76.0 %; p shows the unit by epoch`, if that is the epoch that shows."""
    epoch = shown.evaluation.epoch
    event = next((each for each in class_events(session, shown, ()) if each.epoch == epoch), None)
    if event is None or shown.settings.lower is LowerPane.EPOCHS:
        return ""
    words = _event_words(session, shown, event)
    several = len(epochs_with_responses(shown.run.path, shown.evaluation.split)) > 1
    return f"{words}; p shows the unit by epoch" if several else words


def _event_words(session: Session, shown: ResponseMap, event: ClassEvent) -> str:
    kind = "alarm" if event.alarm else "fell" if event.worse else "rose"
    name = sanitise(label_of(session, class_of(shown)))
    return f"{event.mark} epoch {event.epoch}: {kind}, {name} {percent(event.before)} → {percent(event.after)} %"


def _unit_words(shown: ResponseMap, past: UnitPast, event: ClassEvent) -> str:
    """`unit 6 fell from 11.6 to 7.2`, and between which epochs where they are not that one and the one before."""
    own = past.means[:, int(shown.members(shown.line)[0])]
    at = int(np.searchsorted(past.epochs, event.epoch))
    if at == 0 or at >= len(past.epochs) or np.isnan(own[at - 1 : at + 1]).any():
        return f"unit {shown.unit} was not recorded around it"
    before, after = number(float(own[at - 1])), number(float(own[at]))
    if before == after:
        did = f"stayed at {after}"
    else:
        did = f"{'fell' if own[at] < own[at - 1] else 'rose'} from {before} to {after}"
    between = past.epochs[at - 1], past.epochs[at]
    told = "" if between == (event.epoch - 1, event.epoch) else f" between epochs {between[0]} and {between[1]}"
    return f"unit {shown.unit} {did}{told}"
