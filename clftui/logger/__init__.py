"""Log a training run from any loop, with numpy and the standard library alone."""

from __future__ import annotations

from clftui.logger.run import RunLogger
from clftui.logger.subset import subset_indices

__all__ = ["RunLogger", "subset_indices"]
