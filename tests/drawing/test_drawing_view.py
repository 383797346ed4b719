"""Strips and canvas views in a real app: what is drawn when, and which bytes leave."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import pytest
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, Compositor
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Static

from clftui.drawing.canvas import Canvas
from clftui.drawing.encode import encode
from clftui.drawing.palette import Depth, Palette, find_themes, load_theme
from clftui.drawing.strip import CanvasStrip, strips
from clftui.widgets.canvas_view import CanvasView
from clftui.widgets.compositor import CanvasScreen, SpansCompositor

DARK = load_theme(find_themes()["dark"])


def sample(palette: Palette = DARK) -> Canvas:
    canvas = Canvas(20, 3, palette)
    canvas.text(2, 0, "Shirt 北京", palette.focus)
    canvas.put(0, 1, np.full((2, 20), ord("▀")), palette.ember[:40].reshape(2, 20), palette.ice[:40].reshape(2, 20))
    return canvas


def test_strips_render_what_encode_sends() -> None:
    canvas, console = sample(), Console()
    made = strips(canvas, Depth.TRUE)
    assert [strip.render(console) for strip in made] == encode(canvas, Depth.TRUE)
    part = made[1].crop(3, 9)
    assert part.cell_length == 6 and part.render(console) == encode(canvas, Depth.TRUE, 1, 2, 3, 9)[0]
    assert not any("_segments" in dir(strip) and _has_segments(strip) for strip in [*made, part])


def test_wide_parts_of_many_rows_render_like_single_ones() -> None:
    canvas = Canvas(120, 4, DARK)
    for y in range(4):
        canvas.text(y, y, "some text → 北京 " * 9, DARK.runs[y])
    for strip in strips(canvas, Depth.TRUE):
        y = strip._y  # type: ignore[attr-defined]
        assert strip.crop(3, 115).render(Console()) == encode(canvas, Depth.TRUE, y, y + 1, 3, 115)[0]


def _has_segments(strip: Strip) -> bool:
    try:
        object.__getattribute__(strip, "_segments")
    except AttributeError:
        return False
    return True


def test_cutting_makes_no_segments_and_loses_nothing() -> None:
    strip = strips(sample(), Depth.TRUE)[0]
    assert strip.crop(0, 20) is strip and strip.crop(0) is strip and strip.crop(5, 99).cell_length == 15
    parts = strip.divide([4, 10, 20, 25])
    assert [part.cell_length for part in parts] == [4, 6, 10]
    assert all(isinstance(part, CanvasStrip) and not _has_segments(part) for part in parts)
    assert "".join(part.text for part in parts) == strip.text == "  Shirt 北京        "
    assert strip.crop(7, 7).cell_length == 0 and not strip.crop(9, 3)
    # A cut through a wide character leaves blanks on both sides, as wide as before.
    assert strip.crop(0, 9).text == "  Shirt  " and strip.crop(9, 12).text == " 京"


@pytest.mark.parametrize("depth", list(Depth))
def test_segments_carry_the_same_picture(depth: Depth) -> None:
    for strip, text in zip(strips(sample(), depth), sample().rows_text(), strict=True):
        assert strip.text == text
        assert sum(segment.cell_length for segment in strip) == strip.cell_length == 20
        assert all(isinstance(segment, Segment) and isinstance(segment.style, Style) for segment in strip)
    style = next(iter(strips(sample(), depth)[0])).style
    assert style is not None and style.bgcolor is not None
    if depth is Depth.TRUE:
        assert style.bgcolor.get_truecolor() == (0x0F, 0x13, 0x17)
    else:
        assert style.bgcolor.is_default == (depth in (Depth.MONO, Depth.ANSI16))


def test_strips_take_part_in_textuals_own_operations() -> None:
    first, second = strips(sample(), Depth.TRUE)[:2]
    joined = Strip.join([first, None, second])
    assert joined.cell_length == 40 and joined.text == first.text + second.text
    styled = first.apply_style(Style(bold=True))
    assert styled.text == first.text and all(segment.style and segment.style.bold for segment in styled)
    assert first.extend_cell_length(25).cell_length == 25
    assert first.crop_extend(0, 25, None).cell_length == 25
    assert first.adjust_cell_length(5).text == "  Shi"
    assert first.simplify().text == first.text and first == strips(sample(), Depth.TRUE)[0] and first != second
    assert first.discard_meta().text == first.text


class Counter(CanvasView, can_focus=True):
    """A dense ground with one number on it."""

    number = 0
    draws = 0

    def draw(self, canvas: Canvas) -> None:
        self.draws += 1
        shade = np.add.outer(np.arange(canvas.height), np.arange(canvas.width)) % 256
        canvas.put(0, 0, np.full(shade.shape, ord("▀")), canvas.palette.ember[shade], canvas.palette.ice[shade])
        canvas.text(60, 5, f"{self.number}", canvas.palette.focus, canvas.palette.page)


class Sheet(ModalScreen[None]):
    CSS = "Sheet { align: center middle; background: black 60%; } Static { width: 10; height: 1; }"

    def compose(self) -> ComposeResult:
        yield Static("a sheet")


class Small(App[None]):
    CSS = "#note { height: 1; }"

    def __init__(self) -> None:
        super().__init__()
        self.palette = DARK
        self.sent: list[str] = []

    def compose(self) -> ComposeResult:
        yield Static("ready", id="note")
        yield Counter()

    def get_default_screen(self) -> CanvasScreen:
        return CanvasScreen(id="_default")

    def _display(self, screen: Any, renderable: Any) -> None:
        if renderable is not None and hasattr(renderable, "render_segments"):
            self.sent.append(renderable.render_segments(self.console))
        super()._display(screen, renderable)


@asynccontextmanager
async def running(size: tuple[int, int] = (100, 30)) -> AsyncIterator[tuple[Small, Counter, Pilot[None]]]:
    app = Small()
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        app.sent.clear()
        yield app, app.query_one(Counter), pilot


def shown_on(app: Small) -> list[str]:
    return [strip.text for strip in app.screen._compositor.render_strips()]


async def test_one_changed_cell_costs_one_cell() -> None:
    async with running() as (app, view, pilot):
        draws = view.draws
        view.number = 7
        for _ in range(5):
            view.redraw()
        await pilot.pause()
        assert view.draws == draws + 1
        sent = "".join(app.sent)
        assert sent == "\x1b[7;61H\x1b[38;2;255;224;102;48;2;15;19;23m7\x1b[0m"
        assert len(sent) < 50


async def test_nothing_changed_sends_nothing() -> None:
    async with running() as (app, view, pilot):
        view.redraw()
        await pilot.pause()
        assert "".join(app.sent) == ""


async def test_focus_sends_nothing_that_looks_the_same() -> None:
    async with running() as (app, view, pilot):
        view.blur()
        await pilot.pause()
        app.sent.clear()
        view.focus()
        await pilot.pause()
        assert "▀" not in "".join(app.sent)


async def test_a_full_redraw_sends_everything() -> None:
    async with running() as (app, view, pilot):
        view.redraw(full=True)
        await pilot.pause()
        assert "".join(app.sent).count("▀") > 2700


async def test_a_hidden_view_waits_and_draws_once() -> None:
    async with running() as (app, view, pilot):
        view.display = False
        await pilot.pause()
        draws = view.draws
        for number in range(3):
            view.number = number
            view.redraw()
            await pilot.pause()
        assert view.draws == draws
        view.display = True
        await pilot.pause()
        assert view.draws == draws + 1
        assert shown_on(app)[6][60] == "2"


async def test_a_paint_for_another_widget_loses_no_change() -> None:
    async with running() as (app, view, pilot):
        # Another widget's update asks this view for lines before its own turn comes.
        view.number = 4
        view.redraw()
        view.render_lines(view.size.region)
        app.sent.clear()
        await pilot.pause()
        assert "\x1b[7;61H" in "".join(app.sent) and "4" in "".join(app.sent)


async def test_resizing_draws_at_the_new_size() -> None:
    async with running() as (app, view, pilot):
        await pilot.resize_terminal(70, 20)
        await pilot.pause()
        assert view.canvas is not None and (view.canvas.width, view.canvas.height) == (70, 19)
        rows = shown_on(app)
        assert len(rows) == 20 and all(len(row) == 70 for row in rows) and rows[6][60] == "0"


async def test_a_modal_screen_tints_the_view_and_gives_it_back() -> None:
    async with running() as (app, view, pilot):
        before = shown_on(app)
        await app.push_screen(Sheet())
        await pilot.pause()
        assert any("a sheet" in row for row in shown_on(app))
        view.number = 9
        view.redraw()
        await pilot.pause()
        assert shown_on(app)[6][60] == "9"
        app.pop_screen()
        await pilot.pause()
        after = shown_on(app)
        assert [row for row in after if row not in before] == [after[6]] and after[6][60] == "9"


async def test_a_screenshot_shows_the_view() -> None:
    async with running((80, 12)) as (app, view, pilot):
        view.number = 5
        view.redraw()
        await pilot.pause()
        picture = app.export_screenshot()
        assert "ready" in picture and "#ffe066" in picture and "▀" in picture


async def test_a_new_palette_redraws_everything() -> None:
    async with running() as (app, view, pilot):
        app.palette = load_theme(find_themes()["light"])
        view.redraw()
        await pilot.pause()
        assert view.canvas is not None and view.canvas.palette is app.palette
        assert "".join(app.sent).count("▀") > 2700


async def test_the_terminal_ends_with_the_picture_after_many_partial_updates() -> None:
    import pyte

    screen = pyte.Screen(100, 30)
    stream = pyte.Stream(screen)
    async with running() as (app, view, pilot):
        for number in ("1", "22", "3", "北", "44444"):
            view.number = number  # type: ignore[assignment]
            view.redraw(full=number == "1")
            app.query_one("#note", Static).update(f"note {number}")
            await pilot.pause()
        stream.feed("".join(app.sent))
        assert view.canvas is not None
        assert screen.display[1:] == view.canvas.rows_text()
        assert screen.display[0].rstrip() == "note 44444"


async def test_the_view_does_not_scroll_or_select() -> None:
    async with running() as (_, view, _):
        assert not view.allow_select and view.scrollbars_enabled == (False, False)
        assert view.render_lines(view.size.region.shrink((1, 2, 3, 4)))[0].cell_length == view.size.width - 6


def test_what_we_rely_on_in_textual_is_still_there() -> None:
    for owner, names in (
        (Compositor, ("render_partial_update", "_dirty_regions", "update_widgets")),
        (Widget, ("_exchange_repaint_regions", "render_lines", "notify_style_update")),
        (ChopsUpdate, ("render_segments",)),
    ):
        assert all(name in dir(owner) or name in vars(Compositor()) for name in names), owner
    update = ChopsUpdate([], [], [])
    assert (update.chops, update.spans, update.chop_ends) == ([], [], [])
    slots = set(Strip.__slots__)
    assert {"_segments", "_cell_length", "_render_cache", "_link_ids", "_cell_count"} <= slots
    # Caches made on demand: a new one here must be made on demand too.
    from clftui.drawing.strip import _CACHES

    assert slots - {"_segments", "_cell_length", "_render_cache", "_link_ids", "_cell_count"} == set(_CACHES)
    assert issubclass(SpansCompositor, Compositor)


@pytest.fixture(autouse=True)
def no_colour_wishes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("NO_COLOR", raising=False)
    yield
