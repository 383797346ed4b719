"""`right in "test-rotate90"`: what an expression may say of the same samples in another split of the run."""

from __future__ import annotations

import ast
from typing import NamedTuple

from clftui.schema import valid_split


class SplitClause(NamedTuple):
    """Whether the run is right (or wrong) about a sample in a split."""

    what: str
    """`right` or `wrong`."""
    split: str


def split_clause(node: ast.AST) -> SplitClause | None:
    """The clause that a node of an expression is; None for any other. A name of a split needs no quotes."""
    match node:
        case ast.Compare(left=ast.Name(id="right" | "wrong" as what), ops=[ast.In()], comparators=[other]):
            split = _named(other)
            return SplitClause(what, split) if split else None
    return None


def _named(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if not all(isinstance(each, _BARE) for each in ast.walk(node)):
        return ""
    # `test-rotate90` was read as a difference of two columns.
    bare = ast.unparse(node).replace(" - ", "-").replace(" + ", "+")
    return bare if valid_split(bare) else ""


_BARE = (ast.Name, ast.BinOp, ast.Sub, ast.Add, ast.Load, ast.Constant)


def written(what: str, split: str) -> str:
    """The clause as one writes it."""
    return f'{what} in "{split}"'
