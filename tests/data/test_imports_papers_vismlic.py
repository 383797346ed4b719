"""VisMlic's results, as its programs exchange them and as its paper's table has them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.data.test_imports_papers import at, dense, opened, refused

ROWS = [{"real": 0, "pred": 0, "prob": [0.9, 0.1, 0.0]}, {"real": 0, "pred": 2, "prob": [0.2, 0.1, 0.7]},
        {"real": 2, "pred": 2, "prob": [0.1, 0.1, 0.8]}]  # fmt: skip


@pytest.mark.row("P14")
@pytest.mark.parametrize("apostrophe", [False, True])
def test_vislmic_as_its_programs_exchange_it(tmp_path: Path, apostrophe: bool) -> None:
    value = {"model_name": "Deep NN", "short_name": "DNN-3", "description": "Kim's" if apostrophe else "3 layers",
             "performance": {"accuracy": 0.67}, "predict": ROWS, "t-sne": []}  # fmt: skip
    (tmp_path / "images").mkdir()
    (run,) = opened(tmp_path / "result" / "dnn.json", json.dumps(str(value)))
    assert (run.name, run.classes, run.model["architecture"]) == ("DNN-3", ("0", "1", "2"), "Deep NN")
    assert dense(at(run)) == [[1, 0, 1], [0, 0, 0], [0, 0, 1]] and np.allclose(at(run).confidence(), [0.9, 0.7, 0.8])
    table = run.samples("test")
    assert table is not None and table.path_of(1) == tmp_path / "images" / "0" / "0_2.png"
    assert table.ids.tolist() == ["0_1.png", "0_2.png", "2_1.png"]
    assert any("rows are true" in note for note in run.notes)
    (same,) = opened(tmp_path / "result" / "plain.json", value)
    assert dense(at(same)) == dense(at(run))


def test_vismlic_runs_no_python(tmp_path: Path) -> None:
    trap = tmp_path / "sprung"
    text = f"{{'predict': [{{'real': 0, 'pred': __import__('os').mkdir({str(trap)!r})}}]}}"
    assert "no Python literal" in refused(tmp_path / "a.json", json.dumps(text)) and not trap.exists()
    torn = {"predict": [*ROWS, {"real": 0}]}
    assert "rows without numbers" in refused(tmp_path / "b.json", torn)
    beyond = {"predict": [{"real": 7, "pred": 0, "prob": [1.0, 0.0]}]}
    assert "a class beyond the 2" in refused(tmp_path / "c.json", beyond)


NAMES = ["0(1).jpg", "1(1).jpg", "0(2).jpg"]


@pytest.mark.row("P14")
def test_the_table_of_vismlics_paper_in_all_its_shapes(tmp_path: Path) -> None:
    one = {"Model Name": "ResNet", "Ground Truth Labels": [0, 1, 0], "Predicted Labels": [0, 1, 1],
           "Testset Filenames": NAMES}  # fmt: skip
    wanted = [[1, 1], [0, 1]]
    (run,) = opened(tmp_path / "object.json", one)
    assert run.name == "ResNet" and dense(at(run)) == wanted and any("rows are true" in note for note in run.notes)
    both = opened(tmp_path / "list.json", [one, {**one, "Model Name": "VGG", "Predicted Labels": [0, 1, 0]}])
    assert [each.name for each in both] == ["ResNet", "VGG"]
    assert dense(at(both[0])) == wanted and at(both[1]).confusion.errors == 0
    header = "Model Name,Ground Truth Labels,Predicted Labels,Testset Filenames\n"
    cells = f'ResNet,"[0, 1, 0]","[0 1 1]","{NAMES}"\nVGG,"[0, 1, 0]","[0, 1, 0]","{NAMES}"\n'
    table = opened(tmp_path / "cells.csv", header + cells)
    assert [each.name for each in table] == ["ResNet", "VGG"] and dense(at(table[0])) == wanted
    lines = "".join(f"ResNet,{t},{p},{n}\n" for t, p, n in zip([0, 1, 0], [0, 1, 1], NAMES, strict=True))
    (each,) = opened(tmp_path / "lines.csv", header + lines)
    assert each.name == "ResNet" and dense(at(each)) == wanted


@pytest.mark.row("P14")
@pytest.mark.parametrize("form", ["csv", "json"])
def test_file_names_tell_the_true_class(tmp_path: Path, form: str) -> None:
    if form == "csv":
        text = "Predicted Labels,Testset Filenames\n" + "".join(f"{p},{n}\n" for p, n in zip("011", NAMES, strict=True))
        (run,) = opened(tmp_path / "p.csv", text)
    else:
        (run,) = opened(tmp_path / "p.json", {"Predicted Labels": [0, 1, 1], "Testset Filenames": NAMES})
    assert dense(at(run)) == [[1, 1], [0, 1]]
    assert "true classes were taken from the file names n(m)" in run.notes
