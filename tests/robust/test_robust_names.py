"""Names that would obey, rearrange or outgrow a terminal: of classes, runs, samples and files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from clftui.cli import program
from clftui.drawing.encode import Depth
from clftui.text import harmless, sanitise
from tests.builders import write_run, write_samples
from tests.proofs.fuzz_files import check_output
from tests.robust.screens import Screen, drive, session_of

NAMES: dict[str, tuple[str, ...]] = {
    "escape codes": ("\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "\x9b2J", "bell\x07"),
    "line breaks": ("two\nlines", "three\r\n\tlines", "a\u2028b", "\n"),
    "300 characters": tuple(letter * 300 for letter in "abcd"),
    "right to left": ("שלום עולם", "مرحبا بالعالم", "\u202egnp.exe", "abc\u2067def"),
    "wide": ("漢字" * 20, "ひらがな", "한국어", "ｆｕｌｌ"),
    "emoji": ("👩‍🔬", "🏳️‍🌈 flag", "e\u0301" * 30, "👍🏽" * 40),
    "alike when cleaned": ("cat\x00", "cat\x01", "cat\x02", "cat·"),
    "blank": ("", " ", "  ", "\t"),
    "markup": ("[bold]x[/]", "<b>|&amp;", "*_`~#", "{0} %s \\"),
    "lone surrogates": ("\ud800", "a\udcff", "\udc80b", "c"),
    "combining alone": ("\u0301", "\u200d\u200d", "\ufeff", "\u00ad"),
    "arrows": ("a->b", "->", "b→a", "-> ->"),
}
TOUR = ("1", "j", "2", "l", "N", "3", "j", "l", "c", "T", "enter", "7", "v", "enter", "backspace", "1")


def write(root: Path, names: tuple[str, ...]) -> Path:
    """A collection whose classes, runs and samples have these names."""
    root.mkdir(parents=True)
    folders = [f"run{number}" for number in range(2)]
    write_samples(root / "samples" / "test.csv", 80)
    path = root / "samples" / "test.csv"
    path.write_bytes(
        ("id,true,path,text\n" + "".join(f'"{_quoted(names[row % 4])}{row}",x,,"{_quoted(names[0])}"\n'
         for row in range(80))).encode("utf-8", "surrogatepass")
    )  # fmt: skip
    for seed, folder in enumerate(folders):
        run = write_run(root / folder, classes=names, seed=seed, samples={"test": "../samples/test.csv"})
        about = json.loads((run / "run.json").read_text()) | {"name": names[seed] or "x", "model": {names[0]: names[1]}}
        about["hyperparameters"] = {names[2] or "h": f"{seed}{names[3]}"}
        (run / "run.json").write_text(json.dumps(about))
    return root


def _quoted(name: str) -> str:
    return name.replace('"', '""').replace("\x00", "")


@pytest.mark.parametrize("kind", NAMES)
def test_reports_print_nothing_a_terminal_obeys(tmp_path: Path, kind: str) -> None:
    root = write(tmp_path / "runs", NAMES[kind])
    for view in ("runs", "ranking", "matrix", "pairs", "samples", "collect"):
        for form in ("text", "md", "json", "csv"):
            done = CliRunner().invoke(program(), ["report", str(root), "--view", view, "--format", form])
            assert done.exit_code == 0, (view, form, done.exception, done.stderr)
            assert done.stderr == harmless(done.stderr)
            check_output(done.stdout, form)
            if form == "json" and view == "matrix":
                assert json.loads(done.stdout)["data"]["classes"] == list(NAMES[kind]), "names stay what they are"


# Terminals and width tables disagree about joined and toned emoji, so no width of theirs can be held to.
@pytest.mark.parametrize("kind", [kind for kind in NAMES if kind != "emoji"])
def test_screens_keep_their_width(tmp_path: Path, kind: str) -> None:
    session = session_of(write(tmp_path / "runs", NAMES[kind]))

    async def script(screen: Screen) -> None:
        await screen.press(*TOUR)
        await screen.press("/", "a", "enter", ":", "#", "down", "escape", "?", "escape")
        await screen.settle()

    drive(session, script)
    drive(session, script, size=(41, 13), depth=Depth.MONO)


def test_names_that_are_alike_when_cleaned_stay_apart() -> None:
    names = NAMES["alike when cleaned"]
    assert len(set(names)) == 4 and len({sanitise(name) for name in names}) == 1


def test_a_folder_with_an_odd_name(tmp_path: Path) -> None:
    root = write_run(tmp_path / "a\x1b[31m\nb\udcff" / "run", epochs=1).parent
    (root / "bad").mkdir()
    (root / "bad" / "run.json").write_text("{")
    for form in ("text", "json"):
        done = CliRunner().invoke(program(), ["report", str(root), "--view", "runs", "--format", form])
        assert done.exit_code == 0 and "run" in done.stdout
        assert "\x1b" not in done.stdout + done.stderr and len(done.stderr.splitlines()) == 1
        check_output(done.stdout, form)
    done = CliRunner().invoke(program(), ["report", str(root / "\x1b[2Jnone"), "--view", "runs"])
    assert done.exit_code != 0 and "\x1b" not in done.stderr

    async def script(screen: Screen) -> None:
        await screen.press("1", "3", "7", "1")

    drive(session_of(root), script)
