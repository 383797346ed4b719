"""The users' tags on pairs of classes, in the collection's journal."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from clftui.data.catalog import Catalog
from clftui.state.journal import Journal, append, journal, journals

__all__ = ["Pair", "Reason", "journals", "pair_reasons", "tag_pair"]


class Reason(StrEnum):
    """Why two classes are confused, where the data and not the model is to blame."""

    REDUNDANT = "redundant"
    SUBCLASS = "subclass"
    PART_OF = "part of"
    AMBIGUOUS = "ambiguous"
    ABSTRACT = "abstract"

    @property
    def meaning(self) -> str:
        return {
            "redundant": "two names for one thing: merge the classes",
            "subclass": "one class is a kind of the other",
            "part of": "one shows as a part of the other's scene",
            "ambiguous": "a name with two meanings, or images that fit both",
            "abstract": "a class without a look of its own",
        }[self.value]


Pair = tuple[str, str]


def pair_reasons(catalog: Catalog) -> Mapping[Pair, Reason]:
    """The reason of every tagged pair (true, predicted). A journal that cannot be read tells nothing."""
    known = journal(catalog)
    return _reasons(known, known.version)


@lru_cache(maxsize=4)
def _reasons(known: Journal, version: int) -> Mapping[Pair, Reason]:
    every = set(Reason)
    return {pair: Reason(entry.value) for pair, entry in known.pairs.items() if entry.value in every}


def tag_pair(catalog: Catalog, true: str, predicted: str, reason: Reason | None) -> Path:
    """Append the pair's reason, or with None the retraction of what it had; the file that holds it now.

    Beside the runs where that folder can be written and is the user's own, else in the user's state folder; OSError
    where neither can.
    """
    return append(catalog, [{"kind": "pair", "true": true, "predicted": predicted, "reason": reason}])
