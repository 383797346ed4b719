"""What is costly to send waits until keys rest."""

from __future__ import annotations

import math
import time

REST_SECONDS = 0.15
"""A held key repeats faster, a person who looks at each step is slower."""


class Pace:
    """Tells a held key from single ones: the picture follows the first key at once, and the last of many."""

    def __init__(self) -> None:
        self._of: object = None
        self._moved = -math.inf
        self._hurried = False

    def hurries(self, of: object) -> bool:
        """Whether a picture of `of` is not worth sending yet: ask again soon."""
        now = time.monotonic()
        rested = now - self._moved >= REST_SECONDS
        if of != self._of:
            self._hurried = not rested
            self._of, self._moved = of, now
        elif rested:
            self._hurried = False
        return self._hurried
