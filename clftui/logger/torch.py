"""Plain torch and timm loops: what loaders, datasets and models tell, to be passed on to `RunLogger`."""

from __future__ import annotations

import os

from clftui.logger.loaders import class_names, rows_of, sample_table
from clftui.logger.models import model_facts

__all__ = ["class_names", "model_facts", "ranks", "rows_of", "sample_table"]


def ranks() -> dict[str, int]:
    """`rank` and `world_size` of this process, as torchrun, SLURM's launchers and accelerate set them."""
    return {"rank": int(os.environ.get("RANK", "0")), "world_size": int(os.environ.get("WORLD_SIZE", "1"))}
