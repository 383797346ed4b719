"""What is supposed of a run: as words and as text, and that every view's numbers follow it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from clftui.data.catalog import open_catalog
from clftui.data.decided import Decided
from clftui.state.filter_chips import chips, drop_chip
from clftui.state.filter_values import OnlyRight
from clftui.state.filters import Expression, FilterError
from clftui.state.members import members
from clftui.state.pairs import pair_list
from clftui.state.session import Session, open_session, score
from clftui.state.unready import NotYet, impatient
from clftui.state.what_if import Amount, Unanswerable, WhatIf, parse_what_if, supposed
from tests.builders import write_collection, write_run


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return open_session(open_catalog([write_collection(tmp_path / "animals")]))


def supposing(session: Session, text: str) -> Session:
    assert session.run is not None
    return replace(session, what_if=parse_what_if(text, session.run))


def test_text_becomes_a_value_and_is_written_alike(session: Session) -> None:
    run = session.run
    assert run is not None
    text = "cat >= 0.7; fox * 2; dog = owl; T = 1.5"
    found = parse_what_if(text, run)
    assert found == WhatIf(run.key, 1.5, (Amount("cat", 0.7),), (Amount("fox", 2.0),), (("dog", "owl"),))
    assert found.spec == text and parse_what_if(found.spec, run) == found
    assert found.describe() == "cat needs .7, fox costs 2 ×, dog = owl, temperature 1.50"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "nothing is supposed"),
        ("bird >= .5", "no class bird"),
        ("cat >= 1.5", "between 0 and 1"),
        ("cat * 0", "more than 0"),
        ("T = 99", "between 0.05 and 20"),
        ("cat", "write cat >= .7"),
        ("cat = cat", "write cat >= .7"),
        ("T = 1", "nothing is supposed"),
    ],
)
def test_what_cannot_be_supposed_is_said(session: Session, text: str, problem: str) -> None:
    assert session.run is not None
    with pytest.raises(FilterError, match=problem):
        parse_what_if(text, session.run)


def test_matrix_ranking_pairs_and_filters_follow_at_once(session: Session) -> None:
    new = supposing(session, "cat = dog = fox = owl")
    assert score(session, session.run) < 1.0  # type: ignore[arg-type]
    confusion = new.confusion()
    assert confusion is not None and confusion.errors == 0
    shown = {member.run.key: member.confusion.errors for member in members(new)[0]}
    assert shown.pop(session.run.key) == 0 and all(errors > 0 for errors in shown.values())  # type: ignore[union-attr]
    found = pair_list(new)
    assert found is not None and not found.n
    wrong = replace(new, filters=(OnlyRight(False),)).confusion()
    assert wrong is not None and wrong.total == 0
    letter = session.selection.letter(session.selection.run or "")
    lettered = replace(new, filters=(Expression(f"wrong_{letter}"),)).confusion()
    assert lettered is not None and lettered.total == 0
    counted = replace(new, filters=(Expression("right_count == 3"),)).confusion()
    before = replace(session, filters=(Expression("right_count == 3"),)).confusion()
    assert counted is not None and before is not None and counted.total > before.total


def test_earlier_epochs_are_still_asked_of_the_right_run(session: Session) -> None:
    new = replace(supposing(session, "cat * 9"), filters=(Expression("epochs_wrong >= 1"),))
    old = replace(new, what_if=None)
    mine, theirs = new.confusion(), old.confusion()
    assert mine is not None and theirs is not None and mine.total == theirs.total > 0


def test_only_the_run_it_is_about_changes_on_every_split_and_epoch(session: Session) -> None:
    new = supposing(session, "cat * 9")
    for run in session.catalog.runs:
        assert isinstance(new.evaluation(run), Decided) == (run is session.run)
    pinned = replace(new, selection=replace(new.selection, epoch=1)).evaluation()
    assert isinstance(pinned, Decided) and pinned.epoch == 1
    assert new.evaluation() is new.evaluation()


def test_a_threshold_on_one_class_moves_its_precision_against_its_recall(session: Session) -> None:
    strict, before = supposing(session, "cat >= .99").confusion(), session.confusion()
    assert strict is not None and before is not None
    assert strict.predicted_count[0] < before.predicted_count[0]
    assert strict.correct[0] <= before.correct[0]


def test_what_was_not_kept_is_a_sentence_and_merging_still_works(tmp_path: Path) -> None:
    bare = open_session(open_catalog([write_run(tmp_path / "bare", scores=False)]))
    with pytest.raises(Unanswerable, match=r"^Of bare, test, epoch 3, no scores of every class were kept; what if cat"):
        supposing(bare, "cat >= .5").confusion()
    merged = supposing(bare, "cat = dog").confusion()
    assert merged is not None and merged.cell(0, 1) == merged.cell(1, 0) == 0


def test_a_draw_does_not_wait_for_many_scores(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clftui.state.what_if.QUICK", 10)
    new = supposing(session, "cat * 7")
    with impatient() as draw, pytest.raises(NotYet, match="Deciding anew"):
        new.confusion()
    assert draw.missing
    assert new.confusion() is not None


def test_its_chip_says_it_names_another_run_and_removes_it(session: Session) -> None:
    new = replace(supposing(session, "cat >= .7"), filters=(OnlyRight(False),))
    assert [str(chip) for chip in chips(new)][1] == "what if: cat needs .7"
    other = next(run.key for run in session.catalog.runs if run is not session.run)
    elsewhere = replace(new, selection=replace(new.selection, run=other))
    assert [str(chip) for chip in chips(elsewhere)][1] == f"what if {session.run.name}: cat needs .7"  # type: ignore[union-attr]
    assert drop_chip(new, 1).what_if is None and drop_chip(new, 1).filters == new.filters
    assert drop_chip(new, 0).what_if == new.what_if


def test_classes_that_the_run_lacks_change_nothing(session: Session) -> None:
    run, real = session.run, session.evaluation()
    assert run is not None and real is not None
    strange = WhatIf(run.key, needs=(Amount("yak", 0.5),), costs=(Amount("elk", 2.0),), merged=(("yak", "elk"),))
    found = supposed(strange, run, real)
    assert found is not None and np.array_equal(found.predicted, real.predicted)
    assert supposed(WhatIf(run.key), run, real) is real and supposed(None, run, real) is real
