"""Values without their repetitions, at no cost to the first frame."""

from __future__ import annotations

import numpy as np

from clftui.analysis.confusion import Int64


def distinct(values: Int64) -> Int64:
    """(m,) the values that occur in `values` (n,), ascending.

    `np.unique`, which asks first whether its array is a masked one, and imports all of `numpy.ma` to know.
    """
    ordered = np.sort(values)
    first = np.ones(len(ordered), dtype=np.bool_)
    first[1:] = ordered[1:] != ordered[:-1]
    return ordered[first]
