"""The short form of tests/proofs/kill_writer.py, and proof that it would notice a writer that is not atomic."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[1] / "proofs" / "kill_writer.py"

# What a logger would do that opens the final file and writes into it, with time for a kill between two parts.
NOT_ATOMIC = """
import io, pathlib, runpy, sys, time
import clftui.storage.npz as npz

def in_place(path, write):
    whole = io.BytesIO()
    write(whole)
    with pathlib.Path(path).open("wb") as file:
        for start in range(0, len(whole.getvalue()), 1000):
            file.write(whole.getvalue()[start : start + 1000])
            file.flush()
            time.sleep(0.002)

npz.atomic_write = in_place
sys.argv = ["kill_writer", "--kills", "15"]
runpy.run_path({script!r}, run_name="__main__")
"""


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    return subprocess.run(
        [sys.executable, *arguments], env=environment, capture_output=True, text=True, timeout=300, check=False
    )


def test_what_was_committed_before_a_kill_reads_back_whole() -> None:
    done = run(str(SCRIPT), "--kills", "15")
    assert done.returncode == 0, done.stdout + done.stderr
    assert ", 0 problems" in done.stdout
    assert " 0 commits acknowledged" not in done.stdout and " 0 concurrent reads" not in done.stdout


def test_the_proof_notices_a_writer_that_is_not_atomic() -> None:
    done = run("-c", NOT_ATOMIC.format(script=str(SCRIPT)))
    assert done.returncode == 1, done.stdout + done.stderr
    assert "is not a complete npz file" in done.stdout
