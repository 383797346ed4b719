"""What clftui remembers between sessions: theme, last view, and what Features showed."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from clftui.storage import atomic_json, config_folder, state_folder

__all__ = ["Preferences", "config_folder", "load_preferences", "save_preferences", "state_folder"]


@dataclass(frozen=True)
class Preferences:
    """Remembered choices."""

    theme: str = "dark"
    view: str = "runs"
    features: str = "responses"
    """What the Features tab shows."""


def load_preferences(path: Path | None = None) -> Preferences:
    """The remembered choices; the defaults where there are none or the file cannot be read."""
    path = path or state_folder() / "state.json"
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Preferences()
    names = (each.name for each in fields(Preferences))
    known = {name: stored[name] for name in names if isinstance(stored, dict) and name in stored}
    return Preferences(**{name: value for name, value in known.items() if isinstance(value, str)})


def save_preferences(preferences: Preferences, path: Path | None = None) -> None:
    """Remember; a folder that cannot be written is no reason to trouble anyone."""
    path = path or state_folder() / "state.json"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        atomic_json(path, asdict(preferences))
    except OSError:
        return
