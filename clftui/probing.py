"""`clftui probe`: a linear probe of each recorded layer, written as a run."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from clftui.opening import LaunchError, filtered_session
from clftui.schema import FormatError
from clftui.state.layers import NOTHING_RECORDED
from clftui.state.layers_tasks import tasks_of
from clftui.state.layers_write import write_probes
from clftui.text import harmless, percent, sanitise

REFUSED = 2


def run_probe(chosen: Mapping[str, Any], *, names: Sequence[str], again: bool) -> int:
    """Write the probes of the layers called `names`, of all without any; the exit status."""
    try:
        asked = {"filters": (), "images": None, "sample_set": "digits", **chosen}
        tasks, left = tasks_of(filtered_session(asked))
        known = [*(task.layer.name for task in tasks), *left]
        unknown = [name for name in names if name not in known]
        if not known:
            raise LaunchError(NOTHING_RECORDED)
        if unknown:
            listed = ", ".join(map(sanitise, known))
            raise LaunchError(f"there is no layer {sanitise(unknown[0])}; recorded are {listed}")
        for name, why in left.items():
            if not names or name in names:
                _say(f"{sanitise(name)}: left out, {why}.")
        wanted = [task for task in tasks if not names or task.layer.name in names]
        for each in write_probes(wanted, again=again, told=_say):
            state = "written" if each.fresh else "there already"
            print(harmless(f"{each.name}: accuracy {percent(each.accuracy)} %, {each.words}; {state}, {each.folder}"))
        return 0 if wanted else REFUSED
    except (LaunchError, FormatError) as error:
        _say(f"Error: {error}")
    except OSError as error:
        place = error.filename or "the probe"
        _say(f"Error: {place} cannot be written ({error.strerror or error}); make room, or run it again later.")
    return REFUSED


def _say(sentence: str) -> None:
    """To the error output, which a pipe does not read."""
    print(harmless(sentence), file=sys.stderr, flush=True)
