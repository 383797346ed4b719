"""Reads the histories of the runs on the screen in one thread, so that no key ever waits for ninety files."""

from __future__ import annotations

import logging
import threading
from dataclasses import replace

from textual.message import Message
from textual.message_pump import MessagePump

from clftui.data.run import Run
from clftui.schema import FormatError
from clftui.state.history import is_current, load
from clftui.state.session import Session

Wish = tuple[tuple[Run, str], ...]

log = logging.getLogger("clftui")


class HistoryArrived(Message):
    """More epochs have been read since the last paint."""

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, HistoryArrived)


class Background:
    """One thread and one wish: the runs of the session that shows. A newer wish cancels an older one."""

    def __init__(self, target: MessagePump) -> None:
        self._target = target
        self._wish: Wish = ()
        self._changed = threading.Condition()
        self._stopped = False
        self._thread: threading.Thread | None = None
        self._done: Wish = ()

    @property
    def busy(self) -> bool:
        """Whether something is still being read."""
        return self._wish is not self._done

    def want(self, session: Session) -> None:
        """Read the epochs of the focused and the lettered runs, unless that is done already."""
        split = session.selection.split
        if split is None:
            return
        runs = [run for run in (session.run, *(run for _, run in session.lettered)) if run is not None]
        wish = tuple((run, split) for run in dict.fromkeys(runs) if not is_current(run, split))
        if not wish or wish == self._wish:
            return
        with self._changed:
            self._wish = wish
            self._changed.notify()
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="clftui-history", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End the thread; what it is reading is dropped."""
        with self._changed:
            self._stopped = True
            self._changed.notify()

    @staticmethod
    def arrived(session: Session) -> Session:
        """The same session, to be drawn again."""
        return replace(session, revision=session.revision + 1)

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._stopped and not self.busy:
                    self._changed.wait()
                if self._stopped:
                    return
                wish = self._wish
            for run, split in wish:
                if self._stopped or self._wish is not wish:
                    break
                if self._read(run, split, wish):
                    self._target.post_message(HistoryArrived())
            else:
                self._done = wish

    def _read(self, run: Run, split: str, wish: Wish) -> bool:
        """Whether the run's epochs were read; what stands in the way of one run must not keep the others waiting."""
        try:
            return load(run, split, lambda: self._stopped or self._wish is not wish) is not None
        except FormatError as error:
            log.warning("%s", error)
        except Exception:
            log.exception("the epochs of %s cannot be read", run.key)
        return False
