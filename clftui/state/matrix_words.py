"""What the Matrix view says in words: the cell under the cursor, the same cell in the runs A to D, and its past."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.confusion import Confusion
from clftui.analysis.folding import Items, fold
from clftui.analysis.history import since
from clftui.analysis.intervals import wilson
from clftui.analysis.metrics import Metric, per_class
from clftui.data.run import Run
from clftui.schema import FormatError
from clftui.state.hierarchy_view import in_order
from clftui.state.history import History, history
from clftui.state.matrix_cells import whole_of
from clftui.state.matrix_difference import arm
from clftui.state.matrix_model import Matrix
from clftui.state.session import Session, class_map
from clftui.state.settings import GROUPS, PIXELS, Against, CellEncoding, MatrixSettings, Scaling, Share, Zoom
from clftui.state.similar import order_words
from clftui.text import count, decimals_for, percent, rate, sanitise

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]


class Sentence(NamedTuple):
    """`cat as dog` and `31, 6.2 % of cats, 4.1–9.3 %, up 4 since epoch 7`."""

    title: str
    words: str
    brief: str
    """The words without what the title says already, for narrow screens."""

    def __str__(self) -> str:
        return f"{self.title}: {self.words}"


class RunCell(NamedTuple):
    """The cell under the cursor in one run: `A 11.0 ±1.9` and its rate in every epoch."""

    letter: str
    name: str
    shown: str
    """The rate in per cent; an en dash where the run lacks a class, the split or samples of the class."""
    interval: str
    trend: tuple[float, ...]
    """The rate per epoch, oldest first; empty where it is not read yet or there is one epoch."""


def legend(session: Session) -> str:
    """What the view draws: `number · log · hardest first`, with what departs from the usual."""
    settings = session.matrix
    zoom = settings.zoom_of(len(session.classes))
    words = [_cell_words(session) or (f"{zoom.value}, {settings.pool.value}" if zoom is Zoom.OVERVIEW else zoom.value)]
    words += [share_words(settings.share)] if settings.share is not Share.COUNTS else []
    words += [scaling_words(settings), order_words(session)]
    words += [block_words(session)] if settings.blocks is not None else []
    words += [f"cell ≥ {count(settings.at_least)}"] if settings.at_least > 1 else []
    words += ["diagonal"] if settings.diagonal else []
    words += ["transposed"] if settings.transposed else []
    words += [_against_words(session)] if settings.against is not Against.NOTHING else []
    words += ["halo (artificial shade)"] if settings.halo and zoom in PIXELS else []
    return " · ".join(words)


def _cell_words(session: Session) -> str:
    if session.matrix.cell is CellEncoding.NUMBER:
        return ""
    from clftui.state.matrix_encoding import words  # Loaded when more than numbers is first asked for.

    return words(session)


def block_words(session: Session) -> str:
    """`4 blocks`, `groups outlined`."""
    wanted = session.matrix.blocks
    if wanted == GROUPS and in_order(session) is not None:
        return "groups outlined"
    return f"{count(wanted)} blocks" if wanted and wanted > 0 else "blocks"


def _against_words(session: Session) -> str:
    found = arm(session)
    return found.words if found is not None else f"no {session.matrix.against.value} to compare with"


def scaling_words(settings: MatrixSettings) -> str:
    """`log`, `v^0.35`, or `clip at 35 %` of the largest value."""
    if settings.scaling is Scaling.EXPONENT:
        return f"v^{settings.exponent:.2f}"
    if settings.scaling is Scaling.CLIP:
        return f"clip at {100 * settings.exponent:.0f} %"
    return settings.scaling.value


def share_words(share: Share) -> str:
    """Whose share: the classes, not the rows and columns, which change places when the view is transposed."""
    return {Share.COUNTS: "counts", Share.ROW: "% of true", Share.COLUMN: "% of predicted", Share.TOTAL: "% of all"}[
        share
    ]


def sentence(session: Session, matrix: Matrix) -> Sentence:
    """The cell under the cursor in plain words, with its 95 % interval (Wilson) and where it has been heading."""
    row, column = matrix.pair
    true, predicted = (sanitise(matrix.names[item]) for item in (row, column))
    title = f"{true} right" if row == column else f"{true} as {predicted}"
    c, share = matrix.confusion, matrix.settings.share
    k, n = c.cell(row, column), whole_of(c, share, row, column)
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
    past = upto(session, run, past, matrix.whole)
    if len(past) < 2:
        return ""
    rows, columns = (matrix.members(item) for item in matrix.pair)
    if len(rows) == len(columns) == 1:
        counts = [c.cell(int(rows[0]), int(columns[0])) for _, c in past]
    else:
        counts = [int(c.window(rows, columns).sum()) for _, c in past]
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
    return tuple(_run_cell(session, letter, run, matrix) for letter, run in runs)


def _run_cell(session: Session, letter: str, run: Run, matrix: Matrix) -> RunCell:
    aligned = class_map(matrix.classes, run)
    t, p = (aligned[matrix.members(item)] for item in matrix.pair)
    try:
        confusion = session.confusion(run)
    except FormatError:
        confusion = None
    if confusion is None or (t < 0).any() or (p < 0).any():
        return RunCell(letter, run.name, "–", "", ())
    share = session.matrix.share
    k, n = _part_of(confusion, share, t, p)
    low, high = wilson([k], [n])
    shown, interval = rate(k / n if n else float("nan"), float(low[0]), float(high[0]))
    if n and not k:
        shown, interval = "0", f"0–{interval.partition('–')[2]}"
    past = history_of(session, run)
    return RunCell(letter, run.name, shown, interval, _trend(past, t, p, share) if past is not None else ())


def _part_of(c: Confusion, share: Share, true: Int64, predicted: Int64) -> tuple[int, int]:
    """(samples of the true classes predicted as one of these, what they are a share of)."""
    n = c.total if share is Share.TOTAL else c.predicted_count[predicted] if share is Share.COLUMN else c.support[true]
    return int(c.window(true, predicted).sum()), int(np.sum(n))


def _trend(past: History, true: Int64, predicted: Int64, share: Share) -> tuple[float, ...]:
    if len(past) < 2:
        return ()
    parts = [_part_of(c, share, true, predicted) for _, c in past]
    return tuple(k / n if n else float("nan") for k, n in parts)


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
    """(epochs, values (E, n) of the right-hand margin by item); None with fewer than two epochs read."""
    past = history_of(session, session.run)
    if past is None or len(past) < 2:
        return None
    return tuple(epoch for epoch, _ in past), _by_epoch(past, matrix.items, matrix.row_metric)


@lru_cache(maxsize=8)
def _by_epoch(past: History, items: Items, metric: Metric) -> Float64:
    folded = past if items.is_unit else tuple((epoch, fold(c, items)) for epoch, c in past)
    return np.stack([per_class(c, metric) for _, c in folded])
