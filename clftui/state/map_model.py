"""What the Map view shows: points with colours, which of them pass the filters, and where the classes lie."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from clftui.data.evaluation import Evaluation
from clftui.data.run import Run
from clftui.state.map_classes import ClassSpan, class_span
from clftui.state.map_cloud import Cloud, NoRows, cloud_of, source_of
from clftui.state.map_colours import HUES, Codes, Grouping, Key, codes_of, colours, grouping, key_of, names_of
from clftui.state.map_layout import Layout, class_layout, layout_of
from clftui.state.map_settings import MapColour, MapMethod, MapOf, MapSettings
from clftui.state.session import Session, passed
from clftui.state.unready import NotYet, impatient, note_missing
from clftui.text import sanitise

Bool = NDArray[np.bool_]
Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Picture:
    """Points of the map that show. `points` numbers them; equal parts are the same objects from draw to draw."""

    layout: Layout
    places: Float64
    """(p, 2)"""
    codes: Int64
    """(p,) what each is coloured by."""
    points: Int64
    """(p,) positions in the evaluation, or class indices."""
    coded: Codes
    ordered: bool


@dataclass(frozen=True, eq=False)
class Anchors:
    """Where the classes lie among the points that show."""

    classes: Int64
    """(a,) class indices, those with most points first."""
    places: Float64
    """(a, 2)"""
    sizes: Int64
    """(a,) points of each."""


@dataclass(frozen=True, eq=False)
class MapModel:
    """The whole screen."""

    run: Run
    evaluation: Evaluation
    settings: MapSettings
    picture: Picture
    anchors: Anchors
    key: Key
    focus: int
    """The class under the cursor; -1 for none."""
    span: ClassSpan | None
    """Distances between classes; None with too many, or until they have been read."""
    cloud: Cloud | None
    """None where the points are classes."""
    total: int
    """Points before the filters, and before t-SNE took some."""
    names: tuple[str, ...]
    """(K,) what the classes are called."""

    @property
    def method(self) -> MapMethod:
        """How the points are, or will be, laid out."""
        if self.cloud is not None or self.span is None:
            return self.settings.method
        return self.settings.class_method_of(len(self.span.defined))

    @property
    def by_class(self) -> bool:
        """Whether colours are those of the true classes."""
        return self.picture.coded.by in (MapColour.TRUE, MapColour.PREDICTED)


def subject(session: Session) -> tuple[Run, Evaluation]:
    """What is mapped. FormatError without a run or its evaluation, in one sentence."""
    run = session.run
    if run is None:
        raise NoRows("There are no runs here yet; the first epoch that is written shows.")
    evaluation = session.evaluation(run)
    if evaluation is None:
        split = sanitise(session.selection.split or "any split")
        raise NoRows(f"{sanitise(run.name)} logged nothing on {split}; s takes the next split, r the next run.")
    return run, evaluation


def map_model(session: Session, *, wait: bool = False) -> MapModel:
    """What shows. FormatError where that cannot be had, in one sentence; NotYet in a draw, until it has been read.

    With `wait` the slow layouts are waited for; without it what is there already shows.
    """
    run, evaluation = subject(session)
    settings = session.map
    focus = run.class_index.get(session.selection.true or "", -1)
    if settings.of is MapOf.CLASSES:
        return _of_classes(session, run, evaluation, focus, wait)
    cloud = cloud_of(run, evaluation, source_of(evaluation, settings.source))
    layout = layout_of(cloud, settings.method, wait=wait)
    coded = codes_of(session, cloud, colour_of(session, cloud))
    picture = _picture(cloud, layout, coded, _Mask(passed(run, evaluation, session.bound_filters)))
    return model_of(session, cloud, picture, focus)


def model_of(session: Session, cloud: Cloud, picture: Picture, focus: int) -> MapModel:
    """The screen of a picture of a cloud's samples."""
    run, evaluation = cloud.run, cloud.evaluation
    anchors = _anchors(picture, _labels(picture, evaluation), len(evaluation.classes))
    span = _ready_span(evaluation)
    key = key_of(picture.coded, _shown(picture.coded, anchors, focus, span))
    names = names_of(session, evaluation)
    return MapModel(run, evaluation, session.map, picture, anchors, key, focus, span, cloud, cloud.n, names)


def _ready_span(evaluation: Evaluation) -> ClassSpan | None:
    """Distances between classes; None while their scores are being read: the picture does without."""
    try:
        with impatient():
            return class_span(evaluation)
    except NotYet:
        note_missing()
        return None


def colour_of(session: Session, cloud: Cloud) -> MapColour:
    """What the colour tells: as chosen, or the true class where that cannot be told."""
    wanted = session.map.colour
    return wanted if wanted in colours(session, cloud) else MapColour.TRUE


class _Mask:
    """Which samples pass the filters, as a key by identity; None passes all."""

    def __init__(self, mask: Bool | None) -> None:
        self.mask = mask

    def __hash__(self) -> int:
        return id(self.mask)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Mask) and other.mask is self.mask


@lru_cache(maxsize=8)
def _picture(cloud: Cloud, layout: Layout, coded: Codes, passing: _Mask) -> Picture:
    which, places = layout.which, layout.places
    if passing.mask is not None:
        fine = passing.mask[cloud.positions[which]]
        which, places = which[fine], places[fine]
    return Picture(layout, places, coded.codes[which], cloud.positions[which], coded, coded.ordered)


@lru_cache(maxsize=8)
def _labels(picture: Picture, evaluation: Evaluation) -> Int64:
    """(p,) the class that names a point: the predicted one where that is what colours tell, else the true one."""
    if picture.coded.by is MapColour.PREDICTED:
        return picture.codes
    return np.asarray(evaluation.true[picture.points], dtype=np.int64)


_KEPT_ANCHORS: dict[int, tuple[Picture, Anchors]] = {}


def _anchors(picture: Picture, labels: Int64, classes: int) -> Anchors:
    kept = _KEPT_ANCHORS.get(id(picture))
    if kept is not None and kept[0] is picture:
        return kept[1]
    found = middles(picture.places, labels, classes)
    if len(_KEPT_ANCHORS) >= 8:
        _KEPT_ANCHORS.clear()
    _KEPT_ANCHORS[id(picture)] = (picture, found)
    return found


def middles(places: Float64, labels: Int64, classes: int) -> Anchors:
    """Where each class has most of its points: the point nearest to the median of its places, axis by axis."""
    use = np.flatnonzero(labels >= 0)
    own, at = labels[use], places[use]
    sizes = np.bincount(own, minlength=classes)
    starts = np.cumsum(sizes) - sizes
    kinds = np.argsort(-sizes, kind="stable")
    kinds = kinds[sizes[kinds] > 0]
    median = np.zeros((len(sizes), 2))
    for axis in (0, 1):
        ranked = at[np.lexsort((at[:, axis], own)), axis]
        lower, upper = (ranked[starts[kinds] + half] for half in ((sizes[kinds] - 1) // 2, sizes[kinds] // 2))
        median[kinds, axis] = (lower + upper) / 2
    # A class in two clouds has its median between them, where nothing of it is.
    nearest = np.lexsort((((at - median[own]) ** 2).sum(axis=1), own))
    out = at[nearest[starts[kinds]]]
    return Anchors(kinds.astype(np.int64), out, sizes[kinds].astype(np.int64))


def _shown(coded: Codes, anchors: Anchors, focus: int, span: ClassSpan | None) -> tuple[int, ...]:
    """The codes that matter most on the screen: the focused class, its neighbours, then those with most points."""
    if coded.by not in (MapColour.TRUE, MapColour.PREDICTED):
        return tuple(range(min(len(coded.names), HUES)))
    return chosen(anchors, focus, span, len(coded.names))


def chosen(anchors: Anchors, focus: int, span: ClassSpan | None, classes: int) -> tuple[int, ...]:
    """At most HUES classes: all of few; else the focused one, its nearest neighbours, then those with most points."""
    if classes <= HUES:
        return tuple(range(classes))
    first = [focus] if focus >= 0 else []
    near = span.neighbours(focus)[:HUES].tolist() if span is not None and focus >= 0 else []
    return tuple(dict.fromkeys([*first, *near, *anchors.classes.tolist()]))[:HUES]


def _of_classes(session: Session, run: Run, evaluation: Evaluation, focus: int, wait: bool) -> MapModel:
    settings = session.map
    span = class_span(evaluation)
    if span is None or not len(span.defined):
        many = "so many classes that distances between all pairs do not fit" if span is None else "no labelled sample"
        raise NoRows(f"{sanitise(run.name)} has {many}; v shows the samples.")
    layout = class_layout(span, settings.distance, settings.class_method_of(len(span.defined)), wait=wait)
    groups = grouping(session) if settings.colour is not MapColour.TRUE or len(evaluation.classes) > HUES else None
    names = names_of(session, evaluation)
    coded = _class_codes(names, groups)
    picture = _class_picture(layout, coded)
    anchors = Anchors(layout.which, layout.places, np.ones(len(layout.which), dtype=np.int64))
    key = key_of(coded, _shown(coded, anchors, focus, span))
    return MapModel(run, evaluation, settings, picture, anchors, key, focus, span, None, len(names), names)


@lru_cache(maxsize=8)
def _class_codes(names: tuple[str, ...], groups: Grouping | None) -> Codes:
    if groups is not None:
        return Codes(MapColour.GROUP, groups.of, groups.names)
    return Codes(MapColour.TRUE, np.arange(len(names), dtype=np.int64), names)


@lru_cache(maxsize=8)
def _class_picture(layout: Layout, coded: Codes) -> Picture:
    return Picture(layout, layout.places, coded.codes[layout.which], layout.which, coded, False)
