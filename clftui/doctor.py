"""`clftui doctor`: what was found about terminal, colours, graphics and libraries, and what would make it better."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version

from clftui import __version__
from clftui.choice import MIDDLING_PIXELS, SMALL_PIXELS, choose, most_pixels
from clftui.depth import FAST_PIXELS
from clftui.link import Link
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


def report(terminal: Terminal, link: Link | None = None) -> str:
    """The findings as lines of text, ending with what to do."""
    found = {package: installed(package) for package in _PACKAGES}
    cell = f"{terminal.cell[0]} x {terminal.cell[1]} pixels" if terminal.cell else "not told"
    lines = [
        f"clftui    {__version__}, Python {platform.python_version()}, {platform.system()} {platform.machine()}",
        f"terminal  {terminal.name}{', over ssh' if terminal.ssh else ''}",
        f"colours   {_DEPTHS[terminal.bits]}: {terminal.why_bits}",
        f"cell      {cell}",
        f"images    {_image_words(terminal)}",
        f"link      {_link_words(terminal, link)}",
        f"tmux      {_tmux_words(terminal)}",
        "packages  " + ", ".join(f"{name} {number or 'missing'}" for name, number in found.items()),
    ]
    advice = [*terminal.hints]
    pillow = examine_pillow(found["pillow"])
    if pillow:
        advice.append(pillow)
    advice += _link_advice(terminal, link)
    advice += [f"{name} is missing: pip install {name}" for name, number in found.items() if not number]
    lines += ["", *(f"to do     {each}" for each in advice)] if advice else ["", "Nothing to mend."]
    return "\n".join(lines) + "\n"


def _image_words(terminal: Terminal) -> str:
    """Which images are drawn, why, and what else could be asked for."""
    chosen = choose(terminal, bits=24 if terminal.bits else 0)
    kinds = {
        "kitty": "kitty graphics, placed by characters",
        "sixel": "sixel graphics",
        "blocks": f"block characters, {chosen.blocks}s" if terminal.bits else "shades; samples open as lines",
    }
    others = [each for each in terminal.offers if each != chosen.protocol]
    other = f"; --graphics {' or '.join(others)} insists" if others and terminal.bits else ""
    return f"{kinds[chosen.protocol]}: {chosen.why}{other}"


def _link_words(terminal: Terminal, link: Link | None) -> str:
    """Round trip, throughput, and the size of pictures that follows."""
    side = most_pixels(terminal.round_trip, None, terminal.ssh, os.environ.get("CLFTUI_LINK", ""))
    limit = f"pictures up to {side} pixels a side"
    if link is None or link.round_trip is None:
        why = "tmux answers for the terminal" if terminal.muxer == "tmux" else "the terminal did not answer"
        return f"not measured ({why}); {limit}"
    rate = "" if link.rate is None else f", {_rate(link.rate)}"
    screen = "" if link.rate is None else f"; 24 thumbnails take about {_seconds(_SCREEN_BYTES / link.rate)}"
    return f"round trip {1000 * link.round_trip:.1f} ms{rate}{screen}; {limit}"


_SCREEN_BYTES = 100_000
"""What 24 thumbnails take in block characters, and about as much as small photographs."""


def _link_advice(terminal: Terminal, link: Link | None) -> list[str]:
    """What to set where measuring finds a slower link than starting does, which sees the round trip alone."""
    if link is None or link.rate is None or os.environ.get("CLFTUI_LINK"):
        return []
    side = most_pixels(link.round_trip, link.rate, terminal.ssh)
    if side == SMALL_PIXELS and most_pixels(terminal.round_trip, None, terminal.ssh) > SMALL_PIXELS:
        return [f"export CLFTUI_LINK=slow   ({_rate(link.rate)}: pictures of at most {SMALL_PIXELS} pixels a side)"]
    if side == FAST_PIXELS and most_pixels(terminal.round_trip, None, terminal.ssh) <= MIDDLING_PIXELS:
        return [f"export CLFTUI_LINK=fast   ({_rate(link.rate)}: pictures of up to {FAST_PIXELS} pixels a side)"]
    return []


def _rate(rate: float) -> str:
    return f"{rate / 1e6:.1f} MB/s" if rate >= 1e6 else f"{rate / 1e3:.0f} kB/s"


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 1 else f"{1000 * seconds:.0f} ms"


def _tmux_words(terminal: Terminal) -> str:
    return f"{terminal.tmux}, allow-passthrough {terminal.passthrough or 'off'}" if terminal.tmux else "no"
