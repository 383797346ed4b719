"""A region of the map, a box or a lasso: which points lie in it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from clftui.state.filters import Mask
from clftui.state.map_model import MapModel
from clftui.state.map_settings import Spot
from clftui.state.peers import table_of
from clftui.state.sample_ids import id_of

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]


def inside_box(places: Float64, one: Spot, other: Spot) -> Mask:
    """(p,) which places lie in the box with these two corners, its edges included."""
    low, high = np.minimum(one, other), np.maximum(one, other)
    return np.asarray(((places >= low) & (places <= high)).all(axis=1), dtype=np.bool_)


def inside_lasso(places: Float64, corners: tuple[Spot, ...]) -> Mask:
    """(p,) which places lie inside a closed polygon, by the even-odd rule."""
    found = np.zeros(len(places), dtype=np.bool_)
    x, y = places[:, 0], places[:, 1]
    for (x0, y0), (x1, y1) in zip(corners, (*corners[1:], corners[0]), strict=True):
        crosses = (y0 > y) != (y1 > y)
        if y0 != y1:
            found ^= crosses & (x < x0 + (y - y0) * (x1 - x0) / (y1 - y0))
    return found


def region(model: MapModel, spot: Spot | None) -> Int64 | None:
    """The points (places in the picture) of the lasso, or of the box that ends at `spot`; None without a region."""
    settings, places = model.settings, model.picture.places
    if len(settings.lasso) > 2:
        return np.flatnonzero(inside_lasso(places, settings.lasso)).astype(np.int64)
    if settings.anchor is None or spot is None:
        return None
    return np.flatnonzero(inside_box(places, settings.anchor, spot)).astype(np.int64)


def names_of(model: MapModel, points: Int64) -> frozenset[str]:
    """The ids of samples by their points."""
    table = table_of(model.run, model.evaluation.split)
    rows = model.evaluation.sample[model.picture.points[points]]
    return frozenset(id_of(table, row) for row in rows.tolist())
