"""Steps of the Map view: what the points are, how they lie and are coloured, zoom, regions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from clftui.analysis.class_distance import ClassDistance
from clftui.state import alarm_strip, map_tasks
from clftui.state.map_box import names_of, region
from clftui.state.map_cloud import sources
from clftui.state.map_colours import colours, grouping
from clftui.state.map_layout import way_of
from clftui.state.map_model import map_model, subject
from clftui.state.map_numbers import separation
from clftui.state.map_settings import MOST_ZOOM, MapColour, MapMethod, MapOf, Multiples, Spot
from clftui.state.map_view import cursor, is_on_samples, place_of, reset, settings
from clftui.state.moves import cycle, say, select
from clftui.state.session import Session
from clftui.state.wishes import WISHES
from clftui.text import count, percent, plural, sanitise

SAMPLE_METHODS = (MapMethod.QUICK, MapMethod.TSNE)
CLASS_METHODS = (MapMethod.QUICK, MapMethod.TSNE, MapMethod.STRESS)


def toggle_of(session: Session) -> Session:
    """Samples or classes as points."""
    of = cycle(session.map.of)
    words = "A point is a class: near ones are given scores for each other." if of is MapOf.CLASSES else (
        "A point is a sample: near ones look alike to the model."
    )  # fmt: skip
    return say(replace(session, map=replace(reset(session.map), of=of, multiples=Multiples.ONE)), words)


def next_method(session: Session) -> Session:
    """The layout at once, or a slower one; what failed is tried again."""
    now = session.map
    if now.of is MapOf.SAMPLES:
        method = cycle(now.method, among=SAMPLE_METHODS)
        changed = replace(session, map=replace(reset(now), method=method))
        words = "PCA: principal components, linear." if method is MapMethod.QUICK else (
            "t-SNE: neighbours stay neighbours; sizes and gaps of clouds mean little."
        )  # fmt: skip
    else:
        method = cycle(now.class_method_of(len(session.classes)), among=CLASS_METHODS)
        changed = replace(session, map=replace(reset(now), class_method=method))
        words = f"Classes by {'classical scaling (MDS)' if method is MapMethod.QUICK else method.value}."
    key = map_model(changed).picture.layout.key
    if key is not None:
        map_tasks.retry(key)
    return say(changed, words)


def next_source(session: Session) -> Session:
    """Samples by features, logits or scores, whichever the epoch that shows has."""
    _, evaluation = subject(session)
    there = sources(evaluation)
    if len(there) < 2:
        only = there[0].value if there else "nothing"
        return say(session, f"This epoch logged {only} to lay samples out by, and nothing else.")
    now = session.map.source if session.map.source in there else there[0]
    source = cycle(now, among=there)
    return say(replace(session, map=replace(reset(session.map), source=source)), f"Samples by their {source.value}.")


def next_distance(session: Session) -> Session:
    """Classes by the literal distance, its rank or its logarithm."""
    distance = cycle(session.map.distance)
    words = {
        ClassDistance.LITERAL: "Literal: 1 less the mean score; with many classes nearly all lie near 1.",
        ClassDistance.RANK: "Rank: which pairs are nearer, evenly spread.",
        ClassDistance.LOG: "Log: decades of the mean score.",
    }
    return say(replace(session, map=replace(reset(session.map), distance=distance)), words[distance])


def next_colour(session: Session, by: int = 1) -> Session:
    """What colours tell next."""
    if not is_on_samples(session):
        if grouping(session) is None:
            return say(session, "Without a hierarchy classes are coloured one by one.")
        colour = cycle(session.map.colour, among=(MapColour.TRUE, MapColour.GROUP))
    else:
        cloud = map_model(session).cloud
        assert cloud is not None
        there = colours(session, cloud)
        colour = cycle(session.map.colour, by, among=there)
    return say(settings(session, colour=colour), f"Coloured by {colour.value}.")


def next_multiples(session: Session) -> Session:
    """One map, one for each of several runs, one for each of several epochs."""
    if not is_on_samples(session):
        return say(session, "Small maps show samples; v shows them.")
    there = multiples_of(session)
    if len(there) == 1:
        return say(session, "There is one run with one epoch on this split.")
    multiples = cycle(session.map.multiples, among=there)
    words = {
        Multiples.ONE: "One map.",
        Multiples.RUNS: "The same samples in several runs, each turned onto the focused one.",
        Multiples.EPOCHS: "The same samples in several epochs, each turned onto the one that shows.",
    }
    return say(replace(session, map=replace(reset(session.map), multiples=multiples)), words[multiples])


def multiples_of(session: Session) -> tuple[Multiples, ...]:
    """The ways in which several maps can show."""
    run, split = session.run, session.selection.split or ""
    found = [Multiples.ONE]
    if sum(bool(each.epochs(split)) for each in session.catalog.runs) > 1:
        found.append(Multiples.RUNS)
    if run is not None and len(run.epochs(split)) > 1:
        found.append(Multiples.EPOCHS)
    return tuple(found)


def toggle_pane(session: Session) -> Session:
    """The lists at the right, or the whole width for the picture."""
    return settings(session, turned=not session.map.turned)


def toggle_letters(session: Session) -> Session:
    """Letters or dots."""
    return settings(session, letters=not session.map.letters)


def zoom(session: Session, by: int) -> Session:
    """Twice as near, or half as near; out again the cursor is back on its class."""
    now = session.map
    if now.multiples is not Multiples.ONE:
        return say(session, "Small maps have one size; m shows one of them.")
    level = now.zoom + by
    if not 0 <= level <= MOST_ZOOM:
        return say(session, "The picture gets no larger." if by > 0 else "This is the whole picture.")
    if not level and now.anchor is None and not now.lasso:
        return replace(session, map=reset(now))
    model = map_model(session)
    spot = cursor(model) or place_of(model.anchors, model.focus) or (0.5, 0.5)
    return settings(session, zoom=level, spot=spot, spot_class=session.selection.true)


def toggle_box(session: Session) -> Session:
    """Begin a box at the cursor, or drop the region that there is."""
    now = session.map
    if now.multiples is not Multiples.ONE:
        return say(session, "Boxes belong on one map; m shows it.")
    if now.anchor is not None or now.lasso:
        return drop_region(session)
    model = map_model(session)
    spot = cursor(model) or place_of(model.anchors, model.focus) or (0.5, 0.5)
    begun = settings(session, spot=spot, spot_class=session.selection.true, anchor=spot)
    return say(begun, "h j k l draw the box; enter opens what lies in it, space selects it, esc drops it.")


def drop_region(session: Session) -> Session:
    """Without a box or lasso."""
    kept = settings(session, anchor=None, lasso=())
    return kept if session.map.zoom else replace(session, map=reset(session.map))


def boxed_in(session: Session, one: Spot, other: Spot) -> Session:
    """A box drawn by mouse."""
    drawn = settings(session, anchor=one, spot=other, spot_class=session.selection.true, lasso=())
    return _said(drawn)


def lassoed(session: Session, corners: tuple[Spot, ...]) -> Session:
    """A region drawn by mouse."""
    drawn = settings(session, anchor=None, spot=corners[-1], spot_class=session.selection.true, lasso=corners)
    return _said(drawn)


def _said(session: Session) -> Session:
    model = map_model(session)
    found = region(model, cursor(model))
    n = 0 if found is None else len(found)
    noun = "sample" if model.cloud is not None else "point"
    return say(session, f"{plural(n, noun)}: enter opens {'it' if n == 1 else 'them'}, space selects, esc drops.")


def choose(session: Session) -> Session:
    """Select the samples of the region or, without one, the sample under the cursor; again: leave them out."""
    model = map_model(session)
    if model.cloud is None:
        return say(session, "Samples are selected, not classes; v shows them.")
    found = region(model, cursor(model))
    split = model.evaluation.split
    if found is not None:
        some = frozenset((split, name) for name in names_of(model, found))
    elif session.selection.sample is not None and cursor(model) is not None:
        some = frozenset({(split, session.selection.sample)})
    else:
        return say(session, "z or V puts the cursor on samples; then space selects.")
    now = session.selection.chosen
    after = now - some if some <= now else now | some
    mine = sum(where == split for where, _ in after)
    words = f"{plural(mine, 'sample')} selected; they keep their mark in Samples and Scores." if mine else ""
    return say(select(session, chosen=after), words or "No sample is selected.")


def next_mixed(session: Session) -> Session:
    """The class whose samples lie least among their own, then the next one."""
    model = map_model(session)
    numbers = separation(model.cloud) if model.cloud is not None else None
    if numbers is None:
        return say(session, "The classes are still being compared." if model.cloud is not None else
                   "v shows the samples, whose classes can be told apart.")  # fmt: skip
    order = np.argsort(numbers.purity, kind="stable")
    ranked = [at for at in order.tolist() if np.isfinite(numbers.purity[at])]
    if not ranked:
        return say(session, "No class has a sample here.")
    now = (ranked.index(model.focus) + 1) % len(ranked) if model.focus in ranked else 0
    name = model.evaluation.classes[ranked[now]]
    share = percent(float(numbers.purity[ranked[now]]), 0)
    words = f"{sanitise(name)}: {share} % pure, number {count(now + 1)} of the most mixed classes."
    return say(select(replace(session, map=reset(session.map)), true=name), words)


def stop(session: Session) -> Session:
    """Give up the layout that is being computed; the quick one stays."""
    WISHES.stop()
    which = {"method": MapMethod.QUICK} if is_on_samples(session) else {"class_method": MapMethod.QUICK}
    return say(settings(session, **which), "Stopped; the quick layout stays. o asks for the other one again.")


def is_waiting(session: Session) -> bool:
    """Whether a layout is being computed."""
    return (session.map.multiples is not Multiples.ONE and map_tasks.is_busy()) or (
        session.map.multiples is Multiples.ONE and way_of(map_model(session).picture.layout) is not None
    )


def leave(session: Session) -> Session:
    """Drop the region; give up what is being computed; go back to the whole picture; then what esc does elsewhere."""
    now = session.map
    if now.anchor is not None or now.lasso:
        return drop_region(session)
    if is_waiting(session):
        return stop(session)
    if now.zoom or now.spot is not None:
        return replace(session, map=reset(now))
    return alarm_strip.dismiss(session)


def to_colour(colour: MapColour) -> Callable[[Session], Session]:
    """A step that colours by one thing, for the palette."""

    def step(session: Session) -> Session:
        cloud = map_model(session).cloud
        if cloud is None or colour not in colours(session, cloud):
            return say(session, f"There is nothing to tell of {colour.value} here.")
        return say(settings(session, colour=colour), f"Coloured by {colour.value}.")

    return step
