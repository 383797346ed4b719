"""The panes under the table of runs on the screen: curves, complexity, groups, leaf classes, lists."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from clftui.analysis.pareto import pareto_front
from clftui.data.catalog import open_catalog
from clftui.drawing.canvas import Canvas
from clftui.drawing.palette import Depth
from clftui.state.moves import focus_run, select
from clftui.state.runs_pane import pin, step_item, toggle_seeds
from clftui.state.selection import Tab
from clftui.state.session import Session, open_session
from clftui.state.settings import PaneSize, RunsPane
from clftui.views.runs import RunsView
from clftui.widgets.runs_pareto import Cloud, draw_cloud
from tests.curves import curved, seeded
from tests.groups import COUNTS, NAMES, TREE
from tests.matrices import session_on
from tests.rankings import TRUE, three_runs, write_labels, wrong_in
from tests.views.runs_drawn import DARK, drawn, lines, many


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return replace(three_runs(tmp_path), tab=Tab.RUNS)


def shown_pane(session: Session, pane: RunsPane, size: PaneSize = PaneSize.SHOWN) -> Session:
    return replace(session, tab=Tab.RUNS, runs=replace(session.runs, pane=pane, size=size))


def title_of(rows: list[str], words: str) -> int:
    return next(at for at, line in enumerate(rows) if words in line)


@pytest.mark.row("O1", "O13")
def test_training_curves_mark_best_epochs_and_over_fitting(tmp_path: Path) -> None:
    session = focus_run(shown_pane(curved(tmp_path), RunsPane.CURVES), "over")
    canvas = drawn(session, 120, 36)
    rows = canvas.rows_text()
    title = title_of(rows, "Training curves test ───")
    assert "C: one epoch" in rows[title] and "complexity" in rows[title]
    body = rows[title + 1 : -2]
    assert sum(line.count("▾") for line in body) >= 4 and any("┊" in line for line in body)
    assert rows[title + 1].count("over-fits from 6") == 2
    letter = session.selection.letter("over")
    assert letter is not None and sum(letter in line for line in body) >= 2
    words = rows[title_of(rows, "▼ over-fits from 6, loss +80 %")]
    assert "over  ▼ over-fits from 6, loss +80 %  best 92.5 in 5 · loss lowest 0.5 in 3" in words
    assert any("good  best" in line and "over-fits" not in line for line in rows)
    assert canvas.fg[title_of(rows, "▼ over-fits"), words.index("▼")] == DARK.worse


def test_a_pinned_epoch_is_read_out_under_the_curves(tmp_path: Path) -> None:
    session = select(focus_run(shown_pane(curved(tmp_path), RunsPane.CURVES), "over"), epoch=4)
    rows = lines(session, 120, 36)
    assert any("epoch 4: 90.0, loss 0.5" in line for line in rows) and sum("│" in line for line in rows) > 5


def test_runs_of_one_epoch_have_no_curves(session: Session) -> None:
    rows = lines(shown_pane(session, RunsPane.CURVES), 80, 20)
    assert any("one epoch each: there is no curve" in line for line in rows)


@pytest.mark.row("V1")
def test_complexity_has_letters_on_a_log_axis_and_the_front_as_a_list(tmp_path: Path) -> None:
    for number, (parameters, wrong) in enumerate([(100, 30), (10_000, 20), (1_000_000, 5), (2_000_000, 25)]):
        write_labels(tmp_path / f"r{number}", [(TRUE, wrong_in(TRUE, {0: wrong}))], samples=False,
                     model={"parameters": parameters})  # fmt: skip
    rows = lines(shown_pane(open_session(open_catalog([tmp_path])), RunsPane.COMPLEXITY), 120, 30)
    title = title_of(rows, "Complexity against accuracy on test parameters, log; ◆ Pareto front")
    plot = {letter: next((line.index(letter), at) for at, line in enumerate(rows[title + 1 :]) if letter in line[6:75])
            for letter in "ABCD"}  # fmt: skip
    # A is r2, B r1, C r3, D r0: by accuracy; further right is dearer, further up is better.
    assert plot["D"][0] < plot["B"][0] < plot["A"][0] < plot["C"][0]
    assert plot["A"][1] < plot["B"][1] < plot["D"][1]
    assert rows[title + 4].split()[-5:] == ["r2", "1", "M", "96", "91–98"]
    assert [next(n for n in ("r0", "r1", "r2", "r3") if f" {n} " in line) for line in rows[title + 2 : title + 5]] == [
        "r0", "r1", "r2",
    ]  # fmt: skip
    assert rows[-1].index("10 k") < rows[-1].index("100 k") < rows[-1].index("1 M")


def test_fifteen_hundred_models_fit_a_small_scatter() -> None:
    rng = np.random.default_rng(3)
    cost = 10 ** rng.uniform(5, 9, 1500)
    accuracy = 0.5 + 0.05 * np.log10(cost / 1e5) + rng.normal(scale=0.05, size=1500)
    front = pareto_front(cost, accuracy)
    at = int(np.argmax(accuracy))
    cloud = Cloud(cost, accuracy, front, ((at, "A"), (at, "B"), (0, "C")), at, "parameters")
    canvas = Canvas(60, 14, DARK)
    draw_cloud(canvas, 0, 0, 60, 14, cloud)
    text = "".join(canvas.rows_text())
    assert text.count("◆") >= 5 and sum("\u2800" < char <= "\u28ff" for char in text) > 200
    # Two runs on one cell: the second letter stands beside the first.
    assert "AB" in text or "BA" in text
    assert "C" in text and "1 M" in text and "100 M" in text
    small = Canvas(20, 3, DARK)
    draw_cloud(small, 0, 0, 20, 3, cloud)
    assert not "".join(small.rows_text()).strip()


@pytest.mark.row("V2")
def test_groups_are_a_line_each_with_letters_on_a_shared_axis(tmp_path: Path) -> None:
    session = session_on(tmp_path, {"cnn": [COUNTS], "odd": [COUNTS.T]}, {"cnn": NAMES, "odd": NAMES}, hierarchy=TREE)
    session = step_item(shown_pane(session, RunsPane.GROUPS), 1)
    canvas = drawn(session, 100, 24)
    rows = canvas.rows_text()
    title = title_of(rows, "Accuracy by group on test level 1 of 2, its own class is right")
    first = rows[title + 2]
    path = session.runs.group
    assert path is not None and path[-1] in first and "A" in first and "B" in first
    assert canvas.fg[title + 2, first.index(path[-1])] == DARK.focus
    assert {rows[title + 2].split()[0], rows[title + 3].split()[0]} == {"animals", "cars"}


@pytest.mark.row("V3", "V5")
def test_leaf_classes_of_the_pinned_run_and_where_the_focused_one_stands(session: Session) -> None:
    pinned = focus_run(pin(shown_pane(session, RunsPane.LEAVES)), "poor")
    rows = lines(pinned, 100, 22)
    assert any(line.startswith(" A▸best") for line in rows)
    title = title_of(rows, "Leaf classes: best pinned, recall")
    bars = rows[title + 1 : title + 4]
    assert [line.split()[0] for line in bars] == ["cow", "ant", "bee"]
    assert all("━" in line and "A" in line and "C" in line for line in bars[:2])
    assert bars[2].index("A") > 10 and bars[2].split()[-2:] == ["60", "±14.5"]
    view = RunsView()
    view.set_reactive(RunsView.session, pinned)
    assert view.legend.endswith("pinned: best")


@pytest.mark.row("V4")
def test_leaf_classes_of_a_pinned_group_show_every_lettered_run(tmp_path: Path) -> None:
    session = session_on(tmp_path, {"cnn": [COUNTS], "odd": [COUNTS.T]}, {"cnn": NAMES, "odd": NAMES}, hierarchy=TREE)
    pinned = replace(session, runs=replace(session.runs, pinned_group=("cars",)))
    rows = lines(shown_pane(pinned, RunsPane.LEAVES), 100, 24)
    title = title_of(rows, "Leaf classes of cars: mean of all runs")
    assert "lowest–highest of 2 runs" in rows[title]
    assert {rows[title + 1].split()[0], rows[title + 2].split()[0]} == {"bus", "van"}
    assert "A" in rows[title + 1] and "B" in rows[title + 1]


@pytest.mark.row("V16")
def test_range_and_average_stand_side_by_side(session: Session) -> None:
    wide = lines(shown_pane(focus_run(session, "poor"), RunsPane.LISTS), 160, 22)
    title = title_of(wide, "Range and average by class on test")
    for words in ("runs disagree most", "worst on average", "best on average", "focused below average"):
        assert words in wide[title + 1]
    assert wide[title + 2].split()[:3] == ["cow", "75.0", "25–100"] and "−45.0" in wide[title + 2]
    narrow = lines(shown_pane(session, RunsPane.LISTS), 60, 22)
    assert "worst on average" in narrow[title_of(narrow, "runs disagree most")] and "best on" not in "".join(narrow)


def test_seeds_are_one_line_with_their_deviation(tmp_path: Path) -> None:
    rows = lines(replace(toggle_seeds(seeded(tmp_path)), tab=Tab.RUNS), 100, 12)
    assert rows[1].startswith("▌A cnn ×3") and "90.00" in rows[1] and "sd 1.67" in rows[1]
    assert any("mlp ×2" in line for line in rows) and any("alone" in line for line in rows)


@pytest.mark.parametrize("pane", list(RunsPane))
@pytest.mark.parametrize("size", [(80, 20), (40, 14), (20, 9), (200, 46)])
def test_every_pane_at_every_size_keeps_the_table(tmp_path: Path, pane: RunsPane, size: tuple[int, int]) -> None:
    session = shown_pane(select(many(tmp_path, 12), true="bee"), pane)
    rows = lines(session, *size, DARK.at(Depth.MONO))
    assert "run00" in rows[1]
    large = lines(shown_pane(session, pane, PaneSize.LARGE), *size)
    assert "run00" in large[1]
    assert any(line.lstrip().startswith("──") for line in large) == (size[1] >= 13)
    hidden = lines(shown_pane(session, pane, PaneSize.HIDDEN), *size)
    assert sum("run" in line for line in hidden) >= sum("run" in line for line in large)


def test_the_pane_begins_at_its_top_and_follows_the_cursor_once_it_moves(tmp_path: Path) -> None:
    classes = [f"c{number:03d}" for number in range(60)]
    true = np.repeat(np.arange(60), 5)
    wrong = true.copy()
    for cls in range(60):
        wrong[cls * 5 : cls * 5 + cls % 5] = (cls + 1) % 60
    write_labels(tmp_path / "a", [(true, wrong)], classes, samples=False)
    session = shown_pane(select(open_session(open_catalog([tmp_path])), true="c010"), RunsPane.CLASSES)
    view = RunsView()

    def shown(session: Session) -> list[str]:
        view.set_reactive(RunsView.session, session)
        canvas = Canvas(100, 22, DARK)
        view.draw(canvas)
        return canvas.rows_text()

    before = shown(session)
    title = title_of(before, "hardest first")
    assert ", 1–" in before[title] and before[title + 2].split()[0] == "c004"
    after = shown(step_item(session, 1))
    assert any("c015" in line for line in after) and ", 1–" not in after[title_of(after, "hardest first")]
