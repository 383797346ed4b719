"""From the command line's plain values to a session, and from a session to the app or a report."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clftui.analysis.metrics import Metric
from clftui.bundled import bundled_folder
from clftui.data.catalog import Catalog, open_catalog
from clftui.data.run import Run
from clftui.depth import Graphics
from clftui.schema import FormatError
from clftui.state.block_steps import opened
from clftui.state.class_order import orders
from clftui.state.filters import Expression, FilterError
from clftui.state.group_steps import by_hierarchy
from clftui.state.moves import say
from clftui.state.named_cell import at_cell, is_cell
from clftui.state.sample_group_steps import named_order
from clftui.state.selection import Tab
from clftui.state.session import Session, all_splits, open_session
from clftui.state.settings import GROUPS, SIMILAR_FIRST, SUGGESTED, ClassOrder, Pane, RankingRows
from clftui.state.versus import Versus, parse_versus
from clftui.text import harmless, sanitise, to_bytes

if TYPE_CHECKING:
    from clftui.app.app import ClfApp

log = logging.getLogger("clftui")


_PANES = {"pairs": Pane.PAIRS, "readout": Pane.READOUT}
"""What `--view` names besides tabs."""


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
            raise LaunchError(f"{sanitise(str(path))} does not exist; name runs, a prediction file or a matrix")
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
    session = _arranged(session, chosen.get("order"), chosen.get("blocks"))
    session = named_order(session, chosen.get("sort"), chosen.get("group_by"), chosen.get("part"))
    if chosen.get("against"):
        session = replace(session, versus=_versus_of(chosen["against"]))
    if chosen.get("rows"):
        session = replace(session, ranking=replace(session.ranking, rows=RankingRows(chosen["rows"])))
    session = _replayed(session, chosen.get("replay"), tags=bool(chosen.get("replay_tags")))
    if cell is not None:
        session = replace(with_cell(session, cell, sanitise(cell)), tab=Tab.MATRIX)
    if bundled:
        session = say(session, "These are the sample runs that came with clftui; `clftui PATH` opens yours.")
    return session


def _without_cell(given: Iterable[Path]) -> tuple[tuple[Path, ...], str | None]:
    """The paths, and what among them is no file but a cell, `cat->dog`."""
    paths = tuple(given)
    cells = [path for path in paths if is_cell(str(path)) and not path.exists()]
    return tuple(path for path in paths if path not in cells), str(cells[0]) if cells else None


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


def launch(session: Session, chosen: Mapping[str, Any], *, view: str | None, graphics: Graphics, bits: int) -> int:
    """Run the app; the exit status."""
    from clftui.app.app import ClfApp
    from clftui.app.crash import log_thread_errors
    from clftui.app.preferences import load_preferences
    from clftui.drawing.encode import Depth

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        print(
            "clftui draws on a terminal, and this is none; `clftui report PATH --view runs` prints instead.",
            file=sys.stderr,
        )
        return 2
    if graphics.protocol == "term-image":
        from clftui.drawing.term_image_blocks import HINT, installed, prepare

        if not installed():
            print(HINT, file=sys.stderr)
            return 2
        prepare()
    remembered = load_preferences().view
    if view in _PANES:
        session, view = replace(session, matrix=replace(session.matrix, pane=_PANES[view])), Tab.MATRIX.value
    reached = session.tab.value if session.tab is not Tab.RUNS else None  # by a cell or a script
    tab = view or reached or (remembered if chosen["paths"] and remembered in set(Tab) else Tab.RUNS.value)
    session = opened(replace(session, tab=Tab(tab)))
    if graphics.protocol == "none" or bits == 0:
        session = replace(session, samples=replace(session.samples, rows=True))
    try:
        session = replace(session, notice=session.notice or _alarm_advice(str(chosen.get("alarm", "none"))))
        app = ClfApp(
            session,
            paths=session.catalog.paths,
            images_root=chosen["images"],
            depth=Depth(bits),
            theme=chosen["theme"],
            alarm=str(chosen.get("alarm", "none")),
            graphics=graphics,
        )
    except (FormatError, LaunchError) as error:
        print(error, file=sys.stderr)
        return 2
    log_thread_errors()
    log.info("the app opens %s with %d runs", tab, len(session.catalog.runs))
    app.run()
    if app.crash:
        print(app.crash, file=sys.stderr)
    log.info("the app ends with status %d", app.return_code or 0)
    return app.return_code or 0


def _alarm_advice(text: str) -> str:
    """What stands in the way of `--alarm`, in a sentence; LaunchError where it asks for what cannot be done."""
    if text == "none":
        return ""
    import os

    from clftui.app.alarms import AlarmError, advice, parse_notice

    try:
        return advice(parse_notice(text), os.environ)
    except AlarmError as error:
        raise LaunchError(str(error)) from error


def headless(session: Session, chosen: Mapping[str, Any], *, view: str, form: str, cell: str | None,
             top: int | None, dense: bool, size: str, output: Path | None) -> int:  # fmt: skip
    """Print (or write) one view; the exit status."""
    from clftui.report import Options, render
    from clftui.state.troubles import troubles

    try:
        if cell is not None:
            session = with_cell(session, cell)
        if not session.catalog.runs:
            problems = session.catalog.problems
            raise LaunchError(sanitise(problems[0].message) if problems else "there are no runs")
        if form == "svg":
            text = svg(session, chosen, view, _size(size))
        else:
            text = render(session, view, form, Options(top=top, dense=dense))
    except (LaunchError, FormatError, FilterError) as error:
        print(error, file=sys.stderr)
        return 2
    for sentence in troubles(session):
        print(sentence, file=sys.stderr)
    return deliver(text, output)


def deliver(text: str, output: Path | None) -> int:
    if output is None:
        if sys.stdout.isatty():
            # CSV keeps names as they are; a terminal must not obey them.
            text = harmless(text)
        try:
            sys.stdout.buffer.write(to_bytes(text))
            sys.stdout.flush()
        except BrokenPipeError:
            sys.stderr.close()
        return 0
    try:
        output.write_bytes(to_bytes(text))
    except OSError as error:
        print(f"{output} cannot be written ({error.strerror}); choose another --output", file=sys.stderr)
        return 2
    return 0


def with_cell(session: Session, text: str, where: str = "--cell") -> Session:
    """`session` at the cell written `T->P`; LaunchError where a class is not known."""
    try:
        return at_cell(session, text)
    except FilterError as error:
        raise LaunchError(f"{where}: {error}") from error


def _size(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d{2,3})x(\d{1,3})", text)
    if match is None:
        raise LaunchError(f"--size {sanitise(text)}: write columns x rows, e.g. 120x40")
    return int(match[1]), int(match[2])


def svg(session: Session, chosen: Mapping[str, Any], view: str, size: tuple[int, int]) -> str:
    """The screen of a view as SVG, drawn by the app without a terminal."""
    import asyncio
    import os

    os.environ.setdefault("TEXTUAL_COLOR_SYSTEM", "truecolor")
    from clftui.app.app import ClfApp

    if view not in set(Tab):
        raise LaunchError(
            f"--format svg shows screens ({', '.join(Tab)}), and {view} is none; use text, md, json or csv"
        )
    app: ClfApp = ClfApp(replace(session, tab=Tab(view), notice=""), theme=chosen["theme"] or "dark", remember=False)

    async def draw() -> str:
        async with app.run_test(size=size) as pilot:
            await app.main.settled()
            await pilot.pause()
            return app.main.picture()

    return asyncio.run(draw())
