"""`clftui respond` with a model whose layers are known: means, rows, order, what is there, what cannot be read."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clftui.data import responses
from clftui.data.responses import layers
from clftui.explain.hooks import Output
from clftui.explain.recording import LayerRecord
from clftui.explain.respond import Wishes, run_respond
from tests.builders import labels, write_collection
from tests.explain.listening import FakeModel, pixels

N, K = 80, 4


def chosen(root: Path, **more: Any) -> dict[str, Any]:
    return {"paths": (root,), "run": None, "split": "test", "epoch": None, "filters": (), "images": None, **more}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_collection(tmp_path / "runs", runs=1, images=True)


def record(
    root: Path, *, limit: int | None = None, stop_after: int = 1 << 30, **wishes: Any
) -> tuple[int, list[FakeModel]]:
    made: list[FakeModel] = []

    def load(picked: Any, place: Path, named: Any) -> FakeModel:
        made.append(FakeModel(K, layers=tuple(named) or ("early", "late"), stop_after=stop_after))
        return made[-1]

    about = chosen(root, **{name: wishes.pop(name) for name in ("filters", "epoch") if name in wishes})
    return run_respond(about, Wishes("fake:load", batch=7, **wishes), limit, load), made


def pictures_of(root: Path) -> np.ndarray[Any, Any]:
    return np.stack([pixels(root / "images" / f"{row:04d}.png") for row in range(N)])


@pytest.mark.row("B20")
def test_class_means_and_rows_are_those_of_the_pictures(root: Path) -> None:
    assert record(root)[0] == 0
    early, late = layers(root / "run0", "test", 3)
    values, true = pictures_of(root), labels(N, K)
    for label in range(K):
        np.testing.assert_allclose(
            early.opened.class_mean[label], values[true == label].mean(axis=0).transpose(2, 0, 1), atol=1e-3
        )
    np.testing.assert_allclose(late.opened.values(), values.mean(axis=(1, 2)), atol=1e-3)
    np.testing.assert_allclose(early.opened.values(), values.mean(axis=(1, 2)), atol=1e-3)
    assert late.opened.sample.tolist() == list(range(N))
    assert (early.opened.depth, late.opened.depth) == (0, 3)


def test_what_is_there_is_not_recorded_again(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert record(root, layers=("late",))[0] == 0
    path = root / "run0" / "epochs" / "00003" / "test.responses.late.npz"
    before = path.stat().st_mtime_ns
    _, made = record(root)
    assert made[0].layers == ("early",) and path.stat().st_mtime_ns == before
    status, made = record(root, layers=("late", "early"))
    assert (status, made) == (0, []) and "--again" in capsys.readouterr().err
    assert record(root, layers=("late",), again=True)[0] == 0 and path.stat().st_mtime_ns != before


def test_layers_of_a_few_samples_are_told(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert record(root, limit=12)[0] == 0 and capsys.readouterr().err
    assert record(root)[0] == 0
    assert "are there already, one of only 12 of 80 samples; --again" in capsys.readouterr().err
    assert record(root, limit=12)[0] == 0
    assert "are there already; --again" in capsys.readouterr().err


def test_a_layer_that_is_stopped_is_not_written(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert record(root, layers=("late",))[0] == 0
    assert record(root, stop_after=3)[0] == 130
    assert "not written" in capsys.readouterr().err
    assert [layer.name for layer in layers(root / "run0", "test", 3)] == ["late"]


def test_samples_that_are_asked_for_and_no_values(root: Path) -> None:
    assert record(root, filters=('true == "cat"',), values=False)[0] == 0
    early, _ = layers(root / "run0", "test", 3)
    assert early.opened.n == 0
    assert np.isnan(early.opened.class_mean[1:]).all() and not np.isnan(early.opened.class_mean[0]).any()


def test_missing_pictures_are_counted_and_none_is_refused(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "images" / "0003.png").unlink()
    assert record(root)[0] == 0
    assert "1 sample without a readable image" in capsys.readouterr().err
    _, late = layers(root / "run0", "test", 3)
    assert 3 not in late.opened.sample and late.opened.n == N - 1
    for path in (root / "images").iterdir():
        path.unlink()
    assert record(root, again=True)[0] == 2
    assert "--images" in capsys.readouterr().err


def test_every_epoch_that_has_a_checkpoint(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for epoch in (1, 3):
        (tmp_path / f"epoch{epoch:02d}.pt").touch()
    pattern = str(tmp_path / "epoch{epoch:02d}.pt")
    assert record(root, checkpoints=pattern)[0] == 0
    assert [len(layers(root / "run0", "test", epoch)) for epoch in (1, 2, 3)] == [2, 0, 2]
    for wrong in (str(tmp_path / "{epok}.pt"), str(tmp_path / "epoch.pt"), str(tmp_path / "none{epoch}.pt")):
        assert record(root, checkpoints=wrong)[0] == 2
        assert "--checkpoints" in capsys.readouterr().err


def test_another_model_is_doubted(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record(root)
    assert "That is too seldom" in capsys.readouterr().err


def test_large_sums_lie_in_a_file(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record(root)
    expected = [layer.opened.class_mean for layer in layers(root / "run0", "test", 3)]
    monkeypatch.setattr("clftui.explain.recording.LARGE_SUM_BYTES", 0)
    record(root, again=True)
    monkeypatch.setattr("clftui.data.responses._known", type(responses._known)())
    for before, layer in zip(expected, layers(root / "run0", "test", 3), strict=True):
        np.testing.assert_array_equal(layer.opened.class_mean, before)


@pytest.mark.skipif(not hasattr(os, "posix_fallocate"), reason="Darwin has none")
def test_a_full_disk_is_one_sentence(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    assert record(root)[0] == 2
    said = capsys.readouterr().err
    assert "clftui-respond-" in said and "cannot be written (No space left on device)" in said and said.count("\n") == 1


def test_a_layer_too_large_keeps_fewer_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clftui.explain.recording.MOST_SUM_BYTES", 4 * 3 * 2 * 9)
    places = np.arange(2 * 2 * 5 * 5, dtype=np.float32).reshape(2, 2, 5, 5)
    output = Output(places.mean(axis=(2, 3)), places)
    layer = LayerRecord(3, output, 0, tmp_path, 0)
    layer.add(np.array([0, -1]), output)
    assert layer.class_mean.shape == (3, 2, 3, 3)
    assert layer.class_mean[0, 0, 0, 0] == places[0, 0, :2, :2].mean()
    assert layer.class_mean[0, 0, 2, 2] == places[0, 0, 4, 4]
    assert np.isnan(layer.class_mean[1:]).all()
