"""What every method of `RunLogger` stands on: the run's folder, its writer thread, its scalars and its errors."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from clftui.logger.keeper import ScoreKeeper
from clftui.logger.rows import Arrays
from clftui.logger.status import Status
from clftui.logger.values import Refusal, class_list, scalar
from clftui.logger.writer import Job, Writer
from clftui.schema import (
    EPOCHS_FOLDER,
    RUN_FILE,
    SCALARS_FILE,
    FormatError,
    Shard,
    epoch_folder,
    split_file,
    valid_split,
)
from clftui.storage import append_line, dump_json


class RunFolder:
    """One rank's hand in a run's folder. Only the writer touches the keepers and the files of epochs."""

    def __init__(
        self, path: Path, classes: Sequence[object], shard: Shard, *, full: bool | None, best: str, background: bool
    ) -> None:
        self.path = path
        self._shard = shard
        self._full_scores, self._best = full, best
        self._lock = threading.RLock()
        self._writer = Writer(background=background)
        self._keepers: dict[str, ScoreKeeper] = {}
        with self._about(path / RUN_FILE):
            self.classes = class_list(classes)
        self._class_index = {label: index for index, label in enumerate(self.classes)}
        self._status = Status(path, shard)

    def _write(self, epoch: int, split: str, arrays: Arrays, scalars: Mapping[str, object]) -> None:
        def work() -> None:
            self._keeper(split).write(epoch, arrays, scalars)
            self._append_scalars(epoch, split, scalars)
            self._status.tell("running")

        self._writer.do(Job(work, f"epoch {epoch} of {split}", self._file(epoch, split), large=True))

    def _keeper(self, split: str) -> ScoreKeeper:
        if split not in self._keepers:
            self._keepers[split] = ScoreKeeper(self.path, split, self._shard, full=self._full_scores, best=self._best)
        return self._keepers[split]

    def _plain(self, scalars: Mapping[str, object]) -> dict[str, object]:
        return {name: scalar(name, value) for name, value in scalars.items()}

    def _write_scalars(self, epoch: int, split: str | None, scalars: Mapping[str, object]) -> None:
        if scalars and self._shard.rank == 0:
            what = f"{', '.join(list(scalars)[:3])} of epoch {epoch}"
            work = partial(self._append_scalars, epoch, split, scalars)
            self._writer.do(Job(work, what, self.path / SCALARS_FILE))

    def _append_scalars(self, epoch: int, split: str | None, scalars: Mapping[str, object]) -> None:
        if scalars and self._shard.rank == 0:
            head: dict[str, object] = {"epoch": epoch} if split is None else {"epoch": epoch, "split": split}
            append_line(self.path / SCALARS_FILE, dump_json(head | dict(scalars)), sync=True)

    def _check_open(self, split: str | None) -> None:
        if self._status.state_is_final:
            raise Refusal("", "is closed", "make a new RunLogger to continue the run")
        self._writer.complain()
        if split is not None and not valid_split(split):
            remedy = "use letters, digits, _ + - and a version such as test-v2.1"
            raise Refusal("split", f"is {split!r}, which cannot name a file", remedy)

    def _file(self, epoch: object, split: str) -> Path:
        if isinstance(epoch, int) and epoch > 0 and valid_split(split):
            return self.path / EPOCHS_FOLDER / epoch_folder(epoch) / split_file(split, self._shard)
        return self.path / EPOCHS_FOLDER

    @contextmanager
    def _about(self, path: Path) -> Iterator[None]:
        try:
            yield
        except Refusal as refusal:
            raise FormatError(path, refusal.field, refusal.problem, refusal.remedy) from None
