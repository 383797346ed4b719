"""Pictures of every screen on the bundled runs: what the README shows is what the app draws.

`pytest tests/app/test_gallery.py --snapshot-update` draws them anew, on Python 3.11 alone.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from clftui.app.app import ClfApp
from clftui.bundled import bundled_folder
from clftui.data.catalog import open_catalog
from clftui.launch import opened_so
from clftui.state.moves import select
from clftui.state.session import Session, open_session
from clftui.state.settings import ClassOrder

PICTURES = Path(__file__).parent / "__snapshots__" / "test_gallery"
SIZES = {"80x24": (80, 24), "120x40": (120, 40), "200x50": (200, 50)}
LOOKS = (("80x24", "dark"), ("120x40", "dark"), ("120x40", "light"), ("200x50", "dark"))
# A picture, its keys from the Runs view, and the collection that shows it best.
SCREENS = {
    "runs": ("digits", ("1",)),
    "ranking": ("digits", ("2",)),
    "matrix": ("glyphs", ("3",)),
    "epochs": ("glyphs", ("4",)),
    "samples": ("glyphs", ("7",)),
    "detail": ("glyphs", ("3", "enter", "enter")),
    "features": ("digits", ("8",)),
}
VARIANTS = {
    "curves": ("glyphs", ("1", "v")),
    "lines": ("digits", ("2", "v")),
    "blocks": ("glyphs", ("3", "Z", "Z", "b")),
    "strips": ("glyphs", ("3", "c")),
    "chart": ("glyphs", ("4", "v", "v", "v")),
    "scores": ("glyphs", ("6",)),
    "calibration": ("glyphs", ("6", "v", "v")),
    "subclasses": ("digits", ("8", "N")),
    "explanations": ("digits", ("8",)),
    "methods": ("glyphs", ("r", "8")),
    "sensitivity": ("glyphs", ("8", "N", "j")),
}
# Layers are left out: probes are fitted, and their last digits are the machine's.
PICTURED = [(name, *look) for name in SCREENS for look in LOOKS] + [(name, "120x40", "dark") for name in VARIANTS]

pytestmark = pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="pictures are compared on one Python")


def _session(screen: str) -> Session:
    """The sample runs that show a screen best, as of any day: a sample run is never live."""
    collection = (SCREENS | VARIANTS)[screen][0]
    session = open_session(open_catalog([bundled_folder("sample_runs") / collection]))
    session, _ = opened_so(session, screen)
    if collection == "digits":
        return session
    session = replace(session, matrix=replace(session.matrix, order=ClassOrder.HIERARCHY))
    return select(session, true="I", predicted="l")


async def _draw(screen: str, size: tuple[int, int], theme: str) -> str:
    app = ClfApp(_session(screen), theme=theme, remember=False)
    async with app.run_test(size=size) as pilot:
        for key in (SCREENS | VARIANTS)[screen][1]:
            await pilot.press(key)
            await app.main.settled()
        await pilot.press("ctrl+l")
        await app.main.settled()
        return app.main.picture()


@pytest.mark.parametrize(("screen", "size", "theme"), PICTURED)
def test_the_gallery_shows_what_the_app_draws(
    screen: str, size: str, theme: str, request: pytest.FixtureRequest
) -> None:
    drawn = asyncio.run(_draw(screen, SIZES[size], theme))
    path = PICTURES / f"test_{screen}_{size}_{theme}.svg"
    if request.config.getoption("--snapshot-update"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(drawn, encoding="utf-8")
    assert path.is_file(), f"{path.name} is missing; run with --snapshot-update"
    same = path.read_text(encoding="utf-8") == drawn  # A diff of two pictures takes minutes and tells nothing.
    assert same, f"{path.name} differs from what the app draws"
