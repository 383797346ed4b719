"""What the numbers of an explanation method mean, in sentences; and which method to choose by which rule."""

from __future__ import annotations

import math
from collections.abc import Iterable

from clftui.analysis.explanation_stats import Mean
from clftui.data.run import Run
from clftui.state.methods_check import CHANGED, KEPT, Check, Trust
from clftui.state.methods_model import FEW_EMPTY, Row, Says, Summary
from clftui.state.methods_numbers import MOST, SEED
from clftui.state.methods_shown import Shown
from clftui.text import MINUS, UNDEFINED, count, p_value, percent, plural, rate, sanitise, signed

RULE = (
    f"Recommended is a method with at most {FEW_EMPTY * 100:.0f} % empty maps that passes the check and, where there "
    "are boxes, hits them more often than chance; of several the one that hits boxes most, or else changes most."
)
_CHANGED, _KEPT = f"{CHANGED * 100:.0f} %", f"{KEPT * 100:.0f} %"
CHECK_RULE = (
    "Check: rank correlation of a sample's map with its map by random weights, less that of different samples; "
    f"below {_CHANGED} of what it could be the method depends on what was learned, above {_KEPT} it barely changes."
)


def name_of(row: Row) -> str:
    """`gradcam of B cnn`"""
    return f"{row.name} of {row.letter + ' ' if row.letter else ''}{sanitise(row.run.name)}"


def drawn_words(rows: Iterable[Row]) -> str:
    """`a draw of 5,000 of up to 10,000 maps (seed 0)`, empty where all count."""
    whole = max((row.maps.whole for row in rows if row.maps is not None), default=0)
    return f"a draw of {count(MOST)} of up to {count(whole)} maps (seed {SEED})" if whole > MOST else ""


def short(value: float, digits: int = 2) -> str:
    """`.57`, `−.02`, `1.00`; undefined is an en dash."""
    if math.isnan(value):
        return UNDEFINED
    text = f"{abs(value):.{digits}f}"
    sign = MINUS if value < 0 and float(text) else ""
    return sign + (text[1:] if text.startswith("0") else text)


def between(low: float, high: float, digits: int = 2) -> str:
    """`.55–.59`"""
    return f"{short(low, digits)}–{short(high, digits)}"


def share_words(found: Mean) -> str:
    """`22.0 % ±1.1`"""
    value, arms = rate(*found[:3])
    return f"{value} % {arms}".strip()


def sentences(row: Row) -> list[str]:
    """All that is known of a method, a sentence each; the first says whether it deserves trust."""
    if row.summary is None:
        return [row.trouble.capitalize() + "." if row.trouble else "Its maps are being read."]
    found = row.summary
    told = [*_checked(row), _empty_words(found), area_words(found), _class_words(found)]
    if found.hit.n:
        told.append(hit_words(found))
    if found.broken:
        told.append(
            f"{plural(found.broken, 'map')} cannot be read and {'is' if found.broken == 1 else 'are'} left out."
        )
    return [each for each in told if each]


def _checked(row: Row) -> list[str]:
    if row.trouble:
        return [f"? Not checked: {row.trouble}."]
    if row.checks is None:
        return ["The check with random weights is being made."]
    if not row.checks:
        return [f"? Not checked: {missing_words(row)}."]
    return [check_words(each) for each in row.checks]


def missing_words(row: Row) -> str:
    """What would have to be made, with the command."""
    return f"there are no maps with random weights; {command_for(row)} makes them"


def command_for(row: Row) -> str:
    """How to make a method's maps with random weights."""
    name = row.name if row.name.islower() and " " not in row.name else f"… --name '{row.name}'"
    return f"`clftui explain … --run {sanitise(row.run.name)} --method {name} --random-weights`"


def check_words(check: Check) -> str:
    """`✓ With random weights: depends on what was learned: rank correlation .04, of different samples .02, n 267.`"""
    same, other = (part["rank correlation"] for part in (check.same, check.other))
    words = f"{check.trust.glyph} With {check.what}: {check.trust.words}; rank correlation {short(same.value)}, " \
            f"different samples {short(other.value)}"  # fmt: skip
    if not math.isnan(check.kept.value):
        words += f": {percent(max(check.kept.value, 0), 0)} % of the likeness stays"
    empty = f", {plural(check.empty, 'pair')} with an empty map left out" if check.empty else ""
    return f"{words} (n {count(check.n)}{empty})."


def _empty_words(found: Summary) -> str:
    if not found.n:
        return "No map is left under the filters."
    blank = round(found.empty.value * found.n)
    if not blank:
        return f"None of {plural(found.n, 'map')} is empty."
    words = f"{count(blank)} of {plural(found.n, 'map')} {'is' if blank == 1 else 'are'} empty and explain nothing"
    if math.isnan(found.empty_p):
        return f"{words}."
    less = "as often where right as where wrong" if not found.empty_p < 0.05 else (
        "more often where wrong" if found.empty_wrong > found.empty_right else "more often where right")  # fmt: skip
    sides = f"{percent(found.empty_right)} % of right samples, {percent(found.empty_wrong)} % of wrong ones"
    return f"{words}, {less}: {sides} (p {p_value(found.empty_p)})."


def area_words(found: Summary) -> str:
    """Whether area goes with correctness, with its numbers."""
    told = found.parted
    if found.says is Says.TOO_FEW:
        return (f"Area against correctness cannot be told: {plural(told.n_right, 'right sample')}, "
                f"{count(told.n_wrong)} wrong.")  # fmt: skip
    says = {Says.WITH: "Area goes with correctness", Says.AGAINST: "Area goes with mistakes, the opposite",
            Says.NO_SIGN: "No sign that area goes with correctness"}[found.says]  # fmt: skip
    return (
        f"{says}: right {percent(told.right)} %, wrong {percent(told.wrong)} %, {signed(100 * told.difference)} points "
        f"({signed(100 * told.low)} to {signed(100 * told.high)}); AUC {short(told.auc)} "
        f"({between(told.auc_low, told.auc_high)}), p {p_value(told.p)}; {count(told.n_right)} right, "
        f"{count(told.n_wrong)} wrong."
    )


def _class_words(found: Summary) -> str:
    if not len(found.classes):
        return "No class has five right and five wrong samples with a map."
    told = [found.says_of(number) for number in range(len(found.classes))]
    with_it, against, no_sign = (told.count(each) for each in (Says.WITH, Says.AGAINST, Says.NO_SIGN))
    sides = f"with correctness in {with_it}, the opposite in {against}, no sign in {no_sign}"
    twist = against > with_it if found.says is Says.WITH else found.says is Says.AGAINST and with_it > against
    but = " Classes differ: what holds overall does not hold within them." if twist else ""
    return f"Within {plural(len(told), 'class', 'classes')}: {sides} (q < .05).{but}"


def hit_words(found: Summary) -> str:
    """How often the maximum lies in the box, beside chance."""
    words = f"The maximum lies in the box in {share_words(found.hit)} of {plural(found.hit.n, 'map')}"
    chance = f"{percent(found.chance)} %"
    return f"{words}, no more than a random point would: {chance}." if found.hits_by_chance else (
        f"{words}; a random point would in {chance}.")  # fmt: skip


def advice(found: Shown, run: Run) -> str:
    """The method to choose for a run, and why; or why none can be recommended."""
    rows = [row for row in found.rows if row.run is run and row.maps is not None]
    if any(row.summary is None or row.checks is None for row in rows):
        return "Which method to choose is not known until all maps are read."
    good = sorted((row for row in rows if row.good), key=_merit)
    if good:
        best = good[0]
        also = f"; {', '.join(row.name for row in good[1:])} would do, too" if good[1:] else ""
        share = percent(best.summary.empty.value, 0) if best.summary is not None else UNDEFINED
        return f"Recommended: {best.name}, {share} % empty, {best.trust.words}{also}."
    why = "; ".join(f"{row.name} {_why(row)}" for row in rows)
    return f"No method can be recommended: {why or 'none has maps'}."


def _merit(row: Row) -> tuple[float, float, str]:
    assert row.summary is not None
    hit = row.summary.hit.value if row.summary.hit.n else 0.0
    return -hit, max((check.kept.value for check in row.checks or ()), default=0.0), row.name


def _why(row: Row) -> str:
    """`22 % empty, not checked`: what speaks against a method."""
    if row.summary is None:
        return row.trouble or "not read"
    against = [f"{percent(row.summary.empty.value, 0)} % empty"] if not row.summary.empty.value <= FEW_EMPTY else []
    against += ["hits boxes by chance"] if row.summary.hits_by_chance else []
    against += [row.trust.words.removesuffix(": be careful")] if row.trust is not Trust.PASSED else []
    return ", ".join(against)
