"""Which epochs a command is to look at, and what the user's function is given to load the weights of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from clftui.explain.importing import SubjectError
from clftui.explain.selecting import Picked, pick
from clftui.text import sanitise


class Weights(NamedTuple):
    """One epoch of a run, and where its model comes from."""

    picked: Picked
    place: Path
    """What the user's function gets, if it wants an argument: a checkpoint, or the run's folder."""


def weights_of(chosen: Mapping[str, Any], pattern: str | None, **asked: Any) -> Iterator[Weights]:
    """The epochs to look at: the one that `chosen` names, or each whose file `pattern` (`ckpt/{epoch}.pt`) is there.

    `asked` narrows the samples as `pick` has it. SubjectError where no epoch has such a file.
    """
    picked = pick(chosen, **asked)
    if pattern is None:
        yield Weights(picked, Path(picked.run.path))
        return
    there = 0
    for epoch in picked.run.epochs(picked.evaluation.split):
        place = checkpoint(pattern, epoch)
        if place.exists() and chosen.get("epoch") in (None, epoch):
            there += 1
            yield Weights(pick({**chosen, "epoch": epoch}, **asked), place)
    if not there:
        raise SubjectError(
            f"--checkpoints {sanitise(pattern)}: no epoch of {sanitise(picked.run.name)} has such a file"
        )


def checkpoint(pattern: str, epoch: int) -> Path:
    """The file of an epoch; SubjectError where the pattern does not say which."""
    try:
        name = pattern.format(epoch=epoch)
    except (ValueError, KeyError, IndexError, AttributeError) as error:
        remedy = "write {epoch} where the number stands, {epoch:03d} for 007"
        raise SubjectError(f"--checkpoints {sanitise(pattern)} cannot be filled in; {remedy}") from error
    if name == pattern.format(epoch=epoch + 1):
        raise SubjectError(f"--checkpoints {sanitise(pattern)} names no epoch; write {{epoch}} where the number stands")
    return Path(name)
