"""Commands of the layers variant of Features."""

from __future__ import annotations

from clftui.app.commands import Command
from clftui.state import layers_view as steps
from clftui.state.features_settings import FeaturesVariant
from clftui.state.layers import layers_of
from clftui.state.map_tasks import is_busy
from clftui.state.selection import Tab
from clftui.state.session import Session

ONLY = frozenset({Tab.FEATURES})
FACE = frozenset({FeaturesVariant.LAYERS.value})


def _recorded(session: Session) -> bool:
    return any(layer.file is not None and layer.file.n for layer in layers_of(session))


def _fitting(session: Session) -> bool:
    return session.features.layers.paused or is_busy()


COMMANDS: tuple[Command, ...] = (
    Command("layers.order", ("o",), "order", "Classes as in the matrix, most gained first, earliest separable first.",
            "Order", step=steps.next_order, tabs=ONLY, footer=8, faces=FACE, when=_recorded),
    Command("layers.next", ("N",), "next gained", "The class that gains most in a layer, then the next one.", "Move",
            step=steps.next_gained, tabs=ONLY, footer=7, faces=FACE, when=_recorded),
    Command("layers.write", ("Y",), "write as runs", "Write the probe of each layer as a run beside this one "
            "(cnn@conv1 ...), which every view shows.", "Act", effect="write_probes", tabs=ONLY, footer=21, faces=FACE,
            when=_recorded),
    Command("layers.stop", ("escape",), "stop", "Give up the probes that are being fitted, or go on with them.", "Act",
            step=steps.stop, tabs=ONLY, faces=FACE, when=_fitting),
)  # fmt: skip

READING: tuple[tuple[str, str], ...] = (
    ("a line a layer", "what a linear probe of what the layer answers gets right; ◆ is the network itself"),
    ("3 groups", "share of samples put in the right group of the hierarchy's level, whatever the class"),
    ("gain", "recall of the probe less recall of the output on the same samples, with half its 95 % interval"),
    ("▲ ▼", "a difference beyond chance: exact McNemar, q over all layers and classes below .05"),
    ("from", "the first layer with nine tenths of the class's best recall in any layer"),
)
