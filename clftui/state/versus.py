"""What the app compares with, as a value and as `--against` writes it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from clftui.state.filters import FilterError
from clftui.text import sanitise

if TYPE_CHECKING:
    from clftui.data.catalog import Catalog


class Kind(StrEnum):
    """What one looks back (or across) to."""

    BEFORE = "before"
    """The epoch before the one that shows."""
    EPOCH = "epoch"
    BEST = "best"
    """The first epoch of the highest accuracy before the one that shows."""
    RUN = "run"
    SPLIT = "split"


@dataclass(frozen=True)
class Versus:
    """What the whole app compares with: movers, flips and `--against`."""

    kind: Kind = Kind.BEFORE
    name: str = ""
    """Key of the run, or name of the split."""
    epoch: int = 0

    @property
    def spec(self) -> str:
        """As `--against` writes it."""
        match self.kind:
            case Kind.EPOCH:
                return f"epoch:{self.epoch}"
            case Kind.RUN | Kind.SPLIT:
                return f"{self.kind.value}:{self.name}"
            case _:
                return f"epoch:{self.kind.value}"


def parse_versus(text: str) -> Versus:
    """`epoch:7`, `epoch:best`, `epoch:before`, `run:NAME`, `split:NAME`; FilterError says what is wrong."""
    kind, _, name = text.partition(":")
    if kind == "epoch" and name in ("best", "before"):
        return Versus(Kind(name))
    if kind == "epoch" and name.isascii() and name.isdigit():
        return Versus(Kind.EPOCH, epoch=int(name))
    if kind in ("run", "split") and name:
        return Versus(Kind(kind), name)
    raise FilterError(f"{sanitise(text)}: write epoch:7, epoch:best, epoch:before, run:NAME or split:NAME")


def against_words(versus: Versus, catalog: Catalog | None = None) -> str:
    """`since the epoch before`, `since epoch 7`, `against cnn`: by the name of a run where `catalog` knows its key."""
    match versus.kind:
        case Kind.BEFORE:
            return "since the epoch before"
        case Kind.BEST:
            return "since the best epoch"
        case Kind.EPOCH:
            return f"since epoch {versus.epoch}"
        case _:
            run = catalog.run(versus.name) if catalog is not None and versus.kind is Kind.RUN else None
            return f"against {sanitise(run.name if run is not None else versus.name)}"
