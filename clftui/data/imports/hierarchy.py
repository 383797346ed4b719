"""Class hierarchies as other programs write them, read into nested {"name", "children"}.

JSON: nested nodes, node-link graphs, objects of lists, class-to-group objects, CIFAR-100's fine and coarse names. Text:
tables of class and parent, of class and path, WordNet's is_a pairs (with its words.txt), one path a line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clftui.analysis.taxonomy import Edge, Tree, from_edges, from_nested, from_paths
from clftui.data.imports.hierarchy_text import Lines, read_lines, words_beside
from clftui.schema import FormatError
from clftui.storage.files import unreadable
from clftui.text import plural

MAX_BYTES = 64_000_000

# Groups of induced hierarchies that nobody named: they are called after what they hold.
_NAMELESS = "(generated)"
_INDUCED = re.compile(r"f\d{8}")
_REMEDY = 'write nested {"name", "children"} down to class names, or a table of class and parent'


@dataclass(frozen=True)
class HierarchyFile:
    """A tree as it was read, and in one sentence each what was assumed or left out."""

    tree: Mapping[str, object]
    notes: tuple[str, ...] = ()


def read_hierarchy(path: Path) -> HierarchyFile:
    """The hierarchy in a file of any of the formats above. FormatError where it holds none."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise FormatError(path, "", f"has more than {MAX_BYTES // 1_000_000} MB", _REMEDY)
        data = path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    if not text.strip():
        raise FormatError(path, "", "is empty", _REMEDY)
    try:
        if path.suffix.casefold() == ".json" or text.lstrip()[0] in "{[":
            return _from_json(_loaded(path, text))
        return _from_lines(path, read_lines(text))
    except ValueError as error:
        raise FormatError(path, "", f"is no hierarchy ({error})", _REMEDY) from error
    except RecursionError as error:
        raise FormatError(path, "", "is no hierarchy (it is too deep)", _REMEDY) from error


def _loaded(path: Path, text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise FormatError(path, "", f"is not valid JSON ({error})", "write it again") from error


def _from_json(value: Any) -> HierarchyFile:
    if isinstance(value, list) and any(isinstance(each, dict) and each.get("children") for each in value):
        return HierarchyFile({"name": "", "children": value})
    if not isinstance(value, dict):
        raise ValueError("it is not a JSON object")
    links = value.get("links", value.get("edges"))
    if isinstance(value.get("nodes"), list) and isinstance(links, list):
        return _from_graph(value["nodes"], links)
    if "children" in value:
        return HierarchyFile(value)
    if _is_fine_and_coarse(value):
        fine, coarse, of = value["fine"], value["coarse"], value["fine_to_coarse"]
        pairs = sorted(zip(of, range(len(fine)), fine, strict=True))
        return HierarchyFile(from_paths((str(name), (str(coarse[group]),)) for group, _, name in pairs))
    if set(value) <= {"name"}:
        raise ValueError("it names no class")
    if all(isinstance(each, str) for each in value.values()):
        return _from_table([(parent, str(child)) for child, parent in value.items()])
    return HierarchyFile(from_nested(value))


def _is_fine_and_coarse(value: Mapping[str, Any]) -> bool:
    parts = [value.get(key) for key in ("fine", "coarse", "fine_to_coarse")]
    if not all(isinstance(part, list) for part in parts):
        return False
    fine, coarse, of = (part or [] for part in parts)
    fits = len(fine) == len(of) and all(isinstance(group, int) and 0 <= group < len(coarse) for group in of)
    if not fits:
        raise ValueError("fine_to_coarse does not give each fine class the number of a coarse one")
    return True


def _from_graph(nodes: Sequence[Any], links: Sequence[Any]) -> HierarchyFile:
    """A node-link graph (networkx, D3): nodes with id and label, links from source to target."""
    labels: dict[str, str] = {}
    ids: list[str] = []
    for at, node in enumerate(nodes):
        if not isinstance(node, Mapping):
            raise ValueError("a node of the graph is no object")
        name = str(node.get("id", node.get("name", at)))
        ids.append(name)
        label = node.get("label", node.get("name") if "id" in node else None)
        if label == _NAMELESS or (label is None and _INDUCED.fullmatch(name)):
            labels[name] = ""
        elif label is not None:
            labels[name] = str(label)
    edges = [(_end(link, "source", ids), _end(link, "target", ids)) for link in links]
    parents = {parent for parent, _ in edges}
    labels = {name: label for name, label in labels.items() if label or name in parents}
    tree, dropped = from_edges(edges, labels)
    return HierarchyFile(tree, _tie_note(dropped))


def _end(link: Any, key: str, ids: Sequence[str]) -> str:
    if not isinstance(link, Mapping) or key not in link:
        raise ValueError(f"a link of the graph has no {key}")
    end = link[key]
    if isinstance(end, int) and not isinstance(end, bool) and str(end) not in ids and 0 <= end < len(ids):
        return ids[end]  # D3 counts nodes.
    return str(end)


def _tie_note(dropped: int) -> tuple[str, ...]:
    if not dropped:
        return ()
    return (
        f"The hierarchy's graph is no tree: {plural(dropped, 'edge')} dropped; a node with several parents stays with "
        "the one nearest to the root, then with the first by name.",
    )


def _from_table(edges: Sequence[Edge], labels: Mapping[str, str] | None = None, assumed: str = "") -> HierarchyFile:
    tree, dropped = from_edges(edges, labels)
    return HierarchyFile(tree, ((assumed,) if assumed else ()) + _tie_note(dropped))


def _from_lines(path: Path, lines: Lines) -> HierarchyFile:
    if lines.paths:
        return HierarchyFile(from_paths(lines.paths))
    return _from_table(lines.edges, words_beside(path, lines.edges), lines.assumed)


def as_nested(tree: Tree) -> Tree:
    """The tree as hierarchy.json has it, "name" and "children" alone."""
    name = str(tree.get("name", ""))
    children = tree.get("children")
    return {"name": name, "children": [as_nested(child) for child in children]} if children else {"name": name}
