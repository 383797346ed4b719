"""`python -m tests.benchmarks.keys_inside COLLECTION ANSWERS ...`: the app, pressing its own keys and timing itself.

Runs in a terminal that `keys` gives it. Keys go in where the driver's go in, bytes are counted where they leave for
the terminal, and a beat every two milliseconds tells for how long nothing else had its turn on the event loop.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import sys
import threading
import time
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from textual import events

import clftui.app.app
from clftui.app.app import ClfApp
from clftui.app.commands import Command
from clftui.data.catalog import open_catalog
from clftui.drawing.encode import Depth
from clftui.state.block_steps import opened
from clftui.state.features_settings import FeaturesVariant
from clftui.state.moves import go
from clftui.state.scores_settings import DECIDING
from clftui.state.selection import Tab
from clftui.state.session import Session, open_session
from clftui.state.settings import FAR_MORE

BEAT = 0.002
STUCK = 0.02
"""A loop that has not beaten for so long is looked at: what it does."""
AT_LEAST, AT_MOST, CALM = 0.18, 2.0, 0.12
"""How long what follows a key is watched: so long in any case, no longer, and until nothing came for so long."""
SOON = 0.1
"""What is written until then counts as the answer to the key."""
LEFT_OUT = {"quit": "ends the program"}
"""Commands that are not pressed, and why."""


@dataclass
class Pressed:
    """What one command did in one place."""

    place: str
    key: str
    command: str
    gaps_ms: list[float] = field(default_factory=list)
    own_ms: list[float] = field(default_factory=list)
    """Processor time that the loop's thread had in that gap; the rest is other threads and other programs."""
    others_ms: list[float] = field(default_factory=list)
    """Processor time of our other threads in it, for which it may have waited."""
    first_ms: list[float] = field(default_factory=list)
    soon_bytes: list[int] = field(default_factory=list)
    all_bytes: list[int] = field(default_factory=list)
    where: str = ""
    why_not: str = ""


def places(session: Session) -> dict[str, Session]:
    """The faces that a collection can show, by name."""
    found = {tab.value: go(session, tab) for tab in Tab if tab is not Tab.FEATURES}
    samples = found["samples"]
    found["sample alone"] = replace(samples, selection=replace(samples.selection, detail=True))
    scores = found["scores"]
    for variant in DECIDING:
        found[f"scores {variant.value}"] = replace(scores, scores=replace(scores.scores, variant=variant))
    features = go(session, Tab.FEATURES)
    for each in FeaturesVariant:
        found[each.value] = replace(features, features=replace(features.features, variant=each))
    return found


class Gauge:
    """The beat of the event loop and what it waited for."""

    def __init__(self) -> None:
        self._thread = threading.get_ident()
        self._last = time.perf_counter()
        self._cpu, self._all = time.thread_time(), time.process_time()
        self.worst = self.own = self.others = 0.0
        self.seen: Counter[str] = Counter()
        self.looks = False

    async def beat(self) -> None:
        """For ever."""
        threading.Thread(target=self._look, daemon=True).start()
        while True:
            await asyncio.sleep(BEAT)
            now, cpu, whole = time.perf_counter(), time.thread_time(), time.process_time()
            if now - self._last - BEAT > self.worst:
                self.worst, self.own = now - self._last - BEAT, cpu - self._cpu
                self.others = whole - self._all - self.own
            self._last, self._cpu, self._all = now, cpu, whole

    def begin(self) -> None:
        """Forget what was."""
        self.worst = self.own = self.others = 0.0
        self.seen.clear()

    def _look(self) -> None:
        while True:
            time.sleep(0.005)
            if not self.looks or time.perf_counter() - self._last < STUCK:
                continue
            frame = sys._current_frames().get(self._thread)
            names = []
            while frame is not None:
                path = frame.f_code.co_filename
                if "/clftui/" in path and "/tests/" not in path:
                    names.append(f"{Path(path).stem}.{frame.f_code.co_name}:{frame.f_lineno}")
                frame = frame.f_back
            self.seen[" < ".join(names[:5])] += 1


class Presser(ClfApp):
    """The app, with a hand on its keys."""

    CSS_PATH = str(Path(clftui.app.app.__file__).with_name("app.tcss"))

    def __init__(self, session: Session, work: Callable[[Presser], Any], **options: Any) -> None:
        super().__init__(session, **options)
        self.work, self.gauge = work, Gauge()
        self.sent: list[tuple[float, int]] = []

    async def on_ready(self) -> None:
        assert self._driver is not None
        write = self._driver.write

        def counted(data: str) -> None:
            self.sent.append((time.perf_counter(), len(data.encode())))
            write(data)

        self._driver.write = counted  # type: ignore[method-assign]
        self._tasks = [asyncio.create_task(self.gauge.beat()), asyncio.create_task(self._measure())]

    async def _measure(self) -> None:
        try:
            await self.work(self)
        finally:
            self.exit()

    @property
    def unsettled(self) -> bool:
        """Whether anything is on its way."""
        main = self.main
        return main._background.busy or any(view.busy for view in main._views.values())

    async def calm(self) -> None:
        """Until nothing happens any more, or for long enough."""
        began = time.perf_counter()
        while time.perf_counter() - began < AT_MOST:
            await asyncio.sleep(0.02)
            last = self.sent[-1][0] if self.sent else 0.0
            now = time.perf_counter()
            if now - began > AT_LEAST and now - last > CALM and not self.unsettled:
                return

    async def place(self, session: Session) -> None:
        """Show a session, without dialogs."""
        while len(self.screen_stack) > 1:
            self.pop_screen()
        self.main.asking.drop()
        if self.main.playing is not None:
            self.main.playing.stop()
            self.main.playing = None
        self.main.session = replace(session, catalog=self.main.now.catalog)
        await self.calm()

    async def press(self, key: str, into: Pressed) -> None:
        """Press and watch."""
        name = key_event(key)
        self.sent.clear()
        self.gauge.begin()
        began = time.perf_counter()
        self.gauge.looks = True
        assert self._driver is not None
        name.set_sender(self)
        self._driver.send_message(name)
        await self.calm()
        self.gauge.looks = False
        into.gaps_ms.append(round(1e3 * self.gauge.worst, 1))
        into.own_ms.append(round(1e3 * self.gauge.own, 1))
        into.others_ms.append(round(1e3 * max(0.0, self.gauge.others), 1))
        into.first_ms.append(round(1e3 * (self.sent[0][0] - began), 1) if self.sent else 0.0)
        into.soon_bytes.append(sum(size for at, size in self.sent if at - began <= SOON))
        into.all_bytes.append(sum(size for _, size in self.sent))
        if self.gauge.worst * 1e3 >= max(into.gaps_ms) and self.gauge.seen:
            into.where = self.gauge.seen.most_common(1)[0][0]


def key_event(key: str) -> events.Key:
    """What the driver makes of a key that a command names."""
    if len(key) > 1:
        return events.Key(key, " " if key == "space" else "\r" if key == "enter" else None)
    name = key if key.isalnum() else unicodedata.name(key).lower().replace("-", "_").replace(" ", "_")
    return events.Key(name, key)


def pressable(app: Presser, session: Session) -> list[tuple[str, Command]]:
    """The commands that a key reaches in `session`, each with that key."""
    registry = app.main.registry
    found = []
    for command in registry.reached(session.tab, session.alone, session.face):
        key = next(k for k in command.keys if registry.find(k, session.tab, session.alone, session.face) is command)
        found.append((key, command))
    return found


async def measure(app: Presser, chosen: argparse.Namespace, told: Callable[[object], None]) -> None:
    """Press every key of every place; each line is told as soon as it is known."""
    start = app.main.now
    for name, session in places(start).items():
        if chosen.places and name not in chosen.places:
            continue
        await app.place(session)
        for _ in range(3):
            for key in ("j", "l"):
                await app.press(key, Pressed(name, key, ""))
        before = app.main.now
        for key, command in pressable(app, before):
            if chosen.commands and command.id not in chosen.commands:
                continue
            found = Pressed(name, key, command.id, why_not=LEFT_OUT.get(command.id, ""))
            if not found.why_not and not command.works(before):
                found.why_not = "nothing to work on"
            if not found.why_not:
                await app.place(before)
                for _ in range(chosen.presses):
                    await app.press(key, found)
            told(asdict(found))


def main() -> None:
    """Open the collection and press."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("collection", type=Path)
    parser.add_argument("answers", type=Path)
    parser.add_argument("--presses", type=int, default=3)
    parser.add_argument("--places", nargs="*", default=[])
    parser.add_argument("--commands", nargs="*", default=[])
    chosen = parser.parse_args()
    gc.disable()  # As the command line does.
    os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    session = open_session(open_catalog([chosen.collection]))
    if len(session.classes) > FAR_MORE:
        session = opened(session)
    session = replace(session, samples=replace(session.samples, rows=True))
    with chosen.answers.open("w", encoding="utf-8", buffering=1) as out:

        def told(found: object) -> None:
            out.write(json.dumps(found) + "\n")

        app = Presser(session, lambda app: measure(app, chosen, told), paths=session.catalog.paths, depth=Depth.TRUE,
                      remember=False, record=chosen.answers.with_suffix(".script"))  # fmt: skip
        app.run()
        if app.crash:
            told({"crash": app.crash})


if __name__ == "__main__":
    main()
