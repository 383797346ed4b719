"""run.json: what a run is. Written once, and kept by whoever continues the run."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from clftui.schema import FORMAT, RUN_FILE, VERSION, FormatError
from clftui.storage import atomic_json, dump_json, read_json


def check_continues(run: Path, classes: tuple[str, ...], *, resume: bool) -> dict[str, object] | None:
    """The run.json that is there, or None; FormatError when it is of another run."""
    path = run / RUN_FILE
    if not path.exists():
        return None
    if not resume:
        raise FormatError(path, "", "is there already", "choose another folder, or pass resume=True to continue it")
    before = read_json(path)
    if not isinstance(before, dict) or before.get("format") != FORMAT or before.get("version") != VERSION:
        raise FormatError(path, "format", f"is not {FORMAT} version {VERSION}", "choose another folder")
    if before.get("classes") != list(classes):
        remedy = "pass the same classes in the same order, or choose another folder"
        raise FormatError(path, "classes", "differs from the classes given now", remedy)
    return before


def write_description(
    run: Path,
    before: Mapping[str, object] | None,
    *,
    name: str,
    classes: tuple[str, ...],
    model: Mapping[str, object],
    hyperparameters: Mapping[str, object],
    samples: Mapping[str, Path],
    hierarchy: Path | None,
    subset: Mapping[str, object],
) -> None:
    """Write run.json, keeping what an earlier attempt said and this one does not; unchanged, it is left alone."""
    earlier = dict(before or {})
    value: dict[str, object] = {
        "format": FORMAT,
        "version": VERSION,
        "name": name,
        "classes": list(classes),
        "model": _joined(earlier.get("model"), model),
        "hyperparameters": _joined(earlier.get("hyperparameters"), hyperparameters),
        "created": earlier.get("created") or datetime.now(UTC).isoformat(timespec="seconds"),
        "samples": _joined(earlier.get("samples"), {split: _from(run, path) for split, path in samples.items()}),
    }
    if hierarchy is not None:
        value["hierarchy"] = _from(run, hierarchy)
    if subset:
        value["subset"] = _joined(earlier.get("subset"), subset)
    value = {key: item for key, item in earlier.items() if key not in value} | value
    if before is None or dump_json(value) != dump_json(before):
        atomic_json(run / RUN_FILE, value)


def add_table(run: Path, split: str, table: Path) -> None:
    """Name the sample table of one more split in run.json."""
    value = read_json(run / RUN_FILE)
    if isinstance(value, dict):
        samples = _joined(value.get("samples"), {split: _from(run, table)})
        if samples != value.get("samples"):
            atomic_json(run / RUN_FILE, value | {"samples": samples})


def _joined(earlier: object, now: Mapping[str, object]) -> dict[str, object]:
    return (dict(earlier) if isinstance(earlier, Mapping) else {}) | dict(now)


def _from(run: Path, path: Path) -> str:
    return Path(os.path.relpath(path.absolute(), run.absolute())).as_posix()


def facts(value: object) -> dict[str, object]:
    """A mapping, an argparse.Namespace-like object, or the name of an architecture, as a mapping."""
    if value is None:
        return {}
    if isinstance(value, str):
        return {"architecture": value}
    if isinstance(value, Mapping):
        return {str(key): item for key, item in value.items()}
    return dict(vars(value))
