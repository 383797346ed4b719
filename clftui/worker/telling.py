"""How a task of the worker says how far it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numpy.typing import NDArray

Arrays = dict[str, NDArray[Any]]

Tell = Callable[[float, Arrays], None]
"""Told now and then: the share done, 0 to 1, and what is there already."""
