"""Steps of the responses variant of Features that keys of every view call."""

from __future__ import annotations

from clftui.state.features_steps import Steps
from clftui.state.responses_steps import drill, move

STEPS = Steps(
    move,
    drill,
    lambda session: "samples",
    "classes down, a layer's units across: how strongly each answers to each class; orange reaches the threshold",
)
