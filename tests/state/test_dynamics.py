"""Learning dynamics of runs whose every answer is known; marks, orders and filters by what the epochs say."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from clftui.data.catalog import open_catalog
from clftui.state import dynamics_list, filter_steps
from clftui.state.dynamics import ClassRow, Dynamics, dynamics, learned_words
from clftui.state.dynamics_list import ForgottenRow
from clftui.state.epochs_past_best import past_best
from clftui.state.filters import Expression
from clftui.state.later import PASTS
from clftui.state.members import members
from clftui.state.moves import drill_to_samples, select
from clftui.state.peers import epochs_wrong
from clftui.state.sample_list import Nothing, SampleList, listing
from clftui.state.sample_past import marks, step_mark
from clftui.state.sample_settings import SampleSort
from clftui.state.selection import Part, Scope, Tab
from clftui.state.session import Session, open_session
from clftui.state.unready import NotYet, impatient
from tests.answers import write_answers, write_table
from tests.builders import write_run

TRUE = "aabbcc?"
EPOCHS = ("abbacca", "aabbbbb", "abbaccc", "abbbcaa")
"""0: always right. 1: b a b b. 2: always right. 3: a b a b. 4: c b c c. 5: c b c a. 6 has no label."""


def session_of(root: Path, **selected: object) -> Session:
    return select(open_session(open_catalog([root])), **selected)


@pytest.fixture
def session(tmp_path: Path) -> Session:
    write_table(tmp_path / "samples" / "test.csv", [f"s{row}" for row in range(7)])
    write_answers(tmp_path / "r", TRUE, EPOCHS)
    return session_of(tmp_path)


def found_in(session: Session) -> Dynamics:
    found = dynamics(session, wait=True)
    assert isinstance(found, Dynamics)
    return found


def ids(session: Session) -> list[str]:
    shown = listing(session)
    assert isinstance(shown, SampleList), shown
    return [shown.sample_id(index) for index in range(shown.n)]


@pytest.mark.row("O7", "C15")
def test_what_became_of_each_sample(session: Session) -> None:
    found = found_in(session)
    facts = found.samples
    assert facts.first_learned[:6].tolist() == [1, 2, 1, 2, 1, 1]
    assert facts.forgetting[:6].tolist() == [0, 1, 0, 1, 1, 2]
    assert facts.wrong[:6].tolist() == [0, 3, 0, 2, 1, 2]
    assert facts.last_flip[:6].tolist() == [0, 3, 0, 4, 3, 4]
    assert facts.visited[:6].tolist() == [1, 2, 1, 2, 2, 3]
    assert found.most_forgotten().tolist() == [5, 1, 3, 4, 0, 2]
    assert found.learned == (2, 4, 0, 6)
    assert learned_words(found) == "2 of 6 samples learned for good, 4 forgotten at least once, 0 never learned"


def test_recall_and_the_epochs_up_to_the_one_that_shows(session: Session) -> None:
    found = found_in(session)
    assert found.epochs == (1, 2, 3, 4)
    assert found.recall.tolist() == [[0.5, 0.5, 1.0], [1, 1, 0], [0.5, 0.5, 1], [0.5, 1, 0.5]]
    earlier = found_in(select(session, epoch=2))
    assert earlier.epochs == (1, 2) and earlier.samples.wrong[5] == 1
    assert isinstance(dynamics(select(session, epoch=1), wait=True), Nothing)


def test_filters_choose_the_samples(session: Session) -> None:
    found = found_in(replace(session, filters=(Expression('true == "a"'),)))
    assert [row.name for row in found.rows] == ["a"] and found.learned[3] == 2 and found.filtered


@pytest.fixture(scope="module")
def overfit(tmp_path_factory: pytest.TempPathFactory) -> Session:
    """Two classes of 80: `cat` is lost for good from epoch 4 on, `dog` only jitters; the loss on test rises again."""
    root = tmp_path_factory.mktemp("overfit") / "runs"
    rng = np.random.default_rng(5)
    true, easy, hurt = "a" * 80 + "b" * 80, rng.random(160) < 0.7, rng.random(160) < 0.5
    epochs = []
    for epoch in range(1, 9):
        good = easy | (rng.random(160) < 0.5)
        if epoch > 3:
            good &= ~hurt | (np.arange(160) >= 80)
        epochs.append("".join(t if right else "ba"[t == "b"] for t, right in zip(true, good, strict=True)))
    write_answers(root / "r", true, epochs, classes="ab", table=None)
    scalars = [
        {"epoch": epoch, "split": split, "loss": loss}
        for epoch in range(1, 9)
        for split, loss in (("train", 1 / epoch), ("test", 0.5 + 0.15 * abs(epoch - 3)))
    ]
    (root / "r" / "scalars.jsonl").write_text("\n".join(map(json.dumps, scalars)), encoding="utf-8")
    return session_of(root)


@pytest.mark.row("O13")
def test_the_over_fitting_epoch_and_the_class_past_its_best(overfit: Session) -> None:
    found = found_in(overfit)
    assert [row.name for row in found.past] == ["a"]
    lost = found.past[0]
    assert lost.best_epoch <= 3 and lost.n == 40 and 0 < lost.low <= lost.loss <= lost.high and lost.q <= 0.05
    assert found.losses.lowest == 3 and found.losses.overfit is not None
    assert {name for _, names in found.checkpoints for name in names} == {"a", "b"}
    run = overfit.run
    assert run is not None
    marked = past_best(overfit, run, wait=True)
    assert marked is not None and marked.past.tolist() == [True, False]


@pytest.mark.row("O13")
def test_the_list_leads_to_what_was_lost_since_the_best_epoch(overfit: Session) -> None:
    shown = dynamics_list.dynamics_lines(overfit, wait=True)
    row = shown.lines[1]
    assert isinstance(row, ClassRow) and row.name == "a"
    there = dynamics_list.drill_line(overfit, 1)
    assert there.tab is Tab.SAMPLES
    assert there.filters[-1].describe() == f"newly wrong since epoch {row.best_epoch}"
    found = found_in(overfit)
    run = overfit.run
    assert run is not None
    then, now = run.evaluation("test", row.best_epoch), run.evaluation("test", 8)
    assert then is not None and now is not None
    lost = (then.true == 0) & (then.predicted == 0) & (now.predicted != 0)
    assert len(ids(there)) == np.count_nonzero(lost) > 0
    assert dynamics_list.look_at(overfit, 1).selection.true == "a"
    sample = shown.lines[1 + len(found.rows)]
    assert isinstance(sample, ForgottenRow) and sample.forgetting == found.samples.forgetting[: found.kept.size].max()
    alone = dynamics_list.drill_line(overfit, 1 + len(found.rows))
    assert alone.selection.detail and alone.selection.sample == sample.id
    assert dynamics_list.drill_line(overfit, 9999).notice


def test_a_broken_epoch_is_left_out_and_counted(tmp_path: Path) -> None:
    write_answers(tmp_path / "r", TRUE, EPOCHS)
    (tmp_path / "r" / "epochs" / "00002" / "test.npz").write_bytes(b"no zip")
    found = found_in(session_of(tmp_path))
    assert found.epochs == (1, 3, 4) and found.unread == 1
    assert found.samples.forgetting[:6].tolist() == [0, 0, 0, 0, 0, 1]


def test_epochs_of_other_subsets_are_followed_by_sample_number(tmp_path: Path) -> None:
    write_answers(tmp_path / "r", TRUE, ("ac", "abbb", "cab"), table=None,
                  samples={1: (0, 5), 2: (5, 2, 3, 0), 3: (5, 0, 3)})  # fmt: skip
    facts = found_in(session_of(tmp_path)).samples
    # By position in the newest epoch: 5 (c a c), 0 (a b a), 3 (- b b).
    assert facts.seen.tolist() == [3, 3, 2] and facts.wrong.tolist() == [1, 1, 0]
    assert facts.forgetting.tolist() == [1, 1, 0] and facts.first_learned.tolist() == [1, 1, 2]


@pytest.mark.row("O7")
def test_the_mark_is_more_than_half_of_the_epochs_unless_moved(session: Session) -> None:
    run, evaluation = session.run, session.evaluation()
    assert run is not None and evaluation is not None
    found = marks(session, run, evaluation)
    assert found is not None and (found.n, found.epochs) == (2, 4) and found.words == "wrong in > 2 epochs"
    assert [found[at] for at in range(7)] == [False, True, False, False, False, False, False]
    lower = step_mark(session, -1)
    assert lower.samples.often == 1 and "3 samples" in lower.notice
    assert step_mark(replace(session, samples=replace(session.samples, often=3)), 1).samples.often == 3
    assert step_mark(replace(session, samples=replace(session.samples, often=0)), -1).samples.often == 0
    first = select(session, epoch=1)
    earliest = first.evaluation()
    assert earliest is not None and marks(first, run, earliest) is None and "one epoch" in step_mark(first, 1).notice


@pytest.mark.row("O7")
def test_w_marks_what_its_next_step_keeps(session: Session) -> None:
    everything = drill_to_samples(session, Scope(part=Part.ALL))
    two = filter_steps.step_epochs_wrong(filter_steps.step_epochs_wrong(everything, 1), 1)
    run, evaluation = two.run, two.evaluation()
    assert run is not None and evaluation is not None
    found = marks(two, run, evaluation)
    assert found is not None and ids(two) == ["s1", "s3", "s5"]
    marked = [f"s{at}" for at in range(7) if found[at]]
    assert marked == ids(filter_steps.step_epochs_wrong(two, 1)) == ["s1"]
    none = filter_steps.step_epochs_wrong(filter_steps.step_epochs_wrong(two, -1), -1)
    assert none.filters == () and none.samples.often is None


def test_orders_by_what_the_epochs_say(session: Session) -> None:
    everything = drill_to_samples(session, Scope(part=Part.ALL))
    by = {sort: replace(everything, samples=replace(everything.samples, sort=sort)) for sort in SampleSort}
    assert ids(by[SampleSort.EPOCHS_WRONG]) == ["s1", "s3", "s5", "s4", "s0", "s2", "s6"]
    assert ids(by[SampleSort.FORGOTTEN]) == ["s5", "s1", "s3", "s4", "s0", "s2", "s6"]


def test_a_draw_does_not_wait_for_the_epochs_and_nothing_is_remembered_of_that(tmp_path: Path) -> None:
    for number in range(3):
        write_run(tmp_path / f"run{number}", seed=number)
    session = filter_steps.step_epochs_wrong(session_of(tmp_path), 1)
    sorted_so = replace(session, samples=replace(session.samples, sort=SampleSort.FORGOTTEN))
    with impatient() as draw:
        with pytest.raises(NotYet, match="Reading the epochs of run"):
            members(session)
        assert draw.missing
        told = listing(sorted_so)
        assert isinstance(told, Nothing) and told.sentence.startswith("Reading the epochs")
        run, evaluation = session.run, session.evaluation()
        assert run is not None and evaluation is not None
        found = marks(session, run, evaluation)
        assert found is not None
    assert PASTS.settle()
    with impatient() as draw:
        present, absent = members(session)
        assert len(present) == 3 and not absent and not draw.missing
        assert isinstance(listing(sorted_so), SampleList)
        wrong = epochs_wrong(run, evaluation)
        assert wrong is not None
        assert present[[each.run for each in present].index(run)].confusion.total == np.count_nonzero(wrong >= 1)


@pytest.mark.parametrize("n", [0, 3])
def test_without_true_classes_a_sentence_says_so(tmp_path: Path, n: int) -> None:
    write_answers(tmp_path / "mute", "???", ["aaa"] * 2)
    none = np.zeros(0, dtype=np.int64)
    for epoch in ("00001", "00002") if n == 0 else ():
        np.savez(tmp_path / "mute" / "epochs" / epoch / "test.npz", sample=none, true=none, predicted=none)
    found = dynamics(session_of(tmp_path), wait=True)
    assert isinstance(found, Nothing) and "has a true class" in found.sentence
