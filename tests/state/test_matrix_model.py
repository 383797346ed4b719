"""What the matrix shows and how its cursor moves, without a screen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clftui.analysis.confusion import from_dense
from clftui.analysis.folding import unit
from clftui.analysis.metrics import Metric
from clftui.data.catalog import open_catalog
from clftui.state import matrix_cells
from clftui.state import matrix_model as model
from clftui.state.filters import Expression
from clftui.state.group_settings import GroupSettings
from clftui.state.matrix_model import Matrix
from clftui.state.selection import Part, Scope, Tab
from clftui.state.session import Session, open_session
from clftui.state.settings import ClassOrder, MatrixSettings, Share
from tests.matrices import COUNTS, at, draw_as, session_on, write_matrix


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return session_on(tmp_path, {"only": [COUNTS]})


def cursor(session: Session) -> tuple[str | None, str | None]:
    return session.selection.true, session.selection.predicted


def shown(session: Session) -> Matrix:
    found = model.matrix(session)
    assert found is not None
    return found


def all_cells(session: Session) -> matrix_cells.Cells:
    return matrix_cells.cells(shown(session), slice(0, 3), slice(0, 3))


def test_it_opens_on_the_largest_confusion(session: Session) -> None:
    assert cursor(session) == ("cat", "dog")
    assert shown(session).cursor == (0, 1)


def test_cells_are_the_counts_rows_true(session: Session) -> None:
    cells = all_cells(session)
    assert cells.count.tolist() == [list(row) for row in COUNTS]
    assert cells.shown.tolist() == [[True, True, False], [True, True, True], [False, True, True]]
    assert np.array_equal(cells.diagonal, np.eye(3, dtype=bool))


@pytest.mark.row("P9")
def test_transposing_swaps_rows_and_columns_and_what_the_margins_say(session: Session) -> None:
    turned = draw_as(session, transposed=True)
    assert np.array_equal(all_cells(turned).count, np.asarray(COUNTS).T)
    assert shown(turned).cursor == (1, 0)
    assert (shown(turned).row_metric, shown(turned).column_metric) == (Metric.PRECISION, Metric.RECALL)
    down = model.move(turned, 1, 0)
    assert cursor(down) == ("cat", "fox")


@pytest.mark.row("C8")
@pytest.mark.parametrize("transposed", [False, True])
def test_shares_are_of_true_predicted_or_all(session: Session, transposed: bool) -> None:
    counts = np.asarray(COUNTS, dtype=float)
    expected = {
        Share.ROW: counts / counts.sum(axis=1, keepdims=True),
        Share.COLUMN: counts / counts.sum(axis=0, keepdims=True),
        Share.TOTAL: counts / counts.sum(),
    }
    for share, values in expected.items():
        found = all_cells(draw_as(session, share=share, transposed=transposed)).value
        assert np.allclose(found, values.T if transposed else values, atol=1e-12)


def test_a_class_without_samples_has_an_undefined_row_not_a_zero_one(tmp_path: Path) -> None:
    session = session_on(tmp_path, {"only": [((5, 1, 0), (0, 0, 0), (0, 2, 4))]})
    rows = all_cells(draw_as(session, share=Share.ROW))
    assert np.isnan(rows.value[1]).all() and rows.shown[1].all()
    assert not np.isnan(rows.value[[0, 2]]).any()
    value, low, high = matrix_cells.margin(shown(session), Metric.RECALL, slice(0, 3))
    assert np.isnan([value[1], low[1], high[1]]).all()
    assert not all_cells(session).shown[1].any()


@pytest.mark.row("B10")
def test_the_peak_leaves_the_diagonal_out_until_asked(session: Session) -> None:
    assert matrix_cells.peak(shown(session)) == 7
    assert matrix_cells.peak(shown(draw_as(session, diagonal=True))) == 90
    assert matrix_cells.peak(shown(draw_as(session, share=Share.ROW))) == pytest.approx(7 / 57)
    assert matrix_cells.peak(shown(draw_as(session, share=Share.COLUMN))) == pytest.approx(7 / 99)
    assert matrix_cells.peak(shown(draw_as(session, share=Share.TOTAL))) == pytest.approx(7 / 193)


def test_the_cursor_stops_at_the_edges_and_follows_the_order_shown(session: Session) -> None:
    assert cursor(model.move(session, -5, -5)) == ("cat", "cat")
    assert cursor(model.move(session, 99, 99)) == ("fox", "fox")
    by_size = draw_as(session, order=ClassOrder.SIZE)
    assert cursor(model.move(by_size, 99, 99)) == ("fox", "fox")
    assert cursor(model.move(by_size, -99, -99)) == ("dog", "dog")
    assert cursor(model.at(by_size, 0, 2)) == ("dog", "fox")


@pytest.mark.row("P11")
def test_drilling_asks_for_the_samples_of_the_cell(session: Session) -> None:
    wrong = model.drill(session)
    assert wrong.tab is Tab.SAMPLES and wrong.selection.scope == Scope("cat", "dog", Part.WRONG)
    right = model.drill(at(session, "dog", "dog"))
    assert right.selection.scope == Scope("dog", "dog", Part.RIGHT)
    empty = model.drill(at(session, "cat", "fox"))
    assert empty.tab is Tab.MATRIX and "No sample is in this cell" in empty.notice


def test_jumping_goes_through_the_confusions_largest_first_and_wraps(session: Session) -> None:
    seen, now = [cursor(session)], session
    for _ in range(4):
        now = model.next_pair(now)
        seen.append(cursor(now))
    assert seen == [("cat", "dog"), ("dog", "cat"), ("fox", "dog"), ("dog", "fox"), ("cat", "dog")]
    assert now.notice == "Confusion 1 of 4, largest first."
    assert cursor(model.next_pair(at(session, "fox", "fox"))) == ("cat", "dog")


def test_jumping_respects_the_threshold(session: Session) -> None:
    high = draw_as(session, at_least=3)
    assert cursor(model.next_pair(model.next_pair(high))) == ("cat", "dog")
    none = model.next_pair(draw_as(session, at_least=50))
    assert cursor(none) == cursor(session) and "< lowers" in none.notice


def test_the_threshold_steps_and_says_what_it_leaves_out(session: Session) -> None:
    steps, now = [], session
    for _ in range(6):
        now = model.step_threshold(now, 1)
        steps.append(now.matrix.at_least)
    assert steps == [2, 3, 4, 5, 7, 7]
    assert "would hide all" in now.notice
    two = model.step_threshold(session, 1)
    assert two.notice == "Cells of 2 samples or more; 1 cell left out."
    assert all_cells(two).shown.tolist() == [[True, True, False], [True, True, False], [False, True, True]]
    assert model.step_threshold(two, -1).matrix.at_least == 1
    assert model.step_threshold(session, -1).matrix.at_least == 1


def test_a_missing_run_split_or_sample_is_one_sentence(tmp_path: Path, session: Session) -> None:
    assert model.missing(session) is None
    empty = open_session(open_catalog([tmp_path / "nothing"]))
    assert "No run is open" in (model.missing(empty) or "") and model.matrix(empty) is None
    other = replace(session, selection=replace(session.selection, split="val"))
    assert (model.missing(other) or "").startswith("only has nothing logged on val; it has test: s takes")
    filtered = replace(session, filters=(Expression("true == 'nobody'"),))
    assert "F drops" in (model.missing(filtered) or "")


def test_steps_on_an_empty_collection_change_nothing(tmp_path: Path) -> None:
    empty = open_session(open_catalog([tmp_path]))
    assert model.move(empty, 1, 1) is empty and model.drill(empty) is empty and model.next_pair(empty) is empty
    assert model.at(empty, 0, 0) is empty


def test_steps_survive_a_run_whose_file_is_broken(tmp_path: Path) -> None:
    write_matrix(tmp_path / "broken", [COUNTS])
    (tmp_path / "broken" / "epochs" / "00001" / "test.npz").write_bytes(b"PK not a zip")
    session = open_session(open_catalog([tmp_path]))
    assert model.move(session, 1, 1) is session and model.next_pair(session) is session


def test_a_bare_matrix_has_no_samples_to_drill_into(tmp_path: Path) -> None:
    folder = tmp_path / "bare"
    write_matrix(folder, [COUNTS])
    np.savez(folder / "epochs" / "00001" / "test.npz", confusion=np.asarray(COUNTS))
    session = replace(open_session(open_catalog([tmp_path])), tab=Tab.MATRIX)
    assert all_cells(session).count.tolist() == [list(row) for row in COUNTS]
    drilled = model.drill(session)
    assert drilled.tab is Tab.MATRIX and "bare matrix" in drilled.notice
    filtered = replace(session, filters=(Expression("wrong"),))
    assert "bare matrix without samples to filter" in (model.missing(filtered) or "")


@given(st.integers(1, 12), st.integers(0, 2**32 - 1), st.sampled_from(list(Share)), st.booleans(), st.data())
def test_any_window_is_that_part_of_the_whole(
    k: int, seed: int, share: Share, turned: bool, data: st.DataObject
) -> None:
    rng = np.random.default_rng(seed)
    dense = rng.integers(0, 5, (k, k)) * (rng.random((k, k)) < 0.5)
    order = rng.permutation(k)
    settings = MatrixSettings(share=share, transposed=turned)
    names, c = tuple(map(str, range(k))), from_dense(dense)
    whole = Matrix(names, c, unit(order), names, c, order, np.argsort(order), 0, 0, settings)
    rows, columns = (slice(*sorted(data.draw(st.tuples(st.integers(0, k), st.integers(0, k))))) for _ in "rc")
    part = matrix_cells.cells(whole, rows, columns)
    everything = matrix_cells.cells(whole, slice(0, k), slice(0, k))
    ordered = dense[np.ix_(order, order)]
    assert np.array_equal(part.count, (ordered.T if turned else ordered)[rows, columns])
    assert np.array_equal(part.value, everything.value[rows, columns], equal_nan=True)
    # Every share sums to one over what it is a share of, where that is anything at all.
    if share is Share.TOTAL and dense.sum():
        assert np.isclose(everything.value.sum(), 1)
    if share in (Share.ROW, Share.COLUMN):
        axis = int((share is Share.ROW) != turned)
        sums = everything.value.sum(axis=axis)
        assert np.allclose(sums[~np.isnan(sums)], 1)


@pytest.fixture
def grouped(tmp_path: Path) -> Session:
    """The matrix with cat and dog as one row and column."""
    tree = {"name": "", "children": [{"name": "pets", "children": ["cat", "dog"]}, "fox"]}
    opened = at(session_on(tmp_path / "grouped", {"cnn": [COUNTS]}, hierarchy=tree), "cat", "dog")
    collapsed = GroupSettings(collapsed=frozenset({("pets",)}))
    return replace(opened, groups=collapsed, matrix=replace(opened.matrix, order=ClassOrder.HIERARCHY))


def test_a_group_is_one_row_and_column(grouped: Session) -> None:
    found = matrix_cells.cells(shown(grouped), slice(0, 2), slice(0, 2))
    assert found.count.tolist() == [[150, 1], [2, 40]]
    assert shown(grouped).names == ("pets", "fox") and shown(grouped).cursor == (0, 0)
    value, _, _ = matrix_cells.margin(shown(grouped), Metric.RECALL, slice(0, 2))
    np.testing.assert_allclose(value, [150 / 151, 40 / 42])


def test_the_cursor_enters_a_group_at_its_largest_mistake(grouped: Session) -> None:
    fox = model.move(grouped, 1, 0)
    assert cursor(fox) == ("fox", "dog")
    assert cursor(model.move(fox, -1, 1)) == ("dog", "fox")
    turned = draw_as(fox, transposed=True)
    assert cursor(model.at(turned, 1, 0)) == ("dog", "fox")
    assert cursor(model.next_pair(fox)) == ("dog", "fox")


def test_a_group_drills_into_the_samples_of_all_its_classes(grouped: Session) -> None:
    scope = model.drill(model.at(grouped, 0, 1)).selection.scope
    assert (scope.true_classes, scope.predicted_classes) == (("cat", "dog"), ("fox",))
    assert scope.title == "pets as fox"
