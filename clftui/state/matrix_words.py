"""What the Matrix view says in words: the cell under the cursor, the same cell in the runs A to D, and its past."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.confusion import Confusion
from clftui.analysis.history import since
from clftui.analysis.intervals import wilson
from clftui.analysis.metrics import Metric, per_class
from clftui.data.run import Run
from clftui.schema import FormatError
from clftui.state.history import History, history
from clftui.state.matrix_model import Matrix, whole_of
from clftui.state.session import Session
from clftui.state.settings import Share
from clftui.text import count, decimals_for, percent, rate, sanitise

Float64 = NDArray[np.float64]


@dataclass(frozen=True)
class Sentence:
    """`cat as dog` and `31, 6.2 % of cats, 4.1–9.3 %, up 4 since epoch 7`."""

    title: str
    words: str
    brief: str
    """The words without what the title says already, for narrow screens."""

    def __str__(self) -> str:
        return f"{self.title}: {self.words}"


@dataclass(frozen=True)
class RunCell:
    """The cell under the cursor in one run: `A 11.0 ±1.9` and its rate in every epoch."""

    letter: str
    name: str
    shown: str
    """The rate in per cent; an en dash where the run lacks a class, the split or samples of the class."""
    interval: str
    trend: tuple[float, ...]
    """The rate per epoch, oldest first; empty where it is not read yet or there is one epoch."""


def legend(session: Session, encoding: str | None = None) -> str:
    """What the view draws: `number · log · hardest first`, with what departs from the usual."""
    settings = session.matrix
    words = [encoding or settings.encoding.value]
    words += [share_words(settings.share)] if settings.share is not Share.COUNTS else []
    words += [settings.scaling.value, settings.order.value]
    words += [f"cell ≥ {count(settings.at_least)}"] if settings.at_least > 1 else []
    words += ["diagonal"] if settings.diagonal else []
    words += ["transposed"] if settings.transposed else []
    return " · ".join(words)


def share_words(share: Share) -> str:
    """Whose share: the classes, not the rows and columns, which change places when the view is transposed."""
    return {Share.COUNTS: "counts", Share.ROW: "% of true", Share.COLUMN: "% of predicted", Share.TOTAL: "% of all"}[
        share
    ]


def sentence(session: Session, matrix: Matrix) -> Sentence:
    """The cell under the cursor in plain words, with its 95 % interval (Wilson) and where it has been heading."""
    true, predicted = (sanitise(matrix.classes[index]) for index in (matrix.true, matrix.predicted))
    title = f"{true} right" if matrix.true == matrix.predicted else f"{true} as {predicted}"
    c, share = matrix.confusion, matrix.settings.share
    k, n = c.cell(matrix.true, matrix.predicted), whole_of(c, share, matrix.true, matrix.predicted)
    if not n:
        nothing = f"nothing is predicted {predicted}" if share is Share.COLUMN else f"no sample is {true}"
        return Sentence(title, f"{nothing}, so the share is undefined", nothing)
    low, high = (float(bound[0]) for bound in wilson([k], [n]))
    digits = decimals_for(50 * (high - low))
    rates = [percent(value, digits) if value else "0" for value in (k / n, low, high)]
    whole = {Share.COLUMN: f"all predicted {predicted}", Share.TOTAL: "all samples"}.get(share, many(true))
    # Filtered samples are what the shares are of: without the words a filter for mistakes would read as an error rate.
    whole += " that pass" if session.filters else ""
    start = f"{count(k)}, {rates[0]} %"
    end = f", {rates[1]}–{rates[2]} %{_heading(session, matrix)}"
    return Sentence(title, f"{start} of {whole}{end}", start + end)


_REGULAR = re.compile(r"[a-z]{3,}")
_IRREGULAR = frozenset(
    re.findall(
        r"\w+",
        "aircraft background bison child clothing cod deer dozen equipment food foot furniture goose grass hair louse"
        " moose mouse other people person rest salmon sheep shrimp spacecraft squid tooth trout unknown wheat",
    )
)


def many(name: str) -> str:
    """`cats` for `cat`; `true Shirt` where the name is no plain word whose plural is sure."""
    if not _REGULAR.fullmatch(name) or name in _IRREGULAR or name.endswith(("s", "f", "fe", "o", "man", "fish")):
        return f"true {name}"
    if name.endswith(("x", "z", "ch", "sh")):
        return f"{name}es"
    return f"{name[:-1]}ies" if name.endswith("y") and name[-2] not in "aeiou" else f"{name}s"


def _heading(session: Session, matrix: Matrix) -> str:
    run = session.run
    past = history_of(session, run)
    if run is None or past is None:
        return ""
    past = upto(session, run, past, matrix.confusion)
    if len(past) < 2:
        return ""
    counts = [c.cell(matrix.true, matrix.predicted) for _, c in past]
    moved = since(counts, [epoch for epoch, _ in past])
    if moved is None:
        return f", the same since epoch {past[0][0]}"
    delta, epoch = moved
    if not delta:
        return ""
    return f", {'up' if delta > 0 else 'down'} {count(abs(round(delta)))} since epoch {epoch}"


def run_cells(session: Session, matrix: Matrix) -> tuple[RunCell, ...]:
    """The cell in every lettered run, classes aligned by name; the focused run first where it has no letter."""
    runs = [(letter, run) for letter, run in session.lettered]
    if session.run is not None and all(run is not session.run for _, run in runs):
        runs.insert(0, ("", session.run))
    true, predicted = matrix.classes[matrix.true], matrix.classes[matrix.predicted]
    return tuple(_run_cell(session, letter, run, true, predicted) for letter, run in runs)


def _run_cell(session: Session, letter: str, run: Run, true: str, predicted: str) -> RunCell:
    t, p = run.class_index.get(true), run.class_index.get(predicted)
    try:
        confusion = session.confusion(run)
    except FormatError:
        confusion = None
    if confusion is None or t is None or p is None:
        return RunCell(letter, run.name, "–", "", ())
    share = session.matrix.share
    k, n = confusion.cell(t, p), whole_of(confusion, share, t, p)
    low, high = wilson([k], [n])
    shown, interval = rate(k / n if n else float("nan"), float(low[0]), float(high[0]))
    if n and not k:
        shown, interval = "0", f"0–{interval.partition('–')[2]}"
    past = history_of(session, run)
    return RunCell(letter, run.name, shown, interval, _trend(past, t, p, share) if past is not None else ())


def _trend(past: History, true: int, predicted: int, share: Share) -> tuple[float, ...]:
    if len(past) < 2:
        return ()
    whole = [whole_of(c, share, true, predicted) for _, c in past]
    return tuple(c.cell(true, predicted) / n if n else float("nan") for (_, c), n in zip(past, whole, strict=True))


def history_of(session: Session, run: Run | None) -> History | None:
    """All epochs of `run` on the selected split, where they have been read; None under filters, which they ignore."""
    if run is None or session.selection.split is None or session.filters:
        return None
    return history(run, session.selection.split)


def upto(session: Session, run: Run, past: History, shown: Confusion) -> History:
    """`past` until the epoch that shows, which is `shown` itself: a growing run's newest epoch may not be read yet.

    A pinned epoch knows nothing of what came after it.
    """
    now = session.epoch_of(run)
    if now is None:
        return past
    return (*(entry for entry in past if entry[0] < now), (now, shown))


def margin_history(session: Session, matrix: Matrix) -> tuple[tuple[int, ...], Float64] | None:
    """(epochs, values (E, K) of the right-hand margin by class index); None with fewer than two epochs read."""
    past = history_of(session, session.run)
    if past is None or len(past) < 2:
        return None
    return tuple(epoch for epoch, _ in past), _by_epoch(past, matrix.row_metric)


@lru_cache(maxsize=8)
def _by_epoch(past: History, metric: Metric) -> Float64:
    return np.stack([per_class(c, metric) for _, c in past])
