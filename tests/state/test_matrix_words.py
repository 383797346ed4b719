"""The read-out of a cell in words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from numpy.typing import ArrayLike

from clftui.data.catalog import open_catalog
from clftui.state import history, matrix_model, matrix_words
from clftui.state.filters import Expression
from clftui.state.matrix_words import many, run_cells
from clftui.state.moves import with_catalog
from clftui.state.session import Session
from clftui.state.settings import ClassOrder, Scaling, Share, Zoom
from tests.matrices import COUNTS, at, draw_as, session_on, write_matrix

EPOCHS = [
    ((60, 0, 0), (0, 100, 0), (0, 0, 100)),
    ((469, 27, 4), (0, 500, 0), (0, 3, 497)),
    ((465, 31, 4), (0, 500, 0), (0, 3, 497)),
]


def said(session: Session) -> str:
    found = matrix_model.matrix(session)
    assert found is not None
    return str(matrix_words.sentence(session, found))


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return session_on(tmp_path, {"only": EPOCHS})


def test_a_cell_reads_as_a_sentence(session: Session) -> None:
    assert said(at(session, "cat", "dog")) == "cat as dog: 31, 6.2 % of cats, 4.4–8.7 %, up 31 since epoch 1"


def test_the_past_ends_at_a_pinned_epoch(session: Session) -> None:
    pinned = replace(session, selection=replace(session.selection, epoch=2))
    assert said(at(pinned, "cat", "dog")).endswith("up 27 since epoch 1")
    assert said(at(pinned, "dog", "cat")).endswith("the same since epoch 1")


def test_an_epoch_that_the_history_lacks_still_counts(tmp_path: Path) -> None:
    session = session_on(tmp_path / "runs", {"only": EPOCHS[:2]})
    write_matrix(tmp_path / "new" / "only", EPOCHS)
    (tmp_path / "new" / "only" / "epochs" / "00003").rename(tmp_path / "runs" / "only" / "epochs" / "00003")
    grown = with_catalog(session, open_catalog([tmp_path / "runs"]))
    run = grown.run
    assert run is not None and len(history.history(run, "test") or ()) == 2
    assert said(at(grown, "cat", "dog")) == "cat as dog: 31, 6.2 % of cats, 4.4–8.7 %, up 31 since epoch 1"


def test_a_fall_says_since_when(tmp_path: Path) -> None:
    session = session_on(tmp_path, {"only": [((90, 10, 0), (0, 9, 0), (0, 0, 9)), ((95, 5, 0), (0, 9, 0), (0, 0, 9))]})
    assert said(at(session, "cat", "dog")).endswith("down 5 since epoch 1")


def test_one_epoch_has_no_past_and_filters_have_none(tmp_path: Path, session: Session) -> None:
    once = session_on(tmp_path / "once", {"only": [COUNTS]})
    assert "since" not in said(once)
    filtered = replace(session, filters=(Expression("wrong"),))
    assert said(at(filtered, "cat", "dog")) == "cat as dog: 31, 89 % of cats that pass, 74–95 %"


def test_right_answers_and_shares_name_their_whole(session: Session) -> None:
    assert said(at(session, "cat", "cat")).startswith("cat right: 465, 93.0 % of cats")
    column = draw_as(session, share=Share.COLUMN)
    assert said(at(column, "cat", "dog")).startswith("cat as dog: 31, 5.8 % of all predicted dog")
    everything = draw_as(session, share=Share.TOTAL)
    assert said(at(everything, "cat", "dog")).startswith("cat as dog: 31, 2.1 % of all samples")
    assert ": 0, 0 % of dogs, 0–0.7" in said(at(session, "dog", "fox"))


def test_undefined_is_said_not_counted_as_zero(tmp_path: Path) -> None:
    session = session_on(tmp_path, {"only": [((5, 1, 0), (0, 0, 0), (0, 2, 0))]})
    assert said(at(session, "dog", "cat")) == "dog as cat: no sample is dog, so the share is undefined"
    column = draw_as(session, share=Share.COLUMN)
    assert said(at(column, "cat", "fox")) == "cat as fox: nothing is predicted fox, so the share is undefined"


def test_hostile_names_are_harmless(tmp_path: Path) -> None:
    names = ("a\x1b[31mb", "line\nbreak", "ok")
    session = session_on(tmp_path, {"only": [COUNTS]}, {"only": names})
    words = said(at(session, names[0], names[1]))
    assert words.isprintable() and words.startswith("a·[31mb as line break: 7")


@pytest.mark.parametrize(
    ("name", "expected"),
    [("cat", "cats"), ("fox", "foxes"), ("butterfly", "butterflies"), ("monkey", "monkeys"), ("bench", "benches")]
    + [
        (name, f"true {name}")
        for name in ("deer", "Shirt", "T-shirt/top", "0", "goose", "glass", "leaf", "woman", "id")
    ],
)
def test_plurals_only_where_they_are_sure(name: str, expected: str) -> None:
    assert many(name) == expected


def test_the_same_cell_in_other_runs_aligns_classes_by_name(tmp_path: Path) -> None:
    turned = ((80, 20, 0), (10, 90, 0), (0, 0, 100))
    runs: dict[str, list[ArrayLike]] = {"best": [COUNTS], "turned": [turned], "lacks": [((10, 0), (5, 5))]}
    classes = {"turned": ("fox", "dog", "cat"), "lacks": ("cat", "owl")}
    session = at(session_on(tmp_path, runs, classes, run="best"), "dog", "fox")
    found = matrix_model.matrix(session)
    assert found is not None
    cells = {cell.name: cell for cell in run_cells(session, found)}
    assert sorted(cell.letter for cell in cells.values()) == ["A", "B", "C"]
    assert cells["best"].shown == "1" or cells["best"].shown.startswith("1.")
    assert cells["turned"].shown == "10"
    assert (cells["lacks"].shown, cells["lacks"].interval, cells["lacks"].trend) == ("–", "", ())


def test_a_focused_run_without_a_letter_comes_first(tmp_path: Path) -> None:
    runs = {f"run{i}": [((50 + i, 7, 0), (3, 90, 1), (0, 2, 40))] for i in range(5)}
    session = session_on(tmp_path, runs, run="run0")
    found = matrix_model.matrix(session)
    assert found is not None
    cells = run_cells(session, found)
    assert [cell.letter for cell in cells] == ["", "A", "B", "C", "D"] and cells[0].name == "run0"


def test_the_trend_of_a_run_is_its_rate_per_epoch(session: Session) -> None:
    here = at(session, "cat", "dog")
    found = matrix_model.matrix(here)
    assert found is not None
    assert run_cells(here, found)[0].trend == pytest.approx((0.0, 27 / 500, 31 / 500))
    margins = matrix_words.margin_history(here, found)
    assert margins is not None and margins[0] == (1, 2, 3)
    assert margins[1][:, 0] == pytest.approx([1.0, 469 / 500, 465 / 500])


def test_the_legend_says_what_departs_from_the_usual(session: Session) -> None:
    assert matrix_words.legend(session) == "number · log · given"
    changed = draw_as(
        session, zoom=Zoom.SHADE, share=Share.ROW, scaling=Scaling.LINEAR, order=ClassOrder.HARDEST,
        at_least=5, diagonal=True, transposed=True,
    )  # fmt: skip
    assert (
        matrix_words.legend(changed) == "shade · % of true · linear · hardest first · cell ≥ 5 · diagonal · transposed"
    )
