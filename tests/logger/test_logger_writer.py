"""The writer thread: the loop goes on, memory stays bounded, and no lost epoch goes unheard."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clftui.logger import RunLogger, keeper
from clftui.logger.writer import MAX_COMMITS
from clftui.storage import open_npz, read_json, read_jsonl, write_npz

CLASSES = ["a", "b", "c"]
TRUE = np.arange(60) % 3
LOGITS = np.eye(3)[TRUE]


class Gate:
    """Stands in for the disk: writes wait until it opens, and fail while it is told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.open = threading.Event()
        self.begun = threading.Semaphore(0)
        self.full = False
        monkeypatch.setattr(keeper, "write_npz", self._write)

    def _write(self, path: Path, arrays: Any) -> None:
        full = self.full
        self.begun.release()
        assert self.open.wait(30)
        if full:
            raise OSError(errno.ENOSPC, "No space left on device")
        write_npz(path, arrays)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    return Gate(monkeypatch)


def file(run: Path, epoch: int) -> Path:
    return run / "epochs" / f"{epoch:05}" / "test.npz"


def test_the_loop_goes_on_until_two_epochs_wait(tmp_path: Path, gate: Gate) -> None:
    run = RunLogger(tmp_path / "a", classes=CLASSES)
    for epoch in range(1, MAX_COMMITS + 1):
        run.log(epoch, "test", TRUE, logits=LOGITS, lr=0.1)
    third = threading.Thread(target=run.log, args=(3, "test", TRUE), kwargs={"logits": LOGITS})
    third.start()
    third.join(0.2)
    assert third.is_alive() and not file(tmp_path / "a", 1).exists()
    gate.open.set()
    third.join(30)
    run.flush()
    assert [file(tmp_path / "a", epoch).exists() for epoch in (1, 2, 3)] == [True] * 3
    run.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "clftui-writer"]


def test_what_the_loop_does_to_its_arrays_afterwards_changes_nothing(tmp_path: Path, gate: Gate) -> None:
    losses, logits, features = (np.ones(60, np.float32), LOGITS.astype(np.float32), np.ones((60, 2), np.float16))
    with RunLogger(tmp_path / "a", classes=CLASSES) as run:
        run.log(1, "test", TRUE, logits=logits, losses=losses, features=features)
        for array in (losses, logits, features):
            array[:] = 7
        gate.open.set()
    stored = open_npz(file(tmp_path / "a", 1))
    assert stored.read("loss").tolist() == [1] * 60 and stored.read("features").max() == 1
    assert np.ptp(stored.read("nll"), axis=1).min() > 0


def test_the_next_call_tells_of_a_full_disk_and_does_nothing_else(tmp_path: Path, gate: Gate) -> None:
    run = RunLogger(tmp_path / "a", classes=CLASSES)
    gate.full = True
    gate.open.set()
    run.log(1, "test", TRUE, logits=LOGITS, lr=0.1)
    gate.begun.acquire()
    with pytest.raises(OSError, match="No space left on device: epoch 1 of test was not logged") as told:
        run.flush()
    assert told.value.errno == errno.ENOSPC and told.value.filename == str(file(tmp_path / "a", 1))
    run.log(2, "test", TRUE, logits=LOGITS)
    gate.begun.acquire()
    gate.full = False
    with pytest.raises(OSError, match="epoch 2 of test was not logged, and the present call did nothing"):
        for _ in range(1000):  # until the thread has met the full disk
            run.log_scalars(5, lr=1.0)
    run.log(2, "test", TRUE, logits=LOGITS)
    run.close()
    assert not file(tmp_path / "a", 1).exists() and file(tmp_path / "a", 2).exists()
    assert not any(row["epoch"] == 1 for row in read_jsonl(tmp_path / "a" / "scalars.jsonl")[0])


def test_closing_tells_of_what_nobody_has_heard(tmp_path: Path, gate: Gate) -> None:
    gate.full = True
    run = RunLogger(tmp_path / "a", classes=CLASSES)
    run.log(1, "test", TRUE, logits=LOGITS)
    run.log(2, "test", TRUE, logits=LOGITS)
    gate.open.set()
    with pytest.raises(OSError, match=r"epoch 1 of test was not logged .*; epoch 2 of test was not logged"):
        run.close()
    told = read_json(tmp_path / "a" / "status.json")
    assert isinstance(told, dict) and told["state"] == "failed" and "epoch 1 of test" in told["error"]


def test_the_error_of_the_loop_carries_what_was_lost(tmp_path: Path, gate: Gate) -> None:
    gate.full = True
    gate.open.set()
    with pytest.raises(ZeroDivisionError) as loop, RunLogger(tmp_path / "a", classes=CLASSES) as run:
        run.log(1, "test", TRUE, logits=LOGITS)
        raise ZeroDivisionError
    assert "epoch 1 of test was not logged" in " ".join(loop.value.__notes__)


SCRIPT = """
import resource, sys, numpy as np
from clftui.logger import RunLogger
true = np.arange(3000) % 3
run = RunLogger("a", classes="x y z".split(), background={background})
run.log(1, "test", true, logits=np.eye(3)[true])
run.flush()
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
try:
    run.log(2, "test", true, logits=np.eye(3)[true])
    run.flush()
except OSError as error:
    print(error)
{end}
"""


@pytest.mark.parametrize("background", [True, False])
def test_the_system_refusing_bytes_is_one_sentence_and_tears_nothing(tmp_path: Path, background: bool) -> None:
    code = SCRIPT.format(background=background, end="run.close()")
    done = started(code, tmp_path)
    assert "File too large: epoch 2 of test was not logged" in done.stdout
    assert file(tmp_path / "a", 1).exists() and not list((tmp_path / "a").rglob(".*.tmp"))
    assert not file(tmp_path / "a", 2).exists()
    assert not done.stderr and done.returncode == 0


def test_a_script_that_ends_by_itself_waits_for_its_epochs_and_tells_of_lost_ones(tmp_path: Path) -> None:
    code = "import numpy as np\nfrom clftui.logger import RunLogger\nrun = RunLogger('a', classes='x y z'.split())\n"
    log = "for epoch in range(1, 6): run.log(epoch, 'test', np.arange(3000) % 3, logits=np.ones((3000, 3)))\n"
    done = started(code + log, tmp_path)
    assert not done.stderr
    assert all(file(tmp_path / "a", epoch).exists() for epoch in range(1, 6))
    limit = "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
    limit += "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
    done = started(code + limit + "run.log(9, 'test', np.arange(3000) % 3, logits=np.ones((3000, 3)))\n", tmp_path)
    assert "epoch 9 of test was not logged" in done.stderr


def started(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True, timeout=60
    )
