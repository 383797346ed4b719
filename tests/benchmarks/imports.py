"""`python -m tests.benchmarks imports [--rows N] [--json]`: what opening other people's files costs, beside pandas.

Each reading is a process of its own, timed from after the imports of its library to the confusion matrix (clftui) or
the data frame (pandas). The CSV has `path,true,pred` and 1000 probabilities a row; 90,000 rows are 1 GB. Arrays are
(50,000, 1000) float32 with their labels; pandas reads them by way of `numpy.load`. The images are 10,000 tiny JPEGs in
ten class folders beside a CSV of bare names, whose classes clftui finds in the folders; pandas reads the CSV alone.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tests.benchmarks.__main__ import Figure

K = 1000
ARRAY_ROWS = 50_000
IMAGES, FOLDERS = 10_000, 10

_MEASURE = """
import sys, time
from pathlib import Path
path = Path(sys.argv[1])
{imports}
begun = time.perf_counter()
{work}
seconds = time.perf_counter() - begun
(peak,) = [line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")]
print(seconds, int(peak) * 1.024e-3)
"""
_CLFTUI = _MEASURE.format(
    imports="from clftui.data.catalog import open_catalog",
    work="(run,) = open_catalog([path]).runs; run.evaluation('test', 1).confusion",
)
_READERS = {
    "csv": "pandas.read_csv(path)",
    "npy": "pandas.DataFrame(numpy.load(path / 'probs.npy')).assign(label=numpy.load(path / 'labels.npy'))",
    "jpeg": "pandas.read_csv(path / 'preds.csv')",
}


class Cost(NamedTuple):
    """Seconds and megabytes (10^6 bytes, the process's peak) of one reading."""

    seconds: float
    megabytes: float


def measured(code: str, path: Path) -> Cost:
    """Run `code` on `path` in a process of its own."""
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    return Cost(*map(float, done.stdout.split()))


def write_csv(path: Path, rows: int) -> None:
    """Predictions with a probability of every class; the same thousand rows of numbers under other names."""
    rng = np.random.default_rng(0)
    shares = rng.dirichlet(np.full(K, 0.3), 1000).astype(np.float32)
    ends = [f",{row.argmax()}," + ",".join(f"{value:.6g}" for value in row) + "\n" for row in shares]
    with path.open("w", encoding="utf-8") as file:
        file.write("path,true,pred," + ",".join(f"prob_{at}" for at in range(K)) + "\n")
        for row in range(rows):
            file.write(f"images/{row:07}.jpg,{row % K}{ends[row % 1000]}")


def write_arrays(folder: Path) -> None:
    """(50,000, 1000) probabilities and their labels."""
    folder.mkdir()
    rng = np.random.default_rng(1)
    values = rng.random((ARRAY_ROWS, K), dtype=np.float32)
    values /= values.sum(axis=1, keepdims=True)
    np.save(folder / "probs.npy", values)
    np.save(folder / "labels.npy", np.arange(ARRAY_ROWS) % K)


def write_images(folder: Path) -> None:
    """10,000 JPEGs of one kind in ten class folders, and predictions by bare file name."""
    from PIL import Image

    (folder / "images").mkdir(parents=True)
    picture = folder / "one.jpg"
    Image.new("RGB", (32, 32), (90, 120, 60)).save(picture)
    data = picture.read_bytes()
    picture.unlink()
    lines = ["filename,pred"]
    for at in range(FOLDERS):
        (folder / "images" / f"class{at}").mkdir()
        for number in range(IMAGES // FOLDERS):
            name = f"{at}_{number:05}.jpg"
            (folder / "images" / f"class{at}" / name).write_bytes(data)
            lines.append(f"{name},class{(at + number) % FOLDERS}")
    (folder / "preds.csv").write_text("\n".join(lines) + "\n")


def measure(folder: Path, rows: int) -> list[Figure]:
    write_csv(folder / "preds.csv", rows)
    write_arrays(folder / "arrays")
    write_images(folder / "pictures")
    size = (folder / "preds.csv").stat().st_size / 1e9
    sources = {
        "csv": (f"{size:.2f} GB CSV, {rows:,} x {K}", folder / "preds.csv"),
        "npy": (f"{ARRAY_ROWS:,} x {K} float32 npy", folder / "arrays"),
        "jpeg": (f"{IMAGES:,} JPEGs and a CSV of names", folder / "pictures"),
    }
    figures = []
    for kind, (what, path) in sources.items():
        read = _MEASURE.format(imports="import numpy, pandas", work=f"frame = {_READERS[kind]}")
        ours, theirs = measured(_CLFTUI, path), measured(read, path)
        told = f"{ours.seconds:.2f} s, {ours.megabytes:,.0f} MB"
        figures.append(Figure("P14", what, told, f"pandas {theirs.seconds:.2f} s, {theirs.megabytes:,.0f} MB"))
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=90_000)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder), chosen.rows)
    if chosen.json:
        print(json.dumps([figure.__dict__ for figure in figures], indent=1))
        return
    for figure in figures:
        print(f"{figure.goal:4} {figure.what:34} {figure.value:24} {figure.target}".rstrip())


if __name__ == "__main__":
    main()
