"""Headers of arrays: numpy's own are read without Python's parser, others with it, damaged ones in no time."""

from __future__ import annotations

import ast
import time
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest

from clftui.schema import FormatError
from clftui.storage import open_npz, read_npy


def npy(header: str, data: bytes = b"") -> bytes:
    padded = header.encode("latin-1") + b"\n"
    return b"\x93NUMPY\x01\x00" + len(padded).to_bytes(2, "little") + padded + data


@pytest.fixture
def no_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> NoReturn:
        raise SystemError("AST constructor recursion depth mismatch")

    monkeypatch.setattr(ast, "literal_eval", fail)


@pytest.mark.usefixtures("no_parser")
@pytest.mark.parametrize("shape", [(), (0,), (5,), (80, 4), (2, 3, 4), (1, 0, 3)])
@pytest.mark.parametrize("dtype", ["<i8", "<f2", ">f4", "?", "<U3", "S2"])
def test_numpys_own_headers_need_no_parser(tmp_path: Path, shape: tuple[int, ...], dtype: str) -> None:
    array = np.ones(shape, dtype=dtype, order="F")
    np.savez(tmp_path / "a.npz", a=array)
    np.save(tmp_path / "a.npy", array)
    for read in (open_npz(tmp_path / "a.npz").read("a"), read_npy(tmp_path / "a.npy")):
        assert read.shape == shape and (read == array).all()


@pytest.mark.usefixtures("no_parser")
def test_a_parser_that_fails_for_another_threads_sake_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.npy").write_bytes(npy("{'shape': (1,), 'descr': '<i8', 'fortran_order': False}", bytes(8)))
    with pytest.raises(FormatError, match="has a header that numpy did not write"):
        read_npy(tmp_path / "a.npy")


@pytest.mark.parametrize(
    "header",
    [
        '{"descr": "<i8", "fortran_order": False, "shape": (2,)}',
        "{'shape': (2,), 'descr': '<i8', 'fortran_order': 0}",
        "{ 'descr':'<i8', 'fortran_order':False, 'shape':(2 ,) , }",
    ],
)
def test_headers_of_other_writers(tmp_path: Path, header: str) -> None:
    (tmp_path / "a.npy").write_bytes(npy(header, np.arange(2).tobytes()))
    assert read_npy(tmp_path / "a.npy").tolist() == [0, 1]


@pytest.mark.parametrize("tail", ["1" * 9000, "1, " * 3000, "1," * 3000 + "x", ("1" * 17 + ", ") * 400, "(" * 9000])
def test_a_damaged_header_is_refused_in_no_time(tmp_path: Path, tail: str) -> None:
    (tmp_path / "a.npy").write_bytes(npy("{'descr': '<i8', 'fortran_order': False, 'shape': (" + tail))
    start = time.perf_counter()
    with pytest.raises(FormatError):
        read_npy(tmp_path / "a.npy")
    assert time.perf_counter() - start < 1.0


def test_a_npy_is_checked_before_anything_is_allocated(tmp_path: Path) -> None:
    cases: list[tuple[Any, str]] = [
        (npy("{'descr': '<i8', 'fortran_order': False, 'shape': (99999999999999,), }", bytes(8)), "promises"),
        (npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", bytes(8)), "Python objects"),
        (b"hello", "is not a numpy array"),
        (b"", "is not a numpy array"),
    ]
    for data, words in cases:
        (tmp_path / "a.npy").write_bytes(data)
        with pytest.raises(FormatError, match=words):
            read_npy(tmp_path / "a.npy")
