"""What both scripts do to a collection's folder: empty it before, tidy and measure it after."""

from __future__ import annotations

import json
import shutil
from pathlib import Path


def clean(out: Path) -> None:
    """Remove an earlier collection at `out`; refuses to empty a folder that holds anything else."""
    if out.is_dir() and any(out.iterdir()):
        if not (out / "samples").is_dir():
            raise SystemExit(f"{out} is not empty and holds no collection; give --out another folder")
        shutil.rmtree(out)
    out.mkdir(parents=True, exist_ok=True)


def finish(out: Path) -> None:
    """Take this machine's name and process number out of the status files, and print the collection's size."""
    for path in sorted(out.glob("*/status.json")):
        status = json.loads(path.read_text(encoding="utf-8"))
        path.write_text(json.dumps(status | {"host": "sample", "pid": 0}) + "\n", encoding="utf-8")
    files = [path for path in out.rglob("*") if path.is_file()]
    print(f"{out}: {len(files):,} files, {sum(path.stat().st_size for path in files):,} bytes")
