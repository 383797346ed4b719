"""What importing a part of clftui may load: proved in fresh interpreters."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("textual", "rich", "pandas", "sklearn", "scipy", "PIL", "plotext", "click")


def loaded_by(statement: str) -> set[str]:
    """Which of HEAVY are in sys.modules after the statement."""
    code = f"import sys; {statement}; print(' '.join(m for m in {HEAVY!r} if m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("module", "allowed"),
    [
        ("clftui.logger", set()),
        ("clftui.schema", set()),
        ("clftui.storage", set()),
        ("clftui.cli", set()),
        ("clftui.analysis", set()),
        ("clftui.data", set()),
        ("clftui.state.session", set()),
        ("clftui.report", set()),
        ("clftui.launch", set()),
        ("clftui.app.app", {"textual", "rich"}),
    ],
)
def test_import_loads_nothing_heavy(module: str, allowed: set[str]) -> None:
    assert loaded_by(f"import {module}") <= allowed


def test_a_report_needs_no_textual_and_no_pandas() -> None:
    statement = (
        "from clftui.opening import make_session; from clftui.report import render; "
        "s = make_session(dict(paths=(), run=None, split=None, epoch=None, metric=None, filters=(), images=None,"
        " sample_set='digits')); render(s, 'matrix', 'json')"
    )
    assert loaded_by(statement) == set()
