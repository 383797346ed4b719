"""How the commands that run a user's model speak, and how they end."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from clftui.analysis.intervals import wilson
from clftui.explain.importing import SubjectError
from clftui.logger.values import Refusal
from clftui.opening import LaunchError
from clftui.schema import FormatError
from clftui.state.filters import FilterError
from clftui.text import harmless, percent, plural

REFUSED, STOPPED = 2, 130
"""Exit statuses: nothing could be done; stopped by a signal."""
ALIKE = 0.98
"""Share of answers as in the run below which the model is doubted, where its interval is all below."""
_NAMED = 3


def say(sentence: str) -> None:
    """One sentence on the error stream."""
    print(harmless(sentence), file=sys.stderr)


def say_troubles(troubles: Sequence[str]) -> None:
    """How many samples had no readable image, and what was wrong with the first of them."""
    if troubles:
        named = " ".join(troubles[:_NAMED])
        say(f"{plural(len(troubles), 'sample')} without a readable image: {named}")


def say_agreement(run: str, agreed: int, checked: int, believed: str) -> None:
    """Whether the model is the one that the run logged: `agreed` of the `checked` answers are the run's."""
    if not checked:
        return
    say(f"The model answers as {run} did in {agreed} of {plural(checked, 'sample')} ({percent(agreed / checked)} %).")
    if wilson(agreed, checked)[1] < ALIKE:
        say(
            "That is too seldom: check weights, preprocessing and the order of the classes before believing "
            f"{believed}."
        )


def ended(work: Callable[[], int]) -> int:
    """The exit status of `work`; whatever is amiss becomes a sentence, SIGTERM ends it as Ctrl-C does."""
    try:
        with _terminable():
            return work()
    except (LaunchError, FilterError, FormatError, SubjectError, Refusal) as error:
        say(f"Error: {error}")
    except OSError as error:
        say(f"Error: {error.filename or 'the run'} cannot be written ({error.strerror or error}).")
    except KeyboardInterrupt:
        say("Stopped before anything was made.")
        return STOPPED
    return REFUSED


@contextmanager
def _terminable() -> Iterator[None]:
    def stop(_: int, __: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
