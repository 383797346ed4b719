"""The command line: what it prints, what it refuses and in which words."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from clftui import __version__, cli, plain
from clftui.depth import colour_bits
from clftui.doctor import examine_pillow, report
from clftui.probe import Terminal
from tests.builders import write_collection, write_run


def clftui(*arguments: object, check: bool = True) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "clftui", *map(str, arguments)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL, check=False)
    assert not check or done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_collection(tmp_path_factory.mktemp("cli") / "animals")


def test_version_help_and_completion() -> None:
    assert clftui("--version").stdout.strip() == f"clftui {__version__}"
    assert "report" in clftui("--help").stdout and "PATH" in clftui("--help").stdout
    assert "_CLFTUI_COMPLETE" in clftui("completion", "bash").stdout


WORDS = ("a b", "", "runs", "--view matrix", "--view pairs x --run B --theme light", "--colors 16 --graphics none x")


@pytest.mark.parametrize("words", WORDS)
def test_plain_words_mean_without_click_what_they_mean_to_it(words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLFTUI_GRAPHICS", raising=False)
    asked = cli.program().commands["open"].make_context("open", words.split())
    assert plain.read(words.split(), {}) == asked.params


@pytest.mark.parametrize(
    "words",
    ["report x --view runs", "--help", "-h", "x --view", "x --view=matrix", "x --view nothing", "x --run --view",
     "--version", "x --epoch 3", "doctor", "open x"],
)  # fmt: skip
def test_other_words_are_left_to_click(words: str) -> None:
    assert plain.read(words.split(), {}) is None


def test_the_environment_is_left_to_click() -> None:
    assert plain.read(["x"], {"CLFTUI_GRAPHICS": "none"}) is None
    assert plain.read([], {"_CLFTUI_COMPLETE": "bash_complete"}) is None


def test_plain_words_know_every_command_and_every_choice() -> None:
    program = cli.program()
    assert set(plain.COMMANDS) == set(program.commands)
    for option in program.commands["open"].params:
        if option.opts[0] in plain.CHOICES:
            choices = getattr(option.type, "choices", None)
            assert plain.CHOICES[option.opts[0]] == (tuple(choices) if choices is not None else None)


def test_the_bundled_runs_need_no_path() -> None:
    data = json.loads(clftui("report", "--view", "runs", "--format", "json").stdout)
    assert data["schema"] == 1 and data["collection"] == "digits" and len(data["data"]["runs"]) == 5
    glyphs = json.loads(clftui("report", "--sample-set", "glyphs", "--view", "runs", "--format", "json").stdout)
    assert len(glyphs["data"]["runs"]) == 3


@pytest.mark.parametrize("view", ["runs", "ranking", "matrix", "pairs", "samples", "collect"])
@pytest.mark.parametrize("form", ["text", "md", "json", "csv"])
def test_every_view_in_every_format(root: Path, view: str, form: str) -> None:
    from clftui.opening import make_session
    from clftui.report import Options, render

    session = make_session(
        {"paths": (root,), "run": None, "split": None, "epoch": None, "metric": None, "filters": (), "images": None}
    )
    text = render(session, view, form, Options(top=3))
    assert text.endswith("\n") and "\x1b" not in text
    if form == "json":
        envelope = json.loads(text)
        assert list(envelope) == ["schema", "view", "collection", "runs", "split", "epoch", "filters", "data"]
        assert envelope["view"] == view and envelope["split"] == "test" and envelope["epoch"] == 3


def test_cells_filters_and_epochs_choose(root: Path) -> None:
    done = clftui("report", root, "--view", "samples", "--cell", "cat->cat", "--epoch", 2, "--format", "json")
    envelope = json.loads(done.stdout)
    assert envelope["epoch"] == 2
    assert all(each["true"] == each["predicted"] == "cat" for each in envelope["data"]["samples"])
    done = clftui("report", root, "--view", "matrix", "--filter", 'true == "dog"', "--format", "json", "--dense")
    envelope = json.loads(done.stdout)
    assert envelope["filters"] == ['true == "dog"']
    assert [sum(row) for row in envelope["data"]["counts"]] == [0, 20, 0, 0]


def test_svg_shows_the_screen(root: Path) -> None:
    done = clftui("report", root, "--view", "matrix", "--format", "svg", "--size", "80x24")
    assert done.stdout.startswith("<svg") and ">Matrix<" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["report", "/no/such/place", "--view", "runs"], "/no/such/place does not exist"),
        (["report", "{root}", "--view", "runs", "--run", "nobody"], "there is no run nobody; there are run0, run1"),
        (["report", "{root}", "--view", "runs", "--split", "val"], "there is no split val; there are test"),
        (["report", "{root}", "--view", "matrix", "--cell", "cat->cow"], "there is no class cow; there are cat, dog"),
        (["report", "{root}", "--view", "matrix", "--cell", "cat"], "write true->predicted"),
        (["report", "{root}", "--view", "ranking", "--metric", "fame"], "there is no fame; there are recall"),
        (["report", "{root}", "--view", "matrix", "--filter", "open('x')"], "is not allowed"),
        (["report", "{root}", "--view", "pairs", "--format", "svg"], "shows screens"),
        (["report", "{root}", "--view", "matrix", "--format", "svg", "--size", "big"], "write columns x rows"),
        (["{root}"], "draws on a terminal"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(root: Path, arguments: list[str], says: str) -> None:
    done = clftui(*(word.replace("{root}", str(root)) for word in arguments), check=False)
    assert done.returncode != 0
    assert says in done.stderr and len(done.stderr.strip().splitlines()) == 1


def test_a_log_says_what_ran(root: Path, tmp_path: Path) -> None:
    clftui("report", root, "--view", "runs", "--log", tmp_path / "clf.log")
    assert f"clftui {__version__}" in (tmp_path / "clf.log").read_text()


@pytest.mark.parametrize(
    ("env", "wanted", "bits"),
    [
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, "auto", 24),
        ({"TERM": "xterm-256color"}, "auto", 8),
        ({"TERM": "tmux"}, "auto", 4),
        ({"TERM": "linux"}, "auto", 4),
        ({"TERM": "xterm-direct"}, "auto", 24),
        ({"TERM": "foot"}, "auto", 8),
        ({"TERM": "dumb"}, "auto", 0),
        ({}, "auto", 0),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor", "NO_COLOR": "1"}, "auto", 0),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, "256", 8),
        ({"TERM": "xterm-256color", "CLFTUI_COLORS": "16"}, "auto", 4),
        ({"TERM": "xterm-256color", "NO_COLOR": ""}, "auto", 8),
    ],
)
def test_colours_follow_the_environment(env: dict[str, str], wanted: str, bits: int) -> None:
    found, why = colour_bits(env, wanted)
    assert found == bits and why


def test_doctor_names_what_to_add() -> None:
    hints = ("~/.tmux.conf: set -g allow-passthrough on   (lets images through)",)
    text = report(Terminal("kitty(0.41.1) in tmux", 8, "TERM is x", "3.3a", "off", True, (8, 16), ("kitty",), hints))
    for words in ("kitty(0.41.1) in tmux, over ssh", "256: TERM is x", "8 x 16 pixels", "3.3a", "allow-passthrough on"):
        assert words in text
    assert "clftui" in clftui("doctor").stdout


@pytest.mark.parametrize(("version", "warns"), [("10.4.0", True), ("12.9", True), ("13.0.0", False), ("", True)])
def test_an_old_pillow_is_warned_about(version: str, warns: bool) -> None:
    assert (examine_pillow(version) is not None) is warns


def test_order_and_blocks_are_checked_before_anything_is_printed(root: Path) -> None:
    for words, said in (
        (("--order", "hierarchy"), "--order hierarchy: there is no class hierarchy"),
        (("--blocks", "many"), "--blocks many: write a number, auto or groups"),
        (("--blocks", "groups"), "--blocks groups needs classes in the order of a hierarchy"),
    ):
        refused = clftui("report", root, "--view", "blocks", *words, check=False)
        assert refused.returncode == 2 and said in refused.stderr and not refused.stdout
    found = json.loads(clftui("report", root, "--view", "blocks", "--blocks", 2, "--format", "json").stdout)["data"]
    assert len(found["boundaries"]) == 1 and sorted(found["order"]) == sorted(set(found["order"]))


def test_rows_of_a_bare_matrix_can_be_the_predicted_classes(tmp_path: Path) -> None:
    (tmp_path / "counts.csv").write_text(",cat,dog\ncat,5,1\ndog,3,7\n", encoding="utf-8")
    words = ("report", tmp_path / "counts.csv", "--view", "matrix", "--format", "json")
    plain_cells = json.loads(clftui(*words).stdout)["data"]["cells"]
    turned = json.loads(clftui(*words, "--transposed").stdout)["data"]["cells"]
    assert ["cat", "dog", 1] in plain_cells and ["cat", "dog", 3] in turned


@pytest.mark.row("N12")
def test_a_script_is_run_before_a_report(root: Path, tmp_path: Path) -> None:
    script = tmp_path / "one.clf"
    script.write_text('filter wrong\ncell "yak" -> "cat"\nepoch 1\n', encoding="utf-8")
    done = clftui("report", root, "--view", "runs", "--format", "json", "--replay", script)
    found = json.loads(done.stdout)
    assert found["filters"] == ["wrong"] and found["epoch"] == 1
    assert "line 2" in done.stderr and "there is no class yak" in done.stderr
    (tmp_path / "broken").write_bytes(b"\xff\xfe\x00")
    refused = clftui("report", root, "--view", "runs", "--replay", tmp_path / "broken", check=False)
    assert refused.returncode == 2 and "cannot be read" in refused.stderr


def test_what_is_not_there_is_told_with_what_is_near(root: Path) -> None:
    for words, said in (
        (("report", root.parent / "animal", "--view", "runs"), f"did you mean {root}?"),
        (("reprot", root), "reprot does not exist; did you mean the command report?"),
        (("report", root / "nothing-like-it", "--view", "runs"), "name runs, a prediction file or a matrix"),
        (("report", root, "--view", "runs", "--epoch", 9), "--epoch: there is no epoch 9 of test; the newest is 3"),
        (("report", root, "--view", "runs", "--filter", "confidnce > 3"), "--filter: confidnce is no column; there"),
    ):
        refused = clftui(*words, check=False)
        assert refused.returncode == 2 and said in refused.stderr and not refused.stdout, words


def test_a_filter_that_some_run_can_answer_is_taken(root: Path, tmp_path: Path) -> None:
    """The sample table of one run may have a column that another's lacks: what that one shows is undefined."""
    write_run(tmp_path / "bare", seed=1)
    done = clftui("report", tmp_path / "bare", root / "run0", "--view", "runs", "--filter", 'path != ""')
    assert "run0" in done.stdout
