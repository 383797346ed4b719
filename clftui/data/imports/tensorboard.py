"""TensorBoard's event files: scalars alone, read record by record without TensorFlow.

A file is a row of records `<u64 length><u32 crc><payload><u32 crc>` (TFRecord; CRC-32C, masked); the payload is a
protocol buffer `Event {wall_time = 1, step = 2, summary = 5 {value = 1 {tag = 1, simple_value = 2, tensor = 8}}}`.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from clftui.data.imports.names import SPLITS
from clftui.data.imports.scalar_run import Log, Point
from clftui.data.imports.settings_files import settings_beside
from clftui.schema import FormatError
from clftui.storage.files import unreadable
from clftui.text import plural

MARK = ".tfevents."
MOST_BYTES = 256_000_000
"""Of one file that are read: scalars alone never come near it."""
LARGEST_RECORD = 65_536
"""Larger ones are images, histograms and graphs, which are passed over unread."""
MOST_TAGS = 2_000

_HEADER = struct.Struct("<QI")
_DTYPES = {1: "<f4", 2: "<f8", 3: "<i4", 9: "<i8", 19: "<f2"}
_VALUES = {5: "<f4", 6: "<f8"}
_TRUNCATED = "ends in the middle of a field"


class Scalar(NamedTuple):
    """One value of one tag."""

    tag: str
    step: int
    value: float


def is_events(path: Path) -> bool:
    """Whether a file is called as TensorBoard calls its files."""
    return MARK in path.name


def events_log(files: Sequence[Path]) -> Log:
    """The scalars of the event files of one run, oldest file first; a later file wins where steps repeat.

    Files in a folder called `train` or `validation` (Keras) give that split. FormatError where none can be read.
    """
    values: dict[tuple[str, int], float] = {}
    notes: list[str] = []
    broken: FormatError | None = None
    for file in files:
        prefix = f"{file.parent.name}/" if file.parent.name.casefold() in SPLITS else ""
        try:
            for tag, step, value in read_scalars(file, notes):
                # Keras writes the same metric once more by batch.
                if "_vs_iterations" not in tag:
                    values[prefix + tag, step] = value
        except FormatError as error:
            broken = error
            notes.append(str(error).rstrip("."))
    if not values and broken is not None:
        raise broken
    tags = list(dict.fromkeys(tag for tag, _ in values))
    if len(tags) > MOST_TAGS:
        notes.append(f"of {len(tags)} tags the first {MOST_TAGS} were read")
    kept = set(tags[:MOST_TAGS])
    epochs = sorted((step, value) for (tag, step), value in values.items() if tag == "epoch")
    steps = np.array([step for step, _ in epochs], dtype=np.int64)
    points = []
    for (tag, step), value in sorted(values.items(), key=lambda item: item[0][1]):
        if tag not in ("epoch", "hp_metric") and tag in kept:
            at = min(int(np.searchsorted(steps, step)), len(steps) - 1)
            points.append(Point(tag, value, epochs[at][1] if epochs else None, step))
    model, hyperparameters = settings_beside(files[-1].parent)
    return Log(files[-1], points, model=model, hyperparameters=hyperparameters,
               notes=["TensorBoard's scalars", *dict.fromkeys(notes)])  # fmt: skip


def read_scalars(path: Path, notes: list[str]) -> Iterator[Scalar]:
    """The scalars of one file in its order; a torn last record is normal while it is written.

    FormatError where the file is no event file; damage further on ends the reading with a note.
    """
    larger = read = 0
    for payload in _records(path, notes):
        if payload is None:
            larger += 1
            continue
        read += 1
        try:
            yield from _event(payload)
        except (ValueError, struct.error) as error:
            notes.append(f"record {read + larger} of {path.name} is no event ({error}) and was left out")
    if larger:
        notes.append(f"{plural(larger, 'record')} of images, histograms or graphs passed over")


def _records(path: Path, notes: list[str]) -> Iterator[bytes | None]:
    """Payloads; None for one too large to be a scalar."""
    number = 0
    try:
        with path.open("rb") as file:
            size = min(path.stat().st_size, MOST_BYTES)
            while file.tell() < size:
                head = file.read(_HEADER.size)
                if len(head) < _HEADER.size:
                    return
                length, mark = _HEADER.unpack(head)
                if masked_crc(head[:8]) != mark:
                    _damaged(path, number, notes)
                    return
                if length > LARGEST_RECORD:
                    file.seek(length + 4, 1)
                    number += 1
                    yield None
                    continue
                body = file.read(length + 4)
                if len(body) < length + 4:
                    return
                if masked_crc(body[:-4]) != int.from_bytes(body[-4:], "little"):
                    _damaged(path, number, notes)
                    return
                number += 1
                yield body[:-4]
            if size == MOST_BYTES:
                notes.append(f"of {path.name} the first {MOST_BYTES // 1_000_000} MB were read")
    except OSError as error:
        raise unreadable(path, error) from error


def _damaged(path: Path, number: int, notes: list[str]) -> None:
    if number == 0:
        problem = "is no TensorBoard event file (its first record's checksum is wrong)"
        raise FormatError(path, "", problem, "copy it again")
    notes.append(f"{path.name} is damaged after {plural(number, 'record')}: the rest was left out")


def _event(payload: bytes) -> Iterator[Scalar]:
    step, summaries = 0, []
    for field, value in _fields(payload):
        if field == 2 and isinstance(value, int):
            step = value if value < 1 << 63 else value - (1 << 64)
        elif field == 5 and isinstance(value, bytes):
            summaries.append(value)
    for summary in summaries:
        for field, value in _fields(summary):
            if field == 1 and isinstance(value, bytes):
                yield from _value(value, step)


def _value(payload: bytes, step: int) -> Iterator[Scalar]:
    tag, number = "", math.nan
    for field, value in _fields(payload):
        if not isinstance(value, bytes):
            continue
        if field == 1:
            tag = value.decode("utf-8", "replace")
        elif field == 2 and len(value) == 4:
            number = struct.unpack("<f", value)[0]
        elif field == 8:
            number = _scalar(value)
    if tag and math.isfinite(number):
        yield Scalar(tag, step, number)


def _scalar(tensor: bytes) -> float:
    """The one number that a tensor holds; NaN for anything else."""
    dtype, content, values = 0, b"", b""
    kind = ""
    for field, value in _fields(tensor):
        if field == 1 and isinstance(value, int):
            dtype = value
        elif field == 4 and isinstance(value, bytes):
            content = value
        elif field in _VALUES and isinstance(value, bytes):
            kind, values = _VALUES[field], value
    kind = kind or _DTYPES.get(dtype, "")
    found = values or content
    if not kind or len(found) != np.dtype(kind).itemsize:
        return math.nan
    return float(np.frombuffer(found, dtype=kind)[0])


def _fields(payload: bytes) -> Iterator[tuple[int, int | bytes]]:
    """(number, value) of each field: varints as int, everything else as its bytes. ValueError where it is torn."""
    at, end = 0, len(payload)
    while at < end:
        key, at = _varint(payload, at)
        field, wire = key >> 3, key & 7
        if wire == 0:
            number, at = _varint(payload, at)
            yield field, number
            continue
        if wire == 2:
            length, at = _varint(payload, at)
        elif wire in (1, 5):
            length = 8 if wire == 1 else 4
        else:
            raise ValueError(f"wire type {wire}")
        if at + length > end:
            raise ValueError(_TRUNCATED)
        yield field, payload[at : at + length]
        at += length


def _varint(payload: bytes, at: int) -> tuple[int, int]:
    number = 0
    for shift in range(0, 70, 7):
        if at >= len(payload):
            raise ValueError(_TRUNCATED)
        byte = payload[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, at
    raise ValueError("a number of more than ten bytes")


@cache
def _table() -> tuple[int, ...]:
    """CRC-32C (Castagnoli, reflected polynomial 0x82F63B78) of each byte."""
    out = []
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
        out.append(crc)
    return tuple(out)


def masked_crc(data: bytes) -> int:
    """The checksum of TFRecord: CRC-32C, turned by 15 bits, plus a constant."""
    table, crc = _table(), 0xFFFFFFFF
    for byte in data:
        crc = table[(crc ^ byte) & 0xFF] ^ crc >> 8
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF
