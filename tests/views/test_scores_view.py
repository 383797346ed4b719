"""The Scores view on the screen: letters, marks, boxes, brushes, keywords, at many sizes and without colour."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from clftui.drawing.canvas import BOLD, REVERSE, UNDERLINE, Canvas
from clftui.drawing.palette import Depth, Palette, find_themes, load_theme
from clftui.state import scores_axis_steps as along
from clftui.state import scores_steps as steps
from clftui.state.later import LATER, PASTS, SLOW
from clftui.state.moves import select
from clftui.state.sample_past import step_mark
from clftui.state.score_filter import ScoreOf
from clftui.state.scores_axes import Axes
from clftui.state.scores_settings import LineColour, ScoresVariant, Subject
from clftui.state.scores_stacks import Stacks, stacks
from clftui.state.selection import Tab
from clftui.state.session import Session
from clftui.views.scores import ScoresView
from tests.builders import CLASSES, write_run
from tests.scored import collection, keep_best, keep_own, session_of

DARK = load_theme(find_themes()["dark"])
PAGE = (35, 120)


def view_of(session: Session, width: int = 120, height: int = 35, palette: Palette = DARK) -> tuple[ScoresView, Canvas]:
    """The view once everything in the background has arrived, and what it draws."""
    view = ScoresView()
    view.set_reactive(ScoresView.session, session)
    canvas = Canvas(width, height, palette)
    for _ in range(3):
        canvas = Canvas(width, height, palette)
        view.draw(canvas)
        assert LATER.settle() and SLOW.settle() and PASTS.settle()
    return view, canvas


def drawn(session: Session, width: int = 120, height: int = 35, palette: Palette = DARK) -> Canvas:
    return view_of(session, width, height, palette)[1]


def lines(session: Session, width: int = 120, height: int = 35, palette: Palette = DARK) -> list[str]:
    return [line.rstrip() for line in drawn(session, width, height, palette).rows_text()]


@pytest.fixture
def session(tmp_path: Path) -> Session:
    found = replace(collection(tmp_path / "animals", epochs=6), tab=Tab.SCORES)
    return select(found, true="cat", predicted="dog", sample=None)


def shown_of(session: Session) -> Stacks:
    found = stacks(session)
    assert isinstance(found, Stacks)
    return found


def column(session: Session, canvas: Canvas, number: int) -> tuple[slice, slice]:
    """Where the samples of a column are."""
    layout = steps.layout_of(session, shown_of(session), (canvas.height, canvas.width))
    left = layout.left + number * (layout.size + 1)
    return slice(layout.head, layout.head + layout.rows), slice(left, left + layout.size)


@pytest.mark.row("O3", "O5")
def test_a_letter_for_each_wrong_sample_and_a_cell_for_each_sample(session: Session) -> None:
    shown, canvas = shown_of(session), drawn(session)
    for number in range(shown.n):
        part = shown.column(number)
        area = column(session, canvas, number)
        letters = [chr(code) for code in canvas.code[area].ravel() if code != 32]
        expected = [CLASSES[true][0] for true in shown.true[part][shown.wrong[part]].tolist()]
        assert sorted(letters) == sorted(expected)
        filled = canvas.bg[area] != DARK.page
        assert int(filled.sum()) == part.stop - part.start
        # Full rows at the bottom, one row that may be short above them.
        width = filled.sum(axis=1)
        assert (np.diff(width) >= 0).all() and (width[width > 0][1:] == filled.shape[1]).all()


@pytest.mark.row("O4")
def test_right_ones_fade_and_wrong_ones_glow_with_their_score(session: Session) -> None:
    from clftui.drawing.ramp import luminance

    moved = select(session, predicted="owl", sample=None)
    shown, canvas = shown_of(moved), drawn(moved)
    part, area = shown.column(0), column(moved, canvas, 0)
    rows, left = area[0], area[1].start
    size = area[1].stop - left
    light: dict[bool, list[float]] = {False: [], True: []}
    for at in range(part.stop - part.start):
        paper = canvas.bg[rows.stop - 1 - at // size, left + at % size]
        light[bool(shown.wrong[part.start + at])].append(float(luminance(paper)))
    assert len(light[False]) > 3 and len(light[True]) > 2
    assert light[False] == sorted(light[False]) and light[True] == sorted(light[True], reverse=True)


@pytest.mark.row("O7")
def test_samples_wrong_in_more_epochs_than_the_mark_are_underlined(session: Session) -> None:
    def underlined(now: Session) -> int:
        canvas = drawn(now)
        shown = shown_of(now)
        areas = [column(now, canvas, number) for number in range(shown.n)]
        return sum(int(np.count_nonzero(canvas.attrs[area] & UNDERLINE)) for area in areas)

    first = underlined(session)
    evaluation, run = session.evaluation(), session.run
    assert evaluation is not None and run is not None
    past = np.zeros(evaluation.n, dtype=np.int64)
    for epoch in run.epochs("test"):
        each = run.evaluation("test", epoch)
        assert each is not None
        past += each.true != each.predicted
    wrong = evaluation.true != evaluation.predicted
    assert first == int((wrong & (past > 3)).sum())
    assert underlined(step_mark(session, 1)) == int((wrong & (past > 4)).sum()) < first
    assert "wrong in > 4 epochs" in "\n".join(lines(step_mark(session, 1)))


def test_heads_titles_and_the_sample_in_words(session: Session) -> None:
    canvas = drawn(session)
    shown, text = shown_of(session), canvas.rows_text()
    assert text[0].split() == ["class", "c", "cat", "d", "dog", "f", "fox", "o", "owl"]
    assert canvas.fg[0, text[0].index("dog")] == DARK.focus
    counts = [str(n) for pair in zip(shown.sizes, shown.wrongs, strict=True) for n in pair]
    assert [word for word in text[1].split() if word != "✗"][1:] == counts
    samples = steps.current(session)
    assert isinstance(samples, tuple)
    assert any(f"Scores of {samples[1].n} cat → dog" in line for line in text)
    assert any("right" in line and "wrong" in line and "–1" in line for line in text)
    focused = steps.next_wrong(session)
    foot = lines(focused)[-1]
    assert f"#{focused.selection.sample}" in foot and "   dog ." in foot and "of 6 epochs" in foot


@pytest.mark.row("O6")
def test_cursor_box_and_selection_show(session: Session) -> None:
    bottom = steps.move(session, 1000, 0, PAGE)
    canvas = drawn(bottom)
    rows, columns = column(session, canvas, 1)
    assert canvas.bg[rows.stop - 1, columns.start] == DARK.focus
    begun = steps.move(steps.toggle_box(bottom), -1, 0, PAGE)
    canvas = drawn(begun)
    bar = [chr(canvas.code[y, columns.start - 1]) for y in range(rows.start, rows.stop)]
    assert bar[-2:] == ["┃", "┃"] and set(bar[:-2]) <= {" "}
    chosen = steps.choose(begun)
    number = len(chosen.selection.chosen)
    elsewhere = select(steps.settings(chosen, box=None), predicted="owl", sample=None)
    canvas, plain = drawn(elsewhere), drawn(elsewhere, palette=DARK.at(Depth.MONO))
    area = column(session, canvas, 1)
    assert int(np.count_nonzero((canvas.fg[area] == DARK.live) | (canvas.bg[area] == DARK.live))) == number
    assert int(np.count_nonzero(plain.attrs[area] & REVERSE)) == number


def test_a_dense_grid_and_bins_hide_no_wrong_sample(tmp_path: Path) -> None:
    write_run(tmp_path / "run", n=4000, epochs=1, skill=0.9)
    session = replace(session_of(tmp_path), tab=Tab.SCORES)
    text = lines(session)
    assert any("a cell ≤" in line for line in text)
    dense = steps.settings(session, variant=ScoresVariant.GRID)
    canvas = drawn(dense)
    shown = shown_of(session)
    assert any("half cell" in line or "a cell" not in line for line in canvas.rows_text())
    for now, palette in ((session, DARK), (session, DARK.at(Depth.MONO)), (dense, DARK), (dense, DARK.at(Depth.MONO))):
        canvas = drawn(now, palette=palette)
        layout = steps.layout_of(now, shown, (canvas.height, canvas.width))
        packed = shown.packing(layout.capacity)
        for number in range(shown.n):
            area = column(now, canvas, number)
            code = canvas.code[area]
            if now is session:
                seen = sum(chr(each).isalpha() for each in code.ravel())
            elif palette is DARK:
                seen = sum(int(np.isin(side[area], DARK.ember).sum()) for side in (canvas.fg, canvas.bg))
            else:
                seen = sum({"▀": 1, "▄": 1, "█": 2}.get(chr(each), 0) for each in code.ravel())
            held = int(now is dense and palette is DARK and number == shown_cursor(now, shown))
            assert seen + held >= -(-int(shown.wrongs[number]) // packed.wrong) >= seen - 1


def shown_cursor(session: Session, shown: Stacks) -> int:
    from clftui.state.scores_stacks import cursor

    return cursor(session, shown)[0]


@pytest.mark.row("O9")
def test_brushed_lines_stand_out_and_are_counted(session: Session) -> None:
    every = steps.settings(session, subject=Subject.ALL)
    brushed = replace(every, filters=(ScoreOf("dog", 0.9, 1.0),))
    shown = along.shown_axes(brushed, PAGE)
    assert isinstance(shown, Axes)
    number = int(shown.lit.sum())
    assert 0 < number < shown.samples.n
    on_axis = steps.settings(brushed, on_axes=True, axis="dog")
    text = "\n".join(lines(on_axis))
    assert f"≥ .90: {number} of {shown.samples.n}" in text and "┏┳┓" in text
    two = replace(brushed, filters=(*brushed.filters, ScoreOf("cat", 0.0, 0.5)))
    assert "inside all brushes" in "\n".join(lines(two))
    by_right = steps.settings(every, colour=LineColour.RIGHT)
    canvas = drawn(by_right)
    braille = (canvas.code >= 0x2801) & (canvas.code <= 0x28FF)
    assert braille.any() and not np.array_equal(canvas.fg[braille], drawn(every).fg[braille])


def test_many_lines_are_a_median_and_a_band(tmp_path: Path) -> None:
    write_run(tmp_path / "run", n=4000, epochs=1, skill=0.9)
    session = steps.settings(replace(session_of(tmp_path), tab=Tab.SCORES), subject=Subject.ALL)
    plain = drawn(session)
    brushed = drawn(replace(session, filters=(ScoreOf("owl", 0.01, 1.0),)))
    muted, better = (int(np.count_nonzero(plain.fg == each)) for each in (DARK.muted, DARK.better))
    assert muted > 50 and better == 0
    assert int(np.count_nonzero(brushed.fg == DARK.better)) > 50


def test_axes_of_log_odds_and_upside_down(session: Session) -> None:
    every = steps.settings(session, subject=Subject.ALL, on_axes=True, axis="dog")
    text = "\n".join(lines(steps.settings(every, logit=True, inverted=frozenset({"dog"}))))
    assert ".999" in text and ".001" in text and "d▾" in text
    assert ".999" not in "\n".join(lines(every))


def test_what_was_not_logged_is_drawn_below_the_axes(tmp_path: Path) -> None:
    keep_best(write_run(tmp_path / "run", epochs=1), 2)
    session = steps.settings(replace(session_of(tmp_path), tab=Tab.SCORES), subject=Subject.ALL)
    text = lines(session)
    at = next(y for y, line in enumerate(text) if "< top 2" in line)
    assert any(0x2801 <= ord(char) <= 0x28FF for char in text[at])
    keep_own(write_run(tmp_path / "own" / "run", epochs=1))
    own = "\n".join(lines(replace(session_of(tmp_path / "own"), tab=Tab.SCORES)))
    assert "there are no other axes" in own and "class" in own


@pytest.mark.row("O11")
def test_keywords_stand_over_the_columns_of_texts(tmp_path: Path) -> None:
    write_run(tmp_path / "run", epochs=1, samples={"test": "../test.csv"})
    words = ("purring whiskers", "barking bones", "bushy tail", "hooting night")
    rows = [f"{row},{CLASSES[row // 20]},the animal {words[row // 20]}" for row in range(80)]
    (tmp_path / "test.csv").write_text("\n".join(["id,true,text", *rows]) + "\n", encoding="utf-8")
    session = replace(session_of(tmp_path), tab=Tab.SCORES)
    assert lines(session)[2].split() == ["words", *" ".join(sorted_words(words)).split()]
    assert "words" not in lines(session, 120, 9)[2]


def sorted_words(words: tuple[str, ...]) -> list[str]:
    """Of equal weight, by the alphabet, as many as have room: both."""
    return [" ".join(sorted(pair.split())) for pair in words]


@pytest.mark.parametrize("width", [1, 20, 79, 80, 100, 120, 200])
@pytest.mark.parametrize("height", [1, 2, 7, 9, 20, 50])
def test_every_size_in_every_depth(session: Session, width: int, height: int) -> None:
    on_axes = replace(steps.settings(session, on_axes=True), filters=(ScoreOf("dog", 0.1, 0.9),))
    for now in (session, on_axes, steps.settings(steps.toggle_box(session), variant=ScoresVariant.GRID)):
        for palette in (DARK, DARK.at(Depth.ANSI16), DARK.at(Depth.MONO)):
            canvas = drawn(now, width, height, palette)
            assert len(canvas.rows_text()) == height


def test_a_thousand_classes_show_around_the_cursor(tmp_path: Path) -> None:
    names = [f"class {number:04d}" for number in range(1000)]
    write_run(tmp_path / "run", classes=names, n=3000, epochs=1, skill=0.8)
    session = replace(session_of(tmp_path), tab=Tab.SCORES)
    far = select(session, predicted="class 0900", sample=None)
    view, canvas = view_of(far)
    assert "of 1,000" in view.legend
    layout = steps.layout_of(far, shown_of(far), (35, 120))
    assert 10 < layout.columns < 1000
    area = column(far, canvas, layout.columns - 1)
    assert (canvas.bg[area] == DARK.focus).any() or (canvas.attrs[area] & BOLD).any()


def test_what_is_missing_is_one_sentence(tmp_path: Path) -> None:
    write_run(tmp_path / "mute", scores=False)
    assert "logged no scores" in " ".join(" ".join(lines(session_of(tmp_path))).split())
