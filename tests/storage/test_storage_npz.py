"""Arrays come back as they went in, by any way of reading; damaged files give one sentence and nothing else."""

from __future__ import annotations

import os
import random
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from clftui.schema import FormatError
from clftui.storage import NpzFile, open_npz, write_npz
from clftui.storage.reading import MAX_OPEN, _open_files

DTYPES = ["<i8", "<i2", ">i4", "u1", "<f2", "<f4", ">f8", "?", "<U5", "S3"]


@st.composite
def arrays(draw: st.DrawFn) -> NDArray[Any]:
    shape = tuple(draw(st.lists(st.integers(0, 7), min_size=1, max_size=3)))
    numbers = np.random.default_rng(draw(st.integers(0, 99))).integers(0, 100, shape)
    array = numbers.astype(draw(st.sampled_from(DTYPES)))
    return np.asfortranarray(array) if draw(st.booleans()) else array


def bits(array: NDArray[Any]) -> bytes:
    return np.ascontiguousarray(array.astype(array.dtype.newbyteorder("="))).tobytes()


@settings(max_examples=60)
@given(array=arrays(), compressed=st.booleans(), ours=st.booleans(), data=st.data())
def test_every_way_of_reading_gives_what_was_written(
    tmp_path_factory: pytest.TempPathFactory, array: NDArray[Any], compressed: bool, ours: bool, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("npz") / "a.npz"
    others: dict[str, Any] = {"first": np.arange(3), "last": np.zeros((2, 2), np.float16)}
    if ours:
        write_npz(path, {"first": others["first"], "x": array, "last": others["last"]})
    elif compressed:
        np.savez_compressed(path, x=array, **others)
    else:
        np.savez(path, x=array, **others)
    file = open_npz(path)
    assert file.members["x"].shape == array.shape and file.members["x"].dtype == array.dtype
    whole = file.read("x")
    assert whole.shape == array.shape and bits(whole) == bits(array) and whole.dtype.isnative
    whole[...] = whole.dtype.type(0)  # the caller's own copy
    rows = array.shape[0]
    start = data.draw(st.integers(0, rows))
    stop = data.draw(st.integers(start, rows))
    assert bits(file.read_rows("x", start, stop)) == bits(array[start:stop])
    wanted = data.draw(st.lists(st.integers(0, rows - 1), max_size=12)) if rows else []
    assert bits(file.read_rows_at("x", wanted)) == bits(array[wanted])
    if array.ndim > 1 and array.shape[1]:
        column = data.draw(st.integers(0, array.shape[1] - 1))
        assert bits(file.read_column("x", column)) == bits(array[:, column])


def test_numpy_reads_what_we_write_and_the_same_arrays_give_the_same_bytes(tmp_path: Path) -> None:
    one = np.float32(2.5) * np.ones(())
    given_arrays = {"a": np.arange(6).reshape(2, 3), "b": np.asfortranarray(np.eye(3)), "c": one}
    write_npz(tmp_path / "1.npz", given_arrays)
    write_npz(tmp_path / "2.npz", given_arrays)
    assert (tmp_path / "1.npz").read_bytes() == (tmp_path / "2.npz").read_bytes()
    with np.load(tmp_path / "1.npz", allow_pickle=False) as loaded:
        for name, array in given_arrays.items():
            assert np.array_equal(loaded[name], array) and loaded[name].shape == array.shape
    assert open_npz(tmp_path / "1.npz").read("c") == 2.5


def test_rows_far_apart_and_long_spans(tmp_path: Path) -> None:
    array = np.arange(40_000 * 60, dtype=np.int32).reshape(40_000, 60)  # 9.6 MB: more than one span
    write_npz(tmp_path / "a.npz", {"x": array})
    file = open_npz(tmp_path / "a.npz")
    scattered = np.random.default_rng(0).integers(0, 40_000, 300)
    assert np.array_equal(file.read_rows_at("x", scattered), array[scattered])
    assert np.array_equal(file.read_rows_at("x", np.arange(39_999, -1, -1)), array[::-1])
    assert np.array_equal(file.read_column("x", 59), array[:, 59])


def test_near_rows_share_a_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    array = np.zeros((100_000, 8), np.float16)
    write_npz(tmp_path / "a.npz", {"x": array})
    file = open_npz(tmp_path / "a.npz")
    reads = []
    original = os.preadv

    def counted(descriptor: int, parts: list[memoryview], offset: int) -> int:
        reads.append(offset)
        return original(descriptor, parts, offset)

    monkeypatch.setattr("os.preadv", counted)
    file.read_rows_at("x", [5, 9, 100, 90_000, 90_001])
    assert len(reads) == 2


@pytest.mark.parametrize("rows", [[-1], [3], [0, 5]])
def test_rows_outside_are_an_index_error(tmp_path: Path, rows: list[int]) -> None:
    write_npz(tmp_path / "a.npz", {"x": np.zeros((3, 2))})
    file = open_npz(tmp_path / "a.npz")
    with pytest.raises(IndexError):
        file.read_rows_at("x", rows)
    with pytest.raises(IndexError):
        file.read_rows("x", 0, 4)
    with pytest.raises(IndexError):
        file.read_column("x", 2)


def test_what_is_missing_is_named_with_what_is_there(tmp_path: Path) -> None:
    write_npz(tmp_path / "a.npz", {"true": np.zeros(3), "one": np.zeros(())})
    file = open_npz(tmp_path / "a.npz")
    with pytest.raises(FormatError, match=r"predicted is missing \(the file has one, true\)"):
        file.read("predicted")
    assert "true" in file and "predicted" not in file and list(file) == ["true", "one"]
    with pytest.raises(FormatError, match="single value"):
        file.read_rows("one", 0, 1)
    with pytest.raises(FormatError, match="does not exist"):
        open_npz(tmp_path / "b.npz")
    with pytest.raises(FormatError, match="cannot be read"):
        open_npz(tmp_path)


def test_objects_are_refused_and_the_rest_is_read(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", bad=np.array([{}, print], dtype=object), mixed=np.zeros(2, "i4,f4"), good=np.arange(2))
    file = open_npz(tmp_path / "a.npz")
    with pytest.raises(FormatError, match="Python objects, which are never read"):
        file.read("bad")
    with pytest.raises(FormatError, match="neither numbers nor text"):
        file.read("mixed")
    assert file.read("good").tolist() == [0, 1]
    with pytest.raises(ValueError, match="only numbers and text"):
        write_npz(tmp_path / "b.npz", {"x": np.array([None])})


def test_a_file_cut_anywhere_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    write_npz(path, {"x": np.arange(20), "y": np.zeros((3, 4), np.float16)})
    data = path.read_bytes()
    for length in range(len(data)):
        path.write_bytes(data[:length])
        with pytest.raises(FormatError, match="is not a complete npz file; write or copy it again"):
            open_npz(path)


@pytest.mark.parametrize("compressed", [False, True])
def test_no_flipped_byte_gives_anything_but_arrays_or_one_sentence(tmp_path: Path, compressed: bool) -> None:
    path = tmp_path / "a.npz"
    save = np.savez_compressed if compressed else np.savez
    save(path, x=np.arange(50, dtype=np.int16), y=np.ones((4, 5), np.float16))
    data = path.read_bytes()
    chance = random.Random(0)
    outcomes = {"refused": 0, "read": 0}
    for _ in range(600):
        damaged = bytearray(data)
        for _ in range(chance.choice([1, 1, 2, 8])):
            damaged[chance.randrange(len(data))] = chance.randrange(256)
        path.write_bytes(damaged)
        try:
            file = open_npz(path)
            for name, member in file.members.items():
                assert member.nbytes <= 2_000 * len(data)
                assert file.read(name).shape == member.shape
            outcomes["read"] += 1
        except FormatError:
            outcomes["refused"] += 1
    assert min(outcomes.values()) > 10  # both ways were taken


def rewrite_header(path: Path, header: str, body: bytes = b"\0" * 16) -> None:
    text = header.encode().ljust(118 - 1) + b"\n"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.npy", b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + body)


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ("{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999,)}", "promises 799,999,999,999,992 bytes"),
        ("{'descr': '<f8', 'fortran_order': False, 'shape': (-2,)}", "not made of counts"),
        ("{'descr': '<f8', 'fortran_order': False, 'shape': 2}", "header that numpy did not write"),
        ("{'descr': '<f8', 'fortran_order': False}", "header that numpy did not write"),
        ("{'descr': '|O', 'fortran_order': False, 'shape': (2,)}", "Python objects"),
        ("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (2,)}", "neither numbers nor text"),
        ("{'descr': '<M8[s]', 'fortran_order': False, 'shape': (2,)}", "neither numbers nor text"),
        ("__import__('os').system('true')", "header that numpy did not write"),
        ("[" * 100, "header that numpy did not write"),
    ],
)
def test_headers_are_checked_before_anything_is_allocated(tmp_path: Path, header: str, says: str) -> None:
    rewrite_header(tmp_path / "a.npz", header)
    file = open_npz(tmp_path / "a.npz")
    with pytest.raises(FormatError) as caught:
        file.read("x")
    assert says in str(caught.value) and caught.value.field == "x"


def test_a_bomb_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez_compressed(path, x=np.zeros(100))
    data = bytearray(path.read_bytes())
    at = data.rfind(b"PK\x01\x02")
    data[at + 24 : at + 28] = (2**31).to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(FormatError, match="more than its bytes can hold"):
        open_npz(path).read("x")


def test_wide_archives_and_comments_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    with zipfile.ZipFile(path, "w") as archive:
        with archive.open("x.npy", "w", force_zip64=True) as member:
            np.lib.format.write_array(member, np.arange(9))
        archive.writestr("note.txt", "no array")
        archive.comment = b"PK\x05" + b"c" * 6_000
    file = open_npz(path)
    assert list(file) == ["x"] and file.read("x").tolist() == list(range(9))


def test_zip64_records_are_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clftui.storage.npz._WIDE_BYTES", 0)
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 100)
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 1)
    write_npz(tmp_path / "a.npz", {"x": np.arange(500), "y": np.eye(3)})
    monkeypatch.undo()
    assert b"PK\x06\x06" in (tmp_path / "a.npz").read_bytes()
    file = open_npz(tmp_path / "a.npz")
    assert file.read("x").tolist() == list(range(500)) and np.array_equal(file.read("y"), np.eye(3))


def opened(path: Path) -> NpzFile:
    write_npz(path, {"x": np.arange(50_000), "y": np.arange(5)})
    return open_npz(path)


def test_a_file_cut_short_while_open_is_one_sentence(tmp_path: Path) -> None:
    file = opened(tmp_path / "a.npz")
    os.truncate(tmp_path / "a.npz", 1000)
    with pytest.raises(FormatError, match="was cut short while it was read"):
        file.read("x")
    with pytest.raises(FormatError, match="was cut short while it was read"):
        file.read_rows("x", 40_000, 40_001)


def test_a_file_rewritten_in_place_while_open_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    file = opened(path)
    with path.open("r+b") as other:
        other.seek(5_000)
        other.write(b"different")
    os.utime(path, ns=(0, 1))
    with pytest.raises(FormatError, match="was replaced while it was read"):
        file.read_rows("x", 0, 2)


def test_a_replaced_file_is_read_as_it_was_while_its_descriptor_lasts(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    file = opened(path)
    write_npz(path, {"x": np.zeros(50_000, np.int64), "y": np.arange(5)})
    assert file.read_rows("x", 7, 9).tolist() == [7, 8]
    assert open_npz(path).read_rows("x", 7, 9).tolist() == [0, 0]
    file.close()
    with pytest.raises(FormatError, match="was replaced while it was read; read it again"):
        file.read_rows("x", 7, 9)


def test_at_most_64_files_stay_open_and_evicted_ones_are_read_again(tmp_path: Path) -> None:
    files = []
    for number in range(MAX_OPEN + 20):
        write_npz(tmp_path / f"{number}.npz", {"x": np.full(3, number)})
        files.append(open_npz(tmp_path / f"{number}.npz"))
        assert len(_open_files._handles) <= MAX_OPEN
    for number, file in enumerate(files):
        assert file.read("x").tolist() == [number] * 3
    (tmp_path / "0.npz").unlink()
    with pytest.raises(FormatError, match="does not exist"):
        files[0].read("x")
