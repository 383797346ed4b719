"""Rules that people write: bounds on a class's metric, and on how far a cell may rise; read from TOML, then tested."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from clftui.analysis.changes import Changes
from clftui.analysis.confusion import Confusion
from clftui.analysis.metrics import Metric, per_class
from clftui.schema import FormatError
from clftui.text import percent, plural, sanitise, shorten

METRICS = (Metric.RECALL, Metric.PRECISION, Metric.F1)
BOUNDS = ("min", "max", "drop")
EVERY = "*"
"""In the place of a class: every class."""
_FIELDS = ("class", "metric", *BOUNDS, "for", "cell", "sigmas")
_REMEDY = 'write e.g. class = "cat", metric = "recall", min = 0.8, for = 2, or cell = "cat->dog", sigmas = 3'


@dataclass(frozen=True)
class Rule:
    """One `[[rule]]`: a bound on a class, or (then `cell` is not empty) on the rise of a cell."""

    of_class: str = ""
    metric: Metric = Metric.RECALL
    bound: str = "min"
    value: float = 0.0
    epochs: int = 1
    """How many epochs in a row must break it."""
    cell: str = ""
    """`true->predicted`"""
    sigmas: float = 0.0

    @property
    def words(self) -> str:
        """`recall < 75 % for 2 epochs`, `recall 5 points lower`, `3 sigmas up`."""
        if self.cell:
            return f"{self.sigmas:g} sigmas up"
        lasting = f" for {plural(self.epochs, 'epoch')}" if self.epochs > 1 else ""
        if self.bound == "drop":
            return f"{self.metric.label} {100 * self.value:g} points lower{lasting}"
        sign = "<" if self.bound == "min" else ">"
        return f"{self.metric.label} {sign} {100 * self.value:g} %{lasting}"


class Broken(NamedTuple):
    """A rule that does not hold for a class, or a cell."""

    rule: Rule
    name: str
    """The class, or `true->predicted`."""
    value: float
    """The metric now; of a cell, its rise in standard errors."""
    before: float
    """The metric that a drop is measured from; NaN for other rules."""

    @property
    def kind(self) -> str:
        return "cell" if self.rule.cell else "class"

    @property
    def words(self) -> str:
        """`recall < 75 %: 71.0 %`."""
        if self.rule.cell:
            return f"{self.rule.words}: {self.value:.1f}"
        before = f"{percent(self.before)} to " if not math.isnan(self.before) else ""
        return f"{self.rule.words}: {before}{percent(self.value)} %"


def read_rules(path: Path) -> tuple[Rule, ...]:
    """The `[[rule]]` tables of a TOML file. FormatError, one sentence, names the first one that cannot be meant."""
    import tomllib

    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FormatError(path, "", f"cannot be read ({error.strerror})", "name a file of [[rule]] tables") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FormatError(path, "", f"is no TOML ({shorten(str(error), 120)})", "write [[rule]] tables") from error
    unknown = sorted(set(found) - {"rule"})
    if unknown:
        raise FormatError(path, unknown[0], "is not known here", "write [[rule]] tables alone")
    tables = found.get("rule", [])
    if not isinstance(tables, list) or not all(isinstance(each, dict) for each in tables):
        raise FormatError(path, "rule", "is no list of tables", "write [[rule]] above each rule")
    if not tables:
        raise FormatError(path, "rule", "is missing", _REMEDY)
    return tuple(_rule(path, f"rule {number}", table) for number, table in enumerate(tables, 1))


def _rule(path: Path, name: str, table: Mapping[str, Any]) -> Rule:
    def wrong(problem: str) -> FormatError:
        return FormatError(path, name, problem, _REMEDY)

    unknown = sorted(set(table) - set(_FIELDS))
    if unknown:
        raise wrong(f"has the field {sanitise(unknown[0])}, which no rule has")
    if ("cell" in table) == ("class" in table):
        raise wrong("names both a class and a cell" if "cell" in table else "names neither a class nor a cell")
    lasting = table.get("for", 1)
    if isinstance(lasting, bool) or not isinstance(lasting, int) or lasting < 1:
        raise wrong("has a `for` that is no whole number of epochs from 1 up")
    if "cell" in table:
        return _cell_rule(table, wrong)
    label, given = table["class"], table.get("metric", "recall")
    if not isinstance(label, str) or not label:
        raise wrong("has a class that is no name")
    metric = next(
        (each for each in METRICS if isinstance(given, str) and given.casefold() == each.label.casefold()), None
    )
    if metric is None:
        known = ", ".join(each.label for each in METRICS)
        raise wrong(f"has the metric {sanitise(str(given))}; there are {known}")
    if "sigmas" in table:
        raise wrong("has `sigmas`, which is for cells")
    bounds = [each for each in BOUNDS if each in table]
    if len(bounds) != 1:
        raise wrong("needs one of min, max and drop")
    value = _number(table[bounds[0]])
    if not 0 <= value <= 1:
        raise wrong(f"has a {bounds[0]} that is no share from 0 to 1")
    return Rule(label, metric, bounds[0], value, lasting)


def _cell_rule(table: Mapping[str, Any], wrong: Any) -> Rule:
    cell, sigmas = table["cell"], _number(table.get("sigmas"))
    if not isinstance(cell, str) or not all(part.strip() for part in (*cell.partition("->"),)):
        raise wrong("has a cell that is not written true->predicted")
    extra = [each for each in ("metric", *BOUNDS, "for") if each in table]
    if extra:
        raise wrong(f"has `{extra[0]}`, which is for classes")
    if not 0 < sigmas < math.inf:
        raise wrong("has a cell and no sigmas above 0")
    return Rule(cell=cell, sigmas=sigmas)


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan


def unknown_names(rules: Sequence[Rule], classes: Sequence[str]) -> tuple[str, ...]:
    """The classes and cells that rules name and these classes do not have."""
    known = set(classes)
    out = [rule.of_class for rule in rules if rule.of_class not in (*known, EVERY, "")]
    return (*out, *(rule.cell for rule in rules if rule.cell and cell_of(rule.cell, classes) is None))


def cell_of(text: str, classes: Sequence[str]) -> tuple[int, int] | None:
    """The class indices of `true->predicted`, also where names hold an arrow themselves; None where one is unknown."""
    index = {name: at for at, name in enumerate(classes)}
    start = text.find("->")
    while start >= 0:
        true, predicted = text[:start], text[start + 2 :]
        for pair in ((true, predicted), (true.strip(), predicted.strip())):
            if pair[0] in index and pair[1] in index:
                return index[pair[0]], index[pair[1]]
        start = text.find("->", start + 1)
    return None


def broken_rules(
    rules: Sequence[Rule], classes: Sequence[str], recent: Sequence[Confusion], reference: Confusion | None,
    cells: Changes | None,
) -> tuple[Broken, ...]:  # fmt: skip
    """The rules that do not hold, in their order.

    `recent` are the newest epochs, the newest last; a rule for more epochs than these holds. `reference` is what drops
    are measured from (None: the epoch before the first of the rule's epochs), `cells` the changes of cells.
    An undefined metric breaks nothing.
    """
    out: list[Broken] = []
    for rule in rules:
        if rule.cell:
            out += _cell_broken(rule, classes, cells)
        elif len(recent) >= rule.epochs:
            out += _class_broken(rule, classes, recent, reference)
    return tuple(out)


def _class_broken(
    rule: Rule, classes: Sequence[str], recent: Sequence[Confusion], reference: Confusion | None
) -> list[Broken]:
    values = np.stack([per_class(each, rule.metric) for each in recent[-rule.epochs :]])
    before = np.full(len(classes), np.nan)
    if rule.bound == "drop":
        if reference is None and len(recent) > rule.epochs:
            reference = recent[-rule.epochs - 1]
        if reference is None:
            return []
        before = per_class(reference, rule.metric)
    with np.errstate(invalid="ignore"):
        over = {"min": values < rule.value, "max": values > rule.value, "drop": before - values > rule.value}[
            rule.bound
        ]
    hit = np.flatnonzero(over.all(axis=0))
    return [
        Broken(rule, classes[at], float(values[-1, at]), float(before[at]))
        for at in hit.tolist()
        if rule.of_class in (EVERY, classes[at])
    ]


def _cell_broken(rule: Rule, classes: Sequence[str], cells: Changes | None) -> list[Broken]:
    pair = cell_of(rule.cell, classes)
    if pair is None or cells is None:
        return []
    at = int(cells.places(np.asarray([pair[0]]), np.asarray([pair[1]]))[0])
    if at < 0:
        return []
    error = math.sqrt(float(np.nan_to_num(cells.variance[at])))
    z = float(cells.change[at]) / error if error > 0 else 0.0
    return [Broken(rule, f"{classes[pair[0]]}->{classes[pair[1]]}", z, math.nan)] if z > rule.sigmas else []
