"""Parquet files as tables of text, by pandas where it is installed."""

from __future__ import annotations

from pathlib import Path

from clftui.data.imports.table import Table, from_records
from clftui.schema import FormatError

INSTALL = "pip install pandas pyarrow reads it; or write it as CSV or npz"


def read_parquet(path: Path) -> Table:
    """The table in a parquet file; lists of numbers are the block of scores. FormatError where it cannot be read."""
    try:
        import pandas
    except ImportError as error:
        raise FormatError(path, "", "is parquet, and pandas is not installed", INSTALL) from error
    try:
        frame = pandas.read_parquet(path)
    except ImportError as error:
        raise FormatError(path, "", "is parquet, and pyarrow is not installed", INSTALL) from error
    except Exception as error:
        raise FormatError(path, "", f"cannot be read as parquet ({_first_line(error)})", "write it again") from error
    if frame.index.name:
        frame = frame.reset_index()
    records = [
        {str(key): value.tolist() if hasattr(value, "tolist") else value for key, value in record.items()}
        for record in frame.to_dict("records")
    ]
    return from_records(path, records)


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:120]
