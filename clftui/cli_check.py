"""The command `clftui check`, as click has it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import click


def check_command() -> click.Command:
    """`clftui check PATH --baseline PATH`"""
    import click

    @click.command("check")
    @click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
    @click.option("--baseline", required=True, type=click.Path(path_type=Path), metavar="PATH",
                  help="What must not be fallen behind: a run of the same name, or the only run there.")  # fmt: skip
    @click.option("--rules", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
                  help="Further bounds: [[rule]] tables in TOML.")  # fmt: skip
    @click.option("--run", metavar="NAME", help="Check this run alone.")
    @click.option("--baseline-run", metavar="NAME", help="Check against this run of the baseline.")
    @click.option("--split", metavar="NAME", help="Check on this split.")
    @click.option("--hierarchy", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
                  help="Class hierarchy, whose groups are tested too.")  # fmt: skip
    @click.option("--format", "form", type=click.Choice(("text", "md", "json")), default="text", show_default=True)
    def check(paths: tuple[Path, ...], **chosen: Any) -> None:
        """Has any class, group or confusion of PATHS got worse than in a baseline, beyond its test?

        Ends with 1 and names what regressed, with 0 where nothing did, with 2 where it could not compare.
        """
        from clftui.check import run_check

        sys.exit(run_check(paths, **chosen))

    return check
