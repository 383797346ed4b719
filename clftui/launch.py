"""From a session to the app or a report."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clftui.depth import Graphics
from clftui.opening import LaunchError, with_cell, with_sample
from clftui.plain import EXPLAINED_SORTS
from clftui.schema import FormatError
from clftui.state.features_settings import FeaturesVariant
from clftui.state.filters import FilterError
from clftui.state.selection import Tab
from clftui.state.session import Session
from clftui.state.settings import FAR_MORE, Pane
from clftui.text import harmless, sanitise, to_bytes

if TYPE_CHECKING:
    from clftui.app.app import ClfApp

log = logging.getLogger("clftui")


_PANES = {"pairs": Pane.PAIRS, "readout": Pane.READOUT}
"""What `--view` names of the matrix."""


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
    # Scalars alone fill no other tab.
    kept = load_preferences()
    remembered = kept.view if any(run.classes for run in session.catalog.runs) else Tab.RUNS.value
    session, view = opened_so(session, view)
    reached = session.tab.value if session.tab is not Tab.RUNS else None  # by a cell or a script
    if view is None and reached is None:
        session, _ = opened_so(session, kept.features)
    tab = view or reached or (remembered if chosen["paths"] and remembered in set(Tab) else Tab.RUNS.value)
    session = replace(session, tab=Tab(tab))
    if len(session.classes) > FAR_MORE:
        from clftui.state.block_steps import opened  # Fewer classes do without similarity and blocks.

        session = opened(session)
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
            record=chosen.get("record"),
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


def opened_so(session: Session, view: str | None) -> tuple[Session, str | None]:
    """`session` and the tab of a view that is named by what shows of a tab: `pairs`, `sensitivity`."""
    if view in _PANES:
        return replace(session, matrix=replace(session.matrix, pane=_PANES[view])), Tab.MATRIX.value
    if view in set(FeaturesVariant):
        features = replace(session.features, variant=FeaturesVariant(view))
        return replace(session, features=features), Tab.FEATURES.value
    return session, view


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
        if chosen.get("sample") is not None:
            session = with_sample(session, chosen["sample"], view)
        if view == "explanations":
            session = _explaining(session, chosen, cell)
        if chosen.get("variant") or chosen.get("layer"):
            from clftui.report.features import asked  # Few reports are of layers.

            session = asked(session, chosen.get("variant"), chosen.get("layer"))
        if not session.catalog.runs:
            problems = session.catalog.problems
            raise LaunchError(sanitise(problems[0].message) if problems else "there are no runs")
        if form == "svg":
            text = svg(session, chosen, view, _size(size))
        else:
            variant = chosen.get("variant")
            text = render(session, view, form, Options(top, dense, chosen.get("level"), variant))
    except (LaunchError, FormatError, FilterError) as error:
        print(error, file=sys.stderr)
        return 2
    for sentence in troubles(session):
        print(sentence, file=sys.stderr)
    return deliver(text, output)


def _explaining(session: Session, chosen: Mapping[str, Any], cell: str | None) -> Session:
    """The table of `--view explanations`: many models, if of one `--sample`, else images of one."""
    from clftui.state.explained_view import asked

    sort = chosen.get("sort")
    if sort not in (None, "confidence", *EXPLAINED_SORTS):
        known = ", ".join(EXPLAINED_SORTS)
        raise LaunchError(f"--sort: explanations have no order by {sort}; there are confidence, {known}")
    task = chosen.get("task") or ("models" if chosen.get("sample") is not None else "samples")
    listed = cell is not None or bool(chosen.get("part"))
    return asked(
        session, task=task, method=chosen.get("method"), threshold=chosen.get("threshold"), sort=sort, listed=listed
    )


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

    tab = Tab.FEATURES.value if view in set(FeaturesVariant) else view
    if view == FeaturesVariant.SENSITIVITY:  # Explanations are of a task already.
        session, _ = opened_so(session, view)
    if tab not in set(Tab):
        raise LaunchError(
            f"--format svg shows screens ({', '.join(Tab)}), and {view} is none; use text, md, json or csv"
        )
    app: ClfApp = ClfApp(replace(session, tab=Tab(tab), notice=""), theme=chosen["theme"] or "dark", remember=False)

    async def draw() -> str:
        async with app.run_test(size=size) as pilot:
            await app.main.settled()
            await pilot.pause()
            return app.main.picture()

    return asyncio.run(draw())
