"""A list to choose from of what orders and groups samples: stepping through twelve orders takes too long."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from clftui.app.dialogs.palette import CommandPalette, Entry
from clftui.state.moves import say
from clftui.state.sample_group_steps import group_by, groupings, sort_by
from clftui.state.sample_list import SampleList, listing, sorts
from clftui.state.sample_order import sort_meaning, sort_words
from clftui.state.sample_settings import SampleGrouping, SampleSort

if TYPE_CHECKING:
    from clftui.app.main_screen import MainScreen


def choose_order(screen: MainScreen) -> None:
    """Choose what orders the samples, or what groups them, from a list."""
    session = screen.now
    shown = listing(session)
    if not isinstance(shown, SampleList):
        screen.act(lambda now: say(now, "There are no samples to order here."))
        return
    entries = [Entry(f"sort {sort.name}", "order", _marked(sort.value, sort is shown.sort), sort_meaning(sort), "o")
               for sort in sorts(session)]  # fmt: skip
    now = session.samples.grouping
    entries += [Entry(f"group {each.name}", "group by", _marked(each.value, each is now), "", "b")
                for each in groupings(session)]  # fmt: skip

    def chosen(value: str | None) -> None:
        kind, _, name = (value or "").partition(" ")
        if kind == "sort":
            sort = SampleSort[name]
            screen.act(lambda session: say(sort_by(session, sort), f"Samples: {sort_words(sort)}."))
        elif kind == "group":
            screen.act(partial(group_by, grouping=SampleGrouping[name]))

    screen.app.push_screen(CommandPalette(entries, [], [], hint="an order, or what groups the samples"), chosen)


def _marked(name: str, now: bool) -> str:
    return f"{name} (now)" if now else name


EFFECTS: dict[str, Callable[[MainScreen], None]] = {"choose_order": choose_order}
