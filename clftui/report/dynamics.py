"""Learning dynamics without a screen: classes past their best epoch, and what became of samples."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from clftui.analysis.curves import RULE
from clftui.data.evaluation import Evaluation
from clftui.data.run import Run
from clftui.report import Options
from clftui.report.render import Table, Value
from clftui.state.dynamics import ClassRow, Dynamics, dynamics, learned_words
from clftui.state.filters import FilterError
from clftui.state.peers import table_of
from clftui.state.sample_ids import id_of
from clftui.state.sample_list import Nothing
from clftui.state.session import Session
from clftui.text import percent, plural, sanitise

COLUMNS = ("class", "best epoch", "n", "best", "now", "loss", "low", "high", "p", "q", "past best")
CHECKPOINTS = 8
"""Epochs that the notes of a table name with the classes that they suit best."""
LISTED = 5
"""Samples that the notes of a table name, unless --top says otherwise."""


def data(session: Session, options: Options) -> dict[str, Any]:
    """`{"classes": [...], "total": {...}, "overfit", "checkpoints": [...], "samples": [...]}`.

    `--dense` adds "epochs" and, to each class, "recall" in each of them. FilterError where there is nothing to follow.
    """
    found, run, evaluation = _found(session)
    classes = [{"name": row.name, **_entry(row)} for row in found.rows]
    if options.dense:
        for entry in classes:
            entry["recall"] = found.recall[:, run.class_index[entry["name"]]].tolist()
    return {
        "classes": classes,
        "total": _entry(found.total),
        "overfit": found.losses.overfit,
        "checkpoints": [{"epoch": epoch, "classes": list(names)} for epoch, names in found.checkpoints],
        "samples": list(_samples(found, run, evaluation, options.top)),
        **({"epochs": list(found.epochs)} if options.dense else {}),
    }


def _found(session: Session) -> tuple[Dynamics, Run, Evaluation]:
    found, run, evaluation = dynamics(session, wait=True), session.run, session.evaluation()
    if isinstance(found, Nothing):
        raise FilterError(found.sentence)
    assert found is not None and run is not None and evaluation is not None
    return found, run, evaluation


def _entry(row: ClassRow) -> dict[str, Any]:
    return {
        "best_epoch": row.best_epoch or None,
        "n": row.n,
        "best": row.best,
        "now": row.now,
        "loss": row.loss,
        "low": row.low,
        "high": row.high,
        "p": row.p,
        "q": row.q,
        "past_best": row.past,
    }


def _samples(found: Dynamics, run: Run, evaluation: Evaluation, top: int | None) -> Iterator[dict[str, Any]]:
    ids, names = table_of(run, evaluation.split), (*run.classes, None)
    facts = found.samples
    for at in found.most_forgotten(top).tolist():
        yield {
            "id": id_of(ids, int(evaluation.sample[at])),
            "true": names[evaluation.true[at]],
            "predicted": names[evaluation.predicted[at]],
            "first_learned": int(facts.first_learned[at]) or None,
            "forgetting": int(facts.forgetting[at]),
            "times_wrong": int(facts.wrong[at]),
            "classes_visited": int(facts.visited[at]),
            "last_flip": int(facts.last_flip[at]) or None,
        }


def table(session: Session, options: Options) -> Table:
    """All classes together, then a row a class, those past their best first; the notes speak of samples."""
    found, run, evaluation = _found(session)
    rows = (_cells(found.total, "all classes"), *(_cells(row, row.name) for row in found.rows))
    title = f"Learning of {found.run_name} on {found.split}, epochs {found.epochs[0]} to {found.epoch}"
    return Table(title, COLUMNS, rows, tuple(_notes(found, run, evaluation, options)))


def _cells(row: ClassRow, name: str) -> tuple[Value, ...]:
    past = "yes" if row.past else ""
    best = row.best_epoch or None
    return (name, best, row.n, row.best, row.now, row.loss, row.low, row.high, row.p, row.q, past)


def _notes(found: Dynamics, run: Run, evaluation: Evaluation, options: Options) -> Iterator[str]:
    yield (
        "The best epoch is chosen on one half of each class's samples; n, best, now (epoch "
        f"{found.epoch}), loss with its 95 % interval and p (exact McNemar, one-sided) are of the other half."
    )
    yield "Recall of one class also falls where the others are said more often; all classes together is accuracy."
    if found.losses.overfit is not None:
        since = f"Over-fit since epoch {found.losses.overfit}"
        yield f"{since}; loss is {found.losses.times:.2f} times that of epoch {found.losses.lowest}, its lowest. {RULE}"
    for epoch, names in found.checkpoints[:CHECKPOINTS]:
        shown = ", ".join(sanitise(name) for name in names[:12])
        yield f"epoch {epoch} is the best of {shown}{', …' if len(names) > 12 else ''}"
    if found.filtered:
        yield "Filters choose samples by the epoch that shows; one on what is predicted there flatters the past."
    if found.unread:
        yield f"{plural(found.unread, 'epoch')} could not be read."
    good, lost, never, whole = found.learned
    yield f"{learned_words(found)} ({', '.join(f'{percent(each / max(whole, 1))} %' for each in (good, lost, never))})."
    for each in _samples(found, run, evaluation, options.top or LISTED):
        yield _sample_words(each, len(found.epochs))


def _sample_words(sample: dict[str, Any], epochs: int) -> str:
    learned = f"first right in epoch {sample['first_learned']}" if sample["first_learned"] else "never right"
    return (
        f"#{sanitise(sample['id'])} {sanitise(sample['true'])}: forgotten {plural(sample['forgetting'], 'time')}, "
        f"wrong in {sample['times_wrong']} of {epochs}, {learned}, "
        f"{plural(sample['classes_visited'], 'class', 'classes')} predicted"
    )
