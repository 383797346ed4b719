"""Commands of the Matrix view for orders by similarity, blocks and outliers."""

from __future__ import annotations

from collections.abc import Callable

from clftui.app.commands import Command
from clftui.state.block_steps import next_noteworthy, region, step_number, stop, to_order, toggle
from clftui.state.class_order import orders
from clftui.state.selection import Tab
from clftui.state.session import Session
from clftui.state.settings import ClassOrder
from clftui.state.similar import pending_seconds

ONLY = frozenset({Tab.MATRIX})

ORDER_HELP = {
    ClassOrder.GIVEN: "Order the classes as the run lists them.",
    ClassOrder.HIERARCHY: "Order the classes by the hierarchy.",
    ClassOrder.HARDEST: "Order the classes by recall, the lowest first.",
    ClassOrder.SIZE: "Order the classes by their samples, most first.",
    ClassOrder.NAME: "Order the classes by name.",
    ClassOrder.QUICK: "Similar classes together, at once: a walk along the strongest confusions.",
    ClassOrder.BARYCENTRE: "Similar classes together: each at the mean, then median, place of those it is taken for.",
    ClassOrder.LINKAGE: "Similar classes together: average linkage, leaves ordered optimally; seconds.",
    ClassOrder.SPECTRAL: "Similar classes together: eigenvectors of the confusions; seconds.",
}


def _has_blocks(session: Session) -> bool:
    return session.matrix.blocks is not None


def _can_be(order: ClassOrder) -> Callable[[Session], bool]:
    return lambda session: order in orders(session)


def _is_waiting(session: Session) -> bool:
    return pending_seconds(session) is not None


COMMANDS: tuple[Command, ...] = (
    Command("matrix.blocks", ("b",), "blocks", "Outline blocks of similar classes, as many as the data suggest; or the "
            "groups of the hierarchy; or none.", "Show", step=toggle, tabs=ONLY, footer=15),
    Command("matrix.more_blocks", ("+",), "more blocks", "Cut the order into more blocks, with _ into fewer.", "Show",
            step=lambda session: step_number(session, 1), tabs=ONLY, shown_keys="_ +", when=_has_blocks, footer=25),
    Command("matrix.fewer_blocks", ("_",), "fewer blocks", "Cut the order into fewer blocks.", "Show",
            step=lambda session: step_number(session, -1), tabs=ONLY, in_help=False, when=_has_blocks),
    Command("matrix.number_of_blocks", (), "number of blocks", "Ask how many blocks the order is cut into.", "Show",
            effect="number_of_blocks", tabs=ONLY),
    Command("matrix.next", ("N",), "next", "The next block outlier, most surprising first; without blocks the next "
            "largest confusion.", "Move", step=next_noteworthy, tabs=ONLY, footer=16),
    Command("matrix.region", ("B",), "region", "Select the block under the cursor, or what lies between two.",
            "Select", step=region, tabs=ONLY, when=_has_blocks),
    Command("matrix.stop", (), "stop computing", "Give up the order being computed; the quick one stays.", "Act",
            step=stop, tabs=ONLY, when=_is_waiting),
    *(
        Command(f"matrix.order_{order.name.lower()}", (), f"order: {order.value}", ORDER_HELP[order], "Order",
                step=to_order(order), tabs=ONLY, when=_can_be(order))
        for order in ClassOrder
    ),
)  # fmt: skip

READING: tuple[tuple[str, str], ...] = (
    ("┌──┐ thin outlines", "blocks: neighbours that are confused with each other; tinted where cells are small"),
    ("1 2 3 on pixels", "the most surprising confusions outside every block; N goes through them"),
    ("linkage … 3 s", "a better order is being computed and slides in; the quick one shows until then"),
)
