"""Commands of the Matrix view for how near it is seen and how values become shades."""

from __future__ import annotations

from clftui.app.commands import Command
from clftui.state.matrix_difference import next_difference
from clftui.state.matrix_zoom import (
    is_adjustable,
    next_scaling,
    step_strength,
    toggle_halo,
    zoom,
)
from clftui.state.selection import Tab
from clftui.state.session import Session
from clftui.state.settings import PIXELS

ONLY = frozenset({Tab.MATRIX})


def _in_pixels(session: Session) -> bool:
    return bool(session.classes) and session.matrix.zoom_of(len(session.classes)) in PIXELS


COMMANDS: tuple[Command, ...] = (
    Command("matrix.zoom_in", ("z",), "zoom", "Nearer, from all classes on one screen to wide cells; Z goes back.",
            "Show", paged=lambda session, page: zoom(session, 1, page), tabs=ONLY, footer=9, shown_keys="z Z"),
    Command("matrix.zoom_out", ("Z",), "zoom out", "Farther: shades, pixels, all classes on one screen.", "Show",
            paged=lambda session, page: zoom(session, -1, page), tabs=ONLY, in_help=False),
    Command("matrix.scaling", ("n",), "scale", "Shade by the logarithm, the value, a power of it, or clipped.", "Show",
            step=next_scaling, tabs=ONLY, footer=12),
    Command("matrix.strength_up", (",",), "lift small", "Lift small values more, or less: v^0.35, clip at 35 %.",
            "Show", step=lambda session: step_strength(session, 1), tabs=ONLY, footer=13, when=is_adjustable,
            shown_keys=", ;"),
    Command("matrix.strength_down", (";",), "lift less", "Lift small values less.", "Show",
            step=lambda session: step_strength(session, -1), tabs=ONLY, when=is_adjustable, in_help=False),
    Command("matrix.difference", ("d",), "difference",
            "What changed against another of the runs A to D, the epoch before, another split.", "Show",
            step=next_difference, tabs=ONLY, footer=15),
    Command("matrix.halo", ("H",), "halo", "Rims around pixels, so that single ones are seen.", "Show",
            step=toggle_halo, tabs=ONLY, when=_in_pixels),
)  # fmt: skip

READING: tuple[tuple[str, str], ...] = (
    ("▀ pixels", "a class, or in the overview several, by as many: the largest of their cells or the sum"),
    ("▸ ▾", "row and column of the cursor; a step in the overview goes to the largest mistake of the next pixel"),
    ("+12  −3", "a difference: so many more or fewer than in the other arm; warm is worse, cold is better"),
    ("7 in italics", "a share of fewer than ten samples says hardly anything"),
    ("strips beside the pixels", "recall at the right, precision below: the stronger, the lower"),
)
