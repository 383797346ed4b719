"""`clftui check`: an exit status to stand on, and the class and cell by name."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clftui.check import run_check
from tests.answers import write_answers, write_table

N = 200
TRUE = "a" * N + "b" * N + "c" * N


def answers(a_for_b: int, c_for_b: int, seed: int | None = None) -> str:
    shown = np.asarray(list(TRUE))
    shown[:a_for_b] = "b"
    shown[2 * N : 2 * N + c_for_b] = "b"
    if seed is not None:
        at = np.random.default_rng(seed).choice(N, 6, replace=False) + N
        shown[at] = "c"
    return "".join(shown)


def collection(root: Path, ids: str = "s", **runs: list[str]) -> Path:
    write_table(root / "samples" / "test.csv", [f"{ids}{at}" for at in range(3 * N)])
    for name, epochs in runs.items():
        write_answers(root / name, TRUE, epochs)
    return root


@pytest.fixture(scope="module")
def baseline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return collection(tmp_path_factory.mktemp("base"), net=[answers(5, 90, 0)])


Capture = pytest.CaptureFixture[bytes]
NOTHING: dict[str, Any] = dict.fromkeys(("rules", "run", "baseline_run", "split", "hierarchy"))


def check(
    capsysbinary: Capture, path: Path, baseline: Path, form: str = "text", **more: str | Path
) -> tuple[int, str, str]:
    """(exit status, what was printed, what was complained of)."""
    status = run_check((path,), baseline, form=form, **(NOTHING | more))
    shown = capsysbinary.readouterr()
    return status, shown.out.decode(), shown.err.decode()


@pytest.mark.row("C15")
def test_a_rising_mean_does_not_hide_a_regressed_class(capsysbinary: Capture, tmp_path: Path, baseline: Path) -> None:
    better = collection(tmp_path / "runs", net=[answers(40, 10, 1)])
    status, text, _ = check(capsysbinary, better, baseline)
    assert status == 1
    assert "+7.5 points" in text.splitlines()[1], "the mean rose"
    assert "regressed class a 97.5 to 80.0 %" in text and "most into a->b 2.5 to 20.0 %" in text
    assert "regressed cell a->b" in text and "class c" not in text and "matched by id, exact McNemar" in text
    status, found, _ = check(capsysbinary, better, baseline, "json")
    data = json.loads(found)
    assert (status, data["exit"], data["status"]) == (1, 1, "regressed")
    [run] = data["runs"]
    assert [(each["kind"], each["name"]) for each in run["regressions"]] == [("class", "a"), ("cell", "a->b")]
    assert run["regressions"][0]["into"]["name"] == "a->b" and run["paired"] is True
    status, markdown, _ = check(capsysbinary, better, baseline, "md")
    assert (
        status == 1
        and markdown.startswith("### net against net, test: regressed\n")
        and "- regressed class a" in markdown
    )


def test_what_only_jitters_passes(capsysbinary: Capture, tmp_path: Path, baseline: Path) -> None:
    status, text, _ = check(capsysbinary, collection(tmp_path / "runs", net=[answers(8, 88, 2)]), baseline)
    assert status == 0 and "net against net, test: passed" in text and text.endswith("1 run checked: 1 passed.\n")
    assert check(capsysbinary, baseline, baseline)[0] == 0


def test_samples_without_ids_in_common_are_compared_as_different_ones(
    capsysbinary: Capture, tmp_path: Path, baseline: Path
) -> None:
    other = collection(tmp_path / "runs", ids="other", net=[answers(40, 10, 1)])
    status, text, _ = check(capsysbinary, other, baseline)
    assert status == 1 and "not matched, two proportions" in text and "regressed class a" in text


def test_classes_in_another_order_are_the_same_classes(capsysbinary: Capture, tmp_path: Path, baseline: Path) -> None:
    write_table(tmp_path / "runs" / "samples" / "test.csv", [f"s{at}" for at in range(3 * N)])
    write_answers(tmp_path / "runs" / "net", TRUE, [answers(5, 90, 0)], classes=("c", "d", "a", "b"))
    status, text, _ = check(capsysbinary, tmp_path / "runs", baseline)
    assert status == 0 and "not compared, for the baseline does not have them: d" in text


def test_what_cannot_be_compared_is_two(capsysbinary: Capture, tmp_path: Path, baseline: Path) -> None:
    strange, renamed = tmp_path / "strange", TRUE.translate(str.maketrans("abc", "xyz"))
    write_answers(strange / "net", renamed, [renamed], classes=("x", "y", "z"), table=None)
    status, text, _ = check(capsysbinary, strange, baseline)
    assert status == 2 and "no class in common" in text
    write_answers(tmp_path / "val" / "net", TRUE, [answers(5, 90)], split="val", table=None)
    status, text, _ = check(capsysbinary, tmp_path / "val", baseline)
    assert status == 2 and "net has no split val; it has test" in text
    for path, base, said in (
        (tmp_path / "nowhere", baseline, "does not exist"), (baseline, tmp_path / "nowhere", "does not exist"),
        (tmp_path, baseline / "samples", "no runs"),
    ):  # fmt: skip
        status, _, error = check(capsysbinary, path, base)
        assert status == 2 and error.startswith("Error: ") and error.count("\n") == 1, said
    broken = collection(tmp_path / "broken", net=[answers(5, 90)])
    (broken / "net" / "epochs" / "00001" / "test.npz").write_bytes(b"PK\x03\x04 no")
    assert check(capsysbinary, broken, baseline)[0] == 2


def test_runs_pair_by_name_and_the_rest_is_said(capsysbinary: Capture, tmp_path: Path) -> None:
    base = collection(tmp_path / "base", one=[answers(5, 5)], two=[answers(50, 5)])
    runs = collection(tmp_path / "runs", one=[answers(5, 5)], two=[answers(50, 5)], three=[answers(90, 5)])
    status, text, _ = check(capsysbinary, runs, base)
    assert status == 0 and "2 runs checked: 2 passed." in text and "1 run without a baseline: three." in text
    status, text, _ = check(capsysbinary, runs, base, run="two", baseline_run="one")
    assert status == 1 and "two against one, test: regressed" in text
    alone = collection(tmp_path / "alone", four=[answers(5, 5)])
    status, _, error = check(capsysbinary, alone, base)
    assert status == 2 and "no run has the name of a run of the baseline (one, two)" in error


def test_rules_are_bounds_beside_the_tests(capsysbinary: Capture, tmp_path: Path, baseline: Path) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text('[[rule]]\nclass = "c"\nmin = 0.6\n[[rule]]\nclass = "a"\ndrop = 0.5\n')
    status, text, _ = check(capsysbinary, baseline, baseline, rules=rules)
    assert status == 1 and "broken rule, class c: recall < 60 %: 55.0 %" in text and "class a" not in text
    rules.write_text('[[rule]]\nclass = "x"\nmin = 0.6\n')
    status, text, _ = check(capsysbinary, baseline, baseline, rules=rules)
    assert status == 2 and "a rule names x, which is no class or cell of net" in text
    rules.write_text("[[rule]]\n")
    status, _, error = check(capsysbinary, baseline, baseline, rules=rules)
    assert status == 2 and "names neither a class nor a cell" in error


def test_names_from_files_cannot_obey_a_terminal(capsysbinary: Capture, tmp_path: Path) -> None:
    evil = "a\x1b[2J"
    for root, wrong in (("base", 5), ("runs", 60)):
        folder = write_answers(tmp_path / root / "net", TRUE, [answers(wrong, 5)], table=None)
        path = folder / "run.json"
        path.write_text(path.read_text().replace('"a"', json.dumps(evil)))
    for form in ("text", "md", "json"):
        status, text, _ = check(capsysbinary, tmp_path / "runs", tmp_path / "base", form)
        assert status == 1 and "\x1b" not in text


def test_the_command(tmp_path: Path, baseline: Path) -> None:
    runs = collection(tmp_path / "runs", net=[answers(40, 10, 1)])
    words = [sys.executable, "-m", "clftui", "check", str(runs), "--baseline", str(baseline)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL, check=False)
    assert done.returncode == 1 and "regressed class a" in done.stdout and not done.stderr
    missing = subprocess.run(words[:-2], capture_output=True, text=True, timeout=60, check=False)
    assert missing.returncode == 2 and "--baseline" in missing.stderr
