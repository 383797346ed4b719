"""A region of the map as a filter that every view obeys."""

from __future__ import annotations

from dataclasses import dataclass

from clftui.state.listed_filter import Listed
from clftui.text import count


@dataclass(frozen=True)
class OnMap(Listed):
    """Only the samples that lay in a region of the map."""

    @property
    def kind(self) -> str:
        return "region of the map"


def region_words(n: int, split: str, lasso: bool) -> str:
    """`214 of test in a map box`"""
    return f"{count(n)} of {split} in a map {'lasso' if lasso else 'box'}"
