"""Ranking lines on the screen: paths through the classes, ties with the focused row, scrolling, the mouse."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from textual import events

from clftui.analysis.metrics import Metric
from clftui.drawing.canvas import BOLD, DIM, REVERSE, UNDERLINE, Canvas
from clftui.drawing.palette import Depth, Palette, find_themes, load_theme
from clftui.state.later import LATER
from clftui.state.moves import select
from clftui.state.ranking_epochs import EPOCHS
from clftui.state.ranking_moves import move
from clftui.state.ranking_table import with_metric
from clftui.state.session import Session
from clftui.state.settings import RankingRows, RankingVariant
from clftui.views.ranking import RankingView
from clftui.views.view import Act
from tests.rankings import TRUE, held_back, on_class, ranking_of, three_runs, write_labels, write_table, wrong_in

DARK = load_theme(find_themes()["dark"])


def drawn(session: Session, width: int = 72, height: int = 24, palette: Palette = DARK) -> Canvas:
    return view_of(session, width, height, palette)[1]


def view_of(session: Session, width: int = 72, height: int = 24, palette: Palette = DARK) -> tuple[RankingView, Canvas]:
    view = RankingView()
    view.set_reactive(RankingView.session, session)
    canvas = Canvas(width, height, palette)
    view.draw(canvas)
    return view, canvas


def shown(session: Session, width: int = 72, height: int = 24, palette: Palette = DARK) -> list[str]:
    return [line.rstrip() for line in drawn(session, width, height, palette).rows_text()]


def as_lines(session: Session, rows: RankingRows = RankingRows.RUNS) -> Session:
    return replace(session, ranking=replace(session.ranking, variant=RankingVariant.LINES, rows=rows))


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return as_lines(on_class(three_runs(tmp_path), "bee"))


def epochs(root: Path, wrong: tuple[dict[int, int], ...]) -> Session:
    write_table(root, len(TRUE))
    write_labels(root / "grown", [(TRUE, wrong_in(TRUE, each)) for each in wrong])
    session = as_lines(ranking_of(root), RankingRows.EPOCHS)
    drawn(session)
    assert EPOCHS.settle()
    return session


@pytest.mark.row("P2")
def test_each_run_is_a_line_through_its_ranks(session: Session) -> None:
    assert shown(session, 60, 12) == [
        " rank cow         ant         bee           accuracy",
        "      0 tied      0 tied      1 tied        • tied with A",
        "   1  A 100 ⠰⠶⠶⠶⠶⠆A  98 ⠰⡄⣀⡠⠔⠂B⠐⠢⢄⣀     ⢠⠆A best     85.8",
        "                     ⢀⣀⠤⠒⠹⡄        ⠉⠒⠤⣀⣠⠏",
        "   2  B⠐⠒⠒⠒⠒⠒⠒⠒⠒⠒⠂B⠐⠊⠁    ⣹⣦⠔⠂C⠐⠢⢄⣀   ⣰⠏⠑⠂B good     84.2",
        "                     ⢀⣀⠤⠒⠉ ⠘⣆      ⠉⠒⣴⣃⡀",
        "   3  C⠐⠒⠒⠒⠒⠒⠒⠒⠒⠒⠂C⠐⠊⠁      ⠘⠆A  60 ⠰⠃ ⠈⠑⠂C poor     45.8",
        "",
        " bee in best: recall 60 % ±14.5, 24 of 40 samples",
        " no. 3 of 3, 1 other run tied with it (McNemar on shared sa…",
        " spread of ranks  A 1–3  B 1–2  C 2–3  steadiest good 1–2",
        " weak spots of A: bee  N",
    ]


@pytest.mark.row("P2", "P6")
def test_the_focused_line_is_thick_in_full_hue_and_moves_with_j(session: Session) -> None:
    first, then = drawn(session, 60, 12), drawn(move(session, 1, 0), 60, 12)
    horizontal = (slice(2, 7), slice(12, 17))
    assert "⠶⠶⠶" in first.rows_text()[2] and "⠶⠶⠶" not in then.rows_text()[2]
    assert "⠶⠶⠶" in then.rows_text()[4]
    hues = [set(canvas.fg[horizontal][canvas.code[horizontal] > 0x2800].tolist()) for canvas in (first, then)]
    assert DARK.runs[0] in hues[0] and DARK.runs[0] not in hues[1] and DARK.runs[1] in hues[1]
    # The chip with the value of the focused row goes along.
    assert "B  85" in then.rows_text()[4] and "60" not in "".join(then.rows_text()[2:7])


@pytest.mark.row("P2")
def test_runs_tied_with_the_focused_one_are_marked_without_hue_alone(session: Session) -> None:
    canvas = drawn(session, 60, 12)
    rows = canvas.rows_text()
    c, b = rows[4].rindex("C⠐"), rows[2].index("B⠐")
    assert canvas.attrs[4, c] & UNDERLINE, "poor is tied with best in bee"
    assert not canvas.attrs[2, b] & UNDERLINE, "good is not"
    plain = replace(session, selection=replace(session.selection, runs=()))
    bee = rows[0].index("bee")
    dots = [line[bee] for line in drawn(plain, 60, 12).rows_text()]
    assert (dots[2], dots[4], dots[6]) == ("·", "•", "●")


def test_runs_of_equal_rank_share_a_place(tmp_path: Path) -> None:
    write_table(tmp_path, len(TRUE))
    for name, wrong in (("a", {0: 1}), ("b", {0: 1}), ("c", {0: 1}), ("d", {0: 14})):
        write_labels(tmp_path / name, [(TRUE, wrong_in(TRUE, wrong))])
    session = as_lines(on_class(ranking_of(tmp_path), "ant"))
    lines = shown(session, 72, 16)
    ant = lines[0].index("ant")
    assert lines[2][ant:].startswith("A  98 BC") and lines[0].startswith(" rank")
    fourth = next(line for line in lines if line.startswith("   4"))
    assert fourth[ant] == "D"
    plain = replace(session, selection=replace(session.selection, runs=("d",), run="d"))
    assert shown(plain, 72, 16)[2][ant] == ":"


def test_a_class_without_a_value_breaks_the_line(tmp_path: Path) -> None:
    write_labels(tmp_path / "a", [([0, 0, 1, 2], [0, 0, 0, 2])], samples=False)
    write_labels(tmp_path / "b", [([0, 0, 1, 2], [0, 1, 1, 2])], samples=False)
    session = as_lines(with_metric(ranking_of(tmp_path), Metric.PRECISION))
    session = on_class(replace(session, selection=replace(session.selection, run="a", runs=("a", "b"))), "bee")
    lines = shown(session, 72, 16)
    bee = lines[0].index("bee")
    column = "".join(line[bee : bee + 1] for line in lines[2:])
    assert "A" not in column.split("B")[0] and lines[1][bee] == "–"
    assert "bee in a: precision –, the class is never predicted" in "\n".join(lines)


def test_thousands_of_classes_scroll_and_lines_run_on(tmp_path: Path) -> None:
    names = [f"class {i:04d}" for i in range(1000)]
    true = np.arange(1000)
    for number in range(30):
        predicted = np.where(true % 30 < number, true, (true + 1) % 1000)
        write_labels(tmp_path / f"run{number:02d}", [(true, predicted)], names, samples=False)
    session = as_lines(on_class(ranking_of(tmp_path), "class 0500"))
    drawn(session, 120, 35)
    assert LATER.settle()
    canvas = drawn(session, 120, 35)
    text = "\n".join(canvas.rows_text())
    assert "class 0500 in run29: recall 100 %" in text and "classes " in text and " of 1,000" in text
    assert [line[1:4].strip() for line in canvas.rows_text()[2:32]] == [str(rank) for rank in range(1, 31)]
    head = canvas.rows_text()[0]
    assert "500" in head and "class 0001" not in text
    # The line goes on to the next class, which is off the screen.
    edge = head.index("accuracy") - 3
    assert any(0x2800 < int(code) < 0x2900 for code in canvas.code[2:32, edge])


def test_more_runs_than_lines_share_them(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    write_table(tmp_path, len(TRUE))
    for number in range(30):
        wrong = {cls: int(rng.integers(0, 12)) + number // 2 for cls in range(3)}
        write_labels(tmp_path / f"run{number:02d}", [(TRUE, wrong_in(TRUE, wrong))])
    session = as_lines(ranking_of(tmp_path))
    lines = shown(session, 80, 20)
    labels = [int(line[1:4]) for line in lines[2:17]]
    assert labels[0] == 1 and labels[-1] == 30 and labels == sorted(set(labels)) and max(np.diff(labels)) <= 3
    assert " +1" in lines[3] and "spread of ranks" in lines[19]
    for step in range(30):
        focused = move(session, step, 0)
        here = drawn(focused, 80, 20)
        bold = [y for y in range(2, 17) if (here.attrs[y, 1:4] & BOLD).any()]
        assert len(bold) == 1 and f"in {focused.selection.run}:" in "\n".join(here.rows_text())


@pytest.mark.row("P7")
def test_epochs_are_lines_with_numbers(tmp_path: Path) -> None:
    session = epochs(tmp_path, ({0: 30, 1: 20, 2: 20}, {0: 2, 1: 10, 2: 4}, {0: 1, 1: 2, 2: 20}, {0: 2, 1: 2, 2: 6}))
    lines = shown(session, 90, 24)
    assert "epoch 4  91.7" in lines[2] and "epoch 1  41.7" in "\n".join(lines)
    cow, bee = lines[0].index("cow"), lines[0].index("bee")
    assert lines[2][cow] == "2" and lines[2][bee:].startswith("4 95")
    shared = next(line for line in lines if line.startswith("   3"))
    assert shared[cow:].startswith("3+"), "epochs 1 and 3 share the third rank"
    assert "spread of ranks  epoch 4 1–2" in "\n".join(lines)
    earlier = "\n".join(shown(select(session, epoch=3), 90, 24))
    assert "in epoch 3: recall" in earlier


@pytest.mark.row("P7")
def test_epochs_as_rows_of_the_table(tmp_path: Path) -> None:
    session = epochs(tmp_path, ({0: 30}, {0: 2}, {0: 20}))
    table = replace(session, ranking=replace(session.ranking, variant=RankingVariant.TABLE))
    lines = shown(select(table, epoch=2), 80, 12)
    assert [line[1:10].rstrip() for line in lines[1:4]] == ["  epoch 1", "▾ epoch 2", "  epoch 3"]
    assert lines[2].startswith("▌") and "rank of this epoch" in "\n".join(lines)
    many = epochs(tmp_path / "many", tuple({0: 40 - number} for number in range(40)))
    many = replace(many, ranking=replace(many.ranking, variant=RankingVariant.TABLE))
    text = "\n".join(shown(many, 80, 20))
    assert "epoch 40" in text and "epoch 1 " not in text and " of 40" in text


def test_until_epochs_are_read_a_sentence_says_so(tmp_path: Path) -> None:
    write_labels(tmp_path / "grown", [(TRUE, TRUE)] * 2, samples=False)
    session = as_lines(ranking_of(tmp_path), RankingRows.EPOCHS)
    with held_back(EPOCHS):
        view, canvas = view_of(session)
        was_busy = view.busy
        assert was_busy and "Reading the epochs of grown …" in "\n".join(canvas.rows_text())
    assert EPOCHS.settle() and LATER.settle() and not view.busy
    assert "epoch 2" in "\n".join(shown(session))
    empty = select(session, span=(7, 9))
    assert "No epoch of grown lies between 7 and 9; E shows the runs." in "\n".join(shown(empty))


@pytest.mark.parametrize("depth", list(Depth))
@pytest.mark.parametrize("theme", ["dark", "light", "hc"])
@pytest.mark.parametrize("size", [(80, 20), (120, 35), (200, 45), (40, 6), (20, 1), (3, 2), (30, 9)])
def test_every_size_theme_and_depth_draws(session: Session, theme: str, depth: Depth, size: tuple[int, int]) -> None:
    palette = load_theme(find_themes()[theme], depth)
    assert any(line.strip() for line in shown(session, *size, palette=palette))


def test_one_run_of_one_class_draws(tmp_path: Path) -> None:
    write_labels(tmp_path / "a", [([0, 0], [0, 0])], ("only",), samples=False)
    assert "A 100" in shown(as_lines(ranking_of(tmp_path)), 80, 20)[2]


def test_without_colour_focus_is_reversed_and_bold(session: Session) -> None:
    canvas = drawn(session, 60, 12, DARK.at(Depth.MONO))
    rows = canvas.rows_text()
    assert canvas.attrs[2, rows[2].index("A")] & REVERSE and canvas.attrs[0, rows[0].index("bee")] & REVERSE
    thick, thin = rows[2].index("⠶"), rows[4].index("⠒")
    assert canvas.attrs[2, thick] & BOLD and canvas.attrs[4, thin] & DIM


@pytest.mark.row("P4")
def test_lines_are_shaded_by_overall_value_or_rank(tmp_path: Path) -> None:
    write_table(tmp_path, len(TRUE))
    for name, wrong in (("a", 1), ("b", 2), ("c", 20)):
        write_labels(tmp_path / name, [(TRUE, wrong_in(TRUE, {0: wrong}))])
    session = as_lines(ranking_of(tmp_path))
    session = replace(session, selection=replace(session.selection, runs=()))
    relative = replace(session, ranking=replace(session.ranking, relative=True))
    marks = []
    for each in (session, relative):
        canvas = drawn(each, 72, 16)
        rows = canvas.rows_text()
        y = next(y for y, line in enumerate(rows) if "b  " in line[50:])
        marks.append(int(np.flatnonzero(DARK.ice == canvas.fg[y, rows[y].rindex("·")])[0]))
    # Its accuracy is almost the best one's, its rank the middle one.
    assert marks[0] > marks[1] > 0


def test_names_cannot_reach_the_terminal(tmp_path: Path) -> None:
    write_labels(tmp_path / "x", [(TRUE, wrong_in(TRUE, {0: 3}))], ("a\x1b[31m", "b\nb", "c" * 300), samples=False)
    for size in ((80, 20), (120, 35)):
        text = "\n".join(shown(as_lines(ranking_of(tmp_path)), *size))
        assert "\x1b" not in text and all(len(line) <= size[0] for line in text.split("\n"))


@pytest.mark.row("P6")
def test_a_click_selects_and_a_second_one_drills(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    view, canvas = view_of(session, 60, 12)
    sent: list[Act] = []
    monkeypatch.setattr(view, "post_message", lambda message: sent.append(cast(Act, message)))

    def click(x: int, y: int) -> Session | None:
        sent.clear()
        view.on_click(events.Click(view, x, y, 0, 0, 1, False, False, False))
        return sent[0].step(session) if sent else None

    rows = canvas.rows_text()
    chosen = click(rows[4].index("B⠐"), 4)
    assert chosen is not None and (chosen.selection.run, chosen.selection.true) == ("good", "cow")
    named = click(rows[6].index("poor"), 6)
    assert named is not None and (named.selection.run, named.selection.true) == ("poor", "bee")
    again = click(rows[6].index("A  60"), 6)
    assert again is not None and again.tab.value == "matrix"
    assert click(0, 0) is None and click(2, 3) is None


def test_the_legend_says_that_rows_are_ranks(session: Session) -> None:
    assert view_of(session)[0].legend == "ranks × classes · recall · absolute · hardest first"
    assert view_of(as_lines(session, RankingRows.EPOCHS))[0].legend.startswith("ranks of epochs × classes")
