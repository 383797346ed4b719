"""Cells of the matrix that hold an image on the screen: which one, its number, the cursor, what cannot be shown."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clftui.depth import Graphics, graphics_in_use, use_graphics
from clftui.drawing.canvas import Canvas
from clftui.drawing.kitty import PLACEHOLDER
from clftui.drawing.palette import Depth, Palette, find_themes, load_theme
from clftui.state.matrix_images import representatives
from clftui.state.matrix_model import matrix
from clftui.state.moves import select
from clftui.state.session import Session
from clftui.state.settings import CellEncoding, Share, Zoom
from clftui.views.matrix import MatrixView
from clftui.views.matrix_images import CellImages
from clftui.widgets.matrix_layout import Content, Layout, arrange
from tests.pictured import colour, open_pictured, write_pictured

DARK = load_theme(find_themes()["dark"])
CONFUSED = [(0, 1, 5), (0, 2, 1), (1, 0, 2), (2, 0, 3), (0, 0, 4), (1, 1, 4), (2, 2, 4)]
"""True class, predicted class, samples: nothing is fox as dog, nor dog as fox."""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    true = [t for t, _, n in CONFUSED for _ in range(n)]
    predicted = [p for _, p, n in CONFUSED for _ in range(n)]
    confidence = np.linspace(0.3, 0.9, len(true)).tolist()
    return write_pictured(tmp_path, true, predicted, confidence)


@pytest.fixture
def session(root: Path) -> Session:
    return select(open_pictured(root), true="cat", predicted="dog")


class Shown:
    """A drawn matrix, its images decoded."""

    def __init__(self, session: Session, width: int = 80, height: int = 24, palette: Palette = DARK) -> None:
        self.view = MatrixView()
        self.view.set_reactive(MatrixView.session, session)
        # No app runs that could be told.
        self.images = self.view._images = CellImages(lambda message: None)
        self.width, self.height, self.palette = width, height, palette
        self.draw()
        assert self.images.thumbnails.store.settle()
        self.draw()
        assert self.view._layout is not None
        self.layout: Layout = self.view._layout

    def draw(self) -> None:
        self.canvas = Canvas(self.width, self.height, self.palette)
        self.view.draw(self.canvas)

    def area(self, row: int, column: int) -> tuple[slice, slice]:
        """Where the image of a shown cell lies."""
        layout = self.layout
        x, y = layout.x + column * layout.cell_width, layout.y + row * layout.cell_height + 1
        return slice(y, y + layout.cell_height - 1), slice(x, x + layout.cell_width - 1)

    def colours(self, row: int, column: int) -> set[int]:
        area = self.area(row, column)
        return set(self.canvas.bg[area].ravel().tolist())

    def number(self, row: int, column: int) -> str:
        """What is written in the line under a cell's image."""
        rows, columns = self.area(row, column)
        line: str = self.canvas.rows_text()[rows.stop]
        return line[columns].strip(" ━─")


def rgb(sample: int) -> int:
    red, green, blue = colour(sample)
    return red << 16 | green << 8 | blue


@pytest.mark.row("P9", "P10")
@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("diagonal", [False, True])
def test_each_cell_shows_its_surest_sample_over_its_number(session: Session, diagonal: bool, transposed: bool) -> None:
    session = replace(session, matrix=replace(session.matrix, diagonal=diagonal, transposed=transposed))
    shown, model, evaluation = Shown(session, 80, 30), matrix(session), session.evaluation()
    assert model is not None and evaluation is not None
    positions = representatives(session, model, slice(0, 3), slice(0, 3))
    assert positions is not None and shown.layout.images and (shown.layout.rows, shown.layout.columns) == (3, 3)
    counts = {(t, p): n for t, p, n in CONFUSED}
    for true in range(3):
        for predicted in range(3):
            row, column = (predicted, true) if transposed else (true, predicted)
            n = counts.get((true, predicted), 0)
            if not n or (true == predicted and not diagonal):
                assert positions[row, column] == -1 and shown.colours(row, column) == {DARK.page}
                continue
            best = evaluation.positions(true, predicted)
            surest = int(evaluation.sample[best[np.argmax(evaluation.confidence(best))]])
            assert shown.colours(row, column) == {rgb(surest)}
            assert shown.number(row, column) == str(n)


@pytest.mark.row("P9")
def test_the_number_is_shaded_by_its_strength_and_the_cursor_leaves_it(session: Session) -> None:
    shown = Shown(session, 80, 30)
    (rows, columns), canvas = shown.area(0, 1), shown.canvas
    assert shown.number(0, 1) == "5", "the cursor's number stands on its frame"
    frame = [canvas.rows_text()[y][columns.start - 1] for y in range(rows.start - 1, rows.stop + 1)]
    assert frame[0] == "┏" and frame[-1] == "┗" and set(frame[1:-1]) == {"┃"}
    middle = (columns.start + columns.stop) // 2
    strength = []
    for row, column in ((0, 1), (2, 0), (1, 0), (0, 2)):
        area = shown.area(row, column)
        paper = int(canvas.bg[area[0].stop, area[1].start + middle - columns.start])
        strength.append(int(np.flatnonzero(DARK.ember == paper)[0]))
    assert strength == sorted(strength, reverse=True) and len(set(strength)) == 4


@pytest.mark.row("P9")
def test_cells_under_the_threshold_are_empty(session: Session) -> None:
    shown = Shown(replace(session, matrix=replace(session.matrix, at_least=2)), 80, 30)
    assert shown.colours(0, 2) == {DARK.page} and shown.number(0, 2) == ""
    assert shown.colours(1, 0) != {DARK.page} and shown.number(1, 0) == "2"
    shares = Shown(replace(session, matrix=replace(session.matrix, share=Share.ROW)), 80, 30)
    assert shares.number(0, 1) == "50"


def test_what_cannot_be_shown_leaves_the_number_and_a_word(session: Session, root: Path) -> None:
    evaluation = session.evaluation()
    assert evaluation is not None
    for true, predicted, remove in ((0, 1, True), (2, 0, False)):
        for sample in evaluation.sample[evaluation.positions(true, predicted)].tolist():
            if remove:
                (root / "images" / f"{sample}.png").unlink()
            else:
                (root / "images" / f"{sample}.png").write_bytes(b"\x89PNG\r\n\x1a\n broken")
    shown = Shown(session, 80, 30)
    for row, column, number, word in ((0, 1, "5", "missing"), (2, 0, "3", "no image")):
        rows, columns = shown.area(row, column)
        text = [line[columns].strip() for line in shown.canvas.rows_text()[rows]]
        assert number in text and any(word.startswith(each[:6]) for each in text if len(each) > 3), text
    assert shown.colours(0, 2) == {rgb(5)}


def test_no_more_is_decoded_than_the_screen_shows(tmp_path: Path) -> None:
    names = [f"class_{i:03d}" for i in range(40)]
    true, predicted = np.divmod(np.arange(1600), 40)
    root = write_pictured(tmp_path, true.tolist(), predicted.tolist(), classes=names)
    session = select(open_pictured(root, zoom=Zoom.NUMBER), true="class_020", predicted="class_021")
    shown = Shown(session, 80, 24)
    images = shown.images
    visible = shown.layout.rows * shown.layout.columns
    assert 0 < len(images.thumbnails._wishes) <= visible < 40
    assert len(images.thumbnails.store._entries) <= visible
    shown.view.set_reactive(MatrixView.session, replace(session, matrix=replace(session.matrix, zoom=Zoom.SHADE)))
    shown.draw()
    assert not images.thumbnails._wishes and not images.pending
    text = "\n".join(shown.canvas.rows_text())
    assert "sample" not in text


@pytest.mark.parametrize("depth", [Depth.TRUE, Depth.ANSI16, Depth.MONO])
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_it_reads_without_colours_too(session: Session, theme: str, depth: Depth) -> None:
    palette = load_theme(find_themes()[theme], depth)
    shown = Shown(session, 80, 24, palette)
    assert shown.number(0, 1).strip("░▒▓ ") == "5" and shown.number(2, 0).strip("░▒▓ ") == "3"
    area = shown.area(2, 0)
    inked = (shown.canvas.code[area] != 32) | (shown.canvas.bg[area] != palette.page)
    assert inked.any(), "the image is not blank"
    text = "\n".join(shown.canvas.rows_text())
    assert "cat" in text and "predicted →" in text and "sample s4" in text


@pytest.mark.parametrize("zoom", [Zoom.NUMBER, Zoom.WIDE])
@pytest.mark.parametrize(("width", "height"), [(80, 20), (40, 12), (20, 6), (5, 3), (200, 46)])
def test_it_draws_on_any_screen(session: Session, width: int, height: int, zoom: Zoom) -> None:
    shown = Shown(replace(session, matrix=replace(session.matrix, zoom=zoom)), width, height)
    assert shown.layout.images and shown.layout.rows >= 1
    if width == 200:
        assert shown.layout.cell_height == (13 if zoom is Zoom.NUMBER else 15)


def test_a_box_leaves_the_numbers(session: Session) -> None:
    from clftui.state.matrix_box import toggle

    boxed = select(toggle(select(session, true="cat", predicted="cat")), true="fox", predicted="fox")
    shown = Shown(boxed, 80, 30)
    assert [shown.number(0, 1), shown.number(2, 0)] == ["5", "3"]


@given(
    st.integers(1, 250), st.integers(1, 80), st.integers(1, 1000), st.integers(1, 8), st.integers(1, 40),
    st.sampled_from([3, 4]), st.sampled_from([Zoom.NUMBER, Zoom.WIDE]),
)  # fmt: skip
def test_the_layout_stays_on_the_screen(
    width: int, height: int, n: int, number: int, name: int, least: int, zoom: Zoom
) -> None:
    layout = arrange(width, height, Content(n, number, name, 1, zoom, image_rows=least))
    assert 1 <= layout.rows <= n and 1 <= layout.columns <= n and layout.cell_width > number
    if width >= 40 and height >= 12:
        assert layout.x + layout.width <= width and layout.y + layout.height <= height
        assert layout.cell_height >= least + 1
    if layout.share_x >= 0:
        assert layout.share_x + 7 <= width


@pytest.fixture
def kitty() -> Iterator[None]:
    before = graphics_in_use()
    use_graphics(Graphics(protocol="kitty"))
    yield
    use_graphics(before)


def test_kitty_shows_placeholders(kitty: None, session: Session) -> None:
    shown = Shown(session, 80, 30)
    end = time.monotonic() + 5
    while PLACEHOLDER not in "".join(shown.canvas.rows_text()) and time.monotonic() < end:
        time.sleep(0.02)
        shown.draw()
    assert PLACEHOLDER in shown.canvas.rows_text()[shown.area(0, 1)[0].start + 1]


def test_numbers_come_back(session: Session) -> None:
    shown = Shown(replace(session, matrix=replace(session.matrix, cell=CellEncoding.NUMBER)), 80, 30)
    assert not shown.layout.images and not shown.images.thumbnails._wishes
