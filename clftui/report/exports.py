"""Tagged samples as files that others read: a relabel list, paths, JSON, a mask, FiftyOne's tags.

Without a choice of tags a relabel list and a mask take the mislabelled ones alone, everything else takes all.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from enum import StrEnum
from pathlib import Path

import numpy as np

from clftui.report.render import json_safe, plain
from clftui.report.tagged import Row, every_row, size_of, source, tagged_rows
from clftui.report.triage import as_object
from clftui.state.sample_ids import id_of, row_of
from clftui.state.sample_tags import TAGS, Tag
from clftui.state.session import Session
from clftui.text import to_bytes


class What(StrEnum):
    """What is written."""

    RELABEL = "relabel"
    PATHS = "paths"
    JSON = "json"
    MASK = "mask"
    FIFTYONE = "fiftyone"
    SYMLINKS = "symlinks"
    COPIES = "copies"

    @property
    def is_folder(self) -> bool:
        """Whether it fills a folder."""
        return self in (What.SYMLINKS, What.COPIES)


ANY = "any"
"""In the place of a tag: every tag."""
RELABEL_COLUMNS = ("id", "path", "given", "proposed", "tag", "by", "time", "split")


def chosen_tags(what: What, tags: Sequence[str]) -> frozenset[str]:
    """The tags that count; none named is the mislabelled ones for lists of wrong labels, else every tag."""
    if ANY in tags:
        return frozenset(TAGS)
    if not tags and what in (What.RELABEL, What.MASK):
        return frozenset({Tag.MISLABELLED})
    return frozenset(tags or TAGS)


def rows_for(session: Session, what: What, tags: Sequence[str], splits: Collection[str], *, every: bool) -> list[Row]:
    """The samples to export; with `every` also those without a tag. FilterError or FormatError as `tagged_rows`."""
    wanted = chosen_tags(what, tags)
    if not every:
        return tagged_rows(session, wanted, splits)
    return [row for split in splits or (session.selection.split or "",) for row in every_row(session, split, wanted)]


def as_relabel(rows: Sequence[Row]) -> str:
    """CSV: a sample, the class it has, the class it should have."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(RELABEL_COLUMNS)
    for row in rows:
        path = str(row.path) if row.path is not None else ""
        writer.writerow((row.id, path, row.given or "", row.proposed or "", row.tag, row.by, row.time, row.split))
    return out.getvalue()


def as_paths(rows: Sequence[Row]) -> str:
    """A path a line; the id where a sample has no file."""
    return "".join(f"{line_of(row)}\n" for row in rows)


def line_of(row: Row) -> str:
    """What stands for a sample in a list of paths. A line break in a name would make two lines of one."""
    return (str(row.path) if row.path is not None else row.id).replace("\n", "\\n")


def as_json(rows: Sequence[Row]) -> str:
    """JSON: `{"tags": [{"split", "id", "tag", "given", "proposed", "predicted", "path", "by", "time", "run"}]}`."""
    return _dumped({"tags": [as_object(row) for row in rows]})


FIFTYONE_NAME = "clftui-tags"
"""What the dataset is called; FiftyOne appends a number where one is called so."""


def as_fiftyone(rows: Sequence[Row]) -> str:
    """A dataset as FiftyOne's `Dataset.from_json` reads it: file, tags, and the given, proposed and predicted labels.

    Samples without a file are left out: FiftyOne knows samples by their files. So are fields without a value, since it
    declares fields by the values that it meets. It refuses to load a dataset without a name.
    """
    samples = []
    for row in rows:
        if row.path is None:
            continue
        sample: dict[str, object] = {"filepath": str(row.path), "tags": [*([row.tag] if row.tag else []), row.split]}
        for field, name in (("ground_truth", row.given), ("proposed", row.proposed), ("prediction", row.predicted)):
            if name is not None:
                sample[field] = {"_cls": "Classification", "label": name}
        told = {"clftui_id": row.id, "tagged_by": row.by, "tagged_at": row.time}
        samples.append(sample | {field: value for field, value in told.items() if value})
    return _dumped({"name": FIFTYONE_NAME, "media_type": "image", "samples": samples})


def _dumped(value: Mapping[str, object]) -> str:
    return json_safe(json.dumps(plain(value), ensure_ascii=False, allow_nan=False, indent=1)) + "\n"


def mask(session: Session, rows: Sequence[Row], split: str) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """(n,) by row of the split's table: whether a sample is one of `rows`, as cleanlab's `find_label_issues` tells."""
    found = np.zeros(size_of(session, split), dtype=np.bool_)
    table = source(session, split).table
    for row in rows:
        number = row_of(table, row.id) if row.tag and row.split == split else -1
        if 0 <= number < found.size:
            found[number] = True
    return found


def as_npy(values: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> bytes:
    """The bytes of an npy file."""
    out = io.BytesIO()
    np.save(out, values, allow_pickle=False)
    return out.getvalue()


def as_mask_csv(values: np.ndarray[tuple[int], np.dtype[np.bool_]], ids: Sequence[str]) -> str:
    """CSV: every sample of the split, and whether its label is in doubt."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("id", "issue"))
    writer.writerows((name, str(bool(value)).lower()) for name, value in zip(ids, values.tolist(), strict=True))
    return out.getvalue()


TEXTS: Mapping[What, Callable[[Sequence[Row]], str]] = {
    What.RELABEL: as_relabel,
    What.PATHS: as_paths,
    What.JSON: as_json,
    What.FIFTYONE: as_fiftyone,
}


def kind_of(name: str) -> What | None:
    """What a file's name asks for: .csv relabel, .txt paths, .json, .fiftyone.json, .npy mask, `folder/` symlinks."""
    if name.endswith("/"):
        return What.SYMLINKS
    if name.lower().endswith(".fiftyone.json"):
        return What.FIFTYONE
    by_ending = {".csv": What.RELABEL, ".txt": What.PATHS, ".json": What.JSON, ".npy": What.MASK}
    return by_ending.get(Path(name).suffix.lower())


def content(session: Session, what: What, rows: Sequence[Row], split: str) -> dict[str, bytes]:
    """What to write, by the ending that is added to the file's name: a mask is two files, the rest one."""
    if what is not What.MASK:
        return {"": to_bytes(TEXTS[what](rows))}
    values = mask(session, rows, split)
    table = source(session, split).table
    ids = [id_of(table, row) for row in range(values.size)]
    return {".npy": as_npy(values), ".csv": to_bytes(as_mask_csv(values, ids))}
