"""What to collect for which class, with the evidence: the export of the Ranking view and a report."""

from __future__ import annotations

from pathlib import Path
from typing import Any, BinaryIO

from clftui.report import Options
from clftui.report.render import Table, Value, as_csv, as_json
from clftui.schema import FormatError
from clftui.state.collect_list import Need, collect_list
from clftui.state.session import Session
from clftui.storage import atomic_write
from clftui.text import percent, plural, rate, sanitise, to_bytes

TOP = 10
EVIDENCE = 20
CAUTION = "Seen on an evaluation split alone: it tells where errors are, not how much training data there is."
NOTHING = "No class gives a reason to collect more."
COLUMNS = ("class", "priority", "support", "recall", "low", "high", "suggestion", "other runs", "evidence")


def data(session: Session, options: Options | None = None) -> dict[str, Any]:
    """`{"run", "suggestions": [{"class", "priority", "support", "recall", "low", "high", "kinds", "reasons",
    "other_runs", "confused_with": [[class, count, share]], "evidence": [{"id", "predicted", "confidence", "path",
    "text"}]}]}`, most urgent first; `text` only for documents."""
    run = session.run
    return {
        "run": run.name if run is not None else None,
        "suggestions": [_entry(need) for need in _needs(session, options)],
    }


def _needs(session: Session, options: Options | None) -> tuple[Need, ...]:
    top = options.top if options is not None and options.top is not None else TOP
    return collect_list(session, top=top, evidence=EVIDENCE)


def _entry(need: Need) -> dict[str, Any]:
    each = need.suggestion
    return {
        "class": each.name,
        "priority": each.priority,
        "support": each.support,
        "recall": each.recall,
        "low": each.low,
        "high": each.high,
        "kinds": [kind.value for kind in each.kinds],
        "reasons": list(each.reasons),
        "other_runs": need.others or None,
        "confused_with": [list(pair) for pair in need.confused_with],
        "evidence": [
            {"id": e.id, "predicted": e.predicted or None, "confidence": e.confidence, "path": e.path}
            | ({"text": e.text} if e.text is not None else {})
            for e in need.evidence
        ],
    }


def table(session: Session, options: Options | None = None) -> Table:
    """A row a class; the evidence as sample ids."""
    run = session.run
    name = run.name if run is not None else "no run"
    rows = tuple(_row(need) for need in _needs(session, options))
    nothing = () if rows else (NOTHING,)
    title = f"What to collect, by {name} on {session.selection.split or 'no split'}"
    return Table(title, COLUMNS, rows, (*nothing, CAUTION))


def _row(need: Need) -> tuple[Value, ...]:
    each = need.suggestion
    ids = " ".join(e.id for e in need.evidence)
    reasons = "; ".join(each.reasons)
    return each.name, each.priority, each.support, each.recall, each.low, each.high, reasons, need.others or None, ids


def as_document(session: Session) -> str:
    """The suggestions as a Markdown text: a heading a class, its reasons, its evidence with paths."""
    run, needs = session.run, _needs(session, None)
    name = sanitise(run.name) if run is not None else "no run"
    lines = [f"# What to collect, by {name} on {session.selection.split or 'no split'}", ""]
    lines += [CAUTION, ""]
    for need in needs:
        lines += _section(need)
    if not needs:
        lines += [NOTHING, ""]
    return "\n".join(lines)


def _section(need: Need) -> list[str]:
    each = need.suggestion
    shown, arms = rate(each.recall, each.low, each.high)
    lines = [f"## {sanitise(each.name)}", ""]
    lines += [f"Recall {shown} % {arms}".rstrip() + f", {plural(each.support, 'sample')}.", ""]
    lines += [f"- {sanitise(reason)}" for reason in (*each.reasons, *([need.others] if need.others else []))]
    if need.evidence:
        lines += ["", "| sample | predicted | confidence | where |", "| --- | --- | ---: | --- |"]
        for e in need.evidence:
            where = e.path or (sanitise(e.text)[:120] if e.text else "")
            cells = (e.id, e.predicted, percent(e.confidence), where)
            lines.append("| " + " | ".join(sanitise(cell).replace("|", "\\|") for cell in cells) + " |")
    return [*lines, ""]


def write_all(file: BinaryIO, content: bytes) -> None:
    """Write `content` to an open file."""
    file.write(content)


def write_collect(session: Session, path: Path) -> str:
    """Write the suggestions to `path`, as its ending says: .md, .json or .csv. Says in one sentence what happened.

    An existing file is never overwritten.
    """
    write = {
        ".md": lambda: as_document(session),
        ".json": lambda: as_json(session, "collect", data(session)),
        ".csv": lambda: as_csv(table(session)),
    }.get(path.suffix.lower())
    if write is None:
        return "End the name in .md .json or .csv."
    if path.exists():
        return f"{path} exists already; choose another name."
    try:
        text = to_bytes(write())
        atomic_write(path, lambda file: write_all(file, text))
    except FormatError as error:
        return str(error)
    except OSError as error:
        return f"{path} cannot be written ({error.strerror}); choose another folder."
    return f"Suggestions written to {path}"
