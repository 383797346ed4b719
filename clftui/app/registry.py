"""The registry: every command once, found by key and view; a user's keymap is checked before it is used."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from clftui.app.command_table import (
    alarms,
    common,
    decisions,
    epochs,
    features,
    filters,
    map_view,
    matrix,
    matrix_blocks,
    matrix_epochs,
    matrix_groups,
    matrix_images,
    matrix_pairs,
    matrix_zoom,
    ranking,
    runs,
    sample_detail,
    samples,
    scores,
    triage,
)
from clftui.app.commands import Command, key_text
from clftui.state.features_settings import FeaturesVariant
from clftui.state.selection import Tab
from clftui.state.session import Session

FORBIDDEN_KEYS = frozenset({"ctrl+a", "ctrl+b", "ctrl+s"})
"""Prefixes of tmux and screen, and the terminal's own stop key: never ours, not even by keymap."""

ALL_COMMANDS: tuple[Command, ...] = (
    *common.COMMANDS,
    *alarms.COMMANDS,
    *filters.COMMANDS,
    *runs.COMMANDS,
    *ranking.COMMANDS,
    *map(matrix_pairs.on_grid, matrix.COMMANDS),
    *map(matrix_pairs.on_grid, matrix_zoom.COMMANDS),
    *map(matrix_pairs.on_grid, matrix_epochs.COMMANDS),
    *map(matrix_pairs.on_grid, matrix_images.COMMANDS),
    *map(matrix_pairs.on_grid, matrix_groups.COMMANDS),
    *map(matrix_pairs.on_grid, matrix_blocks.COMMANDS),
    *matrix_pairs.COMMANDS,
    *epochs.COMMANDS,
    *map_view.COMMANDS,
    *map(decisions.on_scores, scores.COMMANDS),
    *decisions.COMMANDS,
    *samples.COMMANDS,
    *sample_detail.COMMANDS,
    *triage.COMMANDS,
    *features.COMMANDS,
)
READING: Mapping[Tab, tuple[tuple[str, str], ...]] = {
    Tab.RUNS: runs.READING,
    Tab.RANKING: ranking.READING,
    Tab.MATRIX: (
        *matrix.READING,
        *matrix_zoom.READING,
        *matrix_epochs.READING,
        *matrix_images.READING,
        *matrix_groups.READING,
        *matrix_blocks.READING,
        *matrix_pairs.READING,
    ),
    Tab.EPOCHS: epochs.READING,
    Tab.MAP: map_view.READING,
    Tab.SCORES: (*scores.READING, *decisions.READING),
    Tab.SAMPLES: (*samples.READING, *sample_detail.READING, *triage.READING),
    Tab.FEATURES: features.READING,
}
"""How to read each view's glyphs, for its help sheet."""


def reading(tab: Tab, face: str = "") -> tuple[tuple[str, str], ...]:
    """How to read what shows: of Features the variant `face`, of other views all of it."""
    return features.READINGS[face] if face in features.READINGS else READING[tab]


def faces(tab: Tab) -> tuple[str, ...]:
    """What a tab may show in the place of its first face, where keys mean other things."""
    return tuple(variant.value for variant in FeaturesVariant) if tab is Tab.FEATURES else ("",)


class RegistryError(ValueError):
    """Two commands claim one key or id; the sentence names them."""


class Registry:
    """Commands by id and, for each view, by key. A view's own command hides a common one on the same key."""

    def __init__(self, commands: Iterable[Command] = ALL_COMMANDS) -> None:
        self.commands = tuple(commands)
        self.by_id: dict[str, Command] = {}
        for command in self.commands:
            if command.id in self.by_id:
                raise RegistryError(f"{command.id} is defined twice")
            self.by_id[command.id] = command
        self._by_key = {
            (tab, alone, face): self._keys_of(tab, alone, face)
            for tab in Tab
            for alone in (False, True)
            for face in faces(tab)
        }

    def _keys_of(self, tab: Tab, alone: bool, face: str) -> dict[str, Command]:
        keys: dict[str, Command] = {}
        own = [c for c in self.commands if c.tabs is not None and tab in c.tabs and c.is_of(alone, face)]
        for command in (*own, *(c for c in self.commands if c.tabs is None)):
            for key in command.keys:
                if key in FORBIDDEN_KEYS:
                    raise RegistryError(f"{key} belongs to the terminal and cannot be {command.id}")
                there = keys.get(key)
                if there is not None and (there.tabs is None) == (command.tabs is None):
                    raise RegistryError(f"{there.id} and {command.id} both want the key {key} in {tab.label}")
                keys.setdefault(key, command)
        return keys

    def find(self, key: str, tab: Tab, alone: bool = False, face: str = "") -> Command | None:
        """The command of `key` in a view; `alone` where one sample shows alone, `face` the variant of Features."""
        return self._by_key[tab, alone, face or faces(tab)[0]].get(key)

    def of(self, tab: Tab) -> list[Command]:
        """The commands a view has, its own first."""
        own = [c for c in self.commands if c.tabs is not None and tab in c.tabs]
        return own + [c for c in self.commands if c.tabs is None]

    def reached(self, tab: Tab, alone: bool = False, face: str = "") -> list[Command]:
        """The commands that a key reaches there, the view's own first: not those whose keys another one takes."""
        return [c for c in self.of(tab) if any(self.find(key, tab, alone, face) is c for key in c.keys)]

    def reaches(self, name: str, tab: Tab) -> bool:
        """Whether a key of the view, on whatever of it shows, leads to the command."""
        shown = ((alone, face) for alone in (False, True) for face in faces(tab))
        return any(c.id == name for alone, face in shown for c in self.reached(tab, alone, face))

    def footer(self, session: Session) -> list[tuple[str, str]]:
        """(key, label) of the commands that work now, most useful first."""
        shown = [c for c in self.of(session.tab) if c.footer and c.keys and c.works(session)]
        return [(key_text(c), c.label_in(session)) for c in sorted(shown, key=lambda c: c.footer)]

    def with_keymap(self, keymap: Mapping[str, tuple[str, ...]]) -> Registry:
        """A registry whose commands listen to the user's keys instead; raises RegistryError on a clash."""
        changed = [replace(c, keys=keymap[c.id], shown_keys="") if c.id in keymap else c for c in self.commands]
        return Registry(changed)


def load_keymap(path: Path, registry: Registry) -> tuple[Registry, list[str]]:
    """The registry under a user's `keymap.toml`, and one sentence for each line of it that cannot be used.

    The file holds `[keys]` with `"command.id" = "key"` or a list of keys. A line that names no command, or takes a
    key that another command has, is left out; the rest counts.
    """
    if not path.is_file():
        return registry, []
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8")).get("keys", {})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return registry, [f"{path}: cannot be read ({error}); the built-in keys stay."]
    if not isinstance(table, dict):
        return registry, [f'{path}: keys is no table; write [keys] and lines like "split.next" = "X".']
    problems: list[str] = []
    for name, value in table.items():
        keys = (value,) if isinstance(value, str) else value
        if not (isinstance(keys, list | tuple) and keys and all(isinstance(key, str) and key for key in keys)):
            problems.append(f"{path}: {name} is neither a key nor a list of keys; its built-in keys stay.")
        elif name not in registry.by_id:
            problems.append(f"{path}: there is no command {name}; the palette lists them all.")
        else:
            before = registry
            try:
                registry = registry.with_keymap({name: tuple(keys)})
            except RegistryError as error:
                problems.append(f"{path}: {name}: {error}; its built-in keys stay.")
                continue
            deaf = [tab.label for tab in Tab if before.reaches(name, tab) and not registry.reaches(name, tab)]
            if deaf:
                problems.append(
                    f"{path}: {name}: {', '.join(keys)} means something else in {', '.join(deaf)}, and does not work "
                    "there; `?` lists the keys of a view."
                )
    return registry, problems
