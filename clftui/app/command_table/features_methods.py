"""Commands of the methods variant of Features."""

from __future__ import annotations

from functools import partial

from clftui.app.commands import Command
from clftui.state import methods_view as steps
from clftui.state.features_settings import FeaturesVariant
from clftui.state.sample_detail_steps import next_measure, step_threshold
from clftui.state.selection import Tab
from clftui.state.session import Session

ONLY = frozenset({Tab.FEATURES})
FACE = frozenset({FeaturesVariant.METHODS.value})


def _has_rows(session: Session) -> bool:
    return steps.now(session) is not None


COMMANDS: tuple[Command, ...] = (
    Command("methods.next", ("N",), "disagreement", "The sample whose maps are least alike, then the next one.",
            "Select", step=steps.next_disagreement, tabs=ONLY, faces=FACE, footer=7, when=_has_rows),
    Command("methods.order", ("o",), "class order", "Classes by how much area says of correctness, or as in the "
            "matrix.", "Order", step=steps.next_order, tabs=ONLY, faces=FACE, footer=8, when=_has_rows),
    Command("methods.method", ("x",), "method", "The next line, round and round.", "Select", step=steps.next_method,
            tabs=ONLY, faces=FACE, footer=12, when=_has_rows),
    Command("methods.higher", (">",), "threshold", "Area and contour a twentieth higher, or lower.", "Show",
            step=partial(step_threshold, by=1), tabs=ONLY, faces=FACE, footer=16, when=_has_rows, shown_keys="< >"),
    Command("methods.lower", ("<",), "lower threshold", "Area and contour a twentieth lower.", "Show",
            step=partial(step_threshold, by=-1), tabs=ONLY, faces=FACE, when=_has_rows, in_help=False),
    Command("methods.measure", ("m",), "measure", "Compare maps by L1, MSE, SSIM or hash.", "Show",
            step=next_measure, tabs=ONLY, faces=FACE, footer=18, when=_has_rows),
)  # fmt: skip

READING: tuple[tuple[str, str], ...] = (
    ("empty ∅ 22", "the share of maps that are zero throughout and explain nothing; ∅: more than a twentieth"),
    ("▲ .57 .55–.59", "AUC: how often a right sample's area is above a wrong one's. ▲ goes with correctness, "
     "▼ the opposite, · no sign"),
    ("✓ learned", "maps change with random weights: needed for trust, not enough. ✗ careful: they barely do"),
    ("← →", "another sample by every method, side by side; N goes to where the methods are least alike"),
    ("entropy", "0 all in one cell, 1 spread evenly; variation: the mean step between neighbouring cells"),
    ("matrix", "below its diagonal maps of the same sample, above of other samples: equal is no agreement"),
)  # fmt: skip
