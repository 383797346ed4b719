"""Steps of the responses variant of Features that keys of every view call."""

from __future__ import annotations

from clftui.state.features_steps import Steps
from clftui.state.responses_steps import drill, move

STEPS = Steps(
    move,
    drill,
    lambda session: "samples",
    "a class a row, a layer's units across: what each answers to; orange reaches the threshold",
)
