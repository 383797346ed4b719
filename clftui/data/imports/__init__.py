"""Other formats, opened directly: prediction tables, arrays, bare matrices. Nothing is ever unpickled."""

from __future__ import annotations

from pathlib import Path

from clftui.data.imports.imported import STDIN, Imported

__all__ = ["STDIN", "Imported", "import_path"]


def import_path(
    path: Path, *, images_root: Path | None = None, transposed: bool = False, previous: Imported | None = None
) -> Imported:
    """See `sniff.import_path`, which a collection of runs in our own format never loads."""
    from clftui.data.imports import sniff

    return sniff.import_path(path, images_root=images_root, transposed=transposed, previous=previous)
