"""What the subclasses of a class are, in words for the screen and for reports."""

from __future__ import annotations

import numpy as np

from clftui.analysis.subclasses import BLOBS, FEWEST, LEAST
from clftui.state.class_tree import label_of
from clftui.state.map_side import short_signed
from clftui.state.session import Session
from clftui.state.subclasses_model import Kinds, PartFacts, Shown
from clftui.state.subclasses_settings import Which
from clftui.text import UNDEFINED, count, percent, plural, rate, sanitise


def suggestion(found: Kinds) -> str:
    """`2 parts suggested` with its silhouette and how a single blob does, or why there is no split."""
    if found.suggested > 1:
        beaten = f"above {BLOBS - round(found.chance * (1 + BLOBS)) + 1} of {BLOBS} single blobs"
        return f"{found.suggested} parts suggested: silhouette {short_signed(found.best)}, {beaten}"
    if found.n < FEWEST:
        return f"no split suggested: fewer than {FEWEST} samples"
    if not np.isfinite(found.mean).any():
        return "no split suggested: every one leaves but a few outliers apart"
    best = float(np.nanmax(found.mean))
    if not best >= LEAST:
        return f"no split suggested: silhouette {short_signed(best)} at most, below {short_signed(LEAST)}"
    often = round(found.chance * (1 + BLOBS)) - 1
    return f"no split suggested: {often} of {BLOBS} single blobs part as well (silhouette {short_signed(best)})"


def counted(found: Kinds) -> str:
    """`1,000 of 1,210 samples`, and what was left out."""
    own = found.members
    words = plural(own.n, "sample") if own.n == own.whole else f"{count(own.n)} of {plural(own.whole, 'sample')}"
    drawn = own.n + own.constant < own.recorded
    words += ", drawn by seed" if drawn else f", {count(own.recorded)} recorded" if own.recorded < own.whole else ""
    return words + (f", {count(own.constant)} answered by all units alike" if own.constant else "")


def by_parts(found: Kinds) -> str:
    """`silhouette of 2 .43  3 .27 …`, – where a part is too small."""
    shown = (f"{parts + 1} {short_signed(float(mean))}" for parts, mean in enumerate(found.mean.tolist()) if parts)
    return "silhouette of " + "  ".join(shown)


def share_name(which: Which) -> str:
    """What the share of right samples is."""
    return "precision" if which is Which.PREDICTED else "recall"


def share_words(facts: PartFacts, which: Which) -> str:
    """`recall 88.1 % ±3.1`"""
    if which is Which.CELL:
        return ""
    if not np.isfinite(facts.share):
        return f"{share_name(which)} {UNDEFINED}"
    value, arm = rate(facts.share, facts.low, facts.high)
    return f"{share_name(which)} {value} % {arm}".rstrip()


def mistake(session: Session, found: Shown, facts: PartFacts) -> str:
    """`most often Shirt (22)`, `most often truly Coat (8)`; empty where nothing is wrong."""
    own = found.kinds.members
    if facts.other < 0 or own.about.which is Which.CELL:
        return ""
    truly = "truly " if own.about.which is Which.PREDICTED else ""
    name = sanitise(label_of(session, own.run.classes[facts.other]))
    return f"most often {truly}{name} ({count(facts.others)})"


def size_words(found: Shown, facts: PartFacts) -> str:
    """`413 · 41.3 %`"""
    return f"{count(facts.n)} · {percent(facts.n / found.kinds.n)} %"
