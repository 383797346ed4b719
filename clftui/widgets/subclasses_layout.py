"""Where the samples of a class lie on the screen: a square of pixels, a gap of one line between parts."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Int64 = NDArray[np.int64]


class Plan(NamedTuple):
    """A square matrix, two pixels a line and one a column."""

    x: int
    y: int
    tall: tuple[int, ...]
    """Lines of each part."""
    edges: tuple[int, ...]
    """(parts + 1,) where each part begins among the samples."""

    @property
    def height(self) -> int:
        """Lines, the gaps among them."""
        return sum(self.tall) + len(self.tall) - 1

    @property
    def width(self) -> int:
        return 2 * self.height

    @property
    def lines(self) -> int:
        """Lines with samples."""
        return sum(self.tall)

    def top(self, part: int) -> int:
        """The first line of a part, from 0, below `y`."""
        return sum(self.tall[:part]) + part

    def bins(self, part: int) -> Int64:
        """(2 lines + 1,) the samples where the pixels of a part begin, and the end."""
        return np.rint(np.linspace(self.edges[part], self.edges[part + 1], 2 * self.tall[part] + 1)).astype(np.int64)

    def line_of(self, place: int) -> int:
        """The line of a sample, from 0, below `y`."""
        part = int(np.searchsorted(self.edges, place, side="right")) - 1
        part = min(part, len(self.tall) - 1)
        size = max(self.edges[part + 1] - self.edges[part], 1)
        within = (place - self.edges[part]) * self.tall[part] // size
        return self.top(part) + min(within, self.tall[part] - 1)

    def place_at(self, line: int) -> int | None:
        """The first sample of a line; None in a gap or outside."""
        for part, tall in enumerate(self.tall):
            within = line - self.top(part)
            if 0 <= within < tall:
                size = self.edges[part + 1] - self.edges[part]
                return self.edges[part] + min(-(-within * size // tall), size - 1)
        return None


def plan(x: int, y: int, height: int, edges: tuple[int, ...]) -> Plan | None:
    """The square in `height` lines; None where not every part has a line."""
    parts = len(edges) - 1
    room = height - (parts - 1)
    if room < parts:
        return None
    sizes = np.diff(edges)
    exact = room * sizes / max(int(sizes.sum()), 1)
    tall = np.maximum(np.floor(exact).astype(np.int64), 1)
    while tall.sum() < room:
        tall[np.argmax(exact - tall)] += 1
    while tall.sum() > room:
        tall[np.argmax(np.where(tall > 1, tall - exact, -np.inf))] -= 1
    return Plan(x, y, tuple(tall.tolist()), edges)
