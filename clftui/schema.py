"""The run format, version 1: names, dtypes and the one error type that speaks about files.

A run is a folder that anyone can write with numpy alone; `clftui/data/README.md` shows the whole layout.
Matrix orientation is rows = true, columns = predicted everywhere.
"""

from __future__ import annotations

import os
import re
from pathlib import PurePath
from typing import NamedTuple

from clftui.text import sanitise

FORMAT = "clftui-run"
VERSION = 1

RUN_FILE = "run.json"
STATUS_FILE = "status.json"
SCALARS_FILE = "scalars.jsonl"
HIERARCHY_FILE = "hierarchy.json"
HIERARCHY_FILES = (HIERARCHY_FILE, "hierarchy.csv", "hierarchy.tsv", "hierarchy.txt")
"""Where a collection's hierarchy is looked for, in this order."""
TRIAGE_FILE = "triage.jsonl"
EPOCHS_FOLDER = "epochs"
EXPLANATIONS_FOLDER = "explanations"
RANDOM_WEIGHTS = ".random-weights"
"""Ends the name of a method's maps that were made after the model's weights had been replaced by random ones: the
check of Adebayo et al., "Sanity Checks for Saliency Maps" (2018), that a map depends on what was learned."""
SAMPLES_FOLDER = "samples"

STATES = ("running", "finished", "failed")

SAMPLE = "sample"
TRUE = "true"
PREDICTED = "predicted"
CONFUSION = "confusion"

UNLABELLED = -1
UNANSWERED = -1

NLL_MAX = 65504.0
"""The largest finite float16: where -log p is clipped (p = 0 included)."""

FULL_SCORES_MAX_CLASSES = 200
FULL_SCORES_MAX_BYTES = 20_000_000
TOP_K = 10


class ArraySpec(NamedTuple):
    """One array of an epoch's npz: the kinds of dtype it may have (numpy's `dtype.kind`) and its dimensions.

    `shape` names each axis: "n" samples, "K" classes, "k" top classes, "d" features.
    """

    kinds: str
    shape: tuple[str, ...]
    meaning: str


ARRAYS: dict[str, ArraySpec] = {
    SAMPLE: ArraySpec("iu", ("n",), "row numbers of the sample table"),
    TRUE: ArraySpec("iu", ("n",), "true class, -1 = unlabelled"),
    PREDICTED: ArraySpec("iu", ("n",), "predicted class, -1 = no answer"),
    "nll": ArraySpec("f", ("n", "K"), "-log p of every class, float16"),
    "scores": ArraySpec("f", ("n", "K"), "class probabilities"),
    "logits": ArraySpec("f", ("n", "K"), "scores before softmax"),
    "top_classes": ArraySpec("iu", ("n", "k"), "the k classes of highest score, best first"),
    "top_nll": ArraySpec("f", ("n", "k"), "-log p of top_classes"),
    "true_nll": ArraySpec("f", ("n",), "-log p of the true class"),
    "predicted_nll": ArraySpec("f", ("n",), "-log p of the predicted class"),
    "loss": ArraySpec("f", ("n",), "the training loss of each sample"),
    "features": ArraySpec("f", ("n", "d"), "a hidden representation of each sample"),
    CONFUSION: ArraySpec("iuf", ("K", "K"), "counts, rows = true; where nothing finer exists"),
}


class FormatError(Exception):
    """Something on disk is not as the format says; the message is one sentence: file, field, what is wrong, remedy."""

    def __init__(self, path: str | os.PathLike[str], field: str, problem: str, remedy: str) -> None:
        self.path = os.fspath(path)
        self.field = field
        self.problem = problem
        self.remedy = remedy
        super().__init__(self._sentence(self.path))

    @property
    def brief(self) -> str:
        """The sentence with the end of the path alone, for a line of a screen."""
        return self._sentence("/".join(PurePath(self.path).parts[-2:]))

    def _sentence(self, path: str) -> str:
        place = f"{path}: {self.field}" if self.field else path
        # Paths and fields may hold anything: the sentence is one line that a terminal can be given.
        return sanitise(f"{place} {self.problem}; {self.remedy}." if self.remedy else f"{place} {self.problem}.")


class NothingToShow(FormatError):
    """No file is wrong, there is nothing to show: one sentence that says what helps."""

    def __init__(self, sentence: str) -> None:
        super().__init__("", "", sentence, "")
        self.args = (sentence,)

    @property
    def brief(self) -> str:
        return self.problem


class Shard(NamedTuple):
    """Which rank of how many wrote a file; a file of an unsharded run is rank 0 of 1."""

    world_size: int
    rank: int


_SPLIT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_+-]*(?:\.[0-9][A-Za-z0-9_+-]*)?\Z")
_EPOCH_FILE = re.compile(r"(?P<split>.+?)(?:\.rank(?P<rank>\d+)of(?P<world>\d+))?\.npz\Z")
_EPOCH_FOLDER = re.compile(r"\d{5,}\Z")


def valid_split(split: str) -> bool:
    """Whether `split` can name a file: letters, digits, `_ + -` and a version such as `test-v2.1`."""
    return bool(_SPLIT.match(split)) and len(split) <= 100 and not split.endswith(".npz")


def epoch_folder(epoch: int) -> str:
    """`00003`; epochs count from 1."""
    return f"{epoch:05d}"


def parse_epoch_folder(name: str) -> int | None:
    """The epoch whose folder is `name`; None for anything else."""
    return int(name) or None if _EPOCH_FOLDER.match(name) else None


def split_file(split: str, shard: Shard | None = None) -> str:
    """`test.npz`, or `test.rank2of4.npz` for one rank of several."""
    if shard is None or shard.world_size == 1:
        return f"{split}.npz"
    return f"{split}.rank{shard.rank}of{shard.world_size}.npz"


def parse_split_file(name: str) -> tuple[str, Shard] | None:
    """The split and shard a file of an epoch's folder holds; None for temporary, response and foreign files."""
    match = _EPOCH_FILE.match(name)
    if match is None or not valid_split(match["split"]):
        return None
    if match["rank"] is None:
        return match["split"], Shard(1, 0)
    shard = Shard(int(match["world"]), int(match["rank"]))
    return (match["split"], shard) if 0 <= shard.rank < shard.world_size else None


def status_file(shard: Shard | None = None) -> str:
    """`status.json`, or `status.rank0of4.json`."""
    if shard is None or shard.world_size == 1:
        return STATUS_FILE
    return f"status.rank{shard.rank}of{shard.world_size}.json"
