"""Sample tables shared between runs: each file is read once, and again when it has changed."""

from __future__ import annotations

import threading
from pathlib import Path

from clftui.data.samples import SampleTable, read_samples
from clftui.schema import FormatError
from clftui.storage import Signature, file_signature


class Tables:
    """The tables of a collection, by path. `images_root` replaces the folder of all image paths."""

    def __init__(self, images_root: Path | None = None) -> None:
        self.images_root = images_root
        self._lock = threading.Lock()
        self._read: dict[Path, tuple[Signature, SampleTable]] = {}

    def get(self, path: Path) -> SampleTable:
        """The table at `path`. FormatError where it cannot be read."""
        try:
            signature = file_signature(path)
        except OSError as error:
            problem = f"cannot be read ({error.strerror})"
            raise FormatError(path, "", problem, "restore the sample table or remove it from run.json") from error
        with self._lock:
            known = self._read.get(path)
            if known is None or known[0] != signature:
                known = (signature, read_samples(path, images_root=self.images_root))
                self._read[path] = known
            return known[1]
