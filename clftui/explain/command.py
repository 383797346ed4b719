"""`clftui explain`: from the arguments to maps in the run, and what is said about them."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clftui.explain.engine import Engine, TorchEngine, use_threads
from clftui.explain.explaining import Outcome, Plan, explain, missing
from clftui.explain.map_store import MapStore
from clftui.explain.methods import BUILT_IN, method_named, plugged
from clftui.explain.progress import Progress
from clftui.explain.saying import REFUSED, STOPPED, ended, say, say_agreement, say_troubles
from clftui.explain.selecting import Picked, pick, targets_of
from clftui.explain.subject import load_subject, randomise
from clftui.logger.extras import explanation_file
from clftui.opening import LaunchError
from clftui.schema import RANDOM_WEIGHTS
from clftui.state.sample_ids import id_of
from clftui.text import plural, sanitise


@dataclass(frozen=True)
class Wishes:
    """What the command line asks for beside the samples."""

    model: str
    methods: tuple[str, ...] = ()
    targets: tuple[str, ...] = ("predicted",)
    layer: str | None = None
    name: str | None = None
    size: int | None = None
    batch: int = 32
    device: str = "auto"
    threads: int | None = None
    again: bool = False
    random_weights: bool = False
    example: bool = False

    def methods_named(self) -> tuple[str, ...]:
        """The methods, each once: Grad-CAM where none is named, for an example all there are."""
        if self.methods:
            return tuple(dict.fromkeys(self.methods))
        return (*BUILT_IN, *plugged()) if self.example else ("gradcam",)

    def stored_as(self, method: str) -> str:
        """What the folder of a method's maps is called."""
        name = self.name or (method if self.layer is None else f"{method}.{self.layer}")
        return f"{name}{RANDOM_WEIGHTS}" if self.random_weights else name


def run_explain(chosen: Mapping[str, Any], wishes: Wishes, *, cell: str | None, wrong: bool, limit: int | None,
                sample: str | None) -> int:  # fmt: skip
    """Make the maps that are missing; the exit status: 2 where nothing could be done, 130 where it was stopped."""

    def work() -> int:
        methods = wishes.methods_named()
        for method in methods:
            method_named(method)
        if wishes.name is not None and len(methods) > 1:
            raise LaunchError("--name names one method's maps, and several methods are asked for")
        picked = _picked(chosen, wishes, cell=cell, wrong=wrong, limit=limit, sample=sample)
        return _work(picked, _plan(picked, methods, wishes), wishes, chosen["paths"])

    return ended(work)


def _picked(chosen: Mapping[str, Any], wishes: Wishes, *, cell: str | None, wrong: bool, limit: int | None,
            sample: str | None) -> Picked:  # fmt: skip
    if not wishes.example or sample is not None or cell is not None or wrong:
        return pick(chosen, cell=cell, wrong=wrong, limit=1 if wishes.example else limit, sample=sample)
    try:
        return pick(chosen, wrong=True, limit=1)  # Samples opens on wrong answers, and they tell more.
    except LaunchError:
        return pick(chosen, limit=1)


def _plan(picked: Picked, methods: Sequence[str], wishes: Wishes) -> Plan:
    run, evaluation = Path(picked.run.path), picked.evaluation
    stores = {}
    for method in methods:
        path = explanation_file(run, wishes.stored_as(method), evaluation.split)
        stores[method] = MapStore(path, evaluation.epoch)
    return Plan(stores, wishes.batch, wishes.size, wishes.again)


def _work(picked: Picked, plan: Plan, wishes: Wishes, paths: Sequence[Path]) -> int:
    asked = targets_of(picked, wishes.targets)
    todo = missing(asked, plan)
    total = sum(len(wanted) for wanted in todo.values())
    if not total:
        there = f"All {plural(len(asked.rows) * len(todo), 'map')} are there already"
        say(f"{there}; --again makes them anew." if len(asked.rows) else "No sample has such a class.")
        return 0
    engine = _engine(picked, wishes)
    progress = Progress(total, "maps")
    try:
        outcome = explain(picked, asked, todo, engine, plan, progress)
    finally:
        progress.clear()
    _report(picked, plan, outcome, engine, asked.left_out)
    if wishes.random_weights:
        say("The weights were random: a map that looks as with the learned ones tells nothing of what was learned.")
    else:
        say_agreement(picked.words, outcome.agreed, outcome.checked, "a map")
    if outcome.stopped:
        say("Stopped; the same command goes on from there.")
        return STOPPED
    if not outcome.made:
        say("Error: no image could be read; --images ROOT says where they are now.")
        return REFUSED
    say(_how_to_look(picked, wishes, paths))
    return 0


def _engine(picked: Picked, wishes: Wishes) -> Engine:
    ready = load_subject(wishes.model, wishes.device, Path(picked.run.path))
    if wishes.random_weights:
        randomise(ready.model)
    if ready.device.type == "cpu":
        use_threads(wishes.threads)
    return TorchEngine(ready, picked.run.classes, wishes.layer)


def _report(picked: Picked, plan: Plan, outcome: Outcome, engine: Engine, left_out: int) -> None:
    for method, made in outcome.made.items():
        height, width = outcome.sizes[method]
        about = ", ".join(each for each in (engine.about(method), f"{height} × {width}") if each)
        there = f", {plural(outcome.there[method], 'map')} there already" if outcome.there[method] else ""
        say(f"{plan.stores[method].path}: {plural(made, 'map')} of {sanitise(method)} ({about}){there}.")
        if empty := outcome.empty[method]:
            why = "nothing the method looks at speaks for the class; they stay zero throughout"
            why += " (another --layer may show more)" if empty == made and engine.about(method) else ""
            say(f"{empty} of {plural(made, 'map')} {'is' if empty == 1 else 'are'} empty: {why}.")
    if outcome.made:
        say("Each map is divided by its own maximum: 1 is the most important place of that picture.")
    say_troubles(outcome.troubles)
    if left_out:
        say(f"{plural(left_out, 'sample has', 'samples have')} no such class and no map.")


def _how_to_look(picked: Picked, wishes: Wishes, paths: Sequence[Path]) -> str:
    words = [
        "clftui",
        *map(str, paths),
        "--run",
        picked.run.key,
        "--split",
        picked.evaluation.split,
        "--view",
        "samples",
    ]
    if wishes.example:
        words += ["--filter", f'id == "{id_of(picked.table, int(picked.rows[0]))}"']
    return f"Look: {shlex.join(words)}, then enter; x shows the next method (i on the list: right answers too)."
