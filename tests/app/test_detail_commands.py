"""One key may mean one thing on a list of samples and another on one sample alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from clftui.app.command_table import sample_detail
from clftui.app.registry import ALL_COMMANDS, Registry, RegistryError
from clftui.state.selection import Tab


def test_each_place_has_its_own_command() -> None:
    registry = Registry()
    for key, on_list, alone in (
        ("v", "samples.rows", "detail.section"),
        ("enter", "samples.drill", "detail.jump"),
        (">", "samples.mark_up", "detail.higher"),
        ("y", "samples.copy", "samples.copy"),
    ):
        first, second = registry.find(key, Tab.SAMPLES), registry.find(key, Tab.SAMPLES, alone=True)
        assert first is not None and second is not None
        assert (first.id, second.id) == (on_list, alone)
    elsewhere = registry.find("v", Tab.MATRIX, alone=True)
    assert elsewhere is not None and elsewhere.id.startswith("matrix")


def test_a_key_for_both_places_still_clashes() -> None:
    both = replace(sample_detail.COMMANDS[0], id="detail.clash", alone=None)
    with pytest.raises(RegistryError, match="both want the key enter"):
        Registry((*ALL_COMMANDS, both))
