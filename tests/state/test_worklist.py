"""The worklist: what is on it, in which order, what counts as done, where it leads and resumes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from clftui.data.catalog import open_catalog
from clftui.state.journal import append
from clftui.state.sample_list import SampleList, listing
from clftui.state.sample_order import sort_keys
from clftui.state.sample_settings import SampleSort
from clftui.state.sample_tags import Tag, give
from clftui.state.selection import Tab
from clftui.state.session import Session, open_session
from clftui.state.suspects import LEAST_EPOCHS, always_wrong, by_margin, margin, suspects
from clftui.state.triage import Reason, tag_pair
from clftui.state.worklist import Kind, Worklist, worklist
from clftui.state.worklist_steps import all_done, attend, left_behind, next_issue
from tests.builders import write_collection, write_run
from tests.matrices import session_on

LETTERS = tuple("abcdefgh")


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return open_session(open_catalog([write_collection(tmp_path / "animals", epochs=4)]))


def of(listed: Worklist, kind: Kind) -> list[str]:
    return [issue.id or issue.what for issue in listed.issues if issue.kind is kind]


@pytest.mark.row("B34")
def test_suspects_are_the_wrong_samples_by_margin(session: Session) -> None:
    run, evaluation = session.run, session.evaluation()
    assert run is not None and evaluation is not None
    found = suspects(run, evaluation, ())
    confidence, own = evaluation.confidence(), evaluation.true_score()
    wrong = [at for at in range(evaluation.n) if evaluation.true[at] != evaluation.predicted[at]]
    expected = sorted(wrong, key=lambda at: (own[at] - confidence[at], evaluation.sample[at]))
    assert found.tolist() == expected and len(expected) > 10
    keys = sort_keys(evaluation, found, SampleSort.MARGIN, run)
    assert np.array_equal(keys, np.sort(keys)) and np.allclose(keys, -margin(evaluation, found))


@given(gaps=st.lists(st.sampled_from([0.0, 0.25, 0.5, float("nan")]), min_size=1, max_size=12))
def test_equals_come_in_file_order_and_unknown_margins_last(gaps: list[float]) -> None:
    class Scored:
        score_kind = "full"
        sample = np.arange(len(gaps))[::-1]

        def confidence(self, at: NDArray[np.int64]) -> NDArray[np.float64]:
            return np.asarray([gaps[each] for each in at])

        def true_score(self, at: NDArray[np.int64]) -> NDArray[np.float64]:
            return np.zeros(len(at))

    found = by_margin(Scored(), np.arange(len(gaps))).tolist()  # type: ignore[arg-type]
    known = [at for at in found if gaps[at] == gaps[at]]
    assert found[: len(known)] == known
    assert known == sorted(known, key=lambda at: (-gaps[at], -at))


def test_always_wrong_are_those_that_no_epoch_gets_right(session: Session, tmp_path: Path) -> None:
    run, evaluation = session.run, session.evaluation()
    assert run is not None and evaluation is not None
    found = always_wrong(session, wait=True)
    assert found is not None and found.words == "wrong in all 4 epochs"
    epochs = [run.evaluation("test", epoch) for epoch in run.epochs("test")]
    never = [at for at in range(evaluation.n) if all(e.true[at] != e.predicted[at] for e in epochs if e is not None)]
    assert sorted(found.positions.tolist()) == never and never
    short = open_session(open_catalog([write_collection(tmp_path / "short", epochs=1)]))
    by_runs = always_wrong(short, wait=True)
    assert by_runs is not None and by_runs.words == "wrong in all 3 runs" and LEAST_EPOCHS == 3
    alone = always_wrong(open_session(open_catalog([write_run(tmp_path / "alone", epochs=1)])), wait=True)
    assert alone is not None and not alone.positions.size


def test_a_list_is_the_same_each_time_and_tells_a_sample_once(session: Session) -> None:
    one, two = worklist(session, wait=True), worklist(session, wait=True)
    assert [(i.kind, i.key, i.why) for i in one.issues] == [(i.kind, i.key, i.why) for i in two.issues]
    assert not one.pending and len({issue.key for issue in one.issues}) == len(one.issues)
    kinds = [issue.kind for issue in one.issues]
    assert kinds == sorted(kinds, key=list(Kind).index) and Kind.SUSPECT in kinds
    few = worklist(session, wait=True, most=2)
    assert of(few, Kind.SUSPECT) == of(one, Kind.SUSPECT)[:2] and len(of(few, Kind.ALWAYS)) <= 2


def test_a_planted_outlier_is_on_it_and_leads_to_its_cell(tmp_path: Path) -> None:
    counts = np.diag([500] * 8)
    for first in (0, 4):
        counts[first : first + 4, first : first + 4] += 40
    counts[0, 7] = 35
    planted = session_on(tmp_path / "runs", {"a": [counts]}, {"a": LETTERS[:8]})
    names = planted.classes
    listed = worklist(planted, wait=True)
    issue = next(issue for issue in listed.issues if issue.kind is Kind.OUTLIER)
    assert (issue.true, issue.predicted) == (names[0], names[7]) and "35 samples" in issue.why
    there = issue.step(planted)
    assert there.tab is Tab.MATRIX and (there.selection.true, there.selection.predicted) == (names[0], names[7])
    tag_pair(planted.catalog, names[0], names[7], Reason.SUBCLASS)
    again = next(each for each in worklist(planted, wait=True).issues if each.key == issue.key)
    assert again.done and again.tag == "subclass"


def test_a_fall_is_on_it_and_leads_to_the_epochs(tmp_path: Path) -> None:
    good, bad = np.diag([100] * 4), np.diag([100, 100, 100, 60])
    bad[3, 0] = 40
    fallen = session_on(tmp_path / "runs", {"a": [good, bad]}, {"a": LETTERS[:4]})
    listed = worklist(fallen, wait=True)
    movers = [issue for issue in listed.issues if issue.kind in (Kind.MOVER, Kind.ALARM)]
    name = fallen.classes[3]
    assert movers and name in movers[0].what and "100.0 → 60.0 %" in movers[0].why
    there = movers[0].step(fallen)
    assert there.tab is Tab.EPOCHS and there.selection.true == name


def test_tags_and_looks_are_done_and_one_resumes_where_one_stopped(session: Session) -> None:
    def go_on(now: Session) -> Session:
        listed = worklist(now, wait=True)
        leaving = left_behind(now, listed)
        if leaving is not None:
            append(now.catalog, [{"kind": "reviewed", "what": leaving.key}])
        issue = next_issue(listed, leaving)
        return attend(now, issue, listed, leaving) if issue is not None else all_done(now, listed)

    suspected = [issue for issue in worklist(session, wait=True).issues if issue.id]
    now = session
    for _ in range(len(worklist(session, wait=True).issues)):
        now = go_on(now)
        if now.attending == suspected[0].key:
            break
    assert now.tab is Tab.SAMPLES and now.selection.sample == suspected[0].id and now.selection.detail
    assert "left on the worklist" in now.notice
    shown = listing(now)
    assert isinstance(shown, SampleList) and shown.sort is SampleSort.MARGIN
    # Another process begins where this one looks now; once it is tagged, at the next.
    assert go_on(session).attending == suspected[0].key
    give(session.catalog, "test", [(suspected[0].id, Tag.HARD, None)])
    second = go_on(session)
    assert second.attending == suspected[1].key
    third = go_on(second)
    assert third.attending == suspected[2].key and go_on(session).attending == suspected[2].key
    marks = {issue.key: (issue.done, issue.tag) for issue in worklist(session, wait=True).issues}
    assert marks[suspected[0].key] == (True, "hard") and marks[suspected[1].key] == (True, "")
    for _ in range(200):
        now = go_on(now)
        if not now.attending:
            break
    assert "entries of the worklist are done" in now.notice and not worklist(session, wait=True).left


def test_a_bare_matrix_and_no_run_have_no_samples_on_it(tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    assert not worklist(open_session(open_catalog([tmp_path / "none"])), wait=True).issues
    bare = write_run(tmp_path / "b" / "m", epochs=1)
    np.savez(bare / "epochs" / "00001" / "test.npz", confusion=np.full((4, 4), 1, dtype=np.int64))
    listed = worklist(open_session(open_catalog([tmp_path / "b"])), wait=True)
    assert not [issue for issue in listed.issues if issue.id]
    empty = all_done(replace(open_session(open_catalog([tmp_path / "none"]))), listed)
    assert empty.notice.startswith(("Nothing", "All"))


def test_a_run_without_scores_has_no_suspects(tmp_path: Path) -> None:
    session = open_session(open_catalog([write_run(tmp_path / "r" / "plain", scores=False, epochs=4)]))
    listed = worklist(session, wait=True)
    assert not of(listed, Kind.SUSPECT) and of(listed, Kind.ALWAYS)
