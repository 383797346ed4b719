"""Runs that differ in their random seed alone, and such a group as one row: mean and standard deviation."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from clftui.analysis.metrics import Metric
from clftui.data.run import Run
from clftui.state.members import Member
from clftui.state.ranking_table import class_values
from clftui.state.run_past import Past
from clftui.state.runs_score import Score

SEEDS = frozenset({"seed", "random_state", "random_seed", "rng_seed", "manual_seed"})
"""Hyperparameters that are a seed, by their names."""
_SUFFIX = re.compile(r"[-_ .]*(?:seed|rs|s)[-_=]?\d+$", re.IGNORECASE)


@dataclass(frozen=True)
class SeedGroup:
    """Two or more runs of one configuration; `name` is what their names share."""

    name: str
    keys: tuple[str, ...]


def seed_groups(runs: tuple[Run, ...]) -> tuple[SeedGroup, ...]:
    """The groups of two or more runs that differ in their seed alone, in the order of their first run.

    Runs belong together that have the same classes, model and hyperparameters but for a seed that differs (`seed`,
    `random_state`, ...), or, where they name no seed, whose names differ in a suffix such as `-seed3` alone.
    """
    return _groups(tuple((run.key, run.name, *_configuration(run)) for run in runs))


def _configuration(run: Run) -> tuple[str, str]:
    """What else a run of the group must have, and its seed ("" where run.json names none)."""
    seeds = {name: value for name, value in run.hyperparameters.items() if name.lower() in SEEDS}
    rest = {name: value for name, value in run.hyperparameters.items() if name not in seeds}
    return _canonical((run.classes, run.model, rest)), _canonical(seeds) if seeds else ""


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, default=repr)


@lru_cache(maxsize=4)
def _groups(described: tuple[tuple[str, str, str, str], ...]) -> tuple[SeedGroup, ...]:
    found: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
    for key, name, rest, seed in described:
        base = _SUFFIX.sub("", name)
        if seed:
            found.setdefault((rest, ""), []).append((key, name, seed))
        elif base and base != name:
            found.setdefault((rest, base), []).append((key, name, name))
    groups = []
    for (_, base), members in found.items():
        # Equal seeds are no seed study: something that run.json does not say differs.
        if len(members) > 1 and len({seed for _, _, seed in members}) == len(members):
            names = [name for _, name, _ in members]
            groups.append(SeedGroup(base or _shared_name(names), tuple(key for key, _, _ in members)))
    return tuple(groups)


def _shared_name(names: list[str]) -> str:
    bases = {_SUFFIX.sub("", name) for name in names}
    if len(bases) == 1 and (only := bases.pop()):
        return only
    prefix = names[0]
    for name in names[1:]:
        while not name.startswith(prefix):
            prefix = prefix[:-1]
    return prefix.rstrip("-_ .") or names[0]


def mean_score(scores: Iterable[Score]) -> Score:
    """The mean over runs of their scores, plus and minus one standard deviation; undefined where one run is.

    The deviation is that of a sample (n - 1): how much a further seed may differ, not how sure the mean is.
    """
    values = np.array([score.value for score in scores])
    if len(values) < 2:
        return Score()
    mean, deviation = float(values.mean()), float(values.std(ddof=1))
    return Score(mean, mean - deviation, mean + deviation, len(values), seeds=len(values))


def mean_past(pasts: Iterable[Past]) -> Past:
    """The mean accuracy of the epochs that all runs have."""
    known = tuple(pasts)
    shared = sorted(set.intersection(*(set(each.epochs) for each in known))) if known else []
    tables = [dict(zip(each.epochs, each.accuracy, strict=True)) for each in known]
    means = tuple(math.fsum(table[epoch] for table in tables) / len(tables) for epoch in shared)
    return Past(tuple(shared), means)


def worst_of(present: tuple[Member, ...]) -> tuple[str, float]:
    """The class with the lowest mean recall over the runs, and that mean; ("", NaN) without any."""
    classes = present[0].run.classes
    values = class_values(present, classes, Metric.RECALL)
    known = ~np.isnan(values).any(axis=0)
    if not known.any():
        return "", math.nan
    mean = np.where(known, np.where(known, values, 0).mean(axis=0), np.inf)
    at = int(np.argmin(mean))
    return classes[at], float(mean[at])
