"""The command `clftui probe`, as click has it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import click


def probe_command() -> click.Command:
    """`clftui probe PATH --run NAME`"""
    import click

    @click.command("probe")
    @click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
    @click.option("--run", metavar="NAME", help="Probe the layers of this run.")
    @click.option("--split", metavar="NAME", help="On this split.")
    @click.option("--epoch", type=click.IntRange(min=1), help="In this epoch; the newest otherwise.")
    @click.option("--layer", "names", multiple=True, metavar="NAME", help="This layer alone; may be repeated.")
    @click.option("--again", is_flag=True, help="Write what was written already, too.")
    def probe(paths: tuple[Path, ...], names: tuple[str, ...], again: bool, **chosen: Any) -> None:
        """What does each recorded layer already know? Writes a linear probe of each as a run of its own.

        The runs are called cnn@conv1, cnn@conv2 ... and stand beside the run, with its samples and epoch, so every view
        shows them. Fitted on the responses of the train split where those were recorded, cross-validated otherwise.
        What was written already is left as it is.
        """
        from clftui.probing import run_probe

        sys.exit(run_probe({"paths": paths, **chosen}, names=names, again=again))

    return probe
