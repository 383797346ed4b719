"""What a run reads from: a folder in the run format, or arrays in memory that an import made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from clftui.data.arrays import MemoryArrays
from clftui.data.evaluation import Evaluation
from clftui.data.samples import SampleTable


class Source(Protocol):
    """The reading end of one run; everything in it is lazy and may raise FormatError."""

    @property
    def splits(self) -> tuple[str, ...]: ...

    def epochs(self, split: str) -> tuple[int, ...]: ...

    def newest(self, split: str) -> int | None: ...

    def evaluation(self, split: str, epoch: int) -> Evaluation | None: ...

    def samples(self, split: str) -> SampleTable | None: ...

    def scalars(self) -> tuple[Mapping[str, object], ...]: ...


def scalar_splits(rows: tuple[Mapping[str, object], ...]) -> tuple[str, ...]:
    """The splits that rows of scalars are of, in the order they are met."""
    return tuple(dict.fromkeys(split for row in rows if isinstance(split := row.get("split"), str)))


class MemorySource:
    """Evaluations and sample tables that are already in memory."""

    def __init__(
        self,
        classes: tuple[str, ...],
        arrays: Mapping[tuple[str, int], MemoryArrays],
        tables: Mapping[str, SampleTable] | None = None,
        scalars: tuple[Mapping[str, object], ...] = (),
    ) -> None:
        """`arrays` maps (split, epoch) to the arrays of the format."""
        self._arrays = dict(arrays)
        self._classes = classes
        self._tables = dict(tables or {})
        self._scalars = scalars
        self._evaluations: dict[tuple[str, int], Evaluation] = {}

    @property
    def splits(self) -> tuple[str, ...]:
        """In the order they were given; without any evaluation those that scalars were logged of."""
        if self._arrays:
            return tuple(dict.fromkeys(split for split, _ in self._arrays))
        return scalar_splits(self._scalars)

    def epochs(self, split: str) -> tuple[int, ...]:
        """Ascending."""
        return tuple(sorted(epoch for name, epoch in self._arrays if name == split))

    def newest(self, split: str) -> int | None:
        """The last epoch of a split."""
        return max(self.epochs(split), default=None)

    def evaluation(self, split: str, epoch: int) -> Evaluation | None:
        """None where there is none."""
        key = (split, epoch)
        if key not in self._evaluations and key in self._arrays:
            self._evaluations[key] = Evaluation(split, epoch, self._classes, [self._arrays[key]])
        return self._evaluations.get(key)

    def samples(self, split: str) -> SampleTable | None:
        """The sample table of a split."""
        return self._tables.get(split)

    def with_scalars(self, scalars: tuple[Mapping[str, object], ...]) -> MemorySource:
        """The same with other rows of scalars."""
        return MemorySource(self._classes, self._arrays, self._tables, scalars)

    @classmethod
    def joined(cls, classes: tuple[str, ...], parts: Mapping[str, tuple[MemorySource, str]]) -> MemorySource:
        """Splits of several sources of these classes as one: each name, and the source and split that it stands for."""
        arrays = {
            (name, epoch): held
            for name, (source, split) in parts.items()
            for (own, epoch), held in source._arrays.items()
            if own == split
        }
        tables = {
            name: table for name, (source, split) in parts.items() if (table := source.samples(split)) is not None
        }
        return cls(classes, arrays, tables)

    def scalars(self) -> tuple[Mapping[str, object], ...]:
        """Rows such as {"epoch": 3, "split": "val", "loss": 0.31}."""
        return self._scalars
