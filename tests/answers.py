"""Runs whose every answer is written down: a row of class letters an epoch."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

CLASSES = ("a", "b", "c")


def write_answers(
    folder: Path,
    true: str,
    epochs: Sequence[str],
    *,
    classes: Sequence[str] = CLASSES,
    split: str = "test",
    table: str | None = "../samples/test.csv",
    samples: Mapping[int, Sequence[int]] | None = None,
) -> Path:
    """A run about samples of these `true` classes (`?` unlabelled), a string of predictions an epoch (`-` no answer).

    `samples` are the sample numbers of single epochs, 0 to n - 1 in the others; true classes go with the numbers.
    """
    folder.mkdir(parents=True, exist_ok=True)
    about = {"format": "clftui-run", "version": 1, "name": folder.name, "classes": list(classes)}
    path = folder / "run.json"
    known = json.loads(path.read_text(encoding="utf-8"))["samples"] if path.exists() else {}
    about["samples"] = {**known, **({split: table} if table else {})}
    path.write_text(json.dumps(about), encoding="utf-8")
    number = {name: at for at, name in enumerate(classes)} | {"?": -1, "-": -1}
    for epoch, answers in enumerate(epochs, 1):
        rows = list((samples or {}).get(epoch, range(len(answers))))
        place = folder / "epochs" / f"{epoch:05d}"
        place.mkdir(parents=True, exist_ok=True)
        np.savez(
            place / f"{split}.npz",
            sample=np.asarray(rows, dtype=np.int64),
            true=np.asarray([number[true[row]] for row in rows]),
            predicted=np.asarray([number[each] for each in answers]),
        )
    return folder


def write_table(path: Path, ids: Sequence[str]) -> Path:
    """A sample table of these ids."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("id\n" + "".join(f"{each}\n" for each in ids), encoding="utf-8")
    return path
