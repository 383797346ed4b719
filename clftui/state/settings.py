"""How each view draws what is selected: frozen, one class a view, remembered between sessions where it is a taste."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from clftui.analysis.metrics import Metric


class RunsSort(StrEnum):
    """What orders the table of runs."""

    SCORE = "score"
    MACRO_F1 = "macro-F1"
    WORST = "worst class"
    CHANGE = "change"
    NAME = "name"


class RunsPane(StrEnum):
    """What stands under the table of runs."""

    CLASSES = "recall by class"
    CURVES = "curves"
    COMPLEXITY = "complexity"
    GROUPS = "groups"
    LEAVES = "leaf classes"
    LISTS = "range and average"


class PaneSize(StrEnum):
    """How much of the screen the lower pane takes."""

    HIDDEN = "hidden"
    FITTED = "where all runs fit above it"
    SHOWN = "beside the runs"
    LARGE = "large"


class Cost(StrEnum):
    """What a model's complexity is counted in; the value is its name in run.json."""

    PARAMETERS = "parameters"
    FLOPS = "flops"

    @property
    def label(self) -> str:
        return {"flops": "FLOPs"}.get(self.value, self.value)


@dataclass(frozen=True)
class RunsSettings:
    """The settings of the Runs tab."""

    sort: RunsSort = RunsSort.SCORE
    pane: RunsPane = RunsPane.CLASSES
    size: PaneSize = PaneSize.FITTED
    cost: Cost = Cost.PARAMETERS
    inside: bool = False
    """Whether any class of a sample's own group is right where groups are compared; else its own class alone."""
    level: int = 1
    """The level of the hierarchy whose groups are compared, 1 the outermost."""
    group: tuple[str, ...] | None = None
    """The group under the pane's cursor, by the names that lead to it."""
    pinned_run: str | None = None
    """Key of the run whose classes stay while the focus moves."""
    pinned_group: tuple[str, ...] | None = None
    """The group whose classes alone are listed."""
    seeds: bool = False
    """Whether runs that differ in their seed alone are one row."""


class ClassOrder(StrEnum):
    """What orders the classes of Ranking and Matrix."""

    GIVEN = "given"
    HIERARCHY = "hierarchy"
    HARDEST = "hardest first"
    SIZE = "size"
    NAME = "name"
    QUICK = "similar, quick"
    BARYCENTRE = "barycentre"
    LINKAGE = "linkage"
    SPECTRAL = "spectral"


class RankingVariant(StrEnum):
    """How the ranking is drawn."""

    TABLE = "table"
    """A row for each run, best overall first."""
    LINES = "lines"
    """A row for each rank, and each run a line through its ranks in the classes."""


class RankingRows(StrEnum):
    """What is ranked."""

    RUNS = "runs"
    EPOCHS = "epochs"
    """The epochs of the focused run."""


SIMILAR_FIRST = ClassOrder.SPECTRAL
"""The order that brings similar classes together where none was asked for: of planted blocks, and of ImageNet's
mistakes, it keeps the most together, in a seventh of linkage's time."""


@dataclass(frozen=True)
class RankingSettings:
    """The settings of the Ranking tab."""

    metric: Metric = Metric.RECALL
    relative: bool = False
    """Brightness by rank among the runs instead of by the metric's value."""
    order: ClassOrder = ClassOrder.HARDEST
    variant: RankingVariant = RankingVariant.TABLE
    rows: RankingRows = RankingRows.RUNS
    level: int | None = None
    """The level of the class hierarchy whose groups are the columns, 1 the outermost; None: classes."""


class Zoom(StrEnum):
    """How near the matrix is seen, from the farthest to the nearest."""

    OVERVIEW = "overview"
    PIXEL = "pixels"
    SHADE = "shade"
    NUMBER = "number"
    WIDE = "wide"


PIXELS = frozenset({Zoom.OVERVIEW, Zoom.PIXEL})
"""The levels at which cells are half a character high."""
NEAR = frozenset({Zoom.NUMBER, Zoom.WIDE})
"""The levels at which cells have room for more than a shade."""


class Pool(StrEnum):
    """What a pixel of several cells shows of them."""

    MAX = "max"
    SUM = "sum"


class Scaling(StrEnum):
    """How a cell's value becomes a shade."""

    LOG = "log"
    LINEAR = "linear"
    EXPONENT = "exponent"
    CLIP = "clip"


class Share(StrEnum):
    """What the numbers of the matrix are shares of."""

    COUNTS = "counts"
    ROW = "row %"
    COLUMN = "column %"
    TOTAL = "all %"


class Against(StrEnum):
    """What the matrix is compared with."""

    NOTHING = "nothing"
    RUN = "other run"
    EPOCH = "earlier epoch"
    SPLIT = "other split"


class Pane(StrEnum):
    """What the Matrix view is made of."""

    GRID = "matrix"
    BOTH = "matrix and pairs"
    PAIRS = "pairs"
    READOUT = "read-out"


class PairSort(StrEnum):
    """What orders the confused pairs."""

    COUNT = "count"
    RATE = "rate"
    SURPRISE = "surprise"
    CHANGE = "change"
    REASON = "reason"


class CellEncoding(StrEnum):
    """What a cell of the matrix holds where it has room for more than a shade."""

    NUMBER = "number"
    STRIP = "heat strip"
    SPARK = "sparkline"
    IMAGE = "image"
    """The sample that stands for the cell."""


class Tracks(StrEnum):
    """What the strips of a cell are, from the top."""

    FITTING = "as many runs as fit"
    RUNS = "the runs A to D"
    FOCUSED = "the focused run"
    SPLITS = "the splits of the focused run"


SUGGESTED = 0
"""As many blocks as the data suggest."""
GROUPS = -1
"""The groups of the hierarchy as blocks, where the matrix is in its order."""

FAR_MORE = 150
"""With more classes than this numbers show so small a part that the matrix opens in the overview."""


@dataclass(frozen=True)
class MatrixSettings:
    """The settings of the Matrix tab."""

    zoom: Zoom | None = None
    """None: numbers, or the overview of a matrix far larger than a screen."""
    cell: CellEncoding = CellEncoding.NUMBER
    """What cells hold at the levels of numbers."""
    tracks: Tracks = Tracks.FITTING
    rotated: bool = False
    """Whether the epochs of a cell run down instead of to the right."""
    pool: Pool = Pool.MAX
    scaling: Scaling = Scaling.LOG
    strength: int = 13
    """How much exponent and clip lift small values: steps of 0.05, 0 to 19."""
    share: Share = Share.COUNTS
    diagonal: bool = False
    """Whether right answers take part in the shades."""
    transposed: bool = False
    """Predicted classes as rows."""
    order: ClassOrder = ClassOrder.GIVEN
    at_least: int = 1
    """Cells with fewer samples are left blank."""
    halo: bool = False
    """Whether pixels that show grow a faint rim, so that single ones can be seen."""
    against: Against = Against.NOTHING
    """What is taken away from every cell."""
    blocks: int | None = None
    """How many blocks are outlined, or SUGGESTED or GROUPS; None: none."""
    reviewed: frozenset[tuple[str, str]] = frozenset()
    """The block outliers, true and predicted class, that have been jumped to."""
    pane: Pane = Pane.GRID
    pair_sort: PairSort = PairSort.COUNT
    kept: int = 0
    """So many of the most confused classes keep a row each, the others fold into "(other)"; 0 is all of them."""
    pair_text: str = ""
    """Only pairs with this in a class name are listed."""

    @property
    def exponent(self) -> float:
        """The w of `(v / max) ** w`, or of the range 0 to w * max (ConfusionFlow, Hinterreiter et al. 2020)."""
        return round(1 - 0.05 * self.strength, 2)

    def zoom_of(self, n: int) -> Zoom:
        """The zoom level at which `n` classes show."""
        if self.zoom is not None:
            return self.zoom
        return Zoom.OVERVIEW if n > FAR_MORE else Zoom.NUMBER


class EpochsPane(StrEnum):
    """What the lower half of the Epochs view lists."""

    MOVERS = "movers"
    FLIPS = "flips"
    DYNAMICS = "learning dynamics"
    CHART = "chart"


@dataclass(frozen=True)
class EpochsSettings:
    """The settings of the Epochs tab."""

    pane: EpochsPane = EpochsPane.MOVERS
    relative: bool = False
    """Shades between the least and the greatest value of each class instead of on one scale."""
    rate: float = 2.0
    """Epochs a second while playing."""
    listed: bool = False
    """Whether the cursor moves in the lower list instead of among the classes."""
    line: int = 0
    """The line of the lower list under its cursor."""
    cell: bool = False
    """Whether the chart shows the cell under the cursor instead of its true class."""
