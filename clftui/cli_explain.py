"""The commands that run a user's model, as click has them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import click


def model_commands() -> tuple[click.Command, ...]:
    """All of them."""
    return explain_command(), respond_command(), perturb_command()


def _model_options(command: Any) -> Any:
    """What every one of them takes: the samples, the user's model, and how it is run."""
    import click

    options = [
        click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path)),
        click.option("--model", required=True, metavar="MODULE:FUNCTION",
                     help="Your function (or FILE.py:FUNCTION) that returns a torch model and its preprocessing: "
                     "clftui.explain.Subject(model, preprocess, layers, classes), or a tuple."),
        click.option("--run", metavar="NAME", help="The run the model belongs to."),
        click.option("--split", metavar="NAME", help="Samples of this split."),
        click.option("--epoch", type=click.IntRange(min=1), help="Epoch of the weights; the newest otherwise."),
        click.option("--filter", "filters", multiple=True, metavar="EXPR",
                     help="Samples that meet this alone; may be repeated."),
        click.option("--limit", type=click.IntRange(min=1), metavar="N",
                     help="A draw of N samples, each class in its share; always the same."),
        click.option("--device", default="auto", show_default=True, metavar="NAME",
                     help="auto, cpu, cuda, cuda:1 or mps."),
        click.option("--threads", type=click.IntRange(min=1), metavar="N", help="CPU threads; all otherwise."),
        click.option("--images", type=click.Path(path_type=Path), metavar="ROOT",
                     help="Where image files are now, if they moved."),
        click.option("--batch", type=click.IntRange(min=1), default=32, show_default=True, help="Pictures at once."),
    ]  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def _checkpoints(command: Any) -> Any:
    import click

    return click.option("--checkpoints", metavar="PATTERN",
                        help="Every epoch that has such a file, e.g. ckpt/epoch{epoch:03d}.pt; your function gets its "
                        "path and loads it.")(command)  # fmt: skip


_CHOSEN = ("paths", "run", "split", "epoch", "filters", "images")


def _parted(given: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What selects the samples, and the rest."""
    return {name: given[name] for name in _CHOSEN}, {name: given[name] for name in given if name not in _CHOSEN}


def explain_command() -> click.Command:
    """`clftui explain PATH --model module:function`"""
    import click

    @click.command("explain")
    @_model_options
    @click.option("--method", "methods", multiple=True, metavar="NAME",
                  help="gradcam (default), gradcam++, smoothgradcam++, scorecam, layercam, meaningful-perturbation, or "
                  "one that a package adds; may be repeated.")  # fmt: skip
    @click.option("--layer", metavar="NAME", help="Where activation maps are taken; the last that knows places else. "
                  "The maps are then called METHOD.LAYER.")  # fmt: skip
    @click.option("--target", "targets", multiple=True, metavar="WHAT", default=("predicted",), show_default=True,
                  help="Class to explain: predicted, true, top-3 or a class's name; may be repeated.")  # fmt: skip
    @click.option("--cell", metavar="'T->P'", help="Samples of true class T predicted as P alone.")
    @click.option("--wrong", is_flag=True, help="Wrong answers alone.")
    @click.option("--sample", metavar="ID", help="One sample alone.")
    @click.option("--random-weights", is_flag=True,
                  help="Maps of the model with random weights, as METHOD.random-weights: a method whose maps stay as "
                  "they were shows nothing that was learned.")  # fmt: skip
    @click.option("--example", is_flag=True, help="One sample by every method, to choose a method by.")
    @click.option("--size", type=click.IntRange(1, 512), metavar="N",
                  help="Store maps of N x N; otherwise as large as the layer.")  # fmt: skip
    @click.option("--name", metavar="NAME", help="What to call the maps; the method's name otherwise.")
    @click.option("--again", is_flag=True, help="Also make the maps that are there.")
    def explain(cell: str | None, wrong: bool, limit: int | None, sample: str | None, **given: Any) -> None:
        """Where does a model look? Writes saliency maps into its run; x shows them beside a sample.

        \b
        clftui explain runs --run cnn --model mymodel.py:load --example
        clftui explain runs --run cnn --model mymodel:load --method gradcam++ --wrong --target predicted --target true

        Maps that are there are not made again, so that the same command goes on where it was stopped.
        """
        from clftui.explain.command import Wishes, run_explain

        chosen, wishes = _parted(given)
        sys.exit(run_explain(chosen, Wishes(**wishes), cell=cell, wrong=wrong, limit=limit, sample=sample))

    return explain


def respond_command() -> click.Command:
    """`clftui respond PATH --model module:function`"""
    import click

    @click.command("respond")
    @_model_options
    @click.option("--layer", "layers", multiple=True, metavar="NAME",
                  help="A layer, as model.named_modules() calls it; may be repeated. Name a ReLU to record what comes "
                  "after it. Otherwise those your function names, or the model's outermost parts.")  # fmt: skip
    @_checkpoints
    @click.option("--values/--no-values", default=True, show_default=True,
                  help="Also each sample's mean response of every unit.")  # fmt: skip
    @click.option("--grid", type=click.IntRange(1, 64), default=8, show_default=True, metavar="N",
                  help="Average feature maps down to N x N places at most.")  # fmt: skip
    @click.option("--again", is_flag=True, help="Also record the layers that are there.")
    def respond(limit: int | None, **given: Any) -> None:
        """What does a layer answer to? Records mean responses of every class into the run; tab 8 shows them.

        \b
        clftui respond runs --run cnn --model mymodel.py:load --layer relu1 --layer relu2
        clftui respond runs --run cnn --model mymodel:load --checkpoints 'ckpt/{epoch}.pt' --no-values

        Layers that are there are not recorded again, so that the same command goes on where it was stopped.
        """
        from clftui.explain.respond import Wishes, run_respond

        chosen, wishes = _parted(given)
        sys.exit(run_respond(chosen, Wishes(**wishes), limit))

    return respond


def perturb_command() -> click.Command:
    """`clftui perturb PATH --model module:function`"""
    import click

    @click.command("perturb")
    @_model_options
    @click.option("--change", "changes", multiple=True, metavar="WHAT",
                  help="grayscale, rotate90, rotate180, rotate270, flip, blur:RADIUS, noise:SPREAD, occlude:SHARE, "
                  "jpeg:QUALITY or brighter:FACTOR; may be repeated. Otherwise grayscale, rotate90, flip, blur:2, "
                  "noise:0.1 and occlude:0.25.")  # fmt: skip
    @_checkpoints
    @click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of noise and occlusion.")
    @click.option("--again", is_flag=True, help="Also evaluate the splits that are there.")
    def perturb(limit: int | None, **given: Any) -> None:
        """Does it survive a rotation? Evaluates a model on changed pictures; the answers become splits of the run.

        \b
        clftui perturb runs --run cnn --model mymodel.py:load --change rotate90 --change blur:3
        clftui report runs --run cnn --view sensitivity

        Splits are called test-rotate90. Those that are there are kept, so that the same command goes on where it was
        stopped.
        """
        from clftui.explain.perturb import Wishes, run_perturb

        chosen, wishes = _parted(given)
        sys.exit(run_perturb(chosen, Wishes(**wishes), limit))

    return perturb
