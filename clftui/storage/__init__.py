"""Atomic writes, locked appends, checked reads of npz and npy files, with numpy and the standard library alone."""

from __future__ import annotations

from clftui.storage.files import (
    append_line,
    append_lines,
    atomic_json,
    atomic_write,
    dump_json,
    open_regular,
    read_json,
    read_jsonl,
    remove_temporaries,
)
from clftui.storage.folders import cache_folder, config_folder, state_folder
from clftui.storage.members import Member
from clftui.storage.npz import NpzFile, open_npz, read_npy, write_npz
from clftui.storage.reading import Signature, file_signature

__all__ = [
    "Member",
    "NpzFile",
    "Signature",
    "append_line",
    "append_lines",
    "atomic_json",
    "atomic_write",
    "cache_folder",
    "config_folder",
    "dump_json",
    "file_signature",
    "open_npz",
    "open_regular",
    "read_json",
    "read_jsonl",
    "read_npy",
    "remove_temporaries",
    "state_folder",
    "write_npz",
]
