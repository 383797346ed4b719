"""Other formats, opened directly: prediction tables, arrays, bare matrices. Nothing is ever unpickled."""

from __future__ import annotations

from clftui.data.imports.sniff import STDIN, Imported, import_path

__all__ = ["STDIN", "Imported", "import_path"]
