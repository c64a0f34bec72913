"""Rows to CSV and to Markdown, with the versions of everything that ran."""

from __future__ import annotations

import csv
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

Row = dict[str, Any]

FOLDER = Path(__file__).parent / "results"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What a reader sees of some rows."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = field(default=())

    def markdown(self) -> str:
        """Return the table as Markdown, with its title and notes."""
        lines = [f"**{self.title}**", "", _line(self.header), _line(["---"] * len(self.header))]
        lines += [_line(row) for row in self.rows]
        if self.notes:
            lines += ["", *(f"- {note}" for note in self.notes)]
        return "\n".join(lines)


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def ratio(rows: Sequence[Row], network: str, key: str) -> str:
    """Return how many times more the best peer takes than our automatic choice."""
    here = [row for row in rows if row["network"] == network and row.get(key) is not None]
    ours = [row[key] for row in here if row["engine"] == "mtornet"]
    peers = [row[key] for row in here if not row["own"]]
    if not ours:
        return "–"
    return f"**{min(peers) / ours[0]:.1f}**" if peers else "only mtornet"


def write_rows(name: str, rows: Sequence[Row], folder: Path) -> None:
    """Write ``name.csv``; every column that a row has."""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def read_rows(name: str, folder: Path) -> list[Row]:
    """Read ``name.csv`` back; empty if there is none, numbers as numbers, empty cells left out."""
    path = folder / f"{name}.csv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return [
            {key: _value(text) for key, text in row.items() if text != ""} for row in csv.DictReader(file)
        ]


def _value(text: str) -> Any:
    if text in ("True", "False"):
        return text == "True"
    try:
        return float(text)
    except ValueError:
        return text


def write_tables(name: str, head: str, tables: Sequence[Table], folder: Path) -> None:
    """Write ``name.md``."""
    text = "\n\n".join([head, *(table.markdown() for table in tables)])
    (folder / f"{name}.md").write_text(text + "\n", encoding="utf-8")


def machine() -> str:
    """Return where this ran, in words."""
    load = f", load {os.getloadavg()[0]:.1f} at the start" if hasattr(os, "getloadavg") else ""
    return f"{_processor()}, {os.cpu_count()} cores{load}, Python {platform.python_version()}"


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def versions_of(packages: Sequence[str]) -> str:
    """Return names and versions of installed packages."""
    found = []
    for name in dict.fromkeys(packages):
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return ", ".join(found)
