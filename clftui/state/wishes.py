"""Wishes to the worker process, which are given up together: it works on one at a time."""

from __future__ import annotations


class Wishes:
    """Counts how often wishes were given up: one from before the last time is not worked on any more."""

    def __init__(self) -> None:
        self.now = 0

    def stop(self) -> None:
        """Give up what is being computed, or waits for its turn."""
        from clftui.worker.client import WORKER

        self.now += 1
        WORKER.cancel()


WISHES = Wishes()
