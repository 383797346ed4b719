"""The cursor of the Map view, and where it leads."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from clftui.state.map_box import names_of, region
from clftui.state.map_filter import OnMap, region_words
from clftui.state.map_frame import Frame, frame_for
from clftui.state.map_model import Anchors, MapModel, Picture, map_model
from clftui.state.map_settings import MapOf, MapSettings, Multiples, Spot
from clftui.state.moves import drill_to_samples, say, select
from clftui.state.peers import table_of
from clftui.state.sample_ids import id_of
from clftui.state.selection import Part, Scope
from clftui.state.session import Session
from clftui.text import plural

Int64 = NDArray[np.int64]

USUAL = (30, 88)
"""Rows and columns of the picture where nobody says how large it is."""
REACH = 3
"""Cells within which a point is under the cursor."""
_FAR = 100
"""Steps at most that a cursor goes from class to class."""


def settings(session: Session, **changes: object) -> Session:
    """`session` with parts of the Map view's settings replaced."""
    return replace(session, map=replace(session.map, **changes))  # type: ignore[arg-type]


def move(session: Session, rows: int, columns: int, page: tuple[int, int] = USUAL) -> Session:
    """The cursor from class to class or, on a spot, by cells of a picture of `page` (rows, columns)."""
    model = map_model(session)
    spot = cursor(model)
    if spot is None or session.map.multiples is not Multiples.ONE:
        return _to_class(session, model, rows, columns)
    frame = frame_for(model.picture.layout, page[1], page[0], session.map.zoom)
    column, row = frame.cell(spot)
    column = min(max(column + columns, 0), frame.columns - 1)
    row = min(max(row + rows, 0), frame.rows - 1)
    return put(session, model, frame, frame.spot(column, row))


def put(session: Session, model: MapModel, frame: Frame, spot: Spot) -> Session:
    """The cursor on a spot; the class and the sample that lie there come under the cursors of all views."""
    moved = settings(session, spot=spot)
    at = nearest(model, frame, spot)
    if at is not None and session.map.anchor is None:
        moved = on_point(moved, model, at)
    return settings(moved, spot_class=moved.selection.true)


def on_point(session: Session, model: MapModel, at: int) -> Session:
    """The class of a point, and where it is one the sample, under the cursors of all views."""
    point = int(model.picture.points[at])
    if model.cloud is None:
        return select(session, true=model.evaluation.classes[point])
    label = int(model.evaluation.true[point])
    name = id_of(table_of(model.run, model.evaluation.split), int(model.evaluation.sample[point]))
    named = {"true": model.evaluation.classes[label]} if label >= 0 else {}
    return select(session, sample=name, **named)


def nearest(model: MapModel, frame: Frame, spot: Spot) -> int | None:
    """The point nearest to a spot, where one is within reach; a place in the picture."""
    reach = 2 * REACH / frame.size
    order, across = _by_x(model.picture)
    begin, end = np.searchsorted(across, (spot[0] - reach, spot[0] + reach))
    near = order[begin:end]
    if not len(near):
        return None
    apart = ((model.picture.places[near] - spot) ** 2).sum(axis=1)
    at = int(apart.argmin())
    return int(near[at]) if float(apart[at]) ** 0.5 <= reach else None


@lru_cache(maxsize=8)
def _by_x(picture: Picture) -> tuple[Int64, NDArray[np.float64]]:
    """The points from left to right, and where they lie: a spot is near to few of many."""
    order = np.argsort(picture.places[:, 0], kind="stable")
    return order, picture.places[order, 0]


def cursor(model: MapModel) -> Spot | None:
    """Where the cursor is; None where it is on a class."""
    now = model.settings
    name = model.evaluation.classes[model.focus] if model.focus >= 0 else None
    if now.spot is not None and now.spot_class == name:
        return now.spot
    if now.zoom or now.anchor is not None or now.spot is not None:
        return place_of(model.anchors, model.focus) or now.spot or (0.5, 0.5)
    return None


def place_of(anchors: Anchors, cls: int) -> Spot | None:
    """Where a class lies; None where no point of it shows."""
    at = np.flatnonzero(anchors.classes == cls)
    return (float(anchors.places[at[0], 0]), float(anchors.places[at[0], 1])) if at.size else None


def _to_class(session: Session, model: MapModel, rows: int, columns: int) -> Session:
    """The class that lies next in a direction; nearer ones and those less to the side come first."""
    anchors, now = model.anchors, model.focus
    if not len(anchors.classes):
        return session
    if place_of(anchors, now) is None:
        return select(session, true=model.evaluation.classes[int(anchors.classes[0])])
    way = np.sign(np.asarray([columns, rows], dtype=np.float64))
    for _ in range(min(abs(rows) + abs(columns), _FAR)):
        here = place_of(anchors, now)
        apart = anchors.places - np.asarray(here)
        along = apart @ way
        aside = np.abs(apart @ way[::-1])
        ahead = np.flatnonzero((along > 1e-9) & (along * 3 >= aside))
        if not ahead.size:
            break
        now = int(anchors.classes[ahead[np.argmin((along + 2 * aside)[ahead])]])
    return select(session, true=model.evaluation.classes[now])


def drill(session: Session) -> Session:
    """The samples of the region, as a filter; without one those of the class, the one under the cursor focused."""
    model = map_model(session)
    found = region(model, cursor(model)) if session.map.multiples is Multiples.ONE else None
    if found is not None:
        return _drill_region(session, model, found)
    if model.focus < 0:
        return say(session, "No class is under the cursor; / finds one.")
    scope = Scope(true=model.evaluation.classes[model.focus], part=Part.ALL)
    sample = session.selection.sample if session.map.spot is not None and model.cloud is not None else None
    return select(drill_to_samples(session, scope), sample=sample)


def _drill_region(session: Session, model: MapModel, points: Int64) -> Session:
    if not points.size:
        return say(session, "Nothing lies in the region; esc drops it.")
    done = settings(session, anchor=None, lasso=())
    if model.cloud is None:
        classes = tuple(model.evaluation.classes[at] for at in model.picture.points[points].tolist())
        title = f"{plural(len(classes), 'class', 'classes')} of the map"
        return drill_to_samples(done, Scope(true_classes=classes, part=Part.ALL, title=title))
    split, names = model.evaluation.split, names_of(model, points)
    words = region_words(len(names), split, lasso=bool(session.map.lasso))
    deeper = drill_to_samples(done, Scope(part=Part.ALL))
    return replace(deeper, filters=(*deeper.filters, OnMap(words, split, names)))


def is_on_samples(session: Session) -> bool:
    """Whether the points are samples."""
    return session.map.of is MapOf.SAMPLES


def reset(now: MapSettings) -> MapSettings:
    """The settings with the cursor back on its class: where it was means nothing in another picture."""
    return replace(now, zoom=0, spot=None, spot_class=None, anchor=None, lasso=())
