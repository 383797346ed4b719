"""Runs whose samples have features, for tests of the map."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np

from clftui.data.catalog import open_catalog
from clftui.state.map_settings import MapMethod
from clftui.state.selection import Tab
from clftui.state.session import Session, open_session
from tests.builders import labels, write_samples

CLASSES = ("cat", "dog", "fox", "owl")
CENTRES = np.array([[0.0, 0, 0], [6, 0, 0], [7.5, 1, 0], [0, 0, 9]])
"""Where the classes lie: dog and fox touch."""


def write_mapped(
    root: Path,
    runs: tuple[str, ...] = ("near", "far"),
    *,
    n: int = 120,
    epochs: int = 2,
    features: bool = True,
    top: int | None = None,
) -> Path:
    """Runs `near` and `far`, whose classes lie the farther apart the later the run and the epoch."""
    write_samples(root / "samples" / "test.csv", n)
    for number, name in enumerate(runs):
        folder = root / name
        folder.mkdir()
        about = {"format": "clftui-run", "version": 1, "name": name, "classes": list(CLASSES), "model": {},
                 "hyperparameters": {"run": number}, "created": "2026-01-01T00:00:00Z",
                 "samples": {"test": "../samples/test.csv"}}  # fmt: skip
        (folder / "run.json").write_text(json.dumps(about), encoding="utf-8")
        for epoch in range(1, epochs + 1):
            _write_epoch(folder, epoch, n, 0.5 * epoch + number, features, top)
    return root


def _write_epoch(folder: Path, epoch: int, n: int, apart: float, features: bool, top: int | None) -> None:
    true = labels(n, len(CLASSES))
    noise = np.random.default_rng(5).normal(size=(n, 3))
    rows = CENTRES[true] * apart + noise
    far = ((rows[:, None] - CENTRES * apart) ** 2).sum(axis=2)
    p = np.exp(-far / 4) / np.exp(-far / 4).sum(axis=1, keepdims=True)
    arrays = {"sample": np.arange(n, dtype=np.int64), "true": true, "predicted": p.argmax(axis=1)}
    nll = np.minimum(-np.log(np.maximum(p, 1e-30)), 60).astype(np.float16)
    if top is None:
        arrays["nll"] = np.maximum(nll, 0)
    else:
        best = np.argsort(nll, axis=1, kind="stable")[:, :top]
        arrays |= {"top_classes": best.astype(np.int16), "top_nll": np.take_along_axis(nll, best, axis=1)}
    if features:
        arrays["features"] = rows.astype(np.float16)
    place = folder / "epochs" / f"{epoch:05d}"
    place.mkdir(parents=True)
    np.savez(place / "test.npz", allow_pickle=False, **arrays)


def mapped(root: Path, run: str = "near", quick: bool = True, **changes: object) -> Session:
    """The Map view of a run; `changes` are settings of the map."""
    session = open_session(open_catalog([root]), run=run)
    now = session.map
    if quick:
        now = replace(now, method=MapMethod.QUICK, class_method=MapMethod.QUICK)
    return replace(session, tab=Tab.MAP, map=replace(now, **changes))  # type: ignore[arg-type]
