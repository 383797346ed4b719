"""The analysis loads numpy and the standard library, nothing heavier."""

from __future__ import annotations

import subprocess
import sys


def test_importing_all_of_analysis_loads_nothing_heavy() -> None:
    script = """
import importlib, pkgutil, sys
import clftui.analysis
found = [m.name for m in pkgutil.walk_packages(clftui.analysis.__path__, "clftui.analysis.")]
for name in found:
    importlib.import_module(name)
heavy = {"scipy", "sklearn", "pandas", "PIL", "textual", "rich", "plotext"} & set(sys.modules)
print(len(found), sorted(heavy))
"""
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    number, heavy = out.split(maxsplit=1)
    assert int(number) >= 9 and heavy.strip() == "[]"
