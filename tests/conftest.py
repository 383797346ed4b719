"""Options and fixtures that all tests share."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import settings

# The first call of a property may import scikit-learn, and machines of CI stall: time is no property.
settings.register_profile("clftui", deadline=None)
settings.load_profile("clftui")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rows", action="store_true", help="print which rows of the feature list have a test, and stop")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """One process alone knows all tests."""
    return 0 if config.getoption("--rows") else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--rows"):
        return
    proofs: dict[str, list[str]] = defaultdict(list)
    for item in items:
        for marker in item.iter_markers("row"):
            for row in marker.args:
                proofs[row].append(item.nodeid)
    for row in sorted(proofs, key=lambda name: (name[0], int("".join(c for c in name if c.isdigit()) or 0))):
        print(f"{row:5} {len(proofs[row]):3}  {proofs[row][0]}")
    pytest.exit(f"{len(proofs)} rows have a test", returncode=0)


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the user's own settings, nor follows their terminal."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in ("NO_COLOR", "CLFTUI_COLORS", "CLFTUI_GRAPHICS", "TMUX"):
        monkeypatch.delenv(name, raising=False)
