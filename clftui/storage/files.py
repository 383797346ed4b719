"""Whole files replaced atomically, lines appended under a lock, JSON without NaN."""

from __future__ import annotations

import errno
import fcntl
import itertools
import json
import math
import os
import stat
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import numpy as np

from clftui.schema import FormatError

_counter = itertools.count()

MAX_JSON_BYTES = 64_000_000
"""Of one JSON document: a run of a million classes takes half of it."""

# What file systems without locks answer; appending unlocked is better there than not at all.
_NO_LOCKS = (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS)


def atomic_write(path: str | os.PathLike[str], write: Callable[[BinaryIO], None]) -> None:
    """Replace `path` by what `write` puts into the file object it is given: readers see the old bytes or all the new.

    The bytes go to a dot-prefixed `.tmp` file of the same folder, are flushed and fsynced, then renamed. The folder
    must exist. When `write` raises, the temporary file is removed and `path` is as before.
    """
    path = Path(path)
    temporary, descriptor = _open_temporary(path)
    try:
        with os.fdopen(descriptor, "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _open_temporary(path: Path) -> tuple[Path, int]:
    """A new temporary file beside `path`; its name holds the process id and a counter."""
    while True:
        temporary = path.parent / f".{path.name}.{os.getpid()}-{next(_counter)}.tmp"
        # A killed process that had our id, or one on another host, may have left or may hold this very name.
        with suppress(FileExistsError):
            return temporary, os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)


def _sync_folder(folder: Path) -> None:
    # Some network file systems cannot sync a folder; the rename itself has happened all the same.
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def remove_temporaries(folder: str | os.PathLike[str], is_ours: Callable[[str], bool]) -> int:
    """Remove what killed writers left in `folder`; returns how many files.

    `is_ours` is asked with the final file name: only its one writer may remove a file's temporaries.
    """
    removed = 0
    with suppress(FileNotFoundError):
        for name in [entry.name for entry in Path(folder).iterdir()]:
            final, dot, _ = name[1:].removesuffix(".tmp").rpartition(".")
            if name.startswith(".") and name.endswith(".tmp") and dot and is_ours(final):
                Path(folder, name).unlink(missing_ok=True)
                removed += 1
    return removed


def dump_json(value: object, *, indent: int | None = None) -> bytes:
    """`value` as UTF-8 JSON on one line (unless `indent`); NaN and infinities become null, numpy values plain ones."""
    plain = _plain(value)
    try:
        return json.dumps(plain, ensure_ascii=False, allow_nan=False, indent=indent).encode()
    except UnicodeEncodeError:  # a lone surrogate, from a path that is not UTF-8
        return json.dumps(plain, allow_nan=False, indent=indent).encode()


def _plain(value: object) -> object:
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (np.ndarray, np.generic)):
        return _plain(value.tolist())
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(item) for item in value]
    return str(value)


def atomic_json(path: str | os.PathLike[str], value: object) -> None:
    """Replace `path` by `value` as indented JSON, atomically."""
    data = dump_json(value, indent=1) + b"\n"

    def write(file: BinaryIO) -> None:
        file.write(data)

    atomic_write(path, write)


def append_line(path: str | os.PathLike[str], text: str | bytes, *, sync: bool = False) -> None:
    """Append one line (its newline is added) to `path` in a single write under a lock, creating the file.

    After a line that a killed writer left torn, a fresh line is begun. `sync` waits until the line is on the disk.
    """
    append_lines(path, (text,), sync=sync)


def append_lines(path: str | os.PathLike[str], texts: Iterable[str | bytes], *, sync: bool = False) -> None:
    """Append several lines as `append_line` does one: nobody's line comes between them."""
    lines = [text.encode() if isinstance(text, str) else text for text in texts]
    if any(b"\n" in line for line in lines):
        raise ValueError("a line cannot contain a newline")
    if not lines:
        return
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o666)
    try:
        _lock(descriptor)
        size = os.fstat(descriptor).st_size
        torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
        data = (b"\n" if torn else b"") + b"\n".join(lines) + b"\n"
        if os.write(descriptor, data) != len(data):
            raise OSError(errno.ENOSPC, "only part of a line could be written", os.fspath(path))
        if sync:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)  # and with it the lock
    if sync and not size:
        _sync_folder(Path(path).parent)


def _lock(descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise


def read_jsonl(path: str | os.PathLike[str]) -> tuple[list[dict[str, object]], int]:
    """The objects of a JSON-lines file, and how many lines were not one. A missing file has none.

    A torn last line (no newline yet: its writer was killed or is writing) is not counted. NaN and Infinity are read.
    """
    try:
        data = _content(path)
    except FileNotFoundError:
        return [], 0
    except OSError as error:
        raise unreadable(path, error) from error
    lines = data.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    rows: list[dict[str, object]] = []
    skipped = 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        value = _parse(line)
        if isinstance(value, dict):
            rows.append(value)
        elif number < len(lines):
            skipped += 1
    return rows, skipped


def _parse(line: bytes) -> object:
    try:
        return json.loads(line.decode())
    except (ValueError, RecursionError):
        return None


def read_json(path: str | os.PathLike[str]) -> object:
    """The value of a JSON file; FormatError when it is missing, unreadable or not JSON."""
    try:
        data = _content(path, MAX_JSON_BYTES)
    except OSError as error:
        raise unreadable(path, error) from error
    try:
        value: object = json.loads(data.removeprefix(b"\xef\xbb\xbf").decode())
    except UnicodeDecodeError as error:
        raise FormatError(path, "", "is not UTF-8 text", "save it as UTF-8") from error
    except json.JSONDecodeError as error:
        problem = f"is not valid JSON (line {error.lineno}, column {error.colno}: {error.msg})"
        raise FormatError(path, "", problem, "correct it or write it again") from error
    except (ValueError, RecursionError) as error:
        raise FormatError(path, "", "is not JSON that can be read", "write it again") from error
    return value


def open_regular(path: str | os.PathLike[str]) -> int:
    """A descriptor to read the file at `path`; FormatError for a pipe or a device, which might block for ever."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode):
        return descriptor
    os.close(descriptor)
    what = "a folder" if stat.S_ISDIR(mode) else "a pipe or a device"
    raise FormatError(path, "", f"cannot be read (it is {what})", "put the file in its place")


def _content(path: str | os.PathLike[str], limit: int | None = None) -> bytes:
    descriptor = open_regular(path)
    try:
        size = os.fstat(descriptor).st_size
        if limit is not None and size > limit:
            problem = f"is too large to be true ({size // 1_000_000} MB; {limit // 1_000_000} MB are read)"
            raise FormatError(path, "", problem, "write it again")
        return b"".join(iter(lambda: os.read(descriptor, 1 << 20), b""))
    finally:
        os.close(descriptor)


def unreadable(path: str | os.PathLike[str], error: OSError) -> FormatError:
    """What to say of a file that the system will not give us."""
    if isinstance(error, FileNotFoundError):
        return FormatError(path, "", "does not exist", "check the path")
    reason = error.strerror or type(error).__name__
    return FormatError(path, "", f"cannot be read ({reason})", "check its permissions and the file system")
