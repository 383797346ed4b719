"""What the response map says in words."""

from __future__ import annotations

import numpy as np

from clftui.state.responses_figures import mean_of
from clftui.state.responses_model import ResponseMap
from clftui.state.responses_settings import UnitOrder
from clftui.state.unit_filter import response_words
from clftui.text import UNDEFINED, count, plural, sanitise, shorten

TARGET = 16
"""Columns of the target's name in the tab bar, where a longer legend would go."""
ONLY = "only"
"""An infinite relevance: the rest answers 0, the group does not."""


def number(value: float) -> str:
    """A response or a ratio in three digits."""
    return response_words(value)


def relevance_words(value: float) -> str:
    """`183`, `only` where nothing else is answered, a dash undefined."""
    return UNDEFINED if np.isnan(value) else ONLY if np.isinf(value) else number(value)


def order_words(shown: ResponseMap) -> str:
    """`relevance to tops`"""
    order = shown.settings.order
    if order in (UnitOrder.RELEVANCE, UnitOrder.MEAN):
        return f"{order.value} to {shorten(shown.target.name, TARGET)}"
    return "given order" if order is UnitOrder.GIVEN else order.value


def favour_words(shown: ResponseMap) -> str:
    """`32 units favour tops (relevance ≥ 1), 3 answer nothing else`"""
    if shown.relevance is None:
        return f"relevance to {shown.target.name} is being computed …"
    ratio = shown.relevance.ratio
    favouring = int(np.count_nonzero(ratio >= 1))
    only = int(np.count_nonzero(np.isinf(ratio)))
    words = f"{plural(favouring, 'unit')} favour{'s' if favouring == 1 else ''} {shown.target.name}"
    return f"{words}, {count(only)} answer nothing else" if only else f"{words} (relevance ≥ 1)"


def source_words(shown: ResponseMap) -> str:
    """What relevance is told from: `10,000 samples`, or class means where no sample was recorded."""
    if shown.from_samples:
        return plural(shown.figures.used, "sample")
    return f"{plural(len(shown.run.classes), 'class mean')}, no samples recorded"


def cell_words(shown: ResponseMap) -> str:
    """`unit 35 answers Shirt 5.63, tops 8.61; relevance to tops 183`"""
    unit = shown.unit
    own = float(mean_of(shown.figures.means[shown.members(shown.line), unit]))
    words = f"unit {unit} answers {sanitise(shown.name(shown.line))} {number(own)}"
    mean = float(mean_of(shown.figures.means[list(shown.target.classes), unit]))
    if tuple(shown.members(shown.line).tolist()) != shown.target.classes:
        words += f", {shown.target.name} {number(mean)}"
    if shown.relevance is not None:
        ratio = float(shown.relevance.ratio[unit])
        named = f"relevance to {shown.target.name} {relevance_words(ratio)}"
        words += f"; {named}" if np.isfinite(ratio) or np.isnan(ratio) else "; of the rest three quarters answer 0"
    return words


def trust_words(shown: ResponseMap) -> str:
    """`separation (between/within classes) 1.42; from 10,000 samples`, and what filters did."""
    told = "separation (between/within classes)" if shown.from_samples else "spread over classes"
    words = [f"{told} {relevance_words(float(shown.figures.separation[shown.unit]))}", f"from {source_words(shown)}"]
    if shown.figures.filtered:
        words.append("filtered" if shown.from_samples else "no recorded sample passes the filters")
    elif not shown.from_samples and shown.file.n == 0:
        words.append("filters do not reach them")
    undefined = undefined_words(shown)
    return "; ".join([*words, undefined] if undefined else words)


def undefined_words(shown: ResponseMap) -> str:
    """`relevance undefined (0/0) of 6 units`; empty where it is defined for all that ever answer."""
    if shown.relevance is None:
        return ""
    undefined = int(np.count_nonzero(np.isnan(shown.relevance.ratio[shown.units[: shown.alive]])))
    return f"relevance undefined (0/0) of {plural(undefined, 'unit')}" if undefined else ""
