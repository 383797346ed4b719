"""Commands of the responses variant of Features."""

from __future__ import annotations

from clftui.app.commands import Command
from clftui.state.features_settings import FeaturesVariant
from clftui.state.selection import Tab

ONLY = frozenset({Tab.FEATURES})
FACE = frozenset({FeaturesVariant.RESPONSES.value})

COMMANDS: tuple[Command, ...] = ()

READING: tuple[tuple[str, str], ...] = ()
