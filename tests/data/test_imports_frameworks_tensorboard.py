"""TensorBoard's event files: written here byte by byte, torn, damaged and hostile."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clftui.data.catalog import open_catalog
from clftui.data.imports.tensorboard import LARGEST_RECORD, events_log, masked_crc, read_scalars
from clftui.data.run import Run
from clftui.schema import FormatError

NAME = "events.out.tfevents.1700000000.host.1.0"


def varint(number: int) -> bytes:
    out = b""
    number &= (1 << 64) - 1
    while number >= 0x80:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


def field(number: int, payload: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(payload)) + payload


def event(step: int, value: bytes = b"") -> bytes:
    head = varint(1 << 3 | 1) + struct.pack("<d", 1.5) + varint(2 << 3) + varint(step)
    return head + (field(5, field(1, value)) if value else field(3, b"brain.Event:2"))


def simple(tag: str, number: float) -> bytes:
    return field(1, tag.encode()) + varint(2 << 3 | 5) + struct.pack("<f", number)


def tensor(tag: str, number: float, dtype: int = 1, packed: bool = False) -> bytes:
    kind = {1: "<f", 2: "<d", 9: "<q"}[dtype]
    body = struct.pack(kind, int(number) if dtype == 9 else number)
    content = field(5 if dtype == 1 else 6, body) if packed else field(4, body)
    return field(1, tag.encode()) + field(8, varint(1 << 3) + varint(dtype) + field(2, b"") + content)


def record(payload: bytes) -> bytes:
    head = struct.pack("<Q", len(payload))
    return head + struct.pack("<I", masked_crc(head)) + payload + struct.pack("<I", masked_crc(payload))


def write(path: Path, *payloads: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(map(record, (event(0), *payloads))))
    return path


def one(path: Path) -> Run:
    catalog = open_catalog([path])
    assert catalog.problems == (), catalog.problems
    (run,) = catalog.runs
    return run


def test_the_checksum_is_the_published_one() -> None:
    # RFC 3720, B.4: thirty-two zeros, and 0x00 to 0x1f.
    for data, crc in ((bytes(32), 0x8A9136AA), (bytes(range(32)), 0x46DD794E)):
        assert masked_crc(data) == ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


@pytest.mark.row("D10")
def test_scalars_of_every_writing(tmp_path: Path) -> None:
    values = [simple("val/acc", 0.5), tensor("val/loss", 0.25), tensor("val/acc", 0.75, 2), tensor("val/loss", 2, 9),
              tensor("val/acc", 0.875, packed=True)]  # fmt: skip
    path = write(tmp_path / NAME, *(event(step, value) for step, value in zip((0, 0, 1, 1, 2), values, strict=True)))
    found = [(tag, step, value) for tag, step, value in read_scalars(path, [])]
    assert found == [("val/acc", 0, 0.5), ("val/loss", 0, 0.25), ("val/acc", 1, 0.75), ("val/loss", 1, 2.0),
                     ("val/acc", 2, 0.875)]  # fmt: skip
    run = one(path)
    assert [row["accuracy"] for row in run.scalars()] == [0.5, 0.75, 0.875]
    assert "TensorBoard's scalars" in run.notes and "steps were taken as epochs" in run.notes


@pytest.mark.row("D10")
def test_epochs_come_from_their_own_tag_or_from_the_evaluations(tmp_path: Path) -> None:
    steps = [(99, simple("train_loss", 1.0)), (100, simple("epoch", 0.0)), (100, simple("val_loss", 0.5))]
    steps += [(199, simple("train_loss", 0.5)), (200, simple("epoch", 1.0)), (200, simple("val_loss", 0.25))]
    events = [event(step, value) for step, value in steps]
    run = one(write(tmp_path / "a" / NAME, *events))
    wanted = [(1, "train", 1.0), (1, "val", 0.5), (2, "train", 0.5), (2, "val", 0.25)]
    assert [(row["epoch"], row["split"], row["loss"]) for row in run.scalars()] == wanted
    run = one(write(tmp_path / "b" / NAME, *(e for e, (_, v) in zip(events, steps, strict=True) if b"epoch" not in v)))
    assert [(row["epoch"], row["split"], row["loss"]) for row in run.scalars()] == wanted
    assert any("2 evaluations count as epochs" in note for note in run.notes)


@pytest.mark.row("D10")
def test_keras_folders_by_split_and_several_files_are_one_run(tmp_path: Path) -> None:
    root = tmp_path / "logs" / "fit"
    write(root / "train" / NAME, event(0, tensor("epoch_loss", 2.0)), event(1, tensor("epoch_loss", 1.0)))
    write(root / "validation" / NAME, event(0, tensor("epoch_accuracy", 0.25)))
    by_batch = event(9, tensor("evaluation_accuracy_vs_iterations", 0.1))
    later = (event(0, tensor("epoch_accuracy", 0.5)), by_batch, event(1, tensor("epoch_accuracy", 0.75)))
    write(root / "validation" / f"{NAME}.2", *later)
    run = one(tmp_path)
    assert run.name == "fit" and run.splits == ("train", "val")
    found = {(row["epoch"], row["split"]): (row.get("loss"), row.get("accuracy")) for row in run.scalars()}
    assert found == {
        (1, "train"): (2.0, None),
        (2, "train"): (1.0, None),
        (1, "val"): (None, 0.5),
        (2, "val"): (None, 0.75),
    }


def test_a_torn_last_record_is_normal(tmp_path: Path) -> None:
    path = write(tmp_path / NAME, event(1, simple("val_acc", 0.5)), event(2, simple("val_acc", 0.75)))
    whole = path.read_bytes()
    last = len(record(event(2, simple("val_acc", 0.75))))
    for cut in (1, 4, 13, last - 1):
        path.write_bytes(whole[:-cut])
        notes: list[str] = []
        assert [value for _, _, value in read_scalars(path, notes)] == [0.5] and notes == []


def test_damage_ends_the_reading_and_is_said(tmp_path: Path) -> None:
    first = event(1, simple("val_acc", 0.5))
    path = write(tmp_path / NAME, first, event(2, simple("val_acc", 0.75)))
    data = bytearray(path.read_bytes())
    data[-8] ^= 1
    path.write_bytes(data)
    assert any("damaged after 2 records" in note for note in one(path).notes)
    path.write_bytes(b"not an event file at all")
    catalog = open_catalog([path])
    assert not catalog.runs and "no TensorBoard event file" in catalog.problems[0].message


def test_images_and_graphs_are_passed_over(tmp_path: Path) -> None:
    path = write(
        tmp_path / NAME, event(1, simple("val_acc", 0.5)), event(1, field(1, b"img") + field(4, bytes(LARGEST_RECORD)))
    )
    with path.open("ab") as file:
        file.write(record(event(2, simple("val_acc", 0.75))))
    run = one(path)
    assert [row["accuracy"] for row in run.scalars()] == [0.5, 0.75]
    assert "1 record of images, histograms or graphs passed over" in run.notes


def test_nothing_but_a_header_is_told(tmp_path: Path) -> None:
    path = write(tmp_path / NAME)
    catalog = open_catalog([path])
    assert not catalog.runs and "holds no logged numbers" in catalog.problems[0].message


@given(st.binary(max_size=200))
def test_any_payload_is_read_or_left_out(payload: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / NAME
        path.write_bytes(record(payload) + record(event(3, simple("val_acc", 0.5))))
        notes: list[str] = []
        found = list(read_scalars(path, notes))
        assert found[-1] == ("val_acc", 3, 0.5) and all(abs(value) < float("inf") for _, _, value in found)


@given(st.binary(max_size=100))
def test_any_file_is_read_or_refused(data: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / NAME
        path.write_bytes(data)
        try:
            assert events_log([path]).points == []
        except FormatError as error:
            assert "checksum" in str(error)
