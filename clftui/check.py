"""`clftui check`: from paths to an exit status that a CI job can stand on."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from clftui.opening import LaunchError, make_session
from clftui.report.check import NOT_COMPARED, CheckError, check, render
from clftui.schema import FormatError
from clftui.state.rules import read_rules
from clftui.state.session import Session
from clftui.text import harmless, sanitise, to_bytes


def run_check(
    paths: tuple[Path, ...], baseline: Path, *, rules: Path | None, run: str | None, baseline_run: str | None,
    split: str | None, hierarchy: Path | None, form: str,
) -> int:  # fmt: skip
    """Print what regressed; 1 where anything did, 0 where nothing did, 2 where it could not be compared."""
    try:
        limits = read_rules(rules) if rules is not None else ()
        sessions = _session(paths, run, split, hierarchy), _session((baseline,), baseline_run, None, None)
        checked = check(*sessions, limits, run=run, baseline_run=baseline_run, split=split)
    except (LaunchError, CheckError, FormatError) as error:
        print(f"Error: {sanitise(str(error))}", file=sys.stderr)
        return NOT_COMPARED
    text = render(checked, form)
    sys.stdout.buffer.write(to_bytes(harmless(text) if sys.stdout.isatty() else text))
    sys.stdout.flush()
    return checked.status


def _session(paths: tuple[Path, ...], run: str | None, split: str | None, hierarchy: Path | None) -> Session:
    nothing: dict[str, Any] = dict.fromkeys(("epoch", "metric", "images"))
    session = make_session(
        {**nothing, "paths": paths, "run": run, "split": split, "filters": (), "hierarchy": hierarchy}
    )
    if not session.catalog.runs:
        problems = session.catalog.problems
        shown = ", ".join(str(path) for path in paths)
        raise LaunchError(problems[0].message if problems else f"{shown} holds no runs")
    return session
