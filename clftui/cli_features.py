"""Options of `clftui report` about layers and explanations."""

from __future__ import annotations

from typing import Any

from clftui import plain


def features_options(command: Any) -> Any:
    """`command` with what `--view features` and `--view explanations` take."""
    import click

    options = [
        click.option("--layer", metavar="NAME", help="The layer whose responses count; the last one otherwise."),
        click.option("--variant", type=click.Choice(plain.VARIANTS), help="What --view features tells of layers."),
        click.option("--task", type=click.Choice(plain.EXPLAINED_TASKS), help="What a row of --view explanations is."),
        click.option("--method", metavar="NAME", help="The explanation method; the first one otherwise."),
        click.option("--threshold", type=click.FloatRange(0, 1), help="What a map has to reach, in steps of .05."),
    ]
    for option in reversed(options):
        command = option(command)
    return command
