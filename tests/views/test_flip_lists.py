"""The lists of flips and learning dynamics: what they say at every width, and how the Epochs view leads on."""

from __future__ import annotations

from pathlib import Path

import pytest

from clftui.app.app import ClfApp
from clftui.bundled import bundled_folder
from clftui.data.catalog import open_catalog
from clftui.drawing.canvas import Canvas
from clftui.drawing.palette import Depth, Palette, load_theme
from clftui.state.dynamics_list import dynamics_lines
from clftui.state.flips_list import FlipLines, flip_lines
from clftui.state.moves import go
from clftui.state.selection import Tab
from clftui.state.session import Session, open_session
from clftui.widgets.dynamics_list import draw_dynamics
from clftui.widgets.flips_list import draw_flips
from tests.answers import write_answers, write_table
from tests.views.samples_app import opened, settled, text_of

TRUE = "a" * 30 + "b" * 30 + "c" * 30
EPOCHS = (TRUE, "a" * 30 + "a" * 14 + "b" * 16 + "c" * 30, "ab" * 15 + "a" * 14 + "b" * 16 + "b" + "c" * 29)


def theme(depth: Depth = Depth.TRUE) -> Palette:
    return load_theme(bundled_folder("themes") / "dark.toml", depth)


@pytest.fixture
def session(tmp_path: Path) -> Session:
    write_table(tmp_path / "runs" / "samples" / "test.csv", [f"s{row}" for row in range(90)])
    write_answers(tmp_path / "runs" / "one", TRUE, EPOCHS)
    write_answers(tmp_path / "runs" / "two", TRUE, [TRUE])
    return open_session(open_catalog([tmp_path / "runs"]), run="one")


def flips_text(session: Session, width: int, palette: Palette | None = None) -> list[str]:
    canvas = Canvas(width, 12, palette or theme())
    draw_flips(canvas, 0, 0, width, 12, flip_lines(session, wait=True), 0, 1)
    return canvas.rows_text()


def dynamics_text(session: Session, width: int, palette: Palette | None = None) -> list[str]:
    canvas = Canvas(width, 12, palette or theme())
    draw_dynamics(canvas, 0, 0, width, 12, dynamics_lines(session, wait=True), 0, 1)
    return canvas.rows_text()


@pytest.mark.parametrize("depth", [Depth.TRUE, Depth.ANSI16, Depth.MONO])
@pytest.mark.parametrize("width", [30, 40, 58, 80, 118])
def test_every_width_keeps_names_counts_and_marks(session: Session, width: int, depth: Depth) -> None:
    lines = flips_text(session, width, theme(depth))
    assert "✓→✗" in lines[0] and lines[1][3:5] == "al"
    assert lines[2].startswith("▌▼ a") and lines[2].split()[2:5] == ["15", "0", "0"], "15 lost, p < .001"
    assert lines[3].split()[:2] == ["c", "1"]
    lines = dynamics_text(session, width, theme(depth))
    assert lines[2].startswith("▌▼ ") and {line[3] for line in lines if line[1] == "▼"} == {"a", "b"}


def test_bars_and_whiskers_stand_on_one_scale(session: Session) -> None:
    lines = flips_text(session, 80)
    bars = [line.count("█") + line.count("▐") for line in lines[2:5]]
    assert bars[0] > bars[1] >= 1 and bars[2] == 0, "a lost 15, c 1, b none"
    assert "lost ◂" in lines[0] and "▸ won" in lines[0]
    lines = dynamics_text(session, 100)
    assert "worse ◂" in lines[0] and "●" in lines[2] and lines[2].index("●") < lines[1].index("┊")


def test_while_it_is_counted_a_sentence_stands_there() -> None:
    canvas = Canvas(40, 3, theme())
    draw_flips(canvas, 0, 0, 40, 3, FlipLines(sentence="counting flips …"), 0, None)
    assert canvas.rows_text()[0].strip() == "counting flips …"


async def test_keys_lead_from_the_epochs_to_exactly_the_flipped_samples(session: Session) -> None:
    app = ClfApp(go(session, Tab.EPOCHS), remember=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await app.main.settled()
        await pilot.press("v")
        await app.main.settled()
        await pilot.press("tab", "j", "enter")
        await app.main.settled()
        now = app.main.now
        assert now.tab is Tab.SAMPLES and now.filters[-1].describe() == "newly wrong since the epoch before"
        picture = "\n".join(app.main.query_one("#samples").canvas.rows_text())  # type: ignore[attr-defined]
        assert "15 of 30 a, only newly wrong since the epoch before" in picture
        await pilot.press("backspace")
        assert app.main.now.tab is Tab.EPOCHS and not app.main.now.filters


@pytest.mark.row("O7")
async def test_triangles_stand_by_samples_wrong_in_more_epochs_than_the_mark(session: Session) -> None:
    async with opened(go(session, Tab.SAMPLES)) as (pilot, view):
        await view.screen.settled()  # type: ignore[attr-defined]
        # Fourteen of b were wrong in two of three epochs, those of a and c in one.
        assert text_of(view).count("✗▲b") + text_of(view).count("✗▲a") == 14
        await pilot.press("less_than_sign")
        await settled(pilot, view)
        assert view.session is not None and view.session.samples.often == 0
        assert text_of(view).count("✗▲") == 29
