"""What the response map says in words."""

from __future__ import annotations

import numpy as np

from clftui.state.responses_model import ResponseMap, mean_of
from clftui.state.responses_settings import UnitOrder
from clftui.state.unit_filter import response_words
from clftui.text import UNDEFINED, count, plural, sanitise

ONLY = "only"
"""An infinite relevance: the rest answers 0, the group does not."""


def number(value: float) -> str:
    """A response or a ratio in three digits."""
    return response_words(value)


def relevance_words(value: float) -> str:
    """`183`, `only` where nothing else is answered, a dash undefined."""
    return UNDEFINED if np.isnan(value) else ONLY if np.isinf(value) else number(value)


def order_words(shown: ResponseMap) -> str:
    """`by relevance to tops`"""
    order = shown.settings.order
    if order in (UnitOrder.RELEVANCE, UnitOrder.MEAN):
        return f"by {order.value} to {shown.target.name}"
    return f"by {order.value}" if order is UnitOrder.SENSITIVITY else "given order"


def favour_words(shown: ResponseMap) -> str:
    """`32 units favour tops (relevance ≥ 1), 3 answer nothing else`"""
    if shown.relevance is None:
        return f"relevance to {shown.target.name} is being computed …"
    ratio = shown.relevance.ratio
    favouring = int(np.count_nonzero(ratio >= 1))
    only = int(np.count_nonzero(np.isinf(ratio)))
    words = f"{plural(favouring, 'unit')} favour{'s' if favouring == 1 else ''} {shown.target.name} (relevance ≥ 1)"
    return f"{words}, {count(only)} it {ONLY}" if only else words


def source_words(shown: ResponseMap) -> str:
    """What relevance is told from: `10,000 samples`, or class means where no sample was recorded."""
    if shown.from_samples:
        return plural(shown.figures.used, "sample")
    return f"{plural(len(shown.run.classes), 'class mean')}, no samples recorded"


def cell_words(shown: ResponseMap) -> str:
    """`Shirt: unit 35 answers 5.63; to tops 8.61, relevance 183; separation 1.42`"""
    unit = shown.unit
    own = float(mean_of(shown.figures.means[shown.members(shown.line), unit]))
    words = f"{sanitise(shown.name(shown.line))}: unit {unit} answers {number(own)}"
    mean = float(mean_of(shown.figures.means[list(shown.target.classes), unit]))
    words += f"; to {shown.target.name} {number(mean)}"
    if shown.relevance is not None:
        words += f", relevance {relevance_words(float(shown.relevance.ratio[unit]))}"
    separation = float(shown.figures.separation[unit])
    told = "between/within classes" if shown.from_samples else "spread over classes"
    return f"{words}; {told} {number(separation) if np.isfinite(separation) else relevance_words(separation)}"


def trust_words(shown: ResponseMap) -> str:
    """`relevance from 10,000 samples; 23 of 64 units never answer`, and what filters did."""
    words = [f"from {source_words(shown)}"]
    if shown.figures.filtered:
        words.append("filtered" if shown.from_samples else "no recorded sample passes the filters")
    elif not shown.from_samples and shown.file.n == 0:
        words.append("filters do not reach them")
    undefined = (
        int(np.count_nonzero(np.isnan(shown.relevance.ratio[shown.units[: shown.alive]])))
        if (shown.relevance is not None)
        else 0
    )
    if undefined:
        words.append(f"relevance undefined (0/0) of {plural(undefined, 'unit')}")
    return "; ".join(words)
