"""Tables read line by line mean what they mean read whole, whatever lies in their cells."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clftui.data.catalog import open_catalog
from clftui.data.imports import single
from clftui.data.run import Run

CELLS = st.sampled_from(["0.5", "1e-3", "", "nan", " 0.25", "-2", "inf", '"0.5"'])
NAMES = st.sampled_from(["a.png", "ä b.png", '"with,comma.png"', '"two\nlines.png"', "x\u2028y.png"])


def opened(path: Path, text: str, encoding: str = "utf-8") -> Run:
    path.write_bytes(text.encode(encoding))
    catalog = open_catalog([path])
    assert not catalog.problems, catalog.problems
    return catalog.runs[0]


def facts(run: Run) -> tuple[object, ...]:
    evaluation, table = run.evaluation("test", 1), run.samples("test")
    assert evaluation is not None and table is not None
    scores = evaluation.scores(np.arange(evaluation.n))
    assert scores is not None
    return (run.classes, run.notes, evaluation.true.tolist(), evaluation.predicted.tolist(), table.ids.tolist(),
            np.nan_to_num(scores, nan=-9.0).round(5).tolist())  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(
    rows=st.lists(st.tuples(NAMES, CELLS, CELLS, st.booleans()), min_size=1, max_size=12),
    layout=st.permutations(["path", "true", "block", "pred"]),
    ending=st.sampled_from(["\n", "\r\n"]),
    torn=st.booleans(),
)
def test_line_by_line_is_the_same_as_whole(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[str, str, str, bool]],
    layout: list[str],
    ending: str,
    torn: bool,
) -> None:
    path = tmp_path_factory.mktemp("large") / "p.csv"
    parts = {"path": ["path"], "true": ["true"], "pred": ["pred"], "block": ["prob_0", "prob_1"]}
    lines = [",".join(name for part in layout for name in parts[part])]
    for at, (name, low, high, wrong) in enumerate(rows):
        unique = name.replace(".png", f"{at}.png")
        cells = {"path": [unique], "true": [str(at % 2)], "pred": [str(int(wrong))], "block": [low, high]}
        lines.append(",".join(cell for part in layout for cell in cells[part]))
    text = ending.join(lines) + (f"{ending}torn,0" if torn else ending)
    whole = facts(opened(path, text))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(single, "LARGE", 0)
        assert facts(opened(path, text)) == whole


@pytest.mark.parametrize(
    ("text", "encoding", "said"),
    [
        ("true,pred\nä,b\n", "latin-1", None),
        ("a,b\n1,2\n3,4\n", "utf-8", None),
        ("true,prob_0,prob_1\na,x,y\n", "utf-8", "is no number"),
        ("lr,steps\n1,x\n", "utf-8", "has no column of true classes"),
    ],
)
def test_large_tables_of_other_kinds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, encoding: str, said: str | None
) -> None:
    monkeypatch.setattr(single, "LARGE", 0)
    path = tmp_path / "p.csv"
    path.write_bytes(text.encode(encoding))
    catalog = open_catalog([path])
    assert len(catalog.runs) == (said is None)
    assert said is None or said in catalog.problems[0].message
