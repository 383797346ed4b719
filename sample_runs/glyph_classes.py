"""The 62 classes of the glyph runs and the tree over them.

The tree was written from the letters' shapes before any model was trained: characters that differ by little more than
size or one stroke share a group, the others are kept by kind.
"""

from __future__ import annotations

import string
from typing import Any

CLASSES: tuple[str, ...] = tuple(string.digits + string.ascii_uppercase + string.ascii_lowercase)

LIKE_A_DIGIT = ("0Oo", "1Ili", "2Zz", "5Ss", "6Gb", "8B", "9gq")
"""Look-alikes of a digit; each string is one group."""

TWO_CASES = ("Cc", "Jj", "Kk", "Pp", "Uu", "Vv", "Ww", "Xx", "Yy")
"""Letters whose capital and small form differ by size and place alone."""

OTHER_DIGITS = "347"
OTHER_CAPITALS = ("ADQR", "EFLT", "HMN")
OTHER_SMALL = ("aed", "hnmr", "ft")


def kind(name: str) -> str:
    """`digit`, `capital` or `small`."""
    if name.isdigit():
        return "digit"
    return "capital" if name.isupper() else "small"


def hierarchy() -> dict[str, Any]:
    """The tree as nested `{"name", "children"}` with class names as leaves, each class once."""
    return _node(
        "glyphs",
        [
            _node("like a digit", [_group(members) for members in LIKE_A_DIGIT]),
            _node("two cases", [_group(members) for members in TWO_CASES]),
            _node("other digits", [_leaf(name) for name in OTHER_DIGITS]),
            _node("other capitals", [_group(members) for members in OTHER_CAPITALS]),
            _node("other small letters", [_group(members) for members in OTHER_SMALL]),
        ],
    )


def leaves(node: dict[str, Any]) -> list[str]:
    """Class names under `node`, in the tree's order."""
    children = node.get("children")
    return [node["name"]] if not children else [name for child in children for name in leaves(child)]


def _node(name: str, children: list[dict[str, Any]]) -> dict[str, Any]:
    return {"name": name, "children": children}


def _leaf(name: str) -> dict[str, Any]:
    return {"name": name}


def _group(members: str) -> dict[str, Any]:
    return _node(" ".join(members), [_leaf(name) for name in members])
