"""Trains with exported groups as the README of the reports says: python -m tests.proofs.group_training

Every level's head learns its own groups from one hidden representation. Needs torch; a few seconds.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Any

import torch

import clftui.report
from clftui.export import run_export_groups
from tests.layered import write_layers

README = Path(clftui.report.__file__).with_name("README.md")
WIDTH, SAMPLES, STEPS = 16, 400, 300


def snippet() -> str:
    """The README's code that reads groups.json."""
    blocks: list[str] = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    return next(block for block in blocks if "groups.json" in block)


def main() -> None:
    """Export, train, compare."""
    torch.manual_seed(0)
    with tempfile.TemporaryDirectory() as folder:
        chosen = {"paths": (write_layers(Path(folder) / "runs"),), "run": None, "split": None, "epoch": None,
                  "filters": (), "images": None, "sample_set": "digits", "hierarchy": None}  # fmt: skip
        groups = Path(folder) / "groups.json"
        assert run_export_groups(chosen, merged="cat = dog", form=None, output=groups) == 0
        space: dict[str, Any] = {"width": WIDTH}
        exec(compile(snippet().replace("groups.json", groups.as_posix()), str(README), "exec"), space)
    y = torch.arange(SAMPLES) % 4
    hidden = torch.randn(SAMPLES, WIDTH) + 4 * torch.eye(4, WIDTH)[y]
    optimiser = torch.optim.Adam(space["heads"].parameters(), 0.05)
    first = float(space["loss"](hidden, y).detach())
    for _ in range(STEPS):
        optimiser.zero_grad()
        now = space["loss"](hidden, y)
        now.backward()
        optimiser.step()
    print(f"loss {first:.2f} -> {float(now.detach()):.3f}")
    for level, head, to in zip(space["levels"], space["heads"], space["lookup"], strict=True):
        right = float((head(hidden).argmax(1) == to[y]).float().mean())
        print(f"{len(level['groups'])} groups: {100 * right:.1f} % right")
        assert right > 0.98
    assert space["lookup"][0][y].tolist() == (y // 2).tolist()


if __name__ == "__main__":
    main()
