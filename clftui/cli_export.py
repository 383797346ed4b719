"""The commands `clftui export` and `clftui list`, as click has them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clftui import plain

if TYPE_CHECKING:
    import click

WHATS = ("relabel", "paths", "json", "mask", "fiftyone", "symlinks", "copies", "contact-sheet", "groups")
TAGS = ("mislabelled", "ambiguous", "bad image", "duplicate", "hard", "collect more", "any")


def _shared(command: Any) -> Any:
    """Options that both have."""
    import click

    options = [
        click.option("--run", metavar="NAME", help="Look at this run's answers."),
        click.option("--split", metavar="NAME", help="Samples of this split."),
        click.option("--epoch", type=click.IntRange(min=1), help="Answers of this epoch; the newest otherwise."),
        click.option("--filter", "filters", multiple=True, metavar="EXPR",
                     help='Samples that meet this, e.g. \'tag == "hard" and confidence > .9\'; may be repeated.'),
        click.option("--images", type=click.Path(path_type=Path), metavar="ROOT",
                     help="Where image files are now, if they moved."),
        click.option("--sample-set", type=click.Choice(plain.SAMPLE_SETS), default="digits", show_default=True,
                     help="Which bundled runs to open without a path."),
    ]  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def export_command() -> click.Command:
    """`clftui export PATH --what relabel`"""
    import click

    @click.command("export")
    @click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
    @click.option(
        "--what",
        type=click.Choice(WHATS),
        default="relabel",
        show_default=True,
        help="relabel: a CSV of given and proposed classes; mask: .npy and .csv as cleanlab has them; "
        "fiftyone: its JSON; symlinks and copies: a folder by tag and class; "
        "contact-sheet: a picture of the confusions (.png, .jpg, .pdf); "
        "groups: the group of every class, level by level, for training with a hierarchy.",
    )
    @click.option(
        "--tag",
        "tags",
        multiple=True,
        type=click.Choice(TAGS),
        help="Samples of this tag alone; may be repeated. Otherwise relabel and mask take the mislabelled, "
        "everything else takes all.",
    )
    @click.option("--all", "every", is_flag=True, help="Samples without a tag too.")
    @click.option(
        "--merge",
        "journals",
        multiple=True,
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="Take in the tags of another triage.jsonl first; may be repeated.",
    )
    @click.option("--hierarchy", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
                  help="Class hierarchy, for groups; the collection's own otherwise.")  # fmt: skip
    @click.option(
        "--merged", metavar="TEXT", help="With groups: classes that are one from now on, 'cat = dog; fox = wolf'."
    )
    @click.option(
        "--format", "form", type=click.Choice(("json", "csv")), help="Of groups; the ending of DEST, else json."
    )
    @click.option("--output", "-o", type=click.Path(path_type=Path), metavar="DEST", help="Write here.")
    @_shared
    def export(what: str, tags: tuple[str, ...], every: bool, journals: tuple[Path, ...], output: Path | None,
               merged: str | None, form: str | None, **chosen: Any) -> None:  # fmt: skip
        """Hand on what was tagged: to a labelling tool, a script, a colleague.

        A folder of links or copies is only ever added to. Groups are label maps: torch.tensor(level["label"])[y] is the
        target of an auxiliary loss for each of levels in the JSON, coarsest first, the classes themselves last.
        """
        from clftui.export import run_export, run_export_groups

        if what == "groups":
            sys.exit(run_export_groups(chosen, merged=merged, form=form, output=output))
        sys.exit(run_export(chosen, what=what, tags=tags, every=every, journals=journals, output=output))

    return export


def list_command() -> click.Command:
    """`clftui list PATH EXPR`"""
    import click

    @click.command("list")
    @click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATHS]... [EXPR]")
    @click.option("-0", "--null", "zero", is_flag=True, help="End each path with a NUL, for xargs -0.")
    @click.option("--ids", is_flag=True, help="Print ids instead of paths.")
    @click.option("--top", type=click.IntRange(min=1), help="So many at most.")
    @_shared
    def list_(zero: bool, ids: bool, top: int | None, **chosen: Any) -> None:
        """Print the paths of samples that meet EXPR, a line each, surest answers first.

        clftui list runs 'wrong and confidence > .9' | xargs -d '\\n' cp -t doubtful
        """
        from clftui.export import run_list

        sys.exit(run_list(chosen, zero=zero, ids=ids, top=top))

    return list_
