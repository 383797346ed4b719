"""Class hierarchies in the formats that other programs write."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from clftui.analysis.hierarchy import Hierarchy, parse
from clftui.data.imports.hierarchy import MAX_BYTES, read_hierarchy
from clftui.schema import FormatError

CLASSES = ["cat", "dog", "bus", "tram"]
WANTED = [("animal", ["cat", "dog"]), ("vehicle", ["bus", "tram"])]


def groups(tree: Hierarchy, classes: list[str]) -> list[tuple[str, list[str]]]:
    return [(tree.nodes[i].name, [classes[k] for k in tree.classes(i)]) for i in tree.groups]


def read(folder: Path, name: str, text: str, classes: list[str] = CLASSES) -> list[tuple[str, list[str]]]:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return groups(parse(read_hierarchy(path).tree, classes), classes)


@pytest.mark.row("B7", "D28")
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("h.tsv", "cat\tanimal\ndog\tanimal\nbus\tvehicle\ntram\tvehicle\n"),
        ("h.csv", "class,parent\ncat,animal\ndog,animal\nbus,vehicle\ntram,vehicle\n"),
        ("h.csv", "parent;child\nanimal;cat\nanimal;dog\nvehicle;bus\nvehicle;tram\n"),
        ("h.csv", "animal,cat\nanimal,dog\nvehicle,bus\nvehicle,tram\n"),
        ("h.csv", "class,parent\nanimal,\nvehicle,\ncat,animal\ndog,animal\nbus,vehicle\ntram,vehicle\n"),
        ("h.csv", "name,path\ncat,things/animal\ndog,things/animal/dog\nbus,things/vehicle\ntram,things/vehicle\n"),
        ("h.txt", "# a comment\nanimal/cat\nanimal/dog\n\nvehicle/bus\nvehicle/tram\n"),
        ("h.txt", "animal:cat\nanimal:dog\nvehicle:bus\nvehicle:tram\n"),
        ("h.json", '{"cat": "animal", "dog": "animal", "bus": "vehicle", "tram": "vehicle"}'),
        ("h.json", '{"animal": ["cat", "dog"], "vehicle": {"bus": [], "tram": []}}'),
        (
            "h.json",
            '[{"name": "animal", "children": ["cat", "dog"]}, {"name": "vehicle", "children": ["bus", "tram"]}]',
        ),
        (
            "h.json",
            '{"fine": ["cat", "bus", "dog", "tram"], "coarse": ["animal", "vehicle"], "fine_to_coarse": [0, 1, 0, 1]}',
        ),
    ],
)
def test_dialects_give_the_same_tree(tmp_path: Path, name: str, text: str) -> None:
    found = read(tmp_path, name, text)
    assert [group for group in found if group[0] != "things"] == WANTED


GRAPH: dict[str, Any] = {
    "nodes": [
        {"id": "n01", "label": "cat"},
        {"id": "n02", "label": "dog"},
        {"id": "n03", "label": "bus"},
        {"id": "n04", "label": "tram"},
        {"id": "f1", "label": "(generated)"},
        {"id": "f00000002"},
        {"id": "n00", "label": "thing"},
    ],
    "links": [
        {"source": "f1", "target": "n01"},
        {"source": "f1", "target": "n02"},
        {"source": "f00000002", "target": "n03"},
        {"source": "f00000002", "target": "n04"},
        {"source": "n00", "target": "f1"},
        {"source": "n00", "target": "f00000002"},
    ],
}


@pytest.mark.row("B7")
def test_a_graph_finds_classes_by_id_and_by_label(tmp_path: Path) -> None:
    wanted = [("cat + 1", ["cat", "dog"]), ("bus + 1", ["bus", "tram"])]
    assert read(tmp_path, "h.json", json.dumps(GRAPH)) == wanted
    ids = ["n04", "n03", "n02", "n01"]
    assert read(tmp_path, "h.json", json.dumps(GRAPH), ids) == [
        ("cat + 1", ["n01", "n02"]),
        ("bus + 1", ["n03", "n04"]),
    ]
    assert read_hierarchy(tmp_path / "h.json").notes == ()


@pytest.mark.row("B7")
def test_a_graph_that_is_no_tree_says_how_ties_are_broken(tmp_path: Path) -> None:
    # The dog is under z (one step from the root), under b and a (two steps), and z is nearer.
    links = [("root", "z"), ("z", "dog"), ("root", "y"), ("y", "b"), ("y", "a"), ("b", "dog"), ("a", "dog")]
    links += [("b", "cat"), ("a", "cat"), ("b", "bus"), ("a", "tram"), ("a", "a"), ("a", "tram")]
    graph = {
        "nodes": [{"id": name} for name in sorted({end for link in links for end in link})],
        "links": [{"source": source, "target": target} for source, target in links],
    }
    # The cat has two parents at the same depth: a is first by name.
    assert read(tmp_path, "h.json", json.dumps(graph)) == [
        ("z", ["dog"]),
        ("y", ["bus", "cat", "tram"]),
        ("b", ["bus"]),
        ("a", ["cat", "tram"]),
    ]
    (note,) = read_hierarchy(tmp_path / "h.json").notes
    assert "3 edges dropped" in note and "nearest to the root" in note and "first by name" in note


def test_links_may_count_nodes(tmp_path: Path) -> None:
    links = [{"source": 0, "target": 1}, {"source": 0, "target": 2}]
    graph = {"nodes": [{"name": "animal"}, {"name": "cat"}, {"name": "dog"}], "links": links}
    assert parse(_tree(tmp_path, graph), ["cat", "dog"]).nodes[0].name == "animal"


def _tree(folder: Path, value: Any) -> Any:
    path = folder / "h.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    return read_hierarchy(path).tree


@pytest.mark.row("B7", "D28")
def test_wordnet_pairs_with_their_words(tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("n00000001\tanimal, beast\nn00000002\tcat, true cat\nn00000009\tunused\n")
    pairs = "n00000001 n00000002\nn00000001 n00000003\nn00000005 n00000001\nn00000005 n00000004\n"
    assert read(tmp_path, "is_a.txt", pairs, ["cat", "n00000003", "n00000004"]) == [("animal", ["cat", "n00000003"])]
    assert read_hierarchy(tmp_path / "is_a.txt").notes == ("WordNet's pairs are read as parent, child.",)


def test_a_class_that_is_itself_a_group_leads_it(tmp_path: Path) -> None:
    table = "class,parent\npuppy,dog\nwhelp,dog\ndog,animal\ncat,animal\n"
    classes = ["cat", "dog", "puppy", "whelp"]
    assert read(tmp_path, "h.csv", table, classes) == [("dog", ["dog", "puppy", "whelp"])]


def test_what_columns_are_is_said_where_it_was_guessed(tmp_path: Path) -> None:
    read(tmp_path, "h.tsv", "cat\tanimal\ndog\tanimal\nbus\tvehicle\n")
    assert "first column is read as the class" in read_hierarchy(tmp_path / "h.tsv").notes[0]
    read(tmp_path, "h.tsv", "animal\tcat\nanimal\tdog\nvehicle\tbus\n")
    assert "second column is read as the class" in read_hierarchy(tmp_path / "h.tsv").notes[0]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("h.json", "", "is empty"),
        ("h.json", "{", "not valid JSON"),
        ("h.json", "3", "not a JSON object"),
        ("h.json", '{"name": "x"}', "names no class"),
        ("h.json", '{"a": 3, "b": []}', "neither a list of classes nor groups"),
        ("h.json", '{"nodes": [], "links": []}', "no edge"),
        ("h.json", '{"nodes": [3], "links": []}', "no object"),
        ("h.json", '{"nodes": [], "links": [{"source": "a"}]}', "has no target"),
        ("h.json", '{"fine": ["a"], "coarse": ["b"], "fine_to_coarse": [1]}', "number of a coarse one"),
        ("h.json", '{"a":' * 2000 + "[]" + "}" * 2000, "too deep|deeper than"),
        ("h.csv", "a,b\nc\n", "row 2 has one column"),
        ("h.csv", "class,parent\n", "header and no rows"),
        ("h.csv", "a,b\nb,a\n", "in a circle at 'a'"),
        ("h.csv", "a,r\nb,c\nc,b\n", "in a circle at 'b'"),
        ("h.txt", "cat\ndog\n", "no paths"),
        ("h.txt", "# nothing\n", "has no rows"),
        ("h.txt", "\n".join(f"{i},{i + 1}" for i in range(300)), "deeper than"),
    ],
)
def test_what_is_no_hierarchy_costs_one_sentence(tmp_path: Path, name: str, text: str, words: str) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FormatError, match=words) as caught:
        tree = read_hierarchy(path).tree
        parse(tree, CLASSES)
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)


def test_missing_and_huge_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="gone"):
        read_hierarchy(tmp_path / "gone.json")
    with (tmp_path / "huge.json").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(FormatError, match="more than 64 MB"):
        read_hierarchy(tmp_path / "huge.json")
