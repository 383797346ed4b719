"""The ranking on the screen: drawn as text, what its colours say, and what the mouse does."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from textual.app import App, ComposeResult

from clftui.analysis.metrics import Metric
from clftui.data.catalog import open_catalog
from clftui.drawing.canvas import BOLD, REVERSE, Canvas
from clftui.drawing.palette import Depth, Palette, find_themes, load_theme
from clftui.state.later import LATER
from clftui.state.moves import select
from clftui.state.ranking_table import with_metric
from clftui.state.session import Session, open_session
from clftui.views.ranking import RankingView
from clftui.views.view import Act
from tests.builders import write_collection
from tests.rankings import TRUE, held_back, on_class, ranking_of, three_runs, write_labels, wrong_in

DARK = load_theme(find_themes()["dark"])


def drawn(session: Session, width: int = 100, height: int = 30, palette: Palette = DARK) -> Canvas:
    view = RankingView()
    view.set_reactive(RankingView.session, session)
    canvas = Canvas(width, height, palette)
    view.draw(canvas)
    return canvas


def lines(session: Session, width: int = 100, height: int = 30, palette: Palette = DARK) -> list[str]:
    return [line.rstrip() for line in drawn(session, width, height, palette).rows_text()]


def find(canvas: Canvas, text: str) -> tuple[int, int]:
    """(x, y) of the first place a text stands."""
    for y, line in enumerate(canvas.rows_text()):
        if text in line:
            return line.index(text), y
    raise AssertionError(f"{text!r} is not on the screen")


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return on_class(three_runs(tmp_path), "bee")


@pytest.mark.row("P2", "P3", "P16")
def test_tall_rows(session: Session) -> None:
    assert lines(session, 72, 24)[:15] == [
        "   accuracy       cow              ant              bee",
        "                  ⢠⣴⣶⣦⡄            ⢠⣴⣶⣦⡄           ┏ ⣠⣤⣄           ┓",
        "▌A best           ⣿⣿⣿⣿⣿100         ⣿⣿⣿⣿⣿ 98        ┃⢸⣿⣿⣿⡇ 60       ┃",
        "▌  86 78–91       ⠘⠻⠿⠟⠃ 91–100     ⠘⠻⠿⠟⠃ 87–99     ┗ ⠙⠛⠋  ±14.5    ┛",
        "                  ⢠⣴⣶⣦⡄             ⣠⣤⣄             ⢠⣴⣶⣦⡄",
        " B good           ⣿⣿⣿⣿⣿ 85         ⢸⣿⣿⣿⡇ 70         ⣿⣿⣿⣿⣿ 98",
        "   84 77–90       ⠘⠻⠿⠟⠃ 71–93       ⠙⠛⠋  55–82      ⠘⠻⠿⠟⠃ 87–99",
        "                                    ⢀⣀⡀              ⣠⣤⣄",
        " C poor            ⠰⣿⠆  25          ⣿⣿⣿  50         ⢸⣿⣿⣿⡇ 63",
        "   46 ±8.8              14–40       ⠈⠉⠁  ±14.8       ⠙⠛⠋  ±14.4",
        "",
        " " + "─" * 70,
        "           range        75               48               38",
        "            mean        70               73               73",
        "  tied with best         0                0                0",
    ]
    text = "\n".join(lines(session, 120, 24))
    for wanted in ("rank of A", "weak spots of A: bee  N", "size and brightness = recall"):
        assert wanted in text
    assert "bee in best: recall 60 % ±14.5, 24 of 40 samples · no. 3 of 3, beyond chance under B 97.5" in text


def test_one_line_rows_on_a_low_screen(session: Session) -> None:
    shown = lines(session, 80, 13)
    assert shown[0].split() == ["hardest", "→", "accuracy", "cow", "ant", "bee"]
    assert shown[1].startswith("▌A best") and "▐" in shown[1] and shown[1].rstrip().endswith("60▌")
    assert "●" in shown[1] and "·" in shown[3]
    assert any(line.startswith(" bee in best: recall 60 %") for line in shown)


def test_the_best_of_a_class_is_bold_and_what_is_worse_beyond_chance_muted(session: Session) -> None:
    canvas = drawn(on_class(session, "cow"), 80, 13)
    rows = canvas.rows_text()
    bee = rows[0].index("bee")
    number = slice(bee + 2, bee + 5)
    assert (canvas.attrs[2, number][-2:] == BOLD).all() and (canvas.fg[2, number][-2:] == DARK.text).all()
    assert (canvas.attrs[1, number][-2:] == 0).all() and (canvas.fg[1, number][-2:] == DARK.muted).all()


@pytest.mark.row("P3")
def test_size_and_brightness_grow_with_the_metric(session: Session) -> None:
    canvas = drawn(on_class(session, "cow"), 100, 24)
    top = canvas.rows_text()[0].index("ant")
    dots, strength = [], []
    for row in range(3):
        y = find(canvas, ["best", "good", "poor"][row])[1]
        cells = canvas.code[y - 1 : y + 2, top : top + 5]
        dots.append(sum(bin(int(code) - 0x2800).count("1") for code in cells.ravel() if 0x2800 < code < 0x2900))
        strength.append(int(np.flatnonzero(DARK.ice == canvas.fg[y, top + 2])[0]))
    # Recall of ant is 97.5, 70 and 50 %.
    assert dots[0] > dots[1] > dots[2] > 0
    assert strength[0] > strength[1] > strength[2]


@pytest.mark.row("P4")
def test_relative_brightness_is_by_rank(session: Session) -> None:
    relative = replace(session, ranking=replace(session.ranking, relative=True))
    canvas = drawn(relative, 100, 24)
    assert "size = recall, brightness = rank" in "\n".join(canvas.rows_text())
    x, y = canvas.rows_text()[0].index("bee") + 2, find(canvas, "good")[1]
    assert canvas.fg[y, x] == DARK.ice[-1]
    assert canvas.fg[find(canvas, "best")[1], x] < canvas.fg[y, x]


def test_hundreds_of_classes_scroll_with_frozen_names(tmp_path: Path) -> None:
    names = [f"class {i:03d}" for i in range(300)]
    true = np.repeat(np.arange(300), 2)
    for number in range(12):
        write_labels(tmp_path / f"run{number:02d}", [(true, true)], names, samples=False)
    session = ranking_of(tmp_path)
    first = lines(on_class(session, "class 000"), 80, 18)
    assert (
        "cl…000" in first[0].replace("cla…", "cl…")
        and "classes 1–" in "\n".join(first)
        and " of 300" in "\n".join(first)
    )
    later = lines(on_class(session, "class 250"), 80, 18)
    assert "run00" in later[1] and any("250" in line and "class 250 in run00" in line for line in later)
    assert "250" not in "\n".join(first)


def test_many_classes_of_few_runs_fill_the_screen_in_bands(tmp_path: Path) -> None:
    names = [f"c{i}" for i in range(40)]
    true = np.repeat(np.arange(40), 2)
    write_labels(tmp_path / "only", [(true, true)], names, samples=False)
    text = "\n".join(lines(ranking_of(tmp_path), 80, 20))
    shown = set(text.split())
    assert {f"c{i}" for i in range(14)} <= shown and text.count("only") >= 3


def test_undefined_is_a_dash_and_never_zero(tmp_path: Path) -> None:
    write_labels(tmp_path / "a", [([0, 0, 1], [0, 0, 0])], samples=False)
    session = on_class(ranking_of(tmp_path, Metric.PRECISION), "cow")
    shown = lines(session, 80, 12)
    row = next(line for line in shown if "A a" in line)
    assert row.count("–") >= 2 and "cow in a: precision –" in "\n".join(shown)


def test_ap_shows_an_ellipsis_until_it_is_there(tmp_path: Path) -> None:
    session = with_metric(open_session(open_catalog([write_collection(tmp_path, runs=2)])), Metric.AP)
    with held_back(LATER):
        assert "…" in "\n".join(lines(session, 100, 12)[1:3])
    rows = "\n".join(lines(session, 100, 12)[1:3])
    assert "…" not in rows and any(char.isdigit() for char in rows)


@pytest.mark.parametrize("depth", list(Depth))
@pytest.mark.parametrize("theme", ["dark", "light", "hc"])
@pytest.mark.parametrize("size", [(80, 20), (120, 35), (200, 45), (40, 6), (20, 1), (3, 2)])
def test_every_size_theme_and_depth_draws(session: Session, theme: str, depth: Depth, size: tuple[int, int]) -> None:
    palette = load_theme(find_themes()[theme], depth)
    assert any(line.strip() for line in lines(session, *size, palette=palette))


def test_without_colour_the_cursor_is_reversed(session: Session) -> None:
    canvas = drawn(session, 80, 13, DARK.at(Depth.MONO))
    x = canvas.rows_text()[0].index("bee")
    assert canvas.attrs[0, x] & REVERSE and canvas.attrs[1, x + 3] & REVERSE


def test_nothing_to_rank_is_one_sentence(tmp_path: Path, session: Session) -> None:
    empty = open_session(open_catalog([tmp_path / "nothing"]))
    assert "does not exist; check the path." in " ".join(" ".join(lines(empty, 120, 10)).split())
    elsewhere = select(session, split="val")
    assert "No run has anything on val; s shows the next split." in "\n".join(lines(elsewhere))


def test_runs_left_out_are_counted(session: Session, tmp_path: Path) -> None:
    write_labels(tmp_path / "elsewhere", [(TRUE, TRUE)], split="val", samples=False)
    assert "1 run without test" in "\n".join(lines(ranking_of(tmp_path), 100, 24))


def test_class_names_cannot_reach_the_terminal(tmp_path: Path) -> None:
    names = ("a\x1b[31m", "b\nb", "c" * 300)
    write_labels(tmp_path / "x", [(TRUE, wrong_in(TRUE, {0: 3}))], names, samples=False)
    for size in ((80, 12), (120, 30)):
        text = "\n".join(lines(on_class(ranking_of(tmp_path), names[0]), *size))
        assert "\x1b" not in text and all(len(line) <= size[0] for line in text.split("\n"))


class Screen(App[None]):
    """The view alone."""

    palette = DARK

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.view = RankingView()
        self.view.session = session
        self.steps: list[Act] = []

    def compose(self) -> ComposeResult:
        yield self.view

    def on_act(self, message: Act) -> None:
        self.steps.append(message)
        assert self.view.session is not None
        self.view.session = message.step(self.view.session)


@pytest.mark.row("P6")
async def test_a_click_selects_and_a_second_one_drills(session: Session) -> None:
    app = Screen(on_class(session, "cow"))
    async with app.run_test(size=(100, 24)) as pilot:
        await pilot.pause()
        canvas = app.view.canvas
        assert canvas is not None
        x, y = canvas.rows_text()[0].index("ant"), find(canvas, "good")[1]
        await pilot.click(RankingView, offset=(x, y))
        await pilot.pause()
        assert app.view.session is not None
        assert (app.view.session.selection.run, app.view.session.selection.true) == ("good", "ant")
        await pilot.click(RankingView, offset=(x, y))
        await pilot.pause()
        assert app.view.session.tab.value == "matrix" and len(app.steps) == 2
        await pilot.click(RankingView, offset=(x, 0))
        await pilot.pause()
        assert len(app.steps) == 2


async def test_background_results_are_drawn_when_they_arrive(tmp_path: Path) -> None:
    session = with_metric(open_session(open_catalog([write_collection(tmp_path, runs=2)])), Metric.AP)
    app = Screen(session)
    async with app.run_test(size=(100, 24)) as pilot:
        for _ in range(100):
            await pilot.pause(0.05)
            canvas = app.view.canvas
            if canvas is not None and "mean AP" in canvas.rows_text()[0]:
                break
        assert canvas is not None and "mean AP" in canvas.rows_text()[0]
        assert math.isfinite(float(app.view.page[1]))


@pytest.mark.row("P1")
def test_the_legend_says_what_is_drawn(session: Session) -> None:
    view = RankingView()
    view.set_reactive(RankingView.session, with_metric(session, Metric.F1))
    assert view.legend == "runs × classes · F1 · absolute · hardest first"
