"""A run whose samples have images of one colour each, so that a drawing tells which sample it shows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from clftui.data.catalog import open_catalog
from clftui.state.selection import Tab
from clftui.state.session import Session, open_session
from clftui.state.settings import CellEncoding

CLASSES = ("cat", "dog", "fox")


def colour(sample: int) -> tuple[int, int, int]:
    """The colour of a sample's image; those of two samples differ."""
    return 40 + sample * 7 % 200, 40 + sample * 13 % 200, 40 + sample * 29 % 200


def write_pictured(
    root: Path,
    true: Sequence[int],
    predicted: Sequence[int],
    confidence: Sequence[float] | None = None,
    *,
    classes: Sequence[str] = CLASSES,
    order: Sequence[int] | None = None,
    images: bool = True,
    hierarchy: Any = None,
) -> Path:
    """Sample i is of class `true[i]`; `order` is how the file lists the samples."""
    n = len(true)
    rows = np.arange(n) if order is None else np.asarray(order)
    folder = root / "run"
    (folder / "epochs" / "00001").mkdir(parents=True)
    run = {"format": "clftui-run", "version": 1, "name": "run", "classes": list(classes),
           "samples": {"test": "../samples/test.csv"}}  # fmt: skip
    (folder / "run.json").write_text(json.dumps(run), encoding="utf-8")
    arrays = {"sample": rows, "true": np.asarray(true)[rows], "predicted": np.asarray(predicted)[rows]}
    if confidence is not None:
        # Only the scores of the predicted class: any confidence is possible.
        arrays["predicted_nll"] = -np.log(np.asarray(confidence, dtype=np.float64))[rows].astype(np.float32)
    np.savez(folder / "epochs" / "00001" / "test.npz", **arrays)  # type: ignore[arg-type]
    (root / "samples").mkdir()
    lines = [f"s{i},{classes[true[i]]},{f'../images/{i}.png' if images else ''}" for i in range(n)]
    (root / "samples" / "test.csv").write_text("\n".join(["id,true,path", *lines, ""]), encoding="utf-8")
    if hierarchy is not None:
        (root / "hierarchy.json").write_text(json.dumps(hierarchy), encoding="utf-8")
    if images:
        from PIL import Image

        (root / "images").mkdir()
        for i in range(n):
            Image.new("RGB", (8, 8), colour(i)).save(root / "images" / f"{i}.png")
    return root


def open_pictured(root: Path, **settings: Any) -> Session:
    """The Matrix view with images in its cells."""
    session = replace(open_session(open_catalog([root])), tab=Tab.MATRIX)
    return replace(session, matrix=replace(session.matrix, **{"cell": CellEncoding.IMAGE, **settings}))
