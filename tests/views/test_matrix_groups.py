"""The icicle and the bands of a selected group on the screen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from textual.app import App, ComposeResult

from clftui.drawing.canvas import Canvas
from clftui.drawing.palette import Depth, Palette, find_themes, load_theme
from clftui.state.class_tree import tree_of
from clftui.state.group_settings import GroupSettings
from clftui.state.group_steps import choose_group, collapse, collapse_level
from clftui.state.hierarchy_view import Group, Icicle
from clftui.state.session import Session
from clftui.state.settings import ClassOrder, Zoom
from clftui.views.matrix import MatrixView
from clftui.views.view import Act
from clftui.widgets.icicle import FAINTEST, LEAST, NARROW, STRONGEST, Lane, lanes, lanes_width, strength
from tests.groups import ORDERED, grouped, tree
from tests.matrices import draw_as, session_on

DARK = load_theme(find_themes()["dark"])


def drawn(session: Session, width: int = 120, height: int = 40, palette: Palette = DARK) -> Canvas:
    view = MatrixView()
    view.set_reactive(MatrixView.session, session)
    canvas = Canvas(width, height, palette)
    view.draw(canvas)
    return canvas


def row_of(canvas: Canvas, text: str) -> int:
    """The row of the grid that a text stands in."""
    return next(y for y, line in enumerate(canvas.rows_text()) if y > 1 and text in line)


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return grouped(tmp_path / "grouped")


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Session:
    rng = np.random.default_rng(0)
    k = 300
    counts = np.diag(rng.integers(5, 20, k)) + rng.integers(1, 9, (k, k)) * (rng.random((k, k)) < 0.02)
    names = [f"class_{i:03d}" for i in range(k)]
    nested = {"name": "", "children": [
        {"name": f"group {g}", "children": [
            {"name": f"part {g}{p}", "children": names[30 * g + 10 * p : 30 * g + 10 * p + 10]} for p in range(3)]}
        for g in range(10)]}  # fmt: skip
    session = session_on(tmp_path_factory.mktemp("large"), {"large": [counts]}, {"large": names}, hierarchy=nested)
    return draw_as(session, order=ClassOrder.HIERARCHY)


@pytest.mark.row("B1", "B2", "B3")
def test_bars_stand_beside_their_rows_with_name_and_metric(session: Session) -> None:
    canvas = drawn(session)
    text = canvas.rows_text()
    assert text[0].startswith(" group F1") and "true ↓" in text[0]
    # Two columns of bars, then the labels: cat and dog are beside pets, all four beside animals.
    cat, tit, van, oak = (row_of(canvas, f" {name} ") for name in ("cat", "tit", "van", "oak"))
    colour = canvas.bg[:, 3]
    assert len({int(colour[y]) for y in range(cat, tit + 1)}) == 1 and colour[cat] != DARK.page
    assert colour[van] != colour[cat] and colour[oak] == DARK.page
    left = "\n".join(line[:26] for line in text)
    assert "animals" in left and "pets" in left and "birds" in left and "cars" in left
    assert "98" in left and "91" in left
    assert "pets: 2 classes, F1 91, 9 confused inside" in "\n".join(text)


def test_the_grid_moves_right_and_loses_nothing(session: Session) -> None:
    with_bars = drawn(session)
    without = drawn(replace(session, groups=GroupSettings(icicle=False)))
    for canvas in (with_bars, without):
        joined = "\n".join(canvas.rows_text())
        assert all(name in joined for name in ORDERED) and "precision" in joined and "recall" in joined
    x = [canvas.rows_text()[0].index("true ↓") for canvas in (with_bars, without)]
    assert x[0] > x[1]


@pytest.mark.row("B1")
def test_a_collapsed_group_is_marked_on_its_row_and_bar(session: Session) -> None:
    canvas = drawn(collapse(session))
    line = canvas.rows_text()[row_of(canvas, "▸ pets")]
    assert "26" in line and "cat" not in "\n".join(canvas.rows_text())


@pytest.mark.row("B17")
def test_bands_tint_blank_cells_alone(session: Session) -> None:
    shaded = draw_as(session, zoom=Zoom.SHADE)
    chosen = choose_group(shaded, tree(session), ("cars",))
    before, after = drawn(shaded), drawn(chosen)
    changed = (before.bg != after.bg) & (before.code == after.code)
    assert changed.any() and (before.bg[changed] == DARK.page).all()
    # Three tints: the page, the bands, and where they cross.
    van, cat = row_of(after, " van "), row_of(after, " cat ")
    assert changed[van].sum() > changed[cat].sum() > 0
    # Right answers lie where the bands cross: the diagonal cells keep their faint tint.
    assert (after.bg[changed] != DARK.page).all()
    assert "▌" in "\n".join(line[:26] for line in after.rows_text())


@pytest.mark.row("B1", "B36")
@pytest.mark.parametrize("zoom", list(Zoom))
@pytest.mark.parametrize("size", [(200, 50), (120, 40), (80, 24), (60, 16), (40, 10), (20, 5), (5, 3), (1, 1)])
def test_every_zoom_and_size_draws(large: Session, zoom: Zoom, size: tuple[int, int]) -> None:
    session = choose_group(draw_as(large, zoom=zoom), tree(large), ("group 3",))
    for each in (session, collapse_level(session, 2), replace(session, groups=GroupSettings(level=1))):
        canvas = drawn(each, *size)
        assert canvas.width == size[0]
        if size[0] >= 110:
            colours = set(canvas.bg[5:-5, 1].tolist())
            assert colours - {DARK.page}


@pytest.mark.row("B1")
def test_the_overview_shows_all_groups_at_once(large: Session) -> None:
    canvas = drawn(large)
    left = "\n".join(line[:30] for line in canvas.rows_text())
    assert all(f"group {g}" in left for g in range(10))
    # The parts have a column of their own, one row of the screen each.
    assert len(set(canvas.bg[2:38, 10].tolist())) > 10


@pytest.mark.parametrize("depth", [Depth.MONO, Depth.ANSI16, Depth.ANSI256])
def test_without_colours_bars_are_glyphs_and_numbers(session: Session, depth: Depth) -> None:
    canvas = drawn(choose_group(session, tree(session), ("cars",)), palette=DARK.at(depth))
    left = "\n".join(line[:26] for line in canvas.rows_text())
    assert "animals" in left and "91" in left
    if depth is not Depth.ANSI256:
        assert set("░▒▓█") & set(left)


def test_undefined_groups_are_a_dash(tmp_path: Path) -> None:
    nested = {"name": "", "children": [{"name": "trees", "children": ["oak", "elm"]}, "cat", "dog"]}
    counts = np.zeros((4, 4), dtype=int)
    counts[:2, :2] = 3
    session = session_on(tmp_path, {"cnn": [counts]}, {"cnn": ("cat", "dog", "oak", "elm")}, hierarchy=nested)
    for palette in (DARK, DARK.at(Depth.MONO)):
        canvas = drawn(draw_as(session, order=ClassOrder.HIERARCHY), palette=palette)
        left = "\n".join(line[:14] for line in canvas.rows_text())
        assert "trees" in left and "–" in left and (canvas.bg[:, 2] == DARK.page).all()


def group(name: str, value: float = 0.9) -> Group:
    return Group(1, (name,), name, 0, 1, value, "90", False)


def test_lanes_share_the_room() -> None:
    from clftui.analysis.metrics import Metric

    icicle = Icicle(Metric.F1, tuple((group(f"{'long name ' * 3}{i}"),) for i in range(6)))
    short = Icicle(Metric.F1, ((group("ab"),), (group("cd"),)))
    assert lanes(None, 200) == () and lanes_width(()) == 0
    assert [lane.width for lane in lanes(short, 120)] == [LEAST, LEAST]
    # Two shortened levels rather than one with its whole name.
    assert [lane.level for lane in lanes(icicle, 120)] == [0, 1]
    assert len(lanes(icicle, 120, spare=48)) > 2 and len(lanes(icicle, 200)) > 2
    assert [lane.width for lane in lanes(icicle, 80)] == [NARROW] * 3
    assert lanes(icicle, 40) == () and [lane.level for lane in lanes(icicle, 80, first=5)] == [5]
    for width in range(1, 240):
        for found in (lanes(icicle, width), lanes(short, width)):
            assert lanes_width(found) <= max(width // 4, 7)
            ends = [lane.x + lane.width for lane in found]
            assert all(lane.x >= end for lane, end in zip(found[1:], ends, strict=False))


def test_the_worse_the_stronger() -> None:
    strengths = [strength(value, 0.8) for value in (1.0, 0.99, 0.9, 0.8)]
    assert strengths == sorted(strengths) and strengths[0] == FAINTEST and strengths[-1] == pytest.approx(STRONGEST)
    assert strength(float("nan"), 0.8) == 0.0 and strength(1.0, 1.0) == FAINTEST


def test_lanes_stand_apart() -> None:
    assert lanes_width((Lane(0, 0, 5), Lane(1, 6, 5))) == 12


class Screen(App[None]):
    """One view; keeps the last step it asked for."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.palette = DARK
        self.asked: Session | None = None

    def compose(self) -> ComposeResult:
        self.view = MatrixView()
        self.view.set_reactive(MatrixView.session, self._session)
        yield self.view

    def on_act(self, message: Act) -> None:
        self.asked = message.step(self._session)


@pytest.mark.row("B6")
async def test_a_click_selects_a_group_and_lets_it_go(session: Session) -> None:
    app = Screen(session)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        canvas = app.view.canvas
        assert canvas is not None
        y = row_of(canvas, "birds")
        await pilot.click(offset=(canvas.rows_text()[y].index("birds"), y))
        await pilot.pause()
        assert app.asked is not None and app.asked.selection.group == ("animals", "birds")
        app.view.session = app._session = app.asked
        await pilot.pause()
        await pilot.click(offset=(canvas.rows_text()[y].index("birds"), y))
        await pilot.pause()
        let_go = app.asked.selection
        assert let_go.group is None


def test_a_session_without_a_tree_ignores_an_old_click(session: Session, tmp_path: Path) -> None:
    view = MatrixView()
    view.set_reactive(MatrixView.session, session)
    view.draw(Canvas(120, 40, DARK))
    assert view._layout is not None
    step = view._groups.clicked(view._layout, 0, 2, view._layout.y + 3)
    plain = session_on(tmp_path / "plain", {"cnn": [np.eye(2, dtype=int)]}, {"cnn": ("a", "b")})
    assert step is not None and tree_of(plain) is None and step(plain) is plain
