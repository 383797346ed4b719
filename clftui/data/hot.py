"""Which evaluations keep their labels in memory: those used last, within a budget."""

from __future__ import annotations

import threading
from collections import OrderedDict

from clftui.data.labelled import LabelledFiles

BUDGET_BYTES = 48_000_000
"""Labels and counts kept over all runs: those of some 100 epochs of 50,000 samples."""

_EVERY = 16
_MOST = 4096


class Hot:
    """Evaluations in the order of their last use; beyond the budget the oldest forget what can be read again."""

    def __init__(self, budget: int = BUDGET_BYTES) -> None:
        self._budget = budget
        self._lock = threading.Lock()
        self._used: OrderedDict[int, LabelledFiles] = OrderedDict()
        self._touches = 0

    def touch(self, files: LabelledFiles) -> None:
        """Note that `files` are used now; sometimes, see whether all together hold too much."""
        with self._lock:
            self._used[id(files)] = files
            self._used.move_to_end(id(files))
            self._touches += 1
            if self._touches % _EVERY == 0:
                self._shrink()

    def _shrink(self) -> None:
        held = sum(files.nbytes for files in self._used.values())
        while (held > self._budget or len(self._used) > _MOST) and len(self._used) > _EVERY:
            _, oldest = self._used.popitem(last=False)
            held -= oldest.nbytes
            oldest.forget()


hot = Hot()
