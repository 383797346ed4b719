"""The matrix on the screen: drawn as text, its colours, and what the mouse does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from textual.app import App, ComposeResult
from textual.events import MouseScrollDown

from clftui.data.catalog import open_catalog
from clftui.drawing.canvas import BOLD, REVERSE, Canvas
from clftui.drawing.palette import Depth, Palette, find_themes, load_theme
from clftui.state import matrix_cells, matrix_model
from clftui.state.filters import Expression
from clftui.state.selection import Scope, Tab
from clftui.state.session import Session, open_session
from clftui.state.settings import Scaling, Share, Zoom
from clftui.views.matrix import MatrixView
from clftui.views.view import Act
from tests.matrices import COUNTS, at, draw_as, session_on, write_matrix

DARK = load_theme(find_themes()["dark"])


def drawn(session: Session, width: int = 80, height: int = 20, palette: Palette = DARK) -> Canvas:
    view = MatrixView()
    view.set_reactive(MatrixView.session, session)
    canvas = Canvas(width, height, palette)
    view.draw(canvas)
    return canvas


def lines(session: Session, width: int = 80, height: int = 20, palette: Palette = DARK) -> list[str]:
    return [line.rstrip() for line in drawn(session, width, height, palette).rows_text()]


def place(canvas: Canvas, text: str) -> tuple[int, int]:
    """(x, y) of the first place a text stands."""
    for y, line in enumerate(canvas.rows_text()):
        if text in line:
            return line.index(text), y
    raise AssertionError(f"{text!r} is not on the screen")


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return session_on(tmp_path, {"only": [COUNTS]})


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Session:
    rng = np.random.default_rng(0)
    k = 400
    counts = np.diag(rng.integers(5, 20, k)) + rng.integers(1, 9, (k, k)) * (rng.random((k, k)) < 0.02)
    names = [f"class_{i:03d}" for i in range(k)]
    session = session_on(tmp_path_factory.mktemp("large"), {"large": [counts]}, {"large": names})
    return draw_as(session, zoom=Zoom.NUMBER)


@pytest.mark.row("P9")
def test_the_whole_view_as_text(session: Session) -> None:
    assert lines(session, 80, 10) == [
        "    true ↓ predicted →                                         1              7",
        "            cat  dog  fox   recall",
        "       cat   50 ▐  7▌          88 77–94",
        "       dog    3   90    1      96 90–98",
        "       fox         2   40      95 84–99",
        " precision   94   91   98      93 accuracy 89–96",
        " cat as dog: 7, 12 % of cats, 6–23 %",
        "",
        "",
        "",
    ]


def test_both_axes_are_always_labelled(session: Session) -> None:
    assert lines(session)[0].split()[:4] == ["true", "↓", "predicted", "→"]
    assert lines(draw_as(session, transposed=True))[0].split()[:4] == ["predicted", "↓", "true", "→"]


@pytest.mark.row("B9")
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_cells_grow_stronger_with_their_count_and_zero_is_blank(session: Session, theme: str) -> None:
    palette = load_theme(find_themes()[theme])
    canvas = drawn(at(session, "fox", "fox"), 80, 10, palette)
    columns = {name: place(canvas, name)[0] + 2 for name in ("cat", "dog", "fox")}
    rows = {name: y for y, name in enumerate(("cat", "dog", "fox"), 2)}
    cells = {7: ("cat", "dog"), 3: ("dog", "cat"), 2: ("fox", "dog"), 1: ("dog", "fox")}
    strength = []
    for count, (true, predicted) in cells.items():
        x, y = columns[predicted], rows[true]
        assert canvas.rows_text()[y][x - 2 : x + 1].strip() == str(count)
        strength.append(int(np.flatnonzero(palette.ember == canvas.bg[y, x])[0]))
    assert strength[0] == 255 and strength == sorted(strength, reverse=True) and strength[-1] > 0
    assert len(set(strength)) == 4
    x, y = columns["fox"], rows["cat"]
    assert canvas.bg[y, x] == palette.page and not canvas.rows_text()[y][x - 2 : x + 1].strip()


@pytest.mark.row("B10")
def test_the_diagonal_is_faint_and_unshaded_until_asked(session: Session) -> None:
    off, on = drawn(session), drawn(draw_as(session, diagonal=True))
    x, y = place(off, "90")
    assert off.bg[y, x] == DARK.page and off.fg[y, x] == DARK.faint
    assert on.bg[y, x] == DARK.ember[-1]
    assert off.rows_text()[0].rstrip().endswith("7") and on.rows_text()[0].rstrip().endswith("90")


@pytest.mark.row("B11")
def test_the_logarithm_lifts_small_counts(tmp_path: Path) -> None:
    session = at(session_on(tmp_path, {"only": [((5, 100, 4), (10, 5, 0), (0, 0, 5))]}), "fox", "fox")
    shade = {}
    for scaling in Scaling:
        canvas = drawn(draw_as(session, scaling=scaling), 80, 10)
        x, y = place(canvas, "cat")[0] + 2, 3
        assert canvas.rows_text()[y][x - 2 : x + 1].strip() == "10"
        shade[scaling] = int(np.flatnonzero(DARK.ember == canvas.bg[y, x])[0])
    assert shade[Scaling.LOG] > 2 * shade[Scaling.LINEAR] == 2 * 26


@pytest.mark.row("C8")
def test_shares_show_as_per_cent(session: Session) -> None:
    rows = lines(draw_as(session, share=Share.ROW), 80, 10)
    assert [row.split()[1:4] for row in rows[2:5]] == [["88", "▐", "12▌"], ["3", "96", "1"], ["5", "95", "95"]]
    columns = lines(draw_as(session, share=Share.COLUMN), 80, 10)
    assert columns[2].split()[1:4] == ["94", "▐", "7▌"] and "7 % of all predicted dog" in columns[6]
    assert rows[0].split()[-4:-2] == ["0", "%"] and rows[0].endswith("12 %")


def test_a_class_without_samples_shows_dashes(tmp_path: Path) -> None:
    session = session_on(tmp_path, {"only": [((50, 7, 0), (0, 0, 0), (0, 2, 40))]})
    shares, counts = lines(draw_as(session, share=Share.ROW), 80, 10), lines(session, 80, 10)
    assert shares[3].split() == ["dog", "–", "–", "–", "–"]
    assert counts[3].split() == ["dog", "–"]


def test_the_cursor_frames_its_cell_and_its_labels_turn_bold(session: Session) -> None:
    roomy = drawn(session, 100, 30)
    x, y = place(roomy, "┏")
    assert roomy.rows_text()[y + 1][x : x + 7] == "┃   7 ┃"
    assert roomy.fg[y, x] == DARK.focus and roomy.bg[y, x] == DARK.page
    tight = drawn(session, 80, 9)
    x, y = place(tight, "▐")
    assert "7" in tight.rows_text()[y][x : tight.rows_text()[y].index("▌")]
    for canvas in (roomy, tight):
        x, y = place(canvas, "dog")
        assert canvas.fg[y, x] == DARK.focus and canvas.attrs[y, x] == BOLD


@pytest.mark.parametrize("depth", [Depth.MONO, Depth.ANSI16])
def test_without_colours_glyphs_and_reverse_carry_the_picture(tmp_path: Path, depth: Depth) -> None:
    session = session_on(tmp_path, {"only": [((500, 70, 1), (30, 900, 12), (0, 2, 400))]})
    canvas = drawn(session, 80, 9, DARK.at(depth))
    rows = canvas.rows_text()
    cat, dog, fox = rows[2:5]
    assert "▓ 70" in cat and "▒ 30" in dog and "░ 12" in dog
    assert not set("░▒▓█") & set(fox)
    assert canvas.attrs[2, cat.index("70")] == REVERSE | BOLD
    assert (canvas.bg == DARK.page).all()
    shades = drawn(draw_as(session, zoom=Zoom.SHADE), 80, 12, DARK.at(depth))
    assert {"░", "█", "·"} <= set("".join(shades.rows_text()))


def test_a_large_matrix_scrolls_with_its_labels_and_says_where_it_is(large: Session) -> None:
    far = matrix_model.at(large, 250, 300)
    rows = lines(far, 120, 30)
    assert "of 400" in rows[0] and "rows " in rows[0] and "columns " in rows[0]
    labels = [row.split()[0] for row in rows[2:26]]
    assert labels == [f"class_{i:03d}" for i in range(238, 262)]
    assert "class_250 as class_300" in "\n".join(rows)
    # A step beyond an edge scrolls by one.
    view = MatrixView()
    for row in (10, 23, 24, 25):
        view.set_reactive(MatrixView.session, matrix_model.at(large, row, 0))
        view.draw(canvas := Canvas(120, 30, DARK))
    assert "rows 3–26" in canvas.rows_text()[0]
    end = lines(matrix_model.move(large, 10**6, 10**6), 120, 30)
    assert "rows 377–400, columns 383–400 of 400" in end[0]


def test_labels_keep_the_end_that_tells_classes_apart(large: Session) -> None:
    heads = lines(matrix_model.at(large, 0, 0), 120, 30)[1].split()
    assert heads[0] == "_000" and len(set(heads)) == len(heads)


def test_shades_show_more_classes_and_upright_labels(large: Session) -> None:
    numbers = drawn(matrix_model.at(large, 0, 0), 200, 46)
    shades = drawn(draw_as(matrix_model.at(large, 0, 0), zoom=Zoom.SHADE), 200, 46)
    assert (shades.bg != DARK.page).sum() < (numbers.bg != DARK.page).sum() * 4
    upright = ["".join(row[x] for row in shades.rows_text()[1:6]) for x in (11, 13, 15)]
    assert upright == ["s_000", "s_001", "s_002"]
    assert "columns 1–" in shades.rows_text()[0]


def test_the_same_window_shows_whatever_the_encoding(large: Session) -> None:
    here = draw_as(matrix_model.at(large, 200, 200), zoom=Zoom.SHADE)
    canvas = drawn(here, 160, 40)
    found = matrix_model.matrix(here)
    assert found is not None
    y = place(canvas, "class_195")[1]
    hint = canvas.rows_text()[0].split("columns ")[1].split(" ")[0]
    first, last = (int(part) for part in hint.split("–"))
    cells = matrix_cells.cells(found, slice(195, 196), slice(first - 1, last))
    wrong = (cells.count > 0) & ~cells.diagonal
    x = 1 + 9 + 1
    ramp = set(DARK.ember.tolist())
    shaded = [int(canvas.bg[y, x + 2 * column]) in ramp for column in range(last - first + 1)]
    assert shaded == wrong[0].tolist()


def test_the_past_of_the_margin_shows_when_it_is_known_and_fits(tmp_path: Path) -> None:
    epochs = [((50 + i, 17 - i, 0), (3, 90, 1), (0, 2, 40)) for i in range(8)]
    session = session_on(tmp_path, {"only": epochs})
    wide = "\n".join(lines(session, 120, 30))
    assert "1–8" in wide and any(0x2800 < ord(char) <= 0x28FF for char in wide)
    assert any(char in wide for char in "▁▂▃▄▅▆▇█")
    assert "1–8" not in "\n".join(lines(session, 60, 20))


@pytest.mark.parametrize("size", [(20, 5), (1, 1), (3, 40), (200, 2), (7, 3)])
def test_any_size_draws_something(large: Session, session: Session, size: tuple[int, int]) -> None:
    for shown in (large, session, draw_as(large, zoom=Zoom.SHADE), draw_as(session, share=Share.ROW)):
        for depth in (Depth.TRUE, Depth.MONO):
            assert any(lines(shown, *size, palette=DARK.at(depth)))


def test_a_sliver_of_a_screen_reads_out_the_cell(session: Session) -> None:
    assert lines(session, 20, 1) == ["cat as dog: 7, 12 %…"]
    assert lines(session, 80, 2)[0] == "cat as dog: 7, 12 %, 6–23 %"


def test_hostile_names_stay_in_their_cells(tmp_path: Path) -> None:
    names = ("\x1b[31mred\x1b[0m", "two\nlines", "א‮בג" + "x" * 300)
    session = session_on(tmp_path, {"only": [COUNTS]}, {"only": names})
    for settings in ({}, {"zoom": Zoom.SHADE}):
        text = "".join(lines(draw_as(session, **settings), 100, 24))
        assert text.isprintable() and "‮" not in text


def test_wide_names_do_not_push_cells_aside(tmp_path: Path) -> None:
    session = session_on(tmp_path, {"only": [COUNTS]}, {"only": ("猫", "犬猫犬猫犬猫犬猫", "fox")})
    for zoom in Zoom:
        canvas = drawn(draw_as(session, zoom=zoom), 100, 24)
        assert canvas.code.shape == (24, 100)
        assert all(len(row) <= 100 for row in canvas.rows_text())
    assert "recall" in lines(session, 100, 24)[1]


def test_trouble_is_one_calm_sentence(tmp_path: Path, session: Session) -> None:
    write_matrix(tmp_path / "broken" / "run", [COUNTS])
    (tmp_path / "broken" / "run" / "epochs" / "00001" / "test.npz").write_bytes(b"PK not a zip")
    broken = " ".join(lines(open_session(open_catalog([tmp_path / "broken"])), 200))
    assert "test.npz" in broken and "recall" not in broken
    nothing = replace(session, filters=(Expression("true == 'nobody'"),))
    assert "No sample passes the filter:" in " ".join(lines(nothing))
    assert MatrixView().legend == ""


class Host(App[None]):
    """The view alone; steps that it asks for are taken at once."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.palette = DARK
        self.now = session
        self.view = MatrixView()

    def compose(self) -> ComposeResult:
        yield self.view

    def on_mount(self) -> None:
        self.view.session = self.now

    def on_act(self, message: Act) -> None:
        self.now = message.step(self.now)
        self.view.session = self.now


@pytest.mark.row("P11")
async def test_a_click_moves_the_cursor_and_a_second_one_drills(session: Session) -> None:
    app = Host(session)
    async with app.run_test(size=(80, 12)) as pilot:
        canvas = app.view.canvas
        assert canvas is not None
        x, y = place(canvas, "3 ")
        await pilot.click(MatrixView, offset=(x, y))
        assert (app.now.selection.true, app.now.selection.predicted) == ("dog", "cat")
        assert app.now.tab.value == "matrix"
        await pilot.click(MatrixView, offset=(x, y))
        assert (app.now.tab.value, app.now.selection.scope) == ("samples", Scope("dog", "cat"))


async def test_a_click_on_a_label_moves_along_one_axis(session: Session) -> None:
    app = Host(session)
    async with app.run_test(size=(80, 12)) as pilot:
        canvas = app.view.canvas
        assert canvas is not None
        x, y = place(canvas, "fox")
        await pilot.click(MatrixView, offset=(x, y))
        assert (app.now.selection.true, app.now.selection.predicted) == ("cat", "fox")
        await pilot.click(MatrixView, offset=(2, 6))
        assert (app.now.selection.true, app.now.selection.predicted) == ("fox", "fox")
        assert app.now.tab is Tab.MATRIX


async def test_the_wheel_moves_the_view_and_not_the_cursor(large: Session) -> None:
    app = Host(matrix_model.at(large, 0, 0))
    async with app.run_test(size=(100, 30)) as pilot:
        top = lines_of(app)
        app.view.post_message(_wheel(app.view))
        await pilot.pause()
        assert lines_of(app) != top and "rows 4–" in lines_of(app)[0]
        assert app.now.selection.true == "class_000"
        app.view.session = app.now = matrix_model.move(app.now, 1, 0)
        await pilot.pause()
        assert "rows 1–" in lines_of(app)[0]


def _wheel(view: MatrixView) -> MouseScrollDown:
    return MouseScrollDown(
        view, x=20, y=10, delta_x=0, delta_y=0, button=0, shift=False, meta=False, ctrl=False, screen_x=20, screen_y=10
    )


def lines_of(app: Host) -> list[str]:
    assert app.view.canvas is not None
    return app.view.canvas.rows_text()


def test_the_page_is_what_shows(large: Session) -> None:
    view = MatrixView()
    assert view.page == (1, 1)
    view.set_reactive(MatrixView.session, large)
    view.draw(Canvas(120, 30, DARK))
    rows, columns = view.page
    assert rows == 24 and columns > 10


def test_without_colours_the_cursor_on_a_full_cell_is_no_hole(session: Session) -> None:
    canvas = drawn(draw_as(session, zoom=Zoom.SHADE), 80, 12, DARK.at(Depth.MONO))
    x, y = place(canvas, "[")
    assert canvas.rows_text()[y][x + 1 :].find("]") > 0 and canvas.attrs[y, x] == REVERSE | BOLD
