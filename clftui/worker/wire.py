"""Messages between the app and its worker process: a length, a JSON header, then the bytes of its arrays."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from io import BufferedIOBase
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[Any]]

_LENGTH = struct.Struct("<Q")
_MOST = 1 << 34


class WireError(ValueError):
    """What came is no message."""


def send(stream: BufferedIOBase, header: Mapping[str, Any], arrays: Arrays) -> None:
    """Write one message of plain arrays. OSError where the other end is gone."""
    whole = {name: np.asarray(array, order="C") for name, array in arrays.items()}
    parts = [[name, array.dtype.str, array.shape] for name, array in whole.items()]
    head = json.dumps({"header": header, "arrays": parts}).encode()
    stream.write(_LENGTH.pack(len(head)) + head)
    for array in whole.values():
        stream.write(array.tobytes())
    stream.flush()


def receive(stream: BufferedIOBase) -> tuple[dict[str, Any], dict[str, NDArray[Any]]] | None:
    """The next message; None at the end of the stream, also in the middle of a message. WireError where it is none."""
    length = _read(stream, _LENGTH.size)
    head = _read(stream, _LENGTH.unpack(length)[0]) if length is not None else None
    if head is None:
        return None
    try:
        message = json.loads(head)
        header = message["header"]
        parts = [(name, np.dtype(kind), tuple(shape)) for name, kind, shape in message["arrays"]]
    except (ValueError, TypeError, KeyError) as error:
        raise WireError("not a message") from error
    arrays = {}
    for name, dtype, shape in parts:
        if dtype.hasobject:
            raise WireError("only plain arrays are read")
        data = _read(stream, dtype.itemsize * int(np.prod(shape, dtype=np.int64)))
        if data is None:
            return None
        arrays[name] = np.ndarray(shape, dtype, buffer=data)
    return header, arrays


def _read(stream: BufferedIOBase, size: int) -> bytearray | None:
    """So many bytes; None where the stream ends before."""
    if not 0 <= size <= _MOST:
        raise WireError("not a message")
    data = bytearray(size)
    view, at = memoryview(data), 0
    while at < size:
        got = stream.readinto(view[at:])
        if not got:
            return None
        at += got
    return data
