"""Filters and scopes as JSON and back: frozen values of a closed set of classes, nothing else is ever built."""

from __future__ import annotations

import json
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from clftui.state.filter_values import InGroup, Named, NotInTopK, OnlyRight, PredictedScore, TrueScore, WrongInEpochs
from clftui.state.filters import Expression, FilterError
from clftui.state.flip_filter import Flipped
from clftui.state.group_filters import Examples
from clftui.state.listed_filter import InPart, RightAtLayer
from clftui.state.map_filter import OnMap
from clftui.state.mover_filter import Moved
from clftui.state.sample_history import Became
from clftui.state.score_filter import ScoreOf
from clftui.state.selection import Scope
from clftui.state.tag_filter import Tagged
from clftui.state.unit_filter import UnitResponse
from clftui.state.versus import Versus
from clftui.state.what_if import Amount, WhatIf
from clftui.text import sanitise

KNOWN: Mapping[str, type] = {
    known.__name__: known
    for known in (
        Expression, OnlyRight, NotInTopK, PredictedScore, TrueScore, InGroup, WrongInEpochs, Named, Examples, Flipped,
        Moved, Tagged, Became, ScoreOf, OnMap, InPart, RightAtLayer, UnitResponse, Versus, Scope, WhatIf, Amount,
    )
}  # fmt: skip


def quoted(value: Any) -> str:
    """A value as a script writes it: JSON on one line."""
    words = json.dumps(value, ensure_ascii=False)
    # Names may hold what no encoding writes, and ends of lines that JSON does not know.
    return words if words.isprintable() else json.dumps(value)


def encoded(value: Any) -> Any:
    """`value` as JSON's own types; a dataclass is `{"its name": {field: value}}`."""
    if is_dataclass(value) and not isinstance(value, type):
        return {type(value).__name__: {each.name: encoded(getattr(value, each.name)) for each in fields(value)}}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): encoded(each) for key, each in value.items()}
    if isinstance(value, frozenset):
        return sorted(encoded(each) for each in value)
    return [encoded(each) for each in value] if isinstance(value, tuple | list) else value


def decoded(value: Any) -> Any:
    """The dataclass that `encoded` wrote; FilterError where it is none that we know, or its fields do not fit."""
    if not isinstance(value, dict) or len(value) != 1:
        raise FilterError("it does not name one kind of filter")
    [(name, given)] = value.items()
    kind = KNOWN.get(name)
    if kind is None or not isinstance(given, dict):
        raise FilterError(f"there is no kind of filter called {sanitise(str(name))}")
    hints = _hints(kind)
    unknown = set(given) - set(hints)
    if unknown:
        raise FilterError(f"{name} has no field {sanitise(str(min(unknown)))}")
    try:
        return kind(**{field: _fitting(each, hints[field]) for field, each in given.items()})
    except (TypeError, ValueError) as error:
        if isinstance(error, FilterError):
            raise
        raise FilterError(f"the fields of {name} do not fit") from error


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _fitting(value: Any, hint: Any) -> Any:
    """`value` as the annotation wants it; TypeError or ValueError where it cannot be."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return None if value is None else _fitting(value, next(each for each in inner if each is not type(None)))
    if origin in (tuple, frozenset):
        if not isinstance(value, list):
            raise TypeError(value)
        return origin(_fitting(each, inner[0]) for each in value)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(value)
    if isinstance(value, dict):
        return decoded(value)
    if hint is float and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if hint in (str, int, bool) and type(value) is hint:
        return value
    raise TypeError(value)
