"""From the command line's plain values to a session."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from clftui.analysis.metrics import Metric
from clftui.bundled import bundled_folder
from clftui.data.catalog import Catalog, open_catalog
from clftui.data.run import Run
from clftui.plain import COMMANDS
from clftui.schema import FormatError
from clftui.state.class_order import orders
from clftui.state.class_tree import by_hierarchy
from clftui.state.filters import Expression, FilterError
from clftui.state.moves import say, select
from clftui.state.named_cell import at_cell, is_cell
from clftui.state.selection import Part, Scope, Tab
from clftui.state.session import Session, all_splits, open_session
from clftui.state.settings import GROUPS, SIMILAR_FIRST, SUGGESTED, ClassOrder, RankingRows
from clftui.state.versus import Versus, parse_versus
from clftui.text import sanitise

log = logging.getLogger("clftui")


class LaunchError(Exception):
    """The arguments ask for something that is not there; one sentence."""


def make_session(chosen: Mapping[str, Any]) -> Session:
    """The session that `chosen` (paths, run, split, epoch, metric, filters, images, hierarchy ...) describes."""
    paths, cell = _without_cell(chosen["paths"])
    bundled = not paths
    if bundled:
        try:
            paths = (bundled_folder("sample_runs") / chosen["sample_set"],)
        except FileNotFoundError as error:
            raise LaunchError(str(error)) from error
    for path in paths:
        if str(path) != "-" and not path.exists():
            raise LaunchError(_not_there(path))
    turned, tree = bool(chosen.get("transposed")), chosen.get("hierarchy")
    catalog = open_catalog(paths, images_root=chosen["images"], transposed=turned, hierarchy=tree)
    if catalog.hierarchy_file is not None and catalog.hierarchy_problem is not None:
        raise LaunchError(f"--hierarchy: {catalog.hierarchy_problem}")
    for problem in catalog.problems:
        log.warning("%s", problem.message)
    run = _run_named(catalog, chosen["run"])
    split = _split_named(catalog, chosen["split"])
    session = open_session(catalog, run=run.key if run is not None else None, split=split, epoch=chosen["epoch"])
    session = by_hierarchy(session) or session
    if chosen["metric"]:
        session = replace(session, ranking=replace(session.ranking, metric=_metric_named(chosen["metric"])))
    try:
        filters = tuple(Expression(text) for text in chosen["filters"])
        if chosen.get("rules"):
            from clftui.state.rules import read_rules  # Few start with rules.

            session = replace(session, rules=read_rules(chosen["rules"]))
    except FilterError as error:
        raise LaunchError(f"--filter {error}") from error
    except FormatError as error:
        raise LaunchError(f"--rules: {error}") from error
    session = replace(session, filters=filters)
    _check_epoch(session)
    _check_filters(session)
    if chosen.get("what_if"):
        session = _supposing(session, chosen["what_if"])
    session = _arranged(session, chosen.get("order"), chosen.get("blocks"))
    named = [chosen.get(each) for each in ("sort", "group_by", "part")]
    if any(named):
        from clftui.state.sample_group_steps import named_order  # Reports alone name an order.

        session = named_order(session, *named)
    if chosen.get("against"):
        session = replace(session, versus=_versus_of(chosen["against"]))
    if chosen.get("points") or chosen.get("layout"):
        from clftui.state.map_settings import asked  # Reports alone ask for a map.

        session = replace(session, map=asked(session.map, chosen.get("points"), chosen.get("layout")))
    if chosen.get("rows"):
        session = replace(session, ranking=replace(session.ranking, rows=RankingRows(chosen["rows"])))
    session = _replayed(session, chosen.get("replay"), tags=bool(chosen.get("replay_tags")))
    if cell is not None:
        session = replace(with_cell(session, cell, sanitise(cell)), tab=Tab.MATRIX)
    if bundled:
        session = say(session, "These are the sample runs that came with clftui; `clftui PATH` opens yours.")
    return session


def filtered_session(chosen: Mapping[str, Any]) -> Session:
    """`make_session` for commands that list samples; LaunchError also where there are no runs.

    FilterError where a filter cannot be answered.
    """
    session = make_session({"metric": None, "hierarchy": None, **chosen})
    if not session.catalog.runs:
        problems = session.catalog.problems
        raise LaunchError(sanitise(problems[0].message) if problems else "there are no runs")
    from clftui.state.filter_steps import passing

    passing(session, session.filters)
    return replace(session, notice="")


def _not_there(path: Path) -> str:
    """The sentence for a path that leads nowhere, with what is near it: a slip of a letter, or of a command's name."""
    from difflib import get_close_matches

    try:
        there = {each.name: str(path.parent / each.name) for each in path.parent.iterdir()}
    except OSError:
        there = {}
    if path.parent == Path():
        there |= {name: f"the command {name}" for name in COMMANDS}
    near = get_close_matches(path.name, there, 1, 0.6)
    meant = f"; did you mean {sanitise(there[near[0]])}?" if near else "; name runs, a prediction file or a matrix"
    return f"{sanitise(str(path))} does not exist{meant}"


def _check_epoch(session: Session) -> None:
    """LaunchError for an epoch that no run has reached: the last one would stand in its place, unsaid."""
    pinned, split = session.selection.epoch, session.selection.split
    if pinned is None or split is None:
        return
    newest = max((epoch for run in session.catalog.runs for epoch in run.epochs(split)), default=None)
    if newest is not None and pinned > newest:
        raise LaunchError(f"--epoch: there is no epoch {pinned} of {sanitise(split)}; the newest is {newest}")


def _check_filters(session: Session) -> None:
    """LaunchError for a filter that no run can answer, such as a column misspelt: nothing would pass, unsaid."""
    if not session.filters:
        return
    from clftui.state.filter_steps import passing

    refused = None
    for run in (session.run, *session.catalog.runs):
        if run is None:
            continue
        try:
            passing(replace(session, selection=replace(session.selection, run=run.key)), session.filters)
            return
        except FilterError as error:
            refused = refused or error
        except FormatError:  # A broken file is told where it shows.
            return
    if refused is not None:
        raise LaunchError(f"--filter: {refused}")


def _without_cell(given: Iterable[Path]) -> tuple[tuple[Path, ...], str | None]:
    """The paths, and what among them is no file but a cell, `cat->dog`."""
    paths = tuple(given)
    cells = [path for path in paths if is_cell(str(path)) and not path.exists()]
    return tuple(path for path in paths if path not in cells), str(cells[0]) if cells else None


def _supposing(session: Session, text: str) -> Session:
    """`session` under `--what-if`, which is about the focused run."""
    from clftui.state.what_if import parse_what_if, supposed  # Few suppose anything at the start.

    if session.run is None:
        raise LaunchError("--what-if: there is no run to suppose anything of")
    try:
        found = parse_what_if(text, session.run)
        supposed(found, session.run, session.evaluation())
    except (FilterError, FormatError) as error:
        raise LaunchError(f"--what-if: {error}") from error
    return replace(session, what_if=found)


def _replayed(session: Session, script: Path | None, *, tags: bool) -> Session:
    """`session` after the lines of `--replay`, its tags with `tags` alone; what cannot be followed is said."""
    if script is None:
        return session
    from clftui.state.script import read_script, run_script

    try:
        session, problems = run_script(session, read_script(script), tags=tags)
    except FormatError as error:
        raise LaunchError(f"--replay: {error}") from error
    for problem in problems:
        print(f"--replay {problem}", file=sys.stderr)
    return say(session, f"Replayed {script.name}; {len(problems)} lines could not be followed." if problems else "")


def _run_named(catalog: Catalog, name: str | None) -> Run | None:
    if name is None:
        return None
    found = [run for run in catalog.runs if name in (run.key, run.name)]
    if not found:
        names = ", ".join(sanitise(run.name) for run in catalog.runs[:12]) or "none"
        raise LaunchError(f"--run: there is no run {sanitise(name)}; there are {names}")
    return found[0]


def _split_named(catalog: Catalog, name: str | None) -> str | None:
    splits = all_splits(catalog)
    if name is not None and name not in splits:
        raise LaunchError(f"--split: there is no split {sanitise(name)}; there are {', '.join(splits) or 'none'}")
    return name


def _versus_of(text: str) -> Versus:
    try:
        return parse_versus(text)
    except FilterError as error:
        raise LaunchError(f"--against {error}") from error


def _arranged(session: Session, order: str | None, blocks: str | None) -> Session:
    """`session` with the classes in an order, and cut into blocks, as `--order` and `--blocks` say."""
    settings = session.matrix
    if order is not None:
        settings = replace(settings, order=ClassOrder[order.upper()])
        if settings.order not in orders(session):
            raise LaunchError("--order hierarchy: there is no class hierarchy; --hierarchy FILE gives one")
    if blocks is not None:
        if order is None and settings.order is ClassOrder.GIVEN:
            # Blocks of classes that stand as they were listed would mean nothing.
            settings = replace(settings, order=SIMILAR_FIRST)
        known = {"auto": SUGGESTED, "groups": GROUPS}
        if blocks not in known and not (blocks.isascii() and blocks.isdigit() and int(blocks) > 0):
            raise LaunchError(f"--blocks {sanitise(blocks)}: write a number, auto or groups")
        settings = replace(settings, blocks=known[blocks] if blocks in known else int(blocks))
        if settings.blocks == GROUPS and settings.order is not ClassOrder.HIERARCHY:
            raise LaunchError("--blocks groups needs classes in the order of a hierarchy; --hierarchy FILE gives one")
    return replace(session, matrix=settings)


def _metric_named(name: str) -> Metric:
    for metric in Metric:
        if name.casefold() in (metric.value.casefold(), metric.label.casefold()):
            return metric
    raise LaunchError(f"--metric: there is no {sanitise(name)}; there are {', '.join(m.label for m in Metric)}")


def with_cell(session: Session, text: str, where: str = "--cell") -> Session:
    """`session` at the cell written `T->P`; LaunchError where a class is not known."""
    try:
        return at_cell(session, text)
    except FilterError as error:
        raise LaunchError(f"{where}: {error}") from error


def with_sample(session: Session, name: str, view: str) -> Session:
    """`session` with one sample alone; LaunchError for a view of something else."""
    if view == "explanations":
        return select(session, sample=name)
    if view != Tab.SAMPLES:
        raise LaunchError(f"--sample tells about one sample of --view samples or explanations, and {view} shows none")
    scope = session.selection.scope
    return select(session, scope=scope if scope != Scope() else Scope(part=Part.ALL), sample=name, detail=True)
