"""Where each array of an npz lies: the zip directory and the npy headers, checked against the file's length.

Formats: PKWARE's APPNOTE 6.3 (central directory, ZIP64) and numpy's NEP 1 (npy versions 1 to 3). Nothing is allocated
from a number that the file claims before that number has been compared with the bytes that are there.
"""

from __future__ import annotations

import ast
import math
import re
import struct
import threading
import zlib
from typing import NamedTuple

import numpy as np

from clftui.schema import FormatError
from clftui.storage.reading import CheckedFile

ALLOWED_KINDS = "biufSU"
COPY_AGAIN = "write or copy it again"

_DESCR = re.compile(rf"[<>|=][{ALLOWED_KINDS}][1-9][0-9]{{0,6}}\Z")
_HEADER = re.compile(
    r"\{'descr': '([^'\\]{2,12})', 'fortran_order': (True|False), 'shape': \((\d{1,18}(?:, ?\d{1,18})*,?)?\), ?\}\s*\Z",
    re.ASCII,
)
_parsing = threading.Lock()
_END = struct.Struct("<4s4H2IH")
_END64_LOCATOR = struct.Struct("<4sIQI")
_END64 = struct.Struct("<4sQ2H2I4Q")
_ENTRY = struct.Struct("<4s6H3I5H2I")
_LOCAL = struct.Struct("<4s5H3I2H")
_STORED, _DEFLATED = 0, 8
_DEFLATE_MAX_RATIO = 1032
"""No deflate stream can grow more (zlib's technical notes), so a larger claim is a lie."""

_MAX_MEMBERS = 10_000
_MAX_DIRECTORY = 4_000_000
_MAX_HEADER = 10_000
_FIRST_READ = 1024


class Member(NamedTuple):
    """One array: where its bytes are and what they mean. `offset` is -1 for a compressed one."""

    name: str
    dtype: np.dtype[np.generic]
    shape: tuple[int, ...]
    fortran: bool
    offset: int
    nbytes: int
    packed: Packed | None = None


class Packed(NamedTuple):
    """A deflated member: where its stream lies, and the length of the npy header at the beginning of the content."""

    offset: int
    length: int
    content: int
    header: int


class _Entry(NamedTuple):
    name: str
    method: int
    encrypted: bool
    packed: int
    content: int
    local: int


def read_members(file: CheckedFile) -> tuple[dict[str, Member], dict[str, FormatError]]:
    """The arrays of an npz, and for each member that cannot be used what to say of it.

    Raises FormatError when the file as a whole is no complete zip archive.
    """
    members: dict[str, Member] = {}
    problems: dict[str, FormatError] = {}
    for entry in _entries(file):
        if not entry.name.endswith(".npy"):
            continue
        name = entry.name.removesuffix(".npy")
        try:
            members[name] = _member(file, entry, name)
        except _Unusable as unusable:
            problems[name] = FormatError(file.path, name, unusable.problem, unusable.remedy)
    return members, problems


_PLAIN = (
    "store plain numbers or text; if you trust it, run: import numpy as np; "
    "a = np.load(FILE, allow_pickle=True); np.save(FILE, np.array(a.tolist()))"
)


class _Unusable(Exception):
    def __init__(self, problem: str, remedy: str = "write it again with numpy") -> None:
        self.problem = problem
        self.remedy = remedy
        super().__init__(problem)


def _broken(file: CheckedFile, problem: str = "is not a complete npz file") -> FormatError:
    return FormatError(file.path, "", problem, COPY_AGAIN)


def _entries(file: CheckedFile) -> list[_Entry]:
    start, size, total = _directory(file)
    if total > _MAX_MEMBERS or size > _MAX_DIRECTORY:
        raise _broken(file, "claims to hold more arrays than any run has")
    if start < 0 or start + size > file.signature.size:
        raise _broken(file)
    directory = file.read_bytes(start, size)
    entries = []
    at = 0
    for _ in range(total):
        if at + _ENTRY.size > len(directory):
            raise _broken(file)
        fields = _ENTRY.unpack_from(directory, at)
        signature, flags, method, packed, content = fields[0], fields[3], fields[4], fields[8], fields[9]
        name_length, extra_length, comment_length, local = fields[10], fields[11], fields[12], fields[16]
        at += _ENTRY.size
        if signature != b"PK\x01\x02" or at + name_length + extra_length + comment_length > len(directory):
            raise _broken(file)
        name = directory[at : at + name_length].decode("utf-8" if flags & 0x800 else "cp437", "replace")
        extra = directory[at + name_length : at + name_length + extra_length]
        content, packed, local = _zip64(extra, [content, packed, local])
        if local + _LOCAL.size + packed > start:
            raise _broken(file)
        entries.append(_Entry(name, method, bool(flags & 1), packed, content, local))
        at += name_length + extra_length + comment_length
    return entries


def _directory(file: CheckedFile) -> tuple[int, int, int]:
    """Offset and length of the central directory, and its number of entries."""
    size = file.signature.size
    # An archive comment may follow the end record; numpy writes none, so the short tail is nearly always enough.
    for tail_length in (min(size, 4096), min(size, 65_535 + _END.size + _END64_LOCATOR.size)):
        tail = file.read_bytes(size - tail_length, tail_length)
        at = tail.rfind(b"PK\x05\x06")
        if at >= 0 and at + _END.size <= len(tail):
            break
    else:
        raise _broken(file)
    fields = _END.unpack_from(tail, at)
    total, length, start = fields[4], fields[5], fields[6]
    if 0xFFFF in (total,) or 0xFFFFFFFF in (length, start):
        locator_at = at - _END64_LOCATOR.size
        if locator_at >= 0 and tail[locator_at : locator_at + 4] == b"PK\x06\x07":
            end64 = _END64_LOCATOR.unpack_from(tail, locator_at)[2]
            if end64 + _END64.size > size:
                raise _broken(file)
            fields64 = _END64.unpack(file.read_bytes(end64, _END64.size))
            if fields64[0] != b"PK\x06\x06":
                raise _broken(file)
            return fields64[9], fields64[8], fields64[7]
    return start, length, total


def _zip64(extra: bytes, values: list[int]) -> list[int]:
    """`values` (content, packed, local offset) with those that did not fit 32 bits taken from the extra field."""
    at = 0
    while at + 4 <= len(extra):
        tag, length = struct.unpack_from("<HH", extra, at)
        body = extra[at + 4 : at + 4 + length]
        if tag == 1:
            wide = [value for (value,) in struct.iter_unpack("<Q", body[: len(body) // 8 * 8])]
            return [wide.pop(0) if value == 0xFFFFFFFF and wide else value for value in values]
        at += 4 + length
    return values


def _member(file: CheckedFile, entry: _Entry, name: str) -> Member:
    size = file.signature.size
    begin = file.read_bytes(entry.local, min(_FIRST_READ, size - entry.local))
    if len(begin) < _LOCAL.size or begin[:4] != b"PK\x03\x04":
        raise _broken(file)
    name_length, extra_length = _LOCAL.unpack_from(begin)[9:11]
    skip = _LOCAL.size + name_length + extra_length
    data = entry.local + skip
    if data + entry.packed > size:
        raise _broken(file)
    if entry.encrypted or entry.method not in (_STORED, _DEFLATED):
        raise _Unusable("is encrypted or compressed in a way numpy does not write")
    if entry.method == _STORED:
        if entry.packed != entry.content:
            raise _broken(file)
        head = begin[skip : skip + entry.content]
        if len(head) < entry.content and len(head) < _header_length(head):
            head = file.read_bytes(data, min(entry.content, _MAX_HEADER + 12))
        dtype, shape, fortran, header = _parse_header(head)
        nbytes = _check_size(dtype, shape, entry.content - header)
        return Member(name, dtype, shape, fortran, data + header, nbytes)
    if entry.content > entry.packed * _DEFLATE_MAX_RATIO + 64:
        raise _Unusable("claims to unpack to more than its bytes can hold")
    stream = file.read_bytes(data, min(entry.packed, _MAX_HEADER + 1024))
    try:
        head = zlib.decompressobj(-15).decompress(stream, _MAX_HEADER + 12)
    except zlib.error as error:
        raise _Unusable("is damaged: it does not unpack", COPY_AGAIN) from error
    dtype, shape, fortran, header = _parse_header(head)
    nbytes = _check_size(dtype, shape, entry.content - header)
    return Member(name, dtype, shape, fortran, -1, nbytes, Packed(data, entry.packed, entry.content, header))


def npy_member(file: CheckedFile) -> Member:
    """The one array of a .npy file; FormatError when it is none that can be used."""
    size = file.signature.size
    head = file.read_bytes(0, min(size, _MAX_HEADER + 12))
    try:
        dtype, shape, fortran, header = _parse_header(head)
        nbytes = _check_size(dtype, shape, size - header)
    except _Unusable as unusable:
        raise FormatError(file.path, "", unusable.problem, unusable.remedy) from unusable
    return Member("", dtype, shape, fortran, header, nbytes)


def _header_length(head: bytes) -> int:
    """Bytes of the npy header, its magic included; more than any header may have when the magic is incomplete."""
    if len(head) < 12:
        return _MAX_HEADER
    if head[6] == 1:
        return 10 + int.from_bytes(head[8:10], "little")
    return 12 + int.from_bytes(head[8:12], "little")


def _parse_header(head: bytes) -> tuple[np.dtype[np.generic], tuple[int, ...], bool, int]:
    if head[:6] != b"\x93NUMPY" or len(head) < 12 or head[6] not in (1, 2, 3):
        raise _Unusable("is not a numpy array")
    length = _header_length(head)
    if length > _MAX_HEADER or length > len(head):
        raise _Unusable("has a header that is cut short or too long")
    text = head[10 if head[6] == 1 else 12 : length].decode("utf-8" if head[6] == 3 else "latin-1", "replace")
    descr, shape, fortran = _header_fields(text)
    return _dtype(descr), _shape(shape), bool(fortran), length


def _header_fields(text: str) -> tuple[object, object, object]:
    """descr, shape and fortran_order. Python's parser is asked for headers alone that numpy does not write today.

    Until 3.11.8 and 3.12.2 it may fail when two threads parse at once (CPython's issue 106905), and ours do.
    """
    match = _HEADER.match(text)
    if match is not None:
        return match[1], tuple(int(part) for part in (match[3] or "").split(",") if part.strip()), match[2] == "True"
    try:
        with _parsing:
            header = ast.literal_eval(text.strip())
        return header["descr"], header["shape"], header["fortran_order"]
    except (ValueError, SyntaxError, TypeError, KeyError, RecursionError, MemoryError, SystemError) as error:
        raise _Unusable("has a header that numpy did not write") from error


def _dtype(descr: object) -> np.dtype[np.generic]:
    # Only what numpy itself writes gets as far as np.dtype, which obeys (and warns about) a whole small language.
    if not isinstance(descr, str) or not _DESCR.match(descr):
        if descr == "|O":
            raise _Unusable("holds Python objects, which are never read", _PLAIN)
        raise _Unusable("holds neither numbers nor text", "store plain numbers or text")
    try:
        return np.dtype(descr)
    except (TypeError, ValueError) as error:
        raise _Unusable("has a header that numpy did not write") from error


def _shape(shape: object) -> tuple[int, ...]:
    if not isinstance(shape, tuple) or len(shape) > 32:
        raise _Unusable("has a header that numpy did not write")
    if any(not isinstance(length, int) or isinstance(length, bool) or length < 0 for length in shape):
        raise _Unusable("has a shape that is not made of counts")
    return shape


def _check_size(dtype: np.dtype[np.generic], shape: tuple[int, ...], available: int) -> int:
    nbytes = math.prod(shape) * dtype.itemsize
    if nbytes != available:
        raise _Unusable(f"promises {nbytes:,} bytes but holds {available:,}", COPY_AGAIN)
    return nbytes
