"""The front page tells the truth: its links, commands and snippets work."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest

from clftui.app.registry import Registry
from clftui.bundled import bundled_folder
from clftui.data.catalog import open_catalog

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """The fenced blocks of a language."""
    return [body for name, body in re.findall(r"^```(\w*)\n(.*?)^```$", README, flags=re.S | re.M) if name == language]


REPORTS = [line for block in blocks("") for line in block.splitlines() if line.startswith("clftui report")]


def test_two_commands_set_it_up_and_each_is_one_line() -> None:
    commands = [line for block in blocks("") for line in block.splitlines() if line.startswith("python3 -m venv")]
    assert len(commands) == 2
    assert commands[0].endswith(".venv/bin/clftui") and commands[1].endswith("pytest")


def test_links_lead_somewhere() -> None:
    targets = re.findall(r"\]\(([^)#]+)\)", README)
    assert targets
    for target in targets:
        assert "://" in target or (ROOT / target).exists(), target


@pytest.mark.parametrize("line", REPORTS)
def test_report_commands_run(line: str, tmp_path: Path) -> None:
    words = shlex.split(line.replace("cat->dog", "3->8").replace("-o ", f"-o {tmp_path}/"))
    words = [str(bundled_folder("sample_runs") / "digits") if word == "runs/" else word for word in words]
    done = subprocess.run(
        [sys.executable, "-m", *words],
        capture_output=True,
        text=True,
        timeout=60,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert done.returncode == 0 and not done.stderr, done.stderr
    assert done.stdout or any(tmp_path.iterdir())


def test_there_are_report_commands_to_run() -> None:
    assert len(REPORTS) >= 4


def test_the_three_lines_write_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    code = blocks("python")[0]
    assert "..." in code
    space: dict[str, object] = {"labels": np.arange(30) % 3, "logits": rng.normal(size=(30, 3))}
    exec(compile(code, "README", "exec"), space)
    (run,) = open_catalog([tmp_path / "runs"]).runs
    assert run.name == "cnn" and run.epochs("test") == tuple(range(1, 11))


def test_the_keymap_names_commands_that_exist() -> None:
    for block in blocks("toml"):
        for name in tomllib.loads(block)["keys"]:
            assert name in Registry().by_id


def test_keys_that_are_named_do_something() -> None:
    registry = Registry()
    keys = {key for command in registry.commands for key in command.keys}
    line = README.split("## Keys")[1].split("Your own keys")[0]
    named = re.findall(r"`([^`]+)`", line)
    for each in " ".join(named).replace("hjkl", "h j k l").split():
        assert each in keys or each in ("esc",), each


def test_every_folder_of_the_package_is_explained_on_a_page() -> None:
    for folder in {path.parent for path in (ROOT / "clftui").rglob("*.py")}:
        if folder != ROOT / "clftui" and "_bundled" not in folder.parts:
            assert (folder / "README.md").is_file(), folder


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="needs the checkout")
def test_no_other_folder_at_the_top() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    top = {name.split("/")[0] for name in listed}
    allowed = {"clftui", "themes", "sample_runs", "tests", "pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md"}
    assert {name for name in top if not name.startswith(".")} == allowed
    assert (ROOT / "README.md").stat().st_size < 12_000
