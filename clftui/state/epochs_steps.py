"""Pure steps of the Epochs view: the epoch range, playing, metrics, panes, the next noteworthy thing."""

from __future__ import annotations

from dataclasses import replace

from clftui.state import epochs_list
from clftui.state.alarms import Alarm, alarm_epochs
from clftui.state.epochs_view import METRICS, RunEpochs, epochs_table, inside, metric_of
from clftui.state.moves import cycle, focus_run, say, select
from clftui.state.session import Session
from clftui.state.settings import EpochsPane
from clftui.state.versus import Kind, Versus, against_words
from clftui.text import sanitise, signed

RATES = (1.0, 2.0, 4.0, 8.0)


def _epochs(session: Session) -> tuple[int, ...]:
    run, split = session.run, session.selection.split
    return run.epochs(split) if run is not None and split is not None else ()


def move_edge(session: Session, end: bool) -> Session:
    """The range begins (or ends) at the epoch that shows; where it does so already, that edge is free again."""
    epochs, run = _epochs(session), session.run
    now = session.epoch_of(run) if run is not None else None
    if len(epochs) < 2 or now is None:
        return say(session, "This run has one epoch.")
    whole = _whole(session)
    first, last = session.selection.span or whole
    if end:
        last = whole[1] if now == last else now
        first = min(first, last)
    else:
        first = whole[0] if now == first else now
        last = max(first, last)
    if (first, last) == whole:
        return say(select(session, span=None), "All epochs.")
    return say(select(session, span=(first, last)), f"Epochs {first} to {last}; at an edge the same key frees it.")


def _whole(session: Session) -> tuple[int, int]:
    """First and last epoch of the runs that show."""
    split = session.selection.split or ""
    runs = [run for _, run in session.lettered] + ([session.run] if session.run is not None else [])
    every = [epoch for run in runs for epoch in run.epochs(split)]
    return min(every), max(every)


def play_step(session: Session) -> tuple[Session, bool]:
    """The next epoch of the range, and whether there is one after it.

    From the last epoch on it begins at the first; the newest epoch is followed again.
    """
    epochs = tuple(epoch for epoch in _epochs(session) if inside(session.selection.span, epoch))
    run = session.run
    if len(epochs) < 2 or run is None:
        return say(session, "There is one epoch to play."), False
    now = session.epoch_of(run)
    later = [epoch for epoch in epochs if now is not None and epoch > now]
    following = later[0] if later else epochs[0]
    newest = following == _epochs(session)[-1]
    return select(session, epoch=None if newest else following), following != epochs[-1]


def next_rate(session: Session) -> Session:
    """Play faster, and from the fastest at the slowest again."""
    rate = RATES[(RATES.index(session.epochs.rate) + 1) % len(RATES)] if session.epochs.rate in RATES else RATES[0]
    words = f"Plays {rate:g} epoch{'s' if rate != 1 else ''} a second."
    return say(replace(session, epochs=replace(session.epochs, rate=rate)), words)


def next_metric(session: Session) -> Session:
    """Recall, precision, F1 and size in turn; Ranking has the same metric."""
    metric = cycle(metric_of(session), among=METRICS)
    changed = replace(session, ranking=replace(session.ranking, metric=metric))
    return say(changed, f"Strips show {metric.label} of each class.")


def toggle_relative(session: Session) -> Session:
    """One scale for all, or each class between its own least and greatest value."""
    relative = not session.epochs.relative
    words = "Each class has a scale of its own: its least to its greatest value." if relative else "One scale for all."
    return say(replace(session, epochs=replace(session.epochs, relative=relative)), words)


def toggle_cell(session: Session) -> Session:
    """The chart shows the cell under the cursor, or its true class again."""
    cell = not session.epochs.cell
    return replace(session, epochs=replace(session.epochs, cell=cell))


def next_pane(session: Session) -> Session:
    """Movers, flips, learning dynamics and the enlarged chart in turn."""
    pane = cycle(session.epochs.pane)
    listed = session.epochs.listed and pane is not EpochsPane.CHART
    return replace(session, epochs=replace(session.epochs, pane=pane, line=0, listed=listed))


def toggle_listed(session: Session) -> Session:
    """The cursor moves in the list below, or among the classes again."""
    if session.epochs.listed:
        return replace(session, epochs=replace(session.epochs, listed=False))
    if not epochs_list.length(session):
        return say(session, "The list below is empty.")
    return epochs_list.at(session, session.epochs.line)


def next_mover(session: Session) -> Session:
    """The next line of the list, round and round."""
    total = epochs_list.length(session)
    if not total:
        return say(session, "Nothing in the list.")
    line = session.epochs.line + 1 if session.epochs.listed else session.epochs.line
    return epochs_list.at(session, line % total)


def next_event(session: Session) -> Session:
    """Show the next epoch at which something happened to the focused run; an alarm brings its class or cell along."""
    table = epochs_table(session)
    own = next((each for each in table.runs if each.run is session.run), None)
    if own is None:
        return say(session, "This run's epochs are not read yet.")
    alarms = alarm_epochs(session)
    words = event_words(own)
    words.update({epoch: _alarm_words(found) for epoch, found in alarms.items()})
    ahead = sorted(epoch for epoch in words if inside(session.selection.span, epoch))
    if not ahead:
        return say(session, "Nothing is marked on this run's timeline.")
    now = session.epoch_of(own.run) or 0
    epoch = next((each for each in ahead if each > now), ahead[0])
    if epoch in alarms:
        named = alarms[epoch][0].named
        session = select(session, group=named.group or None)
        if named.true:
            session = select(session, true=named.true, predicted=named.predicted or named.true)
        session = replace(session, versus=Versus(Kind.EPOCH, epoch=alarms[epoch][0].since))
        session = replace(session, epochs=replace(session.epochs, cell=bool(named.predicted), line=0))
    return say(show_epoch(session, epoch), f"Epoch {epoch}: {words[epoch]}.")


def event_words(own: RunEpochs) -> dict[int, str]:
    """What is marked on a run's timeline, by epoch; alarms are not among it."""
    events: dict[int, str] = {}
    if own.best is not None:
        events[own.epochs[own.best]] = "the best accuracy"
    if own.losses.lowest is not None:
        events[own.losses.lowest] = "the lowest loss"
    events.update(dict.fromkeys(own.losses.steps, "the learning rate stepped down"))
    if own.losses.overfit is not None:
        events[own.losses.overfit] = "over-fit since here"
    return events


def _alarm_words(found: tuple[Alarm, ...]) -> str:
    more = f" and {len(found) - 1} more" if len(found) > 1 else ""
    return f"alarm, {sanitise(found[0].named.name)} {signed(100 * found[0].change)}{more}; N and enter lead to samples"


def next_versus(session: Session) -> Session:
    """Compare with the epoch before, the best one, another of the runs A to D, another split, in turn."""
    run, split = session.run, session.selection.split
    choices = [Versus(), Versus(Kind.BEST)]
    choices += [Versus(Kind.RUN, each.key) for _, each in session.lettered if each is not run]
    choices += [Versus(Kind.SPLIT, each) for each in (run.splits if run is not None else ()) if each != split]
    at = choices.index(session.versus) + 1 if session.versus in choices else 0
    versus = choices[at % len(choices)]
    changed = replace(session, versus=versus, epochs=replace(session.epochs, line=0))
    return say(changed, f"Movers and flips {against_words(versus, session.catalog)}.")


def point(session: Session, name: str | None, run: str | None = None) -> Session:
    """The cursor among the classes, on a class and a run; None keeps what is there."""
    if run is not None:
        session = focus_run(session, run)
    if name is not None:
        session = select(session, true=name)
    return replace(session, epochs=replace(session.epochs, listed=False))


def show_epoch(session: Session, epoch: int) -> Session:
    """Pin an epoch; the focused run's newest is followed instead."""
    epochs = _epochs(session)
    return select(session, epoch=None if epochs and epoch == epochs[-1] else epoch)
