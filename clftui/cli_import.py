"""The command `clftui import`, as click has it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import click


def import_command() -> click.Command:
    """`clftui import SRC... DEST`"""
    import click

    @click.command("import")
    @click.argument(
        "sources", nargs=-1, required=True, type=click.Path(path_type=Path, allow_dash=True), metavar="SRC..."
    )
    @click.argument("dest", type=click.Path(path_type=Path), metavar="DEST")
    @click.option("--images", type=click.Path(path_type=Path), metavar="ROOT",
                  help="Where image files are now, if they moved.")  # fmt: skip
    @click.option("--copy-images", is_flag=True, help="Copy the images into DEST; otherwise they stay where they are.")
    @click.option("--hierarchy", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
                  help="Class hierarchy to go with the runs.")  # fmt: skip
    @click.option("--transposed", is_flag=True, help="Rows of bare matrices are the predicted classes.")
    def import_(sources: tuple[Path, ...], dest: Path, **chosen: Any) -> None:
        """Write what SRC holds (predictions, arrays, matrices, logs; - is a pipe) as runs into the folder DEST.

        Files that an earlier import wrote are kept, so that one that was stopped goes on; no other file is touched.
        """
        from clftui.importing import run_import

        sys.exit(run_import(sources, dest, **chosen))

    return import_
