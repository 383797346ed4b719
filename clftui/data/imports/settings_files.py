"""What lies beside a training log and says how was trained: hparams.yaml, args.yaml, config.yaml, config.json."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

FILES = ("hparams.yaml", "args.yaml", "config.yaml")

_MOST_BYTES = 1_000_000
_FEW = 16
_TELLING = re.compile(
    r"(?:model|arch|architecture|lr|lr0|learning_rate|batch|batch_size|epochs|num_epochs|opt|optimizer|momentum|"
    r"weight_decay|dropout|drop|seed|sched|scheduler|imgsz|img_size|label_smoothing|mixup|warmup_epochs|data|dataset|"
    r"num_classes|num_train_epochs|hidden_size|num_layers)\Z"
)
"""Of a long list of settings, those that tell."""
_LINE = re.compile(r"(?P<indent> *)(?P<key>[A-Za-z_][\w./\-]*):(?:\s+(?P<value>.*))?\Z")


def settings_beside(folder: Path) -> tuple[dict[str, object], dict[str, object]]:
    """What is known of the model, and the hyperparameters, from the files in `folder`; empty where there are none."""
    found: dict[str, object] = {}
    for name in FILES:
        found.update(_flat_yaml(_text(folder / name)))
    model: dict[str, object] = {}
    config = _json(folder / "config.json")
    given = config.get("architectures")
    if isinstance(given, list) and given:
        model["architecture"] = str(given[0])
    chosen = found.get("model", found.get("arch"))
    if "architecture" not in model and isinstance(chosen, str) and chosen:
        model["architecture"] = chosen
    found = {key: value for key, value in found.items() if key not in ("model", "arch", "_wandb", "wandb_version")}
    if len(found) > _FEW:
        found = {key: value for key, value in found.items() if _TELLING.match(key)}
    return model, found


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_MOST_BYTES).decode("utf-8", "replace")
    except OSError:
        return ""


def _json(path: Path) -> Mapping[str, object]:
    try:
        value = json.loads(_text(path) or "{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _flat_yaml(text: str) -> dict[str, object]:
    """`key: value` lines of YAML, and W&B's `key:` with an indented `value:`; anything deeper is left out."""
    out: dict[str, object] = {}
    parent = ""
    for line in text.splitlines():
        match = _LINE.match(line.rstrip())
        if match is None:
            continue
        key, value = match["key"], (match["value"] or "").strip()
        if not match["indent"]:
            parent = "" if value else key
            if value and (plain := _plain(value)) is not None:
                out[key] = plain
        elif parent and key == "value" and value and (plain := _plain(value)) is not None:
            out[parent] = plain
    return out


def _plain(value: str) -> object:
    """A scalar of YAML; None for null, lists, objects and tags."""
    value = re.sub(r"\s+#.*\Z", "", value)
    if value.casefold() in ("null", "~", "", "none") or value[0] in "[{!&*|>":
        return None
    if value[0] in "'\"" and value[-1] == value[0] and len(value) > 1:
        return value[1:-1]
    if value in ("true", "True", "false", "False"):
        return value[0] in "tT"
    try:
        return int(value)
    except ValueError:
        pass
    try:
        return float(value)
    except ValueError:
        return value
