"""One sample without a screen: what every run says of it, epoch by epoch, what is near it, and what explains it."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.saliency import Measure, area_above
from clftui.report.render import Table, Value
from clftui.schema import FormatError
from clftui.state.explanations import Explained, choices, explained, likeness
from clftui.state.history import load
from clftui.state.sample_answers import RunAnswer, track
from clftui.state.sample_detail import Detail, detail_of
from clftui.state.sample_detail_nearest import neighbours
from clftui.state.sample_list import Nothing, SampleList, read_listing
from clftui.state.sample_order import sort_keys, value_of
from clftui.state.sample_past import of_samples
from clftui.state.sample_settings import SampleSort
from clftui.state.sample_soft import soft_top
from clftui.state.sample_tags import tag_of
from clftui.state.session import Session
from clftui.text import sanitise

COLUMNS = ("about", "run", "what", "class", "value", "note")
Row = tuple[Value, ...]


def data(session: Session) -> dict[str, Any]:
    """`{"sample": {...}}`, as the README of this folder says. FormatError where the run has no such sample."""
    detail = _detail(session)
    table, row, label = detail.shown.table, detail.row, int(detail.shown.evaluation.true[detail.position])
    known = table is not None and 0 <= row < table.n
    path = table.path_of(row) if table is not None and known else None
    columns = {name: str(table.columns[name][row]) for name in table.group_columns} if table and known else {}
    return {
        "sample": {
            "id": detail.sample,
            "split": detail.shown.evaluation.split,
            "true": detail.shown.evaluation.classes[label] if label >= 0 else None,
            "path": str(path) if path is not None else None,
            "text": detail.text or None,
            "columns": columns,
            "soft": [{"class": name, "share": share} for name, share in soft_top(table, detail.shown.evaluation, row)],
            "tag": _tag(session, detail),
            "runs": [_run(item) for item in detail.answers],
            **_nearest(detail),
            **_explanations(detail),
        }
    }


def _detail(session: Session) -> Detail:
    shown = read_listing(session)
    found = detail_of(session, shown) if isinstance(shown, SampleList) else None
    if found is not None:
        return found
    if isinstance(shown, Nothing):
        raise FormatError("", "", shown.sentence, "choose another run or split")
    place, name = f"{shown.evaluation.split} of {shown.run.name}", session.selection.sample or ""
    raise FormatError(place, "", f"has no sample {sanitise(name)}", "--part all lists those it has")


def _tag(session: Session, detail: Detail) -> dict[str, Any] | None:
    given = tag_of(session.catalog, detail.shown.evaluation.split, detail.sample)
    if given is None:
        return None
    return {"tag": given.tag.value, "proposed": given.proposed, "by": given.by or None, "time": given.time or None}


def _name(item: RunAnswer) -> dict[str, str | None]:
    return {"letter": item.letter, "run": item.run.name}


def _run(item: RunAnswer) -> dict[str, Any]:
    """A run's answer to the sample and its past; `missing` says why there is none."""
    answer, evaluation = item.answer, item.evaluation
    if answer is None or evaluation is None or item.position is None:
        return {**_name(item), "missing": item.missing}
    at = np.asarray([item.position], dtype=np.int64)
    numbers = {sort: value_of(sort, float(sort_keys(evaluation, at, sort)[0]))
               for sort in (SampleSort.LOSS, SampleSort.MARGIN)}  # fmt: skip
    return {
        **_name(item),
        "epoch": evaluation.epoch,
        "verdict": answer.verdict.name.lower(),
        "true": answer.true,
        "predicted": answer.predicted,
        "confidence": answer.confidence,
        "true_score": answer.true_score,
        "true_rank": answer.true_rank if 0 < answer.true_rank <= (answer.kept or answer.true_rank) else None,
        "loss": numbers[SampleSort.LOSS],
        "lead": numbers[SampleSort.MARGIN],
        "top": [{"class": name, "score": score} for name, score in answer.top],
        "epochs": _epochs(item),
        **_past(item),
    }


def _epochs(item: RunAnswer) -> list[dict[str, Any]]:
    """The prediction of each epoch that holds the sample, oldest first."""
    assert item.evaluation is not None and item.position is not None
    load(item.run, item.evaluation.split)
    found = track(item.run, item.evaluation, item.position)
    if found is None:
        return []
    names = (*item.run.classes, None)
    return [
        {"epoch": epoch, "predicted": names[at], "right": at == found.true if found.true >= 0 else None}
        for epoch, at in zip(found.epochs, found.predicted.tolist(), strict=True)
        if at > -2
    ]


def _past(item: RunAnswer) -> dict[str, Any]:
    assert item.evaluation is not None and item.position is not None
    past = of_samples(item.run, item.evaluation, wait=True)
    if past is None:
        return {}
    at, learned = item.position, int(past.first_learned[item.position])
    return {
        "first_learned": learned or None,
        "forgetting": int(past.forgetting[at]),
        "times_wrong": int(past.wrong[at]),
    }


def _nearest(detail: Detail) -> dict[str, Any]:
    found = neighbours(detail)
    lines = found.lines if found is not None else ()
    leaks = found.leaks(detail.shown.evaluation.split) if found is not None else ()
    return {
        "nearest_by": detail.session.explain.distance.value,
        "features_of_epoch": found.epoch if found is not None else None,
        "nearest": [
            {
                "split": each.split,
                "id": each.sample,
                "true": each.true,
                "distance": each.distance,
                "same": each.same_file,
                "near_duplicate": each.near_duplicate,
                "leak": each in leaks,
            }
            for each in lines
        ],
    }


def _explanations(detail: Detail) -> dict[str, Any]:
    """Every explanation of every run, and how alike the maps are: of the runs by each method, of each run's methods."""
    threshold = detail.session.explain.threshold
    by_run = [[explained(item, choice) for choice in choices((item,))] for item in detail.answers]
    by_method = [[explained(item, choice) for item in detail.answers] for choice in detail.choices]
    groups = [(group, "runs", group[0].choice.words) for group in by_method if group]
    groups += [(group, "methods", group[0].item.run.name) for group in by_run if group]
    return {
        "threshold": threshold,
        "explanations": [_explanation(each, threshold) for group in by_run for each in group],
        "likeness": [found for group, over, of in groups for found in _likeness(group, over, of)],
    }


def _explanation(each: Explained, threshold: float) -> dict[str, Any]:
    return {
        **_name(each.item),
        "method": each.choice.method,
        "of": each.of or None,
        "aim": each.choice.aim or None,
        "epoch": each.epoch or None,
        "area": area_above(each.values, threshold) if each.values is not None else None,
        "missing": each.missing or None,
        "sentences": [
            {"weight": sentence.weight, "words": [[word.text, word.weight] for word in sentence.words]}
            for sentence in (each.document.sentences if each.document is not None else ())
        ],
    }


def _likeness(group: list[Explained], over: str, of: str) -> list[dict[str, Any]]:
    """Algorithm 2 over the maps of a group by every measure; nothing where there are not two."""
    maps = tuple(each for each in group if each.values is not None)
    if len(maps) < 2:
        return []
    # A run may explain another class than the one asked for: its map says so itself.
    names = [each.item.run.name if over == "runs" else each.choice.words for each in maps]
    return [
        {"over": over, "of": of, "measure": measure.value, "meaning": measure.words, "names": names, "matrix": matrix}
        for measure in Measure
        if (matrix := likeness(maps, measure)) is not None
    ]


def table(session: Session) -> Table:
    """The same as rows: what each is about, which run, what, of which class, and its number."""
    found = data(session)["sample"]
    title = f"#{found['id']} of {found['split']}, true {found['true'] if found['true'] is not None else 'unknown'}"
    rows: list[Row] = [("soft label", None, None, each["class"], each["share"], None) for each in found["soft"]]
    for run in found["runs"]:
        rows += _run_rows(run)
    rows += [_neighbour_row(each, found["nearest_by"]) for each in found["nearest"]]
    for each in found["explanations"]:
        rows += _explanation_rows(each, found["threshold"])
    for each in found["likeness"]:
        rows += _likeness_rows(each)
    return Table(title, COLUMNS, tuple(rows), tuple(_notes(found)))


def _notes(found: dict[str, Any]) -> list[str]:
    notes, given = [f"{name}: {value}" for name, value in found["columns"].items()], found["tag"]
    if given is not None:
        rather = f", rather {given['proposed']}" if given["proposed"] else ""
        notes.append(f"tagged {given['tag']}{rather}, by {given['by'] or 'unknown'} at {given['time'] or 'unknown'}")
    leaks = [f"#{each['id']} of {each['split']}" for each in found["nearest"] if each["leak"]]
    notes += [f"also, or nearly, in another split: {', '.join(leaks)}"] if leaks else []
    return [*notes, *([found["path"]] if found["path"] else []), *([found["text"]] if found["text"] else [])]


def _called(each: dict[str, Any]) -> str:
    return f"{each['letter']} {each['run']}" if each["letter"] else str(each["run"])


def _run_rows(run: dict[str, Any]) -> list[Row]:
    name = _called(run)
    if "missing" in run:
        return [("answer", name, None, None, None, run["missing"])]
    rank = f"no. {run['true_rank']}" if run["true_rank"] is not None else None
    rows: list[Row] = [("answer", name, "predicted", run["predicted"], run["confidence"], run["verdict"])]
    rows += [("answer", name, "true", run["true"], run["true_score"], rank)]
    rows += [("best", name, f"no. {number}", each["class"], each["score"], None)
             for number, each in enumerate(run["top"], 1)]  # fmt: skip
    told = {"loss": "loss", "lead": "predicted less true score", "first_learned": "first right in epoch",
            "forgetting": "times forgotten", "times_wrong": "epochs wrong"}  # fmt: skip
    rows += [("number", name, words, None, run[key], None) for key, words in told.items() if run.get(key) is not None]
    verdicts = {True: "right", False: "wrong", None: "no label"}
    rows += [("epoch", name, f"epoch {each['epoch']}", each["predicted"], None, verdicts[each["right"]])
             for each in run["epochs"]]  # fmt: skip
    return rows


def _neighbour_row(each: dict[str, Any], distance: str) -> Row:
    same = "the same" if each["same"] else "near-duplicate" if each["near_duplicate"] else None
    note = f"{same}, leakage" if same and each["leak"] else same or distance
    return ("nearest", None, f"#{each['id']} of {each['split']}", each["true"], each["distance"], note)


def _explanation_rows(each: dict[str, Any], threshold: float) -> list[Row]:
    name, method = _called(each), each["method"]
    if each["sentences"]:
        return [
            ("word", name, f"{method}: {text}", each["of"], weight, f"sentence {number}")
            for number, sentence in enumerate(each["sentences"], 1)
            for text, weight in sentence["words"]
        ]
    note = each["missing"] or f"share of the image ≥ {threshold:.2f}"
    epoch = f", epoch {each['epoch']}" if each["epoch"] else ""
    return [("saliency", name, method, each["of"], each["area"], note + epoch)]


def _likeness_rows(each: dict[str, Any]) -> list[Row]:
    matrix: NDArray[np.float64] = each["matrix"]
    names, note = each["names"], f"{each['measure']}: {each['meaning']}; {each['of']}"
    return [
        (f"likeness of {each['over']}", None, f"{names[i]} – {names[j]}", None, float(matrix[i, j]), note)
        for i, j in combinations(range(len(names)), 2)
    ]
