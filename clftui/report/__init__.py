"""Headless twins: what a screen shows, as text, Markdown, JSON or CSV."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from clftui.report.render import Table, as_csv, as_json, as_markdown, as_text
from clftui.state.session import Session

REPORT_FORMATS = ("text", "md", "json", "csv")
VIEWS = ("runs", "ranking", "matrix", "pairs", "blocks", "groups", "hierarchy", "epochs", "curves", "movers", "flips",
         "dynamics", "samples", "issues", "triage", "collect", "advice", "scores", "parallel", "calibration",
         "map", "features", "explanations",
         "sensitivity")  # fmt: skip


@dataclass(frozen=True)
class Options:
    """What narrows a report."""

    top: int | None = None
    """Rows at most."""
    dense: bool = False
    """Matrix JSON: add the whole K x K counts."""
    level: int | None = None
    """Groups down to this level of the hierarchy alone, 1 the outermost."""
    variant: str | None = None
    """What of a layer's responses is told; None is the one that shows."""


@dataclass(frozen=True)
class View:
    """One headless view: its table for people, its data for programs."""

    table: Callable[[Session, Options], Table]
    data: Callable[[Session, Options], Mapping[str, Any]]


def _view(name: str) -> View:
    from clftui.report import (
        advice,
        blocks,
        calibration,
        collect,
        curves,
        dynamics,
        epochs,
        explanations,
        features,
        flips,
        groups,
        hierarchy,
        issues,
        matrix,
        movers,
        pairs,
        parallel,
        ranking,
        runs,
        samples,
        scores,
        sensitivity,
        triage,
    )
    from clftui.report import map as map_report

    return {
        "runs": View(runs.table, runs.data),
        "ranking": View(ranking.table, ranking.data),
        "matrix": View(matrix.table, matrix.data),
        "map": View(map_report.table, map_report.data),
        "pairs": View(pairs.table, pairs.data),
        "blocks": View(blocks.table, blocks.data),
        "groups": View(groups.table, groups.data),
        "hierarchy": View(hierarchy.table, hierarchy.data),
        "epochs": View(epochs.table, epochs.data),
        "curves": View(curves.table, curves.data),
        "movers": View(movers.table, movers.data),
        "flips": View(flips.table, flips.data),
        "dynamics": View(dynamics.table, dynamics.data),
        "samples": View(samples.table, samples.data),
        "issues": View(issues.table, issues.data),
        "triage": View(triage.table, triage.data),
        "collect": View(collect.table, collect.data),
        "advice": View(advice.table, advice.data),
        "calibration": View(calibration.table, calibration.data),
        "features": View(features.table, features.data),
        "scores": View(scores.table, scores.data),
        "parallel": View(parallel.table, parallel.data),
        "sensitivity": View(sensitivity.table, sensitivity.data),
        "explanations": View(explanations.table, explanations.data),
    }[name]


def render(session: Session, view: str, form: str, options: Options | None = None) -> str:
    """The view of `session` in one of REPORT_FORMATS. FormatError where the data cannot be read."""
    options = options or Options()
    chosen = _view(view)
    if form == "json":
        return as_json(session, view, chosen.data(session, options))
    write = {"text": as_text, "md": as_markdown, "csv": as_csv}[form]
    return write(_marked(session, chosen.table(session, options)))


def _marked(session: Session, table: Table) -> Table:
    """`table`, plainly hypothetical where something is supposed."""
    if session.what_if is None:
        return table
    run = session.catalog.run(session.what_if.run)
    said = f"What if {session.what_if.describe()}: answers of {run.name if run is not None else 'a run'} are supposed."
    return replace(table, title=f"{table.title}, what if", notes=(said, *table.notes))
