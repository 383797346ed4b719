"""Styled text in fewer bytes: Rich writes every piece of a line with all of its colours and a reset behind it."""

from __future__ import annotations

import re

_SGR = re.compile(r"\x1b\[([0-9;]*)m")
_TOKEN = re.compile(r"[34]8;2;\d+;\d+;\d+|[34]8;5;\d+|\d+")
_UNSEEN = {"ink", "1", "2", "3"}
"""What no blank shows: its ink, whether it is bold, dim or italic."""
_PLAIN = {"paper", *_UNSEEN}
"""Where there is more, a line through or under a blank has the ink."""

Pen = dict[str, str]
"""The codes in force, by what they set: `ink`, `paper`, or an attribute named by its own code."""


def lean(text: str) -> str:
    """`text` with the same cells, and of each change of style only what differs from the one before.

    Text whose styles build on each other instead of following a reset stays as it is.
    """
    first, *rest = _SGR.split(text)
    out, pen, reset = [first], Pen(), True
    for codes, body in zip(rest[::2], rest[1::2], strict=True):
        if not codes.strip("0"):
            wanted, reset = Pen(), True
        elif reset:
            wanted, reset = {_kind(token): token for token in _TOKEN.findall(codes)}, False
        else:
            return text
        if not body:
            continue
        blank = not body.strip(" ") and wanted.keys() <= _PLAIN
        unseen = _UNSEEN if blank else set()
        if pen.keys() - wanted.keys() - unseen:
            out.append(f"\x1b[{';'.join(['0', *wanted.values()])}m")
            pen = wanted
        else:
            new = {kind: code for kind, code in wanted.items() if kind not in unseen and pen.get(kind) != code}
            if new:
                out.append(f"\x1b[{';'.join(new.values())}m")
            pen = {**pen, **new}
        out.append(body)
    return "".join([*out, "\x1b[0m"] if pen else out)


def _kind(token: str) -> str:
    number = int(token.partition(";")[0])
    if 30 <= number < 40 or 90 <= number < 98:
        return "ink"
    return "paper" if 40 <= number < 50 or 100 <= number < 108 else token
