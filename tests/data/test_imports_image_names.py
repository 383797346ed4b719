"""Bare file names that repeat in the class folders of an ImageFolder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from clftui.data.catalog import open_catalog


@pytest.mark.parametrize(("key", "order"), [("filename", "sorted"), ("filename", "natural"), ("id", "sorted")])
@pytest.mark.parametrize("elsewhere", [False, True])
def test_bare_names_that_repeat_in_every_class_follow_their_order(
    tmp_path: Path, key: str, order: str, elsewhere: bool
) -> None:
    root = tmp_path / ("far/val" if elsewhere else "images")
    names = [f"{number}.png" for number in (sorted(range(12), key=str) if order == "sorted" else range(12))]
    for folder in ("cat", "dog"):
        (root / folder).mkdir(parents=True)
        for name in names:
            (root / folder / name).write_bytes(b"")
    rows = "".join(f"{name},{folder}\n" for folder in ("cat", "dog") for name in names)
    path = tmp_path / "table" / "preds.csv" if elsewhere else tmp_path / "preds.csv"
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"{key},pred\n{rows}")
    (run,) = open_catalog([path], images_root=tmp_path / "far" if elsewhere else None).runs
    evaluation, table = run.evaluation("test", 1), run.samples("test")
    assert evaluation is not None and table is not None and evaluation.n == 24
    assert np.array_equal(evaluation.true, evaluation.predicted) and any("repeat" in note for note in run.notes)
    if key == "filename":
        assert table.path_of(14) == root / "dog" / names[2]
    path.write_text(f"{key},pred\n" + "".join(sorted(rows.splitlines(keepends=True), reverse=True)))
    (problem,) = open_catalog([path], images_root=tmp_path / "far" if elsewhere else None).problems
    assert "images that lie in several class folders" in problem.message
