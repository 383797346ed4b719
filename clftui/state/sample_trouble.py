"""Why a sample table, or what lies beside it, does not serve an evaluation."""

from __future__ import annotations

from clftui.data.evaluation import Evaluation
from clftui.data.run import Run
from clftui.data.samples import SampleTable
from clftui.data.soft_labels import soft_labels
from clftui.schema import FormatError
from clftui.text import count, plural


def trouble_words(run: Run, evaluation: Evaluation, table: SampleTable | None) -> str:
    """Why the sample table, or the soft labels beside it, do not serve; empty where they do."""
    error = table_trouble(run, evaluation)
    if error is None:
        try:
            soft_labels(table, evaluation.classes)
        except FormatError as found:
            error = found
    return error.brief if error is not None else ""


def table_trouble(run: Run, evaluation: Evaluation) -> FormatError | None:
    """Why the evaluation's sample table cannot be read or is too short for it; None where it serves, or is none."""
    try:
        table = run.samples(evaluation.split)
        last = int(evaluation.sample.max(initial=-1))
        if table is not None and last >= table.n:
            short = f"has {plural(table.n, 'row')}, but samples are numbered up to {count(last)}"
            return FormatError(table.path, "", short, "write a row for each sample, in the order of their numbers")
    except FormatError as error:
        return error
    return None
