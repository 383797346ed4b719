"""The focused run's split beside its changed ones, the sets of splits it is right in, and the filter between splits."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from clftui.analysis.metrics import Metric
from clftui.data.catalog import open_catalog
from clftui.state.changed_splits import base_of
from clftui.state.filters import Expression, FilterError
from clftui.state.sample_list import Nothing
from clftui.state.sensitivity import Sensitivity, sensitivity
from clftui.state.session import Session, open_session, passed
from clftui.state.settings import RankingSettings
from tests.builders import labels, write_collection, write_run
from tests.changed_splits import answers, write_changed


def session_of(root: Path, **changes: object) -> Session:
    session = open_session(open_catalog([root]), split="test")
    return replace(session, **changes)  # type: ignore[arg-type]


def found_in(session: Session) -> Sensitivity:
    found = sensitivity(session, wait=True)
    assert isinstance(found, Sensitivity)
    return found


def node(found: Sensitivity, name: str) -> int:
    return next(at for at in found.nodes() if found.name_of(at) == name)


@pytest.mark.row("B29")
def test_classes_and_groups_lose_what_they_lose(tmp_path: Path) -> None:
    found = found_in(session_of(write_changed(tmp_path)))
    assert [(each.name, each.paired, each.n) for each in found.changes] == [
        ("grayscale", True, 80), ("rotate90", True, 80),
    ]  # fmt: skip
    cat, pets, owl = (node(found, name) for name in ("cat", "pets", "owl"))
    assert found.before[cat].tolist() == [0.9, 0.9] and found.after[cat].tolist() == [0.9, pytest.approx(0.15)]
    # Cats called dogs stay in their group.
    assert found.change[pets].tolist() == [0, 0]
    assert found.change[owl].tolist() == [pytest.approx(-0.3), 0]
    assert found.low[owl, 0] < -0.3 < found.high[owl, 0] < 0
    assert found.change[0].tolist() == [pytest.approx(-6 / 80), pytest.approx(-15 / 80)]
    assert found.significant(cat, 1) and not found.significant(cat, 0)
    assert found.worst[cat] == pytest.approx(-0.75)


def test_the_worst_stand_first_among_their_siblings(tmp_path: Path) -> None:
    found = found_in(session_of(write_changed(tmp_path)))
    names = [found.name_of(at) for at in found.nodes(worst_first=True)]
    assert names == ["all classes", "pets", "cat", "dog", "wild", "owl", "fox"]
    assert [found.name_of(at) for at in found.nodes(level=1)] == ["all classes", "pets", "wild"]


@pytest.mark.row("B28")
def test_samples_right_under_all_none_and_only_as_they_were(tmp_path: Path) -> None:
    found, given, true = found_in(session_of(write_changed(tmp_path))), answers(), labels(80, 4)
    right = np.array([given[each] == true for each in ("test", "test-grayscale", "test-rotate90")])
    sets = found.sets(0)
    assert sets.n == 80
    assert (sets.every, sets.none) == (right.all(axis=0).sum(), (~right).all(axis=0).sum())
    assert sets.only_original == (right[0] & ~right[1] & ~right[2]).sum()
    assert sum(number for _, _, number in sets.patterns) == 80
    by_pattern = {(good, bad): number for good, bad, number in sets.patterns}
    assert by_pattern[("test", "test-grayscale"), ("test-rotate90",)] == 16
    assert found.sets(node(found, "cat")).n == 20


def test_a_changed_split_leads_to_its_base(tmp_path: Path) -> None:
    session = session_of(write_changed(tmp_path))
    run = session.run
    assert run is not None and base_of(run, "test-rotate90") == "test" and base_of(run, "test") == "test"
    turned = replace(session, selection=replace(session.selection, split="test-rotate90"))
    assert found_in(turned).base == "test"


def test_other_samples_are_compared_without_matching(tmp_path: Path) -> None:
    found = found_in(session_of(write_changed(tmp_path, apart=True)))
    other = found.changes[-1]
    assert (other.split, other.paired) == ("test-v2", False)
    assert [each.split for each in found.matched] == ["test-grayscale", "test-rotate90"]
    assert len(found.right) == 3


def test_filters_keep_samples_by_the_base(tmp_path: Path) -> None:
    session = session_of(write_changed(tmp_path), filters=(Expression('predicted == "cat"'),))
    found = found_in(session)
    # 18 cats, and the dog that is called one.
    assert found.changes[1].n == 19 and found.n[node(found, "cat")] == 18
    assert found.before[node(found, "cat"), 1] == 1 and found.after[node(found, "cat"), 1] == pytest.approx(2 / 18)


def test_other_metrics_and_no_hierarchy(tmp_path: Path) -> None:
    session = session_of(write_changed(tmp_path, tree=False), ranking=RankingSettings(metric=Metric.PRECISION))
    found = found_in(session)
    assert not found.tree.groups and found.metric is Metric.PRECISION
    # Of 19 answers "dog" (one cat) and then of 35 (16 cats more, one fewer).
    assert found.after[node(found, "dog"), 1] == pytest.approx(19 / 35)


def test_a_split_that_cannot_be_read_costs_its_own_column_alone(tmp_path: Path) -> None:
    root = write_changed(tmp_path)
    (root / "cnn" / "epochs" / "00003" / "test-grayscale.npz").write_bytes(b"nothing")
    found = found_in(session_of(root))
    assert [each.name for each in found.changes] == ["rotate90"]
    assert len(found.troubles) == 1 and "test-grayscale.npz" in found.troubles[0]
    (root / "cnn" / "epochs" / "00003" / "test-rotate90.npz").write_bytes(b"nothing")
    nothing = sensitivity(session_of(root), wait=True)
    assert isinstance(nothing, Nothing) and "test-grayscale.npz" in nothing.sentence


def test_without_changed_splits_it_says_what_writes_them(tmp_path: Path) -> None:
    found = sensitivity(session_of(write_collection(tmp_path, runs=1)), wait=True)
    assert isinstance(found, Nothing) and "no split with changed samples of test; `clftui perturb`" in found.sentence


def test_a_run_without_epochs_is_no_lack_of_runs(tmp_path: Path) -> None:
    write_run(tmp_path / "bare", epochs=0)
    found = sensitivity(open_session(open_catalog([tmp_path])), wait=True)
    assert isinstance(found, Nothing) and found.sentence.startswith("bare has nothing logged on any split")


@pytest.mark.row("B28")
@pytest.mark.parametrize("text", [
    'right in "test" and wrong in "test-rotate90"', "right in test and wrong in test-rotate90",
    "right and not right in 'test-rotate90'",
])  # fmt: skip
def test_a_filter_speaks_of_other_splits(tmp_path: Path, text: str) -> None:
    session = session_of(write_changed(tmp_path), filters=(Expression(text),))
    run, evaluation = session.run, session.evaluation()
    assert run is not None and evaluation is not None
    mask = passed(run, evaluation, session.bound_filters)
    assert mask is not None and np.flatnonzero(mask).tolist() == list(range(2, 18))


def test_a_split_that_is_not_there_is_named(tmp_path: Path) -> None:
    session = session_of(write_changed(tmp_path), filters=(Expression("wrong in test-blur9"),))
    evaluation = session.evaluation()
    assert evaluation is not None
    with pytest.raises(FilterError, match="no split test-blur9"):
        session.bound_filters[0].mask(evaluation, None)


@pytest.mark.parametrize("text", ["right in f(x)", "right in ../x", "predicted in test-rotate90"])
def test_nothing_else_becomes_allowed(text: str) -> None:
    with pytest.raises(FilterError):
        Expression(text)
