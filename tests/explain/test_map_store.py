"""The file of a method's maps while several add to it, after a kill, and in its order."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from clftui.data.explanations import MapFile
from clftui.explain.map_store import MapStore
from clftui.logger.extras import add_explanations
from clftui.schema import FormatError


def test_two_that_add_to_one_file_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "test.npz"
    a, b = MapStore(path, 1), MapStore(path, 1)
    rng = np.random.default_rng(0)
    for start in range(0, 40, 4):
        for store, shift in ((a, 0), (b, 2)):
            store.add(np.arange(start + shift, start + shift + 2), np.full(2, 1), rng.random((2, 3, 3)))
            store.commit()
    assert a.kept() == b.kept() == {(row, 1) for row in range(40)} and MapFile(path).n == 40
    with pytest.raises(FormatError, match="are 3 × 3, and these would be 2 × 2"):
        a.add(np.arange(2), np.full(2, 1), np.zeros((2, 2, 2)))


def test_the_latest_of_equal_maps_stays_and_others_are_sorted(tmp_path: Path) -> None:
    path, rng = tmp_path / "test.npz", np.random.default_rng(1)
    newest: dict[tuple[int, int, str, int], float] = {}
    for _ in range(12):
        rows, targets = rng.integers(0, 6, 9), rng.integers(0, 3, 9)
        kind, epoch, values = rng.choice(["class", "unit"]), int(rng.integers(1, 3)), rng.random((9, 1, 1))
        add_explanations(path, rows, values, target_kind=str(kind), target=targets, epoch=epoch)
        for row, target, value in zip(rows.tolist(), targets.tolist(), values[:, 0, 0].tolist(), strict=True):
            newest[row, epoch, str(kind), target] = value
    file = MapFile(path)
    kinds = np.where(file.of_unit, "unit", "class").tolist()
    keys = list(zip(file.sample.tolist(), file.epoch.tolist(), kinds, file.target.tolist(), strict=True))
    assert keys == sorted(newest)
    np.testing.assert_allclose(file.maps(np.arange(file.n))[:, 0, 0], [newest[key] for key in keys], atol=1e-3)


def test_what_a_killed_writer_left_is_cleared_away(tmp_path: Path) -> None:
    path = tmp_path / "test.npz"
    for name in (".test.npz.123-0.tmp", ".other.npz.123-0.tmp"):
        (tmp_path / name).write_bytes(b"half")
    add_explanations(path, [0], np.ones((1, 2, 2)), target_kind="class", target=0, epoch=1)
    assert sorted(each.name for each in tmp_path.iterdir()) == [".other.npz.123-0.tmp", "test.npz"]
