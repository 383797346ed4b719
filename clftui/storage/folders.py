"""Where a user's own files lie, by the XDG rules."""

from __future__ import annotations

import os
from pathlib import Path


def config_folder() -> Path:
    """Files people write: `keymap.toml`, `themes/*.toml`."""
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "clftui"


def state_folder() -> Path:
    """Files clftui writes: remembered choices, copied lists, tags of collections that cannot be written."""
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "clftui"


def cache_folder() -> Path:
    """Files clftui can make again: whoever needs room may delete them."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "clftui"
