"""The table of a whole scan: chunks in order of their points, retried ones in their places, nothing twice."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mtornet.errors import OutputError
from mtornet.scans.files import Stretch, stretches
from mtornet.scans.store import RETRIED, Store

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

ROW_GROUP = 262_144
"""Rows written together; where chunks were cut does not show in the file."""


def merged_batches(store: Store) -> Iterator[pa.Table]:
    """Yield the rows of all finished points in order, in pieces of ``ROW_GROUP`` rows."""
    import pyarrow as pa

    waiting: list[Any] = []
    n_waiting = 0
    for table in _tables(store):
        waiting.append(table)
        n_waiting += table.num_rows
        if n_waiting >= ROW_GROUP:
            whole = pa.concat_tables(waiting)
            while whole.num_rows >= ROW_GROUP:
                yield whole.slice(0, ROW_GROUP).combine_chunks()
                whole = whole.slice(ROW_GROUP)
            waiting, n_waiting = [whole], whole.num_rows
    if waiting:
        yield pa.concat_tables(waiting).combine_chunks()


def _tables(store: Store) -> Iterator[pa.Table]:
    import pyarrow.compute as pc

    retried = list(stretches(store.folder / RETRIED))
    reached = 0
    for chunk in store.chunks():
        if chunk.end <= reached:
            continue
        table = _read(chunk)
        if chunk.first < reached:
            # Two computers may have done the same points; their rows are equal.
            table = table.filter(pc.greater_equal(table["point"], reached))
        inside = [r for r in retried if max(chunk.first, reached) <= r.first < chunk.end]
        if inside:
            import pyarrow as pa

            table = pa.concat_tables([table, *map(_read, inside)])
            # A stable order keeps the rows of one point as they are.
            table = table.take(pc.sort_indices(table, sort_keys=[("point", "ascending")]))
        reached = chunk.end
        yield table


def _read(stretch: Stretch) -> pa.Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(stretch.path)
    except (OSError, pa.ArrowException) as error:
        raise OutputError(
            f"{stretch.path}: is damaged — {error}; 'mtornet scan resume' computes its points again"
        ) from None
    # Dictionaries differ from chunk to chunk; texts do not.
    fields = [
        pa.field(f.name, pa.string()) if pa.types.is_dictionary(f.type) or pa.types.is_null(f.type) else f
        for f in table.schema
    ]
    return table.cast(pa.schema(fields))


def read_table(store: Store) -> pd.DataFrame:
    """Return the table of all finished points."""
    import pandas as pd
    import pyarrow as pa

    tables = list(merged_batches(store))
    return pa.concat_tables(tables).to_pandas() if tables else pd.DataFrame()


def write_merged(store: Store, path: Path, *, form: str) -> int:
    """Write the table of all finished points and return its number of rows; equal scans give equal bytes.

    Parameters
    ----------
    form
        ``"csv"`` or ``"parquet"``.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        n_rows = {"csv": _write_csv, "parquet": _write_parquet}[form](store, temporary)
        os.replace(temporary, path)
    except OSError as error:
        raise OutputError(f"cannot write {str(path)!r} — {error.strerror or error}") from None
    finally:
        temporary.unlink(missing_ok=True)
    return n_rows


def _write_csv(store: Store, path: Path) -> int:
    import pyarrow.csv as csv

    n_rows = 0
    with open(path, "wb") as file:
        for table in merged_batches(store):
            if not n_rows:
                # Arrow would put quotes around every name.
                file.write((",".join(table.column_names) + "\n").encode())
            csv.write_csv(table, file, csv.WriteOptions(include_header=False, quoting_style="needed"))
            n_rows += table.num_rows
    return n_rows


def _write_parquet(store: Store, path: Path) -> int:
    import pyarrow.parquet as pq

    writer, n_rows = None, 0
    try:
        for table in merged_batches(store):
            writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd")
            writer.write_table(table, row_group_size=ROW_GROUP)
            n_rows += table.num_rows
    finally:
        if writer is not None:
            writer.close()
    if writer is None:
        raise OutputError(f"{str(store.folder)!r} holds no finished points yet")
    return n_rows


FORMS: dict[str, Callable[[Store, Path], int]] = {"csv": _write_csv, "parquet": _write_parquet}
