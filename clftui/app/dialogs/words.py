"""Completion of a filter expression: names of columns, and of classes where a class is compared."""

from __future__ import annotations

import re
from collections.abc import Sequence

from textual.suggester import Suggester

_CLASS = re.compile(r"""\b(?:true|predicted(?:_[A-D])?)\s*(?:==|!=|in\s*\(.*?|not\s+in\s*\(.*?)\s*(["'])([^"']*)$""")
_NAME = re.compile(r"[A-Za-z_][A-Za-z_0-9]*$")


class Words(Suggester):
    """Ends the word that is being typed as the first column, or class, that begins so."""

    def __init__(self, columns: Sequence[str], classes: Sequence[str]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._columns, self._classes = tuple(columns), tuple(classes)

    async def get_suggestion(self, value: str) -> str | None:
        """`value` with its last word ended; None where nothing begins so."""
        return self.complete(value)

    def complete(self, value: str) -> str | None:
        """The same, without waiting."""
        quoted = _CLASS.search(value)
        if quoted is not None:
            quote, begun = quoted.groups()
            # A name with a quote in it, or a backslash, would not survive being written between quotes.
            known = (name for name in self._classes if not {quote, "\\"} & set(name))
            name = next((name for name in known if name.startswith(begun)), None)
            return None if name is None else f"{value}{name[len(begun) :]}{quote}"
        begun_name = _NAME.search(value)
        if begun_name is None or value[: begun_name.start()].count('"') % 2:
            return None
        begun = begun_name.group()
        name = next((name for name in self._columns if name.startswith(begun) and name != begun), None)
        return None if name is None else value + name[len(begun) :]
