"""What to collect for which class of the focused run, with the samples that say so and what other runs do there."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from clftui.analysis.collect import SampleScores, Suggestion, collect_suggestions
from clftui.analysis.metrics import Metric
from clftui.data.samples import SampleTable
from clftui.schema import FormatError
from clftui.state.members import Member, members
from clftui.state.ranking_table import RankingTable, of_runs, ranking, with_metric
from clftui.state.ranking_ties import class_ties
from clftui.state.session import Session, passed
from clftui.text import percent, sanitise


@dataclass(frozen=True)
class Evidence:
    """One missed sample. `path` is None where the sample has none; a text sample has `text` instead."""

    id: str
    predicted: str
    confidence: float
    path: str | None
    text: str | None


@dataclass(frozen=True)
class Need:
    """A suggestion, what the other runs say about its class in one sentence (empty with a single run), the evidence."""

    suggestion: Suggestion
    others: str
    confused_with: tuple[tuple[str, int, float], ...]
    evidence: tuple[Evidence, ...]


def collect_list(session: Session, *, top: int | None = 10, evidence: int = 20) -> tuple[Need, ...]:
    """Needs of the focused run's classes, most urgent first. Raises FormatError where its file is broken."""
    run, evaluation = session.run, session.evaluation()
    present, _ = members(session)
    member = next((each for each in present if each.run is run), None)
    if run is None or evaluation is None or member is None:
        return ()
    scores, positions = _scores(member)
    found = collect_suggestions(member.confusion, run.classes, scores, top=top, evidence=evidence)
    recalls = ranking(of_runs(with_metric(session, Metric.RECALL)))
    samples = run.samples(evaluation.split)
    return tuple(
        Need(
            suggestion=each,
            others=_others(recalls, member, each.name),
            confused_with=tuple((run.classes[cls], number, share) for cls, number, share in each.confused_with),
            evidence=_evidence(member, samples, positions[np.asarray(each.evidence, dtype=np.int64)]),
        )
        for each in found
    )


def _scores(member: Member) -> tuple[SampleScores | None, np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """The samples that pass the filters, and their positions in the evaluation."""
    evaluation = member.evaluation
    if not evaluation.has_samples:
        return None, np.zeros(0, dtype=np.int64)
    mask = passed(member.run, evaluation, member.filters)
    at = np.arange(len(evaluation.true)) if mask is None else np.flatnonzero(mask)
    if evaluation.score_kind == "none":
        return SampleScores(evaluation.true[at], evaluation.predicted[at]), at
    return SampleScores(
        evaluation.true[at], evaluation.predicted[at], evaluation.confidence()[at], evaluation.true_score()[at]
    ), at


def _others(table: RankingTable, member: Member, name: str) -> str:
    """Whether another run does better in the class: then the data may not be what is missing."""
    row = table.row_of(member.run.key)
    column = table.column_of(name)
    if row is None or column is None or len(table.rows) < 2 or math.isnan(float(table.values[row, column])):
        return ""
    found = class_ties(table, [column], wait=True)[column]
    if found.best == row:
        return "no other run does better here: more data is a likelier remedy than another of these models"
    best = f"{sanitise(table.rows[found.best].run.name)} has {percent(float(table.values[found.best, column]))} %"
    if found.tied[row]:
        return f"{best}, no more than chance may give: no run clearly does better here"
    return f"{best}, beyond chance: compare the two runs before collecting"


def _evidence(
    member: Member, samples: SampleTable | None, at: np.ndarray[tuple[int], np.dtype[np.int64]]
) -> tuple[Evidence, ...]:
    evaluation = member.evaluation
    confidence = evaluation.confidence(at) if len(at) and evaluation.score_kind != "none" else np.full(len(at), np.nan)
    return tuple(
        _one(member, samples, int(position), float(sure)) for position, sure in zip(at, confidence, strict=True)
    )


def _one(member: Member, samples: SampleTable | None, position: int, confidence: float) -> Evidence:
    row = int(member.evaluation.sample[position])
    guess = int(member.evaluation.predicted[position])
    predicted = member.run.classes[guess] if guess >= 0 else ""
    if samples is None or not 0 <= row < samples.n:
        return Evidence(str(row), predicted, confidence, None, None)
    try:
        path = samples.path_of(row)
    except FormatError:
        path = None
    text = str(samples.text[row]) if samples.text is not None else None
    return Evidence(str(samples.ids[row]), predicted, confidence, str(path) if path is not None else None, text)
