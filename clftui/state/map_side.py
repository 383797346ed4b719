"""What stands beside the map: the neighbours of the class under the cursor, all classes, and numbers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.metrics import Metric, per_class
from clftui.data.evaluation import Evaluation
from clftui.state.map_layout import way_of
from clftui.state.map_model import MapModel, Picture
from clftui.state.map_multiples import SmallModel
from clftui.state.map_numbers import NEAREST, Separation, separation, trust
from clftui.state.map_tasks import Way
from clftui.state.session import Session
from clftui.text import UNDEFINED, count, percent, plural, short_score, shorten

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]


class Neighbour(NamedTuple):
    """A class near the one under the cursor."""

    cls: int
    distance: float
    share: float
    """How near, from 0 for the farthest class to 1 for no distance at all; what its bar shows."""


@dataclass(frozen=True)
class Neighbours:
    """The nearest classes."""

    of: int
    lines: tuple[Neighbour, ...]
    more: int
    """Classes that are farther than those listed."""
    beyond: float
    """The distance of the nearest of them; NaN without any."""
    basis: str


class ClassLine(NamedTuple):
    """A class in the list of all of them."""

    cls: int
    recall: float
    purity: float


def neighbours(model: MapModel, most: int) -> Neighbours | None:
    """The classes nearest to the one under the cursor by Algorithm 1; None where that is not known."""
    if model.span is None or model.focus < 0:
        return None
    order = model.span.neighbours(model.focus)
    row = model.span.literal[model.focus]
    far = float(row[order].max()) if order.size else float("nan")
    near = float(row[order].min()) if order.size else float("nan")
    # From the farthest class to the nearest: with many classes all distances lie near 1.
    reach = max(far - near, 1e-12)
    lines = tuple(
        Neighbour(cls, float(row[cls]), max((far - float(row[cls])) / reach, 0.0)) for cls in order[:most].tolist()
    )
    beyond = float(row[order[most]]) if order.size > most else float("nan")
    return Neighbours(model.focus, lines, max(int(order.size) - most, 0), beyond, model.span.basis)


def numbers_of(model: MapModel, *, wait: bool = False) -> Separation | None:
    """How far the classes part among the samples of the map; None until it is known, or of classes."""
    return separation(model.cloud, wait=wait) if model.cloud is not None else None


def class_lines(session: Session, model: MapModel, numbers: Separation | None) -> tuple[ClassLine, ...]:
    """Every class that has points, the least pure first, those of which it is not known last."""
    confusion = session.confusion(model.run)
    nothing = np.full(len(model.names), np.nan)
    recall = per_class(confusion, Metric.RECALL) if confusion is not None else nothing
    purity = numbers.purity if numbers is not None else nothing
    classes = np.sort(model.anchors.classes)
    order = classes[np.lexsort((classes, recall[classes], purity[classes]))]
    return tuple(ClassLine(cls, float(recall[cls]), float(purity[cls])) for cls in order.tolist())


def legend(model: MapModel) -> str:
    """`64 features · t-SNE · true class` for the tab bar."""
    if model.cloud is None:
        basis = model.span.basis if model.span is not None else ""
        return " · ".join(filter(None, (basis, f"{model.settings.distance.value} distance", method_words(model))))
    return " · ".join((model.cloud.source.value, method_words(model), model.picture.coded.by.value))


def small_legend(model: SmallModel) -> str:
    """The same of several maps; while some are on their way, how many are there."""
    maps = [each.model for each in model.pictures]
    waiting = [each for each in maps if each.picture.layout.key is not None]
    method = maps[0].picture.layout.method
    if waiting:
        busy = next((each for each in waiting if "begins" not in method_words(each)), waiting[0])
        method = f"{method_words(busy)}, {len(maps) - len(waiting)} of {len(maps)} done"
    return " · ".join((model.source.value, method, maps[model.first].picture.coded.by.value))


def method_words(model: MapModel) -> str:
    """`t-SNE`, `PCA`; on its way `t-SNE 42 %, 12 s left`."""
    layout = model.picture.layout
    way = way_of(layout)
    if layout.key is None:
        return layout.method
    if way is None:
        return f"{layout.method}, {model.method.value} failed"
    return f"{model.method.value} {progress_words(way)}"


def progress_words(way: Way) -> str:
    """`42 %, 12 s left`; `begins` before anything is known."""
    return f"{100 * way.share:.0f} %{left_words(way.left)}" if way.share else "begins"


def left_words(seconds: float) -> str:
    """`, 12 s left`; nothing while nothing is known."""
    if not np.isfinite(seconds):
        return ""
    return f", {max(round(seconds), 1)} s left" if seconds < 90 else f", {round(seconds / 60)} min left"


def about(model: MapModel, numbers: Separation | None, *, wait: bool = False) -> tuple[tuple[str, str], ...]:
    """What the picture is and how far it can be trusted, as (name, words); words alone have no name."""
    if model.cloud is None:
        return _about_classes(model)
    cloud, layout = model.cloud, model.picture.layout
    found: list[tuple[str, str]] = []
    if numbers is None:
        found.append(("", "comparing the classes …"))
    else:
        found += [
            (f"pure, {NEAREST} nearest", f"{percent(numbers.whole_purity, 1)} %"),
            (f"silhouette ({count(numbers.sampled)})", short_signed(numbers.whole_silhouette)),
        ]
    trusted = trust(cloud, layout, wait=wait)
    if trusted is not None:
        found.append((f"{layout.method} trustworthy", short_score(trusted, 3)))
    wrong = _wrong(model.picture, model.evaluation)
    found.append(("", f"{count(wrong)} of {count(len(model.picture.points))} wrong"))
    found += [("", cloud.words), ("", _how(model))]
    if layout.method == "t-SNE" and cloud.is_drawn:
        found.append(("", f"{count(len(cloud.drawn))} of {count(cloud.n)} drawn by class"))
    if cloud.without:
        found.append(("", f"{plural(cloud.without, 'sample')} without {cloud.source.value}"))
    return tuple(found)


def _about_classes(model: MapModel) -> tuple[tuple[str, str], ...]:
    undefined = model.total - len(model.picture.points)
    basis = model.span.basis if model.span is not None else ""
    found = [("", f"Algorithm 1 of {basis}"), ("", f"{model.settings.distance.value} distance, {_how(model)}")]
    if undefined:
        found.append(("", f"{plural(undefined, 'class', 'classes')} without samples left out"))
    return tuple(found)


def _how(model: MapModel) -> str:
    layout = model.picture.layout
    if layout.method == "t-SNE":
        known = np.isfinite(layout.perplexity)
        return f"t-SNE, perplexity {layout.perplexity:.0f}, seed 0" if known else "t-SNE, seed 0"
    if layout.method == "PCA" and model.cloud is not None:
        return f"PCA, {percent(model.cloud.share, 0)} % of variance"
    return layout.method


@lru_cache(maxsize=8)
def _wrong(picture: Picture, evaluation: Evaluation) -> int:
    """How many of the points are wrong answers."""
    true, predicted = evaluation.true[picture.points], evaluation.predicted[picture.points]
    return int(np.count_nonzero((true != predicted) & (true >= 0)))


def short_signed(value: float) -> str:
    """`.31`, `−.05`; undefined is an en dash."""
    if not np.isfinite(value):
        return UNDEFINED
    return ("−" if value < -0.005 else "") + short_score(abs(value))


def point_words(model: MapModel, at: int, width: int) -> str:
    """The sample under the cursor: `#0123 Shirt → T-shirt .62`."""
    e, point = model.evaluation, int(model.picture.points[at])
    if model.cloud is None:
        return model.names[point]
    from clftui.state.peers import table_of
    from clftui.state.sample_ids import id_of

    name = id_of(table_of(model.run, e.split), int(e.sample[point]))
    true, predicted = int(e.true[point]), int(e.predicted[point])
    label = model.names[true] if true >= 0 else "no label"
    answer = model.names[predicted] if predicted >= 0 else "no answer"
    words = f"{label} → {answer}" if true != predicted else f"{label}, right"
    score = short_score(float(e.confidence([point])[0])) if e.score_kind != "none" else ""
    return f"#{shorten(name, max(width // 3, 4), middle=True)} {words} {score}".rstrip()
