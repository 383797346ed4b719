"""Differences of two matrices: which other one, aligned classes, values, tests and words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clftui.analysis.confusion import from_dense
from clftui.analysis.folding import merged, unit
from clftui.analysis.significance import mcnemar, two_proportion
from clftui.data.catalog import open_catalog
from clftui.state import matrix_model as model
from clftui.state.difference_words import difference_sentence
from clftui.state.filters import Expression
from clftui.state.matrix_cells import Cells, cells, changes, largest_change, overview, peak
from clftui.state.matrix_difference import Arm, arm, cell_test, choices, next_difference, over
from clftui.state.matrix_model import Matrix
from clftui.state.matrix_words import legend
from clftui.state.moves import focus_run
from clftui.state.session import Session
from clftui.state.settings import Against, MatrixSettings, Pool, Share
from tests.matrices import at, draw_as, session_on

BEST = ((55, 2, 0), (3, 90, 1), (0, 2, 40))
WORSE = ((50, 7, 0), (1, 90, 3), (0, 2, 40))


@pytest.fixture
def two(tmp_path: Path) -> Session:
    session = session_on(tmp_path, {"best": [WORSE, BEST], "worse": [WORSE]})
    return draw_as(session, against=Against.RUN)


def shown(session: Session) -> Matrix:
    found = model.matrix(session)
    assert found is not None
    return found


def window(session: Session) -> Cells:
    here = shown(session)
    return cells(here, slice(0, here.n), slice(0, here.n))


def test_a_difference_is_what_shows_less_the_next_lettered_run(two: Session) -> None:
    found = arm(two)
    assert found is not None and found.words == "A − B"
    assert window(two).value.tolist() == (np.array(BEST) - np.array(WORSE)).tolist()
    other_way = focus_run(two, "worse")
    assert window(other_way).value.tolist() == (np.array(WORSE) - np.array(BEST)).tolist()
    assert "A − B" in legend(two) and "B − A" in legend(other_way)
    # What is equal in both is blank, whatever the count.
    assert window(two).shown.tolist() == [[True, True, False], [True, False, True], [False, False, False]]
    assert peak(shown(two)) == 5 and peak(shown(draw_as(two, diagonal=True))) == 5


def test_shares_differ_in_points_and_the_threshold_asks_both_arms(two: Session) -> None:
    by_row = window(draw_as(two, share=Share.ROW)).value
    np.testing.assert_allclose(by_row[0], [5 / 57, -5 / 57, 0])
    assert window(draw_as(two, at_least=4)).shown.tolist()[0] == [True, True, False]
    assert not window(draw_as(two, at_least=4)).shown[1].any()


def test_epochs_and_splits(tmp_path: Path) -> None:
    session = session_on(tmp_path, {"only": [WORSE, BEST]})
    assert choices(session) == (Against.NOTHING, Against.EPOCH)
    before = next_difference(session)
    assert before.matrix.against is Against.EPOCH and "epoch 2 − epoch 1" in before.notice
    assert window(before).value[0].tolist() == [5, -5, 0]
    assert next_difference(before).matrix.against is Against.NOTHING
    first = replace(before, selection=replace(before.selection, epoch=1))
    assert arm(first) is None and shown(first).other is None
    assert "no earlier epoch" in legend(first)


def test_another_split_of_another_size_is_compared_in_shares(tmp_path: Path) -> None:
    session = session_on(tmp_path, {"only": [BEST]})
    folder = tmp_path / "only" / "epochs" / "00001"
    true, predicted = np.repeat([0, 0, 1], [6, 2, 10]), np.repeat([0, 1, 1], [6, 2, 10])
    np.savez(folder / "val.npz", sample=np.arange(18), true=true, predicted=predicted)
    session = replace(session, catalog=open_catalog([tmp_path]))
    compared = next_difference(session)
    assert compared.matrix.against is Against.SPLIT and compared.matrix.share is Share.ROW
    assert "test − val" in compared.notice and "they differ in size" in compared.notice
    value = window(compared).value
    np.testing.assert_allclose(value[0], [55 / 57 - 6 / 8, 2 / 57 - 2 / 8, 0])
    assert np.isnan(value[2]).all()
    test = cell_test(compared, arm(compared).session, ("cat",), ("dog",))  # type: ignore[union-attr]
    assert test.method == "two proportions" and test.p == pytest.approx(float(two_proportion(2, 57, 2, 8)))


def test_nothing_to_compare_with_is_said(tmp_path: Path) -> None:
    session = session_on(tmp_path, {"only": [BEST]})
    assert "Nothing to compare with" in next_difference(session).notice
    assert next_difference(session).matrix == session.matrix


def test_classes_are_aligned_by_name_and_unknown_ones_undefined(tmp_path: Path) -> None:
    swapped = np.array(WORSE)[np.ix_([2, 0], [2, 0])]
    session = session_on(tmp_path, {"a": [BEST], "b": [swapped]}, {"b": ("fox", "cat")})
    compared = draw_as(focus_run(session, "a"), against=Against.RUN)
    value = window(compared).value
    assert np.isnan(value[1]).all() and np.isnan(value[:, 1]).all()
    assert value[np.ix_([0, 2], [0, 2])].tolist() == [[5, 0], [0, 0]]
    found = arm(compared)
    assert found is not None and found.confusion.support.tolist() == [50, 0, 40]
    words = difference_sentence(compared, shown(at(compared, "cat", "dog")), found)
    assert "does not have both classes" in str(words)


@given(st.integers(2, 8), st.integers(0, 2**32 - 1), st.sampled_from(Share), st.booleans(), st.integers(1, 3))
def test_changes_and_overviews_equal_dense_ones(k: int, seed: int, share: Share, diagonal: bool, per: int) -> None:
    rng = np.random.default_rng(seed)
    dense = [rng.integers(0, 4, (k, k)) * (rng.random((k, k)) < 0.5) for _ in "ab"]
    mine, theirs = (from_dense(each) for each in dense)
    wholes = {
        Share.COUNTS: lambda m: np.ones((k, k)),
        Share.ROW: lambda m: np.maximum(m.sum(axis=1), 1)[:, None],
        Share.COLUMN: lambda m: np.maximum(m.sum(axis=0), 1)[None],
        Share.TOTAL: lambda m: np.maximum(m.sum(), 1),
    }
    values = [np.asarray(each / wholes[share](each)) for each in dense]  # type: ignore[no-untyped-call]
    expected = values[0] - values[1]
    found = changes(mine, theirs, share)
    out = np.zeros((k, k))
    out[found.true, found.predicted] = found.value
    np.testing.assert_allclose(out, expected, atol=1e-12)
    assert largest_change(mine, theirs) == np.abs(dense[0] - dense[1]).max()
    order, names = rng.permutation(k), tuple(map(str, range(k)))
    settings = MatrixSettings(share=share, diagonal=diagonal, pool=Pool.MAX)
    other = Arm("B", "A", None, theirs, np.ones(k, dtype=bool))  # type: ignore[arg-type]
    matrix = Matrix(names, mine, unit(order), names, mine, order, np.argsort(order), 0, 0, settings, other)
    # For the worse is up off the diagonal and down on it.
    worse = np.where(np.eye(k, dtype=bool), -expected if diagonal else 0, expected)[np.ix_(order, order)]
    whole = overview(matrix, per)
    for i in range(len(whole.value)):
        for j in range(len(whole.value)):
            part = worse[i * per : (i + 1) * per, j * per : (j + 1) * per]
            assert abs(whole.value[i, j]) == pytest.approx(np.abs(part).max(), abs=1e-12)
            assert np.isclose(part, whole.value[i, j], atol=1e-12).any() or whole.value[i, j] == 0
    assert whole.peak == pytest.approx(np.abs(worse).max(initial=0), abs=1e-12)


def test_groups_are_known_where_all_their_classes_are() -> None:
    c = from_dense(np.array(BEST))
    found = over(Arm("B", "A", None, c, np.array([True, False, True])), merged(np.arange(3), [(0, 2)]))  # type: ignore[arg-type]
    assert found.known.tolist() == [False, True]
    assert found.confusion.dense().tolist() == [[150, 1], [2, 40]]


def test_shared_samples_are_tested_in_pairs(two: Session) -> None:
    found = arm(two)
    assert found is not None
    # Both runs know the samples by number alone: nothing says that number 3 is the same in both.
    assert cell_test(two, found.session, ("cat",), ("dog",)).method == "two proportions"
    epochs = draw_as(two, against=Against.EPOCH)
    earlier = arm(epochs)
    assert earlier is not None
    test = cell_test(epochs, earlier.session, ("cat",), ("dog",))
    # Samples 50 to 54 are predicted dog in the first epoch alone, 55 and 56 in both.
    assert test.method == "McNemar" and test.p == pytest.approx(float(mcnemar(0, 5)))
    words = difference_sentence(epochs, shown(at(epochs, "cat", "dog")), earlier)
    assert str(words) == (
        "cat as dog: epoch 2 2 of 57, 3.5 %, epoch 1 7 of 57, 12.3 %: −5, −8.8 points, p 0.062 (McNemar)"
    )
    assert words.brief == "epoch 2 3.5 %, epoch 1 12.3 %: −5, −8.8 points, p 0.062"


def test_filters_hold_in_both_arms(two: Session) -> None:
    cats = replace(draw_as(two, against=Against.EPOCH), filters=(Expression("true == 'cat'"),))
    found = arm(cats)
    assert found is not None and found.confusion.total == 57
    assert window(cats).value[1].tolist() == [0, 0, 0]
    assert cell_test(cats, found.session, ("cat",), ("dog",)).method == "McNemar"
    assert np.isnan(cell_test(cats, found.session, ("nobody",), ("dog",)).p)
