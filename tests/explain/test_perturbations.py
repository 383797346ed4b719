"""Changes to pictures: what they must leave alone, what undoes them, and that chance is the same twice."""

from __future__ import annotations

import io
from functools import reduce

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from clftui.explain.perturbations import DEFAULTS, KINDS, ChangeError, parse_perturbation
from clftui.schema import valid_split

SPECS = tuple(KINDS)


def picture(seed: int, width: int = 13, height: int = 9, mode: str = "RGB") -> Image.Image:
    values = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(values).convert(mode)


def same(a: Image.Image, b: Image.Image) -> bool:
    return a.mode == b.mode and a.size == b.size and a.tobytes() == b.tobytes()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 9), st.integers(1, 12), st.integers(1, 12), st.sampled_from(["L", "RGB", "RGBA", "P", "1"]))
def test_every_change_keeps_mode_and_size_and_the_picture_itself(seed: int, width: int, height: int, mode: str) -> None:
    image = picture(seed, width, height, mode)
    before = image.tobytes()
    for spec in SPECS:
        changed = parse_perturbation(spec)(image)
        turned = spec in ("rotate90", "rotate270")
        assert changed.mode == mode and changed.size == ((height, width) if turned else (width, height)), spec
        assert image.tobytes() == before, spec


@pytest.mark.parametrize(("specs", "times"), [
    (("rotate90",), 4), (("rotate180",), 2), (("rotate90", "rotate270"), 1), (("flip",), 2),
    (("rotate90", "rotate90", "rotate180"), 1),
])  # fmt: skip
def test_turns_undo_each_other(specs: tuple[str, ...], times: int) -> None:
    image = picture(1)
    changes = [parse_perturbation(spec) for spec in specs] * times
    assert same(reduce(lambda now, change: change(now), changes, image), image)
    assert not same(changes[0](image), image)


def test_grey_once_is_grey_for_good() -> None:
    grey = parse_perturbation("grayscale")
    once = grey(picture(2))
    assert same(grey(once), once)
    values = np.asarray(once)
    assert (values == values[..., :1]).all()
    assert same(grey(picture(2, mode="L")), picture(2, mode="L"))


@pytest.mark.parametrize("spec", ["blur:0", "noise:0", "brighter:1"])
def test_nothing_changes_at_the_neutral_number(spec: str) -> None:
    assert same(parse_perturbation(spec)(picture(3)), picture(3))


def test_chance_is_drawn_from_picture_and_seed() -> None:
    for spec in ("noise:0.2", "occlude:0.3"):
        one, again, other = parse_perturbation(spec), parse_perturbation(spec), parse_perturbation(spec, seed=1)
        images = [picture(seed, 40, 40) for seed in range(4)]
        first = [one(image) for image in images]
        assert all(same(a, b) for a, b in zip(first[::-1], [again(image) for image in images[::-1]], strict=True))
        assert not all(same(a, other(image)) for a, image in zip(first, images, strict=True)), spec


def test_noise_spreads_as_far_as_it_says() -> None:
    grey = Image.new("L", (200, 200), 128)
    values = np.asarray(parse_perturbation("noise:0.1")(grey), dtype=float)
    assert values.std() == pytest.approx(25.5, rel=0.03) and values.mean() == pytest.approx(128, abs=0.5)


@pytest.mark.parametrize("share", [0.1, 0.25, 0.5, 1.0])
def test_occlusion_covers_its_share(share: float) -> None:
    black = Image.new("L", (100, 100), 0)
    covered = np.asarray(parse_perturbation(f"occlude:{share}")(black)) == 128
    assert covered.mean() == pytest.approx(share, abs=0.02)


def test_jpeg_is_what_pillow_writes() -> None:
    image, file = picture(4, 32, 32), io.BytesIO()
    image.save(file, "JPEG", quality=30)
    assert same(parse_perturbation("jpeg:30")(image), Image.open(file).convert("RGB"))


def test_brighter_clips_at_white() -> None:
    assert np.asarray(parse_perturbation("brighter:2")(Image.new("L", (2, 2), 100))).tolist() == [[200, 200]] * 2
    assert np.asarray(parse_perturbation("brighter:9")(Image.new("L", (1, 1), 100))).tolist() == [[255]]


@pytest.mark.parametrize(("text", "spec", "split"), [
    ("rotate90", "rotate90", "test-rotate90"), ("blur", "blur:2", "test-blur2"),
    ("noise:.1", "noise:0.1", "test-noise0.1"), ("jpeg:25.0", "jpeg:25", "test-jpeg25"),
])  # fmt: skip
def test_a_change_names_its_split(text: str, spec: str, split: str) -> None:
    found = parse_perturbation(text)
    assert (found.spec, found.split_of("test")) == (spec, split)
    assert valid_split(found.split_of("test")) and valid_split(found.split_of("test-v2.1"))


@pytest.mark.parametrize("text", ["", "rotate45", "rotate90:2", "blur:x", "blur:nan", "blur:-1", "noise:2", "blur:inf"])
def test_what_is_no_change_is_refused(text: str) -> None:
    with pytest.raises(ChangeError):
        parse_perturbation(text)


def test_the_usual_changes_exist() -> None:
    assert [parse_perturbation(spec).spec for spec in DEFAULTS] == list(DEFAULTS)
