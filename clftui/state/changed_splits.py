"""Which splits of a run hold the samples of another one changed."""

from __future__ import annotations

from functools import lru_cache

from clftui.data.run import Run
from clftui.data.samples import SampleTable, shared_rows
from clftui.state.peers import table_of
from clftui.state.versus import Kind, Versus
from clftui.text import sanitise


def base_of(run: Run, split: str) -> str:
    """The split whose samples `split` holds changed, told by its name (`test` of `test-rotate90`); else itself."""
    above = [each for each in run.splits if split.startswith(f"{each}-")]
    return max(above, key=len, default=split)


def changed_splits(run: Run, base: str, versus: Versus | None = None) -> tuple[str, ...]:
    """The splits that hold the samples of `base` changed: those named after it, else all that share samples with it.

    What `versus` names counts as one too.
    """
    named = [each for each in run.splits if each != base and base_of(run, each) == base]
    if not named:
        named = [each for each in run.splits if each != base and _share(run, base, each)]
    asked = versus.name if versus is not None and versus.kind is Kind.SPLIT else ""
    if asked in run.splits and asked not in (base, *named):
        named.append(asked)
    return tuple(named)


def unchanged_words(run: Run, split: str) -> str:
    """`pictures of test, unchanged` where a changed split names the very pictures of its base; else nothing."""
    base = base_of(run, split)
    mine, theirs = table_of(run, split), table_of(run, base)
    if base == split or mine is None or theirs is None or not _same_pictures(mine, theirs):
        return ""
    return f"pictures of {sanitise(base)}, unchanged"


@lru_cache(maxsize=16)
def _same_pictures(mine: SampleTable, theirs: SampleTable) -> bool:
    here, there = mine.paths, theirs.paths
    if here is None or there is None:
        return False
    one, other = shared_rows(mine, theirs)
    same = (here[one] == there[other]) & (here[one] != "")
    return bool(same.any())


def _share(run: Run, one: str, other: str) -> bool:
    mine, theirs = table_of(run, one), table_of(run, other)
    return mine is not None and theirs is not None and bool(shared_rows(mine, theirs)[0].size)
