"""Which classes to merge, without a screen: what each merge gains in accuracy and loses in information."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from clftui.report import Options
from clftui.report.blocks import settled
from clftui.report.groups import title_of
from clftui.report.render import Table
from clftui.state.matrix_model import missing
from clftui.state.merge_advice import Advice, Merge, advice, spec, words
from clftui.state.session import Session
from clftui.state.subclasses_layers import look_through, ranked
from clftui.state.subclasses_members import shown_source, sources
from clftui.text import percent, plural, sanitise, short_score

COLUMNS = (
    "merge",
    "what",
    "classes",
    "mistakes within",
    "gain",
    "low",
    "high",
    "bits lost",
    "per bit",
    "label bits lost",
)
LOOKED_AT = 32
"""Classes that are looked through for parts: each costs up to a second."""
RULES = (
    "gain: what accuracy would rise by, mistakes within counting as right; low and high: 95 % interval (Wilson).",
    "bits lost: mutual information between true class and answer, before less after; label bits lost: entropy of the "
    "true classes, before less after, what a perfect model would lose.",
    "per bit: the low end of gain over bits lost, the order of this table.",
    "Try one: --what-if 'a = b', or M on a cell of the Matrix; hand it on: export --what groups --merged 'a = b'.",
)


def data(session: Session, options: Options | None = None) -> dict[str, Any]:
    """`{"samples", "accuracy", "information", "entropy", "merges": [{"kind", "classes": [names], "title", "within",
    "gain", "low", "high", "loss", "per_bit", "entropy_loss", "spec"}], "path": [{"classes": [names], "joined": [names],
    "gain", "loss", "accuracy", "information", "classes_left"}], "splits": {"layer", "looked_at", "classes": [{"class",
    "parts", "silhouette"}]}}`; bits, `per_bit` None where nothing is lost, `layer` None where none was recorded."""
    found = _found(session, options)
    if found is None:
        return {"samples": 0, "accuracy": None, "information": None, "entropy": None, "merges": [], "path": [],
                "splits": _splits(session)}  # fmt: skip
    return {
        "samples": found.n,
        "accuracy": found.accuracy,
        "information": found.information,
        "entropy": found.entropy,
        "merges": [_entry(found, each) for each in found.merges],
        "path": [
            {
                "classes": _names(found, step.members),
                "joined": _names(found, step.joined),
                "gain": step.gain,
                "loss": step.loss,
                "accuracy": step.accuracy,
                "information": step.information,
                "classes_left": step.classes,
            }
            for step in found.path
        ],
        "splits": _splits(session),
    }


def _splits(session: Session) -> dict[str, Any]:
    """The classes that fall into parts at the last recorded layer, clearest first."""
    source = shown_source(session, sources(session))
    if source is None:
        return {"layer": None, "looked_at": 0, "classes": []}
    look_through(session, most=LOOKED_AT, wait=True)
    found, known = ranked(session)
    classes = [{"class": line.name, "parts": line.suggested, "silhouette": line.silhouette} for line in found]
    return {"layer": source.name, "looked_at": known, "classes": classes}


def _split_words(session: Session) -> tuple[str, ...]:
    """`Splits, seen at fc64: Sneaker into 2 (.44), Coat into 2 (.43); of 10 classes looked at`"""
    found = _splits(session)
    if found["layer"] is None:
        return ("Splits: no layer's responses and no features were recorded to see parts of classes in.",)
    each = [f"{line['class']} into {line['parts']} ({short_score(line['silhouette'])})" for line in found["classes"]]
    listed = ", ".join(each) or "no class falls into parts"
    looked = plural(found["looked_at"], "class", "classes")
    return (f"Splits, seen at {found['layer']} (silhouette): {listed}; of {looked} looked at. "
            "More: --view features --variant subclasses.",)  # fmt: skip


def _found(session: Session, options: Options | None) -> Advice | None:
    top = options.top if options is not None else None
    return advice(settled(replace(session, what_if=None)), top=top)


def _names(found: Advice, members: Any) -> list[str]:
    return [found.classes[cls] for cls in members.tolist()]


def _entry(found: Advice, each: Merge) -> dict[str, Any]:
    return {
        "kind": each.kind,
        "title": each.title,
        "classes": _names(found, each.members),
        "within": each.within,
        "gain": each.gain,
        "low": each.low,
        "high": each.high,
        "loss": each.loss,
        "per_bit": each.per_bit,
        "entropy_loss": each.entropy,
        "spec": spec(found.classes, each.members),
    }


def table(session: Session, options: Options | None = None) -> Table:
    """A row a merge, most sure gain for each bit first; one merge after another as notes."""
    title = title_of(session, "Gains and losses of merging classes")
    found = _found(session, options)
    if found is None:
        return Table(title, COLUMNS, (), (missing(session) or "There is no matrix to show.",))
    rows = tuple(
        (each.title, each.kind, len(each.members), each.within, each.gain, each.low, each.high, each.loss,
         "nothing lost" if each.per_bit == float("inf") else each.per_bit, each.entropy)
        for each in found.merges
    )  # fmt: skip
    return Table(title, COLUMNS, rows, (*_whole(found), *RULES, *_path(found), *_split_words(session)))


def _whole(found: Advice) -> tuple[str, ...]:
    return (
        f"Now: accuracy {percent(found.accuracy, 2)} % of {plural(found.n, 'sample')}, the answer tells "
        f"{found.information:.3f} of the {found.entropy:.3f} bits of {plural(len(found.classes), 'class', 'classes')}.",
    )


def _path(found: Advice) -> tuple[str, ...]:
    if not found.path:
        return ()
    lines = [
        f"{number}. {words(found.names, step.members)}: accuracy {percent(step.accuracy, 2)} %, "
        f"{step.information:.3f} bits, {plural(step.classes, 'class', 'classes')} left"
        for number, step in enumerate(found.path, 1)
    ]
    return ("One merge after another, each the best for its bits:", *map(sanitise, lines))
