"""Where the object of a sample lies: the columns `box`, or `x0`, `y0`, `x1` and `y1`, of a sample table."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from clftui.data.images import image_size
from clftui.data.samples import SampleTable
from clftui.schema import FormatError

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]
BOX, CORNERS, SIZE = "box", ("x0", "y0", "x1", "y1"), ("width", "height")


@lru_cache(maxsize=4)
def boxes_given(table: SampleTable) -> Float64 | None:
    """(n, 4) x0, y0, x1, y1 as the table has them, NaN of a sample without one; None of a table without such columns.

    FormatError where a cell holds anything else than four numbers, or the corners the wrong way round.
    """
    if BOX in table.columns:
        cells = [str(cell).replace(",", " ").replace(";", " ").split() for cell in table.columns[BOX]]
    elif all(name in table.columns for name in CORNERS):
        columns = zip(*(table.columns[name] for name in CORNERS), strict=True)
        cells = [[str(cell) for cell in row if str(cell).strip()] for row in columns]
    else:
        return None
    found = np.full((table.n, 4), np.nan)
    for row, cell in enumerate(cells):
        if cell:
            found[row] = _numbers(table, row, cell)
    return found


def _numbers(table: SampleTable, row: int, cell: list[str]) -> list[float]:
    try:
        x0, y0, x1, y1 = (float(word) for word in cell)
        if not (x0 <= x1 and y0 <= y1):
            raise ValueError
    except ValueError:
        problem = f"holds “{' '.join(cell)}” in row {row}"
        raise FormatError(table.path, BOX, problem, "write x0 y0 x1 y1, the upper left corner first") from None
    return [x0, y0, x1, y1]


def boxes_of(table: SampleTable, rows: Int64) -> Float64 | None:
    """(m, 4) the boxes of the samples in `rows` as shares of their images; None of a table without boxes.

    Where some number is above 1 all are pixels, of an image as large as the columns `width` and `height` say, or as
    the image file does; NaN where neither tells. FormatError as `boxes_given`.
    """
    given = boxes_given(table)
    if given is None:
        return None
    inside = (rows >= 0) & (rows < len(given))
    found = np.where(inside[:, None], given[np.where(inside, rows, 0)], np.nan)
    if not np.nanmax(given, initial=0) > 1:
        return found
    sizes = np.asarray([_size(table, int(row)) if not np.isnan(box).any() else (np.nan, np.nan)
                        for row, box in zip(rows, found, strict=True)]).reshape(-1, 2)  # fmt: skip
    shares: Float64 = found / np.tile(sizes, 2)
    return shares


def _size(table: SampleTable, row: int) -> tuple[float, float]:
    if all(name in table.columns for name in SIZE):
        try:
            width, height = (float(table.columns[name][row]) for name in SIZE)
        except ValueError:
            return np.nan, np.nan
        return (width, height) if width > 0 and height > 0 else (np.nan, np.nan)
    path = table.path_of(row)
    return (path is not None and image_size(path)) or (np.nan, np.nan)
