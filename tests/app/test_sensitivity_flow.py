"""The sensitivity variant by keys: from a cell and from a set to the samples behind it."""

from __future__ import annotations

from pathlib import Path

import pytest

from clftui.state.features_settings import FeaturesVariant
from clftui.state.selection import Tab
from tests.app.piloted import app_of
from tests.app.test_flow import running
from tests.changed_splits import write_changed


@pytest.mark.row("B28", "B29")
async def test_keys_lead_from_what_a_change_costs_to_its_samples(tmp_path: Path) -> None:
    async with running(write_changed(tmp_path)) as pilot:
        main = app_of(pilot).main
        await pilot.press("8", *"vvvvv")
        await main.settled()
        assert main.now.features.variant is FeaturesVariant.SENSITIVITY
        await pilot.press("j", "j", "l", "enter")
        await main.settled()
        assert main.now.tab is Tab.SAMPLES
        assert [each.describe() for each in main.now.filters] == ["right, but not under rotate90"]
        await pilot.press("backspace", "l", "j", "enter")
        await main.settled()
        assert [each.describe() for each in main.now.filters] == ["right in none"]
        await pilot.press("backspace", "m", "o")
        await main.settled()
        assert main.now.features.sensitivity.worst_first
