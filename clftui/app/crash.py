"""Errors nobody expected: the traceback goes to a file, one sentence to the screen."""

from __future__ import annotations

import errno
import logging
import platform
import tempfile
import threading
import time
import traceback
from pathlib import Path

from clftui import __version__
from clftui.app.preferences import state_folder
from clftui.text import sanitise, shorten

log = logging.getLogger("clftui")

CRASH_FILE = "crash.log"
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
MAX_BYTES = 1_000_000
"""A longer file begins anew: the last crash is the one that matters."""


def report_crash(error: BaseException) -> str:
    """Write the traceback of `error` down and say in one sentence where it lies. Never raises.

    A disk without room is no mistake of the program, and leaves none to write a traceback either.
    """
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        where = sanitise(str(error.filename)) if error.filename else "the output"
        return f"clftui stopped: {where} cannot be written ({error.strerror})."
    log.critical("unexpected %s", type(error).__name__, exc_info=error)
    what = shorten(f"{type(error).__name__}: {error}" if str(error) else type(error).__name__, 160)
    path = _write(_details(error))
    where = f"{sanitise(str(path))} holds the details for a bug report" if path else "no file could be written about it"
    return f"clftui stopped at an error it did not expect ({what}); {where}."


def _details(error: BaseException) -> str:
    when = time.strftime("%Y-%m-%d %H:%M:%S")
    head = f"{when} clftui {__version__}, Python {platform.python_version()}, {platform.platform()}"
    return f"{head}\n{''.join(traceback.format_exception(error))}\n"


def _write(text: str) -> Path | None:
    """Append to the file in the state folder, or to a new one in the temporary folder where that cannot be."""
    data = text.encode("utf-8", "backslashreplace")
    path = state_folder() / CRASH_FILE
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        long = path.exists() and path.stat().st_size > MAX_BYTES
        with path.open("wb" if long else "ab") as file:
            file.write(data)
        return path
    except OSError:
        pass
    try:
        with tempfile.NamedTemporaryFile("wb", prefix="clftui-", suffix=".log", delete=False) as other:
            other.write(data)
        return Path(other.name)
    except OSError:
        return None


def log_thread_errors() -> None:
    """From now on an exception that ends a thread goes to the log; Python would write it across the screen."""

    def told(args: threading.ExceptHookArgs) -> None:
        name = args.thread.name if args.thread is not None else "a thread"
        if args.exc_value is not None:
            log.error("%s ended by an error", name, exc_info=args.exc_value)

    threading.excepthook = told
