"""The Epochs view on the screen: strips, columns, marks, curves, at many sizes and without colour."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from clftui.analysis.metrics import Metric
from clftui.data.catalog import open_catalog
from clftui.drawing.canvas import Canvas
from clftui.drawing.palette import Depth, Palette, find_themes, load_theme
from clftui.state.epochs_steps import next_pane, toggle_relative
from clftui.state.epochs_view import epochs_table, move
from clftui.state.later import LATER, SLOW
from clftui.state.moves import select
from clftui.state.selection import Tab
from clftui.state.session import Session, open_session
from clftui.views.epochs import EpochsView
from clftui.widgets.epochs_layout import arrange
from clftui.widgets.epochs_values import aligned
from tests.builders import write_collection, write_run

DARK = load_theme(find_themes()["dark"])


def drawn(session: Session, width: int = 120, height: int = 35, palette: Palette = DARK) -> Canvas:
    """The view once everything in the background has arrived."""
    view = EpochsView()
    view.set_reactive(EpochsView.session, session)
    canvas = Canvas(width, height, palette)
    for _ in range(3):
        canvas = Canvas(width, height, palette)
        view.draw(canvas)
        assert LATER.settle() and SLOW.settle()
    return canvas


def lines(session: Session, width: int = 120, height: int = 35, palette: Palette = DARK) -> list[str]:
    return [line.rstrip() for line in drawn(session, width, height, palette).rows_text()]


@pytest.fixture
def session(tmp_path: Path) -> Session:
    write_collection(tmp_path / "c", runs=2, epochs=6)
    return replace(open_session(open_catalog([tmp_path / "c"])), tab=Tab.EPOCHS)


def row_of(shown: list[str], name: str) -> int:
    return next(at for at, line in enumerate(shown) if f" {name} " in line[:16])


def test_a_class_a_row_an_epoch_a_column_strong_where_recall_is_low(session: Session) -> None:
    canvas = drawn(session)
    shown = canvas.rows_text()
    table = epochs_table(session)
    each, index = table.runs[0], int(table.order[0])
    y = row_of(shown, table.classes[index])
    x = next(at for at in range(canvas.width) if canvas.bg[y, at] != DARK.page)
    colours = canvas.bg[y, x : x + 24 : 4].tolist()
    strength = [DARK.ice.tolist().index(colour) for colour in colours]
    values = each.values[:, index]
    assert np.argsort(strength, kind="stable").tolist() == np.argsort(-values, kind="stable").tolist()
    assert f"{100 * values[-1]:.0f}" in shown[y]
    assert "strong = low recall" in "\n".join(shown)


def test_columns_of_accuracy_share_one_scale_and_mark_the_best(session: Session) -> None:
    shown = lines(session)
    table = epochs_table(session)
    best = max(each.accuracy.max() for each in table.runs)
    for each, x in zip(table.runs, (shown[0].index("A "), shown[0].index("B ")), strict=True):
        full = "█" in shown[1][x : x + 24]
        assert full == (each.accuracy.max() == best)
        assert each.best is not None and (shown[0].find("▾", x) - x) // 4 == each.best


def test_the_loss_and_over_fitting_are_told_below_the_columns(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "a", epochs=9)
    held_out = [1.0, 0.7, 0.5, 0.6, 0.8, 1.0, 1.2, 1.4, 1.6]
    rows = [{"epoch": e, "split": "test", "loss": loss, "lr": 0.1 if e < 6 else 0.01}
            for e, loss in enumerate(held_out, 1)]  # fmt: skip
    rows += [{"epoch": e, "split": "train", "loss": 1 / e} for e in range(1, 10)]
    (folder / "scalars.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    session = open_session(open_catalog([tmp_path]))
    shown = lines(session)
    start = shown[0].index("A ")
    assert "└ over-fit" in shown[3] and (shown[3].index("└") - start) // 4 == 2
    assert (shown[4].index("lr") - start) // 4 == 5


@pytest.mark.row("C14")
def test_more_epochs_than_columns_keep_minimum_maximum_and_last_and_say_so(tmp_path: Path) -> None:
    for number in range(2):
        write_run(tmp_path / f"run{number}", epochs=150, n=12, scores=False, seed=number)
    session = open_session(open_catalog([tmp_path]))
    canvas = drawn(session)
    shown = canvas.rows_text()
    assert "min and max kept" in shown[4]
    table = epochs_table(session)
    strongest = int(DARK.ice[-1])
    for row, index in enumerate(table.order.tolist()):
        values = table.runs[0].values[:, index]
        if np.nanmin(values) <= table.low:
            y = row_of(shown, table.classes[index])
            assert y == 5 + row
            assert strongest in canvas.fg[y].tolist() or strongest in canvas.bg[y].tolist()
    last = [each for each in lines(session) if "150" in each]
    assert last


def test_classes_scroll_with_the_cursor_among_ten_thousand(tmp_path: Path) -> None:
    names = [f"class {number:05d}" for number in range(10_000)]
    write_run(tmp_path / "a", classes=names, epochs=2, n=50, scores=False)
    session = open_session(open_catalog([tmp_path]))
    epochs_table(session, wait=True)
    far = move(session, 5000, 0)
    assert far.selection.true is not None
    shown = lines(far)
    assert any(line.startswith("▌") and far.selection.true in line for line in shown)
    assert any("10,000 classes" in line for line in shown)


def test_metrics_scale_and_sizes(session: Session) -> None:
    sizes = replace(session, ranking=replace(session.ranking, metric=Metric.SUPPORT))
    shown = "\n".join(lines(sizes))
    assert "size of" in shown and "strong = many" in shown and "▾ best" not in shown.split("strong")[1]
    own = "\n".join(lines(toggle_relative(session)))
    assert "best" in own and "worst" in own and "low" in own and "high" in own


@pytest.mark.row("C10")
def test_the_chart_reads_out_every_run_and_takes_the_width_when_chosen(tmp_path: Path) -> None:
    for number in range(2):
        write_run(tmp_path / f"run{number}", epochs=4, seed=number, splits=("test", "train"))
    session = select(open_session(open_catalog([tmp_path])), true="cat", epoch=3)
    shown = lines(session)
    title = next(line for line in shown if "cat recall" in line)
    assert "solid test · dotted train" in title and title.index("cat recall") > 55
    below = "\n".join(line[60:] for line in shown[shown.index(title) :])
    assert "A " in below and "B " in below and "│" in below and "▾" in below
    wide = session
    for _ in range(3):
        wide = next_pane(wide)
    alone = lines(wide, 80, 20)
    assert any("cat recall" in line[:16] for line in alone) and any("A " in line[20:] for line in alone)


@pytest.mark.parametrize("depth", [Depth.MONO, Depth.ANSI16])
def test_without_colour_shade_glyphs_carry_the_values(session: Session, depth: Depth) -> None:
    shown = lines(session, palette=DARK.at(depth))
    table = epochs_table(session)
    row = shown[row_of(shown, table.classes[int(table.order[0])])]
    assert set(row) & set("░▒▓█·") and "▾" in row


def test_every_size_draws(session: Session) -> None:
    for width in (1, 5, 12, 20, 40, 60, 80, 100, 200):
        for height in (1, 2, 3, 5, 8, 13, 14, 20, 26, 35, 60):
            canvas = drawn(session, width, height)
            assert (canvas.width, canvas.height) == (width, height)


def test_runs_that_do_not_fit_leave_the_focused_one() -> None:
    layout = arrange(60, 20, 10, 10, (90, 90, 90, 90), 2, 4)
    assert 2 in [panel.run for panel in layout.panels] and len(layout.panels) < 4
    for width in range(20, 220, 7):
        layout = arrange(width, 35, 10, 10, (90, 12, 40, 1), 1, 4)
        assert all(panel.x + panel.width <= width for panel in layout.panels)
        for panel in layout.panels:
            for place in range(panel.epochs):
                assert panel.x <= panel.cell(place) < panel.x + panel.width


def test_without_epochs_in_the_range_a_sentence_says_which_keys_help(session: Session) -> None:
    shown = " ".join(lines(select(session, span=(50, 60))))
    assert "No run has an epoch in this range" in shown


def test_values_stand_ones_below_ones() -> None:
    assert aligned(["69.5", "54", "100", "–"]) == ["69.5", "54  ", "100", "–"]
    assert aligned(["54", "8", "–"]) == ["54", "8", "–"]
    assert aligned(["1,000", "54"]) == ["1,000", "54"]


def test_what_arrives_while_a_frame_is_drawn_is_drawn_next(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """A result may come between the question and the end of the frame: nothing is pending then, and yet it lacks."""
    view, asked = EpochsView(), list[bool]()
    view.set_reactive(EpochsView.session, session)
    monkeypatch.setattr(view, "_look_again", asked.append)
    wish = LATER._wish
    monkeypatch.setattr(
        LATER, "_wish", lambda key, work: (wish(key, work), LATER._changed.wait_for(lambda: key in LATER._done, 20))
    )
    for _ in range(8):
        view.draw(Canvas(120, 35, DARK))
        LATER.settle()
    assert asked[0] and not asked[-1]
