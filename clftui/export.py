"""`clftui export` and `clftui list`: what people have tagged, and what a filter finds, for other programs."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from clftui.launch import deliver
from clftui.opening import LaunchError, filtered_session
from clftui.report.exports import What, chosen_tags, content, rows_for
from clftui.report.link_folder import fill
from clftui.report.tagged import Row
from clftui.schema import FormatError
from clftui.state.filters import FilterError
from clftui.state.journal_merge import merge
from clftui.state.sample_list import Nothing, read_listing
from clftui.state.sample_settings import SampleSort
from clftui.state.sample_tags import TAGS
from clftui.state.selection import Part, Scope
from clftui.state.session import Session
from clftui.state.what_if import parse_what_if
from clftui.storage import atomic_write
from clftui.text import harmless, plural, to_bytes

REFUSED = 2
SHEET = "contact-sheet"
"""What is written of the confusions, not of tags."""


def run_export(
    chosen: Mapping[str, Any], *, what: str, tags: Sequence[str], every: bool, journals: Sequence[Path],
    output: Path | None,
) -> int:  # fmt: skip
    """Write the tagged samples, or take in the tags of other journals first; the exit status."""
    try:
        session = filtered_session(chosen)
        for other in journals:
            merged = merge(session.catalog, other)
            words = f"{plural(merged.added, 'line')} added, {merged.there} there already"
            _say(f"{other}: {words}{f', {merged.unread} unreadable' if merged.unread else ''}.")
        if journals and output is None:
            return 0
        if what == SHEET:
            return _write_sheet(session, output)
        wanted, splits = What(what), (chosen["split"],) if chosen["split"] else ()
        rows = rows_for(session, wanted, tags, splits, every=every)
        return _write(session, wanted, rows, tags, output)
    except (LaunchError, FormatError, FilterError) as error:
        _say(f"Error: {error}")
    except OSError as error:
        _say(f"Error: {error.filename or output} cannot be written ({error.strerror}); choose another --output.")
    return REFUSED


def run_export_groups(chosen: Mapping[str, Any], *, merged: str | None, form: str | None, output: Path | None) -> int:
    """Write the group of every class at each level, and the label map of merged classes; the exit status."""
    from clftui.report import group_maps

    try:
        session = filtered_session(chosen)
        together: tuple[tuple[str, ...], ...] = ()
        if merged is not None and session.run is not None:
            together = parse_what_if(merged, session.run).merged
            if not together:
                raise LaunchError("--merged takes classes that are to be one: 'cat = dog; fox = wolf'")
        form = form or ("csv" if output is not None and output.suffix.lower() == ".csv" else "json")
        text = (group_maps.as_csv if form == "csv" else group_maps.as_json)(session, together)
        if output is None:
            return deliver(text, None)
        atomic_write(output, lambda file: file.write(to_bytes(text)))  # type: ignore[arg-type]
        _say(f"{output}: {group_maps.counted(session, together)}.")
        return 0
    except (LaunchError, FormatError, FilterError) as error:
        _say(f"Error: {error}")
    except OSError as error:
        _say(f"Error: {error.filename or output} cannot be written ({error.strerror}); choose another --output.")
    return REFUSED


def _write_sheet(session: Session, output: Path | None) -> int:
    from clftui.report.contact_sheet import SheetError, contact_sheet

    if output is None:
        raise LaunchError(f"--what {SHEET} writes a picture; name it with --output")
    try:
        _say(contact_sheet(session, output))
    except SheetError as error:
        raise LaunchError(str(error)) from None
    return 0


def _write(session: Session, what: What, rows: Sequence[Row], tags: Sequence[str], output: Path | None) -> int:
    counted = _counted(what, rows, tags)
    if what.is_folder:
        if output is None:
            raise LaunchError(f"--what {what.value} fills a folder; name it with --output")
        placed = fill(output, rows, copies=what is What.COPIES)
        _say(f"{output}: {counted}; {placed.words}.")
        return 0
    split = session.selection.split or ""
    if what is What.MASK and output is None:
        raise LaunchError("--what mask writes two files, .npy and .csv; name them with --output")
    files = content(session, what, rows, split)
    if not rows:
        _say(f"{counted}; --tag any takes every tag, --all samples without one, too.")
    if output is None:
        return deliver(files[""].decode("utf-8", "surrogateescape"), None)
    for ending, data in files.items():
        path = output.with_suffix(ending) if ending else output
        atomic_write(path, lambda file, data=data: file.write(data))  # type: ignore[misc]
        _say(f"{path}: {counted}{f' on {split}' if what is What.MASK else ''}.")
    return 0


def _counted(what: What, rows: Sequence[Row], tags: Sequence[str]) -> str:
    """`12 samples tagged mislabelled`"""
    named = chosen_tags(what, tags)
    kinds = "" if named == set(TAGS) else f" {', '.join(tag for tag in TAGS if tag in named)}"
    tagged = sum(bool(row.tag) for row in rows)
    if tagged < len(rows):
        return f"{plural(len(rows), 'sample')}, {tagged} tagged{kinds}"
    return f"{plural(len(rows), 'sample')} tagged{kinds}"


def run_list(chosen: Mapping[str, Any], *, zero: bool, ids: bool, top: int | None) -> int:
    """Print the paths of the samples that pass, a line (or with `zero` a NUL) each, surest first; the exit status."""
    paths, filters = list(chosen["paths"]), [*chosen["filters"]]
    if paths and not paths[-1].exists() and str(paths[-1]) != "-":
        filters.append(str(paths.pop()))
    try:
        session = filtered_session({**chosen, "paths": tuple(paths), "filters": tuple(filters)})
        lines = _found(session, ids)[:top]
    except (LaunchError, FormatError, FilterError) as error:
        _say(f"Error: {error}")
        return REFUSED
    if not zero:
        broken = sum("\n" in line for line in lines)
        if broken:
            _say(f"{plural(broken, 'path holds', 'paths hold')} a line break, written \\n here; -0 prints them whole.")
        return deliver("".join(line.replace("\n", "\\n") + "\n" for line in lines), None)
    try:
        sys.stdout.buffer.write(b"".join(to_bytes(line) + b"\0" for line in lines))
        sys.stdout.flush()
    except BrokenPipeError:
        sys.stderr.close()
    return 0


def _found(session: Session, ids: bool) -> list[str]:
    settings = replace(session.samples, sort=SampleSort.CONFIDENCE)
    scope = replace(session.selection, scope=Scope(part=Part.ALL))
    shown = read_listing(replace(session, selection=scope, samples=settings))
    if isinstance(shown, Nothing):
        raise LaunchError(shown.sentence)
    lines = []
    for index in range(shown.n):
        path = shown.table.path_of(shown.row(index)) if shown.table is not None and not ids else None
        lines.append(str(path) if path is not None else shown.sample_id(index))
    return lines


def _say(sentence: str) -> None:
    """To the error output, which a pipe does not read."""
    print(harmless(sentence), file=sys.stderr)
