"""Read TSV tables so that every mistake is reported with its file and line, all at once."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mtornet.errors import ModelError, TableError
from mtornet.expression import parse
from mtornet.graph.assignments import parse_assignments
from mtornet.names import did_you_mean
from mtornet.provenance import CONFIDENCES
from mtornet.units import parse_unit

MAX_BYTES = 20_000_000


@dataclass(slots=True)
class Problems:
    """Collects what is wrong with a set of tables; raised together, so that one look mends all."""

    found: list[str] = field(default_factory=list)

    def add(self, where: str, message: str) -> None:
        """Note one problem at ``file:line``."""
        self.found.append(f"{where}: {message}")

    def raise_if_any(self) -> None:
        """Raise :class:`TableError` listing everything that was noted."""
        if self.found:
            head = f"{len(self.found)} problem(s) in the tables" if len(self.found) > 1 else self.found[0]
            body = "" if len(self.found) == 1 else "\n  " + "\n  ".join(self.found)
            raise TableError(head + body, self.found)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: the cells by column, and where they stand."""

    where: str
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """What a table must and may contain, column by column."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    """Columns whose non-empty cells must be finite numbers."""
    non_negative: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    expressions: tuple[str, ...] = ()
    assignments: tuple[str, ...] = ()
    """Columns of names and their formulas: ``K=Km_x; n=2``."""
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    key: tuple[str, ...] = ("id",)
    """Columns that together name a row; empty if rows may repeat."""


def read_table(path: Path, columns: Columns, problems: Problems) -> list[Row]:
    """Read one table, noting every wrong cell in ``problems``.

    Rows with a wrong cell are left out of the result, so that one mistake is reported once.
    """
    shown = _shown(path)
    lines = _lines(path, shown, problems)
    header: list[str] = []
    rows: list[Row] = []
    seen: dict[tuple[str, ...], str] = {}
    for number, line in lines:
        where = f"{shown}:{number}"
        cells = [cell.strip() for cell in line.split("\t")]
        if not header:
            header = cells
            if not _header_is_good(header, columns, where, problems):
                return []
            continue
        if len(cells) != len(header):
            problems.add(
                where, f"found {len(cells)} cells, expected {len(header)} (one per column, tabs between)"
            )
            continue
        row = Row(where, dict(zip(header, cells, strict=True)))
        before = len(problems.found)
        _check_cells(row, columns, problems)
        key = tuple(row[column] for column in columns.key)
        if key and key in seen:
            problems.add(where, f"duplicate {'+'.join(columns.key)} {'/'.join(key)!r}, first at {seen[key]}")
        seen.setdefault(key, where)
        if len(problems.found) == before:
            rows.append(row)
    if not header and not problems.found:
        problems.add(shown, f"the table is empty; expected a header with {', '.join(columns.required)}")
    return rows


def _shown(path: Path) -> str:
    """Return the part of a path that a reader recognises: ``models/mtor/drugs.tsv``."""
    parts = path.parts
    for i in range(len(parts) - 1, -1, -1):
        if parts[i] in ("models", "_models"):
            return "/".join(("models", *parts[i + 1 :]))
    return str(path)


def _lines(path: Path, shown: str, problems: Problems) -> Iterator[tuple[int, str]]:
    try:
        if path.stat().st_size > MAX_BYTES:
            problems.add(shown, f"larger than {MAX_BYTES} bytes; not a table of this project")
            return
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        problems.add(shown, f"the file is missing in {path.parent}")
        return
    except (OSError, UnicodeDecodeError) as error:
        problems.add(shown, f"cannot be read as UTF-8 text: {error}")
        return
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip() and not line.startswith("#"):
            yield number, line


def _header_is_good(header: list[str], columns: Columns, where: str, problems: Problems) -> bool:
    allowed = (*columns.required, *columns.optional)
    before = len(problems.found)
    for column in header:
        if column not in allowed:
            hint = did_you_mean(column, allowed) or f"; expected {', '.join(allowed)}"
            problems.add(where, f"unknown column {column!r}{hint}")
    for column in columns.required:
        if column not in header:
            problems.add(where, f"column {column!r} is missing; found {', '.join(header)}")
    if len(set(header)) != len(header):
        problems.add(where, "a column stands twice in the header")
    return len(problems.found) == before


def _check_cells(row: Row, columns: Columns, problems: Problems) -> None:
    for column in columns.required:
        if not row[column]:
            problems.add(row.where, f"{column} is empty")
    for column in (*columns.numbers, *columns.non_negative):
        _check_number(row, column, problems, signed=column not in columns.non_negative)
    for column in columns.units:
        _check_readable(row, column, parse_unit, problems)
    # Template rows hold placeholders such as {rapalog}; any name stands in for the check.
    for column in columns.expressions:
        _check_readable(row, column, lambda text: parse(_plain(text)), problems)
    for column in columns.assignments:
        _check_readable(row, column, lambda text: parse_assignments(_plain(text)), problems)
    choices = {"confidence": CONFIDENCES, **columns.choices}
    for column, allowed in choices.items():
        if row[column] and row[column] not in allowed:
            hint = did_you_mean(row[column], allowed) or f"; expected one of {', '.join(allowed)}"
            problems.add(row.where, f"unknown {column} {row[column]!r}{hint}")


def _plain(template: str) -> str:
    return template.replace("{", "").replace("}", "")


def _check_readable(row: Row, column: str, read: Callable[[str], object], problems: Problems) -> None:
    if not row[column]:
        return
    try:
        read(row[column])
    except ModelError as error:
        problems.add(row.where, f"{column}: {error}")


def _check_number(row: Row, column: str, problems: Problems, *, signed: bool) -> None:
    text = row[column]
    if not text:
        return
    try:
        value = float(text)
    except ValueError:
        problems.add(row.where, f"{column}: found {text!r}, expected a number")
        return
    if not math.isfinite(value) or (not signed and value < 0):
        problems.add(
            row.where, f"{column}: found {text}, expected a finite number{'' if signed else ' >= 0'}"
        )
