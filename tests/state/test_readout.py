"""The read-out: every sentence true, the cell first, no row of the screen needed to understand it."""

from __future__ import annotations

from pathlib import Path

import pytest

from clftui.state.readout import readout
from clftui.state.settings import ClassOrder
from clftui.state.triage import Reason, tag_pair
from tests.matrices import ANIMALS, COUNTS, at, draw_as, session_on

BEFORE = ((50, 4, 0), (3, 90, 1), (0, 4, 38))


@pytest.mark.row("P11")
def test_a_confusion_in_sentences(tmp_path: Path) -> None:
    other = ((40, 17, 0), (3, 90, 1), (0, 2, 40))
    session = session_on(tmp_path, {"one": [BEFORE, COUNTS], "two": [other, other]}, run="one")
    tag_pair(session.catalog, "cat", "dog", Reason.AMBIGUOUS)
    said = readout(at(session, "cat", "dog"))
    assert said[0].startswith("cat as dog: 7, 12 % of cats, 6–23 %")
    assert said[1] == "Confusion 1 of 4 by count; j and k read the next ones."
    assert "The other way round, dog as cat: 3." in said
    assert "3 more than an epoch ago." in said
    assert "Tagged ambiguous: a name with two meanings, or images that fit both." in said
    assert any(each.startswith("Recall of cat: 88 %") for each in said)
    assert any(each.startswith("Precision of dog: 91 %") for each in said)
    letter = session.selection.letter("two")
    assert any(each.startswith(f"{letter} two: 30 %") for each in said)


def test_right_answers_and_cells_without_a_sample(tmp_path: Path) -> None:
    session = session_on(tmp_path, {"one": [COUNTS]})
    right = readout(at(session, "dog", "dog"))
    assert right[0].startswith("dog right: 90") and right[1].startswith("Right answers; j begins with the first of 4")
    nothing = readout(at(session, "cat", "fox"))
    assert nothing[0].startswith("cat as fox: 0") and nothing[1].startswith("Not among the confusions")


def test_it_reads_classes_however_the_screen_lies(tmp_path: Path) -> None:
    session = at(session_on(tmp_path, {"one": [COUNTS]}), "cat", "dog")
    drawn = draw_as(session, transposed=True, order=ClassOrder.HARDEST)
    assert readout(drawn)[0] == readout(session)[0]
    brief, long = readout(session, brief=True)[0], readout(session)[0]
    assert len(brief) < len(long) and brief.startswith("cat as dog: 7, 12 %")


def test_undefined_and_perfect(tmp_path: Path) -> None:
    session = session_on(tmp_path, {"one": [((5, 0, 0), (0, 5, 0), (0, 0, 0))]})
    said = readout(at(session, ANIMALS[2], ANIMALS[2]))
    assert "Nothing is confused." in said and "The recall of fox is undefined." in said
