"""Messages between the app and its worker process: a length, then an npz of arrays with one JSON header among them."""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Mapping
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[Any]]

_HEADER = "__header__"
_LENGTH = struct.Struct("<Q")
_MOST = 1 << 34


def send(stream: BinaryIO, header: Mapping[str, Any], arrays: Arrays) -> None:
    """Write one message. OSError where the other end is gone."""
    buffer = io.BytesIO()
    packed = np.frombuffer(json.dumps(header).encode(), dtype=np.uint8)
    np.savez(buffer, allow_pickle=False, **{_HEADER: packed, **arrays})
    stream.write(_LENGTH.pack(buffer.tell()))
    stream.write(buffer.getbuffer())
    stream.flush()


def receive(stream: BinaryIO) -> tuple[dict[str, Any], dict[str, NDArray[Any]]] | None:
    """The next message; None at the end of the stream, also in the middle of a message."""
    head = _read(stream, _LENGTH.size)
    if head is None:
        return None
    (length,) = _LENGTH.unpack(head)
    body = _read(stream, length) if length <= _MOST else None
    if body is None:
        return None
    with np.load(io.BytesIO(body), allow_pickle=False) as parts:
        arrays = {name: parts[name] for name in parts.files}
    return json.loads(arrays.pop(_HEADER).tobytes()), arrays


def _read(stream: BinaryIO, size: int) -> bytes | None:
    data = stream.read(size)
    return data if len(data) == size else None
