"""Filters bound to what they look at besides the samples themselves: other runs and epochs, the users' tags."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol, cast

from clftui.state.filters import Filter, Mask
from clftui.state.peers import Peers

if TYPE_CHECKING:
    from clftui.data.evaluation import Evaluation
    from clftui.data.samples import SampleTable
    from clftui.state.sample_tags import TagsNow


class Comparing(Protocol):
    """A filter that looks at other runs or epochs."""

    @property
    def compares(self) -> bool:
        """Whether it does."""

    def mask_among(self, peers: Peers | None, evaluation: Evaluation, samples: SampleTable | None) -> Mask:
        """Which samples pass, told from `peers`."""


@dataclass(frozen=True)
class Bound:
    """A filter together with the runs it compares."""

    filter: Filter
    peers: Peers

    def describe(self) -> str:
        return self.filter.describe()

    def mask(self, evaluation: Evaluation, samples: SampleTable | None) -> Mask:
        return cast(Comparing, self.filter).mask_among(self.peers, evaluation, samples)


def reads_tags(one: Filter) -> bool:
    """Whether a filter asks for the users' tags."""
    return bool(getattr(one, "reads_tags", False))


def bind(filters: tuple[Filter, ...], peers: Peers, tags: TagsNow | None = None) -> tuple[Filter, ...]:
    """`filters`, with those that compare runs bound to `peers`, and those that ask for tags to `tags` as well."""
    tagging = replace(peers, tags=tags)
    return tuple(
        Bound(each, tagging if reads_tags(each) else peers) if getattr(each, "compares", False) else each
        for each in filters
    )
