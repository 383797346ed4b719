"""The everyday command line, `clftui PATH... --view matrix`, read without click: that takes a tenth of the start.

What is not known word for word is left to click: help, mistakes, `--name=value`, rarer options, other commands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

COMMANDS = ("open", "report", "check", "export", "list", "import", "explain", "respond", "perturb", "probe", "doctor",
            "completion")  # fmt: skip
MAP_POINTS = ("samples", "classes", "runs", "epochs")
MAP_LAYOUTS = ("quick", "t-sne", "smacof")
TABS = ("runs", "ranking", "matrix", "epochs", "map", "scores", "samples", "features")
PANES = ("pairs", "readout", "subclasses", "layers", "explanations", "methods", "sensitivity")
GRAPHICS = ("auto", "kitty", "sixel", "blocks", "term-image", "none")
COLOURS = ("auto", "24", "256", "16", "none")
SAMPLE_SORTS = ("confidence", "true-score", "loss", "margin", "entropy", "suspicion", "epochs-wrong", "forgotten",
                "disagreement", "runs-wrong", "soft", "row")  # fmt: skip
EXPLAINED_SORTS = ("accuracy", "class", "name", "true", "predicted", "area", "colours", "similarity")
EXPLAINED_TASKS = ("models", "classes", "samples", "methods")
GROUPINGS = ("true", "predicted", "history", "runs", "tag")
VARIANTS = ("responses", "profiles", "subclasses", "layers")
PARTS = ("wrong", "right", "all")
SAMPLE_SETS = ("digits", "glyphs")

CHOICES: Mapping[str, tuple[str, ...] | None] = {
    "--view": (*TABS, *PANES),
    "--graphics": GRAPHICS,
    "--colors": COLOURS,
    "--sample-set": SAMPLE_SETS,
    "--run": None,
    "--split": None,
    "--theme": None,
    "--alarm": None,
}
"""The options that are read here, and what they may be; None is any word."""

DEFAULTS: Mapping[str, Any] = {
    "run": None,
    "split": None,
    "epoch": None,
    "metric": None,
    "filters": (),
    "what_if": None,
    "images": None,
    "hierarchy": None,
    "order": None,
    "blocks": None,
    "transposed": False,
    "replay": None,
    "replay_tags": False,
    "record": None,
    "sample_set": "digits",
    "theme": None,
    "against": None,
    "log": None,
    "view": None,
    "graphics": "auto",
    "colors": "auto",
    "alarm": "none",
    "rules": None,
}
"""Every option of `open`, as it is when it is not given."""


def read(words: Sequence[str], env: Mapping[str, str]) -> dict[str, Any] | None:
    """What click would hand to `open`; None where click must be asked."""
    if "_CLFTUI_COMPLETE" in env or "CLFTUI_GRAPHICS" in env or (words and words[0] in COMMANDS):
        return None
    chosen, paths, rest = dict(DEFAULTS), [], iter(words)
    for word in rest:
        if not word.startswith("-"):
            paths.append(Path(word))
            continue
        value, choices = next(rest, "-"), CHOICES.get(word, ())
        if value.startswith("-") or (choices is not None and value not in choices):
            return None
        chosen[word[2:].replace("-", "_")] = value
    return {"paths": tuple(paths), **chosen}
