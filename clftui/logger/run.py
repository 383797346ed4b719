"""RunLogger: a run's folder, written from any training loop."""

from __future__ import annotations

import atexit
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from clftui.logger.description import add_table, check_continues, facts, write_description
from clftui.logger.extra_logs import ExtraLogs
from clftui.logger.keeper import remove_leftovers
from clftui.logger.rows import Rows, check_rows, join, to_arrays
from clftui.logger.split_samples import SplitSamples
from clftui.logger.subset import subset_indices
from clftui.logger.tables import SampleList, Table, prepare_hierarchy, prepare_table
from clftui.logger.values import Refusal, epoch_number
from clftui.schema import RUN_FILE, SCALARS_FILE, FormatError, Shard


class RunLogger(ExtraLogs):
    """Logs one run; one call of `log` is one commit: readers see all of it or nothing, whenever the process is killed.

    - `folder` is the run's own (`runs/cnn`); its parent is the collection. `name` defaults to the folder's.
    - `classes` in the order of the scores' columns; `model` {"architecture", "layers", "parameters", "flops"};
      `hyperparameters` any mapping; `samples` {split: table} (see `tables.prepare_table`); `hierarchy` a tree or path.
    - Distributed: every rank makes its own logger with `rank` and `world_size` and must pass `sample=`.
    - `subset={"train": 2000}` logs a stratified subset of a split, drawn with `seed`.
    - `full_scores`: None keeps the scores of all classes while there are at most 200 and an epoch stays under 20 MB,
      beyond that for the best and the last epoch (ten best scores otherwise); True always keeps them, False keeps
      them for the best and the last only. `best` names what is best: "accuracy" of the logged rows, or one of your
      scalars ("-loss": lower is better). Ranks know no common accuracy: name a scalar there, or only the last is full.
    - `on_nan`: "refuse" rows whose scores are NaN, or "mark" them: predicted -1, nll NaN.
    - `resume=True` continues a run with the same classes, and with any number of ranks; a re-logged epoch replaces the
      earlier one whole.
    - `background`: `log` and `commit` check and convert what they are given, and a thread writes it; when two epochs
      of a split are on their way to the disk, the next waits. `flush` waits for them, and so do `close` and the end
      of the process. False: what was logged is on the disk when the call returns.

    What cannot be logged raises `FormatError` and changes nothing. What the disk refuses raises OSError, in the
    background by the next call, which then does nothing else.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        name: str | None = None,
        *,
        classes: Sequence[object],
        model: object = None,
        hyperparameters: object = None,
        samples: Mapping[str, Table] | None = None,
        hierarchy: object = None,
        rank: int = 0,
        world_size: int = 1,
        subset: Mapping[str, int] | None = None,
        seed: int = 0,
        full_scores: bool | None = None,
        best: str = "accuracy",
        on_nan: str = "refuse",
        resume: bool = True,
        background: bool = True,
    ) -> None:
        if not 0 <= rank < world_size:
            raise FormatError(folder, "rank", f"is {rank} of {world_size}", "ranks count from 0 to world_size - 1")
        if on_nan not in ("refuse", "mark"):
            raise FormatError(folder, "on_nan", f"is {on_nan!r}", 'pass "refuse" or "mark"')
        shard = Shard(world_size, rank)
        super().__init__(Path(folder), classes, shard, full=full_scores, best=best, background=background)
        self._on_nan = on_nan
        self._pending: dict[str, list[Rows]] = {}
        # Rank 0 may have begun the very run before the others come.
        before = check_continues(self.path, self.classes, resume=resume or rank > 0)
        self._status.refuse_second_writer()
        self.path.mkdir(parents=True, exist_ok=True)
        first = rank == 0
        tables: dict[str, SampleList] = {
            split: prepare_table(self.path, split, table, self._class_index, write=first)
            for split, table in (samples or {}).items()
        }
        tree = prepare_hierarchy(self.path, hierarchy, self.classes, write=first)
        with self._about(self.path):
            self._samples = SplitSamples(tables, dict(subset or {}), seed, sharded=world_size > 1)
        remove_leftovers(self.path, self._shard)
        if first:
            write_description(
                self.path,
                before,
                name=name or str((before or {}).get("name") or self.path.absolute().name),
                classes=self.classes,
                model=facts(model),
                hyperparameters=facts(hyperparameters),
                samples={split: table.path for split, table in tables.items()},
                hierarchy=tree,
                subset={split: {"samples": n, "seed": seed} for split, n in (subset or {}).items()},
            )
        self._status.start()
        self._owner, self._error_before = os.getpid(), getattr(sys, "last_value", None)
        atexit.register(self._end_of_process)

    def log(
        self,
        epoch: int,
        split: str,
        true: object,
        *,
        scores: object = None,
        logits: object = None,
        predicted: object = None,
        sample: object = None,
        features: object = None,
        losses: object = None,
        **scalars: object,
    ) -> None:
        """Commit one split of one epoch (from 1): lists, numpy arrays or tensors of n rows.

        `true` (n,) classes by number or name, -1 = unlabelled; `scores` (n, K) probabilities or `logits` (n, K), or
        only `predicted` (n,), -1 = no answer (given beside scores, it wins over their largest); `sample` (n,) rows of
        the sample table, by default 0 .. n-1; `features` (n, d); `losses` (n,), whose mean becomes the scalar `loss`.
        `scalars` are numbers of this epoch and split.
        """
        with self._lock, self._about(self._file(epoch, split)):
            self._check_open(split)
            rows = self._checked(true, scores, logits, predicted, sample, features, losses)
            self._commit(epoch_number(epoch), split, rows, scalars)

    def append(
        self,
        split: str,
        true: object,
        *,
        scores: object = None,
        logits: object = None,
        predicted: object = None,
        sample: object = None,
        features: object = None,
        losses: object = None,
    ) -> None:
        """Hold one batch in memory (scores as float16) until `commit`; arguments as in `log`."""
        with self._lock, self._about(self.path):
            self._check_open(split)
            rows = self._checked(true, scores, logits, predicted, sample, features, losses, first=self._appended(split))
            self._pending.setdefault(split, []).append(rows)
            self._status.beat_if_stale()

    def commit(self, epoch: int, *, split: str | None = None, **scalars: object) -> None:
        """Write the appended batches of `split`, or of every split, as `epoch`.

        `scalars` belong to the split written; when several are, to the epoch as a whole.
        """
        with self._lock:
            with self._about(self.path):
                self._check_open(split)
                number, plain = epoch_number(epoch), self._plain(scalars)
            splits = [split] if split is not None else list(self._pending)
            for name in splits:
                with self._about(self._file(epoch, name)):
                    if name not in self._pending:
                        raise Refusal("split", "has no appended batches", "call append first")
                    rows = join(self._pending[name])
                    self._commit(number, name, rows, plain if len(splits) == 1 else {})
                del self._pending[name]
            if len(splits) != 1:
                self._write_scalars(number, None, plain)

    def discard(self) -> None:
        """Forget the batches appended and not committed."""
        with self._lock:
            self._pending.clear()

    def log_scalars(self, epoch: int, split: str | None = None, **scalars: object) -> None:
        """Append numbers of an epoch to scalars.jsonl; a name's last value wins. Ranks above 0 write none."""
        with self._lock, self._about(self.path / SCALARS_FILE):
            self._check_open(split)
            self._write_scalars(epoch_number(epoch), split, self._plain(scalars))
            self._status.beat_if_stale()

    def flush(self) -> None:
        """Wait until all that was logged is on the disk."""
        with self._lock:
            self._writer.flush()

    def add_samples(self, split: str, table: Table) -> None:
        """Tell the sample table of a split that was not known when the logger was made."""
        with self._lock, self._about(self.path / RUN_FILE):
            first = self._shard.rank == 0
            prepared = prepare_table(self.path, split, table, self._class_index, write=first)
            self._samples.add(split, prepared)
            if first:
                add_table(self.path, split, prepared.path)

    subset_indices = staticmethod(subset_indices)

    def close(self, state: str = "finished", error: str | None = None) -> None:
        """Say that the run is "finished" or "failed". Batches appended and not committed are dropped.

        OSError where epochs could not be written that no call has told of yet; the run then counts as failed.
        """
        with self._lock:
            atexit.unregister(self._end_of_process)
            self._pending.clear()
            lost = self._writer.end()
            if lost:
                with suppress(OSError):
                    self._status.tell("failed", error or lost[0])
                raise OSError(f"{self.path}: {'; '.join(lost)}")
            self._status.tell(state, error)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
            return
        try:
            self.close("failed", kind.__name__)
        except OSError as also:  # the loop's own error says more
            if error is not None:
                error.add_note(str(also))

    def _end_of_process(self) -> None:
        if os.getpid() != self._owner:
            return  # a forked worker ends
        # A script without `with` that ends by an exception has left it here.
        error = getattr(sys, "last_value", None)
        failed = error is not None and error is not self._error_before
        with suppress(FileNotFoundError):  # the folder may be gone
            self.close("failed" if failed else "finished", type(error).__name__ if failed else None)

    def _checked(self, true: object, *values: object, first: int = 0) -> Rows:
        names = ("scores", "logits", "predicted", "sample", "features", "losses")
        given = dict(zip(names, values, strict=True))
        return check_rows(self._class_index, true, on_nan=self._on_nan, first=first, **given)

    def _appended(self, split: str) -> int:
        return sum(batch.true.size for batch in self._pending.get(split, ()))

    def _commit(self, epoch: int, split: str, rows: Rows, scalars: Mapping[str, object]) -> None:
        plain = self._plain(scalars)
        if rows.loss is not None and "loss" not in plain and self._shard.world_size == 1:
            plain["loss"] = float(rows.loss.mean(dtype="f8"))
        arrays = to_arrays(self._samples.select(split, rows), len(self.classes), sharded=self._shard.world_size > 1)
        self._write(epoch, split, arrays, plain)
