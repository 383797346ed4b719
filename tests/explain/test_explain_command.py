"""`clftui explain` with a model that needs no torch: what is selected, made, kept, gone on with, and said."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from clftui.analysis.cam import to_peak
from clftui.data.catalog import open_catalog
from clftui.data.explanations import MapFile, methods
from clftui.data.samples import SampleTable
from clftui.explain import command, explaining, progress
from clftui.explain.command import Wishes, run_explain
from clftui.explain.methods import BUILT_IN
from clftui.explain.pictures import Batch
from tests.builders import write_collection

Int64 = NDArray[np.int64]
MODEL = "nowhere:none"


class Fake:
    """Maps whose first cell tells the row and whose second the class; those of rows in `blank` are empty."""

    def __init__(self, missing: Sequence[int] = (), blank: Sequence[int] = (), stop_after: int = 10**9) -> None:
        self.missing, self.blank, self.left = missing, blank, stop_after
        self.made: list[tuple[str, int, int]] = []
        self.answered: dict[int, int] = {}

    def batches(self, table: SampleTable, rows: Sequence[int], size: int) -> Iterator[Batch]:
        for start in range(0, len(rows), size):
            some = rows[start : start + size]
            troubles = tuple(f"{row}.png is damaged." for row in some if row in self.missing)
            found = np.array([row for row in some if row not in self.missing], np.int64)
            values: Any = np.zeros((len(found), 3, 2, 2))
            yield Batch(found, values, troubles)

    def answers(self, batch: Batch) -> Int64:
        return np.array([self.answered.get(row, 0) for row in batch.rows.tolist()], np.int64)

    def maps(self, method: str, batch: Batch, at: Int64, targets: Int64) -> NDArray[np.float64]:
        if self.left <= 0:
            raise KeyboardInterrupt
        self.left -= 1
        rows = batch.rows[at]
        out = np.zeros((len(rows), 4, 4))
        out[:, 0, 0], out[:, 0, 1], out[:, 3, 3] = (rows + 1) / 200, (targets + 1) / 200, 1
        out[np.isin(rows, self.blank)] = 0
        self.made += [(method, row, target) for row, target in zip(rows.tolist(), targets.tolist(), strict=True)]
        return to_peak(out)

    def about(self, method: str) -> str:
        return "layer conv4"


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    return write_collection(tmp_path / "runs", runs=2, images=True)


@pytest.fixture
def ask(runs: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run the command on `run0` with a fake; its exit status."""

    def asked(fake: Fake, *, cell: str | None = None, wrong: bool = False, limit: int | None = None,
              sample: str | None = None, filters: tuple[str, ...] = (), **wishes: Any) -> int:  # fmt: skip
        monkeypatch.setattr(command, "_engine", lambda *_: fake)
        chosen = {"paths": (runs,), "run": "run0", "split": None, "epoch": None, "filters": filters, "images": None}
        return run_explain(chosen, Wishes(MODEL, **wishes), cell=cell, wrong=wrong, limit=limit, sample=sample)

    return asked


def file(runs: Path, method: str = "gradcam") -> MapFile:
    return MapFile(runs / "run0" / "explanations" / method / "test.npz")


def evaluation(runs: Path) -> Any:
    found = next(run for run in open_catalog([runs]).runs if run.name == "run0").evaluation("test")
    assert found is not None
    return found


@pytest.mark.row("V9")
def test_maps_of_every_sample_lie_in_the_run_as_the_app_reads_them(ask: Any, runs: Path) -> None:
    assert ask(Fake()) == 0
    logged, maps = evaluation(runs), file(runs)
    assert maps.sample.tolist() == list(range(80)) and set(maps.epoch) == {3} and not maps.of_unit.any()
    answers = dict(zip(logged.sample.tolist(), logged.predicted.tolist(), strict=True))
    assert maps.target.tolist() == [answers[row] for row in range(80)]
    values = maps.maps(np.arange(80))
    np.testing.assert_allclose(values[:, 0, 0] * 200, np.arange(80) + 1, atol=0.1)
    np.testing.assert_allclose(values[:, 0, 1] * 200, maps.target + 1, atol=0.1)
    assert [each.name for each in methods(runs / "run0", "test")] == ["gradcam"]


@pytest.mark.row("V19")
def test_the_same_command_makes_only_what_is_missing(ask: Any, runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = Fake(stop_after=2)
    assert ask(first, methods=("gradcam", "layercam"), batch=16) == 130
    assert "goes on" in capsys.readouterr().err and len(first.made) > 0
    there = {(name, int(row)) for name in ("gradcam", "layercam") if (runs / "run0/explanations" / name).exists()
             for row in file(runs, name).sample}  # fmt: skip
    assert there == {(name, row) for name, row, _ in first.made}
    second = Fake()
    assert ask(second, methods=("gradcam", "layercam"), batch=16) == 0
    assert not set(first.made) & set(second.made)
    assert len(first.made) + len(second.made) == 160 == file(runs).n + file(runs, "layercam").n
    third = Fake()
    assert ask(third, methods=("gradcam",)) == 0 and not third.made
    assert "are there already" in capsys.readouterr().err
    assert ask(third, methods=("gradcam",), again=True, limit=8) == 0 and len(third.made) == 8
    assert file(runs).n == 80


def test_only_what_is_selected_is_explained(ask: Any, runs: Path) -> None:
    logged = evaluation(runs)
    wrong = set(logged.sample[logged.true != logged.predicted].tolist())
    fake = Fake()
    assert ask(fake, wrong=True, targets=("predicted", "true")) == 0
    assert {row for _, row, _ in fake.made} == wrong and len(fake.made) == 2 * len(wrong)
    some = Fake()
    assert ask(some, methods=("layercam",), filters=('true == "cat" and confidence > .5',), targets=("fox",)) == 0
    cats = {int(row) for row, true in zip(logged.sample, logged.true, strict=True) if true == 0}
    assert some.made and {row for _, row, _ in some.made} <= cats and {target for *_, target in some.made} == {2}
    cell = Fake()
    assert ask(cell, methods=("scorecam",), cell="cat->dog") == 0
    both = (logged.true == 0) & (logged.predicted == 1)
    assert {row for _, row, _ in cell.made} == set(logged.sample[both].tolist()) != set()
    one = Fake()
    assert ask(one, methods=("scorecam",), sample="0007", again=True) == 0 and [row for _, row, _ in one.made] == [7]


def test_a_limit_draws_each_class_in_its_share_and_always_the_same(ask: Any, runs: Path) -> None:
    once, twice = Fake(), Fake()
    assert ask(once, limit=12) == 0 and ask(twice, limit=12, name="other") == 0
    assert once.made == twice.made and len(once.made) == 12
    logged = evaluation(runs)
    true = dict(zip(logged.sample.tolist(), logged.true.tolist(), strict=True))
    assert np.bincount([true[row] for _, row, _ in once.made]).tolist() == [3, 3, 3, 3]


def test_the_best_classes_are_explained_once_each(ask: Any, runs: Path) -> None:
    fake = Fake()
    assert ask(fake, targets=("top-2", "predicted", "true"), sample="0003") == 0
    logged = evaluation(runs)
    at = np.flatnonzero(logged.sample == 3)
    wanted = set(logged.top(at, 2)[0][0].tolist()) | {int(logged.true[at[0]])}
    assert sorted(target for *_, target in fake.made) == sorted(wanted)


def test_empty_maps_and_missing_images_are_counted(ask: Any, runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(Fake(missing=(3, 4), blank=(10, 11, 12)), limit=None) == 0
    said = capsys.readouterr().err
    assert "78 maps of gradcam (layer conv4, 4 × 4)" in said and "3 of 78 maps are empty" in said
    assert "2 samples without a readable image: " in said and "4.png is damaged." in said
    maps = file(runs)
    assert not maps.maps(np.flatnonzero(np.isin(maps.sample, (10, 11, 12)))).any() and 3 not in maps.sample
    assert ask(Fake(missing=range(80)), name="none") == 2
    assert "no image could be read; --images ROOT" in capsys.readouterr().err


def test_another_model_than_the_runs_is_doubted(ask: Any, runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    logged, fake = evaluation(runs), Fake()
    assert ask(fake) == 0 and "before believing a map" in capsys.readouterr().err
    fake.answered = dict(zip(logged.sample.tolist(), logged.predicted.tolist(), strict=True))
    assert ask(fake, again=True) == 0
    said = capsys.readouterr().err
    assert "answers as run0 on test, epoch 3 did in 80 of 80 samples" in said and "believing" not in said


@pytest.mark.row("V20")
def test_an_example_is_one_wrong_sample_by_every_method(
    ask: Any, runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fake = Fake()
    assert ask(fake, example=True) == 0
    assert [name for name, *_ in fake.made] == list(BUILT_IN) and len({row for _, row, _ in fake.made}) == 1
    row, logged = fake.made[0][1], evaluation(runs)
    assert (logged.true != logged.predicted)[logged.sample == row].all()
    assert f'id == "{row:04d}"\' , then'.replace(" ,", ",") in capsys.readouterr().err


def test_maps_have_the_size_asked_for_and_one_size_in_a_file(
    ask: Any, runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ask(Fake(), size=7, limit=8) == 0 and file(runs).shape == (7, 7)
    assert ask(Fake()) == 2
    assert "are 7 × 7, and these would be 4 × 4" in capsys.readouterr().err and file(runs).n == 8
    assert ask(Fake(), layer="conv2", limit=8) == 0 and file(runs, "gradcam.conv2").shape == (4, 4)
    assert ask(Fake(), random_weights=True, limit=8) == 0 and file(runs, "gradcam.random-weights").n == 8


@pytest.mark.parametrize(
    ("wishes", "sentence"),
    [
        ({"methods": ("gradcan",)}, "there is no method gradcan; there are gradcam, gradcam++"),
        ({"targets": ("bird",)}, "--target bird: write predicted, true, top-3 or the name of a class"),
        ({"targets": ("top-0",)}, "--target top-0"),
        ({"methods": ("gradcam", "layercam"), "name": "a"}, "--name names one method's maps"),
        ({"name": "../a"}, "cannot name a file"),
        ({"sample": "nobody"}, "has no sample nobody"),
        ({"filters": ("confidence > 2",)}, "no sample of run0 on test, epoch 3 is selected"),
        ({"filters": ("colour == 1",)}, "colour"),
        ({"cell": "cat->bird"}, "there is no class bird"),
    ],
)
def test_what_cannot_be_asked_is_one_sentence(
    ask: Any, wishes: dict[str, Any], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    fake = Fake()
    assert ask(fake, **wishes) == 2 and not fake.made
    said = capsys.readouterr().err
    assert sentence in said and said.startswith("Error: ") and said.count("\n") == 1


def test_several_runs_want_a_name(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chosen = {"paths": (runs,), "run": None, "split": None, "epoch": None, "filters": (), "images": None}
    assert run_explain(chosen, Wishes(MODEL), cell=None, wrong=False, limit=None, sample=None) == 2
    assert "name it with --run: run0, run1" in capsys.readouterr().err


def test_what_the_models_function_raises_is_one_sentence(runs: Path, tmp_path: Path) -> None:
    """The command as it is typed, where torch is not installed."""
    (tmp_path / "mine.py").write_text("import nowhere_to_be_found\n", encoding="utf-8")
    words = ["explain", str(runs), "--run", "run0", "--model", str(tmp_path / "mine.py") + ":load"]
    done = subprocess.run([sys.executable, "-m", "clftui", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 2 and done.stderr.count("\n") == 1
    assert "mine.py failed: ModuleNotFoundError: No module named 'nowhere_to_be_found'" in done.stderr


def test_progress_is_a_line_that_is_written_over_or_a_plain_one_now_and_then(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    for on_terminal, lines in ((True, 59), (False, 6)):
        monkeypatch.setattr(sys.stderr, "isatty", lambda on_terminal=on_terminal: on_terminal)
        told = progress.Progress(6000, "maps")
        for second in range(1, 60):
            clock[0] += 1
            told(50 * second, "grad\x1b[31mcam")
        clock[0] += 1
        told(3000)
        said = capsys.readouterr().err
        assert said.count("maps") == lines + on_terminal and said.count("\r\x1b[K") == (lines + 1) * on_terminal
        assert "50 %  3,000 of 6,000 maps  50/s  1:00 left" in said and "\x1b[31m" not in said


def test_a_slow_method_gets_fewer_pictures_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    pace, sizes = explaining._Pace(32), []
    for part in pace.parts(60):
        sizes.append(part.stop - part.start)
        clock[0] += sizes[-1] * 1.0
    assert sizes[:3] == [8, 4, 4] and sum(sizes) == 60
    quick = explaining._Pace(32)
    assert [part.stop - part.start for part in quick.parts(100)] == [8, 16, 32, 32, 12]
