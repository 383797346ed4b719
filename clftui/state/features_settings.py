"""How the Features view draws what is selected: which variant, of which layer, and each variant's own settings."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from clftui.state.explained_settings import ExplainedSettings
from clftui.state.layers_settings import LayersSettings
from clftui.state.methods_settings import MethodsSettings
from clftui.state.responses_settings import ResponsesSettings
from clftui.state.sensitivity_settings import SensitivitySettings
from clftui.state.subclasses_settings import SubclassesSettings


class FeaturesVariant(StrEnum):
    """What the view shows: three readings of what layers answer, then three of where a model looked."""

    RESPONSES = "responses"
    SUBCLASSES = "subclasses"
    LAYERS = "layers"
    EXPLAINED = "explanations"
    METHODS = "methods"
    SENSITIVITY = "sensitivity"


@dataclass(frozen=True)
class FeaturesSettings:
    """The settings of the Features tab, those of its variants among them."""

    variant: FeaturesVariant = FeaturesVariant.RESPONSES
    layer: str | None = None
    """The layer by name, in every variant and run; None, or one that a run has not, is its last."""
    responses: ResponsesSettings = ResponsesSettings()
    subclasses: SubclassesSettings = SubclassesSettings()
    layers: LayersSettings = LayersSettings()
    explained: ExplainedSettings = ExplainedSettings()
    methods: MethodsSettings = MethodsSettings()
    sensitivity: SensitivitySettings = SensitivitySettings()
