"""Tags as lines of a script, and back: done again only where that is asked for, as they write the journal.

tag "0042" "mislabelled" "dog"
tag "0042" none
tag "cat" -> "dog" "part of"
"""

from __future__ import annotations

import json

from clftui.state.filters import FilterError
from clftui.state.sample_tags import Given, Tag, give
from clftui.state.script_values import quoted
from clftui.state.session import Session
from clftui.state.triage import Reason, tag_pair
from clftui.text import sanitise

TAG = "tag "


def sample_line(each: Given) -> str:
    """The line of a sample's tag."""
    words = [quoted(each.name), quoted(each.tag.value) if each.tag is not None else "none"]
    return " ".join(["tag", *words, *([quoted(each.proposed)] if each.proposed is not None else [])])


def pair_line(true: str, predicted: str, reason: Reason | None) -> str:
    """The line of a pair's reason."""
    return f"tag {quoted(true)} -> {quoted(predicted)} {quoted(reason.value) if reason is not None else 'none'}"


def tag_again(session: Session, line: str) -> Session:
    """Write the tag that a line tells of; FilterError where it names no tag, ValueError where it is no line."""
    words = _words(line.removeprefix(TAG))
    if len(words) == 4 and words[1] == "->" and words[0] is not None and words[2] is not None:
        reason = words[3]
        if reason is not None and reason not in set(Reason):
            raise FilterError(f"there is no reason {sanitise(reason)}")
        tag_pair(session.catalog, words[0], words[2], Reason(reason) if reason is not None else None)
        return session
    if len(words) not in (2, 3) or words[0] is None:
        raise ValueError(line)
    name, tag = words[0], words[1]
    if tag is not None and tag not in set(Tag):
        raise FilterError(f"there is no tag {sanitise(tag)}")
    proposed = words[2] if len(words) == 3 else None
    run = session.run.key if session.run is not None else ""
    give(session.catalog, session.selection.split or "", [(name, Tag(tag) if tag is not None else None, proposed)], run)
    return session


def _words(rest: str) -> list[str | None]:
    """JSON texts, `none` and arrows, as they follow each other."""
    found: list[str | None] = []
    reading = json.JSONDecoder()
    at = 0
    while at < len(rest):
        if rest[at] == " ":
            at += 1
        elif rest.startswith("none", at):
            found.append(None)
            at += 4
        elif rest.startswith("->", at):
            found.append("->")
            at += 2
        else:
            value, at = reading.raw_decode(rest, at)
            if not isinstance(value, str):
                raise ValueError(rest)
            found.append(value)
    return found
