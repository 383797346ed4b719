"""Commands of the subclasses variant of Features."""

from __future__ import annotations

from functools import partial

from clftui.app.commands import Command
from clftui.schema import FormatError
from clftui.state import subclasses_view as view
from clftui.state.features_settings import FeaturesVariant
from clftui.state.selection import Tab
from clftui.state.session import Session
from clftui.state.subclasses_members import sources

ONLY = frozenset({Tab.FEATURES})
FACE = frozenset({FeaturesVariant.SUBCLASSES.value})


def _parts(session: Session) -> bool:
    try:
        return bool(sources(session))
    except FormatError:
        return False


COMMANDS: tuple[Command, ...] = (
    Command("subclasses.order", ("o",), "order", "Order the samples by likeness, or by the spectrum of their "
            "correlations.", "Order", step=view.next_order, tabs=ONLY, footer=8, faces=FACE, when=_parts),
    Command("subclasses.more", ("+",), "more parts", "One part more.", "Show",
            step=partial(view.more_parts, by=1), tabs=ONLY, faces=FACE, when=_parts, in_help=False),
    Command("subclasses.fewer", ("_",), "parts", "One part less, or with + more.", "Show",
            step=partial(view.more_parts, by=-1), tabs=ONLY, footer=3, shown_keys="_ +", faces=FACE, when=_parts),
    Command("subclasses.suggested", ("b",), "as suggested", "As many parts as the samples suggest.", "Show",
            step=view.as_suggested, tabs=ONLY, faces=FACE, when=_parts),
    Command("subclasses.part", ("J",), "next part", "The next part, on the sample that stands for it; K the one "
            "before.", "Move", step=view.next_part, tabs=ONLY, footer=2, faces=FACE, when=_parts,
            shown_keys="J K"),
    Command("subclasses.part_before", ("K",), "part before", "The part before.", "Move",
            step=partial(view.next_part, by=-1), tabs=ONLY, faces=FACE, when=_parts, in_help=False),
    Command("subclasses.next", ("N",), "clearest", "The class that falls into parts most clearly, then the next.",
            "Move", step=view.next_parted, tabs=ONLY, footer=7, faces=FACE, when=_parts),
    Command("subclasses.which", ("i",), "samples of", "Samples of the true class, of the predicted one, of the cell.",
            "Show", step=view.next_which, tabs=ONLY, faces=FACE, when=_parts),
    Command("subclasses.lower", ("p",), "pane below", "Below the matrix: the layers, the units that part most, the "
            "classes that fall into parts.", "Show", step=view.next_lower, tabs=ONLY, footer=10, faces=FACE,
            when=_parts),
    Command("subclasses.choose", ("space",), "select part", "Select the samples of the part, or leave them out again.",
            "Select", step=view.choose, tabs=ONLY, faces=FACE, when=_parts),
)  # fmt: skip

READING: tuple[tuple[str, str], ...] = (
    ("correlation matrix", "each row and column a sample of one class (at most 1,000, drawn by a fixed seed); the "
     "stronger, the more alike the layer answers to both (Pearson), from the 5th to the 99th percentile"),
    ("parts", "blocks of samples that are alike: cut from a tree (Ward) on sqrt(2 (1 - r)). As many as have the "
     "highest mean silhouette, and none unless that is .15 or more and they lie further apart than those of 38 "
     "of 39 draws of one blob with the same mean and covariance"),
    ("silhouette", "1: far from every other part; 0: between two; below: nearer to another part"),
    ("ARI", "adjusted Rand index: how far the parts of two layers agree; 1 the same, 0 as by chance"),
)  # fmt: skip
