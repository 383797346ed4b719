"""The step that a newer catalog asks for: nothing moves by itself, and runs that went or were renamed are told of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from clftui.data.catalog import Catalog
from clftui.data.folder import FolderSource
from clftui.data.run import Run
from clftui.schema import RUN_FILE, FormatError
from clftui.state.alarms_settings import AlarmsSettings, EpochOf
from clftui.state.filters import FilterError
from clftui.state.moves import say, with_catalog
from clftui.state.selection import Selection, Tab
from clftui.state.session import Session
from clftui.state.versus import Kind
from clftui.text import plural, shorten


def newer(session: Session, catalog: Catalog) -> Session:
    """`session` on a newer catalog: cursor, letters and a pinned epoch stay, also where a run's folder was renamed.

    Where the focused run has gone its neighbour is focused, and the letter of a run that has gone is free; one sentence
    says so. Without any run nothing is forgotten: the folder may be unreachable for a moment.
    """
    names = renamed(session.catalog, catalog)
    notice = gone_words(session, catalog, names)
    alarms = arrivals(session.alarms, session.catalog, catalog, names)
    if not catalog.runs:
        session = replace(session, catalog=catalog)
        return say(session, notice) if notice else session
    neighbour = _neighbour(session, catalog, names)
    session = replace(_called(session, names), alarms=alarms)
    if neighbour is not None:
        session = replace(session, selection=replace(session.selection, run=neighbour, sample=None))
    session = with_catalog(session, catalog)
    return say(session, notice) if notice else session


def renamed(old: Catalog, new: Catalog) -> Mapping[str, str]:
    """The new key of each run of `old` that is still there.

    A run is the same where its folder is, else where its run.json is the very same file, else where name, date of
    creation and classes are those of one new run alone.
    """
    by_path = {run.path: run for run in new.runs}
    paths = {run.path for run in old.runs}
    fresh = [run for run in new.runs if run.path not in paths]
    found: dict[str, str] = {}
    for run in old.runs:
        same = by_path.get(run.path) or _same_file(run, fresh) or _same_words(run, fresh)
        if same is not None:
            found[run.key] = same.key
    return found


def _same_file(run: Run, fresh: Sequence[Run]) -> Run | None:
    stamp = _stamp(run)
    return next((each for each in fresh if stamp is not None and _stamp(each) == stamp), None)


def _stamp(run: Run) -> tuple[object, ...] | None:
    """Time, size and number of run.json, which a renamed folder takes along."""
    if not isinstance(run.source, FolderSource):
        return None
    return next((stamp for stamp in run.source.scan.content if stamp[0] == RUN_FILE), None)


def _same_words(run: Run, fresh: Sequence[Run]) -> Run | None:
    same = [each for each in fresh if (each.name, each.created, each.classes) == (run.name, run.created, run.classes)]
    return same[0] if len(same) == 1 else None


def _called(session: Session, names: Mapping[str, str]) -> Session:
    """`session` with the keys of runs as they are now, in its history too."""
    if all(key == name for key, name in names.items()):
        return session

    def changed(selection: Selection) -> Selection:
        run = selection.run
        return replace(
            selection,
            runs=tuple(names.get(key, key) for key in selection.runs),
            run=names.get(run, run) if run is not None else None,
        )

    versus = session.versus
    if versus.kind is Kind.RUN:
        versus = replace(versus, name=names.get(versus.name, versus.name))
    history = tuple(place._replace(selection=changed(place.selection)) for place in session.history)
    return replace(session, selection=changed(session.selection), history=history, versus=versus)


def gone_words(session: Session, catalog: Catalog, names: Mapping[str, str]) -> str:
    """One sentence about the runs that are not there any more; empty where all are."""
    gone = [run for run in session.catalog.runs if run.key not in names]
    if not gone:
        return ""
    broken = {problem.path: problem.message for problem in catalog.problems}
    told = next((broken[run.path] for run in gone if run.path in broken), None)
    if told is not None and len(gone) == 1:
        return told
    shown = ", ".join(shorten(run.name, 24, middle=True) for run in gone[:3])
    more = f" and {plural(len(gone) - 3, 'more run')}" if len(gone) > 3 else ""
    return f"{shown}{more} {'has' if len(gone) == 1 else 'have'} gone: removed, or renamed beyond recognition."


def _neighbour(session: Session, catalog: Catalog, names: Mapping[str, str]) -> str | None:
    """The new key of the run to focus where the focused one has gone: the next in the list, else the one before."""
    focus = session.selection.run
    if focus is None or focus in names or session.catalog.run(focus) is None:
        return None
    order = _order(session)
    at = order.index(focus) if focus in order else 0
    nearest = (*order[at + 1 :], *reversed(order[:at]))
    return next((names[key] for key in nearest if key in names), None)


def _order(session: Session) -> list[str]:
    """The runs as they stood on the screen: in Runs its rows, elsewhere those with letters, then the rest."""
    keys = [run.key for run in session.catalog.runs]
    if session.tab is not Tab.RUNS:
        lettered = [run.key for _, run in session.lettered]
        return lettered + [key for key in keys if key not in lettered]
    from clftui.state.runs_table import runs_table

    try:
        return [row.run.key for row in runs_table(session).rows]
    except (FormatError, FilterError):
        return keys


def arrivals(alarms: AlarmsSettings, old: Catalog, new: Catalog, names: Mapping[str, str]) -> AlarmsSettings:
    """What has arrived while one looked: the newest epoch of each split in which `new` is further than `old`.

    `names` maps keys of `old` to those of `new`. A run that was not there before counts where it is live.
    """
    before = {names[run.key]: run for run in old.runs if run.key in names}
    fresh: list[EpochOf] = []
    for run in new.runs:
        known = before.get(run.key)
        if known is run or (known is None and not run.status.live):
            continue
        try:
            fresh.extend(_further(run, known))
        except FormatError:  # A folder that cannot be listed is told where it shows.
            continue
    if not fresh:
        return alarms
    later = {(path, split) for path, split, _ in fresh}
    return replace(alarms, arrived=frozenset(each for each in alarms.arrived if each[:2] not in later) | set(fresh))


def _further(run: Run, known: Run | None) -> list[EpochOf]:
    found = []
    for split in run.splits:
        newest = run.newest(split)
        if newest is not None and newest > ((known.newest(split) if known is not None else None) or 0):
            found.append((str(run.path), split, newest))
    return found
