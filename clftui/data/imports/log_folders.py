"""Where training logs lie: usual file names in a folder and the folders below it, one run for each folder."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from clftui.data.imports.beside import Options, listed
from clftui.data.imports.logs import is_log, json_log, table_log
from clftui.data.imports.names import SPLITS
from clftui.data.imports.scalar_run import Log, log_run, with_scalars
from clftui.data.imports.table import Table, from_records, read_delimited, read_lines
from clftui.data.imports.tensorboard import events_log, is_events
from clftui.data.imports.wandb_tables import wandb_runs
from clftui.data.run import Run
from clftui.schema import FormatError
from clftui.storage import read_json

USUAL = (
    "trainer_state.json", "metrics.csv", "results.csv", "summary.csv", "training.csv", "training_log.csv",
    "training.log", "log.csv", "history.csv", "history.json", "log.txt", "log.json", "metrics.jsonl", "log.jsonl",
    "wandb-history.jsonl", "wandb-summary.json", "all_results.json", "eval_results.json",
)  # fmt: skip
"""What frameworks call their logs, the fullest first: of each folder one file is read."""

MAX_DEPTH = 5
MAX_FOLDERS = 2_000
SKIPPED = frozenset(("node_modules", "__pycache__", "site-packages", "artifacts", "media", "weights"))
_GENERIC = re.compile(r"(?:version_\d+|files|logs?|lightning_logs|checkpoints?(?:-\d+)?|tensorboard|tb|csv_logs?)\Z")
CHECKPOINT = re.compile(r"checkpoint-(\d+)\Z")


def log_files(folder: Path) -> list[Path]:
    """The files of a folder that are called as training logs are, the fullest first, event files at the end."""
    return _logs(listed(folder)[0])


def _logs(files: Sequence[Path]) -> list[Path]:
    known = {file.name.casefold(): file for file in files}
    return [*(known[name] for name in USUAL if name in known), *(file for file in files if is_events(file))]


def log_folders(root: Path) -> Iterator[tuple[Path, list[Path]]]:
    """Each folder at or below `root` with its logs; of a Trainer's checkpoints the last alone, or none below a log.

    Folders called as splits (`train`, `validation`) that hold event files belong to the folder above them.
    """
    waiting, seen = [(root, 0)], 0
    while waiting and seen < MAX_FOLDERS:
        folder, depth = waiting.pop(0)
        seen += 1
        own, folders = listed(folder)
        files = _logs(own)
        below = [each for each in folders if each.name not in SKIPPED and not each.is_symlink()]
        by_split = [each for each in below if each.name.casefold() in SPLITS and any(map(is_events, log_files(each)))]
        if not files:
            files = [file for each in by_split for file in log_files(each) if is_events(file)]
        if files:
            yield folder, files
        checkpoints = [each for each in below if CHECKPOINT.match(each.name)]
        last = max(checkpoints, key=lambda each: int(each.name.rpartition("-")[2]), default=None)
        passed = {each for each in checkpoints if files or each != last} | set(by_split)
        if depth < MAX_DEPTH:
            waiting += [(each, depth + 1) for each in below if each not in passed]


def read_logs(files: Sequence[Path]) -> tuple[Log, list[tuple[Path, str]]]:
    """The log of one folder: the first file that can be read, and why those before it could not.

    FormatError where none can.
    """
    problems: list[tuple[Path, str]] = []
    events = [file for file in files if is_events(file)]
    error: FormatError | None = None
    for file in [file for file in files if file not in events]:
        try:
            log = read_log(file)
            if log is not None:
                return log, problems
        except FormatError as found:
            error = error or found
            problems.append((file, str(found)))
    if events:
        return events_log(events), problems
    raise error or FormatError(files[0], "", "is no training log", "log a loss or an accuracy by epoch")


def read_log(path: Path) -> Log | None:
    """The log in one file; None where the file is something else."""
    if is_events(path):
        return events_log([path])
    if path.suffix.casefold() == ".json":
        value = read_json(path)
        if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
            return _of_table(path, from_records(path, value))
        return json_log(path, value) if isinstance(value, dict) else None
    try:
        text = path.read_bytes().decode("utf-8-sig", "replace")
    except OSError as error:
        raise FormatError(path, "", f"cannot be read ({error.strerror})", "check its permissions") from error
    if not text.strip():
        raise FormatError(path, "", "is empty", "log something first")
    return _of_table(path, read_lines(path, text) if text.lstrip()[0] == "{" else read_delimited(path, text))


def _of_table(path: Path, table: Table) -> Log | None:
    return table_log(path, table) if is_log(table) else None


def log_name(path: Path, root: Path | None = None) -> str:
    """What a log's run is called: its own name, or, where that is the usual one of a framework, its folder's.

    Below `root` folders whose names say nothing (`version_0`) are told with the one above them.
    """
    folder = path
    if path.name.casefold() in USUAL or is_events(path) or path.is_dir():
        folder = path if path.is_dir() else path.parent
        if is_events(path) and folder.name.casefold() in SPLITS and folder != root:
            folder = folder.parent
    else:
        return path.stem
    parts = [folder.name]
    while folder != root and _GENERIC.match(parts[0]) and folder.parent.name and len(parts) < 3:
        folder = folder.parent
        parts.insert(0, folder.name)
    parts = [part for part in parts if part not in ("files", "lightning_logs")] or parts
    return "/".join(parts)


def folder_logs(root: Path, taken: set[Path], options: Options, problems: list[tuple[Path, str]]) -> list[Run]:
    """The runs of all logs at and below `root`, but for folders and files in `taken`.

    Where W&B's tables of predictions lie below a log, they are the run and the log is its scalars.
    """
    runs = []
    for folder, files in log_folders(root):
        left = [file for file in files if file not in taken]
        if folder in taken or not left or len(left) < len(files):
            continue
        try:
            log, odd = read_logs(left)
            problems += odd
            name = log_name(log.path, root)
            found = wandb_runs(folder, name, options) if (folder / "media" / "table").is_dir() else []
            runs += [with_scalars(run, log) for run in found] or [log_run(name, log)]
        except FormatError as error:
            problems.append((left[0], str(error)))
    return runs
