"""What layers answer, without a screen: the variants of the Features view that read recorded responses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from clftui.report import Options, View
from clftui.report.render import Table
from clftui.schema import NothingToShow
from clftui.state.features_settings import FeaturesVariant
from clftui.state.layers import NOTHING_RECORDED, layers_of
from clftui.state.responses_settings import LowerPane
from clftui.state.session import Session
from clftui.text import sanitise

PROFILES = "profiles"
VARIANTS = (FeaturesVariant.RESPONSES.value, PROFILES, FeaturesVariant.SUBCLASSES.value, FeaturesVariant.LAYERS.value)


def asked(session: Session, variant: str | None, layer: str | None) -> Session:
    """`session` with a variant and a layer chosen by name; FormatError, one sentence, where there is no such layer."""
    features = session.features
    if variant == PROFILES:
        responses = replace(features.responses, lower=LowerPane.LAYERS)
        features = replace(features, variant=FeaturesVariant.RESPONSES, responses=responses)
    elif variant is not None:
        features = replace(features, variant=FeaturesVariant(variant))
    if layer is not None:
        known = [each.name for each in layers_of(session)]
        if layer not in known:
            there = f"there are {', '.join(map(sanitise, known))}" if known else NOTHING_RECORDED
            raise NothingToShow(f"--layer: no layer {sanitise(layer)} was recorded; {there}")
        features = replace(features, layer=layer)
    return replace(session, features=features)


def _view(name: str) -> View:
    """The variant of a name; what has no twin here is told by its responses."""
    if name == FeaturesVariant.LAYERS:
        from clftui.report import layers

        return View(layers.table, layers.data)
    if name == FeaturesVariant.SUBCLASSES:
        from clftui.report import subclasses

        return View(subclasses.table, subclasses.data)
    from clftui.report import responses

    if name == PROFILES:
        return View(responses.profile_table, responses.profiles)
    return View(responses.unit_table, responses.units)


def data(session: Session, options: Options) -> Mapping[str, Any]:
    """`{"variant", ...}` and what the variant's own module says."""
    name = options.variant or session.features.variant.value
    return {"variant": name, **_view(name).data(session, options)}


def table(session: Session, options: Options) -> Table:
    """The table of the variant."""
    return _view(options.variant or session.features.variant.value).table(session, options)
