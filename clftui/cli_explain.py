"""The commands that run a user's model, as click has them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import click


def model_commands() -> tuple[click.Command, ...]:
    """All of them."""
    return (explain_command(),)


def explain_command() -> click.Command:
    """`clftui explain PATH --model module:function`"""
    import click

    @click.command("explain")
    @click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
    @click.option("--model", required=True, metavar="MODULE:FUNCTION",
                  help="Your function (or FILE.py:FUNCTION) that returns a torch model and its preprocessing: "
                  "clftui.explain.Subject(model, preprocess, layers, classes), or a tuple.")  # fmt: skip
    @click.option("--method", "methods", multiple=True, metavar="NAME",
                  help="gradcam (default), gradcam++, smoothgradcam++, scorecam, layercam, meaningful-perturbation, or "
                  "one that a package adds; may be repeated.")  # fmt: skip
    @click.option("--layer", metavar="NAME", help="Where activation maps are taken; the last that knows places else. "
                  "The maps are then called METHOD.LAYER.")  # fmt: skip
    @click.option("--target", "targets", multiple=True, metavar="WHAT", default=("predicted",), show_default=True,
                  help="Class to explain: predicted, true, top-3 or a class's name; may be repeated.")  # fmt: skip
    @click.option("--run", metavar="NAME", help="The run the model belongs to.")
    @click.option("--split", metavar="NAME", help="Samples of this split.")
    @click.option("--epoch", type=click.IntRange(min=1), help="Epoch of the weights; the newest otherwise.")
    @click.option("--filter", "filters", multiple=True, metavar="EXPR",
                  help="Samples that meet this alone; may be repeated.")  # fmt: skip
    @click.option("--cell", metavar="'T->P'", help="Samples of true class T predicted as P alone.")
    @click.option("--wrong", is_flag=True, help="Wrong answers alone.")
    @click.option("--limit", type=click.IntRange(min=1), metavar="N",
                  help="A draw of N samples, each class in its share; always the same.")  # fmt: skip
    @click.option("--sample", metavar="ID", help="One sample alone.")
    @click.option("--example", is_flag=True, help="One sample by every method, to choose a method by.")
    @click.option("--size", type=click.IntRange(1, 512), metavar="N",
                  help="Store maps of N x N; otherwise as large as the layer.")  # fmt: skip
    @click.option("--name", metavar="NAME", help="What to call the maps; the method's name otherwise.")
    @click.option("--again", is_flag=True, help="Also make the maps that are there.")
    @click.option("--batch", type=click.IntRange(min=1), default=32, show_default=True, help="Pictures at once.")
    @click.option("--device", default="auto", show_default=True, metavar="NAME", help="auto, cpu, cuda, cuda:1 or mps.")
    @click.option("--threads", type=click.IntRange(min=1), metavar="N", help="CPU threads; all otherwise.")
    @click.option("--images", type=click.Path(path_type=Path), metavar="ROOT",
                  help="Where image files are now, if they moved.")  # fmt: skip
    def explain(paths: tuple[Path, ...], cell: str | None, wrong: bool, limit: int | None, sample: str | None,
                run: str | None, split: str | None, epoch: int | None, filters: tuple[str, ...], images: Path | None,
                **wishes: Any) -> None:  # fmt: skip
        """Where does a model look? Writes saliency maps into its run; x shows them beside a sample.

        \b
        clftui explain runs --run cnn --model mymodel.py:load --example
        clftui explain runs --run cnn --model mymodel:load --method gradcam++ --wrong --target predicted --target true

        Maps that are there are not made again, so that the same command goes on where it was stopped.
        """
        from clftui.explain.command import Wishes, run_explain

        chosen = {"paths": paths, "run": run, "split": split, "epoch": epoch, "filters": filters, "images": images}
        asked = Wishes(**wishes)
        sys.exit(run_explain(chosen, asked, cell=cell, wrong=wrong, limit=limit, sample=sample))

    return explain
