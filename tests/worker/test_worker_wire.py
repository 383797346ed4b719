"""Messages of the worker process: what is written is what is read, and nothing else is."""

from __future__ import annotations

import io
import json
import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clftui.worker.wire import WireError, receive, send

PLAIN = ("<i4", "<i8", "<f8", "<f2", "|u1", "|b1", "<U3")


@st.composite
def arrays(draw: st.DrawFn) -> np.ndarray[Any, np.dtype[Any]]:
    kind = draw(st.sampled_from(PLAIN))
    shape = draw(st.lists(st.integers(0, 4), max_size=3))
    return np.arange(int(np.prod(shape, dtype=int))).astype(kind).reshape(shape)


def written(header: dict[str, Any], parts: dict[str, np.ndarray[Any, np.dtype[Any]]]) -> bytes:
    stream = io.BytesIO()
    send(stream, header, parts)
    return stream.getvalue()


@given(st.dictionaries(st.text(max_size=5), st.integers()), st.dictionaries(st.text(max_size=5), arrays()))
def test_what_is_written_is_read(header: dict[str, Any], parts: dict[str, Any]) -> None:
    stream = io.BytesIO(written(header, parts) + written({"next": 1}, {}))
    message = receive(stream)
    assert message is not None and message[0] == header and message[1].keys() == parts.keys()
    for name, array in parts.items():
        assert message[1][name].dtype == array.dtype and np.array_equal(message[1][name], array)
    assert receive(stream) == ({"next": 1}, {}) and receive(stream) is None


def test_arrays_may_be_views() -> None:
    grid = np.arange(12).reshape(3, 4)
    message = receive(io.BytesIO(written({}, {"turned": grid.T, "some": grid[::2, 1:]})))
    assert message is not None
    assert message[1]["turned"].tolist() == grid.T.tolist() and message[1]["some"].tolist() == grid[::2, 1:].tolist()


@given(st.integers(0, 10_000))
def test_a_message_torn_anywhere_is_none(at: int) -> None:
    whole = written({"task": "order"}, {"true": np.arange(5), "count": np.ones(3)})
    assert receive(io.BytesIO(whole[: at % len(whole)])) is None


def framed(head: bytes, length: int | None = None) -> io.BytesIO:
    return io.BytesIO(struct.pack("<Q", len(head) if length is None else length) + head)


@pytest.mark.parametrize(
    "stream",
    [
        framed(b"not json"),
        framed(b"[1, 2]"),
        framed(b"{}", 1 << 60),
        framed(json.dumps({"header": {}, "arrays": [["a", "O", [2]]]}).encode()),
        framed(json.dumps({"header": {}, "arrays": [["a", "<i8", [-4]]]}).encode()),
        framed(json.dumps({"header": {}, "arrays": [["a", "<i8", [1 << 40]]]}).encode()),
        framed(json.dumps({"header": {}, "arrays": [["a", "nothing", [1]]]}).encode()),
    ],
)
def test_anything_else_is_refused_before_memory_is_taken(stream: io.BytesIO) -> None:
    with pytest.raises(WireError):
        receive(stream)
