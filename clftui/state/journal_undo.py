"""What its user may still undo of a collection's tags: told from the journals, so earlier sessions' tags, too."""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from typing import NamedTuple

from clftui.data.catalog import Catalog
from clftui.schema import FormatError
from clftui.state.journal import AT_ONCE, UNDOES, Entry, author, iso, journal, journals, microseconds, sample_entry
from clftui.state.later import LATER
from clftui.state.sample_tags import Batch, Given, tagged_by
from clftui.storage import read_jsonl

Sample = tuple[str, str]
"""Split and id."""


class Earlier(NamedTuple):
    """Tags that were given at once, and when."""

    batch: Batch
    time: str
    """ISO 8601, UTC."""


class _Line(NamedTuple):
    sample: Sample
    entry: Entry
    undoes: int
    """The time of the line before, whose word this one takes back; 0 for a tag."""


def last_given(catalog: Catalog) -> tuple[Earlier | None] | None:
    """The tags that this user gave last, that hold and are not undone, in a tuple; (None,) where there are none.

    None while long journals are being read, which happens behind the caller's back: asking again soon helps.
    """
    known = journal(catalog)
    long = sum(path.stat().st_size for path in journals(catalog) if path.is_file()) > AT_ONCE
    key = ("tags to undo", known.beside, known.version)
    return LATER.get(key, lambda: (_last_given(catalog),), wait=not long)


def _last_given(catalog: Catalog) -> Earlier | None:
    holding, last_line = defaultdict[Sample, list[Entry]](list), dict[Sample, int]()
    for sample, entry, undoes in sorted(_lines(catalog), key=lambda line: line.entry.at):
        said = holding[sample]
        if undoes and said and last_line[sample] == undoes:
            said.pop()  # What was said before holds again.
        else:
            said.append(entry)
        last_line[sample] = entry.at
    mine = [(said[-1].at, sample) for sample, said in holding.items() if said and said[-1].by == author()]
    last = max((at for at, _ in mine), default=0)
    given = [_given(sample, holding[sample]) for at, sample in mine if at == last]
    return Earlier(Batch(tuple(given), journal(catalog).beside, apart=False), iso(last)) if last else None


def _given(sample: Sample, said: list[Entry]) -> Given:
    now, before = tagged_by(said[-1]), tagged_by(said[-2]) if len(said) > 1 else None
    return Given(*sample, now.tag if now is not None else None, said[-1].proposed, before)


def _lines(catalog: Catalog) -> list[_Line]:
    """What has ever been said of samples, in both journals; one that cannot be read says nothing."""
    found = list[_Line]()
    for path in journals(catalog):
        with suppress(FormatError):
            for line in read_jsonl(path)[0]:
                about = sample_entry(line)
                if about is not None:
                    found.append(_Line(about[:2], about[2], microseconds(line.get(UNDOES))))
    return found
