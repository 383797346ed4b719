"""`S` in Features, layers: the probes as runs, written in a thread."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from clftui.schema import FormatError
from clftui.state.moves import say
from clftui.state.session import Session
from clftui.text import plural, sanitise
from clftui.views.view import Act

if TYPE_CHECKING:
    from clftui.app.main_screen import MainScreen


def write(screen: MainScreen) -> None:
    """Write the probes of the focused run behind the screen, which says when they are there."""
    session = screen.now
    screen.act(lambda now: say(now, "Writing the probes as runs …"))

    def work() -> None:
        sentence = written(session)
        # Posting a message is what Textual allows from a thread.
        screen.post_message(Act(lambda now: say(now, sentence)))

    threading.Thread(target=work, name="clftui-probes", daemon=True).start()


def written(session: Session) -> str:
    """Write them; one sentence that says where, or why not."""
    from clftui.state.layers_tasks import tasks_of
    from clftui.state.layers_write import write_probes

    try:
        tasks, left = tasks_of(session)
        if not tasks:
            why = next(iter(left.values()), "none was recorded")
            return f"No layer can be probed: {sanitise(why)}."
        found = write_probes(tasks)
    except FormatError as error:
        return str(error)
    except OSError as error:
        return f"{sanitise(str(error.filename))} cannot be written ({error.strerror})."
    fresh = [each for each in found if each.fresh]
    there = f", {len(found) - len(fresh)} there already" if len(fresh) < len(found) else ""
    return f"{plural(len(fresh), 'probe')} written as runs{there}: {', '.join(sanitise(each.name) for each in found)}."


EFFECTS: dict[str, Callable[[MainScreen], None]] = {"write_probes": write}
