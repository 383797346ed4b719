"""Filters: predicates over samples that combine and describe themselves in words.

The expression language is Python's own grammar, parsed with `ast` and restricted to comparisons, and/or/not, names and
literals; nothing is ever evaluated as code.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from clftui.state.filter_columns import COLUMNS
from clftui.state.peers import TAG, Peers, is_peer_column
from clftui.state.split_clause import SplitClause, split_clause
from clftui.state.unit_filter import UNREADABLE, UnitCall, among, unit_call
from clftui.text import sanitise, shorten

if TYPE_CHECKING:
    from clftui.data.evaluation import Evaluation
    from clftui.data.samples import SampleTable

Mask = NDArray[np.bool_]


class FilterError(ValueError):
    """The expression cannot be read; the message says what and where in one sentence."""


class Filter(Protocol):
    """A predicate over the samples of one evaluation."""

    def describe(self) -> str:
        """The filter in a few words, for its chip."""

    def mask(self, evaluation: Evaluation, samples: SampleTable | None) -> Mask:
        """Which of the evaluation's n samples pass, bool (n,)."""


MAX_DEPTH = 50

_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


@dataclass(frozen=True)
class Expression:
    """A filter written as text: `confidence > .9 and true == "cat"`.

    Undefined values (no score, no answer) never pass a comparison.
    """

    text: str

    def __post_init__(self) -> None:
        _check(_parse(self.text))

    def describe(self) -> str:
        return sanitise(self.text)

    def mask(self, evaluation: Evaluation, samples: SampleTable | None) -> Mask:
        return self.mask_among(None, evaluation, samples)

    @property
    def compares(self) -> bool:
        """Whether it names other runs, epochs or splits, or a unit's responses."""
        nodes = [*ast.walk(_parse(self.text))]
        named = any(isinstance(node, ast.Name) and is_peer_column(node.id) for node in nodes)
        return named or any(split_clause(node) or unit_call(node) for node in nodes)

    @property
    def reads_tags(self) -> bool:
        """Whether it names the users' tags."""
        return any(isinstance(node, ast.Name) and node.id == TAG for node in ast.walk(_parse(self.text)))

    def mask_among(self, peers: Peers | None, evaluation: Evaluation, samples: SampleTable | None) -> Mask:
        """`mask` with the runs that its names speak of."""
        values = _Columns(evaluation, samples, peers)
        result = _evaluate(_parse(self.text), values)
        if not (isinstance(result, np.ndarray) and result.dtype == np.bool_):
            raise FilterError(f"`{self.describe()}` is not a condition; compare it with something")
        return result


def apply_filters(filters: tuple[Filter, ...], evaluation: Evaluation, samples: SampleTable | None) -> Mask | None:
    """Which samples pass all filters, bool (n,); None when there is nothing to filter."""
    if not filters:
        return None
    passed = np.ones(evaluation.true.size, dtype=np.bool_)
    for each in filters:
        passed &= each.mask(evaluation, samples)
    return passed


class _Columns:
    """The named arrays of one evaluation, made when an expression asks."""

    def __init__(self, evaluation: Evaluation, samples: SampleTable | None, peers: Peers | None) -> None:
        self._evaluation = evaluation
        self._samples = samples
        self._peers = peers

    def __getitem__(self, name: str) -> NDArray[Any]:
        e = self._evaluation
        makers: Mapping[str, Callable[[], NDArray[Any] | None]] = {
            "true": lambda: _names(e.classes, e.true),
            "predicted": lambda: _names(e.classes, e.predicted),
            "confidence": e.confidence,
            "true_score": e.true_score,
            "true_rank": lambda: np.where(e.true_rank() > 0, e.true_rank().astype(float), np.nan),
            "loss": lambda: e.loss(np.arange(e.true.size)),
            "wrong": lambda: (e.true != e.predicted) & (e.true >= 0),
            "right": lambda: (e.true == e.predicted) & (e.true >= 0),
            "id": lambda: self._column("id"),
            "soft_true": lambda: self._soft(e.true),
            "soft_predicted": lambda: self._soft(e.predicted),
        }
        if is_peer_column(name):
            return self._peer(name)
        values = makers[name]() if name in makers else self._column(name)
        if values is None:
            raise FilterError(f"{name} is not known here: this run logged no {COLUMNS.get(name, name)}")
        return values

    def _soft(self, labels: NDArray[np.int32]) -> NDArray[np.float64] | None:
        from clftui.state.sample_soft import soft_share  # Few splits have them.

        return soft_share(self._samples, self._evaluation, labels, np.arange(labels.size, dtype=np.int64))

    def _peer(self, name: str) -> NDArray[Any]:
        values = self._peers.column(name, self._evaluation, self._samples) if self._peers is not None else None
        if values is None:
            raise FilterError(f"{name} is not known here: no run with samples on this split has that letter")
        return values

    def in_split(self, clause: SplitClause) -> NDArray[Any]:
        """(n,) what another split says of the same samples."""
        if self._peers is None:
            raise FilterError(f"nothing says which run the split {sanitise(clause.split)} is of")
        values = self._peers.in_split(clause, self._evaluation)
        if values is None:
            raise FilterError(f"this run has no split {sanitise(clause.split)} with the same samples")
        return values

    def of_unit(self, call: UnitCall) -> NDArray[np.float32]:
        """(n,) what a unit of a layer answers."""
        return among(self._peers, self._evaluation, call)

    def _column(self, name: str) -> NDArray[Any]:
        known = ", ".join(COLUMNS)
        if self._samples is None:
            raise FilterError(f"{name} is no column; there are {known}")
        if name == "id":
            column: NDArray[Any] = np.asarray(self._samples.ids, dtype=object)
        elif name in self._samples.columns:
            column = np.asarray(self._samples.columns[name], dtype=object)
        else:
            more = ", ".join(self._samples.columns)
            raise FilterError(f"{name} is no column; there are {known}{', ' + more if more else ''}")
        rows = self._evaluation.sample
        inside = (rows >= 0) & (rows < column.size)
        values = column[np.where(inside, rows, 0)] if column.size else np.full(rows.shape, None, dtype=object)
        values[~inside] = None
        return values


def _names(classes: tuple[str, ...], labels: NDArray[Any]) -> NDArray[Any]:
    table = np.asarray([*classes, None], dtype=object)
    return table[np.where(labels >= 0, labels, len(classes))]


def _parse(text: str) -> ast.expr:
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError, SystemError) as error:
        raise FilterError(
            f'`{shorten(text, 200)}` cannot be read; write e.g. confidence > .9 and true == "cat"'
        ) from error


def _check(node: ast.expr, depth: int = 0) -> None:
    """Refuse everything but comparisons, and/or/not, names and literals."""
    if depth > MAX_DEPTH:
        raise FilterError(f"a filter is nested at most {MAX_DEPTH} deep; write it shorter")
    if split_clause(node) or unit_call(node):
        return
    match node:
        case ast.BoolOp(values=values):
            for each in values:
                _check(each, depth + 1)
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            _check(operand, depth + 1)
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            if not all(isinstance(op, (*_COMPARE, ast.In, ast.NotIn)) for op in ops):
                raise FilterError("only == != < <= > >= and in compare")
            for each in (left, *comparators):
                _check(each, depth + 1)
        case ast.Name():
            pass
        case ast.Constant(value=str() | int() | float() | bool()):
            pass
        case ast.Tuple(elts=elements) | ast.List(elts=elements) | ast.Set(elts=elements):
            for each in elements:
                if not isinstance(each, ast.Constant):
                    raise FilterError("a list in a filter holds names and numbers only")
        case ast.Call(func=ast.Name(id="response")):
            raise FilterError(UNREADABLE)
        case _:
            raise FilterError(
                f"`{sanitise(ast.unparse(node))}` is not allowed; use comparisons, and, or, not, names and values"
            )


def _evaluate(node: ast.expr, values: _Columns) -> Any:
    match node:
        case ast.BoolOp(op=op, values=parts):
            masks = [_evaluate(each, values) for each in parts]
            if not all(isinstance(mask, np.ndarray) and mask.dtype == np.bool_ for mask in masks):
                raise FilterError(f"`{sanitise(ast.unparse(node))}` joins something that is not a condition")
            joined = np.logical_and if isinstance(op, ast.And) else np.logical_or
            return joined.reduce(masks)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            inner = _evaluate(operand, values)
            if not (isinstance(inner, np.ndarray) and inner.dtype == np.bool_):
                raise FilterError(f"`not` needs a condition, and `{sanitise(ast.unparse(operand))}` is none")
            return ~inner
        case ast.UnaryOp(operand=ast.Constant(value=int() | float() as number)):
            return -number
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            if clause := split_clause(node):
                return values.in_split(clause)
            sides = [_evaluate(each, values) for each in (left, *comparators)]
            tests = [_compare(op, a, b) for op, a, b in zip(ops, sides, sides[1:], strict=False)]
            return np.logical_and.reduce(tests)
        case ast.Name(id=name):
            return values[name]
        case ast.Call() if call := unit_call(node):
            return values.of_unit(call)
        case ast.Constant(value=value):
            return value
        case ast.Tuple(elts=elements) | ast.List(elts=elements) | ast.Set(elts=elements):
            return [each.value for each in elements if isinstance(each, ast.Constant)]
    raise FilterError(f"`{sanitise(ast.unparse(node))}` is not allowed in a filter")


def _compare(op: ast.cmpop, a: Any, b: Any) -> Mask:
    if not isinstance(a, np.ndarray) and not isinstance(b, np.ndarray):
        raise FilterError("a comparison needs a column on one side")
    if isinstance(op, ast.In | ast.NotIn):
        if not isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
            raise FilterError('`in` is written column in ("cat", "dog")')
        choices = b if isinstance(b, list) else [b]
        inside = np.isin(a.astype(str) if a.dtype == object else a, choices)
        return np.asarray(~inside if isinstance(op, ast.NotIn) else inside, dtype=np.bool_)
    a, b, known = _comparable(a, b)
    with np.errstate(invalid="ignore"):
        result = np.asarray(_COMPARE[type(op)](a, b), dtype=np.bool_)
    return np.asarray(result & known, dtype=np.bool_)


def _comparable(a: Any, b: Any) -> tuple[Any, Any, Any]:
    """Both sides as numbers where one is numeric, else as text, and where both are defined."""
    numeric = any(
        isinstance(side, int | float) or (isinstance(side, np.ndarray) and side.dtype != object) for side in (a, b)
    )
    sides: list[Any] = []
    known: Any = True
    for side in (a, b):
        if isinstance(side, np.ndarray) and side.dtype == object:
            known = known & np.asarray([value is not None for value in side], dtype=np.bool_)
            side = np.asarray([_number(v) for v in side]) if numeric else np.where(known, side, "").astype(str)
        elif numeric and isinstance(side, str):
            raise FilterError(f'"{sanitise(side)}" is text and stands beside a number')
        if isinstance(side, np.ndarray) and side.dtype.kind == "f":
            known = known & ~np.isnan(side)
        sides.append(side)
    return sides[0], sides[1], known


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("nan")
