"""The Map view on the screen: dots against a loop, names without collision, lists, small screens, no colour."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clftui.drawing.canvas import Canvas
from clftui.drawing.palette import Depth, Palette, find_themes, load_theme
from clftui.state import map_steps as steps
from clftui.state.filters import Expression
from clftui.state.later import LATER, PASTS, SLOW
from clftui.state.map_classes import SPANS
from clftui.state.map_cloud import CLOUDS
from clftui.state.map_frame import frame_of
from clftui.state.map_multiples import SMALL
from clftui.state.map_settings import MapColour, MapOf, Multiples
from clftui.state.moves import add_filter, select
from clftui.state.session import Session
from clftui.state.unready import impatient
from clftui.views.map import MapView
from clftui.views.map_multiples import grid
from clftui.widgets.map_dots import count
from clftui.widgets.map_labels import Label, place
from tests.mapped import CLASSES, mapped, write_mapped

DARK = load_theme(find_themes()["dark"])


def drawn(session: Session, width: int = 120, height: int = 36, palette: Palette = DARK) -> Canvas:
    """The view once everything in the background has arrived."""
    view = MapView()
    view.set_reactive(MapView.session, session)
    canvas = Canvas(width, height, palette)
    for _ in range(4):
        canvas = Canvas(width, height, palette)
        with impatient():
            view.draw(canvas)
        assert all(each.settle() for each in (LATER, PASTS, SLOW, CLOUDS, SPANS, SMALL))
    return canvas


def text(session: Session, width: int = 120, height: int = 36, palette: Palette = DARK) -> str:
    return "\n".join(line.rstrip() for line in drawn(session, width, height, palette).rows_text())


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_mapped(tmp_path / "runs")


@pytest.fixture
def session(root: Path) -> Session:
    return select(mapped(root, run="far"), true="dog")


@given(st.integers(0, 10_000), st.integers(0, 200), st.integers(0, 3), st.booleans())
def test_cells_hold_the_dots_and_the_code_that_a_loop_finds(seed: int, n: int, zoom: int, ordered: bool) -> None:
    rng = np.random.default_rng(seed)
    places, codes = rng.random((n, 2)), rng.integers(-1, 4, n)
    frame = frame_of((0.0, 0.0), (1.0, 1.0), 12, 5, zoom)
    found = count(places, codes, frame, ordered)
    expected: dict[int, list[tuple[int, int, int]]] = {}
    for (x, y), code in zip(zip(*(axis.tolist() for axis in frame.dots(places)), strict=True), codes, strict=True):
        expected.setdefault((y // 4) * frame.columns + x // 2, []).append((x % 2, y % 4, int(code)))
    assert found.at.tolist() == sorted(expected)
    for at, bits, code, points in zip(found.at, found.bits, found.code, found.points, strict=True):
        inside = expected[int(at)]
        numbers = (0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80)
        assert bits == sum({numbers[x][y] for x, y, _ in inside}) and points == len(inside)
        held = [each for *_, each in inside]
        most = max(held.count(each) for each in held)
        assert code == max(held) if ordered else held.count(code) == most


@given(st.lists(st.tuples(st.integers(-3, 60), st.integers(-3, 12), st.text("abc ", min_size=1, max_size=24))))
def test_names_never_lie_over_one_another_nor_over_the_edge(wanted: list[tuple[int, int, str]]) -> None:
    labels = [Label("x", name, column, row, 0) for column, row, name in wanted]
    taken = [(5, 5, 3)]
    placed, without = place(labels, 50, 10, taken)
    cells = [(x, each.y) for each in placed for x in range(each.x, each.x + each.width)]
    cells += [(x, 5) for x in range(5, 8)]
    assert len(cells) == len(set(cells)) and len(placed) + without == len(labels)
    assert all(0 <= x < 50 and 0 <= y < 10 for x, y in cells)


def test_the_focused_name_always_has_its_place() -> None:
    crowd = [Label("x", "crowd", 10, 5, 0) for _ in range(40)]
    placed, _ = place([*crowd, Label("y", "focus", 10, 5, 0, focused=True)], 20, 10)
    assert placed[0].label.name == "focus"


@pytest.mark.row("P8", "V6")
def test_classes_are_named_where_they_lie_and_listed_beside(session: Session) -> None:
    canvas = drawn(session)
    shown = text(session)
    for letter, name in zip("cdfo", CLASSES, strict=True):
        assert f" {letter} {name} " in shown
    assert "Neighbours of dog" in shown and "by score distance" in shown and "recall  pure" in shown
    lines = shown.splitlines()
    first = next(at for at, line in enumerate(lines) if "by score distance" in line) + 2
    assert "f fox" in lines[first]
    for words in ("pure, 10 nearest", "silhouette (120)", "PCA trustworthy", "of 120 wrong", "3 features"):
        assert words in shown
    row = next(at for at, line in enumerate(canvas.rows_text()) if " d dog " in line[:86])
    column = canvas.rows_text()[row].index("d dog")
    assert canvas.bg[row, column] == DARK.focus


def test_dots_of_the_focused_class_are_in_full_hue_and_others_are_mixed_into_the_page(session: Session) -> None:
    canvas = drawn(session)
    dots = (canvas.code >= 0x2801) & (canvas.code < 0x2900)
    inks = set(canvas.fg[dots].tolist())
    assert DARK.class_colour(1) in inks or DARK.mix(DARK.class_colour(1), DARK.page, 0.15) in inks
    assert DARK.class_colour(0) not in inks and dots.sum() > 30


def test_a_filter_hides_dots_and_moves_none(session: Session) -> None:
    whole, part = drawn(session), drawn(add_filter(session, Expression('true != "owl"')))
    dots = [(each.code[:35, :86] >= 0x2801) & (each.code[:35, :86] < 0x2900) for each in (whole, part)]
    assert dots[1].sum() < dots[0].sum()
    assert not (dots[1] & ~dots[0] & (whole.bg[:35, :86] == DARK.page)).any()


@pytest.mark.parametrize("size", [(80, 21), (120, 36), (200, 46), (40, 8), (12, 3), (1, 1)])
@pytest.mark.parametrize("of", [MapOf.SAMPLES, MapOf.CLASSES])
@pytest.mark.parametrize("multiples", [Multiples.ONE, Multiples.EPOCHS])
def test_it_draws_at_any_size(session: Session, size: tuple[int, int], of: MapOf, multiples: Multiples) -> None:
    changed = replace(session, map=replace(session.map, of=of, multiples=multiples))
    assert drawn(changed, *size).width == size[0]
    turned = steps.toggle_pane(changed)
    assert ("Classes" in text(turned, *size)) == (size == (80, 21) and multiples is Multiples.ONE)


def test_on_a_narrow_screen_one_line_says_what_the_lists_would(session: Session) -> None:
    shown = text(session, 80, 21)
    assert "Neighbours" not in shown
    last = shown.splitlines()[-1]
    assert "dog:" in last and "% pure" in last and "near fox" in last


@pytest.mark.parametrize("depth", [Depth.MONO, Depth.ANSI16])
def test_without_colour_each_cell_has_the_letter_of_its_class(session: Session, depth: Depth) -> None:
    canvas = drawn(session, palette=DARK.at(depth))
    body = canvas.code[:35, :86]
    assert not ((body > 0x2800) & (body < 0x2900)).any()
    bare = canvas.bg[:35, :86] == DARK.page
    assert set("cdfo") <= {chr(code) for code in body[bare].tolist()}


def test_other_colours_have_a_legend_with_counts(session: Session) -> None:
    wrong = replace(session, map=replace(session.map, colour=MapColour.RIGHT))
    shown = text(wrong)
    evaluation = session.evaluation()
    assert evaluation is not None
    n = int((evaluation.true != evaluation.predicted).sum())
    assert "Colour: right or wrong" in shown and f"right{120 - n:>24}".split() == _line(shown, "right ").split()[-2:]


def _line(shown: str, words: str) -> str:
    return next(line[86:] for line in shown.splitlines() if words in line[86:] and "or" not in line[86:])


def test_a_box_is_framed_and_its_samples_are_counted(session: Session) -> None:
    boxed = steps.boxed_in(session, (-0.1, -0.1), (1.1, 1.1))
    shown = text(boxed)
    assert "120 samples," in shown.splitlines()[-1]
    inner = steps.boxed_in(session, (0.3, 0.3), (0.7, 0.7))
    assert "┏" in text(inner) and "┛" in text(inner)


def test_nearer_the_sample_under_the_cursor_is_told(session: Session) -> None:
    near = steps.zoom(session, 1)
    shown = text(near)
    assert "━" in shown and shown.splitlines()[-1].startswith(" #") and "2×" in shown.splitlines()[-1]


def test_panning_shows_another_part_of_the_same_picture(session: Session) -> None:
    view = MapView()
    near = steps.zoom(steps.zoom(session, 1), 1)
    pictures = []
    for spot in ((0.1, 0.1), (0.9, 0.9)):
        there = replace(near, map=replace(near.map, spot=spot, spot_class="dog"))
        view.set_reactive(MapView.session, there)
        canvas = Canvas(80, 21, DARK)
        view.draw(canvas)
        pictures.append((view._left, view._top))
    assert pictures[0][0] < pictures[1][0] and pictures[0][1] < pictures[1][1]


def test_small_maps_have_titles_numbers_and_the_focused_class(session: Session) -> None:
    shown = text(replace(session, map=replace(session.map, multiples=Multiples.EPOCHS)))
    assert "epoch 1" in shown and "epoch 2" in shown and shown.count("pure") == 2 and "Δ ." in shown
    assert "turned onto epoch 2" in shown


@given(st.integers(1, 6), st.integers(1, 240), st.integers(1, 60))
def test_small_maps_lie_side_by_side_and_not_over_one_another(n: int, width: int, height: int) -> None:
    boxes = grid(n, width, height)
    assert len(boxes) == n
    cells = [(x + dx, y + dy) for x, y, w, h in boxes for dx in range(w) for dy in range(h)]
    if width >= 2 * n and height >= n:
        assert len(cells) == len(set(cells)) and all(x < width and y < height for x, y in cells)


def test_many_classes_are_named_as_far_as_there_is_room(tmp_path: Path) -> None:
    from tests.builders import write_run

    write_run(tmp_path / "run", classes=[f"class number {number}" for number in range(300)], n=900, epochs=1)
    session = mapped(tmp_path, run="run", of=MapOf.CLASSES)
    shown = text(session)
    assert "without room; z is nearer" in shown and "Neighbours of class number" in shown


def test_what_is_missing_is_a_sentence(session: Session) -> None:
    shown = text(select(session, split="train"))
    assert "logged nothing on train" in " ".join(shown.split())
