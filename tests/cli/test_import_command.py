"""`clftui import`: what was opened becomes runs; going on after a stop, doing nothing twice, touching nothing else."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from clftui.data.catalog import open_catalog
from clftui.data.convert_journal import Journal
from clftui.data.soft_labels import soft_labels
from clftui.importing import Progress, run_import
from clftui.report import Options, render
from clftui.schema import FormatError
from clftui.state.session import open_session
from tests.builders import write_run
from tests.data.test_imports_papers import INSTANCES, flow

CLASSES = ("cat", "dog", "newt")
VIEWS = ("matrix", "pairs", "ranking", "samples")


def table(path: Path, n: int = 30, seed: int = 0, images: bool = False) -> Path:
    """A CSV of predictions with scores, and an image for each row."""
    random = np.random.default_rng(seed)
    probs = random.dirichlet(np.ones(3), n).round(4)
    lines = ["path,true,split,epoch," + ",".join(f"p_{name}" for name in CLASSES)]
    for epoch in (1, 2):
        for row in range(n):
            scores = ",".join(map(str, probs[(row * epoch) % n]))
            lines.append(f"pics/{row % 3}/{row}.png,{CLASSES[row % 3]},test,{epoch},{scores}")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    for row in range(n if images else 0):
        place = path.parent / "pics" / str(row % 3) / f"{row}.png"
        place.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (4, 4), (row, 0, 0)).save(place)
    return path


def state(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Every file with its time and content."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.read_bytes()) for path in files}


def reports(path: Path) -> list[str]:
    session = open_session(open_catalog([path]))
    assert session.catalog.problems == (), session.catalog.problems
    return [render(session, view, "csv", Options(top=1000)) for view in VIEWS]


@pytest.mark.row("P14", "V8")
def test_the_runs_report_what_the_source_reports(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = table(tmp_path / "src" / "cnn.csv", images=True)
    assert run_import([source], tmp_path / "runs") == 0
    told = capsys.readouterr()
    assert told.out == f"1 run in {tmp_path / 'runs'}: 4 files written\n" and "cnn: class order as given" in told.err
    (run,) = open_catalog([tmp_path / "runs"]).runs
    assert (run.name, run.classes, run.epochs("test")) == ("cnn", CLASSES, (1, 2))
    samples = run.samples("test")
    assert samples is not None and samples.path_of(4) == tmp_path / "src" / "pics" / "1" / "4.png"
    assert reports(tmp_path / "runs") == reports(source)


def test_a_second_import_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, dest = table(tmp_path / "cnn.csv"), tmp_path / "runs"
    assert run_import([source], dest) == 0
    before = state(dest)
    capsys.readouterr()
    assert run_import([source], dest) == 0
    assert state(dest) == before and "0 files written, 4 files kept" in capsys.readouterr().out


def test_what_was_cut_off_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, dest = table(tmp_path / "cnn.csv"), tmp_path / "runs"
    real, calls = Journal.arrays, []

    def failing(self: Any, path: Path, arrays: Any) -> None:
        calls.append(path)
        if len(calls) == 2:
            raise OSError(28, "No space left on device", str(path))
        real(self, path, arrays)

    monkeypatch.setattr(Journal, "arrays", failing)
    assert run_import([source], dest) == 2
    first = dest / "cnn" / "epochs" / "00001" / "test.npz"
    stamp = first.stat().st_mtime_ns
    assert not (dest / "cnn" / "epochs" / "00002").exists()
    assert run_import([source], dest) == 0
    assert first.stat().st_mtime_ns == stamp and reports(dest) == reports(source)


def test_an_interrupt_and_a_full_disk_are_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source = table(tmp_path / "cnn.csv")
    for error, status, words in (
        (KeyboardInterrupt(), 130, "stopped; run it again to go on from there\n"),
        (OSError(28, "No space left on device", "x.npz"), 2, "x.npz cannot be written (No space left on device)"),
    ):

        def stop(self: Any, path: Path, arrays: Any, error: BaseException = error) -> None:
            raise error

        monkeypatch.setattr(Journal, "arrays", stop)
        assert run_import([source], tmp_path / "runs") == status
        assert words in capsys.readouterr().err


def test_a_changed_source_replaces_only_what_the_import_wrote(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, dest = table(tmp_path / "cnn.csv"), tmp_path / "runs"
    assert run_import([source], dest) == 0
    table(source, n=33, seed=1)
    assert run_import([source], dest) == 0
    assert reports(dest) == reports(source)
    (dest / "cnn" / "epochs" / "00002" / "test.npz").write_bytes(b"mine")
    table(source, n=36, seed=2)
    capsys.readouterr()
    assert run_import([source], dest) == 2
    assert "was changed after it was imported" in capsys.readouterr().err
    assert (dest / "cnn" / "epochs" / "00002" / "test.npz").read_bytes() == b"mine"


def test_what_is_not_ours_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, dest = table(tmp_path / "src" / "cnn.csv"), tmp_path / "runs"
    write_run(dest / "cnn")
    before = state(dest)
    assert run_import([source], dest) == 2
    assert "is there already and was not written by an import" in capsys.readouterr().err and state(dest) == before
    assert run_import([dest], tmp_path / "again") == 2
    assert "format already; copy the folder" in capsys.readouterr().err and not (tmp_path / "again").exists()
    assert run_import([source.parent], source.parent / "runs") == 2
    assert "choose a folder outside" in capsys.readouterr().err
    assert run_import([source], source) == 2
    assert "is a file; name a folder" in capsys.readouterr().err
    assert run_import([tmp_path / "gone.csv"], dest) == 2
    assert "gone.csv does not exist" in capsys.readouterr().err


def test_runs_that_share_samples_share_a_table_and_others_get_their_own(tmp_path: Path) -> None:
    for name, n, seed in (("a", 30, 0), ("b", 30, 5), ("c", 12, 0)):
        table(tmp_path / "src" / f"{name}.csv", n, seed)
    dest = tmp_path / "runs"
    assert run_import([tmp_path / "src"], dest) == 0
    tables = {run.name: run.samples("test") for run in open_catalog([dest]).runs}
    assert set(tables) == {"a", "b", "c"} and tables["a"] is tables["b"]
    assert tables["c"] is not None and tables["c"].n == 12
    assert len(list((dest / "samples").iterdir())) == 2
    # A table that is there is never replaced: another import's runs may refer to it.
    shutil.rmtree(tmp_path / "src")
    assert run_import([table(tmp_path / "src" / "d.csv", 9)], dest) == 0
    assert {run.name: run.samples("test").n for run in open_catalog([dest]).runs}["a"] == 30  # type: ignore[union-attr]


def test_images_are_copied_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, dest = table(tmp_path / "src" / "cnn.csv", images=True), tmp_path / "runs"
    (tmp_path / "src" / "pics" / "0" / "3.png").unlink()
    assert run_import([source], dest, copy_images=True) == 0
    told = capsys.readouterr()
    assert "29 images copied" in told.out and "1 image was not found; --images ROOT" in told.err
    shutil.rmtree(tmp_path / "src" / "pics")
    samples = open_catalog([dest]).runs[0].samples("test")
    assert samples is not None and samples.path_of(4) == dest / "images" / "test" / "1" / "4.png"
    assert Image.open(samples.path_of(4) or "").getpixel((0, 0)) == (4, 0, 0)


def test_an_image_that_is_not_ours_stops_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, dest = table(tmp_path / "src" / "cnn.csv", images=True), tmp_path / "runs"
    (dest / "images" / "test" / "1").mkdir(parents=True)
    (dest / "images" / "test" / "1" / "4.png").write_bytes(b"mine")
    assert run_import([source], dest, copy_images=True) == 2
    assert "is another image" in capsys.readouterr().err
    assert (dest / "images" / "test" / "1" / "4.png").read_bytes() == b"mine"


def test_a_hierarchy_and_soft_labels_go_with_the_runs(tmp_path: Path) -> None:
    source, dest = table(tmp_path / "cnn.csv", 3), tmp_path / "runs"
    tree = tmp_path / "tree.tsv"
    tree.write_text("class\tparent\ncat\tpet\ndog\tpet\nnewt\tpond\n", encoding="utf-8")
    (tmp_path / "cnn.real.json").write_text("[[0, 1], [1], []]", encoding="utf-8")
    assert run_import([source], dest, hierarchy=tree) == 0
    catalog = open_catalog([dest])
    assert catalog.hierarchy is not None and "pond" in json.dumps(catalog.hierarchy)
    shares = soft_labels(catalog.runs[0].samples("test"), CLASSES)
    # The sidecar of cnn.csv now lies beside samples/test.csv.
    assert shares is not None and shares[0].tolist() == [0.5, 0.5, 0.0] and np.isnan(shares[2]).all()


def test_matrices_and_epochs_of_research_tools(tmp_path: Path) -> None:
    (tmp_path / "pets.json").write_text(json.dumps(INSTANCES), encoding="utf-8")
    assert run_import([tmp_path / "pets.json", flow(tmp_path / "logs", [2, 1, 0, 3])], tmp_path / "runs") == 0
    runs = {run.name: run for run in open_catalog([tmp_path / "runs"]).runs}
    assert runs["pets"].epochs("test") == (1, 3) and runs["cnn"].hyperparameters == {"lr": 0.1}
    matrix = runs["cnn"].evaluation("train", 2)
    assert matrix is not None and np.array_equal(matrix.confusion.dense(), [[2, 1], [0, 3]])


def test_a_mixed_folder_imports_what_it_can_and_tells_the_rest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table(tmp_path / "src" / "cnn.csv")
    (tmp_path / "src" / "old.pkl").write_bytes(b"\x80\x04.")
    (tmp_path / "src" / "odd.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    assert run_import([tmp_path / "src"], tmp_path / "runs") == 0
    told = capsys.readouterr().err
    assert "old.pkl is a pickle" in told and told.count("not opened:") == 1
    assert "passed over: " in told and "odd.csv has no column of true classes" in told
    (tmp_path / "src" / "cnn.csv").unlink()
    assert run_import([tmp_path / "src"], tmp_path / "none") == 2 and not (tmp_path / "none").exists()


def test_the_command_line(tmp_path: Path) -> None:
    text = "id,true,pred\n1,cat,dog\n2,cat,cat\n"
    words = [sys.executable, "-m", "clftui", "import", "-", str(tmp_path / "runs")]
    done = subprocess.run(words, input=text, capture_output=True, text=True, timeout=60, cwd=Path(__file__).parents[2])
    assert done.returncode == 0 and "1 run in" in done.stdout, done.stderr
    assert open_catalog([tmp_path / "runs"]).runs[0].evaluation("test").n == 2  # type: ignore[union-attr]


def test_progress_is_one_line_of_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    progress = Progress()
    progress("cnn test epoch 3", 2, 8)
    progress.clear()
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    progress = Progress()
    progress("cnn\x1b[2J epoch 3", 2, 8)
    progress("soon", 3, 8)
    progress.clear()
    said = capsys.readouterr().err
    assert " 25 %  2 of 8 evaluations  cnn" in said and "soon" not in said
    assert "\x1b[2J" not in said and said.endswith("\r\x1b[K") and "\n" not in said


@pytest.mark.parametrize(
    ("text", "words"),
    [("{}", "is no list of lists"), ("[[0], [9], []]", "holds 9, which is no class, in row 1"),
     ("[[0], [1.5], []]", "in row 1"), ("[[0], [1]]", "has shape (2, 3)")],
)  # fmt: skip
def test_lists_of_right_classes_that_are_wrong(tmp_path: Path, text: str, words: str) -> None:
    source = table(tmp_path / "cnn.csv", 3)
    (tmp_path / "cnn.real.json").write_text(text, encoding="utf-8")
    with pytest.raises(FormatError, match=words.replace("(", r"\(").replace(")", r"\)")):
        soft_labels(open_catalog([source]).runs[0].samples("test"), CLASSES)
