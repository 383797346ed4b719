"""Groups of a list of samples: by class, by what became of them, by which runs are right, by tag."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clftui.data.evaluation import Evaluation
from clftui.data.run import Run
from clftui.data.samples import SampleTable
from clftui.state.peers import Peers
from clftui.state.sample_history import KINDS, has_history, histories, history_words
from clftui.state.sample_past import epochs_until
from clftui.state.sample_settings import SampleGrouping
from clftui.state.sample_tags import TAGS, TagsNow
from clftui.text import sanitise

Int64 = NDArray[np.int64]

UNTAGGED = "untagged"


@dataclass(frozen=True, eq=False)
class Groups:
    """The groups of a list, in the order shown; each takes one stretch of it."""

    grouping: SampleGrouping
    keys: tuple[str, ...]
    """What each is known by: a class's name, `always wrong`, `A!B`."""
    names: tuple[str, ...]
    """The same in words for the screen."""
    starts: Int64
    """(G + 1,) where each begins in the list; the last is the list's length."""

    @property
    def n(self) -> int:
        return len(self.keys)

    @cached_property
    def sizes(self) -> Int64:
        """(G,) samples of each."""
        return np.diff(self.starts)

    def of(self, index: int) -> int:
        """The group that holds the `index`-th sample of the list."""
        return int(np.searchsorted(self.starts, index, side="right")) - 1


class Parting(NamedTuple):
    """Which group each of m positions belongs to, and what the groups are."""

    group: Int64
    """(m,) indices of `keys`, which stand in the order shown; each key has a sample."""
    keys: tuple[str, ...]
    names: tuple[str, ...]


class Sources(NamedTuple):
    """What groups may be told from, besides the evaluation itself."""

    run: Run
    table: SampleTable | None
    crowd: Peers | None = None
    tags: TagsNow | None = None


def available_groupings(run: Run, evaluation: Evaluation, lettered: int) -> tuple[SampleGrouping, ...]:
    """The groupings this evaluation has something to part by, none first."""
    found = [SampleGrouping.NONE, SampleGrouping.TRUE, SampleGrouping.PREDICTED]
    found += [SampleGrouping.HISTORY] if has_history(run, evaluation) else []
    found += [SampleGrouping.RUNS] if lettered > 1 else []
    return (*found, SampleGrouping.TAG)


def part(grouping: SampleGrouping, evaluation: Evaluation, at: Int64, sources: Sources) -> Parting | None:
    """Part the samples at positions `at`; None for no grouping. NotYet in a draw, while something is being read.

    Classes come with the most samples first, histories and numbers of right runs from the worst, tags as listed.
    """
    match grouping:
        case SampleGrouping.TRUE:
            return _by_class(evaluation, evaluation.true[at], "no label")
        case SampleGrouping.PREDICTED:
            return _by_class(evaluation, evaluation.predicted[at], "no answer")
        case SampleGrouping.HISTORY:
            epochs = epochs_until(sources.run, evaluation)
            codes = histories(sources.run, evaluation)[at]
            return _present(codes, tuple(KINDS), tuple(history_words(kind, epochs) for kind in KINDS))
        case SampleGrouping.RUNS if sources.crowd is not None:
            return _by_runs(evaluation, at, sources)
        case SampleGrouping.TAG if sources.tags is not None:
            words = tuple(tag.value for tag in TAGS)
            place = {word: number for number, word in enumerate((*words, ""))}
            column = sources.tags.column(evaluation, sources.table)[at]
            codes = np.asarray([place.get(word, len(words)) for word in column.tolist()], dtype=np.int64)
            return _present(codes, (*words, UNTAGGED), (*words, "without a tag"))
    return None


def _by_class(evaluation: Evaluation, labels: NDArray[np.int32], none: str) -> Parting:
    classes = evaluation.classes
    codes = np.where(labels >= 0, labels, len(classes)).astype(np.int64)
    counts = np.bincount(codes, minlength=len(classes) + 1)
    ranked = np.lexsort((np.arange(counts.size), -counts))
    return _present(codes, (*classes, ""), (*map(sanitise, classes), none), ranked)


def _by_runs(evaluation: Evaluation, at: Int64, sources: Sources) -> Parting | None:
    """By which of the runs A to D are right: the cells of the table of 2^n combinations that hold a sample."""
    crowd = sources.crowd
    letters = [letter for letter, _ in crowd.lettered] if crowd is not None else []
    if crowd is None or not letters:
        return None
    right = _of_letters(crowd, letters, "right", evaluation, sources.table)[:, at]
    wrong = _of_letters(crowd, letters, "wrong", evaluation, sources.table)[:, at]
    # Fewest right first; a run that does not hold the sample is neither.
    digits = np.where(right, 2, np.where(wrong, 0, 1))
    weights = 3 ** np.arange(len(letters))[::-1]
    codes = digits.T @ weights + 3 ** len(letters) * right.sum(axis=0)
    found, group = np.unique(codes, return_inverse=True)
    firsts = np.zeros(found.size, dtype=np.int64)
    firsts[group[::-1]] = np.arange(len(at))[::-1]
    keys = tuple(_combination(letters, digits[:, first].tolist()) for first in firsts.tolist())
    return Parting(group.astype(np.int64).reshape(-1), keys, tuple(map(combination_words, keys)))


def _of_letters(
    crowd: Peers, letters: list[str], what: str, evaluation: Evaluation, table: SampleTable | None
) -> NDArray[np.bool_]:
    nothing = np.zeros(evaluation.n, dtype=np.bool_)
    columns = [crowd.column(f"{what}_{letter}", evaluation, table) for letter in letters]
    return np.stack([nothing if column is None else column.astype(np.bool_) for column in columns])


def _combination(letters: list[str], digits: list[int]) -> str:
    """`A!B?C`: A right, B wrong, C unknown."""
    return "".join({2: "", 0: "!", 1: "?"}[digit] + letter for letter, digit in zip(letters, digits, strict=True))


def _letters_of(key: str) -> dict[str, str]:
    """The letters of a combination by what they are."""
    found = {"right": "", "wrong": "", "unknown": ""}
    mark = ""
    for each in key:
        if each in "!?":
            mark = each
        else:
            found[{"": "right", "!": "wrong", "?": "unknown"}[mark]] += each
            mark = ""
    return found


def combination_words(key: str) -> str:
    """`A C right, B wrong`"""
    return ", ".join(f"{' '.join(letters)} {what}" for what, letters in _letters_of(key).items() if letters)


def combination_expression(key: str) -> str:
    """`right_A and right_C and wrong_B`: the filter that keeps a group."""
    parts = _letters_of(key)
    tests = [f"{what}_{letter}" for what in ("right", "wrong") for letter in parts[what]]
    tests += [f"not right_{letter} and not wrong_{letter}" for letter in parts["unknown"]]
    return " and ".join(tests)


def _present(
    codes: NDArray[np.integer], keys: tuple[str, ...], names: tuple[str, ...], ranked: Int64 | None = None
) -> Parting:
    """The groups that hold a sample, in the order of `ranked` (else as they are listed)."""
    order = np.arange(len(keys)) if ranked is None else ranked
    counts = np.bincount(codes, minlength=len(keys))
    kept = order[counts[order] > 0]
    place = np.zeros(len(keys), dtype=np.int64)
    place[kept] = np.arange(kept.size)
    chosen = kept.tolist()
    return Parting(place[codes], tuple(keys[each] for each in chosen), tuple(names[each] for each in chosen))


def grouped(grouping: SampleGrouping, parting: Parting) -> Groups:
    """The groups of a list that is sorted by them."""
    starts = np.zeros(len(parting.keys) + 1, dtype=np.int64)
    starts[1:] = np.cumsum(np.bincount(parting.group, minlength=len(parting.keys)))
    return Groups(grouping, parting.keys, parting.names, starts)
