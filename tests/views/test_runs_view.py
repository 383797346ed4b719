"""The table of runs on the screen: drawn as text, what its colours say, and what the mouse does."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from textual.app import App, ComposeResult
from textual.events import MouseScrollUp

from clftui.data.catalog import open_catalog
from clftui.drawing.canvas import BOLD
from clftui.drawing.palette import Depth, find_themes, load_theme
from clftui.state.filters import Expression
from clftui.state.moves import select, toggle_letter
from clftui.state.runs_table import runs_table, with_sort
from clftui.state.selection import Tab
from clftui.state.session import Session, open_session
from clftui.state.settings import RunsSort
from clftui.views.runs import RunsView, Window, pane_height, window_of
from clftui.views.view import Act
from tests.builders import write_run
from tests.rankings import TRUE, three_runs, write_labels, write_table, wrong_in
from tests.views.runs_drawn import DARK, drawn, lines, many


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return replace(three_runs(tmp_path), tab=Tab.RUNS)


def test_a_line_a_run(session: Session) -> None:
    shown = lines(session, 60, 7)
    assert shown[0].split() == ["run", "test", "▾", "F1", "worst", "class"]
    assert shown[1].startswith("▌A best") and shown[1].split()[2:] == ["86", "78–91", "85.3", "bee", "60.0"]
    assert shown[3].startswith(" C poor")


def test_runs_on_two_splits_have_the_drop_and_whiskers(tmp_path: Path) -> None:
    shown = lines(many(tmp_path, 3), 120, 8)
    assert shown[0].split()[:6] == ["run", "test", "▾", "test-v2", "drop", "F1"]
    row = shown[1].split()
    assert row[:3] == ["▌A", "run00", "100.0"] and "−4.2" in row
    assert "●" in shown[1] and "○" in shown[1] and "○ test-v2  ● test  ─ 95 %" in "\n".join(shown)


def test_whiskers_stand_where_the_axis_says(tmp_path: Path) -> None:
    canvas = drawn(many(tmp_path, 3), 140, 8)
    rows = canvas.rows_text()
    points = [row.rindex("●") for row in rows[1:4]]
    assert points[0] > points[1] > points[2] and points[0] == rows[0].rindex("100") + 2
    circles = [row.rindex("○") for row in rows[1:3]]
    assert circles[0] > circles[1] and all(at < point for at, point in zip(circles, points, strict=False))


def test_wider_screens_show_more_columns(tmp_path: Path) -> None:
    for number, lr in enumerate((0.1, 0.01)):
        epochs = [(TRUE, wrong_in(TRUE, {0: wrong})) for wrong in (30, 20, 10 + number)]
        model, chosen = {"parameters": 1_234_567}, {"lr": lr, "optimizer": "adam"}
        write_labels(tmp_path / f"run{number}", epochs, samples=False, model=model, hyperparameters=chosen)
    session = open_session(open_catalog([tmp_path]))
    narrow, wide = lines(session, 45, 6), lines(session, 160, 6)
    assert "params" not in narrow[0] and "change" not in narrow[0]
    for title in ("change", "best", "epochs", "params", "lr", "by epoch"):
        assert title in wide[0]
    assert "optimizer" not in wide[0]
    assert "1.2 M" in wide[1] and "+8.3" in wide[1] and "0.1" in wide[1]
    assert any(0x2800 < ord(char) < 0x2900 for char in wide[1])


def test_a_rise_or_fall_beyond_the_interval_is_coloured_and_marked(tmp_path: Path) -> None:
    write_labels(tmp_path / "fell", [(TRUE, TRUE), (TRUE, wrong_in(TRUE, {0: 40}))], samples=False)
    write_labels(tmp_path / "same", [(TRUE, TRUE), (TRUE, wrong_in(TRUE, {0: 1}))], samples=False)
    canvas = drawn(open_session(open_catalog([tmp_path])), 120, 6)
    rows = canvas.rows_text()
    fell = next(y for y, row in enumerate(rows) if " fell " in row)
    assert canvas.fg[fell, rows[fell].index("▼−33.3")] == DARK.worse
    same = next(y for y, row in enumerate(rows) if " same " in row)
    assert canvas.fg[same, rows[same].index("−0.8")] == DARK.muted


def test_lettered_runs_out_of_sight_dock_at_the_bottom(tmp_path: Path) -> None:
    session = select(many(tmp_path), runs=("run00", "run29"))
    shown = lines(session, 100, 14)
    assert shown[1].startswith("▌A run00")
    hint = next(at for at, line in enumerate(shown) if "then the lettered B" in line)
    assert "more" in shown[hint] and shown[hint + 1].startswith(" B run29")


def test_the_cursor_is_always_in_sight_and_rows_stay(tmp_path: Path) -> None:
    table = runs_table(many(tmp_path))
    window = window_of(table, 0, 10, 0, frozenset())
    assert window == Window(0, 9, ())
    assert window_of(table, 20, 10, 0, frozenset()) == Window(12, 21, ())
    assert window_of(table, 15, 10, 12, frozenset()).first == 12
    docked = window_of(table, 0, 10, 0, frozenset({"run28", "run29"}))
    assert docked == Window(0, 7, (28, 29))
    assert window_of(table, 29, 4, 0, frozenset({"run00", "run01"})).docked == ()


@pytest.mark.row("V16")
def test_the_lower_pane_lists_classes_by_disagreement(session: Session) -> None:
    shown = lines(session, 100, 20)
    title = next(at for at, line in enumerate(shown) if "Recall by class on test" in line)
    assert "widest disagreement first" in shown[title]
    assert [line.split()[0] for line in shown[title + 2 : title + 5]] == ["cow", "ant", "bee"]
    row = shown[title + 2]
    assert row.index("C") < row.index("B") < row.index("A") and row.split()[-3:] == ["75.0", "70.0", "100"]


def test_low_screens_have_no_lower_pane() -> None:
    assert pane_height(14, 5, 10) == 0
    assert pane_height(35, 30, 10) == 12
    assert pane_height(20, 5, 10) == 10


@pytest.mark.row("P15")
def test_the_focused_runs_model_stands_under_the_table(tmp_path: Path) -> None:
    write_labels(tmp_path / "a", [(TRUE, TRUE)], samples=False, model={"architecture": "cnn", "parameters": 650})
    write_labels(tmp_path / "b", [(TRUE, wrong_in(TRUE, {0: 9}))], samples=False, hyperparameters={"C": 0.1})
    session = open_session(open_catalog([tmp_path]))
    assert "   a: cnn · 650 parameters" in lines(session, 80, 12)
    assert "   b: C 0.1" in lines(select(session, run="b"), 80, 12)


def test_what_cannot_be_read_is_one_line_and_the_rest_shows(session: Session, tmp_path: Path) -> None:
    write_labels(tmp_path / "broken", [(TRUE, TRUE)])
    (tmp_path / "broken" / "epochs" / "00001" / "test.npz").write_bytes(b"cut")
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "run.json").write_text(json.dumps({"format": "clftui-run", "version": 9}), "utf-8")
    canvas = drawn(open_session(open_catalog([tmp_path])), 120, 16)
    text = [line.rstrip() for line in canvas.rows_text()]
    row = next(at for at, line in enumerate(text) if "broken" in line)
    assert "test.npz" in text[row] and canvas.fg[row, text[row].index("test.npz")] == DARK.worse
    assert any("version" in line and "run.json" in line for line in text)
    assert text[1].startswith("▌A ○ best")


def test_marks_stand_only_where_a_run_is_not_simply_ended(session: Session, tmp_path: Path) -> None:
    assert "○" not in "\n".join(lines(session, 60, 7))
    (tmp_path / "good" / "status.json").write_text(json.dumps({"state": "failed", "heartbeat": 1.0}), "utf-8")
    shown = lines(open_session(open_catalog([tmp_path])), 60, 7)
    assert "A ○ best" in shown[1] and "B ✗ good" in shown[2]


def test_the_sorting_column_is_marked(session: Session) -> None:
    assert "run ▾" in lines(with_sort(session, RunsSort.NAME), 80, 7)[0]
    assert "F1▾ worst" in lines(with_sort(session, RunsSort.MACRO_F1), 80, 7)[0]
    view = RunsView()
    view.set_reactive(RunsView.session, with_sort(session, RunsSort.WORST))
    assert view.legend == "3 runs · sorted by worst class"


def test_filters_leave_other_splits_undefined(tmp_path: Path) -> None:
    filtered = replace(many(tmp_path, 2), filters=(Expression("true == 'ant'"),))
    shown = lines(filtered, 90, 6)
    assert shown[1].split()[2] == "100" and "–" in shown[1]


@pytest.mark.parametrize("depth", list(Depth))
@pytest.mark.parametrize("theme", ["dark", "light", "hc"])
@pytest.mark.parametrize("size", [(80, 20), (120, 35), (200, 45), (40, 6), (20, 1), (3, 2)])
def test_every_size_theme_and_depth_draws(session: Session, theme: str, depth: Depth, size: tuple[int, int]) -> None:
    palette = load_theme(find_themes()[theme], depth)
    assert any(line.strip() for line in lines(session, *size, palette=palette))


def test_names_cannot_reach_the_terminal(tmp_path: Path) -> None:
    write_table(tmp_path, len(TRUE))
    names = ("a\x1b[31m", "b\nb", "c" * 300)
    write_labels(tmp_path / "x", [(TRUE, wrong_in(TRUE, {0: 3}))], names, name="run\x1b[2J" + "y" * 200)
    for size in ((80, 20), (120, 35)):
        text = lines(open_session(open_catalog([tmp_path])), *size)
        assert "\x1b" not in "".join(text) and all(len(line) <= size[0] for line in text)


def test_no_runs_is_one_sentence(tmp_path: Path) -> None:
    shown = " ".join(lines(open_session(open_catalog([tmp_path])), 120, 10))
    assert "is an empty folder" in " ".join(shown.split())


def test_the_focused_run_is_bold_and_lettered_runs_have_their_colour(session: Session) -> None:
    canvas = drawn(session, 80, 7)
    rows = canvas.rows_text()
    assert canvas.attrs[1, rows[1].index("best")] & BOLD and not canvas.attrs[2, rows[2].index("good")] & BOLD
    assert [int(canvas.fg[y, 1]) for y in (1, 2, 3)] == list(DARK.runs[:3])
    assert (canvas.bg[1] == DARK.raised).all() and not (canvas.bg[2] == DARK.raised).any()
    assert lines(toggle_letter(session), 80, 7)[1].startswith("▌  best")


class Screen(App[None]):
    """The view alone."""

    palette = DARK

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.view = RunsView()
        self.view.session = session

    def compose(self) -> ComposeResult:
        yield self.view

    def on_act(self, message: Act) -> None:
        assert self.view.session is not None
        self.view.session = message.step(self.view.session)


@pytest.mark.row("P6")
async def test_a_click_selects_a_second_one_drills_and_the_wheel_moves(session: Session) -> None:
    app = Screen(session)

    async def click(y: int) -> tuple[str | None, Tab]:
        await pilot.click(RunsView, offset=(5, y))
        await pilot.pause()
        assert app.view.session is not None
        return app.view.session.selection.run, app.view.session.tab

    async with app.run_test(size=(100, 12)) as pilot:
        await pilot.pause()
        assert await click(3) == ("poor", Tab.RUNS)
        # Neither the head nor the space under the rows is a run.
        assert await click(0) == ("poor", Tab.RUNS)
        assert await click(11) == ("poor", Tab.RUNS)
        app.view.post_message(MouseScrollUp(app.view, 5, 3, 0, -1, 0, False, False, False))
        await pilot.pause()
        await pilot.pause()
        assert await click(2) == ("good", Tab.RANKING)


async def test_a_new_epoch_repaints_a_few_cells(tmp_path: Path) -> None:
    write_labels(tmp_path / "a", [(TRUE, wrong_in(TRUE, {0: 9}))], samples=False)
    write_labels(tmp_path / "b", [(TRUE, wrong_in(TRUE, {0: 19}))], samples=False)
    app = Screen(open_session(open_catalog([tmp_path])))
    async with app.run_test(size=(100, 12)) as pilot:
        await pilot.pause()
        before = app.view.canvas
        catalog = app.view.session.catalog if app.view.session is not None else None
        write_labels(tmp_path / "a", [(TRUE, wrong_in(TRUE, {0: wrong})) for wrong in (9, 8)], samples=False)
        assert app.view.session is not None
        app.view.session = replace(app.view.session, catalog=open_catalog([tmp_path], previous=catalog))
        for _ in range(100):
            await pilot.pause(0.05)
            after = app.view.canvas
            if after is not before and after is not None and "change" in after.rows_text()[0]:
                break
        assert before is not None and after is not None
        assert np.array_equal(before.code[2, :38], after.code[2, :38])
        assert not np.array_equal(before.code[1], after.code[1])


def test_the_name_of_the_worst_class_is_harmless_and_as_wide_as_it_says(tmp_path: Path) -> None:
    """Escape codes reach no terminal, and a skin tone would be wider to some of them than to others."""
    write_run(tmp_path / "run", classes=("\x1b[31mred", "\U0001f44d\U0001f3fd"), skill=0.0)
    shown = "\n".join(lines(open_session(open_catalog([tmp_path])), 120, 30)[:3])
    assert "\x1b" not in shown and "\U0001f3fd" not in shown
