"""Whether runs regressed against a baseline: classes, groups and cells beyond their tests, and rules. For CI."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from clftui.analysis.changes import Part
from clftui.analysis.confusion import Confusion, renumbered
from clftui.analysis.metrics import accuracy
from clftui.analysis.movers import Movers
from clftui.data.evaluation import Evaluation
from clftui.data.run import Run
from clftui.report.movers import entry
from clftui.report.render import SCHEMA, json_safe, markdown_safe, plain
from clftui.schema import FormatError
from clftui.state.class_tree import hierarchy_of
from clftui.state.comparison import Comparison, Side
from clftui.state.movers import Mover, MoversView, mover_at, movers_between, view_of
from clftui.state.peers import aligned
from clftui.state.rules import Broken, Rule, broken_rules, unknown_names
from clftui.state.session import Session, class_map
from clftui.state.versus import Kind, Versus
from clftui.text import count, percent, plural, sanitise, signed

FORMATS = ("text", "json", "md")
PASSED, REGRESSED, NOT_COMPARED = 0, 1, 2
_STATUS = {PASSED: "passed", REGRESSED: "regressed", NOT_COMPARED: "not compared"}


class CheckError(Exception):
    """Two runs cannot be compared; one sentence."""


@dataclass(frozen=True)
class Regression:
    """A class, group or cell beyond its test; of a class `into` is the confusion that rose most with it."""

    mover: Mover
    into: Mover | None = None


@dataclass(frozen=True)
class Outcome:
    """One run against its baseline."""

    run: str
    baseline: str
    split: str
    epochs: tuple[int, int] = (0, 0)
    """That of the baseline and that of the run."""
    accuracy: tuple[float, float] = (math.nan, math.nan)
    paired: bool = False
    samples: int = 0
    regressions: tuple[Regression, ...] = ()
    broken: tuple[Broken, ...] = ()
    notes: tuple[str, ...] = ()
    problem: str = ""
    """Why the two could not be compared."""

    @property
    def status(self) -> int:
        if self.problem:
            return NOT_COMPARED
        return REGRESSED if self.regressions or self.broken else PASSED


@dataclass(frozen=True)
class Checked:
    """All runs, and why some could not be paired with a baseline."""

    outcomes: tuple[Outcome, ...]
    notes: tuple[str, ...] = ()

    @property
    def status(self) -> int:
        """The exit status: 1 when anything regressed, else 2 when something could not be compared, else 0."""
        found = {each.status for each in self.outcomes} or {NOT_COMPARED}
        return next(status for status in (REGRESSED, NOT_COMPARED, PASSED) if status in found)


def check(
    session: Session, baseline: Session, rules: Sequence[Rule] = (), *, run: str | None = None,
    baseline_run: str | None = None, split: str | None = None,
) -> Checked:  # fmt: skip
    """Every run of `session` (or `run`) against the run of `baseline` of its name, or against the only one there.

    Newest epochs, classes by name, samples by id. CheckError where no run has a counterpart.
    """
    split = split or session.selection.split
    if split is None:
        raise CheckError("there is no evaluation to check")
    pairs, lone = _pairs(_chosen(session, run), _chosen(baseline, baseline_run))
    if not pairs:
        names = ", ".join(sanitise(each.name) for each in baseline.catalog.runs[:12]) or "none"
        raise CheckError(
            f"no run has the name of a run of the baseline ({names}); choose with --run and --baseline-run"
        )
    outcomes = tuple(_outcome(session, mine, theirs, split, rules) for mine, theirs in pairs)
    notes = (f"{plural(len(lone), 'run')} without a baseline: {', '.join(lone[:12])}.",) if lone else ()
    return Checked(outcomes, notes)


def _chosen(session: Session, name: str | None) -> tuple[Run, ...]:
    runs = session.catalog.runs
    return runs if name is None else tuple(each for each in runs if name in (each.key, each.name))


def _pairs(mine: tuple[Run, ...], theirs: tuple[Run, ...]) -> tuple[list[tuple[Run, Run]], list[str]]:
    if len(theirs) == 1:
        return [(run, theirs[0]) for run in mine], []
    named = {run.name: run for run in reversed(theirs)}
    known = [(run, named[run.name]) for run in mine if run.name in named]
    return known, [sanitise(run.name) for run in mine if run.name not in named]


def _outcome(session: Session, mine: Run, theirs: Run, split: str, rules: Sequence[Rule]) -> Outcome:
    found = Outcome(mine.name, theirs.name, split)
    try:
        return _compared(session, mine, theirs, split, rules)
    except (CheckError, FormatError) as error:
        return Outcome(found.run, found.baseline, split, problem=str(error).rstrip("."))


def _compared(session: Session, mine: Run, theirs: Run, split: str, rules: Sequence[Rule]) -> Outcome:
    unknown = unknown_names(rules, mine.classes)
    if unknown:
        raise CheckError(f"a rule names {sanitise(unknown[0])}, which is no class or cell of {sanitise(mine.name)}")
    after, before = _newest(mine, split), _newest(theirs, split)
    classes = class_map(mine.classes, theirs)
    if not (classes >= 0).any():
        raise CheckError("the two have no class in common")
    place = np.full(after.true.size if after.has_samples else 0, -1, dtype=np.int64)
    if after.has_samples and before.has_samples:
        place = aligned(theirs, before, mine, after)
    compared = Comparison(
        Side(theirs, before, before.confusion, None, theirs.name), Side(mine, after, after.confusion, None, mine.name),
        place, classes, Versus(Kind.RUN, theirs.name),
    )  # fmt: skip
    tree = hierarchy_of(session.catalog, mine.classes)
    tests, shared = movers_between(compared, tree)
    shown = view_of(compared, tests, shared, tree)
    if not shown.tested.classes:
        raise CheckError("no class has samples on both sides")
    return Outcome(
        mine.name, theirs.name, split, (before.epoch, after.epoch),
        (accuracy(before.confusion), accuracy(after.confusion)), shown.paired, shared,
        tuple(_regressions(shown, tests, mine.classes)), _broken(mine, theirs, split, rules, before, tests),
        tuple(_notes(mine, theirs, shown)),
    )  # fmt: skip


def _newest(run: Run, split: str) -> Evaluation:
    if split not in run.splits:
        raise CheckError(
            f"{sanitise(run.name)} has no split {sanitise(split)}; it has {', '.join(run.splits) or 'none'}"
        )
    found = run.evaluation(split)
    if found is None or not found.n:
        raise CheckError(f"{sanitise(run.name)} has no samples on {sanitise(split)}")
    return found


def _regressions(shown: MoversView, tests: Movers, classes: tuple[str, ...]) -> Iterable[Regression]:
    for each in shown.by_kind:
        if each.worse:
            yield Regression(each, _into(each, tests, classes) if each.kind is Part.CLASS else None)


def _into(mover: Mover, tests: Movers, classes: tuple[str, ...]) -> Mover | None:
    """The cell of the class that rose most, tested or not."""
    cells = tests.cells
    mine = np.flatnonzero(cells.changes.row == classes.index(mover.true))
    if not mine.size:
        return None
    top = int(mine[np.argmax(cells.changes.harm[mine])])
    return mover_at(cells, top, classes, None) if cells.changes.harm[top] > 0 else None


def _broken(
    mine: Run, theirs: Run, split: str, rules: Sequence[Rule], before: Evaluation, tests: Movers
) -> tuple[Broken, ...]:
    lasting = max((rule.epochs for rule in rules), default=0)
    recent: list[Confusion] = []
    for epoch in mine.epochs(split)[-lasting:] if lasting else ():
        found = mine.evaluation(split, epoch)
        if found is not None:
            recent.append(found.confusion)
    number = class_map(theirs.classes, mine)
    reference = renumbered(before.confusion, number, len(mine.classes))
    return broken_rules(rules, mine.classes, recent, reference, tests.cells.changes)


def _notes(mine: Run, theirs: Run, shown: MoversView) -> Iterable[str]:
    for here, there, whose in ((mine, theirs, "the baseline"), (theirs, mine, "the run")):
        lacking = [name for name in here.classes if name not in there.class_index]
        if lacking:
            names = ", ".join(sanitise(name) for name in lacking[:6]) + (" …" if len(lacking) > 6 else "")
            yield f"not compared, for {whose} does not have them: {names}"
    if not shown.paired:
        yield "samples are not matched by id, so the tests take them for different ones and see less"


def render(checked: Checked, form: str) -> str:
    """One of FORMATS."""
    if form == "json":
        return json_safe(json.dumps(plain(_data(checked)), ensure_ascii=False, allow_nan=False, indent=1)) + "\n"
    lines: list[str] = []
    for outcome in checked.outcomes:
        lines += _markdown(outcome) if form == "md" else _text(outcome)
    lines += [*checked.notes, _last(checked)]
    return "\n".join(lines) + "\n"


def _last(checked: Checked) -> str:
    number = {status: sum(each.status == status for each in checked.outcomes) for status in _STATUS}
    parts = [f"{count(number[status])} {words}" for status, words in _STATUS.items() if number[status]]
    return f"{plural(len(checked.outcomes), 'run')} checked: {', '.join(parts)}."


def _text(outcome: Outcome) -> list[str]:
    title, *facts = _facts(outcome)
    return [sanitise(title), *(f"  {sanitise(line)}" for line in facts)]


def _markdown(outcome: Outcome) -> list[str]:
    title, *facts = _facts(outcome)
    return [f"### {markdown_safe(sanitise(title))}", "", *(f"- {markdown_safe(sanitise(line))}" for line in facts), ""]


def _facts(outcome: Outcome) -> Iterable[str]:
    yield f"{outcome.run} against {outcome.baseline}, {outcome.split}: {_STATUS[outcome.status]}"
    if outcome.problem:
        yield outcome.problem
        return
    how = "matched by id, exact McNemar" if outcome.paired else "not matched, two proportions"
    before, after = outcome.accuracy
    yield (
        f"{plural(outcome.samples, 'sample')} {how}; accuracy {percent(before)} to {percent(after)} %, "
        f"{signed(100 * (after - before))} points"
    )
    for each in outcome.regressions:
        into = f"; most into {_moved(each.into)}" if each.into is not None else ""
        yield f"regressed {each.mover.kind.value} {_moved(each.mover)}, {_proof(each.mover)}{into}"
    for broken in outcome.broken:
        yield f"broken rule, {broken.kind} {broken.name}: {broken.words}"
    yield from outcome.notes


def _moved(mover: Mover) -> str:
    """`Shirt 78.2 to 71.0 %`."""
    return f"{mover.name} {percent(mover.before)} to {percent(mover.after)} %"


def _proof(mover: Mover) -> str:
    q = "< 0.001" if mover.q < 0.001 else f"{mover.q:.3f}"
    bounds = f"{signed(100 * mover.low)} to {signed(100 * mover.high)}"
    return f"{signed(100 * mover.change)} points (95 % {bounds}), q {q}"


def _data(checked: Checked) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "view": "check",
        "status": _STATUS[checked.status],
        "exit": checked.status,
        "runs": [_outcome_data(each) for each in checked.outcomes],
        "notes": list(checked.notes),
    }


def _outcome_data(outcome: Outcome) -> dict[str, Any]:
    return {
        "run": outcome.run,
        "baseline": outcome.baseline,
        "split": outcome.split,
        "status": _STATUS[outcome.status],
        "problem": outcome.problem or None,
        "paired": outcome.paired,
        "samples": outcome.samples,
        "epoch": {"before": outcome.epochs[0], "after": outcome.epochs[1]},
        "accuracy": {"before": outcome.accuracy[0], "after": outcome.accuracy[1]},
        "regressions": [
            {**entry(each.mover), "into": entry(each.into) if each.into is not None else None}
            for each in outcome.regressions
        ],
        "rules": [{"kind": b.kind, "name": b.name, "rule": b.rule.words, "value": b.value} for b in outcome.broken],
        "notes": list(outcome.notes),
    }
