"""Text that may reach a terminal: safe characters, display width, shortening, and numbers in the house style.

Standard library only, so that every layer may use it.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

UNDEFINED = "–"
MINUS = "−"
ELLIPSIS = "…"

# Format characters that reorder or hide neighbouring text: a class name must not be able to rearrange a screen.
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")

# Half of the terminals give these two columns of their own, the other half none.
SKIN_TONES = frozenset("\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")


@lru_cache(maxsize=16384)
def sanitise(text: str) -> str:
    """`text` on one line without anything a terminal would obey: escape codes, other controls and bidi marks.

    Controls become a visible `·` (runs of white space a single blank), so that two different names stay different.
    """
    if text.isascii() and text.isprintable():
        return text
    out: list[str] = []
    for char in unicodedata.normalize("NFC", text):
        if char in "\t\n\r\v\f\u2028\u2029":
            out.append(" ")
        elif char in SKIN_TONES:
            continue
        elif char in _BIDI or unicodedata.category(char) in ("Cc", "Cs", "Co", "Cn", "Cf"):
            # A zero-width joiner belongs to emoji and Indic clusters; alone it is harmless.
            out.append(char if char == "\u200d" else "·")
        else:
            out.append(char)
    return " ".join("".join(out).split())


def harmless(text: str) -> str:
    """`text` of several lines, every character that a terminal would obey a `·`; line breaks and blanks stay."""
    if text.isascii() and text.replace("\n", "").isprintable():
        return text
    return "".join(
        "·" if char != "\n" and (char in _BIDI or unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp")) else char
        for char in text
    )


def to_bytes(text: str) -> bytes:
    """`text` as UTF-8. Bytes of file names that are no UTF-8 come out as they were, what is no character as `?`."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


@lru_cache(maxsize=16384)
def char_width(char: str) -> int:
    """Terminal columns of one character: 0 for marks that combine, 2 for wide East Asian ones and emoji, else 1."""
    code = ord(char)
    if code < 0x300:
        return 1
    if unicodedata.category(char) in ("Mn", "Me", "Cf") or 0x1160 <= code <= 0x11FF:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def clusters(text: str) -> Iterator[tuple[str, int]]:
    """The user-visible characters of sanitised `text`, each with its combining marks, and its width in columns."""
    held, width, joined = "", 0, False
    for char in text:
        own = char_width(char)
        if held and (own == 0 or joined):
            held += char
            joined = char == "\u200d"
            continue
        if held:
            yield held, max(width, 1)
        held, width, joined = char, own, False
    if held:
        yield held, max(width, 1)


def text_width(text: str) -> int:
    """Terminal columns of sanitised `text`."""
    if text.isascii():
        return len(text)
    return sum(width for _, width in clusters(text))


def take(text: str, width: int) -> str:
    """The longest beginning of sanitised `text` that fits `width` columns."""
    if text.isascii():
        return text[: max(width, 0)]
    out, used = [], 0
    for cluster, own in clusters(text):
        if used + own > width:
            break
        out.append(cluster)
        used += own
    return "".join(out)


def _take_end(text: str, width: int) -> str:
    out: list[str] = []
    used = 0
    for cluster, own in reversed(list(clusters(text))):
        if used + own > width:
            break
        out.append(cluster)
        used += own
    return "".join(reversed(out))


@lru_cache(maxsize=16384)
def shorten(text: str, width: int, *, middle: bool = False) -> str:
    """`text`, sanitised, within `width` columns; what is cut is marked by one ellipsis, at the end or in the middle.

    Names of runs differ at both ends (`shake_shake_26_2x64d`), so they are cut in the middle.
    """
    safe = sanitise(text)
    if text_width(safe) <= width:
        return safe
    if width <= 1:
        return ELLIPSIS[:width]
    if not middle or width < 5:
        return take(safe, width - 1) + ELLIPSIS
    head = (width - 1) // 2
    return take(safe, head) + ELLIPSIS + _take_end(safe, width - 1 - head)


def count(value: int) -> str:
    """An integer with thousands separators and a true minus: `−12,345`."""
    return f"{value:,}".replace("-", MINUS)


def decimals_for(half_width_percent: float) -> int:
    """Digits after the point that a percentage deserves whose 95 % interval reaches ± `half_width_percent`."""
    if not math.isfinite(half_width_percent) or half_width_percent >= 3:
        return 0
    return 1 if half_width_percent >= 0.5 else 2


def _half_up(value: float, digits: int) -> float:
    scale = 10.0**digits
    return math.copysign(math.floor(abs(value) * scale + 0.5 + 1e-9), value) / scale


def percent(value: float, digits: int = 1) -> str:
    """A share in [0, 1] as a percentage without its sign: `97.1`; undefined is an en dash; halves round up.

    Never says 100 or 0 of a share that is neither.
    """
    if not math.isfinite(value):
        return UNDEFINED
    shown = _half_up(100 * value, digits)
    step = 10.0**-digits
    if shown >= 100 and value < 1:
        shown = 100 - step
    if shown <= 0 < value:
        return f"<{step:g}" if digits else "<1"
    return f"{shown:.{digits}f}".replace("-", MINUS)


def rate(value: float, low: float, high: float) -> tuple[str, str]:
    """A share and its interval in the house style: (`97.11`, `±0.33`), as many digits as the interval deserves.

    Where the arms differ by more than a tenth of the whole the second text reads `low–high`: a single ± would flatter
    one side. Undefined gives an en dash and nothing.
    """
    if not math.isfinite(value):
        return UNDEFINED, ""
    if not (math.isfinite(low) and math.isfinite(high)):
        return percent(value), ""
    digits = decimals_for(50 * (high - low))
    below, above = value - low, high - value
    if abs(above - below) > 0.1 * max(above + below, 1e-12) and round(100 * abs(above - below), digits) > 0:
        return percent(value, digits), f"{percent(low, digits)}{UNDEFINED}{percent(high, digits)}"
    half = 50 * (high - low)
    return percent(value, digits), f"±{_half_up(half, max(digits, 1)):.{max(digits, 1)}f}"


def signed(value: float, digits: int = 1) -> str:
    """A difference with its sign: `+1.2`, `−4.0`; undefined is an en dash."""
    if not math.isfinite(value):
        return UNDEFINED
    shown = _half_up(value, digits)
    return (MINUS if shown < 0 else "+" if shown > 0 else "±") + f"{abs(shown):.{digits}f}"


def short_score(value: float, digits: int = 2) -> str:
    """A probability without its leading zero: `.99`, `1.0`; undefined is an en dash; never 1.0 of less than 1."""
    if not math.isfinite(value):
        return UNDEFINED
    text = f"{value:.{digits}f}"
    if text.startswith("1") and value < 1:
        text = f"{1 - 10.0**-digits:.{digits}f}"
    return text[1:] if text.startswith("0.") else text[: digits + 1]


def p_value(value: float) -> str:
    """A p- or q-value without its leading zero: `.26`, `.004`, `<.001`; undefined is an en dash."""
    if not math.isfinite(value):
        return UNDEFINED
    if value < 0.001:
        return "<.001"
    text = f"{value:.3f}" if value < 0.0995 else f"{value:.2f}"
    return text[1:] if text.startswith("0") else text


def plural(number: int, noun: str, nouns: str | None = None) -> str:
    """`1 class`, `62 classes`."""
    return f"{count(number)} {noun if number == 1 else nouns or noun + 's'}"
