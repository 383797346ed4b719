"""`clftui doctor`: what was found about terminal, colours, graphics and libraries, and what would make it better."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

from clftui import __version__
from clftui.probe import Terminal

SAFE_PILLOW = 13
"""Earlier releases have published memory-safety faults that were mended in this one alone."""

_DEPTHS = {24: "24-bit", 8: "256", 4: "16", 0: "none"}
_PACKAGES = ("textual", "rich", "numpy", "pandas", "scikit-learn", "textual-plotext", "pillow", "watchfiles")


def installed(package: str) -> str:
    """The version of an installed package; empty where there is none."""
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def examine_pillow(found: str) -> str | None:
    """A warning where Pillow is old or missing."""
    if not found:
        return "pillow is not installed: images show as file names; pip install pillow"
    major = int(found.split(".")[0]) if found.split(".")[0].isdigit() else 0
    if major < SAFE_PILLOW:
        return (
            f"pillow {found} has known memory-safety faults in its image decoders; "
            f"pip install 'pillow>={SAFE_PILLOW}' before opening images you do not trust"
        )
    return None


def report(terminal: Terminal) -> str:
    """The findings as lines of text, ending with what to do."""
    found = {package: installed(package) for package in _PACKAGES}
    graphics = (
        f"block characters ({', '.join(terminal.offers)} found, not used yet)"
        if terminal.offers
        else ("block characters" if terminal.bits else "text rows (no colour)")
    )
    cell = f"{terminal.cell[0]} x {terminal.cell[1]} pixels" if terminal.cell else "not told"
    lines = [
        f"clftui    {__version__}, Python {platform.python_version()}, {platform.system()} {platform.machine()}",
        f"terminal  {terminal.name}{', over ssh' if terminal.ssh else ''}",
        f"colours   {_DEPTHS[terminal.bits]}: {terminal.why_bits}",
        f"cell      {cell}",
        f"graphics  {graphics}",
        f"tmux      {_tmux_words(terminal)}",
        "packages  " + ", ".join(f"{name} {number or 'missing'}" for name, number in found.items()),
    ]
    advice = [*terminal.hints]
    pillow = examine_pillow(found["pillow"])
    if pillow:
        advice.append(pillow)
    advice += [f"{name} is missing: pip install {name}" for name, number in found.items() if not number]
    lines += ["", *(f"to do     {each}" for each in advice)] if advice else ["", "Nothing to mend."]
    return "\n".join(lines) + "\n"


def _tmux_words(terminal: Terminal) -> str:
    return f"{terminal.tmux}, allow-passthrough {terminal.passthrough or 'off'}" if terminal.tmux else "no"
