"""Steps of the subclasses variant of Features."""

from __future__ import annotations

from dataclasses import replace

from clftui.analysis.subclasses import MOST_PARTS
from clftui.schema import FormatError
from clftui.state.class_tree import label_of
from clftui.state.features_steps import Steps
from clftui.state.listed_filter import InPart
from clftui.state.map_side import short_signed
from clftui.state.moves import cycle, drill_to_samples, say, select
from clftui.state.session import Session
from clftui.state.subclasses_layers import class_names, ranked
from clftui.state.subclasses_members import about
from clftui.state.subclasses_model import PartFacts, Shown, cursor, id_at, ready
from clftui.state.subclasses_settings import Arranged, Lower, Which
from clftui.text import count, plural, sanitise


def settings(session: Session, **changes: object) -> Session:
    """`session` with parts of the variant's settings replaced."""
    features = session.features
    changed = replace(features.subclasses, **changes)  # type: ignore[arg-type]
    return replace(session, features=replace(features, subclasses=changed), notice="")


def _move(session: Session, rows: int, columns: int, page: tuple[int, int]) -> Session:
    """Down through the samples, as many at once as a line holds; to the side through the classes."""
    if columns:
        return _to_class(session, columns)
    found = ready(session)
    if found is None or not rows:
        return session
    step = max(1, -(-found.kinds.n // max(page[0], 1)))
    return point(session, found, cursor(session, found) + rows * step)


def point(session: Session, found: Shown, place: int) -> Session:
    """The cursor on the sample at a place, clamped."""
    place = min(max(place, 0), found.kinds.n - 1)
    return select(session, sample=id_at(found, int(found.order[place])))


def _to_class(session: Session, by: int) -> Session:
    names, subject = class_names(session), about(session)
    if subject is None:
        return session
    name = subject.true if subject.which is Which.TRUE else subject.predicted
    at = names.index(str(name)) if name in names else 0
    return on_class(session, names[min(max(at + by, 0), len(names) - 1)])


def on_class(session: Session, name: str) -> Session:
    """Another class; its own suggestion of parts."""
    session = settings(session, parts=None)
    if session.features.subclasses.which is Which.TRUE:
        return select(session, true=name, sample=None)
    return select(session, predicted=name, sample=None)


def part_under(session: Session, found: Shown) -> PartFacts:
    """The part under the cursor."""
    return found.part_at(cursor(session, found))


def next_part(session: Session, by: int = 1) -> Session:
    """The cursor on the sample that stands for the next part."""
    found = ready(session)
    if found is None:
        return session
    facts = found.facts[(part_under(session, found).number - 1 + by) % found.parts]
    return on_face(session, found, facts)


def on_face(session: Session, found: Shown, facts: PartFacts) -> Session:
    """The cursor on the most central sample of a part."""
    return select(session, sample=id_at(found, int(facts.faces[0])))


def more_parts(session: Session, by: int) -> Session:
    """One part more or less than show."""
    found = ready(session)
    if found is None:
        return session
    parts = min(max(found.parts + by, 1), MOST_PARTS, found.kinds.n)
    if parts == found.parts:
        return say(session, f"{plural(parts, 'part')} is the {'most' if by > 0 else 'least'}.")
    said = "as suggested" if parts == found.kinds.suggested else f"{found.kinds.suggested} suggested; b takes that"
    return say(settings(session, parts=parts), f"{plural(parts, 'part')}, {said}.")


def as_suggested(session: Session) -> Session:
    """As many parts as the samples suggest."""
    return settings(session, parts=None)


def next_order(session: Session) -> Session:
    """Another order of the samples within their parts."""
    order = cycle(session.features.subclasses.order, among=list(Arranged))
    words = "in spectral order" if order is Arranged.SPECTRAL else order.value
    return say(settings(session, order=order), f"Samples {words}.")


def next_lower(session: Session) -> Session:
    """Below the matrix: other layers, the units that part most, the classes that fall into parts."""
    return settings(session, lower=cycle(session.features.subclasses.lower, among=list(Lower)))


def next_which(session: Session) -> Session:
    """Samples of the true class, of the predicted class, of the cell."""
    which = cycle(session.features.subclasses.which, among=list(Which))
    return say(select(settings(session, which=which, parts=None), sample=None), f"Samples of the {which.value}.")


def next_parted(session: Session) -> Session:
    """The class that falls into parts most clearly among those looked at, then the next clearest."""
    lines, known = ranked(session)
    subject = about(session)
    if not lines or subject is None:
        looked = f"{count(known)} of {plural(len(session.classes), 'class', 'classes')} looked at"
        return say(session, f"No class is known to fall into parts ({looked}).")
    now = subject.true if subject.which is Which.TRUE else subject.predicted
    names = [line.name for line in lines]
    at = (names.index(now) + 1) % len(names) if now in names else 0
    line, name = lines[at], sanitise(label_of(session, lines[at].name))
    words = f"{name}: {line.suggested} parts, silhouette {short_signed(line.silhouette)}; "
    words += f"{at + 1} of {len(names)} with parts among {known} classes looked at."
    return say(on_class(session, line.name), words)


def _drill(session: Session) -> Session:
    """The samples of the part under the cursor; those of all where there is one part."""
    found = ready(session)
    if found is None:
        return session
    own, facts = found.kinds.members, part_under(session, found)
    if found.parts == 1 and own.n == own.whole:
        return drill_to_samples(session, own.about.scope)
    words = f"part {facts.number} of {found.parts} of {own.about.words} at {sanitise(own.source.name)}"
    deeper = drill_to_samples(session, own.about.scope)
    return replace(deeper, filters=(*deeper.filters, InPart(words, own.evaluation.split, ids_of(found, facts))))


def ids_of(found: Shown, facts: PartFacts) -> frozenset[str]:
    """The ids of a part's samples."""
    return frozenset(id_at(found, member) for member in found.order[facts.start : facts.end].tolist())


def choose(session: Session) -> Session:
    """Select the samples of the part under the cursor; again: leave them out."""
    found = ready(session)
    if found is None:
        return session
    facts, split = part_under(session, found), found.kinds.members.evaluation.split
    some = frozenset((split, name) for name in ids_of(found, facts))
    now = session.selection.chosen
    taken = some <= now
    said = "left out" if taken else "selected; they keep their mark in Samples and Scores"
    return say(select(session, chosen=now - some if taken else now | some), f"{plural(facts.n, 'sample')} {said}.")


def _below(session: Session) -> str:
    try:
        found = ready(session)
    except FormatError:
        return "samples"
    return f"part {part_under(session, found).number}" if found is not None and found.parts > 1 else "samples"


STEPS = Steps(_move, _drill, _below, "the samples of a class by how alike a layer finds them, and the kinds among them")
