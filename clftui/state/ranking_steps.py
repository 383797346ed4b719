"""Steps through the ranking: the order of its classes, the best run's weak spots."""

from __future__ import annotations

from dataclasses import replace

from clftui.state.class_order import orders
from clftui.state.class_tree import label_of
from clftui.state.moves import cycle, say
from clftui.state.ranking_moves import cursor, point
from clftui.state.ranking_table import RankingTable, ranking
from clftui.state.ranking_ties import best_weak_spots
from clftui.state.session import Session
from clftui.text import plural, sanitise, shorten


def next_order(session: Session) -> Session:
    """The next order of the classes, in Ranking and in Epochs."""
    order = cycle(session.ranking.order, among=orders(session))
    return say(replace(session, ranking=replace(session.ranking, order=order)), f"Classes ordered: {order.value}.")


def run_word(session: Session, table: RankingTable, row: int) -> str:
    """A row in a sentence: a run's letter, or its name where it has none."""
    if table.epochs_of is not None:
        return table.names[row]
    run = table.rows[row].run
    return session.selection.letter(run.key) or shorten(run.name, 18, middle=True)


def next_weak_spot(session: Session) -> Session:
    """The best run's next weak spot to the right of the cursor, round and round."""
    table = ranking(session)
    spots = best_weak_spots(table)
    if not table.rows:
        return session
    top = table.best_row
    best = run_word(session, table, top)
    if spots is None:
        return say(session, "Weak spots are still being computed; press N again.")
    if not spots:
        return say(session, f"No weak spot: {best} is nowhere behind the best two beyond chance.")
    row, column = cursor(table, session)
    ordered = sorted(spots)
    target = next((spot for spot in ordered if spot > column or (row != top and spot >= column)), ordered[0])
    rank = int(table.ranks[top, target])
    name = sanitise(label_of(session, table.classes[target]))
    sentence = f"Weak spot {ordered.index(target) + 1} of {plural(len(ordered), 'class', 'classes')}"
    return say(point(session, table, top, target), f"{sentence}: {best} is no. {rank} in {name}.")
