"""The command line: arguments to plain values. Imports nothing heavy before it knows what is asked."""

from __future__ import annotations

import gc
import os
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from clftui import plain
from clftui.cli_features import features_options

if TYPE_CHECKING:
    import click

    from clftui.state.session import Session

_ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
_COLOUR_SYSTEMS = {24: "truecolor", 8: "256", 4: "standard", 0: "standard"}

REPORT_VIEWS = ("runs", "ranking", "matrix", "pairs", "blocks", "groups", "hierarchy", "epochs", "curves", "movers",
                "flips", "dynamics", "samples", "issues", "triage", "collect", "advice", "scores", "parallel",
                "calibration", "map", "features", "explanations", "sensitivity")  # fmt: skip
FORMATS = ("text", "md", "json", "csv", "svg")
ORDERS = ("given", "hierarchy", "hardest", "size", "name", "quick", "barycentre", "linkage", "spectral")
PAIR_SORTS = ("count", "rate", "surprise", "change", "reason")


def main() -> None:
    """Entry point of the `clftui` command."""
    for name in _ONE_THREAD:
        os.environ.setdefault(name, "1")
    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # Written for programmers, and across the screen.
    try:
        chosen = plain.read(sys.argv[1:], os.environ)
        if chosen is not None:
            _open(**chosen)
        program()(prog_name="clftui")
    except Exception as error:
        from clftui.app.crash import report_crash

        print(report_crash(error), file=sys.stderr)
        sys.exit(70)  # As sysexits.h has it; 1 is what `clftui check` says of a regression.


def program() -> click.Group:
    """The click program; click itself is imported here, so that `import clftui.cli` costs nothing."""
    import click

    from clftui import __version__
    from clftui.cli_check import check_command
    from clftui.cli_explain import model_commands
    from clftui.cli_export import export_command, list_command
    from clftui.cli_import import import_command
    from clftui.cli_probe import probe_command

    class PathsFirst(click.Group):
        """`clftui PATH...` opens; a first word that names a command runs it (a folder of that name: `./report`)."""

        def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
            own = {"--help", "-h", "--version"}
            if not (args and (args[0] in self.commands or args[0] in own)):
                args = ["open", *args]
            return super().parse_args(ctx, args)

    @click.group(cls=PathsFirst, context_settings={"help_option_names": ["-h", "--help"]})
    @click.version_option(__version__, message="clftui %(version)s")
    def group() -> None:
        """Where is this classifier wrong, since when, compared with what, and which samples show it?

        `clftui PATH...` opens runs, prediction files or matrices; without a path, the sample runs that came with it.
        """

    made = (_open_command, _report_command, check_command, export_command, list_command, import_command, probe_command)
    for command in (*(make() for make in made), *model_commands()):
        group.add_command(command)
    group.add_command(_doctor_command())
    group.add_command(_completion_command())
    return group


def _selection_options(command: Any) -> Any:
    """Options that open and report share."""
    import click

    options = [
        click.argument("paths", nargs=-1, type=click.Path(path_type=Path)),
        click.option("--run", metavar="NAME", help="Focus this run."),
        click.option("--split", metavar="NAME", help="Look at this split."),
        click.option("--epoch", type=click.IntRange(min=1), help="Pin this epoch; the newest otherwise."),
        click.option("--metric", metavar="NAME", help="recall, precision, F1, specificity, accuracy, AP or support."),
        click.option("--filter", "filters", multiple=True, metavar="EXPR",
                     help='Keep samples that meet this, e.g. \'confidence > .9 and true == "cat"\'; may be repeated.'),
        click.option("--what-if", metavar="TEXT",
                     help="Suppose other decisions of the run: 'cat >= .7; fox * 2; dog = wolf; T = 1.5' (a score "
                     "needed, times a miss costs, merged classes, temperature)."),
        click.option("--images", type=click.Path(path_type=Path), metavar="ROOT",
                     help="Where image files are now, if they moved."),
        click.option("--hierarchy", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
                     help="Class hierarchy: nested JSON, a graph, a table of class and parent, WordNet pairs, paths."),
        click.option("--order", type=click.Choice(ORDERS), help="How the matrix lays out the classes."),
        click.option("--blocks", metavar="N", help="Cut the classes into N blocks; auto: as many as the data suggest; "
                     "groups: those of the hierarchy."),
        click.option("--transposed", is_flag=True, help="Rows of bare matrices are the predicted classes."),
        click.option("--replay", type=click.Path(path_type=Path, dir_okay=False, exists=True), metavar="FILE",
                     help="Do first what this script of an earlier session says."),
        click.option("--replay-tags", is_flag=True, help="Give the tags of that script again, too."),
        click.option("--sample-set", type=click.Choice(plain.SAMPLE_SETS), default="digits", show_default=True,
                     help="Which bundled runs to open without a path."),
        click.option("--theme", metavar="NAME", help="dark, light, or a theme of your own."),
        click.option("--against", metavar="WHAT",
                     help="Compare with epoch:7, epoch:best, run:NAME or split:NAME; the epoch before otherwise."),
        click.option("--log", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
                     help="Write what happens to FILE, for a bug report."),
    ]  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def _open_command() -> click.Command:
    import click

    @click.command("open")
    @_selection_options
    @click.option(
        "--view", type=click.Choice((*plain.TABS, *plain.PANES)), help="Open this tab first, or matrix or Features so."
    )
    @click.option(
        "--graphics",
        type=click.Choice(plain.GRAPHICS),
        envvar="CLFTUI_GRAPHICS",
        default="auto",
        show_default=True,
        help="How images are drawn; none lists samples as text.",
    )
    @click.option("--colors", type=click.Choice(plain.COLOURS), default="auto",
                  show_default=True, help="How many colours the terminal has.")  # fmt: skip
    @click.option("--record", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
                  help="Keep the script of this session here instead of in the state folder.")  # fmt: skip
    @click.option("--alarm", default="none", show_default=True, metavar="bell|tmux|command:CMD|none",
                  help="What a regression at a new epoch does besides its strip. tmux: the bell, which flags the "
                  "window. CMD learns CLFTUI_RUN, CLFTUI_EPOCH and CLFTUI_CLASSES (a name a line); "
                  "no shell reads it.")  # fmt: skip
    @click.option("--rules", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
                  help="Rules for alarms: [[rule]] tables in TOML.")  # fmt: skip
    def open_(**chosen: Any) -> None:
        """Open the app on PATHS: runs, collections, prediction files or matrices."""
        _open(**chosen)

    return open_


def _open(view: str | None, graphics: str, colors: str, **chosen: Any) -> NoReturn:
    """Run the app; ends the process."""
    from clftui.choice import choose
    from clftui.depth import asked_bits
    from clftui.probe import Asking

    gc.disable()  # The first frame waits for no round of collection; the main screen turns it on again.
    os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    _start_log(chosen["log"], "open")
    if Path("-") in chosen["paths"]:
        from clftui.piped import take_stdin

        if problem := take_stdin():
            _refuse(problem)
    # The terminal's answers are on their way while the runs are opened.
    with Asking(colors, ask=graphics not in ("none", "term-image")) as asking:
        session = _session_of(chosen)
        terminal = asking.answer()
    bits, why = terminal.bits, terminal.why_bits
    images = choose(terminal, graphics, bits=asked_bits(colors, bits))
    if images.protocol == "kitty" and bits < 24:
        bits, why = 24, f"{images.why}; {why}"
    os.environ.setdefault("TEXTUAL_COLOR_SYSTEM", _COLOUR_SYSTEMS[bits])
    if bits == 0:
        os.environ.setdefault("NO_COLOR", "1")
    from clftui.launch import launch, log

    log.info("colours %d bits: %s; images %s: %s", bits, why, images.protocol, images.why)
    sys.exit(launch(session, chosen, view=view, graphics=images, bits=bits))


def _report_command() -> click.Command:
    import click

    @click.command("report")
    @_selection_options
    @click.option("--view", type=click.Choice(REPORT_VIEWS), required=True, help="What to print.")
    @click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True)
    @click.option("--cell", metavar="'T->P'", help="Samples of true class T predicted as P.")
    @click.option(
        "--sort",
        type=click.Choice((*PAIR_SORTS, *plain.SAMPLE_SORTS, *plain.EXPLAINED_SORTS)),
        metavar="ORDER",
        help=f"Order of pairs: {', '.join(PAIR_SORTS)}; of samples: {', '.join(plain.SAMPLE_SORTS)}; of explanations: "
        f"confidence, {', '.join(plain.EXPLAINED_SORTS)}.",
    )
    @click.option("--group-by", type=click.Choice(plain.GROUPINGS), help="What groups the samples.")
    @click.option("--part", type=click.Choice(plain.PARTS), help="Samples to list; the wrong ones otherwise.")
    @click.option("--sample", metavar="ID", help="All about this sample, or every run's map of it.")
    @click.option("--top", type=click.IntRange(min=1), help="Rows at most.")
    @click.option("--rows", type=click.Choice(["runs", "epochs"]), help="Rank runs, or the epochs of one run.")
    @click.option(
        "--points",
        type=click.Choice(plain.MAP_POINTS),
        help="What the map shows: samples, classes, or the same samples in several runs or epochs.",
    )
    @click.option("--layout", type=click.Choice(plain.MAP_LAYOUTS), help="How the map lays its points out.")
    @click.option("--level", type=click.IntRange(min=1), help="Groups down to this level alone; 1 the outermost.")
    @features_options
    @click.option("--dense", is_flag=True, help="Matrix as JSON: the whole K x K counts too.")
    @click.option("--size", default="120x40", show_default=True, metavar="WxH", help="Screen of an SVG.")
    @click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False), help="Write here.")
    def report(view: str, form: str, cell: str | None, top: int | None, dense: bool, size: str,
               output: Path | None, **chosen: Any) -> None:  # fmt: skip
        """Print what a screen shows, without the screen."""
        from clftui.launch import headless

        _start_log(chosen["log"], f"report {view} {form}")
        sys.exit(headless(_session_of(chosen), chosen, view=view, form=form, cell=cell, top=top, dense=dense,
                          size=size, output=output))  # fmt: skip

    return report


def _doctor_command() -> click.Command:
    import click

    @click.command("doctor")
    def doctor() -> None:
        """Say what was found about this terminal, and what would make it better."""
        from clftui.doctor import report
        from clftui.link import measure
        from clftui.probe import examine

        terminal = examine()
        click.echo(report(terminal, measure(terminal.term, terminal.muxer)), nl=False)

    return doctor


def _completion_command() -> click.Command:
    import click

    @click.command("completion")
    @click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
    def completion(shell: str) -> None:
        """Print the completion script of a shell, e.g. `clftui completion bash >> ~/.bashrc`."""
        from click.shell_completion import get_completion_class

        kind = get_completion_class(shell)
        assert kind is not None
        click.echo(kind(program(), {}, "clftui", "_CLFTUI_COMPLETE").source())

    return completion


def _session_of(chosen: dict[str, Any]) -> Session:
    """The session the arguments describe; leaves with one sentence where they cannot be met."""
    from clftui.opening import LaunchError, make_session

    try:
        return make_session(chosen)
    except LaunchError as error:
        _refuse(str(error))


def _refuse(sentence: str) -> NoReturn:
    """Leave as click leaves at a mistake."""
    print(f"Error: {sentence}", file=sys.stderr)
    sys.exit(2)


def _start_log(path: Path | None, first: str) -> None:
    if path is None:
        return
    import logging
    import platform

    from clftui import __version__
    from clftui.doctor import installed

    try:
        handler = logging.FileHandler(path, encoding="utf-8")
    except OSError as error:
        _refuse(f"{path} cannot be written ({error.strerror}); choose another --log file")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logger = logging.getLogger("clftui")
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    logger.info("clftui %s, Python %s, %s; %s", __version__, platform.python_version(), platform.platform(), first)
    logger.info("%s", ", ".join(f"{name} {installed(name)}" for name in ("textual", "rich", "numpy", "pillow")))
    told = ("TERM", "COLORTERM", "TERM_PROGRAM", "TMUX", "SSH_TTY", "LANG", "NO_COLOR")
    logger.info("terminal %s", ", ".join(f"{name}={os.environ[name]}" for name in told if name in os.environ))
