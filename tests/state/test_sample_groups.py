"""Groups, orders and soft labels of samples, against a plain computation of each sample."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from clftui.data.catalog import open_catalog
from clftui.data.soft_labels import soft_labels
from clftui.schema import FormatError
from clftui.state.filters import Expression
from clftui.state.moves import add_filter, back, drill_to_samples, select
from clftui.state.peers import table_of
from clftui.state.sample_copy import copy_text
from clftui.state.sample_group_steps import (
    enter,
    fold,
    group_by,
    groupings,
    named_order,
    next_group_part,
    next_grouping,
    open_group,
    sort_by,
)
from clftui.state.sample_groups import combination_expression, combination_words
from clftui.state.sample_list import SampleList, is_detail, items, listing, move, sorts
from clftui.state.sample_settings import SampleGrouping, SampleSort
from clftui.state.sample_soft import soft_words
from clftui.state.sample_tags import Tag, give
from clftui.state.sample_title import title_words
from clftui.state.selection import Part, Scope
from clftui.state.session import Session, open_session
from clftui.state.settings import PairSort
from tests.builders import CLASSES, write_collection, write_run


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_collection(tmp_path / "runs", epochs=4)


@pytest.fixture
def session(root: Path) -> Session:
    everything = open_session(open_catalog([root]), run="run1")
    return drill_to_samples(everything, Scope(part=Part.ALL))


def shown_in(session: Session) -> SampleList:
    shown = listing(session)
    assert isinstance(shown, SampleList), shown
    return shown


def by_group(shown: SampleList) -> dict[str, list[int]]:
    """The positions of each group, in the order shown."""
    groups = shown.groups
    assert groups is not None
    starts = groups.starts.tolist()
    return {key: shown.positions[starts[i] : starts[i + 1]].tolist() for i, key in enumerate(groups.keys)}


@pytest.mark.row("B26")
def test_groups_of_classes_hold_theirs_and_nothing_else(session: Session) -> None:
    for grouping, name in ((SampleGrouping.TRUE, "true"), (SampleGrouping.PREDICTED, "predicted")):
        shown = shown_in(group_by(session, grouping))
        labels = getattr(shown.evaluation, name)
        found = by_group(shown)
        assert sum(map(len, found.values())) == shown.n == 80
        sizes = [len(positions) for positions in found.values()]
        assert sizes == sorted(sizes, reverse=True)
        for key, positions in found.items():
            assert {CLASSES[label] for label in labels[positions].tolist()} == {key}
            confidence = shown.evaluation.confidence(np.asarray(positions))
            assert (np.diff(confidence) <= 0).all(), "each group is sorted"


def plain_history(session: Session) -> list[str]:
    """Each sample's kind, from its right and wrong epochs one by one."""
    run = session.run
    assert run is not None
    rights = []
    for epoch in run.epochs("test"):
        each = run.evaluation("test", epoch)
        assert each is not None
        rights.append((each.true == each.predicted).tolist())
    kinds = []
    for past in zip(*rights, strict=True):
        forgotten = any(a and not b for a, b in pairwise(past))
        if not any(past):
            kinds.append("always wrong")
        elif all(past):
            kinds.append("always right")
        elif past[-1] != past[-2]:
            kinds.append("newly right" if past[-1] else "newly wrong")
        elif not past[-1]:
            kinds.append("lost again")
        else:
            kinds.append("forgotten and learned again" if forgotten else "learned")
    return kinds


def test_histories_are_told_from_the_epochs(session: Session) -> None:
    kinds = plain_history(session)
    grouped = group_by(session, SampleGrouping.HISTORY)
    found = by_group(shown_in(grouped))
    assert {key: sorted(positions) for key, positions in found.items()} == {
        key: [at for at, kind in enumerate(kinds) if kind == key] for key in set(kinds)
    }
    assert len(found) >= 5
    for number, key in enumerate(shown_in(grouped).groups.keys):  # type: ignore[union-attr]
        inside = shown_in(open_group(grouped, number))
        assert sorted(inside.positions.tolist()) == sorted(found[key])


@pytest.mark.row("B28")
def test_groups_of_right_runs_are_the_cells_of_the_table_of_all_combinations(session: Session) -> None:
    letters = dict(session.lettered)
    right = {}
    for letter, run in letters.items():
        each = session.evaluation(run)
        assert each is not None
        right[letter] = (each.true == each.predicted).tolist()
    plain = Counter("".join(f"{'' if right[letter][at] else '!'}{letter}" for letter in letters) for at in range(80))
    grouped = group_by(session, SampleGrouping.RUNS)
    shown = shown_in(grouped)
    assert {key: len(positions) for key, positions in by_group(shown).items()} == dict(plain)
    assert shown.groups is not None
    numbers = [key.count("!") for key in shown.groups.keys]
    assert numbers == sorted(numbers, reverse=True), "fewest right first"
    for number, key in enumerate(shown.groups.keys):
        opened = open_group(grouped, number)
        assert shown_in(opened).n == plain[key]
        assert combination_words(key) in title_words(shown_in(opened))[1]
    assert combination_expression("A!B?C") == "right_A and wrong_B and not right_C and not wrong_C"


def test_groups_of_tags_follow_the_journal(session: Session) -> None:
    give(session.catalog, "test", [("0003", Tag.HARD, None), ("0007", Tag.MISLABELLED, "dog")])
    found = by_group(shown_in(group_by(session, SampleGrouping.TAG)))
    assert {key: len(each) for key, each in found.items()} == {"mislabelled": 1, "hard": 1, "untagged": 78}
    grouped = group_by(session, SampleGrouping.TAG)
    assert [shown_in(open_group(grouped, number)).n for number in range(3)] == [len(each) for each in found.values()]


def test_folded_groups_show_one_sample_and_open(session: Session) -> None:
    grouped = group_by(session, SampleGrouping.TRUE)
    shown = shown_in(grouped)
    assert items(grouped, shown).n == 4
    second = move(grouped, 0, 1)
    assert second.selection.sample == shown.sample_id(int(shown.groups.starts[1]))  # type: ignore[union-attr]
    inside = fold(second, folded=False)
    assert items(inside, shown).n == 3 + 20 and inside.selection.sample == second.selection.sample
    within = move(inside, 0, 5)
    assert fold(within).selection.sample == second.selection.sample, "the cursor goes to the sample that stands for it"
    opened = enter(second)
    key = shown.groups.keys[1]  # type: ignore[union-attr]
    assert opened.selection.scope == Scope(true=key, part=Part.ALL) and not is_detail(opened)
    assert shown_in(opened).n == 20 and items(opened, shown_in(opened)).n == 20
    assert back(opened).selection.scope == second.selection.scope
    assert is_detail(enter(within))
    everything = fold(fold(grouped, folded=False), folded=False)
    assert items(everything, shown_in(everything)).n == 80
    assert "not grouped" in fold(session).notice and "not grouped" in open_group(session).notice


def test_keys_go_round_what_the_run_has(session: Session, tmp_path: Path) -> None:
    seen, now = [], session
    for _ in groupings(session):
        now = next_grouping(now)
        seen.append(now.samples.grouping)
    assert seen == [*list(SampleGrouping)[1:], SampleGrouping.NONE]
    bare = open_session(open_catalog([write_run(tmp_path / "one" / "r", epochs=1)]))
    assert groupings(bare) == (
        SampleGrouping.NONE, SampleGrouping.TRUE, SampleGrouping.PREDICTED, SampleGrouping.TAG,
    )  # fmt: skip
    assert not {SampleSort.EPOCHS_WRONG, SampleSort.DISAGREEMENT, SampleSort.SOFT} & set(sorts(bare))


@pytest.mark.row("B27")
def test_missed_taken_and_right_of_a_class_in_turn(session: Session) -> None:
    e = session.evaluation()
    assert e is not None
    confusion, at = e.confusion, CLASSES.index("dog")
    begun = select(session, scope=Scope(true="dog", part=Part.ALL))
    seen = []
    for _ in range(3):
        begun = next_group_part(begun)
        seen.append(shown_in(begun).n)
    correct = int(confusion.correct[at])
    assert seen == [int(confusion.support[at]) - correct, int(confusion.predicted_count[at]) - correct, correct]


def test_disagreement_is_the_entropy_of_all_runs_votes(session: Session) -> None:
    shown = shown_in(sort_by(session, SampleSort.DISAGREEMENT))
    assert shown.sort is SampleSort.DISAGREEMENT
    votes = []
    for run in session.catalog.runs:
        each = session.evaluation(run)
        assert each is not None
        votes.append(each.predicted.tolist())
    distinct = [len({vote[at] for vote in votes}) for at in shown.positions.tolist()]
    assert len(votes) == 3 and distinct == sorted(distinct, reverse=True) and distinct[0] == 3
    wrong = shown_in(sort_by(session, SampleSort.RUNS_WRONG))
    true = wrong.evaluation.true
    numbers = [sum(vote[at] != true[at] for vote in votes) for at in wrong.positions.tolist()]
    assert numbers == sorted(numbers, reverse=True)


@pytest.mark.row("B34")
def test_suspicion_puts_the_lowest_normalised_margin_first(session: Session) -> None:
    for part in Part:
        shown = shown_in(sort_by(select(session, scope=Scope(part=part)), SampleSort.SUSPICION))
        scores = shown.evaluation.scores(shown.positions)
        assert scores is not None
        true = shown.evaluation.true[shown.positions]
        plain = [row[label] - np.delete(row, label).max() for row, label in zip(scores, true.tolist(), strict=True)]
        assert shown.keys == pytest.approx(plain, abs=2e-3) and (np.diff(plain) >= -2e-3).all()


def test_entropy_is_that_of_all_scores(session: Session) -> None:
    shown = shown_in(sort_by(session, SampleSort.ENTROPY))
    scores = shown.evaluation.scores(shown.positions)
    assert scores is not None
    assert -shown.keys == pytest.approx(-(scores * np.log2(np.maximum(scores, 1e-30))).sum(axis=1), abs=1e-4)


def soft_in(root: Path) -> Path:
    return root / "samples" / "test.soft.npy"


@pytest.mark.row("D29")
def test_soft_labels_stand_beside_the_hard_one(root: Path) -> None:
    counts = np.zeros((80, 4), dtype=np.int64)
    true = np.sort(np.arange(80) % 4)
    counts[np.arange(80), true] = 31
    counts[np.arange(80), (true + 1) % 4] = np.arange(80)
    counts[5] = 0
    np.save(soft_in(root), counts)
    session = select(open_session(open_catalog([root]), run="run1"), scope=Scope(part=Part.ALL))
    shown = shown_in(sort_by(session, SampleSort.SOFT))
    assert shown.sort is SampleSort.SOFT and shown.row(0) == 79 and shown.row(79) == 5
    assert shown.keys[0] == pytest.approx(31 / 110)
    assert soft_words(shown.table, shown.evaluation, 31, {}) == "dog .50 fox .50"
    assert soft_words(shown.table, shown.evaluation, 5, {}) == ""
    unsure = shown_in(add_filter(session, Expression("soft_true < .5")))
    assert sorted(unsure.row(index) for index in range(unsure.n)) == list(range(32, 80))
    assert shown_in(add_filter(session, Expression("soft_predicted >= .5 and wrong"))).n > 0


def test_soft_labels_that_do_not_fit_are_refused_in_a_sentence(root: Path) -> None:
    session = open_session(open_catalog([root]), run="run1")
    assert session.run is not None
    table = table_of(session.run, "test")
    assert soft_labels(table, CLASSES) is None
    shares = np.eye(4)[np.sort(np.arange(80) % 4)]
    for bad, words in (
        (shares[:10], "samples, classes"),
        (shares[:, ::-1], "order of run.json"),
        (np.zeros(80), "samples, classes"),
        (np.asarray([["a"] * 4] * 80), "numbers"),
    ):
        np.save(soft_in(root), bad)
        with pytest.raises(FormatError, match=words):
            soft_labels(table, CLASSES)
        shown = shown_in(session)
        assert shown.trouble and SampleSort.SOFT not in sorts(session), "the list shows all the same"


@pytest.mark.row("O6")
def test_copying_takes_the_selected_samples(session: Session) -> None:
    chosen = select(session, chosen=frozenset({("test", "0003"), ("test", "0010")}))
    text, number = copy_text(chosen)
    assert number == 2 and sorted(text.splitlines()) == ["0003", "0010"]
    assert copy_text(session)[1] == 1 and copy_text(session, whole=True)[1] == 80


def test_names_of_the_command_line(session: Session) -> None:
    named = named_order(session, "epochs-wrong", "history", "right")
    assert (named.samples.sort, named.samples.grouping) == (SampleSort.EPOCHS_WRONG, SampleGrouping.HISTORY)
    assert named.selection.scope == Scope(part=Part.RIGHT)
    assert named_order(session, "rate", None, None).matrix.pair_sort is PairSort.RATE
    assert replace(named_order(session, None, None, None), revision=0).samples == session.samples
