"""One table of commands: no key twice in a view, no forbidden key, every effect exists, keymaps are checked."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from clftui.app.commands import Command, key_text
from clftui.app.effects import EFFECTS
from clftui.app.preferences import Preferences, load_preferences, save_preferences
from clftui.app.registry import ALL_COMMANDS, FORBIDDEN_KEYS, READING, Registry, RegistryError, faces, load_keymap
from clftui.data.catalog import open_catalog
from clftui.state.selection import Tab
from clftui.state.session import Session, open_session
from tests.builders import write_collection


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return open_session(open_catalog([write_collection(tmp_path / "animals")]))


def test_every_command_is_complete() -> None:
    registry = Registry()
    for command in ALL_COMMANDS:
        assert command.help.endswith("."), command.id
        assert len(command.label) <= 24, command.id
        assert command.effect is None or command.effect in EFFECTS, command.id
        assert not set(command.keys) & FORBIDDEN_KEYS, command.id
        assert registry.by_id[command.id] is command
    for tab in Tab:
        assert READING[tab], tab
        assert registry.find(tab.key, Tab.RUNS) is registry.by_id[f"tab.{tab.value}"]
        assert registry.find("?", tab) is registry.by_id["help"]


def test_two_commands_on_one_key_are_refused() -> None:
    first, second = (Command(f"x.{n}", ("ö",), "x", "X.", "Act", step=lambda s: s) for n in (1, 2))
    with pytest.raises(RegistryError, match="both want the key ö"):
        Registry([first, second])
    with pytest.raises(RegistryError, match="twice"):
        Registry([first, first])
    with pytest.raises(RegistryError, match="belongs to the terminal"):
        Registry([replace(first, keys=("ctrl+b",))])
    with pytest.raises(ValueError, match="exactly one"):
        Command("x", (), "x", "X.", "Act")


def test_the_footer_shows_only_what_works_now(session: Session) -> None:
    registry = Registry()
    labels = dict(registry.footer(session))
    assert labels["enter"] == "ranking" and "[ ]" in labels
    alone = replace(session, catalog=replace(session.catalog, runs=session.catalog.runs[:1]))
    assert "r" not in dict(registry.footer(alone))


def test_help_leaves_out_what_another_command_hides() -> None:
    """M is the filter of likely mislabelled samples, but in Scores it merges classes: one line, not two."""
    registry = Registry()
    for tab in Tab:
        for alone, face in ((alone, face) for alone in (False, True) for face in faces(tab)):
            keys = [key_text(c) for c in registry.reached(tab, alone, face) if c.in_help]
            assert len(keys) == len(set(keys)), (tab, alone, face, keys)
    assert [c.id for c in registry.reached(Tab.SCORES) if "M" in c.keys] == ["calibration.merge"]
    assert [c.id for c in registry.reached(Tab.RUNS) if "M" in c.keys] == ["filter.mislabelled"]


def test_every_view_takes_a_filter(session: Session) -> None:
    registry = Registry()
    for tab in Tab:
        command = registry.find("f", tab)
        assert command is not None and command.id == "filter.add" and command.works(replace(session, tab=tab))


def test_a_keymap_tells_in_which_views_a_key_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "keymap.toml"
    path.write_text('[keys]\n"split.next" = "S"\n')
    registry, problems = load_keymap(path, Registry())
    assert len(problems) == 1 and "S means something else in Ranking, Matrix" in problems[0]
    assert "Runs" not in problems[0] and registry.reaches("split.next", Tab.RUNS)
    path.write_text('[keys]\n"split.next" = ["S", "s"]\n')
    assert load_keymap(path, Registry())[1] == []


def test_a_keymap_moves_keys_and_mistakes_in_it_are_told(tmp_path: Path) -> None:
    path = tmp_path / "keymap.toml"
    path.write_text(
        '[keys]\n"split.next" = "X"\n"no.such" = "x"\n"help" = "q"\n"theme" = 3\n"export" = ["ctrl+e", "E"]\n'
    )
    registry, problems = load_keymap(path, Registry())
    moved = registry.find("X", Tab.RUNS)
    assert moved is not None and moved.id == "split.next" and registry.find("s", Tab.RUNS) is None
    kept = registry.find("q", Tab.RUNS)
    assert kept is not None and kept.id == "quit"
    assert [name for name in ("no.such", "help", "theme") if any(name in problem for problem in problems)] == [
        "no.such", "help", "theme",
    ]  # fmt: skip
    assert len(problems) == 3


@pytest.mark.parametrize("text", ["[keys", "keys = 3", "\xff"])
def test_a_broken_keymap_leaves_the_built_in_keys(tmp_path: Path, text: str) -> None:
    path = tmp_path / "keymap.toml"
    path.write_bytes(text.encode("latin-1"))
    registry, problems = load_keymap(path, Registry())
    assert len(problems) == 1 and str(path) in problems[0]
    assert registry.find("s", Tab.RUNS) is not None


def test_preferences_are_remembered_and_damage_is_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "state.json"
    assert load_preferences(path) == Preferences()
    save_preferences(Preferences("light", "features", "layers"), path)
    assert load_preferences(path) == Preferences("light", "features", "layers")
    for damage in ("{", "[]", json.dumps({"theme": 3, "other": 1})):
        path.write_text(damage)
        assert load_preferences(path).view == "runs"
