"""Commands that tag samples, filter by tags, and lead through what deserves a look next."""

from __future__ import annotations

from functools import partial

from clftui.app.command_table.conditions import has_samples
from clftui.app.commands import Command
from clftui.state import tag_steps
from clftui.state.sample_tags import TAGS, Tag
from clftui.state.selection import Tab

ONLY = frozenset({Tab.SAMPLES})


def _tag(tag: Tag) -> Command:
    name = tag.name.lower()
    return Command(f"tag.{name}", (), tag.value, f"Tag the sample as {tag.value}: {tag.meaning}.", "Act",
                   effect=f"tag_{name}", tabs=ONLY, when=tag_steps.is_listing)  # fmt: skip


def _filter(tag: Tag) -> Command:
    return Command(f"filter.tag_{tag.name.lower()}", (), f"tagged {tag.value}", f"Filter: tagged {tag.value}.",
                   "Select", step=partial(tag_steps.only_tagged, tag=tag.value), when=has_samples)  # fmt: skip


COMMANDS: tuple[Command, ...] = (
    Command("worklist.next", ("!",), "next to do", "The next thing on the worklist: an alarm, an odd cell, a doubtful "
            "label. What was looked at does not come again.", "Move", effect="worklist_next"),
    Command("worklist", (), "worklist", "List what deserves a look next.", "Move", effect="worklist"),
    Command("samples.tag", ("t",), "tag + next", "Tag the sample, or those selected, with a letter; the next one "
            "follows.", "Act", effect="tag", tabs=ONLY, footer=5, when=tag_steps.is_listing),
    Command("samples.tag_all", ("T",), "tag all", "Tag all samples of the list with one letter.", "Act",
            effect="tag_all", tabs=ONLY, when=tag_steps.is_listing),
    Command("samples.undo", ("u",), "undo", "Undo your last tag, also one of an earlier session.", "Act",
            effect="tag_undo", tabs=ONLY, footer=25),
    Command("samples.choose", ("space",), "select", "Select the sample, or leave it out again.", "Select",
            step=tag_steps.choose, tabs=ONLY, footer=12, when=tag_steps.is_listing),
    Command("samples.choose_none", (), "select none", "Select no sample.", "Select", step=tag_steps.choose_none,
            tabs=ONLY, when=lambda session: bool(session.selection.chosen)),
    Command("samples.next_untagged", ("N",), "next untagged", "The next sample of the list without a tag.", "Move",
            step=tag_steps.next_untagged, tabs=ONLY, when=tag_steps.is_listing),
    *map(_tag, TAGS),
    Command("tag.remove", (), "no tag", "Take the tag of the sample away.", "Act", effect="tag_remove", tabs=ONLY,
            when=tag_steps.is_listing),
    Command("tag.export", (), "export tags", "Export what was tagged: a relabel list, paths, JSON, a mask, links.",
            "Act", effect="tag_export"),
    Command("filter.tagged", (), "tagged", "Filter: tagged samples.", "Select", step=tag_steps.only_tagged,
            when=has_samples),
    Command("filter.untagged", (), "exclude tagged", "Filter: exclude tagged samples.", "Select",
            step=partial(tag_steps.only_tagged, without=True), when=has_samples),
    *map(_filter, TAGS),
)  # fmt: skip

READING: tuple[tuple[str, str], ...] = (
    ("m a b d h c", "a tag's letter at the end of a caption: " + ", ".join(tag.value for tag in TAGS)),
    ("▌", "at the left of an image, in green: selected; t tags all that are"),
)
