"""The response map on the screen: its parts at several sizes, without colours, as half rows, and broken files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from clftui.data import explanations
from clftui.data import responses as reader
from clftui.data.catalog import open_catalog
from clftui.drawing.canvas import REVERSE, Canvas
from clftui.drawing.palette import Depth, Palette, find_themes, load_theme
from clftui.state import responses_steps as steps
from clftui.state.class_tree import by_hierarchy
from clftui.state.later import LATER
from clftui.state.moves import select
from clftui.state.responses_figures import FIGURES
from clftui.state.responses_model import ResponseMap, Scale, response_map, scale_of
from clftui.state.responses_settings import LowerPane
from clftui.state.selection import Tab
from clftui.state.session import Session, open_session
from clftui.state.unit_filter import response_words
from clftui.state.unready import impatient
from clftui.views.features import FeaturesView
from clftui.views.features_responses import ResponsesPane
from clftui.widgets.responses_layout import Needs, Plan, plan
from clftui.widgets.responses_map import colours, glyphs
from tests.builders import write_run
from tests.explained import blob, write_maps
from tests.responded import write_layer, write_responded

DARK = load_theme(find_themes()["dark"])
WIDE, SMALL = (120, 36), (80, 20)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_responded(tmp_path / "animals")


@pytest.fixture
def session(root: Path) -> Session:
    return select(replace(open_session(open_catalog([root])), tab=Tab.FEATURES), true="dog")


def drawn(session: Session, size: tuple[int, int] = WIDE, palette: Palette = DARK) -> tuple[FeaturesView, Canvas]:
    """The view once everything in the background has arrived."""
    view = FeaturesView()
    view.set_reactive(FeaturesView.session, session)
    canvas = Canvas(*size, palette)
    for _ in range(4):
        canvas = Canvas(*size, palette)
        with impatient():
            view.draw(canvas)
        assert FIGURES.settle() and LATER.settle()
    return view, canvas


def text(session: Session, size: tuple[int, int] = WIDE, palette: Palette = DARK) -> str:
    return "\n".join(line.rstrip() for line in drawn(session, size, palette)[1].rows_text())


def words(session: Session, size: tuple[int, int] = WIDE, palette: Palette = DARK) -> str:
    return " ".join(text(session, size, palette).split())


def pane_of(view: FeaturesView) -> ResponsesPane:
    assert isinstance(view._pane, ResponsesPane)
    return view._pane


def plan_of(view: FeaturesView) -> Plan:
    found = pane_of(view)._plan
    assert found is not None
    return found


def shown(session: Session) -> ResponseMap:
    found = response_map(session)
    assert isinstance(found, ResponseMap)
    return found


def test_samples_wait_while_the_key_to_the_next_unit_is_held(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr("clftui.views.pace.time.monotonic", lambda: now)
    view, _ = drawn(session)
    for seconds, unit, of in ((0.2, 2, 2), (0.1, 3, 2), (0.1, 0, 2), (0.1, 0, 2), (0.2, 0, 0)):
        now += seconds
        held = steps.settings(session, unit=unit)
        view.set_reactive(FeaturesView.session, held)
        for _ in range(2):
            canvas = Canvas(*WIDE, DARK)
            with impatient() as draw:
                view.draw(canvas)
            assert LATER.settle()
        seen = "\n".join(canvas.rows_text())
        assert f"▾ unit {unit}" in seen and f"Strongest for unit {of}" in seen
        assert draw.missing == (unit != of)


@pytest.mark.row("B20", "B22", "B24")
def test_classes_down_units_across_and_what_the_cursor_is_on(session: Session) -> None:
    seen = words(session)
    for part in ("▾ unit 1", "favours dog", "relevance", "response 0", "× 1 of 6 units never answer", "median",
                 "unit 1 answers dog", "from 80 samples", "Strongest for unit 1", "by true class"):  # fmt: skip
        assert part in seen, part
    below = seen[seen.index("relevance ") :]
    places = [below.index(f" {name} ") for name in ("cat", "dog", "fox", "owl")]
    assert places == sorted(places)


def test_the_map_has_the_colours_of_the_class_means(session: Session) -> None:
    view, canvas = drawn(session)
    found = shown(session)
    at = plan_of(view)

    expected = colours(DARK, scale_of(found), found.window(slice(0, 4), slice(0, 5)))
    for line in range(4):
        for unit in range(5):
            x, y = at.x + unit * at.unit_width, at.y + line * at.line_height + at.line_height - 1
            assert canvas.bg[y, x] == expected[line, unit]
    assert (canvas.code[at.row(0), at.x + at.width :][:1] == ord("·")).all(), "the unit that never answers"


def test_the_scale_has_two_parts_told_by_colour_and_by_glyph() -> None:
    scale = Scale(0.0, 2.0, 4.0, log=False)
    values = np.array([[0.0, 1.0, 1.99, 2.0, 4.0, np.nan]])
    found = colours(DARK, scale, values)[0].tolist()
    assert found[0] == DARK.ice[0] and found[4] == DARK.ember[-1] and found[5] == DARK.page
    assert found[2] in DARK.ice.tolist() and found[3] in DARK.ember.tolist()
    assert "".join(map(chr, glyphs(scale, values)[0])) == " ▒▓██ "


@pytest.mark.parametrize("depth", [Depth.MONO, Depth.ANSI16])
def test_without_colours_a_full_block_reaches_the_threshold(session: Session, depth: Depth) -> None:
    plain = replace(DARK.at(depth), name="plain") if depth is Depth.MONO else DARK.at(depth)
    _, canvas = drawn(session, palette=plain)
    seen = "\n".join(canvas.rows_text())
    assert "█" in seen and "▾ unit 1" in seen and "response 0" in seen
    assert (canvas.attrs & REVERSE).any(), "the cursor"


def test_at_80_by_24_the_map_and_its_read_out_are_there(session: Session) -> None:
    lines = text(session, SMALL).splitlines()
    assert "Strongest" not in "\n".join(lines) and max(map(len, lines)) <= 80
    assert any("unit 1 answers dog" in line for line in lines)
    assert any("from 80 samples" in line for line in lines)
    for size in ((20, 5), (10, 3), (1, 1), (40, 12)):
        drawn(session, size)


def test_panes_below(session: Session) -> None:
    epochs = words(steps.settings(session, lower=LowerPane.EPOCHS))
    assert "Unit 1 of late: mean responses by epoch" in epochs and "epochs 1–3" in epochs and "separation" in epochs
    side = words(steps.settings(session, lower=LowerPane.LAYERS))
    assert "Layers side by side, for dog" in side and "early 3 0" in side and "late 6 1" in side
    bare = replace(session, features=replace(session.features, layer="early"))
    seen = words(bare)
    assert "strongest classes, mean response" in seen and "Class means alone were recorded" in seen


def test_places_take_columns_and_units_leave_gaps(session: Session) -> None:
    early = replace(session, features=replace(session.features, layer="early"))
    assert shown(early).places == 1
    view, _ = drawn(steps.zoom(early, 1))
    at = plan_of(view)
    assert at.unit_width == 4 and at.units == 3
    assert view.page == (4, 3)


def test_many_classes_stand_two_a_row_and_scroll_by_most_of_a_screen(tmp_path: Path) -> None:
    classes = [f"c{n:03}" for n in range(200)]
    run = write_run(tmp_path / "many", classes=classes, epochs=1, n=400)
    means = np.random.default_rng(0).random((200, 300))
    write_layer(run, "wide", means, epoch=1)
    session = select(replace(open_session(open_catalog([run])), tab=Tab.FEATURES), true="c000")
    view, canvas = drawn(session)
    seen = "\n".join(canvas.rows_text())
    assert "▀" in seen and "lines 1–" in seen and "of 200" in seen
    at = plan_of(view)
    assert at.line_height == 0 and at.lines > 20
    down = steps.move(session, at.lines, at.units, view.page)
    assert down.selection.true == classes[at.lines]
    view.set_reactive(FeaturesView.session, down)
    with impatient():
        view.draw(Canvas(*WIDE, DARK))
    assert pane_of(view)._top == at.lines - at.lines // 4


def test_a_click_moves_the_cursor_and_on_it_opens_the_samples(session: Session) -> None:
    view, _ = drawn(session)
    at, pane = plan_of(view), pane_of(view)
    step = pane.clicked(at.x + 2 * at.unit_width, at.row(3))
    assert step is not None
    moved = step(session)
    assert moved.selection.true == "owl" and moved.features.responses.unit == shown(session).units[2]
    here = pane.clicked(at.x, at.row(1))
    assert here is not None and here(session).tab is Tab.SAMPLES and pane.clicked(0, 0) is None


def test_groups_beside_the_classes_show_the_unit(session: Session, root: Path) -> None:
    (root / "hierarchy.json").write_text(
        '{"name": "", "children": [{"name": "pets", "children": ["cat", "dog"]}, '
        '{"name": "wild", "children": ["fox", "owl"]}]}'
    )

    grouped = by_hierarchy(replace(open_session(open_catalog([root])), tab=Tab.FEATURES))
    assert grouped is not None
    before = text(grouped)
    assert "pets" in before and "wild" in before
    coloured = steps.settings(steps.toggle_coloured(grouped), unit=2)
    found = shown(coloured)
    mean = float(found.figures.means[:2, 2].mean())

    assert response_words(mean) in text(coloured) and response_words(mean) not in before


def test_pictures_of_the_strongest_samples_with_the_units_maps(tmp_path: Path) -> None:
    root = write_responded(tmp_path / "pictured", images=True)
    session = steps.settings(open_session(open_catalog([root])), unit=0)
    session = replace(session, tab=Tab.FEATURES)
    view, _ = drawn(session)
    side = pane_of(view)._side
    assert side.thumbnails.store.settle()
    plain = drawn(session)[1]
    write_maps(root / "run0", "unitcam", np.stack([blob(0.5, 0.5)] * 80), target_kind="unit", target=0)

    explanations._known._listed.clear()
    view.draw(Canvas(*WIDE, DARK))
    assert side.thumbnails.store.settle()
    canvas = Canvas(*WIDE, DARK)
    view.draw(canvas)
    assert "unitcam" in "\n".join(canvas.rows_text())
    assert (canvas.code != plain.code).any()
    side.thumbnails.store.stop()


def test_a_broken_file_is_a_sentence_in_place_of_the_map(session: Session, root: Path) -> None:
    for path in root.glob("run0/epochs/*/test.responses.late.npz"):
        path.write_bytes(path.read_bytes()[:300])
    reader._known._listed.clear()
    seen = words(session)
    assert "test.responses.late.npz" in seen and "Strongest" not in seen
    write_layer(root / "run0", "late", np.zeros((4, 3)), values=np.zeros((5, 2)), sample=np.arange(5))
    reader._known._listed.clear()
    assert "values has dtype float64 and shape (5, 2); write floats of shape (samples, 3)." in words(session)


def test_nothing_recorded_says_which_command_records(tmp_path: Path) -> None:
    run = write_run(tmp_path / "bare")
    session = replace(open_session(open_catalog([run])), tab=Tab.FEATURES)
    assert "`clftui respond` records them" in words(session)


@pytest.mark.parametrize("width", range(12, 210, 23))
@pytest.mark.parametrize("height", [4, 10, 20, 36, 60])
def test_no_part_lies_outside_or_over_another(width: int, height: int) -> None:
    for lines, units, silent, places in ((4, 5, 1, 1), (10, 41, 23, 1), (62, 24, 0, 64), (1000, 1024, 9, 1)):
        at = plan(width, height, Needs(lines, units, silent, places, 14, 12 if width > 60 else 0))
        assert 1 <= at.lines <= lines and 1 <= at.units <= units and at.label_width >= 1
        edge = at.side_x if at.side_width else width
        if width >= 40:
            assert at.x + at.width + at.silent <= edge
        assert at.side_x + at.side_width <= width
        if at.lower_height:
            assert at.legend_y >= at.y + at.height and at.lower_y > at.legend_y
            assert at.lower_y + at.lower_height == height and at.lower_height >= 4
        if height > 10:
            assert at.legend_y < height
