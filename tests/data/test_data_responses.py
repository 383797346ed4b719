"""Recorded responses as files: their order, what is read when, what is refused in which sentence."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clftui.data import responses
from clftui.data.responses import ResponseFile, epoch_with_responses, epochs_with_responses, layers
from clftui.logger import RunLogger
from clftui.schema import FormatError
from tests.responded import write_layer

MEAN = np.arange(12, dtype=np.float32).reshape(4, 3)


def test_what_the_logger_writes_is_read_back(tmp_path: Path) -> None:
    values = np.array([[1.0, 2, 3], [4, 5, 6]])
    with RunLogger(tmp_path / "a", classes=["0", "1", "2", "3"]) as run:
        run.log_responses(2, "test", "layer1.0", MEAN, sample=[7, 3], values=values, depth=4)
    [layer] = layers(tmp_path / "a", "test", 2)
    file = layer.opened
    assert layer.name == "layer1.0" and (file.classes, file.units, file.grid, file.n, file.depth) == (
        4,
        3,
        (1, 1),
        2,
        4,
    )
    assert np.array_equal(file.class_mean, MEAN.reshape(4, 3, 1, 1)) and file.class_mean.dtype == np.float32
    assert file.sample.tolist() == [7, 3] and np.array_equal(file.values(), values)
    assert np.array_equal(file.values([1]), values[1:]) and file.unit(1).tolist() == [2, 5]


def test_places_and_class_means_alone(tmp_path: Path) -> None:
    maps = np.arange(4 * 3 * 2 * 5, dtype=np.float16).reshape(4, 3, 2, 5)
    file = ResponseFile(write_layer(tmp_path, "conv", maps))
    assert file.grid == (2, 5) and np.array_equal(file.class_mean, maps.astype(np.float32))
    assert not file.n and file.values().shape == (0, 3) and not file.unit(2).size and not file.sample.size
    assert file.depth is None


def test_layers_stand_in_the_order_of_the_network(tmp_path: Path) -> None:
    for name in ("conv10", "conv2", "fc", "Zfirst"):
        write_layer(tmp_path, name, MEAN)
    assert [each.name for each in layers(tmp_path, "test", 3)] == ["Zfirst", "conv2", "conv10", "fc"]
    assert [each.name for each in layers(tmp_path, "test", 3, ("fc", "conv10"))] == ["fc", "conv10", "Zfirst", "conv2"]
    responses._known._listed.clear()
    write_layer(tmp_path, "fc", MEAN, depth=0)
    write_layer(tmp_path, "conv10", MEAN, depth=9)
    assert [each.name for each in layers(tmp_path, "test", 3)] == ["fc", "conv10", "Zfirst", "conv2"]


def test_an_epoch_without_responses_shows_the_last_before_it(tmp_path: Path) -> None:
    for epoch in (2, 5):
        write_layer(tmp_path, "fc", MEAN, epoch=epoch)
    write_layer(tmp_path, "fc", MEAN, epoch=7, split="train")
    assert epochs_with_responses(tmp_path, "test") == (2, 5)
    found = [epoch_with_responses(tmp_path, "test", epoch) for epoch in (1, 2, 4, 5, 9, None)]
    assert found == [2, 2, 2, 5, 5, 5] and epoch_with_responses(tmp_path, "val", 3) is None
    assert epochs_with_responses(tmp_path / "none", "test") == ()


def test_the_same_object_while_the_file_is_the_same_and_another_once_it_changes(tmp_path: Path) -> None:
    path = write_layer(tmp_path, "fc", MEAN)
    first = layers(tmp_path, "test", 3)
    responses._known._listed.clear()
    assert layers(tmp_path, "test", 3)[0] is first[0]
    write_layer(tmp_path, "fc", MEAN + 1)
    os.utime(path, ns=(1, 1))
    responses._known._listed.clear()
    [again] = layers(tmp_path, "test", 3)
    assert again is not first[0] and again.opened.class_mean[0, 0, 0, 0] == 1


@pytest.mark.parametrize(
    ("mean", "more", "says"),
    [
        (np.zeros(4), {}, r"class_mean has dtype float64 and shape \(4,\)"),
        (np.zeros((4, 3, 2)), {}, r"shape \(4, 3, 2\)"),
        (np.zeros((4, 0)), {}, r"shape \(4, 0\)"),
        (np.full((4, 3), "x"), {}, "class_mean has dtype"),
        (MEAN, {"values": np.zeros((5, 2)), "sample": np.arange(5)}, r"values has dtype float64 and shape \(5, 2\)"),
        (MEAN, {"values": np.zeros((5, 3))}, "sample is missing"),
        (MEAN, {"values": np.zeros((5, 3)), "sample": np.arange(4)}, "sample has dtype int64"),
        (MEAN, {"values": np.zeros((5, 3)), "sample": np.zeros(5)}, "sample has dtype float64"),
    ],
)
def test_wrong_shapes_are_told_in_a_sentence(tmp_path: Path, mean: Any, more: dict[str, Any], says: str) -> None:
    path = write_layer(tmp_path, "fc", mean, **more)
    with pytest.raises(FormatError, match=says):
        ResponseFile(path)
    [layer] = layers(tmp_path, "test", 3)
    assert layer.file is None and layer.trouble
    with pytest.raises(FormatError, match=says):
        _ = layer.opened


def test_a_truncated_file_is_a_layer_with_a_sentence_and_the_others_are_read(tmp_path: Path) -> None:
    path = write_layer(tmp_path, "a", MEAN)
    path.write_bytes(path.read_bytes()[:200])
    write_layer(tmp_path, "b", MEAN)
    broken, fine = layers(tmp_path, "test", 3)
    assert broken.name == "a" and broken.trouble and fine.file is not None


def test_a_depth_that_is_damaged_is_none_and_the_other_layers_are_listed(tmp_path: Path) -> None:
    folder = write_layer(tmp_path, "b", MEAN, depth=1).parent
    path = folder / "test.responses.a.npz"
    np.savez_compressed(path, class_mean=MEAN, depth=np.array(2))
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo("depth.npy")
    content = bytearray(path.read_bytes())
    begin = info.header_offset + 30 + len(info.filename) + int.from_bytes(
        content[info.header_offset + 28 : info.header_offset + 30], "little"
    )  # fmt: skip
    content[begin + info.compress_size - 8 : begin + info.compress_size] = bytes(8)
    path.write_bytes(content)
    found = layers(tmp_path, "test", 3)
    assert {layer.name for layer in found} == {"a", "b"} and found[0].name == "b"


def test_a_depth_that_is_no_number_is_none(tmp_path: Path) -> None:
    assert ResponseFile(write_layer(tmp_path, "fc", MEAN, depth=np.array([1, 2]))).depth is None
    assert ResponseFile(write_layer(tmp_path, "fc", MEAN, depth=1.5)).depth is None
