"""What a person did, as lines that can be read and run again on tomorrow's epoch.

A session is compared with the one after it: tabs, runs, splits, epochs, cells, samples, filters. A line names what was
reached, not which key led there, so a script means the same when classes have moved or samples were added.

    tab "matrix"
    cell "Shirt" -> "T-shirt"
    filter confidence > .9
    samples {"true": "Shirt", "predicted": "T-shirt"}
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, replace
from pathlib import Path

from clftui.schema import FormatError
from clftui.state.filters import Expression, Filter, FilterError
from clftui.state.moves import select
from clftui.state.script_tags import TAG, tag_again
from clftui.state.script_values import decoded, encoded, quoted
from clftui.state.selection import Scope, Tab
from clftui.state.session import Session, all_splits
from clftui.state.versus import parse_versus
from clftui.state.what_if import WhatIf
from clftui.text import sanitise

ARROW = " -> "
_CELL = re.compile(r'^("(?:[^"\\]|\\.)*") -> ("(?:[^"\\]|\\.)*")$')


def lines_between(before: Session, after: Session) -> list[str]:
    """What has to be said to come from `before` to `after`; cursor moves come last, for the next may replace them."""
    return [*_places(before, after), *_filters(before, after), *_scope(before, after), *cursor_lines(before, after)]


def _places(before: Session, after: Session) -> Iterator[str]:
    old, new = before.selection, after.selection
    if after.tab is not before.tab:
        yield f"tab {quoted(after.tab.value)}"
    if new.runs != old.runs:
        yield f"letters {quoted(list(new.runs))}"
    if new.run != old.run and new.run is not None:
        yield f"run {quoted(new.run)}"
    if new.split != old.split and new.split is not None:
        yield f"split {quoted(new.split)}"
    if new.epoch != old.epoch:
        yield f"epoch {new.epoch if new.epoch is not None else 'newest'}"
    if new.span != old.span:
        yield f"epochs {quoted(list(new.span)) if new.span is not None else 'all'}"
    if new.group != old.group:
        yield f"group {quoted(list(new.group)) if new.group is not None else 'none'}"
    if after.versus != before.versus:
        yield f"against {after.versus.spec}"
    if after.what_if != before.what_if:
        yield f"what if {quoted(encoded(after.what_if)) if after.what_if is not None else 'nothing'}"


def _filters(before: Session, after: Session) -> Iterator[str]:
    old, new = before.filters, after.filters
    if new == old:
        return
    kept = [each for each in old if each in new]
    if list(new[: len(kept)]) != kept:
        yield "no filters"
        kept = []
    else:
        for each in old:
            if each not in new:
                yield f"drop filter {quoted(each.describe())}"
    for each in new[len(kept) :]:
        yield _filter_line(each)


def _filter_line(each: Filter) -> str:
    if isinstance(each, Expression) and "\n" not in each.text:
        return f"filter {each.text}"
    return f"keep {quoted(encoded(each))}"


def _scope(before: Session, after: Session) -> Iterator[str]:
    scope, plain = after.selection.scope, Scope()
    if scope != before.selection.scope:
        told = {field.name: getattr(scope, field.name) for field in fields(Scope)}
        yield f"samples {quoted(encoded({k: v for k, v in told.items() if v != getattr(plain, k)}))}"


def cursor_lines(before: Session, after: Session) -> list[str]:
    """The cell and the sample under the cursor, where they have changed: `cell "cat" -> "dog"`."""
    old, new, found = before.selection, after.selection, list[str]()
    if (new.true, new.predicted) != (old.true, old.predicted) and new.true is not None and new.predicted is not None:
        found.append(f"cell {quoted(new.true)}{ARROW}{quoted(new.predicted)}")
    if (new.sample, new.detail) != (old.sample, old.detail) and new.sample is not None:
        found.append(f"{'look at' if new.detail else 'sample'} {quoted(new.sample)}")
    return found


def is_cursor(line: str) -> bool:
    """Whether a later line of its kind makes this one needless."""
    return line.startswith(("cell ", "sample "))


def read_script(path: Path) -> list[str]:
    """The lines of a script; FormatError where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise FormatError(path, "", "cannot be read", "name a script that clftui has written") from error


def run_script(session: Session, lines: Sequence[str], *, tags: bool = False) -> tuple[Session, list[str]]:
    """`session` after all lines, and a sentence for each that could not be followed; blank lines and # are skipped.

    Tags are only given again with `tags`: they write the journal, where others read them.
    """
    problems: list[str] = []
    for number, line in enumerate(lines, 1):
        words = line.strip()
        if not words or words.startswith("#") or (words.startswith(TAG) and not tags):
            continue
        try:
            session = follow(session, words)
        except (FilterError, FormatError, LookupError, TypeError, ValueError) as error:
            why = str(error) if isinstance(error, FilterError | FormatError) else "it is no line of a script"
            problems.append(f"line {number}, {sanitise(words[:60])}: {why}")
    return session, problems


def follow(session: Session, line: str) -> Session:
    """The step that one line asks for; FilterError where what it names is not there, ValueError where it is no line."""
    if line == "no filters":
        return replace(session, filters=())
    if line.startswith(TAG):
        return tag_again(session, line)
    for verb, step in _VERBS:
        if line.startswith(f"{verb} "):
            return step(session, line[len(verb) + 1 :])
    raise ValueError(line)


def _tab(session: Session, rest: str) -> Session:
    return replace(session, tab=Tab(json.loads(rest)))


def _letters(session: Session, rest: str) -> Session:
    keys = tuple(key for key in _names(rest) if session.catalog.run(key) is not None)
    return select(session, runs=keys[:4])


def _run(session: Session, rest: str) -> Session:
    key = json.loads(rest)
    if session.catalog.run(key) is None:
        raise FilterError(f"there is no run {sanitise(str(key))}")
    return select(session, run=key)


def _split(session: Session, rest: str) -> Session:
    name = json.loads(rest)
    if name not in all_splits(session.catalog):
        raise FilterError(f"there is no split {sanitise(str(name))}")
    return select(session, split=name)


def _epoch(session: Session, rest: str) -> Session:
    return select(session, epoch=None if rest == "newest" else int(rest))


def _span(session: Session, rest: str) -> Session:
    if rest == "all":
        return select(session, span=None)
    first, last = json.loads(rest)
    return select(session, span=(int(first), int(last)))


def _group(session: Session, rest: str) -> Session:
    return select(session, group=None if rest == "none" else _names(rest))


def _cell(session: Session, rest: str) -> Session:
    match = _CELL.match(rest)
    if match is None:
        raise ValueError(rest)
    true, predicted = json.loads(match[1]), json.loads(match[2])
    for name in (true, predicted):
        if name not in session.classes:
            raise FilterError(f"there is no class {sanitise(name)}")
    return select(session, true=true, predicted=predicted)


def _what_if(session: Session, rest: str) -> Session:
    what_if = None if rest == "nothing" else decoded(json.loads(rest))
    if what_if is not None and not isinstance(what_if, WhatIf):
        raise ValueError(rest)
    return replace(session, what_if=what_if)


def _samples(session: Session, rest: str) -> Session:
    scope = decoded({"Scope": json.loads(rest)})
    if not isinstance(scope, Scope):
        raise ValueError(rest)
    return select(session, scope=scope, sample=None, detail=False)


def _filter(session: Session, rest: str) -> Session:
    return replace(session, filters=(*session.filters, Expression(rest)))


def _keep(session: Session, rest: str) -> Session:
    return replace(session, filters=(*session.filters, decoded(json.loads(rest))))


def _drop(session: Session, rest: str) -> Session:
    words = json.loads(rest)
    kept = [each for each in session.filters if each.describe() != words]
    if len(kept) == len(session.filters):
        raise FilterError("there is no such filter to drop")
    return replace(session, filters=tuple(kept))


_VERBS: tuple[tuple[str, Callable[[Session, str], Session]], ...] = (
    ("tab", _tab),
    ("letters", _letters),
    ("run", _run),
    ("split", _split),
    ("epoch", _epoch),
    ("epochs", _span),
    ("group", _group),
    ("against", lambda session, rest: replace(session, versus=parse_versus(rest))),
    ("what if", _what_if),
    ("cell", _cell),
    ("samples", _samples),
    ("sample", lambda session, rest: select(session, sample=str(json.loads(rest)), detail=False)),
    ("look at", lambda session, rest: select(session, sample=str(json.loads(rest)), detail=True)),
    ("filter", _filter),
    ("keep", _keep),
    ("drop filter", _drop),
)


def _names(rest: str) -> tuple[str, ...]:
    found = json.loads(rest)
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise ValueError(rest)
    return tuple(found)
