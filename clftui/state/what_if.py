"""Hypothetical decisions of one run: a temperature, thresholds and costs of classes, merged classes.

A session holds one, or none. Every evaluation that a session shows of the run is then decided anew, in this one place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from clftui.analysis.decisions import Rule
from clftui.analysis.temperature import MILDEST, SHARPEST
from clftui.data.decided import Decided
from clftui.data.evaluation import Evaluation
from clftui.data.run import Run
from clftui.schema import FormatError
from clftui.state.filters import FilterError
from clftui.state.later import Later, weak
from clftui.state.unready import NotYet, may_wait, note_missing
from clftui.text import sanitise

DECIDED = Later(kept=8)
"""Few are kept: each holds the answers of all samples."""
QUICK = 1_000_000
"""Scores up to which a draw decides itself instead of waiting."""

_FORMS = (
    ("needs", re.compile(r"^(?P<name>.+?)\s*(?:>=|≥)\s*(?P<number>\d*\.?\d+)$")),
    ("costs", re.compile(r"^(?P<name>.+?)\s*[*×]\s*(?P<number>\d*\.?\d+)$")),
    ("temperature", re.compile(r"^T\s*=\s*(?P<number>\d*\.?\d+)$")),
)


@dataclass(frozen=True)
class Amount:
    """A class, by name, and a number about it."""

    name: str
    value: float


@dataclass(frozen=True)
class WhatIf:
    """What is supposed of the run with the key `run`. Classes are names; those the run lacks change nothing."""

    run: str
    temperature: float = 1.0
    needs: tuple[Amount, ...] = ()
    """The score from which a class is answered, and below which it is not."""
    costs: tuple[Amount, ...] = ()
    """How many times an ordinary mistake missing a class costs."""
    merged: tuple[tuple[str, ...], ...] = ()
    """Sets of classes that count as one: mistakes among them are none."""

    @property
    def empty(self) -> bool:
        """Whether nothing is supposed."""
        return self.temperature == 1 and not (self.needs or self.costs or self.merged)

    @property
    def needs_scores(self) -> bool:
        return self.temperature != 1 or bool(self.needs or self.costs)

    @property
    def spec(self) -> str:
        """As `--what-if` writes it: `cat >= .7; fox * 2; dog = wolf; T = 1.5`."""
        parts = [f"{each.name} >= {each.value:g}" for each in self.needs]
        parts += [f"{each.name} * {each.value:g}" for each in self.costs]
        parts += [" = ".join(names) for names in self.merged]
        return "; ".join([*parts, *([f"T = {self.temperature:.4g}"] if self.temperature != 1 else [])])

    def describe(self) -> str:
        """`cat needs .7, fox costs 2 ×, dog = wolf, temperature 1.50`, safe to draw."""
        parts = [f"{sanitise(each.name)} needs {score_words(each.value)}" for each in self.needs]
        parts += [f"{sanitise(each.name)} costs {each.value:g} ×" for each in self.costs]
        parts += [" = ".join(map(sanitise, names)) for names in self.merged]
        return ", ".join([*parts, *([f"temperature {self.temperature:.2f}"] if self.temperature != 1 else [])])

    def rule(self, index: Mapping[str, int]) -> Rule:
        """The rule for a run whose classes have these numbers."""
        k = len(index)
        weight, threshold, group = np.ones(k), np.full(k, np.nan), np.arange(k)
        for each in self.costs:
            if each.name in index:
                weight[index[each.name]] = each.value
        for each in self.needs:
            if each.name in index:
                threshold[index[each.name]] = each.value
        for names in self.merged:
            members = [index[name] for name in names if name in index]
            if members:
                group[members] = group[members[0]]
        return Rule(
            self.temperature,
            weight if (weight != 1).any() else None,
            threshold if not np.isnan(threshold).all() else None,
            group if (group != np.arange(k)).any() else None,
        )


class Unanswerable(FormatError):
    """Why something cannot be supposed here, in one sentence; no file is wrong."""

    def __init__(self, sentence: str) -> None:
        super().__init__("", "", sentence, "")
        self.args = (sentence,)

    @property
    def brief(self) -> str:
        return str(self)


def supposed(what_if: WhatIf | None, run: Run, real: Evaluation | None) -> Evaluation | None:
    """`real` as `what_if` would have it; `real` itself where nothing is supposed of the run.

    Unanswerable where the scores of all classes would be needed and are not kept; NotYet in a draw while many scores
    are being read; FormatError where they are broken.
    """
    if what_if is None or real is None or run.key != what_if.run or what_if.empty:
        return real
    if not real.has_samples:
        raise Unanswerable(f"A bare matrix has no samples to decide anew (what if {what_if.describe()}).")
    if what_if.needs_scores and real.score_kind != "full":
        kept = real.rank_limit
        have = f"the {kept} best classes" if kept is not None else "no scores of every class"
        raise Unanswerable(
            f"Of {sanitise(run.name)}, {sanitise(real.split)}, epoch {real.epoch}, {have} were kept; "
            f"what if {what_if.describe()} cannot be told without all of them."
        )
    quick = real.n * len(real.classes) <= QUICK
    key = (replace(what_if, run=""), *weak(real))
    found = DECIDED.get(key, lambda: Decided(real, what_if.rule(run.class_index)), wait=quick or may_wait())
    if found is None:
        note_missing()
        raise NotYet(f"Deciding anew what {sanitise(run.name)} answers …")
    return found


def score_words(threshold: float) -> str:
    """A threshold with the digits that tell it from 0 and 1: `.5`, `.995`, `.0005`; 1 and above calls nothing."""
    if threshold >= 1:
        return "1"
    text = f"{threshold:.4f}".rstrip("0")
    return text[1:] if len(text) > 2 else "0"


def parse_what_if(text: str, run: Run) -> WhatIf:
    """`cat >= .7; fox * 2; dog = wolf; T = 1.5` about `run`; FilterError says what is wrong."""
    found = WhatIf(run.key)
    for part in filter(None, (each.strip() for each in text.split(";"))):
        found = _with_part(found, part, run)
    if found.empty:
        raise FilterError("nothing is supposed; write for example cat >= .7; fox * 2; dog = wolf; T = 1.5")
    return found


def _with_part(found: WhatIf, part: str, run: Run) -> WhatIf:
    for form, pattern in _FORMS:
        match = pattern.match(part)
        if match is None:
            continue
        number = float(match["number"])
        if form == "temperature":
            if not SHARPEST <= number <= MILDEST:
                raise FilterError(f"a temperature lies between {SHARPEST:g} and {MILDEST:g}, not at {number:g}")
            return replace(found, temperature=number)
        amount = Amount(_known(match["name"], run), number)
        if form == "costs":
            if number <= 0:
                raise FilterError(f"{sanitise(part)}: a cost is more than 0")
            return replace(found, costs=(*found.costs, amount))
        if number > 1:
            raise FilterError(f"{sanitise(part)}: a score lies between 0 and 1")
        return replace(found, needs=(*found.needs, amount))
    names = tuple(_known(name.strip(), run) for name in part.split("="))
    if len(set(names)) < 2:
        raise FilterError(f"{sanitise(part)}: write cat >= .7, cat * 2, cat = dog or T = 1.5")
    return replace(found, merged=(*found.merged, names))


def _known(name: str, run: Run) -> str:
    if name not in run.class_index:
        raise FilterError(f"{sanitise(run.name)} has no class {sanitise(name)}")
    return name
