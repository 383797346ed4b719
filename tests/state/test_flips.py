"""Flips between epochs, runs and splits of runs whose every answer is known, and the samples they lead to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from clftui.analysis.flips import Outcome
from clftui.data.catalog import open_catalog
from clftui.state import flips_list
from clftui.state.filter_values import OnlyRight
from clftui.state.filters import Expression, FilterError
from clftui.state.flip_filter import Flip, Flipped
from clftui.state.flips import FlipRow, Flips, Pattern, drill, drill_pattern, flips, run_sets
from clftui.state.moves import back, select
from clftui.state.sample_list import Nothing, SampleList, listing
from clftui.state.selection import Tab
from clftui.state.session import Session, open_session
from clftui.state.versus import Kind, Versus, against_words, parse_versus
from tests.answers import write_answers, write_table

TRUE = "aaaabbbbcccc"
ONE = "aabbbbbbaacc"
TWO = "abbcbaabaacc"


@pytest.fixture
def session(tmp_path: Path) -> Session:
    write_table(tmp_path / "samples" / "test.csv", [f"s{row}" for row in range(12)])
    # The same samples, backwards, on a table of its own; classes in another order and one that the others lack.
    write_table(tmp_path / "samples" / "turned.csv", [f"s{row}" for row in reversed(range(12))])
    write_answers(tmp_path / "one", TRUE, [ONE, TWO])
    write_answers(tmp_path / "other", TRUE[::-1], ["aacccaaabbdd"[::-1]], classes="cdba", table="../samples/turned.csv")
    return open_session(open_catalog([tmp_path]), run="one")


def found(session: Session, against: str = "epoch:before") -> Flips:
    table = flips(session, parse_versus(against), wait=True)
    assert isinstance(table, Flips)
    return table


def ids(session: Session) -> list[str]:
    shown = listing(session)
    assert isinstance(shown, SampleList), shown
    return sorted((shown.sample_id(index) for index in range(shown.n)), key=lambda each: int(each[1:]))


def test_epoch_against_epoch(session: Session) -> None:
    table = found(session)
    rows = {row.name: row[1:6] for row in table.rows}
    # a: sample 1 lost, 2 wrong the same, 3 wrong another way; b: 5 and 6 lost; c: nothing flipped.
    assert rows == {"a": (1, 0, 1, 1, 1), "b": (2, 0, 0, 0, 2), "c": (0, 0, 0, 2, 2)}
    assert table.total[1:6] == (3, 0, 1, 3, 5) and table.total.p == pytest.approx(0.25)
    assert [row.name for row in table.rows] == ["b", "a", "c"], "those that lost most first"
    assert (table.before, table.after, table.title) == ("epoch 1", "epoch 2", "epoch 2 against epoch 1")
    assert (table.left_out, table.empty) == (0, 0)


def test_run_against_run_matches_samples_by_id_and_classes_by_name(session: Session) -> None:
    table = found(session, "run:other")
    answers = dict(zip(range(12), "aacccaaabbdd", strict=True))
    for row in table.rows:
        expected = [0] * 5
        for at, true in enumerate(TRUE):
            if true == row.name:
                was, now = answers[at] == true, TWO[at] == true
                outcome = (
                    Outcome.RIGHT if was and now else Outcome.NEWLY_WRONG if was else Outcome.NEWLY_RIGHT if now
                    else Outcome.WRONG_SAME if answers[at] == TWO[at] else Outcome.WRONG_DIFFERENTLY
                )  # fmt: skip
                expected[outcome] += 1
        assert list(row[1:6]) == expected, row.name
    assert table.title == "one against other" and table.total.n == 12


def test_split_against_split_where_ids_match(session: Session, tmp_path: Path) -> None:
    write_table(tmp_path / "samples" / "small.csv", ["s5", "new", "s0"])
    write_answers(tmp_path / "one", "bca", ["aca"], split="small", table="../samples/small.csv")
    table = found(open_session(open_catalog([tmp_path]), run="one", split="test"), "split:small")
    # s5 was taken for an a on both, s0 is right on both.
    assert table.total[1:6] == (0, 0, 0, 1, 1)
    assert {row.name: row.n for row in table.rows} == {"a": 1, "b": 1}
    assert table.left_out == 10 and table.empty == 1


def test_epochs_of_different_subsets_without_a_table(tmp_path: Path) -> None:
    write_answers(tmp_path / "r", "aabb", ["aba", "abab"], table=None, samples={1: (3, 1, 0)})
    table = found(open_session(open_catalog([tmp_path])))
    # 0 stays right, 1 goes from wrong to wrong, 3 from a to b; 2 is new.
    assert table.total[1:6] == (0, 1, 0, 1, 1) and table.left_out == 1


def test_labels_that_differ_are_left_out(tmp_path: Path) -> None:
    write_table(tmp_path / "samples" / "test.csv", "xyz")
    write_answers(tmp_path / "one", "aab", ["aab"])
    write_answers(tmp_path / "two", "ab?", ["abb"])
    table = found(open_session(open_catalog([tmp_path]), run="one"), "run:two")
    assert table.total.n == 1 and table.left_out == 2


@pytest.mark.parametrize("flip", list(Flip))
def test_a_number_leads_to_exactly_its_samples_and_back(session: Session, flip: Flip) -> None:
    narrowed = replace(session, filters=(Expression('id != "s5"'),))
    for start in (session, narrowed):
        for against in ("epoch:before", "epoch:1", "epoch:best", "run:other"):
            table = found(start, against)
            for row in (table.total, *table.rows):
                there = drill(start, flip, row.name or None, parse_versus(against))
                assert there.tab is Tab.SAMPLES and len(ids(there)) == row.of(flip)
                assert back(there).filters == start.filters
    assert ids(drill(session, Flip.NEWLY_WRONG, "b")) == ["s5", "s6"]
    assert ids(drill(session, Flip.WRONG_DIFFERENTLY)) == ["s3"]


def test_a_filter_on_answers_counts_samples_that_pass_on_both_sides_and_so_does_its_list(session: Session) -> None:
    right = replace(session, filters=(OnlyRight(True),))
    assert found(right).total[1:6] == (0, 0, 0, 0, 5)
    predicted = replace(session, filters=(Expression('predicted in ("b", "c")'),))
    table = found(predicted)
    assert table.total.differently == 1 and table.total.newly_wrong == 0
    assert ids(drill(predicted, Flip.WRONG_DIFFERENTLY)) == ["s3"]


def test_the_table_does_not_obey_its_own_drill(session: Session) -> None:
    there = drill(session, Flip.NEWLY_WRONG, "b")
    assert found(there).total == found(session).total
    again = drill(there, Flip.WRONG_DIFFERENTLY)
    assert len(again.filters) == 1


def test_flipped_says_itself_and_follows_the_epoch(session: Session) -> None:
    words = {spec: against_words(parse_versus(spec)) for spec in ("epoch:3", "epoch:best", "epoch:before", "run:cnn")}
    assert words == {
        "epoch:3": "since epoch 3", "epoch:best": "since the best epoch", "epoch:before": "since the epoch before",
        "run:cnn": "against cnn",
    }  # fmt: skip
    new = Flipped(Flip.NEWLY_WRONG, Versus())
    assert new.describe() == "newly wrong since the epoch before"
    first = select(drill(session, Flip.NEWLY_WRONG, "b"), epoch=1)
    assert ids(first) == [], "nothing came before the first epoch"
    evaluation = session.evaluation()
    assert evaluation is not None
    with pytest.raises(FilterError, match="nothing says"):
        new.mask(evaluation, None)


def test_where_there_is_nothing_to_compare(session: Session, tmp_path: Path) -> None:
    assert isinstance(flips(select(session, epoch=1), wait=True), Nothing)
    with pytest.raises(FilterError, match="no run nobody"):
        flips(session, Versus(Kind.RUN, "nobody"), wait=True)
    strangers = write_answers(tmp_path / "x" / "one", "ab", ["ab"], table=None).parent
    write_answers(strangers / "two", "ab", ["aa"], table=None)
    told = flips(open_session(open_catalog([strangers]), run="one"), Versus(Kind.RUN, "two"), wait=True)
    assert isinstance(told, Nothing) and "which samples they share" in told.sentence


@pytest.mark.row("O7")
def test_which_runs_are_right_together(session: Session) -> None:
    sets = run_sets(session, wait=True)
    assert sets is not None
    letters = {name: letter for letter, name in sets.letters}
    one, other = letters["one"], letters["other"]
    answers = "aacccaaabbdd"
    both = [(TWO[at] == TRUE[at], answers[at] == TRUE[at]) for at in range(12)]
    for pattern in sets.patterns:
        sides = (one in pattern.right, other in pattern.right)
        assert pattern.n == both.count(sides)
        assert len(ids(drill_pattern(session, pattern))) == pattern.n
    assert sum(pattern.n for pattern in sets.patterns) == sets.shared == 12
    wrong = [2 - sum(each) for each in both]
    assert sets.exactly == tuple(wrong.count(k) for k in range(3)) and sets.at_least[1] == 12 - wrong.count(0)


def test_the_list_has_all_classes_then_each_then_patterns(session: Session) -> None:
    shown = flips_list.flip_lines(session, wait=True)
    kinds = [type(line) for line in shown.lines]
    assert kinds == [FlipRow] * 4 + [Pattern] * len(kinds[4:]) and len(kinds) > 4
    assert shown.title == "Flips of one, epoch 2 against epoch 1"
    assert flips_list.look_at(session, 1).selection.true == "b"
    assert ids(flips_list.drill_line(session, 1)) == ["s5", "s6"]
    assert len(ids(flips_list.drill_line(session, 0))) == 3
    assert "no sample flipped" in flips_list.drill_line(session, 3).notice
    pattern = shown.lines[4]
    assert isinstance(pattern, Pattern) and len(ids(flips_list.drill_line(session, 4))) == pattern.n
    assert flips_list.drill_line(session, 99).notice
    nobody = replace(session, versus=Versus(Kind.RUN, "nobody"))
    assert "no run nobody" in flips_list.flip_lines(nobody, wait=True).sentence


def test_the_sentence_says_why_nothing_can_be_followed(tmp_path: Path, session: Session) -> None:
    write_answers(tmp_path / "mute" / "one", "?" * 12, [ONE, TWO])
    mute = flips(open_session(open_catalog([tmp_path / "mute"])), parse_versus("epoch:before"), wait=True)
    assert isinstance(mute, Nothing) and mute.sentence.endswith("no sample has a true class.")
    strict = replace(session, filters=(Expression('id == "none"'),))
    hidden = flips(strict, parse_versus("epoch:before"), wait=True)
    assert isinstance(hidden, Nothing) and hidden.sentence.endswith("no sample of both passes the filters.")
