"""What a run may hold beside its answers, as methods of `RunLogger`: maps, explained texts, responses, bare counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clftui.logger import extras
from clftui.logger.base import RunFolder
from clftui.logger.texts import add_texts, text_file
from clftui.logger.values import Refusal, epoch_number, to_numpy
from clftui.schema import CONFUSION, EXPLANATIONS_FOLDER


class ExtraLogs(RunFolder):
    """The part of `RunLogger` that training loops rarely need."""

    def log_confusion(self, epoch: int, split: str, matrix: object, **scalars: object) -> None:
        """Commit the counts (K, K) of a split, rows = true, columns = predicted, where no samples can be logged.

        They replace what was logged of this split and epoch. Ranks cannot log them: nothing tells whose samples are
        counted twice.
        """
        with self._lock, self._about(self._file(epoch, split)):
            self._check_open(split)
            if self._shard.world_size > 1:
                raise Refusal(CONFUSION, "cannot be merged from ranks", "log samples, or all counts from one process")
            counts = _counts(matrix, len(self.classes))
            self._write(epoch_number(epoch), split, {CONFUSION: counts}, self._plain(scalars))

    def log_maps(
        self,
        method: str,
        split: str,
        sample: object,
        maps: object,
        *,
        target: object,
        epoch: int,
        target_kind: str = "class",
    ) -> None:
        """Add saliency maps (n, h, w) in [0, 1] to explanations/<method>/<split>.npz; see `extras.add_explanations`.

        Several processes, also of several hosts, may add to one method.
        """
        with self._lock, self._about(self.path / EXPLANATIONS_FOLDER):
            self._check_open(split)
            path = extras.explanation_file(self.path, method, split)
            extras.add_explanations(
                path, sample, maps, target_kind=target_kind, target=target, epoch=epoch_number(epoch)
            )

    def log_text(
        self,
        method: str,
        split: str,
        sample: object,
        texts: Iterable[Sequence[Any]],
        *,
        target: object,
        epoch: int,
    ) -> None:
        """Add explained documents to explanations/<method>/<split>.jsonl, one for each of `sample`.

        A document is a list of (word, weight), or of sentences: a sentence is such a list, or {"words", "weight"}.
        Weights are 0..1 of an attention, or signed contributions. `target` is a class, by number or name, or one for
        each document. Several processes, also of several hosts, may add to one method.
        """
        with self._lock, self._about(self.path / EXPLANATIONS_FOLDER):
            self._check_open(split)
            path = text_file(self.path, method, split)
            add_texts(path, sample, texts, target=target, epoch=epoch_number(epoch), classes=self._class_index)

    def log_responses(
        self,
        epoch: int,
        split: str,
        layer: str,
        class_mean: object,
        *,
        sample: object = None,
        values: object = None,
        depth: int | None = None,
    ) -> None:
        """Write a layer's mean responses per class (K, units[, h, w]), and optionally single samples' (n, units).

        `depth` tells its place in the network, from 0, so that layers are listed in that order.
        """
        with self._lock, self._about(self._file(epoch, split)):
            self._check_open(split)
            path = extras.responses_file(self.path, epoch_number(epoch), split, layer)
            extras.write_responses(path, class_mean, len(self.classes), sample, values, depth)


def _counts(matrix: object, classes: int) -> NDArray[np.int64]:
    array = to_numpy(matrix)
    if array.shape != (classes, classes) or array.dtype.kind not in "biuf":
        raise Refusal(CONFUSION, f"has shape {array.shape}", f"pass ({classes}, {classes}), rows = true")
    if array.dtype.kind == "f" and not (np.isfinite(array).all() and np.array_equal(array, np.round(array))):
        raise Refusal(CONFUSION, "holds numbers that are not whole", "pass counts, not shares: shares hide how many")
    if array.size and array.min() < 0:
        raise Refusal(CONFUSION, "holds negative counts", "pass how many samples each cell has")
    return np.array(array, np.int64)
