"""Commands of the Features view in all its variants."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from clftui.app.command_table import (
    features_explained,
    features_layers,
    features_methods,
    features_responses,
    features_sensitivity,
    features_subclasses,
)
from clftui.app.commands import Command
from clftui.state.features_settings import FeaturesVariant
from clftui.state.features_view import next_layer, next_variant, open_variant
from clftui.state.selection import Tab

ONLY = frozenset({Tab.FEATURES})
OF_LAYERS = frozenset({FeaturesVariant.RESPONSES.value, FeaturesVariant.SUBCLASSES.value, FeaturesVariant.LAYERS.value})

_OPENED: dict[FeaturesVariant, str] = {
    FeaturesVariant.RESPONSES: "What a layer's units answer to, class by class.",
    FeaturesVariant.SUBCLASSES: "The kinds of samples that a layer sees within one class.",
    FeaturesVariant.LAYERS: "Which layer tells which classes apart.",
    FeaturesVariant.EXPLAINED: "Where models looked, as a table of samples.",
    FeaturesVariant.METHODS: "Which explanation method deserves trust on this split.",
    FeaturesVariant.SENSITIVITY: "What turning, greying or blurring the pictures costs.",
}

COMMANDS: tuple[Command, ...] = (
    Command("features.variant", ("v",), "variant", "Responses, subclasses, layers, explanations, methods, sensitivity: "
            "the next one.", "Show", step=next_variant, tabs=ONLY, footer=5),
    Command("features.layer", ("L",), "layer", "The next layer that was recorded.", "Show", step=next_layer, tabs=ONLY,
            footer=6, faces=OF_LAYERS),
    *(
        Command(f"features.{variant.value}", (), variant.value, _OPENED[variant], "Show",
                step=partial(open_variant, variant=variant))
        for variant in FeaturesVariant
    ),
    *features_responses.COMMANDS,
    *features_subclasses.COMMANDS,
    *features_layers.COMMANDS,
    *features_explained.COMMANDS,
    *features_methods.COMMANDS,
    *features_sensitivity.COMMANDS,
)  # fmt: skip

READINGS: Mapping[str, tuple[tuple[str, str], ...]] = {
    FeaturesVariant.RESPONSES.value: features_responses.READING,
    FeaturesVariant.SUBCLASSES.value: features_subclasses.READING,
    FeaturesVariant.LAYERS.value: features_layers.READING,
    FeaturesVariant.EXPLAINED.value: features_explained.READING,
    FeaturesVariant.METHODS.value: features_methods.READING,
    FeaturesVariant.SENSITIVITY.value: features_sensitivity.READING,
}
"""How to read each variant."""
READING: tuple[tuple[str, str], ...] = tuple(line for lines in READINGS.values() for line in lines)
