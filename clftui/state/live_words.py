"""How live a run is, in words: ranks that are missing, silence and its length, failures, clocks that disagree."""

from __future__ import annotations

import time
from functools import partial

from clftui.data.evaluation import Evaluation
from clftui.data.run import Run
from clftui.schema import FormatError
from clftui.state.later import LATER, weak
from clftui.state.peers import table_of
from clftui.text import plural, shorten

LIVE, PARTIAL, ENDED, FAILED = "●", "◐", "○", "✗"


def live_mark(run: Run, evaluation: Evaluation | None = None, now: float | None = None) -> tuple[str, str]:
    """The mark of a run and its word: `● live`, `◐ 3 of 4 ranks, 61 %`, `○ silent for 4 min`, `✗ failed`, `○ ended`.

    `evaluation` is what shows of it; `now` (Unix seconds) is this moment unless it is given.
    """
    status = run.status
    if status.state == "failed":
        return FAILED, "failed"
    if status.state == "silent":
        return ENDED, _silence(run, now)
    if evaluation is not None and is_partial(evaluation):
        return PARTIAL, ranks_words(run, evaluation)
    if status.state != "running":
        return ENDED, "ended"
    if status.quiet_ranks:
        return PARTIAL, f"{_ranks(status.quiet_ranks)} silent"
    return LIVE, "live"


def live_notes(
    run: Run, evaluation: Evaluation | None = None, now: float | None = None, *, wait: bool = False
) -> tuple[str, ...]:
    """What is odd about a run's life, in clauses: why it failed, since when it is silent, ranks, its clock."""
    status, notes = run.status, []
    if status.state == "failed":
        notes.append(f"failed: {shorten(status.error, 200)}" if status.error else "failed, as its status file says")
    if status.state == "silent":
        notes.append(f"{_silence(run, now)}, though its status file says that it runs")
    if status.quiet_ranks:
        notes.append(f"{_ranks(status.quiet_ranks)} of {status.ranks_total} silent while others write")
    if evaluation is not None and is_partial(evaluation):
        part = share(run, evaluation, wait=wait)
        samples = "" if part is None else f", {_percent(part)} of the samples"
        notes.append(f"epoch {evaluation.epoch}: {_written(evaluation)} written{samples}")
    if status.clock_ahead:
        side = "ahead" if status.clock_ahead > 0 else "behind"
        notes.append(f"its clock is {duration(abs(status.clock_ahead))} {side}, so its files say when it last wrote")
    return tuple(notes)


def is_partial(evaluation: Evaluation) -> bool:
    """Whether some ranks have not written their part of the epoch yet."""
    return evaluation.ranks[0] < evaluation.ranks[1]


def ranks_words(run: Run, evaluation: Evaluation) -> str:
    """`3 of 4 ranks, 61 %`: the share of the split's samples that are there, where it is known how many there are."""
    part = share(run, evaluation)
    return _written(evaluation) + ("" if part is None else f", {_percent(part)}")


def _written(evaluation: Evaluation) -> str:
    return f"{evaluation.ranks[0]} of {evaluation.ranks[1]} ranks"


def share(run: Run, evaluation: Evaluation, *, wait: bool = False) -> float | None:
    """The share of the split's samples that a partial epoch holds; None while it is read, and where nobody knows.

    All samples are those of the split's table or, without one, of the newest earlier epoch that is whole.
    """
    found = LATER.get(("whole", *weak(evaluation)), partial(_whole, run, evaluation), wait=wait)
    if not found:
        return None
    return min(evaluation.n / found, 1.0)


def pending(run: Run, evaluation: Evaluation) -> bool:
    """Whether the share of a partial epoch is still being found out."""
    return is_partial(evaluation) and LATER.seconds(("whole", *weak(evaluation))) is not None


def _whole(run: Run, evaluation: Evaluation) -> int:
    """How many samples a whole epoch of the split has; 0 where nothing says so."""
    table = table_of(run, evaluation.split)
    if table is not None:
        return table.n
    for epoch in reversed(run.epochs(evaluation.split)):
        if epoch < evaluation.epoch:
            try:
                earlier = run.evaluation(evaluation.split, epoch)
                if earlier is not None and not is_partial(earlier):
                    return earlier.n
            except FormatError:
                continue
    return 0


def _percent(value: float) -> str:
    """Rounded down: what lacks one sample is not the whole."""
    return f"{int(100 * value + 1e-9)} %"


def _silence(run: Run, now: float | None) -> str:
    moved = run.status.moved
    if moved is None:
        return "silent"
    return f"silent for {duration(max(0.0, (time.time() if now is None else now) - moved))}"


def _ranks(ranks: tuple[int, ...]) -> str:
    return f"rank {ranks[0]}" if len(ranks) == 1 else plural(len(ranks), "rank")


def duration(seconds: float) -> str:
    """`40 s`, `4 min`, `3 h`, `12 days`: rounded down to the unit a person would say."""
    for unit, size in (("day", 86_400), ("h", 3600), ("min", 60)):
        number = int(seconds // size)
        if number >= (2 if unit == "day" else 1):
            return plural(number, unit) if unit == "day" else f"{number} {unit}"
    return f"{int(seconds)} s"
