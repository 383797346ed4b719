"""`python -m tests.benchmarks.map [--rounds N] [--n SAMPLES]`: the goals of the map, table on stdout.

G19: the first picture, by principal components, and the first and last ones of t-SNE. G16: how long the event loop
waits while t-SNE runs. Panning 50,000 points beside 1000, in process and at the pty.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.projection import components
from clftui.data.catalog import open_catalog
from clftui.drawing.canvas import Canvas
from clftui.drawing.palette import find_themes, load_theme
from clftui.state.map_cloud import CLOUDS
from clftui.state.map_settings import MapMethod
from clftui.state.map_steps import zoom
from clftui.state.map_view import move
from clftui.state.selection import Tab
from clftui.state.session import Session, open_session
from clftui.views.map import MapView
from clftui.worker.client import WORKER
from tests.benchmarks.__main__ import Figure, app, median
from tests.benchmarks.blocks import _gaps
from tests.benchmarks.terminal import Terminal
from tests.builders import CLASSES, labels, write_run

FEATURES = 64
KEYS = 20
MARK = b"Neighbours"
SIZE = (120, 36)
DARK = load_theme(find_themes()["dark"])


def clustered(root: Path, n: int) -> Path:
    """A run of n samples whose features lie in one cloud a class, the classes near one another."""
    folder = write_run(root / f"run{n}", epochs=1, n=n)
    rng = np.random.default_rng(0)
    path = folder / "epochs" / "00001" / "test.npz"
    with np.load(path) as old:
        arrays = {name: old[name] for name in old.files}
    centres = rng.normal(scale=0.7, size=(len(CLASSES), FEATURES))
    rows = centres[labels(n, len(CLASSES))] + rng.normal(size=(n, FEATURES)) * np.geomspace(3, 0.3, FEATURES)
    np.savez(path, allow_pickle=False, **arrays, features=rows.astype(np.float16))
    return folder


def opened(path: Path) -> Session:
    """The map of a run, laid out at once."""
    session = open_session(open_catalog([path]))
    return replace(session, tab=Tab.MAP, map=replace(session.map, method=MapMethod.QUICK))


def _draw(view: MapView, session: Session) -> None:
    view.set_reactive(MapView.session, session)
    view.draw(Canvas(*SIZE, DARK))


def panning(root: Path, rounds: int) -> Figure:
    """Steps of the cursor at the edge of a picture four times as wide, each with its draw."""
    views = {n: (MapView(), zoom(zoom(opened(clustered(root, n)), 1), 1)) for n in (1000, 50_000)}
    seconds: dict[int, list[float]] = {n: [] for n in views}
    for view, session in views.values():
        _draw(view, session)
    time.sleep(4)  # The numbers beside the picture come from the worker.
    for turn in range(rounds):
        for n, (view, session) in views.items():
            for _ in range(KEYS):
                began = time.perf_counter()
                session = move(session, 0, 8 if turn % 2 else -8, view.page)
                _draw(view, session)
                seconds[n].append(time.perf_counter() - began)
            views[n] = (view, session)
    few, many = (median(seconds[n]) * 1e3 for n in views)
    return Figure("", "a step that pans, 50,000 points / 1000",
                  f"{many:.1f} ms / {few:.1f} ms = {many / few:.2f} x", "<= 2")  # fmt: skip


def at_the_pty(root: Path) -> list[Figure]:
    """Latency, bytes and processor time of the keys of the map of 50,000 samples."""
    found = []
    with Terminal(app(root / "run50000", "map")) as ours:
        seconds = ours.until(MARK)
        found.append(Figure("", "first map of 50,000 samples, from the start", f"{seconds * 1e3:.0f} ms"))
        ours.quiet(1.0)
        ours.press(b"o", 1.0)
        ours.press(b"\x1b", 8.0)
        for name, before, keys in (
            ("next class", b"", b"lh"), ("zoom", b"", b"zZ"), ("pan", b"zzz", b"l"), ("box", b"V", b"j"),
            ("colour", b"\x1bZZZ", b"c"), ("classes", b"", b"v"),
        ):  # fmt: skip
            for each in before:
                ours.press(bytes([each]), 0.6)
            cpu = ours.cpu_seconds()
            bursts = [ours.press(keys[at % len(keys) :][:1], 0.4) for at in range(12)]
            used = (ours.cpu_seconds() - cpu) / 12 * 1e3
            latency, size = (median([float(getattr(b, part)) for b in bursts]) for part in ("seconds", "size"))
            found.append(Figure("", name, f"{latency * 1e3:.1f} ms, {size:.0f} bytes, {used:.1f} ms of processor"))
    return found


def first_pictures(root: Path, n: int) -> list[Figure]:
    """G19: principal components, read and drawn, against t-SNE of the same samples and against its first places."""
    session = opened(clustered(root, n))
    _draw(MapView(), session)
    quick = []
    for _ in range(5):
        with CLOUDS._changed:
            CLOUDS._done.clear()
        began = time.perf_counter()
        _draw(MapView(), session)
        quick.append(time.perf_counter() - began)
    rows = _rows(session)
    told: list[float] = []
    began = time.perf_counter()
    WORKER.call("tsne", {"perplexity": 30.0, "seed": 0}, {"rows": rows, "start": rows[:, :2]},
                lambda share, _: told.append(time.perf_counter() - began) if share >= 0.1 else None)  # fmt: skip
    whole, first = time.perf_counter() - began, told[0]
    return [
        Figure("G19", f"first picture (PCA) / t-SNE of {n:,}",
               f"{median(quick) * 1e3:.0f} ms / {whole:.1f} s = 1/{whole / median(quick):.0f}", "<= 1/50"),
        Figure("G19", "first t-SNE picture / t-SNE", f"{first:.1f} s / {whole:.1f} s = {first / whole:.2f} x",
               "<= 0.2"),
    ]  # fmt: skip


def _rows(session: Session) -> NDArray[np.float32]:
    evaluation = session.evaluation()
    assert evaluation is not None
    features = evaluation.features(np.arange(evaluation.n))
    assert features is not None
    return np.asarray(components(features, 50).of(features), dtype=np.float32)


def event_loop(root: Path, rounds: int) -> Figure:
    """G16: the 99th percentile of the loop's gaps while the worker lays samples out, against an idle loop."""
    rows = _rows(opened(clustered(root, 1500)))
    work = partial(WORKER.call, "tsne", {"perplexity": 30.0, "seed": 0}, {"rows": rows, "start": rows[:, :2]},
                   lambda *_: None)  # fmt: skip
    work()
    pairs = []
    for _ in range(rounds):
        rest, busy = (float(np.percentile(asyncio.run(_gaps(3.0, each)), 99)) * 1e3 for each in (None, work))
        pairs.append((busy, rest))
    busy, rest = (median([pair[at] for pair in pairs]) for at in (0, 1))
    ratio = median([busy / rest for busy, rest in pairs])
    return Figure("G16", "event loop's gaps while t-SNE runs / idle (p99)",
                  f"{busy:.1f} ms / {rest:.1f} ms = {ratio:.2f} x", "<= 1.25")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--n", type=int, default=10_000)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        figures = [panning(root, chosen.rounds), *at_the_pty(root), event_loop(root, chosen.rounds),
                   *first_pictures(root, chosen.n)]  # fmt: skip
    WORKER.close()
    for figure in figures:
        print(f"{figure.goal:4} {figure.what:52} {figure.value:52} {figure.target}".rstrip())


if __name__ == "__main__":
    main()
