"""Commands of the Map view alone."""

from __future__ import annotations

from functools import partial

from clftui.app.commands import Command
from clftui.state import map_steps as steps
from clftui.state.map_settings import MapColour, MapOf, Multiples
from clftui.state.selection import Tab
from clftui.state.session import Session

ONLY = frozenset({Tab.MAP})


def _samples(session: Session) -> bool:
    return session.map.of is MapOf.SAMPLES


def _classes(session: Session) -> bool:
    return session.map.of is MapOf.CLASSES


def _one(session: Session) -> bool:
    return session.map.multiples is Multiples.ONE


COMMANDS: tuple[Command, ...] = (
    Command("map.zoom_in", ("z",), "zoom", "Nearer, around the cursor, which moves by cells then; Z goes back.",
            "Show", step=partial(steps.zoom, by=1), tabs=ONLY, footer=9, when=_one, shown_keys="z Z"),
    Command("map.zoom_out", ("Z",), "zoom out", "Farther, back to the whole picture.", "Show",
            step=partial(steps.zoom, by=-1), tabs=ONLY, when=_one, in_help=False),
    Command("map.box", ("V",), "box", "Begin a box at the cursor, or drop it; enter opens what lies in it. By mouse: "
            "drag, with ctrl a lasso.", "Select", step=steps.toggle_box, tabs=ONLY, footer=10, when=_one),
    Command("map.colour", ("c",), "colour", "Colour by true class, predicted class, group, right or wrong, run "
            "agreement, tag, loss.", "Show", step=steps.next_colour, tabs=ONLY, footer=11),
    Command("map.pane", ("p",), "neighbours", "Show or hide the lists: neighbours, classes, numbers.", "Show",
            step=steps.toggle_pane, tabs=ONLY, footer=12, when=_one),
    Command("map.of", ("v",), "classes", "Samples as points, or classes by the scores they are given for each other.",
            "Show", step=steps.toggle_of, tabs=ONLY, footer=13),
    Command("map.multiples", ("m",), "small maps", "One map, one for each of several runs, of several epochs.",
            "Show", step=steps.next_multiples, tabs=ONLY, footer=14, when=_samples),
    Command("map.choose", ("space",), "select", "Select the samples of the box, or the one under the cursor.",
            "Select", step=steps.choose, tabs=ONLY, footer=15, when=_samples),
    Command("map.next_mixed", ("N",), "most mixed", "The class whose samples lie least among their own; the next.",
            "Move", step=steps.next_mixed, tabs=ONLY, footer=16, when=_samples),
    Command("map.method", ("o",), "layout", "Lay out at once (PCA, classical scaling), by t-SNE, classes by SMACOF.",
            "Order", step=steps.next_method, tabs=ONLY, footer=17),
    Command("map.source", ("L",), "by", "Lay samples out by features, logits or scores.", "Order",
            step=steps.next_source, tabs=ONLY, footer=18, when=_samples),
    Command("map.distance", ("n",), "distance", "Lay classes out by the literal distance, its rank or logarithm.",
            "Order", step=steps.next_distance, tabs=ONLY, footer=18, when=_classes),
    Command("map.leave", ("escape",), "stop", "Drop the box; stop computing; back to the whole picture.", "Act",
            step=steps.leave, tabs=ONLY),
    Command("map.stop", (), "stop computing", "Give up the layout being computed; the quick one stays.", "Act",
            step=steps.stop, tabs=ONLY),
    Command("map.letters", (), "letters", "Letters of the classes instead of dots.", "Show",
            step=steps.toggle_letters, tabs=ONLY),
    *(
        Command(f"map.colour_{each.name.lower()}", (), f"colour: {each.value}", f"Colour samples by {each.value}.",
                "Show", step=steps.to_colour(each), tabs=ONLY, when=_samples, in_help=False)
        for each in MapColour
    ),
)  # fmt: skip

READING: tuple[tuple[str, str], ...] = (
    ("⠁ ⠷ ⣿", "a point a dot; the colour of a cell is that of most of its points, the brighter the more"),
    ("t T-shirt", "a class and its letter, where most of its points lie; those without room show nearer, with z"),
    ("pure", "share of the 10 nearest samples, in the space itself and not in the picture, that have the same class"),
    ("silhouette", "1: far from other classes, 0: between them, below 0: nearer to another one"),
    ("trustworthy", "1: who lies near in the picture is near in truth; below .9 look at the numbers instead"),
    ("by score distance", "1 less the mean score that samples of one class are given for the other (Algorithm 1)"),
    ("·", "a class without a letter of its own, a point of none"),
    ("–", "undefined: no samples, or not logged"),
)
