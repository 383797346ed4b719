"""The worker process: answers requests until its standard input closes or has been silent for a while."""

from __future__ import annotations

import contextlib
import os
import select

IDLE_SECONDS = 60.0
NICENESS = 10


def main() -> None:
    """Serve standard input; nothing else may write to standard output."""
    with contextlib.suppress(OSError):
        os.nice(NICENESS)
    from clftui.worker.tasks import TASKS, Arrays
    from clftui.worker.wire import WireError, receive, send

    incoming, outgoing = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    # A library that prints must not break the protocol.
    os.dup2(2, 1)
    while select.select([0], [], [], IDLE_SECONDS)[0]:
        try:
            message = receive(incoming)
        except WireError:
            return
        if message is None:
            return
        header, arrays = message
        revision = header["revision"]

        def tell(done: float, so_far: Arrays, revision: int = revision) -> None:
            send(outgoing, {"revision": revision, "done": done}, so_far)

        try:
            found, answer = TASKS[header["task"]](header["parameters"], arrays, tell), {"revision": revision}
        except BrokenPipeError:
            return
        except Exception as error:
            found, answer = {}, {"revision": revision, "error": f"{type(error).__name__}: {error}"}
        try:
            send(outgoing, answer, found)
        except OSError:
            return


if __name__ == "__main__":
    main()
