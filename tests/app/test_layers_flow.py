"""Layers of Features by keys: the table, its legend, probes written as runs, and their matrices."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from clftui.app.app import ClfApp
from clftui.data.catalog import open_catalog
from clftui.logger import RunLogger
from clftui.state import map_tasks
from clftui.state.class_tree import by_hierarchy
from clftui.state.features_settings import FeaturesVariant
from clftui.state.features_view import open_variant
from clftui.state.later import Later
from clftui.state.layers_model import power
from clftui.state.selection import Tab
from clftui.state.session import Session, open_session
from clftui.views.features import FeaturesView
from tests.layered import NAMES, N, at_once, layered, write_layers


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(map_tasks, "SLOW", Later())
    at_once(monkeypatch)
    return write_layers(tmp_path / "runs")


def opened(root: Path) -> Session:
    session = open_session(open_catalog([root]), split="test")
    session = open_variant(by_hierarchy(session) or session, FeaturesVariant.LAYERS)
    assert power(session, wait=True) is not None
    return session


def tab(app: ClfApp) -> Tab:
    return app.main.now.tab


def lines(app: ClfApp) -> list[str]:
    canvas = app.main.query_one(FeaturesView).canvas
    assert canvas is not None
    return [row.rstrip() for row in canvas.rows_text()]


@pytest.mark.row("B31")
async def test_layers_by_keys(root: Path) -> None:
    app = ClfApp(opened(root), theme="dark", remember=False)
    async with app.run_test(size=(100, 26)) as pilot:
        await app.main.settled()
        shown = lines(app)
        assert shown[0].split() == ["layer", "units", "accuracy", "%", "30", "100", "2", "groups"]
        assert [row.split()[:2] for row in shown[1:3]] == [["▌", "early"], ["late", "4"]]
        assert shown[3].split()[:2] == ["output", "88"] and shown[1].endswith("100.0")
        assert "Classes in their best layer against the output" in shown[5] and "1 class better" in shown[5]
        cat = next(row for row in shown[7:] if row.split()[0] == "cat").split()
        assert cat[2:6] == ["100.0", "50.0", "late", "▲+50.0"] and "late" in cat[6:]
        assert "recall 100 %" in shown[-2] and shown[-1].startswith("  No sample is answered")
        await pilot.press("o")
        assert app.main.now.notice == "Classes: most gained first."
        await pilot.press("j", "j", "j", "enter")
        assert tab(app) is Tab.SAMPLES and app.main.now.filters


@pytest.mark.row("B31")
async def test_s_writes_runs_and_enter_opens_their_matrix(root: Path) -> None:
    session = opened(root)
    app = ClfApp(session, paths=session.catalog.paths, theme="dark", remember=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await app.main.settled()
        await pilot.press("enter")
        assert "Y writes the probes as runs" in app.main.now.notice and tab(app) is Tab.FEATURES
        await pilot.press("Y")
        for _ in range(100):
            await pilot.pause(0.05)
            if "written as runs" in app.main.now.notice and len(app.main.now.catalog.runs) == 3:
                break
        assert app.main.now.notice == "2 probes written as runs: net@early, net@late."
        assert {run.name for run in app.main.now.catalog.runs} == {"net", "net@early", "net@late"}
        await pilot.press("enter")
        assert tab(app) is Tab.MATRIX and app.main.now.selection.run == "net@early"


async def test_class_means_alone_are_told_and_what_records_more(tmp_path: Path) -> None:
    session = layered(tmp_path / "runs", values=False)
    app = ClfApp(session, theme="dark", remember=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await app.main.settled()
        assert "clftui respond" in " ".join(lines(app))
        await pilot.press("j", "enter", "o", "l")
        assert tab(app) is Tab.FEATURES


async def test_the_output_stays_in_sight_of_many_layers(root: Path) -> None:
    rng = np.random.default_rng(0)
    with RunLogger(root / "net", classes=NAMES, background=False) as log:
        for depth in range(2, 16):
            values = rng.normal(size=(N, 2))
            log.log_responses(
                1, "test", f"more{depth}", np.zeros((4, 2)), sample=np.arange(N), values=values, depth=depth
            )
    app = ClfApp(opened(root), theme="dark", remember=False)
    async with app.run_test(size=(80, 20)) as pilot:
        await app.main.settled()

        def names() -> list[str]:
            shown = lines(app)
            end = next(y for y, row in enumerate(shown) if "Classes in" in row)
            return [row.replace("▌", " ").split()[0] for row in shown[1:end] if row]

        first = names()
        assert first[0] == "early" and first[-1] == "output" and len(first) == 6
        await pilot.press(*"j" * 15)
        assert names()[-2:] == ["more15", "output"] and app.main.now.features.layer == "more15"
        await pilot.press("G")
        assert app.main.now.selection.true == "owl"
