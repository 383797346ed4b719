"""The filter of samples by what users tagged them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from clftui.state.filters import FilterError, Mask
from clftui.state.peers import Peers
from clftui.text import sanitise

if TYPE_CHECKING:
    from clftui.data.evaluation import Evaluation
    from clftui.data.samples import SampleTable


@dataclass(frozen=True)
class Tagged:
    """Only samples with a tag; of one kind where `tag` names it; with `without` only those that have no such tag."""

    tag: str = ""
    without: bool = False

    @property
    def kind(self) -> str:
        return "tag"

    @property
    def compares(self) -> bool:
        return True

    @property
    def reads_tags(self) -> bool:
        return True

    def describe(self) -> str:
        return f"{'not ' if self.without else ''}tagged {sanitise(self.tag)}".rstrip()

    def mask(self, evaluation: Evaluation, samples: SampleTable | None) -> Mask:
        return self.mask_among(None, evaluation, samples)

    def mask_among(self, peers: Peers | None, evaluation: Evaluation, samples: SampleTable | None) -> Mask:
        """Which samples pass, told from the tags as `peers` knows them."""
        if peers is None or peers.tags is None:
            raise FilterError("tags are not known here")
        column = peers.tags.column(evaluation, samples)
        has = column == self.tag if self.tag else column != ""
        return np.asarray(has != self.without, dtype=np.bool_)
