"""`python -m tests.benchmarks.samples [--keys N] [--pictures PATH]... [--json]`: a key press in long lists.

Lists have 50,000 and 100,000 samples. `pictures.py` adds the time from a key to the pictures of collections.

What is timed is the step of the key and the drawing of the whole body after it, thumbnails' decoding apart: that
happens in a pool. Flat, in a thousand groups, folded and open; as thumbnails and as lines; and what an order costs.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from clftui.app.app import ClfApp
from clftui.app.command_table.common import COMMANDS
from clftui.app.commands import Command
from clftui.data.catalog import open_catalog
from clftui.drawing.canvas import Canvas
from clftui.state.moves import drill_to_samples
from clftui.state.sample_group_steps import fold, group_by, sort_by
from clftui.state.sample_list import listing
from clftui.state.sample_settings import SampleGrouping, SampleSort
from clftui.state.selection import Part, Scope, Tab
from clftui.state.session import Session, open_session
from clftui.views.samples import SamplesView
from tests.benchmarks.__main__ import Figure, median
from tests.benchmarks.make_runs import large_run
from tests.benchmarks.pictures import table

WIDE = (120, 40)
IMAGES = 64
KEYS = ("move.down", "move.page_down", "move.right", "move.last", "move.first")


def with_images(root: Path, n: int) -> Path:
    """`large_run` with a sample table whose images are few files under many names."""
    from PIL import Image

    large_run(root, n=n)
    folder = root / "images"
    folder.mkdir()
    rng = np.random.default_rng(3)
    for number in range(IMAGES):
        Image.fromarray(rng.integers(0, 255, (32, 32, 3), dtype=np.uint8)).save(folder / f"{number:02d}.png")
    lines = [f"{row:06d},images/{row % IMAGES:02d}.png" for row in range(n)]
    (root / "test.csv").write_text("\n".join(["id,path", *lines]) + "\n", encoding="utf-8")
    about = root / "large" / "run.json"
    described = json.loads(about.read_text())
    about.write_text(json.dumps({**described, "samples": {"test": "../test.csv"}}))
    return root


async def pressed(session: Session, keys: int) -> tuple[float, float]:
    """Median and greatest milliseconds of a key: the step, and the body drawn anew."""
    commands: dict[str, Command] = {command.id: command for command in COMMANDS}
    app = ClfApp(replace(session, tab=Tab.SAMPLES), remember=False)
    times = []
    async with app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        view = app.screen.query_one(SamplesView)
        now = session
        for number in range(keys):
            step = commands[KEYS[number % len(KEYS)]]
            start = time.perf_counter()
            now = step.paged(now, view.page) if step.paged is not None else step.step(now)  # type: ignore[misc]
            view.set_reactive(SamplesView.session, now)
            canvas = Canvas(view.size.width, view.size.height, view.palette)
            view.draw(canvas)
            times.append(1000 * (time.perf_counter() - start))
        assert f"{session.evaluation().n:,} of " in canvas.rows_text()[0]  # type: ignore[union-attr]
    return median(times), max(times[len(KEYS) :])


def ways(session: Session) -> dict[str, Session]:
    """The lists that are scrolled."""
    classes = group_by(session, SampleGrouping.TRUE)
    return {
        "flat": session,
        "1000 groups, folded": classes,
        "1000 groups, open": fold(fold(classes, folded=False), folded=False),
        "lines": replace(session, samples=replace(session.samples, rows=True)),
        "lines, 1000 groups open": replace(
            fold(fold(classes, folded=False), folded=False),
            samples=replace(classes.samples, rows=True, folded=False),
        ),
    }


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def measured(n: int, keys: int) -> list[Figure]:
    """All figures of a list of `n` samples."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        opened = open_session(open_catalog([with_images(Path(folder), n)]))
        session = drill_to_samples(opened, Scope(part=Part.ALL))
        for sort in (SampleSort.CONFIDENCE, SampleSort.SUSPICION):
            took = seconds(lambda sort=sort: listing(sort_by(session, sort)))  # type: ignore[misc]
            found.append(Figure("order", f"{n:,} samples by {sort.value}, the first time", f"{1000 * took:.0f} ms"))
        grouped = seconds(lambda: listing(group_by(session, SampleGrouping.TRUE)))
        found.append(Figure("order", f"{n:,} samples in 1000 groups", f"{1000 * grouped:.0f} ms"))
        for name, each in ways(session).items():
            middle, worst = asyncio.run(pressed(each, keys))
            value = f"{middle:.1f} ms, at worst {worst:.1f}"
            found.append(Figure("scroll", f"a key in {n:,} samples, {name}", value, "50 ms"))
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.samples", description=__doc__)
    parser.add_argument("--keys", type=int, default=60)
    parser.add_argument("--pictures", type=Path, action="append", default=[], metavar="PATH",
                        help="a collection with images; the bundled glyphs without one")  # fmt: skip
    parser.add_argument("--presses", type=int, default=10, help="of each key that brings pictures")
    parser.add_argument("--pictures-only", action="store_true")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    sizes = () if chosen.pictures_only else (50_000, 100_000)
    found = [figure for n in sizes for figure in measured(n, chosen.keys)]
    found += [Figure("picture", *line) for line in table(chosen.pictures, chosen.presses)]
    if chosen.json:
        print(json.dumps([vars(figure) for figure in found]))
        return
    for figure in found:
        print(f"{figure.goal:7} {figure.what:56} {figure.value:28} {figure.target}")


if __name__ == "__main__":
    main()
