"""A contact sheet: one picture with the most frequent confusions as rows, each with its surest samples.

Pillow is imported when a sheet is drawn. A sample whose file cannot be shown leaves a grey box with the reason.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.intervals import wilson
from clftui.data.images import Picture, Unreadable, read_image
from clftui.data.samples import SampleTable
from clftui.report.sheet_drawing import Caption, Row, Sheet, draw_sheet, fitted
from clftui.state.matrix_box import box
from clftui.state.matrix_encoding import why_not
from clftui.state.matrix_model import Matrix, matrix, pairs
from clftui.state.sample_ids import id_of
from clftui.state.sample_order import chance, lead, order
from clftui.state.sample_settings import SampleSort
from clftui.state.selection import Scope, Tab
from clftui.state.session import Session, passed
from clftui.state.settings import Against, CellEncoding
from clftui.storage import atomic_write
from clftui.text import count, decimals_for, percent, plural, sanitise, short_score

Int64 = NDArray[np.int64]

FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".pdf": "PDF"}
"""By the file's ending."""
PAIRS, SAMPLES, LINES = 12, 8, 6
"""Confusions of a sheet, samples of each, and lines of samples where there is one confusion alone."""
_THREADS = 4


class SheetError(ValueError):
    """Why there is no sheet, in one sentence."""


class _Cell(NamedTuple):
    true: int
    predicted: int


def contact_sheet(session: Session, path: Path, *, confusions: int = PAIRS, samples: int = SAMPLES) -> str:
    """Write a sheet to `path`, and say so in one sentence. The ending chooses the format: .png, .jpg or .pdf.

    It holds the chosen cell, the cells in the box, or the most frequent confusions, under filters and threshold.
    An existing file is replaced. SheetError where there is nothing to show, FormatError where a file is broken.
    """
    kind = FORMATS.get(path.suffix.lower())
    if kind is None:
        raise SheetError(f"{sanitise(path.name)} is no picture; end the name in .png, .jpg or .pdf.")
    sheet = make_sheet(session, confusions=confusions, samples=samples)
    out = io.BytesIO()
    draw_sheet(sheet).save(out, kind)

    def write(file: BinaryIO) -> None:
        file.write(out.getvalue())

    atomic_write(path, write)
    shown = sum(len(row.images) for row in sheet.rows)
    return f"{plural(len(sheet.rows), 'confusion')} with {plural(shown, 'sample')} written to {sanitise(str(path))}."


def make_sheet(session: Session, *, confusions: int = PAIRS, samples: int = SAMPLES) -> Sheet:
    """What a sheet shows, its images decoded. SheetError where the samples have no images or nothing is confused."""
    plain = _without_difference(session)
    run, evaluation, shown = plain.run, plain.evaluation(), matrix(plain)
    reason = why_not(plain, CellEncoding.IMAGE)
    if reason or run is None or evaluation is None or shown is None:
        raise SheetError(f"{reason or 'There is nothing to show'}: a contact sheet needs images.")
    table = run.samples(evaluation.split)
    assert table is not None
    cells = _cells(plain, shown, confusions)
    if not cells:
        raise SheetError("Nothing is confused here; lower the threshold or drop a filter.")
    most = samples * LINES if len(cells) == 1 else samples
    found = [_samples(plain, shown, cell)[:most] for cell in cells]
    pictures = _pictures(table, [int(evaluation.sample[at]) for each in found for at in each.tolist()])
    rows, used = [], 0
    for cell, positions in zip(cells, found, strict=True):
        heading = _heading(plain, shown, cell)
        captions = _captions(plain, table, positions)
        rows.append(Row(heading, pictures[used : used + len(positions)], captions))
        used += len(positions)
    return Sheet(_title(plain), _subtitle(plain, shown), samples, rows, _legend(plain))


def _without_difference(session: Session) -> Session:
    """The matrix of the run itself: a difference has no samples."""
    return replace(session, matrix=replace(session.matrix, against=Against.NOTHING))


def _cells(session: Session, shown: Matrix, confusions: int) -> list[_Cell]:
    """The chosen cell, else the most frequent of the box, of the samples that show, of all; the greatest first."""
    index = {name: at for at, name in enumerate(shown.classes)}
    scope = session.selection.scope if session.tab is Tab.SAMPLES else Scope()
    if scope.is_cell and scope.true in index and scope.predicted in index:
        cell = _Cell(index[scope.true], index[scope.predicted])
        return [cell] if shown.whole.cell(*cell) else []
    selected = box(session, shown) if session.tab is Tab.MATRIX and session.selection.anchor is not None else None
    chosen = selected or scope
    true, predicted, counts = pairs(shown.whole)
    keep = counts >= max(session.matrix.at_least, 1)
    for labels, names, name in (
        (true, chosen.true_classes, scope.true),
        (predicted, chosen.predicted_classes, scope.predicted),
    ):
        wanted = (*names, *((name,) if name is not None else ()))
        if wanted:
            keep &= np.isin(labels, [index[each] for each in wanted if each in index])
    return [_Cell(int(t), int(p)) for t, p in zip(true[keep][:confusions], predicted[keep][:confusions], strict=True)]


def _samples(session: Session, shown: Matrix, cell: _Cell) -> Int64:
    """The positions of a cell's samples that pass the filters, the one first that stands for the cell."""
    run, evaluation = session.run, session.evaluation()
    assert run is not None and evaluation is not None
    positions = np.asarray(evaluation.positions(*cell), dtype=np.int64)
    mask = passed(run, evaluation, session.bound_filters)
    if mask is not None:
        positions = positions[mask[positions]]
    positions, keys, sort = order(evaluation, positions, SampleSort.CONFIDENCE)
    if sort is SampleSort.CONFIDENCE:
        lead(positions, keys, *cell)
    elif len(positions):
        chosen = chance(len(positions), *cell)
        positions[: chosen + 1] = np.roll(positions[: chosen + 1], 1)
    return positions


def _pictures(table: SampleTable, rows: Sequence[int]) -> list[Picture | Unreadable]:
    def read(row: int) -> Picture | Unreadable:
        path = table.path_of(row)
        return read_image(path, fitted) if path is not None else Unreadable("no image", "the sample has no image")

    with ThreadPoolExecutor(_THREADS) as pool:
        return list(pool.map(read, rows))


def _heading(session: Session, shown: Matrix, cell: _Cell) -> tuple[str, str, str, str]:
    """The two classes, the count of how many, the interval of the rate."""
    k, n = shown.whole.cell(*cell), int(shown.whole.support[cell.true])
    low, high = (float(bound[0]) for bound in wilson([k], [n]))
    digits = decimals_for(50 * (high - low))
    rate, low_words, high_words = (percent(value, digits) for value in (k / n, low, high))
    passing = " that pass" if session.filters else ""
    classes = shown.classes[cell.true], shown.classes[cell.predicted]
    return *classes, f"{count(k)} of {count(n)}{passing}", f"{rate} %, {low_words}–{high_words} %"


def _captions(session: Session, table: SampleTable, positions: Int64) -> list[Caption]:
    evaluation = session.evaluation()
    assert evaluation is not None
    confidence, own = evaluation.confidence(positions).tolist(), evaluation.true_score(positions).tolist()
    captions = []
    for at, predicted, true in zip(positions.tolist(), confidence, own, strict=True):
        known = [short_score(value) for value in (predicted, true) if value == value]
        captions.append(Caption(id_of(table, int(evaluation.sample[at])), " vs ".join(known)))
    return captions


def _title(session: Session) -> str:
    run = session.run
    return f"{session.catalog.name}: {run.name if run is not None else ''}"


def _subtitle(session: Session, shown: Matrix) -> str:
    evaluation = session.evaluation()
    assert evaluation is not None
    right = int(shown.whole.correct.sum())
    parts = [evaluation.split, f"epoch {evaluation.epoch}", f"{plural(shown.whole.total - right, 'mistake')} in "
             f"{plural(shown.whole.total, 'sample')}"]  # fmt: skip
    parts += [f"cells of {session.matrix.at_least} or more"] if session.matrix.at_least > 1 else []
    return " · ".join([*parts, *(each.describe() for each in session.filters)])


def _legend(session: Session) -> str:
    evaluation = session.evaluation()
    scored = evaluation is not None and evaluation.score_kind != "none"
    order_words = "surest answer first; under an image its id, score of the predicted vs of the true class"
    return f"true class as predicted class; {order_words if scored else 'under an image its id'}"
