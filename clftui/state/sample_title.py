"""What a list of samples holds, in words: number, scope, filters, group."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from clftui.state.sample_list import SampleList
from clftui.state.selection import Part
from clftui.text import count, sanitise


def title_words(shown: SampleList, labels: Mapping[str, str] = MappingProxyType({})) -> tuple[str, str]:
    """What the list holds: `110` and `of 1,000 Shirt predicted as T-shirt, only A right, B wrong`.

    `labels` says what the hierarchy calls classes.
    """
    scope, whole = shown.scope, count(shown.whole)
    how = {Part.WRONG: " predicted wrong", Part.RIGHT: " predicted right", Part.ALL: ""}[scope.part]
    true = sanitise(labels.get(scope.true, scope.true)) if scope.true is not None else ""
    predicted = sanitise(labels.get(scope.predicted, scope.predicted)) if scope.predicted is not None else ""
    title = sanitise(scope.title)
    if scope.is_cell:
        rest = f"{true} predicted right" if true == predicted else f"{true} predicted as {predicted}"
    elif true:
        rest = f"{true}, {title}{how}" if title else f"{true}{how}"
    elif predicted:
        how = how.replace("predicted ", "and ")
        rest = f"predicted as {predicted}, {title}{how}" if title else f"predicted as {predicted}{how}"
    elif title:
        rest = f"in {title}{how}"
    else:
        rest = f"samples{how}"
    only = f", only {' and '.join(f'({each})' if ' or ' in each else each for each in shown.filters)}"
    return count(shown.n), f"of {whole} {rest}{only if shown.filters else ''}"
