"""The arrays of an npz file, whole or by rows, read by `pread` while others write; and the writer."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clftui.schema import FormatError
from clftui.storage.files import atomic_write
from clftui.storage.members import ALLOWED_KINDS, COPY_AGAIN, Member, npy_member, read_members
from clftui.storage.reading import CheckedFile, Signature

# Rows nearer than this are fetched with what lies between them: one call costs as much as copying so many bytes.
_GAP_BYTES = 16_384
_CHUNK_BYTES = 4_000_000
_WIDE_BYTES = 1 << 30
"""From here on a member gets ZIP64 fields (needed from 4 GB)."""


def open_npz(path: str | os.PathLike[str]) -> NpzFile:
    """The npz file at `path`: its directory and headers are read and checked now, arrays when asked for.

    Raises FormatError when there is no complete npz file. Nothing is unpickled or mapped.
    """
    return NpzFile(path)


class NpzFile:
    """An npz file as it was when opened. Every read gives the bytes of that moment or raises FormatError."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._file = CheckedFile(path)
        try:
            members, self._problems = read_members(self._file)
        except FormatError:
            self._file.close()
            raise
        self.members: Mapping[str, Member] = MappingProxyType(members)
        self._unpacked: tuple[str, NDArray[Any]] | None = None

    @property
    def path(self) -> str:
        return self._file.path

    @property
    def unusable(self) -> tuple[str, ...]:
        """The arrays that are there and cannot be read; `member` raises what is wrong with each."""
        return tuple(self._problems)

    @property
    def signature(self) -> Signature:
        return self._file.signature

    def __contains__(self, name: object) -> bool:
        return name in self.members or name in self._problems

    def __iter__(self) -> Iterator[str]:
        return iter(self.members)

    def close(self) -> None:
        """Give the descriptor back early; reading again opens the file again."""
        self._file.close()
        self._unpacked = None

    def member(self, name: str) -> Member:
        """What is known of the array `name`; FormatError when it is missing or cannot be used."""
        if name in self._problems:
            problem = self._problems[name]
            raise FormatError(problem.path, problem.field, problem.problem, problem.remedy)
        if name not in self.members:
            there = ", ".join(sorted(self.members)[:12]) or "no arrays"
            raise FormatError(self.path, name, f"is missing (the file has {there})", "write the file with this array")
        return self.members[name]

    def read(self, name: str) -> NDArray[Any]:
        """The whole array, in the machine's byte order."""
        member = self.member(name)
        if member.packed is not None:
            return self._unpack(member).copy()
        return _read_whole(self._file, member)

    def read_rows(self, name: str, start: int, stop: int) -> NDArray[Any]:
        """Rows `start` to `stop` (exclusive; 0 <= start <= stop <= rows, else IndexError) of the first axis."""
        member = self._rows_of(name)
        if not 0 <= start <= stop <= member.shape[0]:
            raise IndexError(f"rows {start}:{stop} of an array of {member.shape[0]}")
        if not _by_rows(member):
            return self._whole(member)[start:stop].copy()
        return _native(self._span(member, start, stop))

    def read_rows_at(self, name: str, rows: ArrayLike) -> NDArray[Any]:
        """The given rows, in the given order, repeats allowed; IndexError outside 0 .. rows-1."""
        member = self._rows_of(name)
        wanted = np.asarray(rows, dtype=np.int64).reshape(-1)
        if wanted.size and (wanted.min() < 0 or wanted.max() >= member.shape[0]):
            raise IndexError(f"rows {wanted.min()} to {wanted.max()} of an array of {member.shape[0]}")
        if not _by_rows(member):
            return self._whole(member)[wanted]
        out = np.empty((wanted.size, *member.shape[1:]), member.dtype)
        order = np.argsort(wanted, kind="stable")
        ascending = wanted[order]
        for first, last in _groups(ascending, max(_row_bytes(member), 1)):
            low = int(ascending[first])
            block = self._span(member, low, int(ascending[last - 1]) + 1)
            out[order[first:last]] = block[ascending[first:last] - low]
        return _native(out)

    def read_column(self, name: str, column: int) -> NDArray[Any]:
        """`array[:, column]` of an array of two or more axes; memory stays at a few megabytes plus the result."""
        member = self._rows_of(name)
        if len(member.shape) < 2 or not 0 <= column < member.shape[1]:
            raise IndexError(f"column {column} of an array of shape {member.shape}")
        if not _by_rows(member):
            return self._whole(member)[:, column].copy()
        rows = member.shape[0]
        out = np.empty((rows, *member.shape[2:]), member.dtype)
        step = max(1, _CHUNK_BYTES // max(_row_bytes(member), 1))
        for start in range(0, rows, step):
            stop = min(start + step, rows)
            out[start:stop] = self._span(member, start, stop)[:, column]
        return _native(out)

    def _rows_of(self, name: str) -> Member:
        member = self.member(name)
        if not member.shape:
            raise FormatError(self.path, name, "is a single value, not rows", "store one row per sample")
        return member

    def _span(self, member: Member, start: int, stop: int) -> NDArray[Any]:
        block = np.empty((stop - start, *member.shape[1:]), member.dtype)
        self._file.read_into(block, member.offset + start * _row_bytes(member))
        return block

    def _whole(self, member: Member) -> NDArray[Any]:
        return self.read(member.name) if member.packed is None else self._unpack(member)

    def _unpack(self, member: Member) -> NDArray[Any]:
        """A compressed array; the last one is kept, since its rows tend to be asked for one after the other."""
        kept = self._unpacked
        if kept is not None and kept[0] == member.name:
            return kept[1]
        packed = member.packed
        assert packed is not None
        stream = self._file.read_bytes(packed.offset, packed.length)
        unpacker = zlib.decompressobj(-15)
        try:
            content = unpacker.decompress(stream, packed.content)
        except zlib.error as error:
            raise FormatError(self.path, member.name, "is damaged: it does not unpack", COPY_AGAIN) from error
        if len(content) != packed.content:
            raise FormatError(self.path, member.name, "is damaged: it unpacks to too few bytes", COPY_AGAIN)
        flat = np.frombuffer(content, member.dtype, offset=packed.header)
        array = _native(_shaped(flat, member))
        self._unpacked = (member.name, array)
        return array


def _row_bytes(member: Member) -> int:
    return member.nbytes // member.shape[0] if member.shape[0] else 0


def _by_rows(member: Member) -> bool:
    """Whether a row's bytes lie together in the file."""
    return member.packed is None and not (member.fortran and len(member.shape) > 1)


def _shaped(flat: NDArray[Any], member: Member) -> NDArray[Any]:
    return flat.reshape(member.shape, order="F" if member.fortran else "C")


def _native(array: NDArray[Any]) -> NDArray[Any]:
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))


def _groups(ascending: NDArray[np.int64], row_bytes: int) -> Iterator[tuple[int, int]]:
    """Slices of `ascending` row numbers that are fetched together: small gaps inside, a bounded span."""
    breaks = np.flatnonzero((np.diff(ascending) - 1) * row_bytes > _GAP_BYTES) + 1
    span = max(1, _CHUNK_BYTES // row_bytes)
    for start, stop in zip([0, *breaks.tolist()], [*breaks.tolist(), ascending.size], strict=True):
        while start < stop:
            end = int(np.searchsorted(ascending[:stop], ascending[start] + span))
            yield start, end
            start = end


def read_npy(path: str | os.PathLike[str]) -> NDArray[Any]:
    """The array of a .npy file, in the machine's byte order, never unpickled; FormatError when there is none."""
    file = CheckedFile(path)
    try:
        return _read_whole(file, npy_member(file))
    finally:
        file.close()


def _read_whole(file: CheckedFile, member: Member) -> NDArray[Any]:
    flat = np.empty(member.nbytes // member.dtype.itemsize, member.dtype)
    file.read_into(flat, member.offset)
    return _native(_shaped(flat, member))


def write_npz(path: str | os.PathLike[str], arrays: Mapping[str, NDArray[Any]]) -> None:
    """Replace `path` atomically by an uncompressed npz of `arrays`; the same arrays give the same bytes."""
    for name, array in arrays.items():
        if array.dtype.kind not in ALLOWED_KINDS:
            raise ValueError(f"{name}: arrays of {array.dtype} are not stored, only numbers and text")

    import zipfile  # For writers alone: `members` reads.

    def write(file: BinaryIO) -> None:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
            for name, array in arrays.items():
                info = zipfile.ZipInfo(f"{name}.npy")  # dated 1980: no clock in the bytes
                with archive.open(info, "w", force_zip64=array.nbytes > _WIDE_BYTES) as member:
                    _write_array(member, np.ascontiguousarray(array).reshape(array.shape))

    atomic_write(path, write)


def _write_array(file: Any, array: NDArray[Any]) -> None:
    header = np.lib.format.header_data_from_array_1_0(array)
    np.lib.format.write_array_header_1_0(file, header)
    if array.nbytes:
        file.write(array.reshape(-1).view(np.uint8).data)
