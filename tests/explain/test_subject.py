"""The user's function: how it is found, what it may return, and the sentence for everything that is amiss.

torch is a stand-in here: a module with as much of it as loading needs.
"""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from clftui.data.images import Unreadable, read_original
from clftui.explain import SubjectError
from clftui.explain.importing import import_function
from clftui.explain.methods import BUILT_IN, method_named, plugged
from clftui.explain.subject import first_tensor, load_subject


class Module:
    """A model that notes what was done with it."""

    def __init__(self, *names: str) -> None:
        self.names = names
        self.done: list[str] = []

    def named_modules(self) -> Iterator[tuple[str, object]]:
        yield from (("", self), *((name, self) for name in self.names))

    def to(self, device: object) -> Module:
        self.done.append(str(device))
        return self

    def eval(self) -> Module:
        self.done.append("eval")
        return self

    def requires_grad_(self, wanted: bool) -> Module:
        self.done.append("frozen" if not wanted else "")
        return self


@pytest.fixture
def torch(monkeypatch: pytest.MonkeyPatch) -> Any:
    fake: Any = ModuleType("torch")
    fake.__version__ = "0.0"
    fake.nn = SimpleNamespace(Module=Module)
    fake.device = device
    fake.cuda = SimpleNamespace(is_available=lambda: False, device_count=lambda: 0)
    fake.backends = SimpleNamespace(mps=SimpleNamespace(is_available=lambda: False))
    monkeypatch.setitem(sys.modules, "torch", fake)
    return fake


def device(name: str) -> Any:
    kind, _, index = name.partition(":")
    if kind not in ("cpu", "cuda", "mps"):
        raise RuntimeError(name)

    class Device(SimpleNamespace):
        def __str__(self) -> str:
            return name

    return Device(type=kind, index=int(index) if index else None)


MINE = """
import torch
from clftui.explain import Subject
Module = torch.nn.Module
def whole(): return Subject(Module("conv1", "conv2"), str, layers=["conv2"], classes=["b", "a"])
def pair(): return Module("conv1"), str
def folder(run): return Module(run.name), str
def two(run, other): return None
def number(): return 3
def failing(): raise ValueError("no weights\\nthere")
def unlayered(): return Module("conv1", "conv2"), str, ["conv3"]
def modelless(): return "model", str
def raw(): return Module(), "resize"
value = 5
"""


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, torch: Any) -> str:
    (tmp_path / "mine.py").write_text(MINE, encoding="utf-8")
    monkeypatch.setattr(sys, "path", [*sys.path])
    return str(tmp_path / "mine.py")


def test_importing_the_package_loads_neither_torch_nor_a_screen() -> None:
    ask = "import sys, clftui.explain; print({'torch', 'textual', 'pandas', 'sklearn', 'PIL'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_subject_comes_checked_frozen_and_in_eval_mode(mine: str) -> None:
    ready = load_subject(f"{mine}:whole")
    model: Any = ready.model
    assert model.done == ["cpu", "eval", "frozen"] and ready.layers == ("conv2",) and ready.mode == "RGB"
    assert ready.outputs_of(("a", "b"), 2).tolist() == [1, 0]
    plain = load_subject(f"{mine}:pair")
    assert plain.layers == () and plain.outputs_of(("a", "b", "c"), 3).tolist() == [0, 1, 2]
    asked: Any = load_subject(f"{mine}:folder", run=Path("runs/cnn")).model
    assert asked.names == ("cnn",)


@pytest.mark.parametrize(
    ("function", "sentence"),
    [
        ("number", "returned a int; return Subject(model, preprocess), or the tuple"),
        ("failing", "failed: ValueError: no weights there"),
        ("two", "wants run, other; it may take the run's folder, or nothing"),
        ("unlayered", "has no layer conv3; like it are conv"),
        ("modelless", "a model of type str; return a torch.nn.Module"),
        ("raw", "the preprocess of "),
        ("hole", "hole is not there in "),
        ("whol", "it has whole"),
        ("value", "value is no function in "),
    ],
)
def test_what_a_function_does_wrong_is_one_sentence(mine: str, function: str, sentence: str) -> None:
    with pytest.raises(SubjectError) as raised:
        load_subject(f"{mine}:{function}", run=Path("cnn"))
    assert sentence in str(raised.value) and "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("cuda", "finds none here; use cpu"), ("gpu", "is no device; write auto, cpu"), ("mps", "finds none here")],
)
def test_a_device_that_is_not_there_is_said(mine: str, name: str, sentence: str) -> None:
    with pytest.raises(SubjectError, match=sentence):
        load_subject(f"{mine}:whole", name)


def test_other_classes_or_numbers_of_outputs_are_refused(mine: str) -> None:
    ready = load_subject(f"{mine}:whole")
    with pytest.raises(SubjectError, match="has 3 outputs and the run 2 classes"):
        ready.outputs_of(("a", "b"), 3)
    with pytest.raises(SubjectError, match="are not those of the run \\(see b, c\\)"):
        ready.outputs_of(("a", "c"), 2)


def test_without_torch_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch, mine: str) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(SubjectError, match=r"needs torch.*pip install 'clftui\[explain\]'"):
        load_subject(f"{mine}:whole")


def test_functions_are_found_in_modules_and_files_or_it_is_said_why_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    Path("near_by.py").write_text("def load(): return 1\n", encoding="utf-8")
    Path("uses.py").write_text("import near_by\nload = near_by.load\n", encoding="utf-8")
    Path("broken.py").write_text("1 +\n", encoding="utf-8")
    assert import_function("near_by:load")() == import_function(str(tmp_path / "uses.py") + ":load")() == 1
    for spec, sentence in (
        ("near_by", "names no function; write module:function"),
        ("nothing_here:load", "there is no module nothing_here; run clftui where it can be imported"),
        ("gone.py:load", "gone.py does not exist"),
        ("broken:load", "importing broken failed: SyntaxError"),
    ):
        with pytest.raises(SubjectError) as raised:
            import_function(spec)
        assert sentence in str(raised.value)


def test_answers_are_found_in_what_models_return() -> None:
    logits: Any = np.zeros((2, 3))
    for output in (logits, (logits, None), {"logits": logits}, SimpleNamespace(logits=logits)):
        assert first_tensor(output, "mine:load") is logits
    for output, sentence in (("text", "of type str"), (np.zeros(3), r"of shape \(3,\)")):
        with pytest.raises(SubjectError, match=sentence):
            first_tensor(output, "mine:load")


@pytest.mark.row("V9")
def test_packages_add_methods(monkeypatch: pytest.MonkeyPatch) -> None:
    def load() -> Any:
        return np.add

    def fail() -> Any:
        raise ImportError("no such thing")

    points = [SimpleNamespace(name=name, load=act) for name, act in (("ours", load), ("bad", fail), ("gradcam", fail))]
    monkeypatch.setattr(
        importlib.metadata, "entry_points", lambda group: points if group == "clftui.explainers" else []
    )
    plugged.cache_clear()
    try:
        ours: Any = method_named("ours")
        assert ours is np.add and method_named("gradcam") is BUILT_IN["gradcam"]
        with pytest.raises(SubjectError, match="the method bad cannot be loaded: ImportError: no such thing"):
            method_named("bad")
        with pytest.raises(SubjectError, match=r"there are gradcam, .*meaningful-perturbation, ours, bad"):
            method_named("other")
    finally:
        plugged.cache_clear()


def test_a_model_gets_pictures_whole_upright_and_in_its_mode(tmp_path: Path) -> None:
    wide = Image.fromarray(np.arange(24, dtype=np.uint8).reshape(4, 6) * 10)
    turned = Image.Exif()
    turned[0x0112] = 6
    wide.save(tmp_path / "wide.png", exif=turned)
    as_is = read_original(tmp_path / "wide.png", None)
    assert not isinstance(as_is, Unreadable) and as_is.mode == "L" and as_is.size == (4, 6)
    np.testing.assert_array_equal(np.asarray(as_is), np.rot90(np.asarray(wide), -1))
    coloured = read_original(tmp_path / "wide.png")
    assert not isinstance(coloured, Unreadable) and coloured.mode == "RGB"
    gone = read_original(tmp_path / "gone.png")
    assert isinstance(gone, Unreadable) and "does not exist" in gone.sentence
