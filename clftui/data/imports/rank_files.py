"""Files that the ranks of one evaluation wrote each for itself, `preds_rank0.csv preds_rank1.csv`, as one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from clftui.data.imports.beside import Options
from clftui.data.imports.classes import ClassList
from clftui.data.imports.names import array_name
from clftui.data.imports.npy import ARRAY_ENDINGS, Named, named_arrays
from clftui.data.imports.texts import text_runs
from clftui.data.run import Run
from clftui.schema import FormatError
from clftui.text import plural

_CALLED = re.compile(
    r"(?P<base>.+?)[_.\-]?(?:rank|shard|gpu|worker|proc|process)[_.\-]?(?P<rank>\d+)(?:[_.\-]?of[_.\-]?(?P<world>\d+))?\Z",
    re.I,
)
_PLAIN = re.compile(r"(?P<base>(?:.+[_.\-])?(?:predictions?|preds?|outputs?|results?))[_.\-](?P<rank>\d+)\Z", re.I)
"""Numbers alone may also be folds or seeds: such files are one evaluation where they share no sample."""
_PADDING = 0.1
"""The share of a file's rows that a sampler may have repeated to fill its batches."""


@dataclass(frozen=True)
class Ranks:
    """The files of one evaluation by rank, what they are called without it, and how many ranks there should be."""

    base: str
    files: Mapping[int, Path]
    world: int

    @property
    def note(self) -> str:
        """What was put together."""
        of = f" of {self.world}" if self.world > len(self.files) else ""
        return f"the files of {len(self.files)}{of} ranks were read as one evaluation"


def rank_groups(files: Sequence[Path]) -> list[Ranks]:
    """Those of `files` that ranks wrote, at least two for each evaluation."""
    found: dict[tuple[str, str], dict[int, Path]] = {}
    worlds: dict[tuple[str, str], int] = {}
    plain: set[tuple[str, str]] = set()
    for file in files:
        match = _CALLED.match(file.stem) or _PLAIN.match(file.stem)
        if match is not None:
            key = (match["base"], file.suffix)
            found.setdefault(key, {})[int(match["rank"])] = file
            worlds[key] = max(worlds.get(key, 0), int(match.groupdict().get("world") or 0))
            if match.re is _PLAIN:
                plain.add(key)
    groups = [(key, Ranks(key[0], dict(sorted(ranks.items())), worlds[key])) for key, ranks in sorted(found.items())]
    return [each for key, each in groups if len(each.files) > 1 and (key not in plain or _apart(each))]


def _apart(ranks: Ranks) -> bool:
    """Whether tables without ranks in their names hold other samples each, by what their first column says."""
    if any(file.suffix.casefold() not in (".csv", ".tsv") for file in ranks.files.values()):
        return False
    columns = []
    try:
        for file in ranks.files.values():
            with file.open(encoding="utf-8-sig", errors="replace") as lines:
                next(lines, None)
                columns.append({re.split(r"[,\t;\n]", line, maxsplit=1)[0] for line in lines})
    except OSError:
        return False  # It says later what is wrong with it.
    rows = sum(map(len, columns))
    return rows > 0 and rows - len(set().union(*columns)) <= _PADDING * rows


def table_of_ranks(ranks: Ranks, options: Options, explicit: ClassList | None) -> list[Run]:
    """The runs of the tables of all ranks, one below the other; the lowest rank's answer to a sample counts.

    FormatError where a file has other columns than the first.
    """
    first = next(iter(ranks.files.values()))
    lines = first.suffix.casefold() in (".jsonl", ".ndjson")
    texts = [file.read_bytes().removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n") for file in ranks.files.values()]
    header = texts[0].partition(b"\n")[0]
    for file, text in zip(ranks.files.values(), texts, strict=True):
        if not lines and text.partition(b"\n")[0] != header:
            raise FormatError(file, "", f"has other columns than {first.name}", "write the same in every rank")
    bodies = [text if lines else text.partition(b"\n")[2] for text in texts]
    whole = b"" if lines else header + b"\n"
    whole += b"".join(body.rstrip(b"\n") + b"\n" for body in bodies if body.strip())
    runs = text_runs(first, whole, options, explicit)
    return [
        replace(run, key=ranks.base, name=ranks.base, notes=(ranks.note, *run.notes)) if run.name == first.stem else run
        for run in runs
    ]


def arrays_of_ranks(files: Sequence[Path]) -> tuple[list[Named], set[Path], tuple[str, ...]]:
    """The arrays that ranks wrote, joined by rank; the files; and what was assumed.

    FormatError where the arrays of a rank are of several lengths, or a rank lacks one.
    """
    groups = [group for group in rank_groups(files) if next(iter(group.files.values())).suffix in ARRAY_ENDINGS]
    out: list[Named] = []
    lengths: dict[int, tuple[int, Path]] = {}
    for group in groups:
        parts: dict[str, list[Named]] = {}
        for rank, file in group.files.items():
            for named in named_arrays(file):
                key = group.base if file.suffix == ".npy" else named.label
                parts.setdefault(key, []).append(named)
                n = len(named.values) if named.values.ndim else 0
                known, other = lengths.setdefault(rank, (n, file))
                if n != known:
                    problem = f"has {plural(n, 'row')} and {other.name} {known}"
                    raise FormatError(file, named.label, problem, "write one row for each sample in every array")
        for key, mine in parts.items():
            if len(mine) < len(group.files):
                raise FormatError(mine[0].path, key, "is not there in every rank", "write the same in every rank")
            values = np.concatenate([each.values for each in mine])
            out.append(Named(mine[0].path, key, array_name(key), values))
    used = {file for group in groups for file in group.files.values()}
    return out, used, tuple(dict.fromkeys(group.note for group in groups))
