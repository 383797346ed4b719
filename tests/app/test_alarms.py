"""An alarm on the screen: a strip, a mark in the header, a bell or a command; and nothing else moves."""

from __future__ import annotations

import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from clftui.analysis.changes import Part
from clftui.app import alarms as alarms_module
from clftui.app.alarms import AlarmError, Notice, advice, environment, notify, parse_notice
from clftui.app.app import ClfApp
from clftui.data.catalog import open_catalog
from clftui.data.run import Run
from clftui.drawing.canvas import Canvas
from clftui.drawing.palette import Depth, find_themes, load_theme
from clftui.state import alarm_strip
from clftui.state.alarm_strip import Regressed, Strip
from clftui.state.selection import Tab
from clftui.state.session import Session, open_session
from clftui.widgets.alarm_strip import AlarmStrip, draw_strip
from clftui.widgets.frame import BreadcrumbBar, FooterBar, HeaderBar
from tests.app.piloted import app_of
from tests.builders import write_collection, write_epoch, write_run

DARK = load_theme(find_themes()["dark"])
COAT = Regressed(Part.CLASS, "owl", -0.13, 0.035)
BOOT = Regressed(Part.CLASS, "fox", -0.039, 0.023)
STRIP = Strip(("/runs/cnn", "test", 6), "cnn", "cnn", "A", (COAT, BOOT), -0.003)


class Fake:
    """Stands for what finds alarms: what it is told, by run and epoch."""

    def __init__(self) -> None:
        self.found: dict[tuple[str, int], tuple[Regressed, ...] | None] = {}

    def __call__(self, session: Session, run: Run) -> tuple[Regressed, ...] | None:
        newest = run.newest(session.selection.split or "")
        return self.found.get((run.name, newest or 0), ())


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Fake:
    found = Fake()
    monkeypatch.setattr(alarm_strip, "regressions", found)
    return found


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """run0 to run2 have ended; `live` is running and the best."""
    root = write_collection(tmp_path / "animals")
    write_run(root / "live", seed=9, skill=0.95, state="running")
    return root


@asynccontextmanager
async def running(root: Path, *, alarm: str = "none", size: tuple[int, int] = (120, 40)) -> AsyncIterator[Pilot[None]]:
    catalog = open_catalog([root])
    app = ClfApp(open_session(catalog), paths=catalog.paths, theme="dark", remember=False, alarm=alarm)
    async with app.run_test(size=size) as pilot:
        await app.main.settled()
        yield pilot


def line(pilot: Pilot[None], bar: type[HeaderBar | BreadcrumbBar | FooterBar | AlarmStrip]) -> str:
    """What a bar shows; nothing where it does not."""
    found = [each for each in app_of(pilot).main.query(bar) if each.display and each.canvas is not None]
    return found[0].canvas.rows_text()[0].strip() if found and found[0].canvas is not None else ""


def tab(pilot: Pilot[None]) -> Tab:
    return app_of(pilot).main.now.tab


async def until(pilot: Pilot[None], holds: Callable[[], bool]) -> None:
    for _ in range(500):
        await pilot.pause(0.02)
        if holds():
            return
    raise AssertionError(f"{line(pilot, HeaderBar)}\n{line(pilot, BreadcrumbBar)}\n{line(pilot, AlarmStrip)}")


def next_epoch(root: Path, epoch: int, name: str = "live") -> None:
    write_epoch(root / name, epoch, "test", classes=4, n=80, seed=epoch, skill=0.8)


async def test_an_alarm_shows_and_nothing_else_moves(root: Path, fake: Fake) -> None:
    async with running(root) as pilot:
        main = app_of(pilot).main
        await pilot.press("3", "l", "j")
        await main.settled()
        before = main.now
        body = main.query_one("#body").region
        fake.found["live", 4] = (COAT, BOOT)
        next_epoch(root, 4)
        await until(pilot, lambda: bool(line(pilot, AlarmStrip)))
        words = line(pilot, AlarmStrip)
        assert words.startswith("▼ epoch 4 of A live: 2 classes regressed  owl −13.0 ±3.5  fox −3.9 ±2.3")
        assert words.endswith("a show esc dismiss") and "accuracy " in words
        assert line(pilot, HeaderBar).split()[:4] == ["animals", "A", "live", "▼2"]
        assert main.now.selection == before.selection and main.now.tab is before.tab
        strip = main.query_one(AlarmStrip).region
        view = main.query_one("#body").children[0]
        assert (strip.y, strip.height) == (body.y, 1)  # the blank row it takes the place of
        assert [each.region.y for each in view.parent.children if each.display] == [body.y + 1]  # type: ignore[union-attr]


async def test_a_pinned_epoch_stays_pinned(root: Path, fake: Fake) -> None:
    fake.found["live", 4] = (COAT,)
    async with running(root) as pilot:
        await pilot.press("3", "[")
        next_epoch(root, 4)
        await until(pilot, lambda: "1 class regressed" in line(pilot, AlarmStrip))
        assert app_of(pilot).main.now.selection.epoch == 2 and "epoch 2/4" in line(pilot, HeaderBar)


async def test_escape_dismisses_it_for_that_epoch_and_then_goes_back(root: Path, fake: Fake) -> None:
    fake.found["live", 3] = (COAT,)
    fake.found["live", 4] = (BOOT,)
    async with running(root) as pilot:
        main = app_of(pilot).main
        await pilot.press("3")
        assert "owl" in line(pilot, AlarmStrip)  # a live run says so at the start too
        await pilot.press("escape")
        await main.settled()
        assert not line(pilot, AlarmStrip) and "▼" not in line(pilot, HeaderBar) and tab(pilot) is Tab.MATRIX
        await pilot.press("escape")
        assert tab(pilot) is Tab.RUNS
        next_epoch(root, 4)
        await until(pilot, lambda: "fox" in line(pilot, AlarmStrip))
        await pilot.press("backspace")
        assert "fox" in line(pilot, AlarmStrip)


async def test_it_goes_when_the_next_epoch_has_none(root: Path, fake: Fake) -> None:
    fake.found["live", 4] = (COAT,)
    async with running(root) as pilot:
        next_epoch(root, 4)
        await until(pilot, lambda: bool(line(pilot, AlarmStrip)))
        next_epoch(root, 5)
        await until(pilot, lambda: "epoch 5/5" in line(pilot, HeaderBar) and not line(pilot, AlarmStrip))
        assert "▼" not in line(pilot, HeaderBar)


async def test_a_leads_to_the_epochs_view_and_back(root: Path, fake: Fake) -> None:
    fake.found["live", 4] = (COAT, BOOT)
    async with running(root) as pilot:
        main = app_of(pilot).main
        await pilot.press("3", "r")
        assert main.now.selection.run != "live"
        await pilot.press("a")
        assert "nothing to work on" in main.now.notice
        next_epoch(root, 4)
        await until(pilot, lambda: bool(line(pilot, AlarmStrip)))
        before = main.now.selection
        await pilot.press("a")
        chosen = main.now.selection
        assert tab(pilot) is Tab.EPOCHS and (chosen.run, chosen.epoch, chosen.true) == ("live", 4, "owl")
        await pilot.press("backspace")
        assert tab(pilot) is Tab.MATRIX and main.now.selection == before
        await pilot.click(AlarmStrip)
        assert tab(pilot) is Tab.EPOCHS


async def test_what_is_being_computed_shows_when_it_is_there(root: Path, fake: Fake) -> None:
    fake.found["live", 4] = None
    async with running(root) as pilot:
        next_epoch(root, 4)
        await until(pilot, lambda: "epoch 4/4" in line(pilot, HeaderBar))
        assert not line(pilot, AlarmStrip)
        fake.found["live", 4] = (COAT,)
        await until(pilot, lambda: bool(line(pilot, AlarmStrip)))


async def test_ended_runs_do_not_alarm_and_partial_epochs_wait_for_all_ranks(root: Path, fake: Fake) -> None:
    for epoch in (3, 4):
        fake.found["run2", epoch] = fake.found["live", epoch + 1] = (COAT,)
    async with running(root) as pilot:
        assert not line(pilot, AlarmStrip)
        whole = write_epoch(root / "live", 4, "val", classes=4, n=80, seed=4, skill=0.8)
        whole.rename(whole.with_name("test.rank0of2.npz"))
        await until(pilot, lambda: "◐ 1 of 2 ranks, 100 %" in line(pilot, HeaderBar))
        assert not line(pilot, AlarmStrip)
        other = write_epoch(root / "live", 4, "val", classes=4, n=80, seed=4, skill=0.8)
        other.rename(other.with_name("test.rank1of2.npz"))
        await until(pilot, lambda: bool(line(pilot, AlarmStrip)))


async def test_a_low_terminal_gives_up_one_row_and_gets_it_back(root: Path, fake: Fake) -> None:
    fake.found["live", 4] = (COAT,)
    async with running(root, size=(80, 24)) as pilot:
        main = app_of(pilot).main
        height = main.query_one("#body").region.height
        next_epoch(root, 4)
        await until(pilot, lambda: bool(line(pilot, AlarmStrip)))
        assert "owl −13.0" in line(pilot, AlarmStrip) and main.query_one("#body").region.height == height - 1
        await pilot.press("escape")
        await main.settled()
        assert main.query_one("#body").region.height == height


async def test_the_bell_rings_once_an_epoch_and_never_at_the_start(
    root: Path, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[Strip] = []
    monkeypatch.setattr(alarms_module, "notify", lambda notice, strip, ring: rung.append(strip))
    fake.found["live", 3] = fake.found["live", 4] = fake.found["live", 8] = (COAT,)
    fake.found["live", 5] = fake.found["live", 6] = (COAT, BOOT)
    async with running(root, alarm="bell") as pilot:
        await pilot.press("3")
        assert line(pilot, AlarmStrip) and not rung
        next_epoch(root, 4)
        await until(pilot, lambda: len(rung) == 1)
        await pilot.press("l", "j", "escape", "k")
        next_epoch(root, 5)
        await until(pilot, lambda: len(rung) == 2)
        assert [strip.epoch for strip in rung] == [4, 5]
        for epoch in (6, 7, 8):
            next_epoch(root, epoch)
            await until(pilot, lambda epoch=epoch: f"epoch {epoch}/{epoch}" in line(pilot, HeaderBar))  # type: ignore[misc]
        await until(pilot, lambda: len(rung) == 3)
        assert [strip.epoch for strip in rung] == [4, 5, 8]  # 6 is what 5 was, 7 is quiet, 8 is news again


def test_what_an_alarm_does_is_checked_before_the_app_opens() -> None:
    assert parse_notice("bell") == Notice("bell") and parse_notice("none") == Notice()
    assert parse_notice(f"command:{sys.executable} -c 'a b'") == Notice("command", (sys.executable, "-c", "a b"))
    for wrong, words in (
        ("shout", "write bell, tmux"), ("bell:x", "write bell"), ("command:", "names no command"),
        ("command", "names no command"), ("command:'", "quotation"), ("command:/no/such/thing", "no command"),
    ):  # fmt: skip
        with pytest.raises(AlarmError, match=words):
            parse_notice(wrong)


def test_a_command_gets_names_as_data_and_no_shell_reads_them(tmp_path: Path) -> None:
    out = tmp_path / "out"
    nasty = Regressed(Part.CLASS, "$(touch owned); `x`\n\x1b[31m\0\udcff", -0.1, 0.01)
    strip = Strip(("/x", "test", 7), "r", 'my "run"', None, (nasty, BOOT), 0.0)
    script = tmp_path / "told.py"
    script.write_text(
        "import os, sys\n"
        "told = [os.environ['CLFTUI_' + name] for name in ('RUN', 'EPOCH', 'CLASSES')]\n"
        "open(sys.argv[1], 'w', encoding='utf-8').write(repr(told))\n"
    )
    notify(parse_notice(f"command:{sys.executable} {script} {out}"), strip, _silent)
    _wait(lambda: out.is_file() and out.read_text().endswith("]"))
    assert out.read_text() == repr(['my "run"', "7", "$(touch owned); `x` ·[31m··\nfox"])
    assert not (tmp_path / "owned").exists() and set(environment(strip)) == {
        "CLFTUI_RUN", "CLFTUI_EPOCH", "CLFTUI_CLASSES",
    }  # fmt: skip


def test_a_command_that_fails_or_has_gone_is_logged_and_costs_nothing(caplog: pytest.LogCaptureFixture) -> None:
    notify(Notice("command", (sys.executable, "-c", "raise SystemExit(3)")), STRIP, _silent)
    notify(Notice("command", ("/no/such/thing",)), STRIP, _silent)
    _wait(lambda: "status 3" in caplog.text and "No such file" in caplog.text)


def test_bell_and_tmux_ring(monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[int] = []
    for kind in ("bell", "tmux", "none"):
        notify(parse_notice(kind), STRIP, lambda: rung.append(1))
    assert len(rung) == 2
    assert "this is no tmux" in advice(Notice("tmux"), {}) and not advice(Notice("bell"), {})


def _silent() -> None:
    raise AssertionError("no bell was asked for")


def _wait(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("width", "words"),
    [
        (140, "▼ epoch 6 of A cnn: 2 classes regressed  owl −13.0 ±3.5  fox −3.9 ±2.3"),
        (80, "▼ epoch 6 of A cnn  owl −13.0 ±3.5  +1"),
        (60, "▼ epoch 6 of A cnn  owl −13.0 ±3.5"),
        (40, "▼ epoch 6 of A cnn  owl −13.0 ±3.5"),
        (20, "▼ epoch 6 of A cnn"),
    ],
)
@pytest.mark.parametrize("depth", list(Depth))
def test_the_strip_at_every_width_and_depth(width: int, words: str, depth: Depth) -> None:
    canvas = Canvas(width, 1, DARK.at(depth))
    draw_strip(canvas, STRIP)
    text = canvas.rows_text()[0]
    assert text.strip().startswith(words)
    assert ("dismiss" in text) == (width >= 60) and ("accuracy −0.3" in text) == (width >= 80)


def test_cells_and_rules_speak_for_themselves() -> None:
    cell = Regressed(Part.CELL, "Coat → Shirt", 0.071, 0.024)
    rule = Regressed(Part.CLASS, "owl", float("nan"), float("nan"), words="recall < 70 % for 3 epochs")
    lasting = Regressed(Part.CLASS, "owl", -0.1, 0.02, since=4)
    assert cell.said == ("Coat → Shirt +7.1", "±2.4") and rule.said == ("owl recall < 70 % for 3 epochs", "")
    assert lasting.said == ("owl −10.0", "±2.0 since 4")
    assert Regressed(Part.CLASS, "owl", -0.1, 0.02, words="recall < 70 %: 60.0 %").said == (
        "owl −10.0", "±2.0 recall < 70 %: 60.0 %",
    )  # fmt: skip
    both = Strip(("/x", "test", 6), "cnn", "cnn", None, (rule, cell), float("nan"))
    assert both.title == "epoch 6 of cnn: 1 class regressed" and both.number == 1
    canvas = Canvas(120, 1, DARK)
    draw_strip(canvas, both, more=2)
    assert "(+2)" in canvas.rows_text()[0] and "accuracy" not in canvas.rows_text()[0]
