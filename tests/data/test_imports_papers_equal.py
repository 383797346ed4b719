"""The same predictions report the same whatever they were written in, and in whatever dialect of CSV."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clftui.data.catalog import open_catalog
from clftui.importing import run_import
from clftui.report import Options, render
from clftui.state.session import open_session

CLASSES = ["cat", "dog", "newt"]
LABELS = ("matrix", "pairs", "ranking")
SCORES = (*LABELS, "samples", "scores", "calibration")


def reports(path: Path, views: tuple[str, ...]) -> list[dict[str, Any]]:
    session = open_session(open_catalog([path]))
    assert session.catalog.problems == (), session.catalog.problems
    found: list[dict[str, Any]] = [json.loads(render(session, view, "json", Options(top=1000))) for view in views]
    for report in found:
        report.pop("collection", None)  # the file's name
    return found


def write_all(folder: Path) -> dict[str, Path]:
    """The same 60 predictions with scores in every format; the table of VisMlic's paper knows no scores."""
    random = np.random.default_rng(7)
    probs = random.dirichlet(np.ones(3), 60).astype(np.float32)
    true, best = random.integers(0, 3, 60), probs.argmax(axis=1)
    ids = [f"{row:03}" for row in range(60)]
    rows = [{"id": i, "true": CLASSES[t], "predicted": CLASSES[p]} for i, t, p in zip(ids, true, best, strict=True)]
    paths = {name: folder / name / f"cnn.{name}" for name in ("csv", "jsonl", "npz", "json")}
    for path in paths.values():
        path.parent.mkdir(parents=True)
        (path.parent / "classes.txt").write_text("\n".join(CLASSES), encoding="utf-8")
    with paths["csv"].open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*rows[0], *(f"p_{name}" for name in CLASSES)])
        writer.writerows([*row.values(), *map(repr, map(float, p))] for row, p in zip(rows, probs, strict=True))
    lines = [json.dumps({**row, "probs": list(map(float, p))}) for row, p in zip(rows, probs, strict=True)]
    paths["jsonl"].write_text("\n".join(lines) + "\n", encoding="utf-8")
    np.savez(paths["npz"], labels=true, preds=best, probs=probs, ids=np.array(ids), classes=np.array(CLASSES))
    table = {"Model Name": "cnn", "Ground Truth Labels": true.tolist(), "Predicted Labels": best.tolist(),
             "Testset Filenames": [f"{t}({row}).jpg" for row, t in enumerate(true.tolist(), 1)]}  # fmt: skip
    paths["json"].write_text(json.dumps(table), encoding="utf-8")
    assert run_import([paths["csv"]], folder / "runs") == 0
    return {**paths, "runs": folder / "runs"}


@pytest.mark.row("P14", "V8")
def test_every_format_reports_the_same(tmp_path: Path) -> None:
    paths = write_all(tmp_path)
    with_scores = {name: reports(path, SCORES) for name, path in paths.items() if name != "json"}
    for name in ("jsonl", "npz", "runs"):
        for view, mine, csvs in zip(SCORES, with_scores[name], with_scores["csv"], strict=True):
            assert mine == csvs, (name, view)
    assert reports(paths["json"], ("matrix", "ranking")) == with_scores["csv"][:1] + with_scores["csv"][2:3]


NAMES = {
    "true": ["true", "Label", "y_true", "Ground Truth", "actual", "TARGET"],
    "predicted": ["pred", "Predicted", "y-pred", "prediction", "object_response"],
    "id": ["id", "ID", "sample_id", "uid"],
}


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_dialects_of_csv_mean_the_same(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    names = data.draw(st.lists(st.text("ab cé,\"';|\t", min_size=1, max_size=5).filter(lambda n: n == n.strip() and
                      n.casefold() != "na"), min_size=2, max_size=4, unique=True))  # fmt: skip
    pairs = data.draw(st.lists(st.tuples(st.sampled_from(names), st.sampled_from(names)), min_size=1, max_size=12))
    columns = data.draw(st.permutations(["true", "predicted", "id", "extra"]))
    header = [data.draw(st.sampled_from(NAMES[name])) if name in NAMES else name for name in columns]
    mark = data.draw(st.sampled_from(",;\t|"))
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=mark, lineterminator=data.draw(st.sampled_from(["\n", "\r\n"])),
                        quoting=data.draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])))  # fmt: skip
    writer.writerow(header)
    for row, (true, predicted) in enumerate(pairs):
        cells = {"true": true, "predicted": predicted, "id": f"{row:03}", "extra": "x"}
        writer.writerow([cells[name] for name in columns])
    path = tmp_path_factory.mktemp("csv") / "p.csv"
    bom = data.draw(st.sampled_from([b"", b"\xef\xbb\xbf"]))
    path.write_bytes(bom + text.getvalue().encode())
    catalog = open_catalog([path])
    assert catalog.problems == (), catalog.problems
    evaluation = catalog.runs[0].evaluation("test")
    assert evaluation is not None
    found = [(evaluation.classes[t], evaluation.classes[p]) for t, p in
             zip(evaluation.true.tolist(), evaluation.predicted.tolist(), strict=True)]  # fmt: skip
    assert found == pairs
