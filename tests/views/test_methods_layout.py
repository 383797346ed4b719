"""What the methods variant draws at several sizes, in colours, on light and without colours."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from clftui.data.catalog import open_catalog
from clftui.drawing.canvas import Canvas
from clftui.drawing.palette import Depth, Palette, find_themes, load_theme
from clftui.state.methods_view import now, to_row
from clftui.state.session import Session, open_session
from clftui.views.features_methods import MethodsPane
from tests.builders import write_collection
from tests.explained import write_maps
from tests.method_runs import write_methods

DARK = load_theme(find_themes()["dark"], Depth.TRUE)
LIGHT = load_theme(find_themes()["light"], Depth.TRUE)
MONO = load_theme(find_themes()["dark"], Depth.MONO)


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    return open_session(open_catalog([write_methods(tmp_path_factory.mktemp("methods"))]), run="run0")


def drawn(session: Session, width: int, height: int, palette: Palette = DARK) -> tuple[list[str], Canvas, MethodsPane]:
    pane, canvas = MethodsPane(), Canvas(width, height, palette)
    pane.draw(canvas, session)
    return ["".join(map(chr, row)) for row in canvas.code.tolist()], canvas, pane


@pytest.mark.parametrize(("width", "height"), [(200, 50), (120, 40), (80, 24), (60, 12), (30, 6), (12, 3), (1, 1)])
def test_it_draws_at_every_size_and_verdicts_need_no_colour(session: Session, width: int, height: int) -> None:
    for palette in (DARK, LIGHT, MONO):
        lines, _, pane = drawn(session, width, height, palette)
        assert len(lines) == height and pane.page[0] >= 1
        if width >= 60:
            words = "\n".join(lines)
            assert "✗ careful" in words and "✓ learned" in words and "∅ 10" in words


def test_shares_of_empty_maps_stand_out_and_the_small_screen_keeps_what_counts(session: Session) -> None:
    lines, canvas, _ = drawn(session, 80, 24)
    y = next(y for y, line in enumerate(lines) if "thin" in line)
    assert canvas.fg[y, lines[y].index("∅")] == DARK.worse
    head = lines[1]
    assert "empty %" in head and "AUC of area" in head and "check" in head and "variation" not in head
    wide = drawn(session, 160, 40)[0][1]
    assert all(word in wide for word in ("right−wrong", "entropy", "variation", "hit % / chance"))


def test_the_matrix_has_other_samples_above_its_diagonal(session: Session) -> None:
    lines, canvas, _ = drawn(session, 160, 50)
    top = next(y for y, line in enumerate(lines) if "L1 distance, 0 = alike" in line)
    left, line = lines[top].index("L1 distance"), lines[top + 3]
    numbers = [float(word) for word in line[left:].split() if word.startswith(".")]
    below, own, above = numbers[:3]
    assert own == 0 and below < above, "the same sample's maps are nearer"
    diagonal = line.index(".000", left)
    assert canvas.bg[top + 3, diagonal - 6] != DARK.page, "what agrees is shaded"
    assert canvas.bg[top + 3, diagonal + 6] == DARK.page, "and only that"


def test_a_click_takes_the_row_or_opens_the_example(session: Session) -> None:
    lines, _, pane = drawn(session, 120, 40)
    row = pane.clicked(5, 4)
    assert row is not None and row(session).features.methods.cursor == 2
    shown = next(y for y, line in enumerate(lines) if "heat 0" in line)
    opened = pane.clicked(110, shown - 3)
    assert opened is not None and opened(session).selection.alone
    assert pane.clicked(5, 30) is None and pane.clicked(5, 0) is None


def test_classes_are_listed_with_their_verdicts_as_far_as_there_is_room(session: Session) -> None:
    good = to_row(session, 1)
    lines, _, _ = drawn(good, 160, 40)
    top = next(y for y, line in enumerate(lines) if "Area by class" in line)
    assert all("▲ 1.00" in line or "▲ .9" in line for line in lines[top + 1 : top + 5])
    assert {line.split()[0] for line in lines[top + 1 : top + 5]} == {"cat", "dog", "fox", "owl"}


def test_maps_without_images_and_a_single_method_draw_too(tmp_path: Path) -> None:
    folder = write_collection(tmp_path)
    write_maps(folder / "run0", "only", np.random.default_rng(0).random((80, 7, 7)))
    session = open_session(open_catalog([folder]), run="run0")
    lines, _, _ = drawn(session, 120, 40)
    words = "\n".join(lines)
    assert "only" in words and "heat 0" in words and "distance, 0 = alike" not in words
    shown = now(replace(session, explain=replace(session.explain, step=20)))
    assert shown is None or shown.threshold == 1
