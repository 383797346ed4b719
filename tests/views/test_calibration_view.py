"""Calibration and thresholds on the screen: at many sizes, without colour, with few scores, and what a click does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from clftui.analysis.binning import Binning
from clftui.analysis.calibration import edges_of, reliability
from clftui.drawing.canvas import Canvas
from clftui.drawing.palette import Depth, Palette, find_themes, load_theme
from clftui.state.later import LATER, SLOW
from clftui.state.scores_settings import ScoresSettings, ScoresVariant
from clftui.state.selection import Tab
from clftui.state.session import Session
from clftui.state.what_if import parse_what_if, score_words
from clftui.views.calibration import DecisionsPane
from clftui.views.scores import ScoresView
from clftui.widgets.reliability import Diagram, bin_words, draw_diagram
from tests.builders import write_run
from tests.scored import collection, keep_best, session_of

DARK = load_theme(find_themes()["dark"])


def opened(session: Session, variant: ScoresVariant) -> Session:
    return replace(session, tab=Tab.SCORES, scores=ScoresSettings(variant=variant))


@pytest.fixture
def diagram(tmp_path: Path) -> Session:
    return opened(collection(tmp_path / "animals", epochs=4), ScoresVariant.CALIBRATION)


@pytest.fixture
def cut(diagram: Session) -> Session:
    found = opened(diagram, ScoresVariant.THRESHOLDS)
    return replace(found, selection=replace(found.selection, predicted="cat"))


def drawn(
    session: Session, width: int = 120, height: int = 35, palette: Palette = DARK, pane: DecisionsPane | None = None
) -> list[str]:
    """What shows once everything in the background has arrived."""
    pane = pane or DecisionsPane()
    for _ in range(3):
        canvas = Canvas(width, height, palette)
        pane.draw(canvas, session)
        assert LATER.settle() and SLOW.settle()
    return [line.rstrip() for line in canvas.rows_text()]


@pytest.mark.parametrize("size", [(40, 12), (80, 20), (100, 27), (120, 35), (200, 46)])
@pytest.mark.parametrize("variant", [ScoresVariant.CALIBRATION, ScoresVariant.THRESHOLDS])
def test_every_size_shows_the_numbers_without_overflow(
    diagram: Session, variant: ScoresVariant, size: tuple[int, int]
) -> None:
    lines = drawn(opened(diagram, variant), *size)
    text = "\n".join(lines)
    assert len(lines) == size[1] and all(len(line) <= size[0] for line in lines)
    wanted = "ECE" if variant is ScoresVariant.CALIBRATION else "against the rest"
    assert wanted in text and "…reading" not in text


def test_calibration_lists_runs_temperature_and_classes_worst_first(diagram: Session) -> None:
    text = "\n".join(drawn(diagram, 160, 35))
    for word in (
        "ECE by epoch",
        "unbiased",
        "by epoch",
        "Brier",
        "NLL",
        "temperature",
        "predicted as",
        "gap",
        "own",
        "15 bins",
    ):
        assert word in text
    assert diagram.run is not None
    runs = [line for line in drawn(diagram, 160, 35) if any(f" {run.name} " in line for _, run in diagram.lettered)]
    assert len(runs) >= len(diagram.lettered)


def test_the_bin_under_the_cursor_is_read_out(diagram: Session) -> None:
    chosen = replace(diagram, calibration=replace(diagram.calibration, bin=14))
    assert any(line.startswith(" .93–1.0  sure 9") for line in drawn(chosen))
    values = np.array([0.55] * 8 + [0.95] * 90)
    right = np.array([True] * 2 + [False] * 6 + [True] * 86 + [False] * 4)
    found = reliability(values, right, edges_of(values, 10))
    assert bin_words(found, 5) == ".50–.60  sure 55, right 25 7–59 (2 of 8): within chance"
    assert bin_words(found, 9).startswith(".90–1.0  sure 95, right 96 ")
    assert bin_words(found, 1) == ".10–.20  no sample"
    surer = reliability(values, np.zeros(98, dtype=bool), edges_of(values, 10))
    assert bin_words(surer, 9).endswith("(0 of 90): 95 points too sure")


@pytest.mark.parametrize("binning", Binning)
def test_a_model_that_is_always_sure_and_right_has_a_diagram(binning: Binning) -> None:
    """One class, or the training split of a model that knows it by heart: every number is 1."""
    values = np.ones(20)
    found = reliability(values, np.ones(20, dtype=bool), edges_of(values, 10))
    canvas = Canvas(60, 20, DARK)
    draw_diagram(canvas, 0, 0, 60, 20, Diagram(found, "A", (), binning, None))
    assert any("○" in line for line in canvas.rows_text())


def test_a_dot_is_full_only_beyond_chance() -> None:
    values = np.array([0.55] * 8 + [0.95] * 90)
    right = np.array([True] * 4 + [False] * 4 + [True] * 60 + [False] * 30)
    for binning in Binning:
        found = reliability(values, right, edges_of(values, 10))
        other = reliability(values, ~right, edges_of(values, 10))
        canvas = Canvas(60, 20, DARK)
        draw_diagram(canvas, 0, 0, 60, 20, Diagram(found, "A", (("B", other),), binning, None))
        text = "\n".join(canvas.rows_text()[:-1])
        assert text.count("●") == 1 and text.count("○") == 1 and "B" in text


def test_thresholds_show_counts_areas_and_what_is_cheapest(cut: Session) -> None:
    text = "\n".join(drawn(replace(cut, calibration=replace(cut.calibration, miss=10.0, threshold=0.25))))
    for word in ("cat against the rest", "precision by recall", "ROC", "≥ .25", "○ now", "false alarms", "◆", "AUC ",
                 "A miss costs 10 × a false alarm", "others"):  # fmt: skip
        assert word in text


def test_without_colour_the_same_characters_are_drawn(diagram: Session, cut: Session) -> None:
    for session in (diagram, cut):
        assert drawn(session, 80, 20, DARK.at(Depth.MONO)) == drawn(session, 80, 20)


def test_what_was_not_kept_is_said(tmp_path: Path) -> None:
    best = session_of(keep_best(write_run(tmp_path / "best" / "a", epochs=1), 2).parent)
    text = "\n".join(drawn(opened(best, ScoresVariant.CALIBRATION)))
    assert "2 best classes were kept: no temperature" in text and "ECE" in text
    text = " ".join("\n".join(drawn(opened(best, ScoresVariant.THRESHOLDS))).split())
    assert "the 2 best classes of a sample were kept" in text and "Merging classes can still be supposed" in text
    bare = session_of(write_run(tmp_path / "bare" / "b", scores=False, epochs=1).parent)
    assert "nothing says how sure it is" in " ".join("\n".join(drawn(opened(bare, ScoresVariant.CALIBRATION))).split())


def test_filters_that_leave_nothing_are_said(diagram: Session, cut: Session) -> None:
    from clftui.state.filters import Expression

    nothing = (Expression('true == "cat" and true == "dog"'),)
    assert any("No sample with a known score passes" in line for line in drawn(replace(diagram, filters=nothing)))
    others = (Expression('true == "dog"'),)
    assert any("No sample of cat passes the filters" in line for line in drawn(replace(cut, filters=others)))


def test_a_click_moves_the_cursor_or_the_threshold(diagram: Session, cut: Session) -> None:
    pane = DecisionsPane()
    lines = drawn(diagram, pane=pane)
    row = next(at for at, line in enumerate(lines) if "predicted as" in line) + 2
    step = pane.clicked(110, row)
    assert step is not None
    name = step(diagram).selection.predicted
    assert name is not None and name in lines[row]
    assert pane.clicked(3, 3) is None
    drawn(cut, pane=pane)
    step = pane.clicked(60, 30)
    assert step is not None and 0.4 < step(cut).calibration.threshold < 0.6


def test_the_view_draws_what_the_variant_says_and_what_is_supposed(diagram: Session) -> None:
    assert diagram.run is not None
    view = ScoresView()
    view.set_reactive(ScoresView.session, replace(diagram, what_if=parse_what_if("T = 2", diagram.run)))
    for _ in range(3):
        canvas = Canvas(100, 30, DARK)
        view.draw(canvas)
        assert LATER.settle() and SLOW.settle()
    assert "right of 100, by confidence" in canvas.rows_text()[0]
    assert view.legend == "calibration · 15 bins of equal width"


@pytest.mark.parametrize(
    ("value", "words"), [(0.5, ".5"), (0.9995, ".9995"), (0.0, "0"), (1.0, "1"), (2.0, "1"), (0.25, ".25")]
)
def test_thresholds_are_written_with_the_digits_they_need(value: float, words: str) -> None:
    assert score_words(value) == words
