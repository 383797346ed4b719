"""Commands of the responses variant of Features."""

from __future__ import annotations

from functools import partial

from clftui.app.commands import Command
from clftui.state import responses_steps as steps
from clftui.state.features_settings import FeaturesVariant
from clftui.state.layers import shown_layer
from clftui.state.selection import Tab
from clftui.state.session import Session

ONLY = frozenset({Tab.FEATURES})
FACE = frozenset({FeaturesVariant.RESPONSES.value})


def _recorded(session: Session) -> bool:
    return shown_layer(session) is not None


def _has_places(session: Session) -> bool:
    layer = shown_layer(session)
    return layer is not None and layer.file is not None and layer.file.grid != (1, 1)


COMMANDS: tuple[Command, ...] = (
    Command("responses.order", ("o",), "order", "Order the units by relevance to the group, by its mean, by how far "
            "they part classes, as given.", "Order", step=steps.next_order, tabs=ONLY, faces=FACE, footer=8,
            when=_recorded),
    Command("responses.higher", (">",), "threshold", "A higher, a lower threshold between blue and orange.", "Show",
            step=partial(steps.step_threshold, by=1), tabs=ONLY, faces=FACE, footer=10, when=_recorded,
            shown_keys="< >"),
    Command("responses.lower", ("<",), "lower threshold", "A lower threshold between blue and orange.", "Show",
            step=partial(steps.step_threshold, by=-1), tabs=ONLY, faces=FACE, when=_recorded, in_help=False),
    Command("responses.group", ("space",), "select group", "Select the group around the class in all views; again: "
            "its parent, then none.", "Select", step=steps.choose, tabs=ONLY, faces=FACE, footer=12, when=_recorded),
    Command("responses.about", ("i",), "relevance to class", "Tell relevance to the class under the cursor, of no "
            "group.", "Select", step=steps.about_class, tabs=ONLY, faces=FACE, when=_recorded),
    Command("responses.next", ("N",), "next relevant", "The next unit by relevance.", "Move",
            step=steps.next_relevant, tabs=ONLY, faces=FACE, footer=7, when=_recorded),
    Command("responses.under", ("p",), "pane below", "Under the map: samples by class, epochs, layers, nothing.",
            "Show", step=steps.next_lower, tabs=ONLY, faces=FACE, footer=16, when=_recorded),
    Command("responses.nearer", ("z",), "places", "Columns for the places of a unit, Z fewer.", "Show",
            step=partial(steps.zoom, by=1), tabs=ONLY, faces=FACE, footer=18, when=_has_places, shown_keys="z Z"),
    Command("responses.farther", ("Z",), "fewer places", "Fewer columns for a unit.", "Show",
            step=partial(steps.zoom, by=-1), tabs=ONLY, faces=FACE, when=_has_places, in_help=False),
    Command("responses.scale", ("n",), "scale", "A linear scale of colours, or a logarithmic one that lifts weak "
            "responses.", "Show", step=steps.toggle_log, tabs=ONLY, faces=FACE, footer=20, when=_recorded),
    Command("responses.colour", ("c",), "colour groups", "Colour the groups beside the classes by the unit, or by "
            "their metric.", "Show", step=steps.toggle_coloured, tabs=ONLY, faces=FACE, footer=22, when=_recorded),
)  # fmt: skip

READING: tuple[tuple[str, str], ...] = (
    ("a line", "a class, in the order of the matrix; a column is a unit of the layer, or one of its places"),
    ("blue  orange", "mean response below the threshold T, from it on; the legend has the numbers"),
    (" ░▒▓ █", "the same where the terminal has 16 colours or none: a full block reaches the threshold"),
    ("▁ … █", "over the units: relevance = first quartile of the group's responses / third quartile of all others'"),
    ("only", "a relevance without end: three quarters of the others answer 0, of the group more; 0 / 0 is undefined"),
    ("▼ ▾ ▴", "under epochs: an alarm of the class under the cursor, a fall, a rise of its recall beyond chance"),
    ("×", "units that answer 0 to everything, after all others"),
    ("▌", "the classes that relevance is about: the selected group, or a class"),
    ("separation", "variation of a unit's responses between classes over that within them (Fisher); 0: no help"),
)
