"""Steps of the explained variant of Features: tasks, rows, orders, methods, and from a row to its sample alone."""

from __future__ import annotations

from dataclasses import replace

from clftui.state.explain_settings import STEPS as STEPS_OF_THRESHOLD
from clftui.state.explained_order import Shown, shown_rows
from clftui.state.explained_settings import SIZES, Column, ExplainedSettings, Of, Task
from clftui.state.explained_table import choice_of, names_of, scope_of
from clftui.state.explanations import PREDICTED, TRUE
from clftui.state.features_settings import FeaturesVariant
from clftui.state.features_steps import Steps
from clftui.state.filters import FilterError
from clftui.state.moves import cycle, focus_run, go, remember, say, select
from clftui.state.sample_list import Nothing
from clftui.state.selection import Part, Scope, Tab
from clftui.state.session import Session
from clftui.state.unready import NotYet, impatient
from clftui.text import plural, sanitise


def settings(session: Session, **changes: object) -> Session:
    """`session` with the table's settings changed."""
    changed: ExplainedSettings = replace(session.features.explained, **changes)  # type: ignore[arg-type]
    return replace(session, features=replace(session.features, explained=changed), notice="")


def now(session: Session) -> Shown | None:
    """The table as far as it is known: a key does not wait for maps."""
    try:
        with impatient():
            shown = shown_rows(session)
    except NotYet:
        return None
    return None if isinstance(shown, Nothing) else shown


def move(session: Session, rows: int, columns: int, page: tuple[int, int]) -> Session:
    """Rows up and down; columns lead to another image, or to another class."""
    if columns:
        return _beside(session, columns)
    shown = now(session)
    if shown is None:
        return session
    return to_row(session, shown, max(0, min(shown.cursor + rows, shown.n - 1)))


def to_row(session: Session, shown: Shown, index: int) -> Session:
    """The cursor on a row: its run where rows are runs, else its sample."""
    row = int(shown.order[index])
    if shown.rows.task is Task.MODELS:
        return focus_run(_kept(session, shown), shown.rows.source_of(row).run.key)
    return select(session, sample=shown.rows.sample_id(row))


def _kept(session: Session, shown: Shown) -> Session:
    """The image of the first task stays when another run is focused."""
    return select(session, sample=shown.rows.sample_id(shown.row))


def _beside(session: Session, by: int) -> Session:
    """The next image of the class (first task) or the next class (third task)."""
    task = session.features.explained.task
    if task is Task.MODELS:
        listed = now(settings(session, task=Task.SAMPLES, search=""))
        if listed is None:
            return session
        at = max(0, min(listed.cursor + by, listed.n - 1))
        return select(session, sample=listed.rows.sample_id(int(listed.order[at])))
    classes = session.classes
    if task is Task.SAMPLES and scope_of(session).true is not None and session.selection.true in classes:
        at = max(0, min(classes.index(session.selection.true) + by, len(classes) - 1))
        return select(session, true=classes[at], sample=None)
    return session


def drill(session: Session) -> Session:
    """The row's sample alone, of the row's run."""
    shown = now(session)
    if shown is None:
        return session
    rows, row = shown.rows, shown.row
    scope = scope_of(session) if rows.task is Task.SAMPLES else Scope(part=Part.ALL)
    there = focus_run(remember(session), rows.source_of(row).run.key)
    return replace(select(there, scope=scope, sample=rows.sample_id(row), detail=True), tab=Tab.SAMPLES)


def step_task(session: Session) -> Session:
    """The next of the three tasks; the sample under the cursor stays."""
    return with_task(session, cycle(session.features.explained.task))


def with_task(session: Session, task: Task) -> Session:
    """Another task."""
    shown = now(session)
    kept = _kept(session, shown) if shown is not None else session
    return say(settings(kept, task=task, search=""), f"{task.words.capitalize()}.")


def open_task(session: Session, task: Task) -> Session:
    """The table with a task, from wherever."""
    if session.tab is not Tab.FEATURES or session.face != FeaturesVariant.EXPLAINED.value:
        session = replace(session, features=replace(session.features, variant=FeaturesVariant.EXPLAINED))
        session = go(session, Tab.FEATURES)
    return with_task(session, task)


def next_of(session: Session) -> Session:
    """Other rows: A to D or all runs; the samples of the class, of the cell, those of Samples, or all."""
    now_set = session.features.explained
    if now_set.task is Task.MODELS:
        words = "A to D and the focused run." if now_set.all_runs else "All runs that explain this image."
        return say(settings(session, all_runs=not now_set.all_runs), words)
    if now_set.task is Task.CLASSES:
        return say(session, "Every class has two rows: the sample it is surest right about, and surest wrong.")
    of = cycle(now_set.of)
    return say(settings(session, of=of), f"Rows: {of.value}.")


def sort_by(session: Session, column: Column) -> Session:
    """Rows by a column, in its natural direction."""
    return say(settings(session, sort=column, turned=False), f"Sorted by {column.words}.")


def next_sort(session: Session) -> Session:
    """Rows by the next column."""
    return sort_by(session, cycle(session.features.explained.sort))


def turn_sort(session: Session) -> Session:
    """The same order, the other way round."""
    turned = not session.features.explained.turned
    column = session.features.explained.sort
    words = f"{column.value.capitalize()}, the other way round." if turned else f"Sorted by {column.words}."
    return say(settings(session, turned=turned), words)


def search(session: Session, text: str) -> Session:
    """Only rows that hold `text`; all of them with an empty one."""
    changed = settings(session, search=text.strip())
    shown = now(changed)
    if not text.strip():
        return say(changed, "All rows.")
    return say(changed, f"{plural(shown.n, 'row')} with “{sanitise(text)}”." if shown is not None else "")


def next_method(session: Session) -> Session:
    """The next method that a compared run has saved, here and in a sample alone."""
    names, choice = names_of(session), choice_of(session)
    if choice is None:
        return say(session, "No run has saved an explanation of this split.")
    if len(names) == 1:
        return say(session, f"{sanitise(names[0])} is all that was saved.")
    name = names[(names.index(choice.method) + 1) % len(names)]
    return say(replace(session, explain=replace(session.explain, method=name)), f"{sanitise(name)}.")


def toggle_aim(session: Session) -> Session:
    """Maps of the predicted class, or of the true one."""
    choice = choice_of(session)
    if choice is None:
        return say(session, "No run has saved an explanation of this split.")
    aim = TRUE if choice.aim == PREDICTED else PREDICTED
    changed = replace(session, explain=replace(session.explain, method=choice.method, aim=aim))
    return say(changed, f"Explanations of the {aim} class, where the method explains it.")


def resize(session: Session, by: int) -> Session:
    """Higher or lower rows than suit the screen."""
    zoom = session.features.explained.zoom + by
    if abs(zoom) >= len(SIZES):
        return say(session, "Rows get no higher." if by > 0 else "Rows get no lower.")
    return settings(session, zoom=zoom)


def asked(
    session: Session, *, task: str | None, method: str | None, threshold: float | None, sort: str | None, listed: bool
) -> Session:
    """The table that a report asks for; `listed`: the samples of a cell or part that was named, else all of them.

    The task `methods` is the variant of that name.

    FilterError for a method that no compared run has saved.
    """
    whole = task == FeaturesVariant.METHODS.value
    chosen = Task(task) if task and not whole else Task.SAMPLES
    changes: dict[str, object] = {"task": chosen, "of": Of.LISTED if listed else Of.ALL}
    if sort is not None:
        changes["sort"] = Column(sort)
    explain = session.explain
    if method is not None:
        names = names_of(session)
        if method not in names:
            known = ", ".join(map(sanitise, names)) or "none"
            raise FilterError(f"--method: no run has saved {sanitise(method)} here; there are {known}")
        explain = replace(explain, method=method)
    if threshold is not None:
        explain = replace(explain, step=round(threshold * STEPS_OF_THRESHOLD))
    variant = FeaturesVariant.METHODS if whole else FeaturesVariant.EXPLAINED
    features = replace(session.features, variant=variant)
    return settings(replace(session, explain=explain, features=features), **changes)


STEPS = Steps(move, drill, lambda session: "sample", "where models looked: a row a sample, with its map and numbers")
