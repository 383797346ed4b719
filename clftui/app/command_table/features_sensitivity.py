"""Commands of the sensitivity variant of Features."""

from __future__ import annotations

from functools import partial

from clftui.app.commands import Command
from clftui.state import sensitivity_view as steps
from clftui.state.features_settings import FeaturesVariant
from clftui.state.selection import Tab
from clftui.state.session import Session

ONLY = frozenset({Tab.FEATURES})
FACE = frozenset({FeaturesVariant.SENSITIVITY.value})


def _measured(session: Session) -> bool:
    return steps.is_measured(session)


COMMANDS: tuple[Command, ...] = (
    Command("sensitivity.metric", ("m",), "metric", "What changes cost in recall, precision or F1.", "Show",
            step=steps.next_metric, tabs=ONLY, footer=10, faces=FACE, when=_measured),
    Command("sensitivity.order", ("o",), "order", "As in the hierarchy, or what loses most first among its siblings.",
            "Order", step=steps.next_order, tabs=ONLY, footer=8, faces=FACE, when=_measured),
    Command("sensitivity.next", ("N",), "next loss", "The greatest loss beyond chance, then the next one.", "Move",
            step=steps.next_lost, tabs=ONLY, footer=7, faces=FACE, when=_measured),
    Command("sensitivity.fewer", ("(",), "levels", "Groups without what they hold, or one level more.", "Show",
            step=partial(steps.step_level, by=-1), tabs=ONLY, faces=FACE, footer=22, when=_measured, shown_keys="( )"),
    Command("sensitivity.more", (")",), "more levels", "One level of the hierarchy more.", "Show",
            step=partial(steps.step_level, by=1), tabs=ONLY, faces=FACE, when=_measured, in_help=False),
)  # fmt: skip

READING: tuple[tuple[str, str], ...] = (
    ("rotate90", "the split test-rotate90: the same samples, their pictures turned (clftui perturb)"),
    ("▼−12.3", "points lost under the change, beyond chance (q < .05); without a mark it may be chance"),
    ("✓ ✗ ✓", "right unchanged, wrong under the first change, right under the second; enter shows them"),
)
