"""The map without a screen: where samples or classes lie, how that was made, and how far it can be trusted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from clftui.report import Options
from clftui.report.render import Table, Value
from clftui.state.filters import FilterError
from clftui.state.map_cloud import SEED, NoRows
from clftui.state.map_model import MapModel, map_model
from clftui.state.map_multiples import SmallModel, SmallPicture, small_model
from clftui.state.map_numbers import NEAREST, Separation, trust
from clftui.state.map_settings import MapOf, Multiples
from clftui.state.map_side import about, class_lines, neighbours, numbers_of
from clftui.state.peers import table_of
from clftui.state.sample_ids import id_of
from clftui.state.session import Session
from clftui.text import count, plural, sanitise

CLASSES = ("class", "samples", "recall", "pure", "silhouette", "nearest", "distance")
MAPS = ("map", "accuracy", "pure", "silhouette", "trustworthy", "left over")


def data(session: Session, options: Options) -> dict[str, Any]:
    """`{"of": "samples", "method", "seed", "perplexity", "source", "trustworthiness", "purity", "silhouette",
    "classes", "points": [{"id", "x", "y", "true", "predicted"}]}`, of classes `{"of": "classes", ..., "classes",
    "distances", "points": [{"class", "x", "y"}]}`, of several maps `{"of": "maps", "maps": [...]}`.

    x and y lie in the unit square, y down. Waits for the slow layouts. FilterError where there is nothing to lay out.
    """
    model = _model(session)
    if isinstance(model, SmallModel):
        return _maps(model, options)
    numbers = numbers_of(model, wait=True)
    if model.cloud is None or numbers is None:
        return _classes(model, options)
    cloud, layout = model.cloud, model.picture.layout
    return {
        "of": "samples", "method": layout.method, "seed": SEED, "perplexity": layout.perplexity,
        "source": cloud.source.value, "samples": cloud.n, "drawn": len(cloud.drawn),
        "trustworthiness": trust(cloud, layout, wait=True), "neighbours": NEAREST, **_separation(numbers),
        "classes": [
            {"class": model.evaluation.classes[each.cls], "recall": each.recall, "purity": each.purity,
             "silhouette": float(numbers.silhouette[each.cls])}
            for each in class_lines(session, model, numbers)
        ],
        "points": list(_points(model, options.top)),
    }  # fmt: skip


def _model(session: Session) -> MapModel | SmallModel:
    """What the screen would show. FilterError where there is nothing to lay out: no file is at fault."""
    several = session.map.of is MapOf.SAMPLES and session.map.multiples is not Multiples.ONE
    try:
        return small_model(session, wait=True) if several else map_model(session, wait=True)
    except NoRows as error:
        raise FilterError(str(error)) from error


def _separation(numbers: Separation) -> dict[str, Any]:
    return {
        "purity": numbers.whole_purity, "silhouette": numbers.whole_silhouette, "silhouette_samples": numbers.sampled,
    }  # fmt: skip


def _points(model: MapModel, top: int | None) -> Iterable[dict[str, Any]]:
    e, table = model.evaluation, table_of(model.run, model.evaluation.split)
    names = (*e.classes, None)
    places = model.picture.places.round(6).tolist()
    for point, (x, y) in list(zip(model.picture.points.tolist(), places, strict=True))[:top]:
        yield {
            "id": id_of(table, int(e.sample[point])), "x": x, "y": y,
            "true": names[e.true[point]], "predicted": names[e.predicted[point]],
        }  # fmt: skip


def _classes(model: MapModel, options: Options) -> dict[str, Any]:
    names, span, layout = model.evaluation.classes, model.span, model.picture.layout
    assert span is not None
    points = [
        {"class": names[point], "x": x, "y": y}
        for point, (x, y) in zip(model.picture.points.tolist(), model.picture.places.round(6).tolist(), strict=True)
    ]
    return {
        "of": "classes", "method": layout.method, "seed": SEED, "perplexity": layout.perplexity,
        "basis": span.basis, "distance": model.settings.distance.value, "classes": list(names),
        "distances": span.literal, "points": points[: options.top],
    }  # fmt: skip


def _maps(model: SmallModel, options: Options) -> dict[str, Any]:
    return {
        "of": "maps",
        "seed": SEED,
        "source": model.source.value,
        "samples": model.n,
        "onto": model.pictures[model.first].of.title,
        "maps": [
            {
                "run": each.of.run.name, "epoch": each.of.cloud.evaluation.epoch,
                "method": each.model.picture.layout.method, "trustworthiness": each.trusted,
                **(_separation(each.numbers) if each.numbers is not None else {}), "left_over": each.left,
                "points": list(_points(each.model, options.top)),
            }
            for each in model.pictures
        ],
    }  # fmt: skip


def table(session: Session, options: Options) -> Table:
    """A row a class, the least pure first; of several maps a row each."""
    model = _model(session)
    if isinstance(model, SmallModel):
        return _maps_table(model)
    numbers = numbers_of(model, wait=True)
    lines = class_lines(session, model, numbers)
    size = dict(zip(model.anchors.classes.tolist(), model.anchors.sizes.tolist(), strict=True))
    rows: list[tuple[Value, ...]] = []
    for each in lines[: options.top]:
        near, far = _nearest(model, each.cls)
        silhouette = float(numbers.silhouette[each.cls]) if numbers is not None else None
        samples = size[each.cls] if model.cloud is not None else int(model.evaluation.confusion.support[each.cls])
        rows.append((model.evaluation.classes[each.cls], samples, each.recall, each.purity, silhouette, near, far))
    known = [at for at in range(len(CLASSES)) if model.cloud is not None or at not in (3, 4)]
    split = sanitise(model.evaluation.split)
    title = f"Map of {'samples' if model.cloud is not None else 'classes'}: {sanitise(model.run.name)}, {split}"
    return Table(
        title, tuple(CLASSES[at] for at in known), tuple(tuple(row[at] for at in known) for row in rows),
        _notes(model, numbers),
    )  # fmt: skip


def _nearest(model: MapModel, cls: int) -> tuple[str | None, float | None]:
    order = model.span.neighbours(cls) if model.span is not None else np.empty(0, np.int64)
    if model.span is None or not order.size:
        return None, None
    return model.evaluation.classes[int(order[0])], float(model.span.literal[cls, order[0]])


def _notes(model: MapModel, numbers: Separation | None) -> tuple[str, ...]:
    said = [f"{name}: {words}" if name else words for name, words in about(model, numbers, wait=True)]
    near = neighbours(model, 1)
    if near is not None:
        said.append(f"distance = 1 less the mean score for the other class (Algorithm 1 of VAC-CNN), by {near.basis}.")
    if model.cloud is not None:
        said.append(
            f"pure = share of the {NEAREST} nearest samples with the same class, in the space itself; silhouettes of "
            f"{plural(numbers.sampled if numbers is not None else 0, 'sample')}. JSON has the points."
        )
    return tuple(said)


def _maps_table(model: SmallModel) -> Table:
    rows = tuple(_maps_row(each) for each in model.pictures)
    notes = (
        f"{count(model.n)} of {count(model.whole)} samples, the same in each, by {model.source.value}.",
        f"left over: what turning, mirroring and scaling cannot lay onto {model.pictures[model.first].of.title}; 0 is "
        "the same picture, 1 nothing in common (Procrustes).",
    )
    return Table("Maps of the same samples", MAPS, rows, notes)


def _maps_row(each: SmallPicture) -> tuple[Value, ...]:
    e = each.of.cloud.evaluation
    labelled = e.true >= 0
    right = float((e.true == e.predicted)[labelled].mean()) if labelled.any() else None
    numbers = each.numbers
    parts = (numbers.whole_purity, numbers.whole_silhouette) if numbers is not None else (None, None)
    return (each.of.title, right, *parts, each.trusted, each.left)
