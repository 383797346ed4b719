"""One key means one kind of thing in every variant of Features, the same as in the other views."""

from __future__ import annotations

import pytest

from clftui.app.registry import READING, Registry, faces, reading
from clftui.state.selection import Tab

REGISTRY = Registry()
KINDS = {
    "a": {"alarm.show"},
    "(": {"sensitivity.fewer"},
    ")": {"sensitivity.more"},
    "+": {"subclasses.more"},
    "S": set[str](),
    "R": set[str](),
    "O": {"explained.turn"},
    "b": {"subclasses.suggested", "explained.task"},
    "c": {"responses.colour", "explained.aim"},
    "p": {"responses.under", "subclasses.lower"},
    "i": {"responses.about", "subclasses.which", "explained.of"},
    "v": {"features.variant"},
}
"""Folding, number of blocks, groups of rows, what is drawn, the pane, whose samples: as in the matrix and Samples."""


@pytest.mark.parametrize("key", KINDS)
def test_a_key_means_one_kind_of_thing_in_every_variant(key: str) -> None:
    found = {REGISTRY.find(key, Tab.FEATURES, face=face) for face in faces(Tab.FEATURES)}
    assert {command.id for command in found if command is not None} == KINDS[key]


def test_every_variant_has_a_command_of_its_name() -> None:
    for face in faces(Tab.FEATURES):
        command = REGISTRY.by_id[f"features.{face}"]
        assert command.label == face and command.tabs is None


def test_help_reads_the_variant_that_shows_and_no_other() -> None:
    told = [reading(Tab.FEATURES, face) for face in faces(Tab.FEATURES)]
    assert all(told) and len(set(told)) == len(told)
    assert reading(Tab.MATRIX, "") == READING[Tab.MATRIX]


def test_footers_go_from_the_variant_to_the_next_thing_to_the_order() -> None:
    for face in faces(Tab.FEATURES):
        own = {c.id.split(".")[1]: c.footer for c in REGISTRY.reached(Tab.FEATURES, face=face) if c.tabs and c.footer}
        shown = [own[name] for name in ("variant", "layer", "next") if name in own]
        assert shown == sorted(shown) and own.get("order", own.get("sort")) == 8
