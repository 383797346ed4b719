"""How the Map view draws what is selected."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from clftui.analysis.class_distance import ClassDistance

Spot = tuple[float, float]
"""A place of the picture, x to the right and y down, both from 0 to 1 across its longer side."""

MOST_ZOOM = 7
"""Each step of the zoom doubles the picture."""


class MapOf(StrEnum):
    """What a point is."""

    SAMPLES = "samples"
    CLASSES = "classes"


class MapSource(StrEnum):
    """What samples are laid out by."""

    FEATURES = "features"
    LOGITS = "logits"
    SCORES = "scores"


class MapMethod(StrEnum):
    """How points are laid out."""

    QUICK = "at once"
    """Principal components of samples, classical scaling of classes."""
    TSNE = "t-SNE"
    STRESS = "SMACOF"
    """Of classes alone."""


class MapColour(StrEnum):
    """What a colour tells."""

    TRUE = "true class"
    PREDICTED = "predicted class"
    GROUP = "group"
    RIGHT = "right or wrong"
    AGREEMENT = "run agreement"
    TAG = "tag"
    LOSS = "loss"


class Multiples(StrEnum):
    """How many pictures show."""

    ONE = "one map"
    RUNS = "runs"
    EPOCHS = "epochs"


FEW_CLASSES = 60


@dataclass(frozen=True)
class MapSettings:
    """The settings of the Map tab."""

    of: MapOf = MapOf.SAMPLES
    source: MapSource | None = None
    """None: features, where the epoch that shows has them, else logits, else scores."""
    method: MapMethod = MapMethod.TSNE
    class_method: MapMethod | None = None
    """None: SMACOF of few classes, t-SNE of many, as VAC-CNN has it: stress makes a disc of them."""
    distance: ClassDistance = ClassDistance.LOG
    """What classes are laid out by; the list of neighbours has the literal distance."""
    colour: MapColour = MapColour.TRUE
    multiples: Multiples = Multiples.ONE
    turned: bool = False
    """Whether the lists at the right show where there is little room, and hide where there is much."""
    letters: bool = False
    """Letters instead of dots."""
    zoom: int = 0
    spot: Spot | None = None
    """Where the cursor is; None: on the class under the cursor of all views."""
    spot_class: str | None = None
    """The class under that cursor when it came there: once another one is, the spot no longer counts."""
    anchor: Spot | None = None
    """Where a box begins that ends at the cursor."""
    lasso: tuple[Spot, ...] = ()
    """The corners of a region drawn by mouse, instead of a box."""

    def class_method_of(self, classes: int) -> MapMethod:
        """How so many classes are laid out."""
        return self.class_method or (MapMethod.STRESS if classes <= FEW_CLASSES else MapMethod.TSNE)


def asked(now: MapSettings, points: str | None, layout: str | None) -> MapSettings:
    """The settings with what a command line names: samples, classes, runs or epochs; quick, t-sne or smacof."""
    if points == "classes":
        now = replace(now, of=MapOf.CLASSES)
    elif points is not None:
        now = replace(now, multiples=Multiples.ONE if points == "samples" else Multiples(points))
    method = {"quick": MapMethod.QUICK, "t-sne": MapMethod.TSNE, "smacof": MapMethod.STRESS}.get(layout or "")
    if method is None:
        return now
    samples = now.method if method is MapMethod.STRESS else method
    return replace(now, method=samples, class_method=method)
