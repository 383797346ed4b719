"""Commands that tag samples: they ask for a letter in the footer, write the journal, and go on to the next sample."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from clftui.app import tag_export
from clftui.app.asking import Question
from clftui.app.dialogs.prompt import Prompt
from clftui.app.dialogs.words import Words
from clftui.state import tag_steps
from clftui.state.class_tree import labels_of
from clftui.state.journal_undo import last_given
from clftui.state.moves import say
from clftui.state.sample_tags import BY_LETTER, REMOVE, TAGS, Batch, Tag, give, take_back
from clftui.state.script_tags import sample_line
from clftui.state.tag_steps import Target, proposals
from clftui.text import count, sanitise, short_score, shorten

if TYPE_CHECKING:
    from clftui.app.main_screen import MainScreen

LETTERS = (*((tag.letter, tag.value) for tag in TAGS), ("x", "none"))
UNKNOWN = "0"
"""The key for a wrong label where one cannot say which class it should be."""
OTHER = "/"
"""The key that asks for any class by name."""
NOTHING = "No sample is focused here."
NOT_TAGGED = "Not tagged."


def tag(screen: MainScreen) -> None:
    """Ask for a letter for the focused sample, or for those that are selected."""
    _ask(screen, tag_steps.target(screen.now))


def tag_all(screen: MainScreen) -> None:
    """Ask for a letter for the whole list, then whether that is meant."""
    _ask(screen, tag_steps.whole_list(screen.now), sure=False)


def tag_as(screen: MainScreen, given: Tag | None) -> None:
    """Tag without asking; a mislabelled sample is proposed to be of the class that is predicted."""
    about = tag_steps.target(screen.now)
    if about is None:
        _tell(screen, NOTHING)
    else:
        _give(screen, about, given, _predicted(about, given))


def _tell(screen: MainScreen, sentence: str) -> None:
    screen.act(lambda session: say(session, sentence))


def _ask(screen: MainScreen, about: Target | None, *, sure: bool = True) -> None:
    if about is None:
        _tell(screen, NOTHING)
        return

    def answer(key: str) -> None:
        given = BY_LETTER.get(key)
        if given is None and key not in REMOVE:
            _tell(screen, NOT_TAGGED)
        elif not sure and about.n > 1:
            _confirm(screen, about, given)
        elif given is Tag.MISLABELLED and about.n == 1:
            _ask_class(screen, about)
        else:
            _give(screen, about, given, _predicted(about, given))

    had = tag_steps.had(screen.now, about)
    screen.asking.ask(Question(f"Tag {about.words}{had}: a letter, or any other key to leave it.", LETTERS, answer))


def _confirm(screen: MainScreen, about: Target, given: Tag | None) -> None:
    what = given.value if given is not None else "not tagged"

    def answer(key: str) -> None:
        if key == "y":
            _give(screen, about, given, _predicted(about, given))
        else:
            _tell(screen, NOT_TAGGED)

    words = f"All {count(about.n)} samples of the list {what}? y tags them."
    screen.asking.ask(Question(words, (("y", "tag them"), ("n", "leave them")), answer))


def _ask_class(screen: MainScreen, about: Target) -> None:
    """Which class it is instead: the best one by enter, others by digit, any by name."""
    found = proposals(about)
    labels = labels_of(screen.now)
    said = [labels.get(each.name, each.name) for each in found]
    keys = [(str(i), f"{shorten(name, 16)} {short_score(each.score)}")
            for i, (name, each) in enumerate(zip(said, found, strict=True), 1)]  # fmt: skip
    if keys:
        keys[0] = ("enter", keys[0][1])
    named = {"enter": 0, Tag.MISLABELLED.letter: 0} | {str(i): i - 1 for i in range(1, len(found) + 1)}

    def answer(key: str) -> None:
        if key in named and named[key] < len(found):
            _give(screen, about, Tag.MISLABELLED, (found[named[key]].name,))
        elif key == UNKNOWN:
            _give(screen, about, Tag.MISLABELLED, (None,))
        elif key == OTHER or (key == "enter" and not found):
            _ask_name(screen, about)
        else:
            _tell(screen, NOT_TAGGED)

    words = f"{about.words} is mislabelled; it is"
    words += f" {sanitise(said[0])} with enter, or:" if found else " of which class?"
    ways = ((OTHER, "another"), (UNKNOWN, "unknown"), ("esc", "leave it"))
    screen.asking.ask(Question(words, (*keys, *ways), answer))


def _ask_name(screen: MainScreen, about: Target) -> None:
    classes = about.shown.evaluation.classes

    def check(text: str) -> str | None:
        return None if text in classes else "there is no such class; tab completes a name"

    def take(name: str | None) -> None:
        if name is None:
            _tell(screen, NOT_TAGGED)
        else:
            _give(screen, about, Tag.MISLABELLED, (name,))

    hint = "the class that the sample should have"
    prompt = Prompt(f"{about.words} is", hint=hint, check=check, suggester=Words(classes, classes))
    screen.app.push_screen(prompt, take)


def _predicted(about: Target, given: Tag | None) -> tuple[str | None, ...]:
    """The class that each sample is proposed to have."""
    return tag_steps.predicted_classes(about) if given is Tag.MISLABELLED else (None,) * about.n


def _give(screen: MainScreen, about: Target, given: Tag | None, proposed: Sequence[str | None]) -> None:
    following = tag_steps.next_name(screen.now, about)
    names = about.names

    def write() -> Batch:
        return give(
            screen.now.catalog, about.split, [(name, given, each) for name, each in zip(names, proposed, strict=True)],
            about.shown.run.key,
        )  # fmt: skip

    batch = _written(screen, write)
    if batch is not None:
        screen.batches.append(batch)
        screen.last = screen.registry.by_id[command_id(given)]
        _note(screen, batch)
        screen.act(lambda session: tag_steps.tagged(session, batch, following))


def _written(screen: MainScreen, write: Callable[[], Batch]) -> Batch | None:
    """What `write` wrote; None where it could not, which is said."""
    try:
        return write()
    except OSError as error:
        _tell(screen, f"The tag cannot be written ({error.strerror}); check the folder's permissions.")
        return None


def _note(screen: MainScreen, batch: Batch) -> None:
    from clftui.app.app import ClfApp

    assert isinstance(screen.app, ClfApp)
    screen.app.note_lines(map(sample_line, batch.given))


def undo(screen: MainScreen) -> None:
    """Give back what the samples were before that this user tagged last, if need be in an earlier session."""
    earlier, left = None, 0
    if not screen.batches:
        found = last_given(screen.now.catalog)
        if found is None:
            _tell(screen, "The journal is still being read; u again undoes the last tag.")
            return
        earlier = found[0]
        if earlier is None:
            _tell(screen, "Nothing was tagged by you here; t x takes the tag of a sample away.")
            return
    batch = earlier.batch if earlier is not None else screen.batches[-1]

    def write() -> Batch:
        nonlocal left
        restored, left = take_back(screen.now.catalog, batch)
        return restored

    restored = _written(screen, write)
    if restored is not None:
        if earlier is None:
            screen.batches.pop()
        _note(screen, restored)
        given = earlier.time if earlier is not None else ""
        screen.act(lambda session: tag_steps.undone(session, restored, left, given))


def command_id(given: Tag | None) -> str:
    """The command that tags so."""
    return f"tag.{given.name.lower()}" if given is not None else "tag.remove"


def effect_name(given: Tag | None) -> str:
    """The effect that tags so."""
    return command_id(given).replace(".", "_")


EFFECTS: dict[str, Callable[[MainScreen], None]] = {
    "tag": tag,
    "tag_all": tag_all,
    "tag_undo": undo,
    "tag_export": tag_export.ask,
    **{effect_name(given): partial(tag_as, given=given) for given in (*TAGS, None)},
}
