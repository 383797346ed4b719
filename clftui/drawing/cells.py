"""Text as cell codes: one code point per cell, wide characters in two cells, clusters behind stand-ins."""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from clftui import text as words

BLANK = 32
CONTINUED = 0
"""The code of the right half of a wide character."""
CLUSTER_BASE = 0x100000
"""Codes from here (a private plane that `sanitise` never lets through) stand for clusters of several code points."""

_MAX_CLUSTERS = 0xFFF0
_clusters: list[str] = []
_cluster_codes: dict[str, int] = {}
_expansions: dict[int, str] = {}

_BLANKS = re.compile("( +)")


def cluster_code(cluster: str) -> int:
    """The cell code of one user-visible character of one or more code points."""
    if len(cluster) == 1:
        return ord(cluster)
    code = _cluster_codes.get(cluster)
    if code is None:
        if len(_clusters) >= _MAX_CLUSTERS:
            return ord(cluster[0])
        code = _cluster_codes[cluster] = CLUSTER_BASE + len(_clusters)
        _clusters.append(cluster)
        _expansions[code] = cluster
    return code


def code_text(code: int) -> str:
    """What a cell of this code shows; nothing for the right half of a wide character."""
    if code >= CLUSTER_BASE:
        return _clusters[code - CLUSTER_BASE]
    return chr(code) if code else ""


def safe_text(text: str) -> str:
    """`text` as `clftui.text.sanitise` makes it, but with its blanks kept: columns are laid out with them."""
    if not text.isascii() and not words.SKIN_TONES.isdisjoint(text):
        text = "".join(char for char in text if char not in words.SKIN_TONES)
    if text.isprintable():
        return text
    flat = "".join(" " if char.isspace() else char for char in text)
    return "".join(part if part.isprintable() else words.sanitise(part) for part in _BLANKS.split(flat))


@lru_cache(maxsize=16384)
def codes_of(safe: str) -> NDArray[np.uint32]:
    """The cells of safe text, wide characters followed by CONTINUED; read-only, as long as the text is wide."""
    if safe.isascii():
        return np.frombuffer(safe.encode("utf-32-le"), "<u4")
    cells: list[int] = []
    for cluster, width in words.clusters(safe):
        cells.append(cluster_code(cluster))
        cells.extend([CONTINUED] * (width - 1))
    found = np.array(cells, np.uint32)
    found.setflags(write=False)
    return found


@lru_cache(maxsize=16384)
def fitted(safe: str, limit: int, middle: bool) -> NDArray[np.uint32]:
    """The cells of safe text within `limit` columns; what is cut is marked by one ellipsis."""
    codes = codes_of(safe)
    if len(codes) <= limit:
        return codes
    if middle:
        return codes_of(words.shorten(safe, limit, middle=True))
    return codes_of(words.take(safe, limit - 1) + words.ELLIPSIS)


def row_text(codes: NDArray[np.uint32]) -> str:
    """The text of a row of cell codes."""
    plain = codes.astype("<u4").tobytes().decode("utf-32-le").replace("\0", "")
    return expand(plain) if codes.size and codes.max() >= CLUSTER_BASE else plain


def expand(plain: str) -> str:
    """`plain` with every cluster's stand-in replaced by its code points."""
    return plain.translate(_expansions)
