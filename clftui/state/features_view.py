"""Steps of the Features view, whichever variant shows."""

from __future__ import annotations

from dataclasses import replace

from clftui.state.features_settings import FeaturesVariant
from clftui.state.features_steps import Steps
from clftui.state.layers import layers_of, shown_layer
from clftui.state.moves import cycle, go, say
from clftui.state.selection import Tab
from clftui.state.session import Session


def steps_of(variant: FeaturesVariant) -> Steps:
    """The steps of a variant, imported when they are first needed."""
    match variant:
        case FeaturesVariant.RESPONSES:
            from clftui.state import responses_view

            return responses_view.STEPS
        case FeaturesVariant.SUBCLASSES:
            from clftui.state import subclasses_view

            return subclasses_view.STEPS
        case FeaturesVariant.LAYERS:
            from clftui.state import layers_view

            return layers_view.STEPS
        case FeaturesVariant.EXPLAINED:
            from clftui.state import explained_view

            return explained_view.STEPS
        case FeaturesVariant.METHODS:
            from clftui.state import methods_view

            return methods_view.STEPS
        case FeaturesVariant.SENSITIVITY:
            from clftui.state import sensitivity_view

            return sensitivity_view.STEPS


def move(session: Session, rows: int, columns: int, page: tuple[int, int] = (1, 1)) -> Session:
    """Move the cursor of the variant that shows."""
    return steps_of(session.features.variant).move(session, rows, columns, page)


def drill(session: Session) -> Session:
    """Look closer at what the cursor is on."""
    return steps_of(session.features.variant).drill(session)


def below(session: Session) -> str:
    """Where `drill` leads, in a word."""
    return steps_of(session.features.variant).below(session)


def summary(session: Session) -> str:
    """How to read what shows, in one line."""
    return steps_of(session.features.variant).summary


def next_variant(session: Session) -> Session:
    """The next variant of the view."""
    return with_variant(session, cycle(session.features.variant))


def with_variant(session: Session, variant: FeaturesVariant) -> Session:
    """Another variant of the view."""
    return replace(session, features=replace(session.features, variant=variant), notice="")


def open_variant(session: Session, variant: FeaturesVariant) -> Session:
    """Features with a variant, from wherever."""
    return go(with_variant(session, variant), Tab.FEATURES)


def next_layer(session: Session) -> Session:
    """The next layer of the focused run that was recorded in the epoch that shows."""
    names = [layer.name for layer in layers_of(session)]
    now = shown_layer(session)
    if now is None or len(names) < 2:
        return say(session, f"Only {names[0]} was recorded." if names else "No layer was recorded.")
    name = names[(names.index(now.name) + 1) % len(names)]
    return replace(session, features=replace(session.features, layer=name), notice="")
