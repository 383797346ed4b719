"""Numbers of many matrix cells at once, as character codes: a call per cell would cost more than the whole frame."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from clftui.text import UNDEFINED, decimals_for

Codes = NDArray[np.uint32]
Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]

_ZERO, _COMMA, _POINT, _LESS, _BLANK = (ord(char) for char in "0,.< ")
_DASH = ord(UNDEFINED)


def count_width(largest: int) -> int:
    """Columns of the widest of the numbers 1 to `largest`, with their thousands separators."""
    return len(f"{largest:,}")


def count_codes(values: Int64, width: int) -> Codes:
    """(..., width) characters of counts, right-aligned, thousands separated by commas: 0 is blank."""
    out = np.full((*values.shape, width), _BLANK, dtype=np.uint32)
    rest = values.copy()
    place = width - 1
    digit = 0
    while place >= 0:
        here = rest > 0
        if not here.any():
            break
        if digit and digit % 3 == 0:
            out[..., place] = np.where(here, _COMMA, _BLANK)
            place -= 1
            if place < 0:
                break
        rest, last = np.divmod(rest, 10)
        out[..., place] = np.where(here, _ZERO + last, _BLANK)
        place -= 1
        digit += 1
    return out


def share_decimals(support: Int64) -> int:
    """0 or 1: the digits after the point that the shares of classes of this many samples deserve.

    By the interval of a share of one in ten in the median class that has samples; more than one digit has no room.
    """
    with_samples = support[support > 0]
    if not len(with_samples):
        return 0
    half = 100 * 1.96 * float(np.sqrt(0.09 / np.median(with_samples)))
    return min(decimals_for(half), 1)


def share_width(decimals: int) -> int:
    """Columns of a share in per cent: `97.1`, or `100` without decimals."""
    return 4 if decimals else 3


def share_codes(values: Float64, decimals: int) -> Codes:
    """(..., share_width) characters of shares 0..1 in per cent, right-aligned: 0 is blank, NaN an en dash.

    Halves round up; what is more than nothing never reads 0 (`<1`, `<.1`), what is less than all never reads 100.
    """
    width = share_width(decimals)
    undefined = np.isnan(values)
    scale = 10**decimals
    given = np.where(undefined, 0.0, values)
    steps = np.floor(100 * scale * given + 0.5 + 1e-9).astype(np.int64)
    steps = np.where((steps >= 100 * scale) & (given < 1), 100 * scale - 1, steps)
    tiny = (steps == 0) & (given > 0)
    whole = steps >= 100 * scale
    out = np.full((*values.shape, width), _BLANK, dtype=np.uint32)
    written = (given > 0) & ~tiny
    if decimals:
        _put(out, 0, written & (steps >= 100), _ZERO + steps // 100 % 10)
        _put(out, 1, written, _ZERO + steps // 10 % 10)
        _put(out, 2, written, _POINT)
        _put(out, 3, written, _ZERO + steps % 10)
        _text(out, whole, " 100")
        _text(out, tiny, " <.1")
    else:
        _put(out, 0, whole, _ZERO + 1)
        _put(out, 1, written & (steps >= 10), _ZERO + steps // 10 % 10)
        _put(out, 2, written, _ZERO + steps % 10)
        _text(out, tiny, " <1")
    out[..., -1] = np.where(undefined, _DASH, out[..., -1])
    return out


def signed_codes(codes: Codes, values: Float64) -> Codes:
    """(..., width + 1) characters: `codes` (..., width) of magnitudes, with + or − before those of values not 0."""
    out = np.concatenate([np.full((*codes.shape[:-1], 1), _BLANK, dtype=np.uint32), codes], axis=-1)
    before = np.argmax(out != _BLANK, axis=-1)[..., None] - 1
    sign = np.where(values > 0, ord("+"), ord("−"))[..., None]
    there = np.isfinite(values)[..., None] & (before >= 0)
    place = np.maximum(before, 0)
    np.put_along_axis(out, place, np.where(there, sign, np.take_along_axis(out, place, axis=-1)), axis=-1)
    return out


def _put(out: Codes, place: int, where: NDArray[np.bool_], code: int | Int64) -> None:
    out[..., place] = np.where(where, code, out[..., place])


def _text(out: Codes, where: NDArray[np.bool_], text: str) -> None:
    out[where] = [ord(char) for char in text]
