"""Where the files shipped beside the package lie: `themes/` and `sample_runs/`.

A wheel carries them under `clftui/_bundled/`; an editable install or a clone has them at the repository's root.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def bundled_folder(name: str) -> Path:
    """The folder `name` ("themes" or "sample_runs") that came with this installation.

    Raises FileNotFoundError, naming both places, where the installation is incomplete.
    """
    for candidate in (_PACKAGE / "_bundled" / name, _PACKAGE.parent / name):
        if candidate.is_dir():
            return candidate
    raise FileNotFoundError(f"{name}/ is neither in {_PACKAGE / '_bundled'} nor in {_PACKAGE.parent}; reinstall clftui")
