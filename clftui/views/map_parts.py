"""Parts of the picture in the Map view: names, the region, the cursor, the line below, and what the mouse drags."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clftui.drawing.canvas import Canvas
from clftui.drawing.palette import Palette
from clftui.drawing.ramp import Ints
from clftui.state.map_frame import Frame
from clftui.state.map_layout import way_of
from clftui.state.map_model import MapModel
from clftui.state.map_numbers import Separation
from clftui.state.map_settings import MapColour, Spot
from clftui.state.map_side import neighbours, point_words, progress_words, short_signed
from clftui.state.map_view import nearest
from clftui.state.session import Session
from clftui.text import count, percent, plural, short_score
from clftui.widgets.map_dots import inks
from clftui.widgets.map_labels import Label, Placed, draw_labels, place

Int64 = NDArray[np.int64]

NAMED = 400
"""Classes that ask for room at most: far more than have it."""


class Classes(NamedTuple):
    """Letters and hues of classes, whatever the points are coloured by."""

    letters: tuple[str, ...]
    inks: Ints


def classes_of(palette: Palette, model: MapModel) -> Classes:
    """The letters and hues of classes: their own, or those of their groups; none where they tell something else."""
    coded, key, n = model.picture.coded, model.key, len(model.names)
    own = inks(palette, key, coded.by, coded.ordered)
    if model.by_class:
        return Classes(key.letters, own)
    if coded.by is not MapColour.GROUP:
        return Classes(("",) * n, np.full(n + 1, palette.muted, dtype=np.int32))
    group = np.full(n + 1, -1, dtype=np.int64)
    points = model.picture.points
    group[points if model.cloud is None else model.evaluation.true[points]] = model.picture.codes
    return Classes(tuple((*key.letters, "")[at] for at in group[:n].tolist()), own[group])


def draw_names(
    canvas: Canvas, frame: Frame, left: int, top: int, model: MapModel, found: Classes, spot: Spot | None,
    short: bool = False,
) -> tuple[tuple[Placed, ...], int]:  # fmt: skip
    """The classes' names where they have room; what was placed, and how many of the window had none.

    `short`: the letter alone, but for the focused class.
    """
    columns, rows = frame.dots(model.anchors.places)
    columns, rows = columns // 2 - left, rows // 4 - top
    inside = (columns >= 0) & (columns < frame.width) & (rows >= 0) & (rows < frame.height)
    labels = []
    for at in np.flatnonzero(inside)[:NAMED].tolist():
        cls = int(model.anchors.classes[at])
        focused = cls == model.focus
        name = found.letters[cls] if short and not focused and found.letters[cls] else model.names[cls]
        labels.append(Label(
            found.letters[cls], name, int(columns[at]), int(rows[at]), int(found.inks[cls]),
            focused=focused and spot is None, number=cls,
        ))  # fmt: skip
    near = neighbours(model, 9)
    first = {each.cls: at for at, each in enumerate(near.lines)} if near is not None else {}
    # The focused class, then its neighbours, then those with most points.
    labels.sort(key=lambda each: -1 if each.number == model.focus else first.get(each.number, len(first)))
    beside = model.cloud is None
    taken = [(int(x), int(y), 1) for x, y in zip(columns[inside], rows[inside], strict=True)] if beside else []
    if spot is not None:
        column, row = frame.cell(spot)
        taken += [(column - left - 2, row - top + dy, 5) for dy in (-1, 0, 1)]
    placed, without = place(labels, frame.width, frame.height, taken, beside=beside)
    without += max(int(inside.sum()) - NAMED, 0)
    draw_labels(canvas, 0, 0, placed)
    return tuple(placed), without


def draw_region(canvas: Canvas, frame: Frame, left: int, top: int, model: MapModel, spot: Spot | None) -> None:
    """The frame of a box, or the points of a lasso's path, in the focus colour."""
    now = model.settings
    if now.lasso:
        for corner in now.lasso:
            column, row = frame.cell(corner)
            if 0 <= column - left < frame.width and 0 <= row - top < frame.height:
                canvas.hline(column - left, row - top, 1, canvas.palette.focus, "•")
        return
    if now.anchor is None or spot is None:
        return
    (x0, y0), (x1, y1) = frame.cell(now.anchor), frame.cell(spot)
    x, y = min(x0, x1) - left, min(y0, y1) - top
    w, h = abs(x1 - x0) + 1, abs(y1 - y0) + 1
    if w < 2 or h < 2:
        (canvas.hline if h < 2 else canvas.vline)(x, y, w if h < 2 else h, canvas.palette.focus, "━" if h < 2 else "┃")
    else:
        canvas.frame(x, y, min(w, frame.width - x), min(h, frame.height - y), canvas.palette.focus, thick=True)


def draw_cursor(canvas: Canvas, frame: Frame, left: int, top: int, spot: Spot) -> None:
    """A cross whose middle, the cell that keys move, stays free."""
    column, row = frame.cell(spot)
    x, y, ink = column - left, row - top, canvas.palette.focus
    for dx, char in ((-2, "╺"), (-1, "━"), (1, "━"), (2, "╸")):
        if 0 <= x + dx < frame.width and 0 <= y < frame.height:
            canvas.hline(x + dx, y, 1, ink, char)
    for dy in (-1, 1):
        if 0 <= x < frame.width and 0 <= y + dy < frame.height:
            canvas.vline(x, y + dy, 1, ink, "┃")


def status(
    session: Session, model: MapModel, frame: Frame, spot: Spot | None, points: Int64 | None, without: int,
    numbers: Separation | None, width: int, bare: bool,
) -> str:  # fmt: skip
    """The line below the picture: the region, the sample under the cursor, or what the lists would say."""
    progress = _progress(model)
    if points is not None:
        words = _region_words(model, points)
    elif spot is not None:
        at = nearest(model, frame, spot)
        words = point_words(model, at, width) if at is not None else "nothing lies here"
        words += f" · {2**session.map.zoom}×" if session.map.zoom else ""
    elif bare:
        words = _narrow_words(model, numbers)
    else:
        words = f"{plural(without, 'name')} without room; z is nearer" if without else ""
    return " · ".join(filter(None, (progress, words)))


def _progress(model: MapModel) -> str:
    layout = model.picture.layout
    if layout.key is None:
        return ""
    way = way_of(layout)
    wanted = model.method.value
    if way is None:
        return f"{wanted} failed, this is {layout.method}; o tries again"
    return f"{wanted} {progress_words(way)}, esc stops"


def _region_words(model: MapModel, points: Int64) -> str:
    if model.cloud is None:
        return f"{plural(len(points), 'class', 'classes')} in the region"
    e, at = model.evaluation, model.picture.points[points]
    wrong = int(np.count_nonzero((e.true[at] != e.predicted[at]) & (e.true[at] >= 0)))
    label = e.true[at]
    kinds = np.bincount(label[label >= 0], minlength=len(model.names))
    top = [f"{model.names[cls]} {count(int(kinds[cls]))}" for cls in np.argsort(-kinds)[:3].tolist() if kinds[cls]]
    return f"{plural(len(points), 'sample')}, {count(wrong)} wrong: {', '.join(top)}"


def _narrow_words(model: MapModel, numbers: Separation | None) -> str:
    if model.focus < 0:
        return ""
    near = neighbours(model, 3)
    parts = []
    if numbers is not None and np.isfinite(numbers.purity[model.focus]):
        parts.append(f"{percent(float(numbers.purity[model.focus]), 0)} % pure")
        parts.append(f"silhouette {short_signed(float(numbers.silhouette[model.focus]))}")
    if near is not None and near.lines:
        nearest_words = ", ".join(f"{model.names[each.cls]} {short_score(each.distance, 3)}" for each in near.lines)
        parts.append(f"near {nearest_words}")
    return f"{model.names[model.focus]}: {' · '.join(parts)}" if parts else model.names[model.focus]


class Clicks:
    """What the mouse does between pressing and letting go."""

    def __init__(self, frame: Frame, left: int, top: int, x: int, y: int, *, lasso: bool) -> None:
        self._frame, self._left, self._top = frame, left, top
        self._path = [(x, y)]
        self._lasso = lasso

    def to(self, x: int, y: int) -> None:
        """The mouse is over another cell."""
        x, y = min(max(x, 0), self._frame.width - 1), min(max(y, 0), self._frame.height - 1)
        if (x, y) != self._path[-1]:
            self._path.append((x, y))

    @property
    def is_lasso(self) -> bool:
        return self._lasso and len(self._path) > 2

    @property
    def is_box(self) -> bool:
        return self._path[0] != self._path[-1]

    @property
    def box(self) -> tuple[Spot, Spot]:
        """The corners: the middles of the first cell and the last one."""
        return self._spot(self._path[0]), self._spot(self._path[-1])

    @property
    def corners(self) -> tuple[Spot, ...]:
        """The whole path."""
        return tuple(self._spot(each) for each in self._path)

    def _spot(self, cell: tuple[int, int]) -> Spot:
        return self._frame.spot(cell[0] + self._left, cell[1] + self._top)
