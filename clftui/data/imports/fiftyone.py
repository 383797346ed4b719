"""FiftyOne's exports: samples.json with a field for the truth and others for predictions, and labels.json alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from clftui.data.imports.beside import Options, listed
from clftui.data.imports.classes import ClassList
from clftui.data.imports.names import SPLITS
from clftui.data.imports.predictions import predictions
from clftui.data.imports.table import from_records
from clftui.data.run import Run
from clftui.schema import FormatError
from clftui.storage import read_json
from clftui.text import plural

_TRUTH = ("ground_truth", "groundtruth", "gt", "truth", "true", "target", "label")


def fiftyone_runs(path: Path, value: Any, options: Options, explicit: ClassList | None) -> list[Run] | None:
    """The runs of samples.json, one for each field of predictions, or of a labels.json with another beside it."""
    if not isinstance(value, Mapping):
        return None
    samples = value.get("samples")
    if (
        isinstance(samples, list)
        and samples
        and all(isinstance(each, Mapping) and "filepath" in each for each in samples)
    ):
        return _of_samples(path, samples, options, explicit)
    if value.keys() >= {"classes", "labels"} and isinstance(value["labels"], Mapping) and value["labels"]:
        return _of_labels(path, value, options, explicit)
    return None


def _of_samples(
    path: Path, samples: Sequence[Mapping[str, Any]], options: Options, explicit: ClassList | None
) -> list[Run]:
    fields = list(dict.fromkeys(name for each in samples for name, field in each.items() if _is_class(field)))
    truth = next((name for name in _TRUTH if name in fields), None)
    answers = [name for name in fields if name != truth]
    if truth is None or not answers:
        problem = f"need two classifications, one of them the truth (there are {', '.join(fields) or 'none'})"
        raise FormatError(path, "samples", problem, "export the ground truth and the predictions together")
    explicit = explicit or _metadata_classes(path, truth)
    runs: list[Run] = []
    for name in answers:
        records = [_record(each, truth, name) for each in samples]
        table = from_records(path, records)
        told = f"{truth} was taken as the truth, {name} as predictions"
        runs.extend(replace(run, key=name, name=name, notes=(told, *run.notes))
                    for run in predictions(path, table, explicit, options.images_root))  # fmt: skip
    return runs


def _is_class(field: Any) -> bool:
    return isinstance(field, Mapping) and field.get("_cls") == "Classification"


def _record(sample: Mapping[str, Any], truth: str, answer: str) -> dict[str, Any]:
    true, predicted = (sample.get(name) or {} for name in (truth, answer))
    tags = sample.get("tags")
    splits = [SPLITS[tag] for tag in tags if tag in SPLITS] if isinstance(tags, list) else []
    record = {
        "path": sample["filepath"],
        "true": true.get("label"),
        "predicted": predicted.get("label"),
        "confidence": predicted.get("confidence"),
        "split": splits[0] if splits else "test",
    }
    if isinstance(predicted.get("logits"), list):
        record["logits"] = predicted["logits"]
    return record


def _metadata_classes(path: Path, truth: str) -> ClassList | None:
    """The class list of metadata.json beside samples.json, for the field of truth or for all fields."""
    file = path.parent / "metadata.json"
    if not file.is_file():
        return None
    try:
        about = read_json(file)
    except FormatError:
        return None
    if not isinstance(about, dict):
        return None
    classes = about.get("classes")
    names = classes.get(truth) if isinstance(classes, dict) else None
    names = names or about.get("default_classes")
    if isinstance(names, list) and len(names) > 1 and all(isinstance(name, str) for name in names):
        return ClassList(tuple(names), file)
    return None


def _of_labels(path: Path, value: Mapping[str, Any], options: Options, explicit: ClassList | None) -> list[Run]:
    if not _predicts(value):
        remedy = "export the predictions with their confidence into a folder beside it and open that"
        raise FormatError(path, "labels", "are the truth alone: they have no confidence", remedy)
    truth, file = _truth_beside(path, value)
    names, true_names = _names(value), _names(truth)
    keys = [key for key in value["labels"] if key in truth["labels"]]
    records = []
    for key in keys:
        answer = value["labels"][key]
        answer = answer if isinstance(answer, Mapping) else {"label": answer}
        records.append(
            {
                "path": f"data/{key}",
                "id": key,
                "true": _named(truth["labels"][key], true_names),
                "predicted": _named(answer.get("label"), names),
                "confidence": answer.get("confidence"),
            }
        )
    if names and explicit is None:
        explicit = ClassList(tuple(names), path)
    runs = predictions(path, from_records(path, records), explicit, options.images_root)
    told = f"the truth was taken from {file.parent.name}/{file.name}"
    lost = len(value["labels"]) - len(keys)
    lacking = (f"{plural(lost, 'prediction was', 'predictions were')} left out: no truth",) if lost else ()
    name = path.parent.name or path.stem
    return [replace(run, key=name, name=name, notes=(told, *lacking, *run.notes)) for run in runs]


def _predicts(value: Mapping[str, Any]) -> bool:
    return any(isinstance(each, Mapping) and "confidence" in each for each in value["labels"].values())


def _truth_beside(path: Path, value: Mapping[str, Any]) -> tuple[Mapping[str, Any], Path]:
    above = path.parent.parent
    for file in (folder / "labels.json" for folder in (above, *listed(above)[1])):
        if file == path or not file.is_file():
            continue
        other = read_json(file)
        if isinstance(other, dict) and isinstance(other.get("labels"), dict) and "classes" in other:
            shared = other["labels"].keys() & value["labels"].keys()
            if shared and not _predicts(other):
                return other, file
    remedy = "export the truth into a folder beside it (labels.json without confidence)"
    raise FormatError(path, "labels", "are predictions alone, and no labels.json near them has the truth", remedy)


def _names(value: Mapping[str, Any]) -> list[str]:
    classes = value.get("classes")
    return [str(name) for name in classes] if isinstance(classes, list) else []


def _named(label: Any, names: Sequence[str]) -> str | None:
    if isinstance(label, Mapping):
        label = label.get("label")
    if isinstance(label, int) and not isinstance(label, bool) and 0 <= label < len(names):
        return names[label]
    return None if label is None else str(label)
