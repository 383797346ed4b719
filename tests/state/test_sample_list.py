"""Which samples show, and where the cursor goes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from clftui.data.catalog import open_catalog
from clftui.state.filters import Expression
from clftui.state.moves import add_filter, back, drill_to_samples, select, with_catalog
from clftui.state.sample_copy import copy_text
from clftui.state.sample_list import (
    Nothing,
    SampleList,
    as_rows,
    drill,
    focus,
    index_of,
    is_detail,
    is_listed,
    listing,
    move,
    next_part,
    next_sort,
    resize,
    toggle_rows,
)
from clftui.state.sample_settings import SampleSort
from clftui.state.sample_title import title_words
from clftui.state.selection import Part, Scope
from clftui.state.session import Session, open_session
from tests.builders import write_collection, write_run

FAR = 1_000_000


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return open_session(open_catalog([write_collection(tmp_path / "runs")]))


def shown_in(session: Session) -> SampleList:
    shown = listing(session)
    assert isinstance(shown, SampleList), shown
    return shown


@pytest.mark.row("P12")
def test_surest_of_the_wrong_class_come_first(session: Session) -> None:
    focused = session.selection
    shown = shown_in(drill_to_samples(session, Scope(focused.true, focused.predicted)))
    true, predicted = (shown.evaluation.classes.index(name or "") for name in (focused.true, focused.predicted))
    confidence = shown.evaluation.confidence(shown.positions)
    assert shown.n > 2
    assert (np.diff(confidence) <= 0).all()
    assert (shown.evaluation.true[shown.positions] == true).all()
    assert (shown.evaluation.predicted[shown.positions] == predicted).all()


def test_a_tab_opened_without_a_drill_shows_everything_wrong(session: Session) -> None:
    shown = shown_in(session)
    wrong = int(np.count_nonzero(shown.evaluation.true != shown.evaluation.predicted))
    assert shown.n == wrong > 0
    assert title_words(shown) == (str(wrong), "of 80 samples predicted wrong")
    assert shown.sort is SampleSort.CONFIDENCE


def test_every_scope_in_words_and_numbers(session: Session) -> None:
    e = session.evaluation()
    assert e is not None
    support = e.confusion.support
    cases = {
        Scope("cat", "dog"): (e.confusion.cell(0, 1), f"of {support[0]} cat predicted as dog"),
        Scope("cat", "cat"): (e.confusion.cell(0, 0), f"of {support[0]} cat predicted right"),
        Scope("cat", part=Part.WRONG): (support[0] - e.confusion.correct[0], f"of {support[0]} cat predicted wrong"),
        Scope("cat", part=Part.ALL): (support[0], f"of {support[0]} cat"),
        Scope(predicted="dog", part=Part.RIGHT): (
            e.confusion.correct[1],
            f"of {e.confusion.predicted_count[1]} predicted as dog and right",
        ),
        Scope(part=Part.ALL): (80, "of 80 samples"),
        Scope(part=Part.RIGHT): (e.confusion.correct.sum(), "of 80 samples predicted right"),
    }
    for scope, (number, words) in cases.items():
        shown = shown_in(drill_to_samples(session, scope))
        assert (shown.n, title_words(shown)) == (number, (str(number), words))


def test_filters_narrow_and_say_so(session: Session) -> None:
    filtered = add_filter(session, Expression("confidence > .8"))
    shown = shown_in(filtered)
    assert 0 < shown.n < shown_in(session).n
    assert (shown.evaluation.confidence(shown.positions) > 0.8).all()
    assert title_words(shown)[1].endswith(" predicted wrong, only confidence > .8")


def test_nothing_to_show_is_a_sentence(session: Session, tmp_path: Path) -> None:
    other = open_session(open_catalog([write_run(tmp_path / "z" / "other", classes=("a", "b"))]))
    (tmp_path / "empty").mkdir()
    empty = open_session(open_catalog([tmp_path / "empty"]))
    for each, part in (
        (select(session, scope=Scope("wolf")), "has no class wolf"),
        (select(session, split="val"), "nothing on val"),
        (select(other, scope=Scope("cat", "dog")), "has no class cat"),
        (empty, "No runs"),
    ):
        found = listing(each)
        assert isinstance(found, Nothing) and part in found.sentence
        assert move(each, 1, 0) is each and drill(each) is each
        assert copy_text(each) == ("", 0)


def test_a_bare_matrix_has_no_samples(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "runs" / "m", epochs=1)
    np.savez(folder / "epochs" / "00001" / "test.npz", confusion=np.full((4, 4), 3, dtype=np.int64))
    found = listing(open_session(open_catalog([tmp_path / "runs"])))
    assert isinstance(found, Nothing) and "bare matrix" in found.sentence


def test_a_broken_file_is_a_sentence(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "runs" / "m", epochs=1)
    (folder / "epochs" / "00001" / "test.npz").write_bytes(b"PK\x03\x04 cut")
    found = listing(open_session(open_catalog([tmp_path / "runs"])))
    assert isinstance(found, Nothing) and "test.npz" in found.sentence


def test_moves_stop_at_both_ends(session: Session) -> None:
    shown = shown_in(session)
    assert index_of(session, shown) == 0
    last = move(session, 0, FAR)
    assert index_of(last, shown) == shown.n - 1
    assert move(last, 1, 0).selection.sample == last.selection.sample
    assert index_of(move(last, 0, -FAR), shown) == 0
    assert index_of(move(session, 0, 3), shown) == 3


def test_drilling_shows_one_sample_and_back_returns(session: Session) -> None:
    third = move(session, 0, 2)
    alone = drill(third)
    assert is_detail(alone) and alone.selection.sample == third.selection.sample
    assert drill(alone) is alone
    fourth = move(alone, 0, 1)
    assert is_detail(fourth) and index_of(fourth, shown_in(fourth)) == 3
    returned = back(fourth)
    assert not is_detail(returned) and returned.selection.sample == third.selection.sample
    first = drill(session)
    assert first.selection.sample == shown_in(session).sample_id(0)


def test_clicking_focuses_and_the_focused_one_opens(session: Session) -> None:
    name = shown_in(session).sample_id(4)
    once = focus(session, name)
    assert once.selection.sample == name and not is_detail(once)
    assert is_detail(focus(once, name))


def test_the_cursor_stays_near_a_sample_that_left_the_list(tmp_path: Path) -> None:
    root = write_collection(tmp_path / "runs", runs=1, epochs=1)
    path = root / "run0" / "epochs" / "00001" / "test.npz"
    session = move(open_session(open_catalog([root])), 0, 5)
    before = shown_in(session)
    held = dict(np.load(path))
    row = before.row(5)
    held["predicted"][held["sample"] == row] = held["true"][held["sample"] == row]
    np.savez(path, **held)
    later = with_catalog(session, open_catalog([root]))
    after = shown_in(later)
    assert after.n == before.n - 1
    assert later.selection.sample == session.selection.sample
    assert not is_listed(later, after)
    assert is_listed(session, before)
    assert 0 <= index_of(later, after) < after.n
    assert is_listed(move(later, 0, 1), after)


def test_sorting_keeps_the_focus_and_skips_what_is_not_there(session: Session, tmp_path: Path) -> None:
    third = move(session, 0, 2)
    sorts, now = [], third
    for _ in SampleSort:
        now = next_sort(now)
        sorts.append(shown_in(now).sort)
        assert now.selection.sample == third.selection.sample
    there = [sort for sort in SampleSort if sort is not SampleSort.SOFT]
    assert sorts == [*there[1:], *there[:2]]
    bare = open_session(open_catalog([write_run(tmp_path / "bare" / "r", scores=False, epochs=1)]))
    assert "no scores" in next_sort(bare).notice
    assert shown_in(bare).sort is SampleSort.ROW


def test_parts_sizes_and_lines(session: Session) -> None:
    parts = [next_part(session), next_part(next_part(session))]
    assert [each.selection.scope.part for each in parts] == [Part.RIGHT, Part.ALL]
    assert toggle_rows(session).samples.rows
    assert resize(session, 1).samples.size == session.samples.size + 1
    small = replace(session, samples=replace(session.samples, size=0))
    assert resize(small, -1).samples.size == 0 and resize(small, -1).notice
    assert as_rows(toggle_rows(session), shown_in(session))


@pytest.mark.row("P11")
def test_paths_of_a_cell_one_a_line(tmp_path: Path) -> None:
    """Which images make up these n of this cell, as text."""
    root = write_collection(tmp_path / "runs", images=True)
    session = open_session(open_catalog([root]))
    cell = drill_to_samples(session, Scope(session.selection.true, session.selection.predicted))
    shown = shown_in(cell)
    text, number = copy_text(cell, whole=True)
    lines = text.split("\n")
    assert number == shown.n == len(lines) > 1
    assert all(Path(line).is_file() for line in lines)
    assert copy_text(cell) == (lines[0], 1)
    assert copy_text(move(cell, 0, 1)) == (lines[1], 1)


def test_ids_where_there_are_no_paths(session: Session, tmp_path: Path) -> None:
    assert copy_text(session)[0] == shown_in(session).sample_id(0)
    bare = open_session(open_catalog([write_run(tmp_path / "bare" / "r")]))
    assert copy_text(bare)[0] == str(shown_in(bare).row(0))


def test_a_line_break_in_a_path_stays_one_line(tmp_path: Path) -> None:
    root = write_collection(tmp_path / "runs", runs=1)
    table = root / "samples" / "test.csv"
    rows = "".join(f'{i},cat,"../a\nb{i}.png"\n' for i in range(80))
    table.write_text("id,true,path\n" + rows, encoding="utf-8")
    text, number = copy_text(open_session(open_catalog([root])), whole=True)
    assert len(text.split("\n")) == number
